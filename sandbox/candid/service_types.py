"""Service type codes (X12 EB03) and what they are called."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

_FILE = Path(__file__).with_name("service_types.csv")
PLAN = "30"


@cache
def names() -> dict[str, str]:
    """Return code to name of all 187 codes that a request may ask about."""
    with _FILE.open(newline="", encoding="utf-8") as file:
        return {row["code"]: row["name"] for row in csv.DictReader(file)}
