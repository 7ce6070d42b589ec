"""What a score means: the chance that the value is right.

The rules of the reader give evidence from 0 to 1: how sure the letters are, and how sure the meaning is. Three curves,
one for each kind of value, turn evidence into a chance. They rise with both and were fitted on drawn cards
(`python -m tests.sandbox.reader_scores`, docs/card_reader.md), then started lower: rules read the cards that they were
written with better than others. Nothing but the numbers below is kept of that.
"""

import math

#: fields whose value is words: they bear a misread letter less often than codes, but are found by weaker signs
_WORDS = frozenset(
    {"member_name", "dependent_names", "payer_name", "plan_name", "employer", "client_name", "pharmacy_benefit_manager"}
)
#: kind of value -> where its curve starts, and how much letters and meaning count (log odds)
CURVES: dict[str, tuple[float, float, float]] = {
    "code": (-1.94, 1.21, 0.30),
    "words": (-1.61, 0.67, 1.06),
    "copay": (-0.75, 1.83, 0.0),
}
#: evidence is never taken for surer than this
SUREST = 0.995


def kind_of(field: str) -> str:
    """Return which curve a field of the details has."""
    return "words" if field in _WORDS else "code"


def chance(kind: str, text: float, label: float = 0.5) -> float:
    """Return the chance that a value is right, from the evidence for its letters and for its meaning (0 to 1)."""
    start, letters, meaning = CURVES[kind]
    return 1 / (1 + math.exp(-(start + letters * log_odds(text) + meaning * log_odds(label))))


def scores(field: str, text: float, label: float) -> tuple[float, float]:
    """Return the text and the label score of a field: the lower one is the chance that the value is right."""
    right = chance(kind_of(field), text, label)
    surer = 1 - (1 - right) / 2
    return (right, surer) if text <= label else (surer, right)


def log_odds(evidence: float) -> float:
    """Return the log odds of evidence between 0 and 1."""
    kept = min(max(evidence, 1 - SUREST), SUREST)
    return math.log(kept / (1 - kept))
