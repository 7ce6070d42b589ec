"""Making the lines of a photo level: the tilt and the lean of the picture, told by the lines of text themselves."""

import numpy as np

#: a box tells a direction when it is so many times wider than high
TELLS = 3.0
#: so many of them, and spread over so much of the picture's height, tell how the lines lean towards each other
FEWEST, SPREAD = 5, 0.25
#: the most that lean is believed: how much larger the letters at one edge are than in the middle
MOST_LEAN = 0.35


def levelling(quads: np.ndarray) -> np.ndarray:
    """Return the 3 x 3 matrix (homogeneous coordinates) that makes the lines of text horizontal and parallel.

    `quads` are the text boxes, n x 4 corners clockwise from the top left. Without telling boxes nothing is changed.
    """
    starts, ends = (quads[:, 0] + quads[:, 3]) / 2, (quads[:, 1] + quads[:, 2]) / 2
    lengths = np.linalg.norm(ends - starts, axis=1)
    heights = np.linalg.norm(quads[:, 3] - quads[:, 0], axis=1)
    tells = lengths > TELLS * heights
    if not tells.any():
        return np.eye(3)
    centre = quads.reshape(-1, 2).mean(axis=0)
    angle = float(np.median(np.arctan2(*(ends - starts)[tells].T[::-1])))
    upright = _turn(-angle) @ _move(-centre)
    starts, ends = apply(upright, starts[tells]), apply(upright, ends[tells])
    reach = np.abs(apply(upright, quads.reshape(-1, 2))).max(axis=0)
    slope, lean = _converging(starts, ends, reach)
    flat = np.array([[1.0, 0, 0], [-slope, 1, 0], [-lean, 0, 1]])
    return _move(centre) @ flat @ upright


def apply(matrix: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Return points (n x 2) moved by a matrix."""
    moved = np.concatenate([points, np.ones((len(points), 1))], axis=1) @ matrix.T
    return moved[:, :2] / moved[:, 2:]


def _converging(starts: np.ndarray, ends: np.ndarray, reach: np.ndarray) -> tuple[float, float]:
    """Return the slope of the lines through the middle, and how they lean towards one point far right or left.

    A line through (x, y) that meets that point has slope s = slope + lean * (x * s - y): solved by least squares,
    twice, the second time without the lines that fit badly.
    """
    gone = ends - starts
    slopes, middles = gone[:, 1] / np.maximum(gone[:, 0], 1.0), (starts + ends) / 2
    if len(slopes) < FEWEST or np.ptp(middles[:, 1]) < SPREAD * 2 * reach[1]:
        return 0.0, 0.0
    rows = np.stack([np.ones(len(slopes)), middles[:, 0] * slopes - middles[:, 1]], axis=1)
    weights = np.sqrt(np.maximum(gone[:, 0], 1.0))
    found = np.zeros(2)
    for _ in range(2):
        found = np.linalg.lstsq(rows * weights[:, None], slopes * weights, rcond=None)[0]
        off = np.abs(rows @ found - slopes)
        weights = np.where(off <= 2.5 * max(float(np.median(off)), 1e-3), weights, 0.0)
    most = MOST_LEAN / max(float(reach[0]), 1.0)
    return float(found[0]), float(np.clip(found[1], -most, most))


def _turn(angle: float) -> np.ndarray:
    cos, sin = np.cos(angle), np.sin(angle)
    return np.array([[cos, -sin, 0], [sin, cos, 0], [0, 0, 1.0]])


def _move(by: np.ndarray) -> np.ndarray:
    return np.array([[1.0, 0, by[0]], [0, 1, by[1]], [0, 0, 1]])
