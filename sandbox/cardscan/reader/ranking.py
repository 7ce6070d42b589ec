"""Which of many candidates is meant: evidence weighed and set against that of all others on the card. Pure.

Each candidate has some evidence (words, each with a strength). Its weight is the sum of the weights of its evidence;
the chances of all candidates, and of none of them, are what their weights make of them together (softmax). The weights
(weights.json) were fitted over drawn cards by `python -m tests.sandbox.reader_names`.
"""

import json
import math
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

Evidence = Mapping[str, float]

#: the name of the weight of "none of them"
NONE = "none"


def chances(question: str, rows: Sequence[Evidence]) -> list[float]:
    """Return the chance of each candidate of a question ("payer", "plan") that it is the one that is meant."""
    weights = weights_of(question)
    told = [sum(weights.get(name, 0.0) * value for name, value in row.items()) for row in rows]
    most = max([*told, weights[NONE]])
    odds = [math.exp(one - most) for one in told]
    whole = sum(odds) + math.exp(weights[NONE] - most)
    return [one / whole for one in odds]


def weights_of(question: str) -> Mapping[str, float]:
    """Return the weight of each kind of evidence for a question."""
    return _weights()[question]


@cache
def _weights() -> dict[str, dict[str, float]]:
    weights: dict[str, dict[str, float]] = json.loads(Path(__file__).with_name("weights.json").read_text("utf-8"))
    return weights
