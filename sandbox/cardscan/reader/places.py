"""Where on the photos a value stands: from the level lines back to fractions of the photo that was sent. Pure."""

from collections.abc import Sequence

import numpy as np

from sandbox.cardscan.reader.level import apply
from sandbox.cardscan.reader.lines import Place

#: for each side the 3 x 3 matrix that takes places of its lines to fractions of its photo; None when it has none
Views = Sequence["np.ndarray | None"]
SIDES = ("front", "back")
#: a box smaller than this part of the photo in either direction shows nothing
LEAST = 0.002


def place_on(views: Views, place: Place | None) -> dict[str, object] | None:
    """Return the side and the box (left, top, width and height as fractions of the photo); None when not known.

    The box is upright on the photo, so around tilted text it is larger than the text.
    """
    view = views[place.side] if place is not None and place.side < len(views) else None
    if place is None or view is None:
        return None
    box = place.box
    corners = np.array([[x, y] for x in (box.left, box.right) for y in (box.top, box.bottom)], np.float64)
    shown = np.clip(apply(view, corners), 0.0, 1.0)
    (left, top), (right, bottom) = shown.min(axis=0).tolist(), shown.max(axis=0).tolist()
    if not (right - left >= LEAST and bottom - top >= LEAST):
        return None
    told = {"x": left, "y": top, "width": right - left, "height": bottom - top}
    return {"side": SIDES[place.side], **{name: round(part, 4) for name, part in told.items()}}
