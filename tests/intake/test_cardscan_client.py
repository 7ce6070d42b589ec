"""What our client does at CardScan beside reading a card, with the sandbox as the vendor."""

from typing import Any

import pytest

from core.http import Rejected
from intake.vendors import cardscan
from intake.vendors.cardscan import wire
from tests.sandbox_process import SandboxProcess

pytestmark = pytest.mark.real


@pytest.fixture
def vendor(sandbox: SandboxProcess, settings: Any) -> cardscan.CardScanClient:
    return cardscan.CardScanClient(settings.CARDSCAN_URL, settings.CARDSCAN_API_KEY)


def test_it_flags_a_card_with_every_type_of_the_vendor(vendor: cardscan.CardScanClient) -> None:
    card = vendor.create_card(both_sides=False, reference="00000000-0000-4000-8000-000000000001")
    for flag_type in wire.FLAG_TYPES:
        vendor.flag_card(card.card_id, flag_type, "The group number is the one above." if flag_type == "other" else "")


def test_it_flags_nothing_with_a_type_of_its_own(vendor: cardscan.CardScanClient) -> None:
    with pytest.raises(ValueError, match="no flag type"):
        vendor.flag_card("00000000-0000-4000-8000-000000000001", "ugly")


def test_it_says_that_a_flagged_card_is_gone(vendor: cardscan.CardScanClient) -> None:
    with pytest.raises(Rejected) as refused:
        vendor.flag_card("00000000-0000-4000-8000-000000000001", "other")
    assert refused.value.status == 404
