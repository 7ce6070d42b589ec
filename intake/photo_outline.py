"""Whether all of a card is in its photo: its outline on the ground it lies on. Pillow alone (see photo_doubts.py)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from PIL import Image, ImageChops

GRID = 96  # places on the long side of the picture when the card's outline is looked for
OTHER_COLOUR, MOST_SHADE, MOST_TWIST = 16, 80, 20  # of 255: what is no table; how much and how unevenly one is shaded
LEAST_CARD, MOST_CARD, MOST_ELSE, CONVEX = 0.08, 0.92, 0.03, 0.92  # parts of the picture; of its own outline
TOUCH, LEAST_TOUCH, MOST_TOUCH = 0.04, 0.15, 0.3  # of the picture's side; two sides at most have more than the last
SPAN, CORNER_SPAN = 0.7, 0.5  # of the card's side
INK_AT_EDGE, CORNERS = 2, 0.1  # places with print in the outermost row, but for these parts of the card's side
HALF_CARD, SQUARE = 0.52, (0.78, 1.22)  # length over height of no whole card


def is_cut_off(image: Image.Image, printed: Image.Image, least: int) -> bool:
    """Return whether a card that lies on a plain ground runs out of the picture, through print or by a good part.

    `printed` says how much print each place has, and from `least` on a place has some (photo_doubts.ink).

    The ground is what the picture's corners have in common; when one differs, the card may lie over that corner. Scans
    and photos that the card fills have no such ground, and a card whose mere margin is cut can be read.
    """
    grid = image.reduce(max(1, round(max(image.size) / GRID)))
    return any(_runs_out(grid, ground, hidden, printed, least) for ground, hidden in _grounds(grid))


def _grounds(grid: Image.Image) -> Iterator[tuple[Image.Image, int]]:
    """Yield what the picture may be like without a card, from its corners, and which of them it leaves out, or -1."""
    size, (wide, high) = 3, grid.size
    spots = [(left, top) for top in (0, high - size) for left in (0, wide - size)]
    seen = [_mean(grid.crop((left, top, left + size, top + size))) for left, top in spots]
    guesses = [
        tuple(max(0, min(255, one + other - far)) for one, other, far in zip(*(seen[at] for at in three), strict=True))
        for three in ((1, 2, 3), (0, 3, 2), (0, 3, 1), (1, 2, 0))
    ]
    is_even = max(abs(one - other) for one, other in zip(guesses[0], seen[0], strict=True)) <= MOST_TWIST
    for hidden in (-1,) if is_even else range(4):
        corners = [guesses[place] if place == hidden else seen[place] for place in range(4)]
        if max(max(values) - min(values) for values in zip(*corners, strict=True)) <= MOST_SHADE:
            four = Image.frombytes("RGB", (2, 2), bytes(value for corner in corners for value in corner))
            yield four.resize(grid.size, Image.Resampling.BILINEAR, box=(0.5, 0.5, 1.5, 1.5)), hidden


def _mean(patch: Image.Image) -> tuple[int, ...]:
    return tuple(patch.resize((1, 1), Image.Resampling.BOX).tobytes())


#: the picture's sides: left, upper, right, lower; which of them a card may lie over at once, by the hidden corner
_SIDES = range(4)
_TOUCHED: dict[int, tuple[set[int], ...]] = {
    -1: ({0}, {1}, {2}, {3}, {0, 2}, {1, 3}), 0: ({0, 1},), 1: ({1, 2},), 2: ({0, 3},), 3: ({2, 3},)
}  # fmt: skip


def _runs_out(grid: Image.Image, ground: Image.Image, hidden: int, printed: Image.Image, least: int) -> bool:
    """Return whether what differs from the ground is one thing of a card's shape that goes on beyond the picture."""
    red, green, blue = ImageChops.difference(grid, ground).split()
    other = ImageChops.lighter(ImageChops.lighter(red, green), blue)
    other = other.point([255 * (value > OTHER_COLOUR) for value in range(256)])
    full = [_share(_edge(other, side)) for side in _SIDES]
    if max(full) < LEAST_TOUCH or sum(share > MOST_TOUCH for share in full) > 2:
        return False
    card = _card(other)
    touched = {side for side in _SIDES if card and _share(_edge(card, side)) > TOUCH}
    if card is None or touched not in _TOUCHED[hidden]:
        return False
    left, top, right, low = card.getbbox() or (0, 0, 1, 1)
    across = low - top, right - left
    span = CORNER_SPAN if hidden >= 0 else SPAN
    if any(_edge(card, side).count(255) < span * across[side % 2] for side in touched):
        return False
    length = across[1] / across[0] if touched & {0, 2} else across[0] / across[1]
    if hidden < 0 and (length < HALF_CARD or SQUARE[0] < length < SQUARE[1]):
        return True
    return any(_strokes(printed, least, _edge(card, side), side) >= INK_AT_EDGE for side in touched)


def _strokes(printed: Image.Image, least: int, line: bytes, side: int) -> int:
    """Return how many inked places of a side of the picture lie on the card (`line`), away from its own corners."""
    row = _edge(printed, side)
    first, last = line.find(255) / len(line), (line.rfind(255) + 1) / len(line)
    corner = CORNERS * (last - first)
    inner = row[round((first + corner) * len(row)) : round((last - corner) * len(row))]
    return sum(value >= least for value in inner)


def _edge(image: Image.Image, side: int) -> bytes:
    """Return the values along one side of the picture."""
    wide, high = image.size
    boxes = ((0, 0, 1, high), (0, 0, wide, 1), (wide - 1, 0, wide, high), (0, high - 1, wide, high))
    return image.crop(boxes[side]).tobytes()


def _share(line: bytes) -> float:
    return line.count(255) / len(line)


def _card(other: Image.Image) -> Image.Image | None:
    """Return the one large convex thing of a mask, its holes filled; None when there is none or much beside it."""
    values, (wide, high) = other.tobytes(), other.size
    size = wide * high
    found = [place for place, value in enumerate(values) if value]
    if not LEAST_CARD * size <= len(found) <= MOST_CARD * size:
        return None
    body = set(parts(found, wide)[-1])
    for gap in parts((place for place, value in enumerate(values) if not value), wide):
        if not any(place % wide in {0, wide - 1} or place // wide in {0, high - 1} for place in gap):
            body.update(gap)
    rest = sum(place not in body for place in found)
    if rest > MOST_ELSE * size or len(body) < CONVEX * _hull(body, wide):
        return None
    return Image.frombytes("L", other.size, bytes(255 * (place in body) for place in range(size)))


def _hull(body: Iterable[int], wide: int) -> float:
    """Return the area of the convex outline of places of a grid."""
    ends: dict[int, tuple[int, int]] = {}
    for place in body:
        row, column = divmod(place, wide)
        first, last = ends.get(row, (column, column + 1))
        ends[row] = min(first, column), max(last, column + 1)
    points = sorted({(column, row + below) for row, pair in ends.items() for column in pair for below in (0, 1)})
    outline = [*_bent(points), *_bent(points[::-1])]
    following = outline[1:] + outline[:1]
    return abs(sum(ax * by - ay * bx for (ax, ay), (bx, by) in zip(outline, following, strict=True))) / 2


def _bent(points: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return one side of the convex outline of sorted points, but for its last one (Andrew's monotone chain)."""
    kept: list[tuple[int, int]] = []
    for x, y in points:
        while len(kept) > 1:
            (ax, ay), (bx, by) = kept[-2:]
            if (bx - ax) * (y - ay) - (by - ay) * (x - ax) > 0:
                break
            kept.pop()
        kept.append((x, y))
    return kept[:-1]


def parts(places: Iterable[int], wide: int) -> list[list[int]]:
    """Return the places of a grid in groups of those that touch, the largest last."""
    left = set(places)
    parts = []
    while left:
        part = [left.pop()]
        for place in part:
            column = place % wide
            for other in (
                place - wide,
                place + wide,
                place - 1 if column else -1,
                place + 1 if column < wide - 1 else -1,
            ):
                if other in left:
                    left.remove(other)
                    part.append(other)
        parts.append(part)
    return sorted(parts, key=len)
