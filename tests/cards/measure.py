"""Read all drawn cards and print what was read wrong and the share per field: `python -m tests.cards.measure`.

Words: sets (`tuned`, `held_out`, `second_look`, `last_look`; all when none is named) and photos (see photo.py; `scan`
when none is named).
"""

import sys
from collections import Counter

from sandbox.cardscan.reader import read_card, warm_up
from tests.cards.draw import draw_front
from tests.cards.held_out import HELD_OUT
from tests.cards.last_look import LAST_LOOK
from tests.cards.layouts import TUNED, Layout
from tests.cards.photo import PHOTOS, as_bytes
from tests.cards.second_look import SECOND_LOOK
from tests.cards.truth import FIELDS, wrong_fields


def measure(layouts: tuple[Layout, ...], photo: str) -> tuple[Counter[str], list[str]]:
    """Return the number of wrong readings per field and a line for each of them."""
    wrong: Counter[str] = Counter()
    told = []
    for layout in layouts:
        drawn = draw_front(layout)
        card = read_card(as_bytes(drawn.front, photo))
        for name, (truth, reading) in wrong_fields(drawn.member, card).items():
            wrong[name] += 1
            told.append(f"{photo}/{layout.name}: {name} is {truth!r}, read {reading!r} (card: {card.is_card})")
    return wrong, told


def main(words: list[str]) -> None:
    """Print the figures for the sets and photos that were asked for."""
    sets = {"tuned": TUNED, "held_out": HELD_OUT, "second_look": SECOND_LOOK, "last_look": LAST_LOOK}
    photos = [word for word in words if word in PHOTOS] or ["scan"]
    warm_up()
    for name in [word for word in words if word in sets] or list(sets):
        for photo in photos:
            wrong, told = measure(sets[name], photo)
            total = len(sets[name])
            shares = ", ".join(f"{f} {total - wrong[f]}/{total}" for f in [*FIELDS, "dependent_names", "copays"])
            sys.stdout.write("\n".join([f"{name} {photo}: {shares}", *told, ""]))


if __name__ == "__main__":
    main(sys.argv[1:])
