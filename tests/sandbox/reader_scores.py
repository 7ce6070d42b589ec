"""Fit the curves that turn the reader's evidence into chances: `python -m tests.sandbox.reader_scores`.

Reads the training families of tests/cards, clean and as bad photos, and prints the numbers for
sandbox/cardscan/reader/calibration.py and how well they hold for families that they were not fitted on. Takes minutes.

The rules know every label of these cards. On a card of another issuer some labels are unknown, so that each reading is
taken again with some labels gone or in words that nobody knows: that gives the mistakes that scores are to tell of.
"""

import random
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from sandbox.cardscan.reader import ReadSide, put_together, read_side, warm_up
from sandbox.cardscan.reader.calibration import CURVES, kind_of, signs
from sandbox.cardscan.reader.card import read_reading
from sandbox.cardscan.reader.labels import find_labels
from sandbox.cardscan.reader.lines import Line
from tests.cards.compare import judge
from tests.cards.families import Face, load
from tests.cards.measure import shots

#: how strongly weights are pulled to where they start from, as if so many values had been seen
PULL = 3.0
#: where the weights start from, in the order of calibration.signs()
USUAL = (1.0, 1.0, 0.5, 1.0, 0.5, 0.5)
#: and the least that each counts: the families that are fitted on are too few to say that a sign means nothing
LEAST = (0.3, 0.4, 0.5, 0.5, 0.0, 0.5)
#: the rules were written with the cards that are fitted on: on others they err so many times (natural logarithm) more
#: often, as the first readings of new families showed; lists of prices, which lost labels leave alone, the most
FLATTERED = dict.fromkeys(CURVES, 2.0) | {"copay": 3.5}
FOLDS, BINS = 5, 10
PEOPLE = 3
#: how often each card is read with labels that are lost, and the part of the labels that is
STRANGE_READINGS, STRANGE_PART = 2, 0.12
SURE = 0.9


@dataclass(frozen=True)
class Evidence:
    """One value that was read: its kind, the signs for it, and whether it is right."""

    family: str
    kind: str
    told: tuple[float, ...]
    right: bool


@dataclass(frozen=True)
class Trust:
    """How far scores can be trusted: calibration error, wrong values with a high score, and how well they sort."""

    error: float
    sure_and_wrong: int
    wrong: int
    sorts: float


def evidence_of(face: Face, front: ReadSide, back: ReadSide | None) -> list[Evidence]:
    """Return what the reader knew of each value that it claims."""
    reading = read_reading(front.lines, back.lines if back else None, front.barcode or (back and back.barcode))
    found = []
    for row in judge(face, put_together(front, back)):
        if row.field == "copays" and row.said:
            service, _, dollars = row.said.partition(" ")
            raw = [one for one in reading.enriched["copays_deductibles"] if one["service"] == service]
            raw = [float(one["score"]) for one in raw if f"{one['value']:g}" == dollars]
            found += [Evidence(face.family, "copay", signs("copays", "", score, 0.5), row.right) for score in raw[:1]]
        elif row.said and row.field in reading.fields:
            value = reading.fields[row.field]
            told = signs(
                *(row.field, value.value, value.text_score, value.label_score),
                doubt=value.doubt,
                confirmed=value.confirmed,
            )
            found.append(Evidence(face.family, kind_of(row.field), told, row.right))
    return found


def estranged(lines: Sequence[Line], chance: random.Random) -> tuple[Line, ...]:
    """Return lines with some of their labels lost, or replaced by words that no rule knows."""
    return tuple(line for one in lines if (line := _estranged(one, chance)).text.strip())


def _estranged(line: Line, chance: random.Random) -> Line:
    text = line.text
    for label in reversed(find_labels(text)):
        value = text[label.end :]
        stands_alone = label.closed or not value.strip() or any(char.isdigit() for char in value)
        if stands_alone and not text[: label.start].strip() and chance.random() < STRANGE_PART:
            strange = "Quorl Vant: " if chance.random() < 0.5 else ""
            text = f"{strange}{value.lstrip()}"
    return line if text == line.text else replace(line, text=text, characters=())


def fit(rows: Sequence[Evidence]) -> dict[str, tuple[float, ...]]:
    """Return the curve of each kind: logistic regression, its weights held at LEAST or above and pulled to USUAL."""
    return {kind: _curve([row for row in rows if row.kind == kind]) for kind in CURVES}


def _curve(rows: Sequence[Evidence]) -> tuple[float, ...]:
    inputs = np.array([[1.0, *row.told] for row in rows])
    right = np.array([row.right for row in rows], float)
    free = np.array([True, *(inputs[:, 1:].std(axis=0) > 0)])
    prior = np.array([0.0, *USUAL]) * free
    pull = np.diag([0.01, *[PULL] * len(USUAL)])
    least = np.array([-9.0, *LEAST]) * free
    weights = prior.copy()
    for _ in range(60):
        chance = 1 / (1 + np.exp(-inputs @ weights))
        slope = inputs.T @ (right - chance) - pull @ (weights - prior)
        bend = (inputs * (chance * (1 - chance))[:, None]).T @ inputs + pull + 1e-6 * np.eye(len(weights))
        step = np.linalg.solve(bend, slope) * free
        weights = np.maximum(weights + np.clip(step, -1, 1), least)
    return tuple(float(weight) for weight in weights)


def chances(rows: Sequence[Evidence], curves: dict[str, tuple[float, ...]]) -> np.ndarray:
    """Return the chance of each value by some curves."""
    told = [curves[row.kind][0] + float(np.dot(curves[row.kind][1:], row.told)) for row in rows]
    return 1 / (1 + np.exp(-np.array(told)))


def trust(said: np.ndarray, right: np.ndarray) -> Trust:
    """Return how far chances can be trusted, from what was said and what was right."""
    ranges = np.minimum((said * BINS).astype(int), BINS - 1)
    parts = [(said[ranges == one], right[ranges == one]) for one in range(BINS)]
    error = sum(abs(one.sum() - was.sum()) for one, was in parts) / max(len(said), 1)
    good, bad = said[right > 0], said[right == 0]
    sorts = np.mean(np.sign(good[:, None] - bad[None, :]) / 2 + 0.5) if len(good) and len(bad) else 1.0
    return Trust(float(error), int((bad >= SURE).sum()), len(bad), float(sorts))


def left_out(rows: Sequence[Evidence]) -> tuple[np.ndarray, np.ndarray]:
    """Return chance and truth of each value, by curves fitted on other families (FOLDS groups of them)."""
    families = sorted({row.family for row in rows})
    said, right = [], []
    for fold in range(FOLDS):
        away = set(families[fold::FOLDS])
        curves = fit([row for row in rows if row.family not in away])
        curves = {kind: (start - FLATTERED[kind], *weights) for kind, (start, *weights) in curves.items()}
        tested = [row for row in rows if row.family in away]
        said.append(chances(tested, curves))
        right.append(np.array([row.right for row in tested], float))
    return np.concatenate(said), np.concatenate(right)


def strange_evidence(face: Face, front: ReadSide, back: ReadSide | None) -> Iterator[Evidence]:
    """Yield the evidence of readings of one card in which some labels are lost."""
    for number in range(STRANGE_READINGS):
        chance = random.Random(f"{face.family} {front.lines[:3]} {number}")
        sides = [replace(side, lines=estranged(side.lines, chance)) if side else None for side in (front, back)]
        if sides[0]:
            yield from evidence_of(face, sides[0], sides[1])


def _all_evidence() -> Iterator[Evidence]:
    for family in load("training"):
        for number in range(PEOPLE):
            for grade in ("clean", "bad"):
                face = family.face(number)
                front, back = shots(face, grade, number)
                sides = read_side(front), read_side(back) if back else None
                yield from evidence_of(face, *sides)
                yield from strange_evidence(face, *sides)


def report(rows: Sequence[Evidence]) -> str:
    """Return the curves for calibration.py, and what they are worth on families that they were not fitted on."""
    lines = []
    for kind, (start, *weights) in fit(rows).items():
        told = ", ".join(f"{weight:.2f}" for weight in (start - FLATTERED[kind], *weights))
        lines.append(f'    "{kind}": ({told}),')
    worth = trust(*left_out(rows))
    lines.append(f"{len(rows)} values, {worth.wrong} wrong; on families left out of the fit: calibration error")
    lines.append(
        f"{worth.error:.3f}, wrong with a score of {SURE} or more {worth.sure_and_wrong}, AUC {worth.sorts:.3f}"
    )
    return "\n".join(lines)


def main() -> None:
    """Print the curves and what they are worth."""
    warm_up()
    sys.stdout.write(f"{report(list(_all_evidence()))}\n")


if __name__ == "__main__":
    main()
