"""The sheet a card is drawn on. It notes which of the member's values were printed: they are the truth of the card."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace

from PIL import Image, ImageDraw

from tests.cards.lettering import Style, mask_of
from tests.cards.people import Member

Box = tuple[float, float, float, float]
#: pixels of the drawing for each point of the layout
SCALE = 1.5
CARD = (1012, 638)
#: other ways to print a value
_SAME = {"member_number_spaced": "member_number"}


class Sheet:
    """A side of a card, measured in points from its upper left corner (a card is 1012 by 638 points)."""

    def __init__(
        self,
        member: Member,
        *,
        style: Style | None = None,
        paper: str = "#ffffff",
        ink: str = "#1c1c1e",
        label: str = "",
        size: tuple[int, int] = CARD,
    ) -> None:
        """Take the member and the usual look: letters, paper, ink, and the ink of labels (the same when empty)."""
        self.style = style or Style()
        self.ink, self.label = ink, label or ink
        self.size = size
        self.page = Image.new("RGB", (round(size[0] * SCALE), round(size[1] * SCALE)), paper)
        self.printed: set[str] = set()
        self._taken: list[tuple[str, Box]] = []
        self._words = _Words(member, self.printed)

    def fill(self, template: str) -> str:
        """Return the text with the member's values in it and note them as printed; empty when a value is missing."""
        try:
            return template.format_map(self._words)
        except KeyError:
            return ""

    def says(self, *fields: str) -> None:
        """Note values that are printed in a form of their own, such as a name split over two lines."""
        self.printed.update(fields)

    def width(self, text: str, size: float, style: Style | None = None) -> float:
        """Return how many points the words run."""
        return mask_of(self.fill(text) or " ", size * SCALE, style or self.style).width / SCALE

    def put(
        self,
        x: float,
        y: float,
        text: str,
        size: float = 26,
        *,
        style: Style | None = None,
        colour: str = "",
        align: str = "left",
        room: float = 0,
    ) -> float:
        """Print words with their upper left corner at x, y and return where they end.

        `align` right or middle takes x as that edge of the words; words wider than `room` points (what is left of the
        sheet when it is not given) are set narrower.
        """
        words = self.fill(text)
        if not words:
            return x
        mask = mask_of(words, size * SCALE, style or self.style)
        room = room or (self.size[0] - 14 - x if align == "left" else self.size[0] - 28)
        if mask.width > room * SCALE:
            mask = mask.resize((round(room * SCALE), mask.height), Image.Resampling.LANCZOS)
        left = x * SCALE - {"left": 0.0, "middle": mask.width / 2, "right": float(mask.width)}[align]
        self.page.paste(colour or self.ink, (round(left), round(y * SCALE)), mask)
        self._take(words, mask, left, y * SCALE)
        return (left + mask.width) / SCALE

    def beside(
        self,
        x: float,
        y: float,
        label: str,
        value: str,
        size: float = 26,
        *,
        gap: float = 0,
        until: float = 0,
        bold: bool = False,
    ) -> float:
        """Print a label and its value right of it: `gap` points from the label's left edge, or close to its end.

        The value does not pass `until`, when that is given. A label without a value is left out.
        """
        if not self.fill(value):
            return x
        start = max(self.put(x, y, label, size, colour=self.label) + size * 0.3, x + gap)
        return self.put(start, y, value, size, style=self._value(bold), room=max(0, until - start))

    def below(
        self, x: float, y: float, label: str, value: str, size: float = 28, *, small: float = 18, bold: bool = False
    ) -> float:
        """Print a small label with its value under it; return the bottom of the value. Without a value nothing."""
        if not self.fill(value):
            return y
        self.put(x, y, label, small, colour=self.label)
        self.put(x, y + small * 1.3, value, size, style=self._value(bold))
        return y + small * 1.3 + size * 1.3

    def above(
        self, x: float, y: float, label: str, value: str, size: float = 28, *, small: float = 16, bold: bool = False
    ) -> float:
        """Print a value with its small label under it; return the bottom of the label. Without a value nothing."""
        if not self.fill(value):
            return y
        self.put(x, y, value, size, style=self._value(bold))
        self.put(x, y + size * 1.25, label, small, colour=self.label)
        return y + size * 1.25 + small * 1.3

    def rows(
        self,
        x: float,
        y: float,
        pairs: Iterable[tuple[str, str]],
        size: float = 24,
        *,
        gap: float = 0,
        until: float = 0,
        pitch: float = 1.4,
    ) -> float:
        """Print labels and values line under line (empty values are left out); return where the next line goes."""
        for label, value in pairs:
            if self.fill(value):
                self.beside(x, y, label, value, size, gap=gap, until=until)
                y += size * pitch
        return y

    def lines(self, x: float, y: float, texts: Iterable[str], size: float = 18, *, pitch: float = 1.4) -> float:
        """Print texts line under line (empty ones are left out); return where the next line goes."""
        for text in texts:
            if self.fill(text):
                self.put(x, y, text, size)
                y += size * pitch
        return y

    def table(
        self, columns: Sequence[float], y: float, rows: Iterable[Sequence[str]], size: float = 20, *, pitch: float = 1.5
    ) -> float:
        """Print rows of cells, each from the left edge of its column on; return where the next row goes.

        A row is left out when the member has no value for one of its cells; an empty cell is only empty.
        """
        edges = (*columns, self.size[0] - 6)
        for row in rows:
            if all(self.fill(cell) for cell in row if cell):
                for left, right, cell in zip(columns, edges[1:], row, strict=False):
                    self.put(left, y, cell, size, room=right - left - 8)
                y += size * pitch
        return y

    def box(
        self, left: float, top: float, right: float, bottom: float, *, fill: str = "", line: str = "", stroke: float = 2
    ) -> None:
        """Draw a rectangle, filled, outlined or both."""
        corners = tuple(round(edge * SCALE) for edge in (left, top, right, bottom))
        ImageDraw.Draw(self.page).rectangle(corners, fill or None, line or None, round(stroke * SCALE))

    def shape(self, points: Iterable[tuple[float, float]], fill: str) -> None:
        """Draw a filled polygon."""
        ImageDraw.Draw(self.page).polygon([(x * SCALE, y * SCALE) for x, y in points], fill)

    def disc(self, x: float, y: float, radius: float, fill: str) -> None:
        """Draw a filled circle around x, y."""
        corners = tuple(edge * SCALE for edge in (x - radius, y - radius, x + radius, y + radius))
        ImageDraw.Draw(self.page).ellipse(corners, fill)

    def picture(self, x: float, y: float, picture: Image.Image, wide: float, high: float) -> None:
        """Put a picture, such as a barcode, on the sheet without smoothing it."""
        size = (round(wide * SCALE), round(high * SCALE))
        self.page.paste(picture.resize(size, Image.Resampling.NEAREST), (round(x * SCALE), round(y * SCALE)))

    def collisions(self) -> list[tuple[str, str]]:
        """Return the pairs of texts that were printed over each other: a mistake of the layout."""
        return [
            (first, second)
            for place, (first, one) in enumerate(self._taken)
            for second, other in self._taken[place + 1 :]
            if one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
        ]

    def _take(self, words: str, mask: Image.Image, left: float, top: float) -> None:
        ink = mask.point(lambda value: 255 if value > 60 else 0).getbbox()
        if ink:
            self._taken.append((words, (left + ink[0], top + ink[1], left + ink[2], top + ink[3])))

    def _value(self, bold: bool) -> Style:
        return replace(self.style, weight=700) if bold else self.style


class _Words(dict[str, str]):
    """The member's values by name; a value that is taken is noted as printed."""

    def __init__(self, member: Member, printed: set[str]) -> None:
        super().__init__(values_of(member))
        self._printed = printed

    def __getitem__(self, name: str) -> str:
        value = super().__getitem__(name)
        self._printed.add(_SAME.get(name, name))
        return value


def values_of(member: Member) -> dict[str, str]:
    """Return everything a template can name: the member's values, dependents, copays, and ids in groups."""
    words = {key: value for key, value in asdict(member).items() if isinstance(value, str) and value}
    issuer, number = member.issuer, member.member_number
    words["issuer_dashed"] = f"{issuer[:3]}-{issuer[3:8]}-{issuer[8:]}"
    words["member_number_spaced"] = f"{number[:5]} {number[5:]}"
    for position, name in enumerate(member.dependents, start=1):
        words[f"dependent_{position}"] = name
    return words | {service: str(dollars) for service, dollars in member.copays.items()}
