"""Links as pictures for a phone's camera."""

from __future__ import annotations

import base64

import qrcode
from qrcode.image.svg import SvgPathImage


def drawn(link: str) -> str:
    """Return the address of a picture of the link for a phone's camera; the picture is in the address itself."""
    picture = qrcode.make(link, image_factory=SvgPathImage, border=2).to_string()
    return f"data:image/svg+xml;base64,{base64.b64encode(picture).decode()}"
