"""What a score means: the chance that the value is right.

The rules of the reader give evidence: how sure the letters are and how sure the meaning is (0 to 1 each), how nearly
something else would have been the value, whether two sources agree. What the value itself looks like counts, too:
letters and digits that OCR takes for one another, and a shape that the field seldom has. Curves, one for each kind of
value, turn this into a chance. They were fitted on drawn cards (`python -m tests.sandbox.reader_scores`,
docs/card_reader.md), then started lower: rules read the cards that they were written with better than others. Nothing
but the numbers below is kept of that.
"""

import math
import re

#: kind of value -> fields; every other field is a code
_KINDS = {
    "person": {"member_name", "dependent_names"},
    "payer": {"payer_name", "employer", "client_name", "pharmacy_benefit_manager"},
    "plan": {"plan_name", "plan_type"},
    "copay": {"copays", "plan_details"},
}
#: kind of value -> where its curve starts, and how much each sign counts (log odds); the order of signs()
CURVES: dict[str, tuple[float, ...]] = {
    "code": (-0.28, 0.59, 0.40, 0.71, 1.35, 0.57, 0.92),
    "person": (-3.15, 0.53, 1.62, 0.00, 1.08, 0.50, 0.00),
    "payer": (-4.04, 0.67, 1.45, 0.00, 0.00, 0.00, 0.00),
    "plan": (-4.22, 0.64, 1.44, 0.00, 0.00, 0.00, 0.00),
    "copay": (0.85, 0.97, 0.00, 0.00, 0.00, 0.00, 0.00),
}
#: evidence is never taken for surer than this
SUREST = 0.995

#: letters and digits that stand for one another in blurred print
_ALIKE = frozenset("O0Q D1I L5S 8B 2Z".replace(" ", ""))
#: the shapes that a field nearly always has
_USUAL = {
    "member_number": re.compile(r"[A-Z]{0,4}[A-Z0-9*-]*\d{3}[A-Z0-9*-]*(?<=.{7})"),
    "group_number": re.compile(r"(?=.*\d)[A-Z0-9-]{4,13}"),
    "payer_id": re.compile(r"(?=.*\d)[A-Z0-9]{5}"),
    "rx_bin": re.compile(r"[0-26]\d{5}"),
    "rx_pcn": re.compile(r"[A-Z0-9-]{2,11}"),
    "rx_group": re.compile(r"[A-Z0-9-]{3,12}"),
}


def kind_of(field: str) -> str:
    """Return which curve a field of the details has."""
    return next((kind for kind, fields in _KINDS.items() if field in fields), "code")


def signs(
    field: str, value: str, text: float, label: float, *, doubt: float = 0.0, confirmed: bool = False
) -> tuple[float, ...]:
    """Return what speaks for a value, the more the higher: the numbers that a curve weighs."""
    code = kind_of(field) == "code"
    usual = _USUAL.get(field)
    return (
        log_odds(text),
        log_odds(label),
        -float(look_alikes(value)) if code else 0.0,
        -doubt,
        float(confirmed),
        -float(usual is not None and not usual.fullmatch(value)),
    )


def chance(kind: str, told: tuple[float, ...]) -> float:
    """Return the chance that a value is right, from its signs."""
    start, *weights = CURVES[kind]
    return 1 / (1 + math.exp(-(start + sum(weight * sign for weight, sign in zip(weights, told, strict=True)))))


def scores(
    field: str, value: str, text: float, label: float, *, doubt: float = 0.0, confirmed: bool = False
) -> tuple[float, float]:
    """Return the text and the label score of a field: the lower one is the chance that the value is right."""
    right = chance(kind_of(field), signs(field, value, text, label, doubt=doubt, confirmed=confirmed))
    surer = 1 - (1 - right) / 2
    return (right, surer) if text <= label * (1 - doubt / 2) else (surer, right)


def look_alikes(code: str) -> int:
    """Return how many characters of a code may be a letter or a digit: what stands around them does not tell.

    In "MER796173" nothing is doubtful: letters, then digits. In "ASPROD1" the D and the 1 at its end are.
    """
    if code.isdigit() or code.isalpha():
        return 0
    return sum(char in _ALIKE and not _is_among_its_like(code, place) for place, char in enumerate(code))


def _is_among_its_like(code: str, place: int) -> bool:
    """Say whether both neighbours of a character are of its kind; an edge or a hyphen is no neighbour."""
    beside = [code[near] for near in (place - 1, place + 1) if 0 <= near < len(code) and code[near].isalnum()]
    return bool(beside) and all(char.isdigit() == code[place].isdigit() for char in beside)


def log_odds(evidence: float) -> float:
    """Return the log odds of evidence between 0 and 1."""
    kept = min(max(evidence, 1 - SUREST), SUREST)
    return math.log(kept / (1 - kept))
