"""The card reader: finding the card in a photo, and making the lines of text level."""

import io

import cv2
import numpy as np
import pytest
from PIL import Image

from sandbox.cardscan.demo_card import DemoCard, draw_front
from sandbox.cardscan.reader.frame import cut_out, find_frame
from sandbox.cardscan.reader.level import apply, levelling

CORNERS = np.array([[180, 120], [820, 170], [790, 590], [150, 520]], np.float32)


def photo(*, paper: int = 235, desk: int = 90) -> np.ndarray:
    """Return a leaning card with dark lines of text on a desk."""
    card = np.full((320, 500, 3), paper, np.uint8)
    for row in range(40, 300, 50):
        card[row : row + 14, 40:430:3] = 30
    page = np.full((700, 1000, 3), desk, np.uint8)
    turn = cv2.getPerspectiveTransform(np.array([[0, 0], [500, 0], [500, 320], [0, 320]], np.float32), CORNERS)
    seen = cv2.warpPerspective(card, turn, (1000, 700))
    mask = cv2.warpPerspective(np.full((320, 500), 255, np.uint8), turn, (1000, 700))
    return np.where(mask[:, :, None] > 127, seen, page)


@pytest.mark.parametrize(("paper", "desk"), [(235, 90), (60, 210)])
def test_it_finds_a_leaning_card(paper: int, desk: int) -> None:
    frame = find_frame(photo(paper=paper, desk=desk))
    assert frame is not None
    assert np.abs(frame.corners - CORNERS).max() < 12


def test_a_shadow_over_half_the_card_does_not_hide_it() -> None:
    seen = photo().astype(np.float32)
    seen[:, 480:] *= 0.5
    frame = find_frame(seen.astype(np.uint8))
    assert frame is not None
    assert np.abs(frame.corners - CORNERS).max() < 16


def test_the_card_is_cut_out_as_a_rectangle() -> None:
    seen = photo()
    frame = find_frame(seen)
    assert frame is not None
    card, _ = cut_out(seen, frame, 1000, 1400)
    assert 1000 <= max(card.shape[:2]) <= 1400
    assert card.mean() > 180  # paper, hardly any desk


def test_a_scan_without_a_desk_has_no_frame() -> None:
    scan = np.full((638, 1012, 3), 255, np.uint8)
    scan[100:600:50, 60:700] = 20
    assert find_frame(scan) is None


@pytest.mark.parametrize("quality", [75, 80, 85, 90, 95])
def test_what_jpeg_does_to_a_panels_corners_makes_no_card_of_it(quality: int) -> None:
    packed = io.BytesIO()
    draw_front(DemoCard()).save(packed, "JPEG", quality=quality)
    assert find_frame(np.asarray(Image.open(packed).convert("RGB"))) is None


def test_a_panel_printed_on_a_scan_is_not_the_card() -> None:
    scan = np.full((638, 1012, 3), 255, np.uint8)
    scan[300:580, 540:960] = (200, 215, 240)
    for row in (*range(60, 580, 60), *range(320, 560, 60)):
        cv2.putText(
            scan, "Member ID 734120956", (60 if row % 3 else 570, row), cv2.FONT_HERSHEY_SIMPLEX, 1, (20,) * 3, 2
        )
    assert find_frame(scan) is None


def _quads(turn: np.ndarray) -> np.ndarray:
    boxes = [(40, y, 400, y + 24) for y in range(40, 600, 60)] + [(560, y, 900, y + 24) for y in range(40, 600, 60)]
    quads = np.array([[(x0, y0), (x1, y0), (x1, y1), (x0, y1)] for x0, y0, x1, y1 in boxes], np.float64)
    return apply(turn, quads.reshape(-1, 2)).reshape(-1, 4, 2)


@pytest.mark.parametrize("lean", [-0.0002, 0.0, 0.0002])
def test_lines_that_lean_towards_each_other_become_level(lean: float) -> None:
    turn = np.array([[np.cos(0.1), -np.sin(0.1), 0], [np.sin(0.1), np.cos(0.1), 0], [lean, 0, 1]])
    quads = _quads(turn)
    level = apply(levelling(quads), quads.reshape(-1, 2)).reshape(-1, 4, 2)
    drops = level[:10, 0, 1] - level[10:, 0, 1]
    assert np.abs(drops).max() < 2


def test_one_box_that_stands_out_does_not_tilt_the_others() -> None:
    quads = _quads(np.eye(3))
    quads[3, 1:3, 1] += 120
    level = apply(levelling(quads), quads.reshape(-1, 2)).reshape(-1, 4, 2)
    assert abs(level[0, 0, 1] - level[10, 0, 1]) < 4


def test_without_wide_boxes_nothing_is_moved() -> None:
    assert (levelling(np.array([[(0, 0), (20, 0), (20, 20), (0, 20)]], np.float64)) == np.eye(3)).all()


def test_a_panel_under_a_coloured_band_is_not_the_card() -> None:
    scan = np.full((638, 1012, 3), 255, np.uint8)
    scan[:90] = (20, 60, 140)
    scan[300:580, 540:960] = (200, 215, 240)
    for row in (*range(130, 580, 60), *range(340, 560, 60)):
        cv2.putText(
            scan, "Member ID 734120956", (60 if row % 3 else 570, row), cv2.FONT_HERSHEY_SIMPLEX, 1, (20,) * 3, 2
        )
    assert find_frame(scan) is None
