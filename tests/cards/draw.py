"""Draw a card front (and back) from a layout, with fonts that come inside Pillow and OpenCV only."""

from dataclasses import dataclass

from PIL import Image

from tests.cards.layouts import Box, Layout, Put
from tests.cards.lettering import Style
from tests.cards.people import Member
from tests.cards.shapes import pdf417
from tests.cards.sheet import Sheet


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
    """Draw the front of a layout."""
    return DrawnCard(layout, put_on_sheet(layout).page)


def put_on_sheet(layout: Layout) -> Sheet:
    """Draw the front of a layout on a sheet that knows what it printed."""
    sheet = Sheet(layout.member, paper=layout.paper, ink=layout.ink, label=layout.label, size=layout.size)
    for item in layout.items:
        if isinstance(item, Box):
            _draw_box(sheet, item, layout)
        else:
            _draw_text(sheet, item, layout)
    return sheet


def draw_back(member: Member, *, barcode: bool = True) -> Image.Image:
    """Draw a plain back: service lines, claims address and, if wanted, the PDF417 of the health card standard."""
    sheet = Sheet(member)
    lines = (
        "Call Member Services with questions about your coverage.",
        "Member Services: {phone}",
        "Provider Services: 800-555-0177",
        "Pharmacists: 800-555-0188",
        "Claims: {payer_name}, {claims_box}, {claims_city}",
    )
    sheet.lines(40, 300, lines, 22, pitch=2)
    if barcode:
        sheet.picture(40, 60, pdf417(member), 930, 150)
    return sheet.page


def _colour(name: str, layout: Layout) -> str:
    known = {"brand": layout.brand, "paper": layout.paper, "ink": layout.ink, "label": layout.label, "band": "#e4e6ee"}
    return known.get(name, name)


def _draw_box(sheet: Sheet, box: Box, layout: Layout) -> None:
    fill = _colour(box.fill, layout) if box.fill else ""
    sheet.box(box.left, box.top, box.right, box.bottom, fill=fill, line=_colour(box.line, layout), stroke=box.stroke)


def _draw_text(sheet: Sheet, put: Put, layout: Layout) -> None:
    style = Style(put.face, put.weight, put.width)
    sheet.put(put.x, put.y, put.text, put.size, style=style, colour=_colour(put.colour, layout))
