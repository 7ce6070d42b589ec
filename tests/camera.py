"""Cards for the tests in a browser, drawn; what its camera sees is Ellen Hargrove's, held before a desk."""

import io
from dataclasses import replace
from pathlib import Path

from PIL import Image

from tests.cards.draw import draw_back, draw_front
from tests.cards.layouts import TUNED
from tests.cards.people import MEMBERS, Member

_PAYER = {"payer_name": "UnitedHealthcare", "payer_id": "87726", "plan_name": "Choice Plus"}
ELLEN, PRIYA = replace(MEMBERS["ellen"], **_PAYER), replace(MEMBERS["priya"], **_PAYER)
VIEW = (1280, 720)


def card_of(member: Member) -> tuple[Image.Image, Image.Image]:
    """Return front and back of a member's card."""
    layout = replace(next(one for one in TUNED if one.name == "ruled"), member=member)
    return draw_front(layout).front, draw_back(member)


def film(path: Path) -> Path:
    """Write what the camera sees as a film of JPEGs, which Chromium plays again and again; return its path."""
    view = Image.new("RGB", VIEW, "#6b5a48")
    card = card_of(ELLEN)[0].convert("RGB")
    card.thumbnail((1000, 620))
    view.paste(card, ((VIEW[0] - card.width) // 2, (VIEW[1] - card.height) // 2))
    frame = io.BytesIO()
    view.save(frame, "JPEG", quality=95, subsampling="4:2:0")
    path.write_bytes(frame.getvalue() * 3)
    return path
