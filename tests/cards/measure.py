"""Photograph the cards of a group of families, read them and print the figures.

`python -m tests.cards.measure --set training --photos bad --people 2 --misses`

`--misses` tells each wrong value; of held-out families nothing but the figures is told.
"""

import argparse
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sandbox.cardscan.reader import ReadCard, read_card, warm_up
from tests.cards.compare import judge
from tests.cards.families import Face, Family, load
from tests.cards.figures import Tally, count, table
from tests.cards.photo import GRADES, faults_of, snap


@dataclass(frozen=True)
class Reading:
    """A card of a family, how it was photographed, and what was read of it."""

    face: Face
    photo: str
    card: ReadCard


def tally(read: Iterable[Reading]) -> Tally:
    """Compare readings with what the cards say."""
    whole = Tally()
    for one in read:
        whole += Tally(tuple(judge(one.face, one.card)), 1, int(not one.card.is_card))
    return whole


def readings(families: Iterable[Family], grade: str, people: Iterable[int]) -> Iterator[Reading]:
    """Draw, photograph and read one card after the other."""
    numbers = list(people)
    for family in families:
        for number in numbers:
            face = family.face(number)
            front, back = shots(face, grade, number)
            told = ", ".join(faults_of(family.name, number, "front")) if grade == "bad" else ""
            yield Reading(face, f"{grade} {number} {told}".strip(), read_card(front, back))


def shots(face: Face, grade: str, number: int) -> tuple[bytes, bytes | None]:
    """Return photos of the front and, if there is one, the back of a card."""
    front = snap(face.front, grade, face.family, number, "front")
    return front, snap(face.back, grade, face.family, number, "back") if face.back else None


def _misses(read: Iterable[Reading]) -> Iterator[Reading]:
    for one in read:
        for row in judge(one.face, one.card):
            if not row.right:
                told = f"{row.field}: printed {row.truth!r}, read {row.said!r} {row.score:.2f}"
                sys.stdout.write(f"{one.face.family} ({one.photo}) {told}\n")
        yield one


def _arguments(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.cards.measure", description="Measure the card reader.")
    parser.add_argument("--set", dest="group", choices=("training", "held_out"), default="training")
    parser.add_argument("--photos", choices=GRADES, nargs="+", default=list(GRADES))
    parser.add_argument("--people", type=int, default=1, help="cards of each family")
    parser.add_argument("--first", type=int, default=0, help="number of the first person; another number, other cards")
    parser.add_argument("--misses", action="store_true", help="tell each wrong value (training only)")
    parser.add_argument("--families", default="", help="only training families with this in their name")
    given = parser.parse_args(words)
    if given.group == "held_out" and (given.misses or given.families):
        parser.error("of held-out families only the figures of all of them are told")
    return given


def main(words: list[str]) -> None:
    """Print the figures that were asked for."""
    given = _arguments(words)
    families = [family for family in load(given.group) if given.families in family.name]
    warm_up()
    for grade in given.photos:
        read = readings(families, grade, range(given.first, given.first + given.people))
        figures = count(tally(_misses(read) if given.misses else read))
        sys.stdout.write(f"\n{given.group}, {grade} photos\n{table(figures)}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
