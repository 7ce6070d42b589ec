"""Fit the weights with which the reader tells payer and plan: `python -m tests.sandbox.reader_names [--write]`.

Reads the training families of tests/cards, clean and as bad photos, prints how often the right name is chosen on
families that the weights were not fitted on, and with --write puts the weights into
sandbox/cardscan/reader/weights.json. Takes minutes. The weights are pulled towards those of START: what few cards show
is left to what people know.
"""

import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path

import numpy as np

from sandbox.cardscan.reader import ranking, read_side, warm_up
from sandbox.cardscan.reader.card import name_candidates
from sandbox.cardscan.reader.lines import Line
from sandbox.cardscan.reader.ranking import NONE, Evidence
from tests.cards.compare import normal
from tests.cards.families import Face, load
from tests.cards.measure import shots

QUESTIONS = ("payer", "plan")
START = Path(__file__).with_name("reader_names.json")
WEIGHTS = Path(ranking.__file__).with_name("weights.json")
#: how strongly a weight is pulled to its start, as if so many families had said so
PULL = 1.0
#: a text that is so much like the truth is the truth, misread
ALIKE = 0.9
FOLDS, PEOPLE = 6, 3
#: a step of the fit changes no weight by more than this; when all change by less than the last, it is done
LONGEST_STEP, SHORTEST_STEP = 1.0, 1e-3

Weights = dict[str, float]


@dataclass(frozen=True)
class Choice:
    """The candidates of one card for one question: their texts, their evidence, which of them are right."""

    family: str
    texts: tuple[str, ...]
    rows: tuple[Evidence, ...]
    right: tuple[bool, ...]
    printed: bool


def choice_of(face: Face, question: str, sides: Sequence[Sequence[Line]]) -> Choice:
    """Return the candidates of a card; none is right where the card does not print the name."""
    field = f"{question}_name"
    truth = face.values.get(field, "")
    accepted = [normal(field, text) for text in (truth, *face.also.get(field, ())) if truth]
    names, rows = name_candidates(question, sides)
    texts = tuple(normal(field, name.text) for name in names)
    right = tuple(any(_is_alike(text, one) for one in accepted) for text in texts)
    return Choice(face.family, texts, tuple(rows), right, bool(truth))


def fit(choices: Sequence[Choice], start: Weights) -> Weights:
    """Return the weights that make the right candidates likeliest; each family counts the same (Newton's method)."""
    names = sorted(start)
    begin = np.array([start[name] for name in names])
    cards = Counter(choice.family for choice in choices)
    told = [(_inputs(one, names), _targets(one), 2 / cards[one.family]) for one in choices if _can_tell(one)]
    weights = begin.copy()
    for _ in range(60):
        slope, bend = -PULL * (weights - begin), PULL * np.eye(len(names))
        for inputs, right, share in told:
            chances = _softmax(inputs @ weights)
            wanted = chances * right / max((chances * right).sum(), 1e-12)
            mean = inputs.T @ chances
            slope += share * (inputs.T @ wanted - mean)
            bend += share * ((inputs * chances[:, None]).T @ inputs - np.outer(mean, mean))
        step = np.linalg.solve(bend, slope)
        weights += step * min(1.0, LONGEST_STEP / np.abs(step).max())
        if np.abs(step).max() < SHORTEST_STEP:
            break
    return {name: round(float(weight), 2) for name, weight in zip(names, weights, strict=True)}


def share_right(choices: Iterable[Choice], weights: Weights) -> tuple[int, int]:
    """Return on how many cards the likeliest text, or none, is right, and how many there are."""
    told = [_is_right(choice, weights) for choice in choices]
    return sum(told), len(told)


def left_out(choices: Sequence[Choice], start: Weights) -> tuple[int, int]:
    """Return the same for families that the weights were not fitted on."""
    families = sorted({choice.family for choice in choices})
    right = 0
    for fold in range(FOLDS):
        away = set(families[fold::FOLDS])
        weights = fit([one for one in choices if one.family not in away], start)
        right += share_right([one for one in choices if one.family in away], weights)[0]
    return right, len(choices)


def _is_alike(text: str, truth: str) -> bool:
    return text == truth or (len(truth) > 6 and SequenceMatcher(None, text, truth).ratio() > ALIKE)


def _can_tell(choice: Choice) -> bool:
    """Say whether the right answer is among the candidates: a name that OCR lost teaches nothing."""
    return any(choice.right) or not choice.printed


def _inputs(choice: Choice, names: Sequence[str]) -> np.ndarray:
    """Return the evidence of each candidate, and of none as the last row."""
    rows: list[Mapping[str, float]] = [*choice.rows, {NONE: 1.0}]
    return np.array([[row.get(name, 0.0) for name in names] for row in rows])


def _targets(choice: Choice) -> np.ndarray:
    return np.array([*choice.right, not choice.printed], float)


def _softmax(told: np.ndarray) -> np.ndarray:
    odds = np.exp(told - told.max())
    return odds / odds.sum()


def _is_right(choice: Choice, weights: Weights) -> bool:
    names = sorted(weights)
    chances = _softmax(_inputs(choice, names) @ np.array([weights[name] for name in names]))
    shares: Counter[str] = Counter()
    for text, chance in zip(choice.texts, chances[:-1], strict=True):
        shares[text] += float(chance)
    best, share = shares.most_common(1)[0] if shares else ("", 0.0)
    if share < float(chances[-1]):
        return not choice.printed
    return any(right for text, right in zip(choice.texts, choice.right, strict=True) if text == best)


def _choices() -> Iterator[dict[str, Choice]]:
    for family in load("training"):
        for number in range(PEOPLE):
            for grade in ("clean", "bad"):
                face = family.face(number)
                front, back = shots(face, grade, number)
                sides = [read_side(front).lines, *([read_side(back).lines] if back else [])]
                yield {question: choice_of(face, question, sides) for question in QUESTIONS}


def main() -> None:
    """Print how well the weights do, and write them if asked to."""
    warm_up()
    start: dict[str, Weights] = json.loads(START.read_text("utf-8"))
    told = list(_choices())
    found: dict[str, Weights] = {}
    for question in QUESTIONS:
        choices = [one[question] for one in told]
        found[question] = fit(choices, start[question])
        away, all_of = left_out(choices, start[question])
        right, _ = share_right(choices, found[question])
        sys.stdout.write(f"{question}: {right} of {all_of} right, {away} on families left out of the fit\n")
    if "--write" in sys.argv:
        WEIGHTS.write_text(json.dumps(found, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
