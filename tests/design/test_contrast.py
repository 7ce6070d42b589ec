"""The colours of tokens.css reach WCAG 2.2 AA in both themes: 4.5 to 1 for text, 3 to 1 for what frames a control."""

import re
from pathlib import Path

import pytest
from django.conf import settings

TOKENS = Path(settings.BASE_DIR) / "static" / "css" / "tokens.css"
COLOUR = re.compile(r"--([a-z-]+):\s*#([0-9a-f]{6});")

GROUNDS = ["paper", "paper-raised", "paper-sunk"]
STATES = ["done", "needs-you", "blocked", "waiting", "none"]
TEXT = [
    *[(ink, ground) for ink in ["ink", "ink-soft", "accent", "accent-hover", *STATES] for ground in GROUNDS],
    *[(state, f"{state}-soft") for state in STATES],
    *[("ink", f"{state}-soft") for state in STATES],
    *[("accent", f"{state}-soft") for state in STATES],
    ("ink-soft", "none-soft"),
    ("accent", "accent-soft"),
    ("accent-hover", "accent-soft"),
    ("accent-ink", "accent"),
    ("accent-ink", "accent-hover"),
]
FRAMES = [
    *[("line-strong", ground) for ground in GROUNDS],
    *[("accent", ground) for ground in GROUNDS],
    ("accent", "line"),
]


def themes() -> dict[str, dict[str, str]]:
    """Return the colours of both themes by token name; the dark one falls back on the light one."""
    light, dark = TOKENS.read_text().split("@media (prefers-color-scheme: dark)")
    colours = dict(COLOUR.findall(light))
    return {"light": colours, "dark": colours | dict(COLOUR.findall(dark))}


def luminance(colour: str) -> float:
    """Return the relative luminance (WCAG 2.2, "relative luminance") of an sRGB colour in six hex digits."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours, from 1 to 21."""
    bright, dim = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("pairs", "least"), [(TEXT, 4.5), (FRAMES, 3.0)], ids=["text", "frames"])
def test_it_has_enough_contrast(theme: str, pairs: list[tuple[str, str]], least: float) -> None:
    colours = themes()[theme]
    ratios = {pair: round(contrast(colours[pair[0]], colours[pair[1]]), 2) for pair in pairs}
    assert {pair: ratio for pair, ratio in ratios.items() if ratio < least} == {}


def test_it_knows_black_on_white() -> None:
    assert contrast("000000", "ffffff") == pytest.approx(21)
