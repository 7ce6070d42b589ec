"""The table is whole, and what people read of it is what is tested."""

from datetime import timedelta
from pathlib import Path

import pytest

from eligibility.handlers.captures import MOST_LOOKS
from eligibility.handlers.checks import PATIENCE, QUICK_WAITS, SLOW_WAIT
from intake.handlers.reading import ReadCard
from payments.handlers.looking import Look
from payments.handlers.orders import Order
from tests.faults.plays import SIXTEEN
from tests.faults.table import (
    CANDID,
    CARDSCAN,
    LASTING,
    OPTUM,
    READ,
    ROUTES,
    SPRY,
    UPLOAD_DEADLINE,
    VENDORS,
    cases,
    tables,
)

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "when_vendors_fail.md"


def test_there_are_sixteen_ways_to_fail() -> None:
    assert len(SIXTEEN) == 16


@pytest.mark.parametrize("vendor", VENDORS)
def test_every_route_of_every_vendor_fails_in_all_sixteen(vendor: str) -> None:
    for route in (route for route in ROUTES if route.vendor == vendor):
        played = {case.play.family for case in cases(vendor, route.scene)}
        assert played == set(SIXTEEN)


@pytest.mark.parametrize("vendor", VENDORS)
def test_every_vendor_has_a_failure_that_lasts(vendor: str) -> None:
    assert any(row.vendor == vendor for row in LASTING)


def test_the_page_for_people_says_what_is_tested() -> None:
    """`python -m tests.faults.table` prints what belongs there."""
    assert tables() in PAGE.read_text()


@pytest.mark.parametrize(
    "words",
    [
        f"CardScan | {CARDSCAN:g} s, a photo {UPLOAD_DEADLINE:g} s |",
        f"Candid | {CANDID:g} s | after {QUICK_WAITS[0]:g} s, {QUICK_WAITS[1]:g} s, then every quarter of an hour |",
        f"SPRY | {SPRY:g} s |",
        f"Optum | {OPTUM:g} s, a look {READ:g} s |",
    ],
)
def test_the_page_for_people_says_how_long_it_takes(words: str) -> None:
    assert words in PAGE.read_text()
    assert (ReadCard.tries, Order.tries, Look.tries) == (8, 8, 3)
    assert (900, timedelta(hours=8), 3) == (SLOW_WAIT, PATIENCE, MOST_LOOKS)


def test_the_page_is_found() -> None:
    assert "docs/when_vendors_fail.md" in (ROOT / "README.md").read_text()
