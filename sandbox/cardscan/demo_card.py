"""The sample card of the demo: `python -m sandbox.cardscan.demo_card FRONT.png BACK.png [--name "FIRST LAST"]`.

Drawn with the font inside Pillow, so that it looks the same everywhere. Member and numbers are made up; payer name and
payer id are those of a payer the sandbox's clearinghouse knows, so that the rest of the path finds it.
"""

import argparse
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import zxingcpp
from PIL import Image, ImageDraw, ImageFont

SIZE = (1012, 638)
INK, LABEL, BRAND, PAPER, FAINT = "#1d2433", "#4a5a78", "#1f4e79", "#ffffff", "#eef2f7"


@dataclass(frozen=True)
class DemoCard:
    """What the sample card says."""

    payer_name: str = "UnitedHealthcare"
    payer_id: str = "87726"
    plan_name: str = "UnitedHealthcare Choice Plus"
    member_name: str = "JUNE ASHWORTH"
    dependent: str = "OSCAR ASHWORTH"
    member_number: str = "904417263"
    group_number: str = "70318"
    issuer: str = "9135500426"
    rx_bin: str = "610494"
    rx_pcn: str = "9999"
    rx_group: str = "UHEALTH"


def draw_front(card: DemoCard) -> Image.Image:
    """Draw the front."""
    page = Image.new("RGB", SIZE, PAPER)
    pen = ImageDraw.Draw(page)
    pen.rectangle((0, 0, SIZE[0], 104), fill=BRAND)
    _write(pen, 44, 28, card.payer_name, 44, PAPER)
    _write(pen, 560, 40, card.plan_name, 27, PAPER)
    for y, label, value in (
        (136, "Member:", card.member_name),
        (184, "Member ID:", card.member_number),
        (232, "Group Number:", card.group_number),
        (280, "Dependents:", card.dependent),
        (328, "Payer ID:", card.payer_id),
    ):
        _write(pen, 44, y + 3, label, 25, LABEL)
        _write(pen, 270, y, value, 29, INK)
    pen.rounded_rectangle((640, 136, 968, 330), 12, fill=FAINT)
    rows = (("RxBIN:", card.rx_bin), ("RxPCN:", card.rx_pcn), ("RxGRP:", card.rx_group))
    for place, (label, value) in enumerate(rows):
        _write(pen, 664, 158 + 54 * place, f"{label} {value}", 28, INK)
    issuer = f"{card.issuer[:3]}-{card.issuer[3:8]}-{card.issuer[8:]}"
    _write(pen, 44, 392, f"Health Plan (80840)  {issuer}", 22, LABEL)
    _write(pen, 44, 456, "Copays", 24, LABEL)
    _write(pen, 44, 496, "Office: $25      Specialist: $50", 25, INK)
    _write(pen, 44, 536, "Urgent Care: $75      ER: $300", 25, INK)
    _write(pen, 640, 590, "Sample card, not valid for care", 20, LABEL)
    return page


def draw_back(card: DemoCard) -> Image.Image:
    """Draw the back, with the PDF417 of the health card standard."""
    page = Image.new("RGB", SIZE, PAPER)
    pen = ImageDraw.Draw(page)
    page.paste(_barcode(card), (44, 40))
    for place, line in enumerate(
        (
            "Call Member Services with questions about your coverage.",
            "Member Services: 800-555-0142",
            "Provider Services: 800-555-0177",
            "For Pharmacists: 800-555-0188",
            f"Claims: {card.payer_name}, PO Box 41207, Lexington, KY 40512-1207",
        )
    ):
        _write(pen, 44, 280 + 56 * place, line, 26, INK)
    return page


def main() -> None:
    """Write both sides to the two given files (PNG)."""
    parser = argparse.ArgumentParser(description="Draw the sample card of the demo.")
    parser.add_argument("front", type=Path)
    parser.add_argument("back", type=Path)
    parser.add_argument("--name", default=DemoCard.member_name, help="whose card it is, first name and last name")
    options = parser.parse_args()
    card = DemoCard(member_name=options.name.upper())
    draw_front(card).save(options.front, "PNG")
    draw_back(card).save(options.back, "PNG")


def _write(pen: ImageDraw.ImageDraw, x: int, y: int, text: str, size: int, colour: str) -> None:
    pen.text((x, y), text, colour, ImageFont.load_default(size))


def _barcode(card: DemoCard) -> Image.Image:
    first, _, last = card.member_name.partition(" ")
    text = (
        f"%WH{card.issuer}{card.member_number}^{last}/{first}^GR{card.group_number}"
        f"^BN{card.rx_bin}^PC{card.rx_pcn}^DI01/15/2026?"
    )
    code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.PDF417)
    modules = Image.fromarray(np.array(code.to_image(scale=1)))
    factor = 900 // modules.width
    return modules.resize((modules.width * factor, modules.height * factor), Image.Resampling.NEAREST).convert("RGB")


if __name__ == "__main__":
    main()
