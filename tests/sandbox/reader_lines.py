"""Hand-made lines of text for the card reader's pure parts: no picture, no OCR."""

from sandbox.cardscan.reader.lines import Box, Line


def line(text: str, left: float, top: float, height: float = 30, score: float = 0.98) -> Line:
    """Return a line whose letters are half as wide as the line is high."""
    return Line(text, Box(left, top, left + len(text) * height * 0.5, top + height), score)


def front(*rows: tuple[str, float, float] | tuple[str, float, float, float]) -> list[Line]:
    """Return lines from (text, left, top) or (text, left, top, height), in reading order."""
    return sorted((line(*row) for row in rows), key=lambda one: (one.box.top, one.box.left))
