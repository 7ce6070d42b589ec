"""What a card that is deleted leaves behind in the sandbox: nothing about a person."""

import pytest

from tests.sandbox.candid_vendor import Candid
from tests.sandbox.cardscan_vendor import FRONT, Vendor, picture
from tests.sandbox.test_cardscan_time import finish_later
from tests.sandbox.waiting import wait_until
from tests.sandbox_process import SandboxProcess

pytestmark = pytest.mark.real


@pytest.fixture
def vendor(sandbox: SandboxProcess) -> Vendor:
    return Vendor(sandbox)


@pytest.fixture
def payers(sandbox: SandboxProcess) -> Candid:
    """The clearinghouse, whose payers know the members of cards."""
    return Candid(sandbox)


def read_card(vendor: Vendor) -> str:
    """Scan a card and return its id."""
    card_id = vendor.create()
    vendor.upload(card_id, picture(*FRONT))
    assert vendor.wait(card_id)["state"] == "completed"
    return card_id


def test_the_payers_forget_the_member_of_a_deleted_card(vendor: Vendor, payers: Candid) -> None:
    card_id = read_card(vendor)
    assert payers.held("members") == 1
    vendor.call("DELETE", f"/cards/{card_id}")
    assert payers.held("members") == 0


def test_a_member_stays_while_another_card_names_the_same(vendor: Vendor, payers: Candid) -> None:
    first, second = read_card(vendor), read_card(vendor)
    vendor.call("DELETE", f"/cards/{first}")
    assert payers.held("members") == 1
    vendor.call("DELETE", f"/cards/{second}")
    assert payers.held("members") == 0


@pytest.mark.parametrize("what", ["the card", "all cards"])
def test_a_member_enrolled_by_hand_stays(vendor: Vendor, payers: Candid, what: str) -> None:
    payers.enrol(member_number="128845682", member_name="EMILY DICKINSON", payer_id="87726")
    card_id = read_card(vendor)
    if what == "the card":
        vendor.call("DELETE", f"/cards/{card_id}")
    else:
        vendor.sandbox.call("POST", "reset", {"vendor": "cardscan"})
    assert payers.held("members") == 1


def test_emptying_cardscan_makes_the_payers_forget(vendor: Vendor, payers: Candid) -> None:
    read_card(vendor)
    payers.enrol(member_number="N777", member_name="New Member", payer_id="62308")
    assert payers.held("members") == 2
    vendor.sandbox.call("POST", "reset", {"vendor": "cardscan"})
    assert payers.held("members") == 1


def test_a_card_deleted_while_it_is_read_enrols_nobody(vendor: Vendor, payers: Candid) -> None:
    vendor.sandbox.fault("cardscan", "process", "slow", seconds=3600)
    card_id = vendor.create()
    vendor.upload(card_id, picture(*FRONT))
    wait_until(lambda: not vendor.sandbox.call("GET", "faults")["faults"])
    vendor.call("DELETE", f"/cards/{card_id}")
    vendor.sandbox.call("POST", "clock", {"advance_seconds": 3601})
    assert read_card(vendor)
    assert payers.held("members") == 1
    assert vendor.call("DELETE", f"/cards/{card_id}").status_code == 404


def test_the_log_names_no_card(vendor: Vendor) -> None:
    vendor.sandbox.fault("cardscan", "process", "slow", seconds=3600)
    card_id = vendor.create()
    scan_id = vendor.upload(card_id, picture(*FRONT))
    (vendor.sandbox.data / "photos" / scan_id).unlink()
    finish_later(vendor, card_id, 3601)
    assert vendor.card(card_id)["error"]["type"] == "InternalError"
    log = (vendor.sandbox.data / "sandbox.log").read_text()
    assert "cardscan.process failed: NoPhoto at" in log
    assert card_id not in log
