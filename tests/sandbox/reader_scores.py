"""Fit the curves that turn the reader's evidence into chances: `python -m tests.sandbox.reader_scores`.

Reads the training families of tests/cards, clean and as bad photos, and prints the numbers for
sandbox/cardscan/reader/calibration.py and how well they hold for families that they were not fitted on. Takes minutes.
"""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from sandbox.cardscan.reader import ReadSide, put_together, read_side, warm_up
from sandbox.cardscan.reader.calibration import CURVES, kind_of, log_odds
from sandbox.cardscan.reader.card import read_reading
from tests.cards.compare import judge
from tests.cards.families import Face, load
from tests.cards.measure import shots

#: how strongly weights are pulled to 1, as if so many values had been seen
PULL = 2.0
#: the rules were written with the cards that are fitted on: on others they err so many times (natural logarithm) more
#: often, as the first reading of new families showed
FLATTERED = 1.0
FOLDS, BINS = 5, 10
PEOPLE = 4


@dataclass(frozen=True)
class Evidence:
    """One value that was read: its kind, the evidence for letters and meaning, and whether it is right."""

    family: str
    kind: str
    text: float
    label: float
    right: bool


def evidence_of(face: Face, front: ReadSide, back: ReadSide | None) -> list[Evidence]:
    """Return what the reader knew of each value that it claims."""
    reading = read_reading(front.lines, back.lines if back else None, front.barcode or (back and back.barcode))
    found = []
    for row in judge(face, put_together(front, back)):
        if row.field == "copays" and row.said:
            service, _, dollars = row.said.partition(" ")
            raw = [one for one in reading.enriched["copays_deductibles"] if one["service"] == service]
            raw = [one for one in raw if f"{one['value']:g}" == dollars]
            found += [Evidence(face.family, "copay", float(one["score"]), 0.5, row.right) for one in raw[:1]]
        elif row.said and row.field in reading.fields:
            value = reading.fields[row.field]
            found.append(Evidence(face.family, kind_of(row.field), value.text_score, value.label_score, row.right))
    return found


def fit(rows: Sequence[Evidence]) -> dict[str, tuple[float, float, float]]:
    """Return the curve of each kind: logistic regression, its weights held at 0 or above and pulled towards 1."""
    return {kind: _curve([row for row in rows if row.kind == kind], kind) for kind in CURVES}


def _curve(rows: Sequence[Evidence], kind: str) -> tuple[float, float, float]:
    inputs = np.array([[1.0, log_odds(row.text), log_odds(row.label)] for row in rows])
    right = np.array([row.right for row in rows], float)
    free = np.array([True, True, kind != "copay"])
    prior = np.array([0.0, 1.0, 1.0]) * free
    weights = prior.copy()
    for _ in range(40):
        chance = 1 / (1 + np.exp(-inputs @ weights))
        slope = inputs.T @ (right - chance) - PULL * (weights - prior)
        bend = (inputs * (chance * (1 - chance))[:, None]).T @ inputs + PULL * np.eye(3)
        weights = np.maximum(weights + np.linalg.solve(bend, slope) * free, [-9.0, 0.0, 0.0])
    return float(weights[0]), float(weights[1]), float(weights[2] * free[2])


def error(rows: Sequence[Evidence], curves: dict[str, tuple[float, float, float]]) -> float:
    """Return the expected calibration error of curves over ten ranges of scores."""
    chances = np.array([_chance(row, curves[row.kind]) for row in rows])
    right = np.array([row.right for row in rows], float)
    ranges = np.minimum((chances * BINS).astype(int), BINS - 1)
    parts = [(chances[ranges == one], right[ranges == one]) for one in range(BINS)]
    return sum(abs(said.sum() - was.sum()) for said, was in parts) / max(len(rows), 1)


def _chance(row: Evidence, curve: tuple[float, float, float]) -> float:
    return float(1 / (1 + np.exp(-(curve[0] + curve[1] * log_odds(row.text) + curve[2] * log_odds(row.label)))))


def held_out_error(rows: Sequence[Evidence]) -> float:
    """Return the calibration error for families that the curves were not fitted on, over FOLDS groups of families."""
    families = sorted({row.family for row in rows})
    errors = []
    for fold in range(FOLDS):
        away = set(families[fold::FOLDS])
        curves = fit([row for row in rows if row.family not in away])
        errors.append(error([row for row in rows if row.family in away], curves))
    return sum(errors) / FOLDS


def _all_evidence() -> Iterator[Evidence]:
    for family in load("training"):
        for number in range(PEOPLE):
            for grade in ("clean", "bad"):
                face = family.face(number)
                front, back = shots(face, grade, number)
                yield from evidence_of(face, read_side(front), read_side(back) if back else None)


def main() -> None:
    """Print the curves and their calibration error."""
    warm_up()
    rows = list(_all_evidence())
    for kind, curve in fit(rows).items():
        start, letters, meaning = curve
        sys.stdout.write(f'    "{kind}": ({start - FLATTERED:.2f}, {letters:.2f}, {meaning:.2f}),\n')
    sys.stdout.write(f"{len(rows)} values, {np.mean([row.right for row in rows]):.3f} right; ")
    sys.stdout.write(f"calibration error on families that were not fitted on: {held_out_error(rows):.3f}\n")


if __name__ == "__main__":
    main()
