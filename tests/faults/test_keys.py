"""A vendor fails while its key is tried: nothing but the vendor's own answer says that the key is taken."""

from __future__ import annotations

import pytest

from core.vendors import VENDORS, check_keys
from tests.faults.plays import PLAYS, Group
from tests.faults.stage import Stage

pytestmark = [pytest.mark.real, pytest.mark.django_db]
# What is asked of each, and how the product calls the vendor.
ASKED = {"cardscan": ("list", "cardscan"), "candid": ("token", "candid"), "spry": ("token", "spry")}
ASKED |= {"payments": ("batches", "optum")}


def tried(vendor: str) -> tuple[bool, str]:
    """Return whether the vendor takes our key, and what people read of it."""
    name = VENDORS[ASKED[vendor][1]].name
    found = next(result for result in check_keys() if result.name == name)
    return found.ok, found.sentence


@pytest.mark.parametrize("vendor", ASKED)
def test_a_key_is_taken_only_when_the_vendor_says_so(stage: Stage, vendor: str) -> None:
    stage.settings.PAYMENTS_API_KEYS = {"ACCT1": "payments-sandbox-key"}
    for play in (one for one in PLAYS if not one.short):
        with stage.failing(vendor, ASKED[vendor][0], play, deadline=20):
            ok, sentence = tried(vendor)
        assert ok == (play.group is Group.LATE), play
        assert ok or (sentence.startswith("It ") and "refuses our key" not in sentence), play
        assert tried(vendor) == (True, "It takes our key.")


@pytest.mark.parametrize("vendor", ASKED)
def test_a_key_that_is_refused_is_told_from_a_wrong_address(stage: Stage, vendor: str) -> None:
    stage.settings.PAYMENTS_API_KEYS = {"ACCT1": "payments-sandbox-key"}
    stage.sandbox.fault(vendor, ASKED[vendor][0], "401")
    assert not tried(vendor)[0]
    for setting in ("CARDSCAN_URL", "CANDID_API_URL", "SPRY_URL", "PAYMENTS_BASE_URL"):
        setattr(stage.settings, setting, f"{stage.sandbox.url}/nothing/here")
    ok, sentence = tried(vendor)
    assert not ok and "key" not in sentence
