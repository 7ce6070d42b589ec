"""Reads an insurance card from photos, in the shape of CardScan's answers (docs/card_reader.md).

`ReadCard.fields` has every single value that was read, also the Rx group (`fields["rx_group"]`), for which the vendor's
`details` have no key: it is never sent to a client. Each is a MatchScore like those of `details`
(`{"value": "RXHLTH", "scores": ["0.981", "0.970"]}`). The score of a field is the lower of its two scores.
"""

import time
from dataclasses import dataclass, field

import numpy as np

from sandbox.cardscan.reader import ocr
from sandbox.cardscan.reader.barcode import CardBarcode, read_barcode
from sandbox.cardscan.reader.card import details, enriched_results, matches, read_reading
from sandbox.cardscan.reader.lines import Line
from sandbox.cardscan.reader.picture import NotAPicture, for_ocr, open_upright

__all__ = ["ReadCard", "ReadSide", "put_together", "read_card", "read_side", "warm_up"]


@dataclass(frozen=True)
class ReadSide:
    """What was seen on one side. `is_picture` is false when the bytes could not be opened.

    `view` takes places of the lines to fractions of the photo.
    """

    lines: tuple[Line, ...]
    barcode: CardBarcode | None
    seconds: float
    is_picture: bool = True
    view: np.ndarray | None = field(default=None, compare=False)


@dataclass(frozen=True)
class ReadCard:
    """A card as CardScan would answer it.

    `details` and `enriched` have the vendor's names and shapes (contract sections 4: details, enriched_results);
    both are empty when `is_card` is false. `fields` has all single values, also those the vendor has no key for.
    `seconds` is the reader's own processing time.
    """

    is_card: bool
    seconds: float
    details: dict[str, object] = field(default_factory=dict)
    enriched: dict[str, object] = field(default_factory=dict)
    fields: dict[str, dict[str, object]] = field(default_factory=dict)


def warm_up() -> None:
    """Load the OCR models once; later readings do not wait for them."""
    ocr.warm_up()


def read_card(front: bytes, back: bytes | None = None) -> ReadCard:
    """Read a card from the photos of its front and, if given, its back (JPEG, PNG or WebP bytes)."""
    return put_together(read_side(front), read_side(back) if back is not None else None)


def read_side(photo: bytes) -> ReadSide:
    """Find the text and the barcode of one photo. Bytes that are no picture give an empty side."""
    started = time.monotonic()
    try:
        picture = open_upright(photo)
    except NotAPicture:
        return ReadSide((), None, time.monotonic() - started, is_picture=False)
    seen = for_ocr(picture)
    text = ocr.read_text(seen.pixels)
    barcode = read_barcode(picture, seen.pixels, text.tilt)
    return ReadSide(text.lines, barcode, time.monotonic() - started, view=seen.back @ text.back)


def put_together(front: ReadSide, back: ReadSide | None = None) -> ReadCard:
    """Make one card of the sides that were read. A back that is no picture counts as an empty back.

    The front alone decides whether this is a card.
    """
    started = time.monotonic()
    reading = read_reading(front.lines, None, front.barcode)
    if reading.is_card and back is not None:
        reading = read_reading(front.lines, back.lines, front.barcode or back.barcode)
    seconds = front.seconds + (back.seconds if back else 0.0) + time.monotonic() - started
    if not reading.is_card:
        return ReadCard(is_card=False, seconds=seconds)
    views = [front.view, back.view if back else None]
    return ReadCard(True, seconds, details(reading, views), enriched_results(reading), matches(reading))
