"""Where the card lies in a photo: its four corners, and the card cut out and made a rectangle.

Classical image processing on a small copy: hulls of what differs from the colours at the picture's edge, and of
closed outlines, are reduced to four corners and judged by how clearly inside and outside differ along all four sides.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np

#: long side of the copy on which the card is looked for, in pixels
LOOK_SIDE = 400
#: a card fills at least this part of a photo, and one that fills more than this needs no cutting out
LEAST_SHARE, MOST_SHARE = 0.10, 0.94
#: long side to short side of a card (1.586 when seen from above; perspective changes it)
ASPECT = (1.15, 2.3)
#: a corner of a leaning card has between 90 minus and 90 plus this many degrees
CORNER = 38
#: difference of colour (CIE Lab, 8 bit) across a side from which a point of it counts as an edge
STEP = 9.0
#: part of the points of every side, and of all sides, that must be edges
EVERY_SIDE, ALL_SIDES = 0.45, 0.75
#: how much is left around the card, as part of its width: corners found on a small copy are not exact
MARGIN = 0.012
#: second difference of lightness (8 bit) from which a pixel of the small copy may belong to a letter
LETTER = 18.0
#: a side runs along the picture's edge when it is off by fewer degrees, or by fewer pixels than corners are found to
STRAIGHT, CROOKED = 1.2, 2.5
#: part of the pixels outside a rectangle above which there is text there, and of the rim below which there is none
TEXT_OUTSIDE, TEXT_AT_RIM = 0.012, 0.002


@dataclass(frozen=True)
class Frame:
    """A card in a photo: its corners in pixels, clockwise from the top left as seen."""

    corners: np.ndarray


def find_frame(picture: np.ndarray) -> Frame | None:
    """Return where the card lies in an RGB picture, or None when no clear rectangle stands out."""
    scale = LOOK_SIDE / max(picture.shape[:2])
    small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else picture
    lab = cv2.medianBlur(cv2.cvtColor(small, cv2.COLOR_RGB2LAB), 5)
    judged = [(score, quad) for quad in _candidates(lab) if (score := _judge(quad, lab)) > 0]
    if not judged:
        return None
    _, quad = max(judged, key=lambda pair: pair[0])
    return None if _is_panel(quad, small) else Frame(quad / min(scale, 1.0))


def cut_out(picture: np.ndarray, frame: Frame, least: int, most: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the card as a rectangle with a small margin; its long side is kept between `least` and `most` pixels.

    With it comes the 3 x 3 matrix that took the picture's places to the rectangle's.
    """
    corners = frame.corners.astype(np.float32)
    across, down = _sides(corners)
    factor = min(max(max(across, down), least), most) / max(across, down)
    size = np.array([across, down]) * factor
    edge = MARGIN * size.max()
    inside = np.array([[0, 0], [size[0], 0], size, [0, size[1]]], np.float32) + np.float32(edge)
    turn = cv2.getPerspectiveTransform(corners, inside.astype(np.float32))
    wide, high = (round(float(side + 2 * edge)) for side in size)
    how = cv2.INTER_AREA if factor < 0.7 else cv2.INTER_CUBIC
    card = cv2.warpPerspective(picture, turn, (wide, high), flags=how, borderMode=cv2.BORDER_REPLICATE)
    return card, np.asarray(turn, np.float64)


def _sides(quad: np.ndarray) -> tuple[float, float]:
    """Return the mean lengths of the sides that run across and down."""
    lengths = [float(np.linalg.norm(quad[(i + 1) % 4] - quad[i])) for i in range(4)]
    return (lengths[0] + lengths[2]) / 2, (lengths[1] + lengths[3]) / 2


# --- candidates -----------------------------------------------------------------------------------------


def _candidates(lab: np.ndarray) -> Iterator[np.ndarray]:
    for mask in (*_unlike_the_edge(lab), *_outlined(lab)):
        outlines, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
        for outline in sorted(outlines, key=cv2.contourArea, reverse=True)[:3]:
            if cv2.contourArea(cv2.convexHull(outline)) < LEAST_SHARE * mask.size:
                break
            quad = _four_corners(cv2.convexHull(outline)[:, 0, :].astype(np.float64))
            if quad is not None:
                yield _clockwise(quad)


def _unlike_the_edge(lab: np.ndarray) -> Iterator[np.ndarray]:
    """Yield masks of what differs from the few colours that stand along the picture's edge."""
    high, wide = lab.shape[:2]
    rim = max(2, round(0.02 * max(high, wide)))
    ring = np.concatenate([
        lab[:rim].reshape(-1, 3), lab[-rim:].reshape(-1, 3), lab[:, :rim].reshape(-1, 3), lab[:, -rim:].reshape(-1, 3)
    ]).astype(np.float32)  # fmt: skip
    for colours in (1, 4):
        centres = _main_colours(ring, colours)
        away = np.min([np.linalg.norm(lab.astype(np.float32) - centre, axis=2) for centre in centres], axis=0)
        grey = np.clip(away, 0, 255).astype(np.uint8)
        level, _ = cv2.threshold(grey, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
        for threshold in {max(8.0, level), max(8.0, level / 2)}:
            mask = (grey > threshold).astype(np.uint8)
            mask = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((7, 7), np.uint8))
            yield cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((9, 9), np.uint8))


def _main_colours(points: np.ndarray, count: int) -> np.ndarray:
    until = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 10, 1.0)
    labels = np.zeros((len(points), 1), np.int32)
    cv2.setRNGSeed(1)  # the same picture is read the same way every time
    return np.asarray(cv2.kmeans(points, count, labels, until, 1, cv2.KMEANS_PP_CENTERS)[2])


def _outlined(lab: np.ndarray) -> Iterator[np.ndarray]:
    """Yield masks of closed outlines in lightness and in both colours."""
    for low in (15, 40):
        edges = [cv2.Canny(np.ascontiguousarray(lab[:, :, channel]), low, 3 * low) for channel in range(3)]
        joined = cv2.dilate(np.max(edges, axis=0).astype(np.uint8), np.ones((3, 3), np.uint8))
        outlines, _ = cv2.findContours(joined, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
        mask = np.zeros(lab.shape[:2], np.uint8)
        cv2.drawContours(mask, outlines, -1, 1, cv2.FILLED)
        yield cv2.erode(mask, np.ones((3, 3), np.uint8))
        yield cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((25, 25), np.uint8))


def _four_corners(hull: np.ndarray) -> np.ndarray | None:
    """Return the four-cornered outline around a convex hull: sides are dropped until four are left.

    Each time the side goes whose neighbours, made longer until they meet, add the least area. So rounded corners
    become sharp and the long sides stay where they are.
    """
    points = list(cv2.approxPolyDP(hull.astype(np.float32), 2.0, True)[:, 0, :].astype(np.float64))
    while len(points) > 4:
        offers = [(*offer, i) for i in range(len(points)) if (offer := _without_side(points, i))]
        if not offers:
            return None
        _, corner, i = min(offers, key=lambda offer: offer[0])
        points[i] = corner
        del points[(i + 1) % len(points)]
    return np.array(points) if len(points) == 4 else None


def _without_side(points: list[np.ndarray], i: int) -> tuple[float, np.ndarray] | None:
    """Return the area that is added when side i goes and its neighbours are made longer, and where they meet."""
    count = len(points)
    before, start, end, after = (points[(i + step) % count] for step in (-1, 0, 1, 2))
    one, other = start - before, end - after
    cross = one[0] * other[1] - one[1] * other[0]
    if abs(cross) < 1e-6:
        return None
    gap = end - start
    along = (gap[0] * other[1] - gap[1] * other[0]) / cross
    corner = start + along * one
    if along < 0 or np.dot(corner - end, other) < 0:
        return None
    added = abs(gap[0] * (corner - start)[1] - gap[1] * (corner - start)[0]) / 2
    return float(added), corner


def _clockwise(quad: np.ndarray) -> np.ndarray:
    """Return the corners clockwise, the one nearest the top left first."""
    middle = quad.mean(axis=0)
    ordered = quad[np.argsort(np.arctan2(*(quad - middle).T[::-1]))]
    return np.roll(ordered, -int(np.argmin(ordered.sum(axis=1))), axis=0)


# --- judging --------------------------------------------------------------------------------------------


def _judge(quad: np.ndarray, lab: np.ndarray) -> float:
    """Return how much four corners look like a card's: 0 when they cannot be one; larger is better."""
    high, wide = lab.shape[:2]
    share = cv2.contourArea(quad.astype(np.float32)) / (high * wide)
    across, down = _sides(quad)
    aspect = max(across, down) / max(min(across, down), 1.0)
    if not LEAST_SHARE <= share <= MOST_SHARE or not ASPECT[0] <= aspect <= ASPECT[1] or not _is_square_enough(quad):
        return 0.0
    if (quad < [-0.03 * wide, -0.03 * high]).any() or (quad > [1.03 * wide, 1.03 * high]).any():
        return 0.0
    sides = [_edge_share(quad[i], quad[(i + 1) % 4], quad.mean(axis=0), lab) for i in range(4)]
    if min(sides) < EVERY_SIDE or sum(sides) / 4 < ALL_SIDES:
        return 0.0
    return sum(sides) / 2 + 0.5 * share


def _is_square_enough(quad: np.ndarray) -> bool:
    """Say whether every corner is near a right angle."""
    for i in range(4):
        one, other = quad[i - 1] - quad[i], quad[(i + 1) % 4] - quad[i]
        cosine = float(np.dot(one, other) / max(np.linalg.norm(one) * np.linalg.norm(other), 1e-6))
        if abs(90 - np.degrees(np.arccos(np.clip(cosine, -1, 1)))) > CORNER:
            return False
    return True


def _edge_share(start: np.ndarray, end: np.ndarray, middle: np.ndarray, lab: np.ndarray) -> float:
    """Return on which part of a side the colours right inside and right outside differ.

    Points outside the picture count as edges: there the photo ends with the card.
    """
    along = end - start
    normal = np.array([-along[1], along[0]]) / max(float(np.linalg.norm(along)), 1.0)
    normal *= np.sign(np.dot(middle - start, normal)) or 1.0
    points = start + np.linspace(0.08, 0.92, 40)[:, None] * along
    inside, outside = points + 4 * normal, points - 4 * normal
    high, wide = lab.shape[:2]
    beyond = ((outside < 0) | (outside >= [wide, high])).any(axis=1)
    colours = [_pick(lab, place) for place in (inside, outside)]
    differs = np.linalg.norm(colours[0] - colours[1], axis=1) >= STEP
    return float(np.mean(differs | beyond))


def _pick(lab: np.ndarray, places: np.ndarray) -> np.ndarray:
    high, wide = lab.shape[:2]
    columns = np.clip(np.round(places[:, 0]).astype(int), 0, wide - 1)
    rows = np.clip(np.round(places[:, 1]).astype(int), 0, high - 1)
    return lab[rows, columns].astype(np.float32)


def _is_panel(quad: np.ndarray, small: np.ndarray) -> bool:
    """Say whether a rectangle is a panel printed on a scanned card.

    There is text around it, and either none at the rim of the picture, or the rectangle stands as straight as only
    print does.
    """
    grey = cv2.GaussianBlur(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), (3, 3), 0)
    letters = (np.abs(cv2.Laplacian(grey, cv2.CV_32F)) > LETTER).astype(np.uint8)
    outside = np.full(grey.shape, 255, np.uint8)
    cv2.fillConvexPoly(outside, np.round(quad).astype(np.int32), 0)
    outside = cv2.erode(outside, np.ones((11, 11), np.uint8)).astype(np.uint8)
    if cv2.mean(letters, outside)[0] <= TEXT_OUTSIDE:
        return False
    rim = np.full(grey.shape, 255, np.uint8)
    width = max(3, round(0.02 * max(grey.shape)))
    rim[width:-width, width:-width] = 0
    return _is_straight(quad) or cv2.mean(letters, rim & outside)[0] < TEXT_AT_RIM


def _is_straight(quad: np.ndarray) -> bool:
    """Say whether all four sides run along the picture's edges."""
    gone = np.abs(np.roll(quad, -1, axis=0) - quad)
    off, along = gone.min(axis=1), gone.max(axis=1)
    return bool(((off < CROOKED) | (np.degrees(np.arctan2(off, along)) < STRAIGHT)).all())
