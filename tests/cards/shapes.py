"""Logos as drawn shapes, and the barcodes of card backs."""

from collections.abc import Callable

import numpy as np
import zxingcpp
from PIL import Image, ImageColor

from tests.cards.people import Member
from tests.cards.sheet import Sheet


def _cross(sheet: Sheet, x: float, y: float, size: float, colour: str) -> None:
    third = size / 3
    sheet.box(x + third, y, x + 2 * third, y + size, fill=colour)
    sheet.box(x, y + third, x + size, y + 2 * third, fill=colour)


def _shield(sheet: Sheet, x: float, y: float, size: float, colour: str) -> None:
    right, low = x + size * 0.85, y + size
    sheet.shape(((x, y), (right, y), (right, y + size * 0.6), (x + size * 0.425, low), (x, y + size * 0.6)), colour)


def _sun(sheet: Sheet, x: float, y: float, size: float, colour: str) -> None:
    half = size / 2
    sheet.disc(x + half, y + half, half * 0.6, colour)
    for step in range(8):
        angle = step * np.pi / 4
        far, near = np.array([np.cos(angle), np.sin(angle)]) * half, np.array([-np.sin(angle), np.cos(angle)]) * 4
        middle = np.array([x + half, y + half])
        sheet.shape([tuple(middle + far * 0.72 + near), tuple(middle + far), tuple(middle + far * 0.72 - near)], colour)


def _leaf(sheet: Sheet, x: float, y: float, size: float, colour: str) -> None:
    steps = np.linspace(0, np.pi, 24)
    upper = [(x + size * t / np.pi, y + size / 2 - size * 0.35 * np.sin(t)) for t in steps]
    lower = [(x + size * t / np.pi, y + size / 2 + size * 0.35 * np.sin(t)) for t in steps[::-1]]
    sheet.shape(upper + lower, colour)


def _waves(sheet: Sheet, x: float, y: float, size: float, colour: str) -> None:
    for row in range(3):
        top = y + size * (0.15 + 0.3 * row)
        walk = np.linspace(0, 1, 24)
        crest = [(x + size * t, top + size * 0.07 * np.sin(t * 2 * np.pi)) for t in walk]
        sheet.shape(crest + [(cx, cy + size * 0.12) for cx, cy in reversed(crest)], colour)


def _rings(sheet: Sheet, x: float, y: float, size: float, colour: str) -> None:
    for step in (0.0, 0.55):
        sheet.disc(x + size * (0.3 + step * 0.7), y + size / 2, size * 0.3, colour)
        sheet.disc(x + size * (0.3 + step * 0.7), y + size / 2, size * 0.2, "#ffffff")


def _bars(sheet: Sheet, x: float, y: float, size: float, colour: str) -> None:
    for step, high in enumerate((0.4, 0.7, 1.0)):
        left = x + size * 0.34 * step
        sheet.box(left, y + size * (1 - high), left + size * 0.24, y + size, fill=colour)


def _peaks(sheet: Sheet, x: float, y: float, size: float, colour: str) -> None:
    sheet.shape(((x, y + size), (x + size * 0.4, y + size * 0.1), (x + size * 0.8, y + size)), colour)
    sheet.shape(((x + size * 0.5, y + size), (x + size * 0.8, y + size * 0.4), (x + size * 1.1, y + size)), colour)


LOGOS: dict[str, Callable[[Sheet, float, float, float, str], None]] = {
    "cross": _cross,
    "shield": _shield,
    "sun": _sun,
    "leaf": _leaf,
    "waves": _waves,
    "rings": _rings,
    "bars": _bars,
    "peaks": _peaks,
}


def suitcase(sheet: Sheet, x: float, y: float, size: float, colour: str, word: str = "PPO") -> None:
    """Draw the travel case that tells of a network in the whole country."""
    sheet.box(x + size * 0.3, y, x + size * 0.7, y + size * 0.25, line=colour, stroke=3)
    sheet.box(x, y + size * 0.2, x + size, y + size * 0.85, fill=colour)
    sheet.put(x + size / 2, y + size * 0.32, word, size * 0.32, colour="#ffffff", align="middle")


def pdf417(member: Member) -> Image.Image:
    """Return the PDF417 of the health card standard with the member's values."""
    first, _, last = member.member_name.upper().rpartition(" ")
    return _code(
        f"%WH{member.issuer}{member.member_number}^{last}/{first}^GR{member.group_number}"
        f"^BN{member.rx_bin}^PC{member.rx_pcn}^DI01/15/2026?",
        zxingcpp.BarcodeFormat.PDF417,
    )


def code128(text: str) -> Image.Image:
    """Return a plain barcode, as used for stock numbers of cards."""
    return _code(text, zxingcpp.BarcodeFormat.Code128)


def square_code(text: str) -> Image.Image:
    """Return a QR code, as used for links to an app."""
    return _code(text, zxingcpp.BarcodeFormat.QRCode)


def _code(text: str, kind: zxingcpp.BarcodeFormat) -> Image.Image:
    return Image.fromarray(np.array(zxingcpp.create_barcode(text, kind).to_image(scale=2))).convert("RGB")


def wash(sheet: Sheet, top: str, bottom: str) -> None:
    """Colour the whole sheet from one colour above to another below."""
    upper, lower = (np.array(ImageColor.getrgb(colour), np.float32) for colour in (top, bottom))
    part = np.linspace(0, 1, sheet.page.height, dtype=np.float32)[:, None, None]
    rows = (upper * (1 - part) + lower * part).astype(np.uint8)
    sheet.page.paste(Image.fromarray(np.broadcast_to(rows, (*sheet.page.size[::-1], 3)).copy()))


def swoosh(sheet: Sheet, y: float, high: float, colour: str) -> None:
    """Draw a curved band over the whole width, `y` points from the top."""
    wide = sheet.size[0]
    walk = np.linspace(0, 1, 40)
    upper = [(wide * t, y + high * 0.5 * np.sin(t * np.pi)) for t in walk]
    lower = [(wide * t, y + high * (0.6 + 0.4 * np.cos(t * np.pi))) for t in walk[::-1]]
    sheet.shape(upper + lower, colour)
