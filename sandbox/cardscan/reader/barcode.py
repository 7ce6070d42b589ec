"""The PDF417 on the back of a health card: an exact second source beside OCR.

Its text follows the machine-readable format of the WEDI health card guide: `%WH`, the ten-digit issuer number
(80840 left out), the member number, then `^`-separated name and fields with a two-letter qualifier, closed by `?`.
"""

import re
from dataclasses import dataclass

import numpy as np
import zxingcpp
from PIL import Image

#: qualifier in the barcode -> field of the card
QUALIFIERS = {"GR": "group_number", "BN": "rx_bin", "PC": "rx_pcn", "DB": "member_dob"}

#: degrees of tilt that the decoder does not mind
LEVEL = 1.0

_START = re.compile(r"^%?WH(?P<issuer>9\d{9})(?P<member>[A-Z0-9]{4,20})$")
_NAME = re.compile(r"^[A-Z][A-Z '\-]*/[A-Z '\-]+$")
_DATE = re.compile(r"(\d{4})(\d{2})(\d{2})|(\d{1,2})/(\d{1,2})/(\d{4})")


@dataclass(frozen=True)
class CardBarcode:
    """What the barcode says; `fields` has the vendor's field names."""

    fields: dict[str, str]


def read_barcode(picture: Image.Image, seen: np.ndarray, tilt: float = 0.0) -> CardBarcode | None:
    """Return the health card barcode of a picture, or None when there is none.

    `seen` is the same picture as the text was read from, with the card cut out where that was possible, and `tilt` by
    how many degrees (clockwise) its text is tilted: the decoder gives up from about 3, so it is made level and tried.
    """
    found = _decode(picture)
    if found is not None:
        return found
    card = Image.fromarray(seen)
    return _decode(card.rotate(tilt, Image.Resampling.BICUBIC, fillcolor="white") if abs(tilt) > LEVEL else card)


def _decode(picture: Image.Image) -> CardBarcode | None:
    formats = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.PDF417)
    for found in zxingcpp.read_barcodes(picture, formats=formats):
        if parsed := parse_barcode(found.text):
            return parsed
    return None


def parse_barcode(text: str) -> CardBarcode | None:
    """Return the fields in a barcode's text, or None if it is not of the health card format."""
    start, *parts = text.strip().split("?")[0].split("^")
    head = _START.match(start)
    if head is None:
        return None
    fields = {"member_number": head["member"], "plan_id": head["issuer"]}
    for part in parts:
        if _NAME.match(part):
            fields["member_name"] = _name(part)
        elif (kind := QUALIFIERS.get(part[:2])) and part[2:].strip():
            fields[kind] = _date(part[2:]) if kind == "member_dob" else part[2:].strip()
    return CardBarcode(fields)


def _name(text: str) -> str:
    """Return "LAST/FIRST M" as "first m last"."""
    last, _, first = text.partition("/")
    return " ".join(f"{first.strip()} {last.strip()}".split())


def _date(text: str) -> str:
    match = _DATE.search(text)
    if match is None:
        return text
    year, month, day = (match[1], match[2], match[3]) if match[1] else (match[6], match[4], match[5])
    return f"{int(month):02d}/{int(day):02d}/{year}"
