"""Draw a card front (and back) from a layout, with fonts that come inside Pillow and OpenCV only."""

from dataclasses import asdict, dataclass, fields

import cv2
import numpy as np
import zxingcpp
from PIL import Image, ImageChops, ImageDraw, ImageFont

from tests.cards.layouts import Box, Layout, Put
from tests.cards.people import Member

_OPENCV_FACES = {name: cv2.FontFace(name) for name in ("sans", "italic", "uni")}


@dataclass(frozen=True)
class DrawnCard:
    """A drawn card and what is really on it."""

    layout: Layout
    front: Image.Image

    @property
    def member(self) -> Member:
        """Return the known truth, as a reader should say it."""
        return self.layout.read_as or self.layout.member


def draw_front(layout: Layout) -> DrawnCard:
    """Draw the front of a layout at its own size."""
    page = Image.new("RGB", layout.size, layout.paper)
    words = _words(layout.member)
    for item in layout.items:
        if isinstance(item, Box):
            _draw_box(page, item, layout)
        elif text := _fill(item.text, words):
            _draw_text(page, item, text, _colour(item.colour, layout))
    return DrawnCard(layout, page)


def draw_back(member: Member, *, barcode: bool = True) -> Image.Image:
    """Draw a plain back: service lines, claims address and, if wanted, the PDF417 of the health card standard."""
    page = Image.new("RGB", (1012, 638), "white")
    lines = (
        "Call Member Services with questions about your coverage.",
        f"Member Services: {member.phone}",
        "Provider Services: 800-555-0177",
        "Pharmacists: 800-555-0188",
        f"Claims: {member.payer_name}, {member.claims_box}, {member.claims_city}",
    )
    for number, line in enumerate(lines):
        _draw_text(page, Put(40, 300 + 44 * number, line, 22), line, "#1c1c1e")
    if barcode:
        page.paste(_pdf417(member), (40, 60))
    return page


def _pdf417(member: Member) -> Image.Image:
    first, _, last = member.member_name.upper().rpartition(" ")
    text = (
        f"%WH{member.issuer}{member.member_number}^{last}/{first}^GR{member.group_number}"
        f"^BN{member.rx_bin}^PC{member.rx_pcn}^DI01/15/2026?"
    )
    code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.PDF417)
    picture = Image.fromarray(np.array(code.to_image(scale=2)))
    return picture.convert("RGB").resize((930, 150), Image.Resampling.NEAREST)


def _words(member: Member) -> dict[str, str]:
    words = {key: str(value) for key, value in asdict(member).items() if isinstance(value, str)}
    issuer, number = member.issuer, member.member_number
    words["issuer_dashed"] = f"{issuer[:3]}-{issuer[3:8]}-{issuer[8:]}"
    words["member_number_spaced"] = f"{number[:5]} {number[5:]}"
    for position, name in enumerate(member.dependents, start=1):
        words[f"dependent_{position}"] = name
    words |= {service: str(dollars) for service, dollars in member.copays.items()}
    return words


def _fill(template: str, words: dict[str, str]) -> str:
    try:
        return template.format_map(words)
    except KeyError:
        return ""


def _colour(name: str, layout: Layout) -> str:
    if name == "band":
        return "#e4e6ee"
    known = {field.name for field in fields(layout)}
    return str(getattr(layout, name)) if name in known else name


def _draw_box(page: Image.Image, box: Box, layout: Layout) -> None:
    corners = (box.left, box.top, box.right, box.bottom)
    fill = _colour(box.fill, layout) if box.fill else None
    ImageDraw.Draw(page).rectangle(corners, fill=fill, outline=_colour(box.line, layout), width=box.stroke)


def _draw_text(page: Image.Image, put: Put, text: str, colour: str) -> None:
    mask = _aileron_mask(text, put) if put.face == "aileron" else _opencv_mask(text, put)
    if put.width != 1.0:
        mask = mask.resize((max(1, round(mask.width * put.width)), mask.height), Image.Resampling.LANCZOS)
    page.paste(colour, (put.x, put.y), mask)


def _aileron_mask(text: str, put: Put) -> Image.Image:
    font = ImageFont.load_default(put.size)
    room = Image.new("L", (round(font.getlength(text)) + 12, round(put.size * 1.4)))
    bold = {400: 0, 600: 0.4, 700: 0.8}.get(put.weight, 0)
    ImageDraw.Draw(room).text((2, 0), text, 255, font, stroke_width=bold)
    return room


def _opencv_mask(text: str, put: Put) -> Image.Image:
    room = np.zeros((round(put.size * 1.5), round(put.size * len(text) * 0.9) + 40, 3), np.uint8)
    cv2.putText(room, text, (2, round(put.size * 1.0)), (255, 255, 255), _OPENCV_FACES[put.face], put.size, put.weight)
    mask = Image.fromarray(room).convert("L")
    ink = ImageChops.offset(mask, 0).getbbox() or (0, 0, 1, 1)
    return mask.crop((0, 0, ink[2] + 2, mask.height))
