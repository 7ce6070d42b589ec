"""The sandbox's CardScan reading cards: states, events, results, and what survives a kill."""

import time
from pathlib import Path
from typing import Any

import pytest

from tests.sandbox.cardscan_vendor import BACK, FRONT, Vendor, card_states, landscape, picture
from tests.sandbox_process import SandboxProcess

pytestmark = pytest.mark.real

REJECTED = {
    "type": "RejectedCard",
    "message": "Rejecting scan for invalid card",
    "code": "UKN",
    "error": "RejectedCard",
}
NO_PICTURE = b"\xff\xd8\xff\xe0 broken"


@pytest.fixture
def vendor(sandbox: SandboxProcess) -> Vendor:
    return Vendor(sandbox)


def has_all(frame: Any) -> bool:
    """Tell whether an event has what the vendor's schema requires."""
    return {"event_id", "type", "card_id", "state", "created_at"} <= set(frame)


# One side


def test_it_reads_a_front_in_the_order_of_the_vendors_sdk(vendor: Vendor) -> None:
    card_id = vendor.create(enable_backside_scan=False, enable_livescan=False)
    listener = vendor.listen()
    listener.register(card_id)
    vendor.upload(card_id, picture(*FRONT))
    frames = listener.until("completed", "error")
    listener.close()
    assert card_states(frames) == ["processing", "post_processing", "completed"]
    assert all(has_all(frame) for frame in frames)
    assert len({frame["event_id"] for frame in frames}) == len(frames)
    card = vendor.card(card_id)
    assert card["state"] == "completed"
    assert card["details"]["member_number"]["value"] == "128845682"
    assert card["details"]["group_number"]["value"] == "98755"
    assert all(isinstance(score, str) for score in card["details"]["member_number"]["scores"])
    assert card["payer_match"] == {"message": "Payer Match is not enabled for this account"}
    assert "enriched_results" not in card


def test_the_photo_can_be_fetched_for_a_day(vendor: Vendor) -> None:
    card_id = vendor.create()
    vendor.upload(card_id, picture(*FRONT))
    url = vendor.wait(card_id)["images"]["front"]["url"]
    assert vendor.session.get(url, timeout=20).content == picture(*FRONT)
    assert vendor.session.get(url.replace("Signature=", "Signature=0"), timeout=20).status_code == 403
    vendor.sandbox.call("POST", "clock", {"advance_seconds": 86_500})
    assert vendor.session.get(url, timeout=20).status_code == 403


def test_photos_are_gone_after_a_day(vendor: Vendor) -> None:
    card_id = vendor.create()
    vendor.upload(card_id, picture(*FRONT))
    vendor.wait(card_id)
    photos = vendor.sandbox.data / "photos"
    assert list(photos.iterdir())
    vendor.sandbox.call("POST", "clock", {"advance_seconds": 86_500})
    until(lambda: not list(photos.iterdir()))
    url = vendor.card(card_id)["images"]["front"]["url"]
    assert vendor.session.get(url, timeout=20).status_code == 404
    assert vendor.card(card_id)["details"]


def test_a_png_is_read_too(vendor: Vendor) -> None:
    card_id = vendor.create()
    vendor.upload(card_id, picture(*FRONT, form="PNG"))
    assert vendor.wait(card_id)["details"]["member_number"]["value"] == "128845682"


def test_a_card_that_was_read_can_be_searched(vendor: Vendor) -> None:
    card_id = vendor.create()
    vendor.upload(card_id, picture(*FRONT))
    vendor.wait(card_id)
    for text, count in (("Dickinson", 1), ("98755", 1), ("whitman", 0)):
        assert len(vendor.call("GET", "/cards/search", query=text).json()["cards"]) == count


def test_a_member_who_was_read_is_enrolled(vendor: Vendor) -> None:
    card_id = vendor.create()
    vendor.upload(card_id, picture(*FRONT))
    vendor.wait(card_id)
    held = vendor.sandbox.call("GET", "state")["held"]
    assert {"vendor": "candid", "collection": "members", "count": 1} in held


def test_the_enrichment_follows_later(vendor: Vendor) -> None:
    card_id = vendor.create()
    listener = vendor.listen()
    listener.register(card_id)
    vendor.upload(card_id, picture(*FRONT))
    listener.until("completed")
    vendor.sandbox.call("POST", "clock", {"advance_seconds": 9})
    assert card_states(listener.until("enriched")) == ["enriched"]
    listener.close()
    enriched = vendor.card(card_id)
    assert enriched["state"] == "enriched"
    assert enriched["enriched_results"]["processed_sides"] == "front_only"


# Two sides


def test_it_asks_for_the_back_once_and_reads_both(vendor: Vendor) -> None:
    card_id = vendor.create(enable_backside_scan=True)
    listener = vendor.listen()
    listener.register(card_id)
    vendor.upload(card_id, picture(*FRONT))
    front = listener.until("backside_processing", "error")
    assert card_states(front) == ["frontside_processing", "backside_processing"]
    assert vendor.card(card_id)["state"] == "backside_processing"
    vendor.upload(card_id, picture(*BACK), "back")
    back = listener.until("completed", "error")
    listener.close()
    assert card_states(back) == ["post_processing", "completed"]
    card = vendor.card(card_id)
    assert set(card["images"]) == {"front", "back"}
    assert (card["details"]["rx_bin"]["value"], card["details"]["member_number"]["value"]) == ("610279", "128845682")


def test_a_back_that_comes_early_waits_for_its_front(vendor: Vendor) -> None:
    card_id = vendor.create(enable_backside_scan=True)
    vendor.upload(card_id, picture(*BACK), "back")
    assert vendor.card(card_id)["state"] == "pending"
    vendor.upload(card_id, picture(*FRONT))
    assert vendor.wait(card_id)["details"]["rx_bin"]["value"] == "610279"


def test_an_optional_back_may_stay_away(vendor: Vendor) -> None:
    card_id = vendor.create(backside={"scanning": "optional"})
    vendor.upload(card_id, picture(*FRONT))
    vendor.wait(card_id, "backside_processing", "error")
    vendor.sandbox.call("POST", "clock", {"advance_seconds": 31})
    card = vendor.wait(card_id)
    assert set(card["images"]) == {"front"}
    assert card["details"]["member_number"]["value"] == "128845682"


# Refusals


def test_a_picture_without_a_card_is_rejected(vendor: Vendor) -> None:
    card_id = vendor.create()
    listener = vendor.listen()
    listener.register(card_id)
    vendor.upload(card_id, landscape())
    frames = listener.until("completed", "error")
    listener.close()
    assert (frames[-1]["state"], frames[-1]["error"]) == ("error", REJECTED)
    card = vendor.card(card_id)
    assert (card["state"], card["error"], set(card["images"])) == ("error", REJECTED, {"front"})
    assert "details" not in card


@pytest.mark.parametrize(
    ("backside", "front", "back", "state"),
    [
        (True, landscape(), None, "error"),
        (False, NO_PICTURE, None, "error"),
        (True, NO_PICTURE, None, "frontside_failed"),
        (True, picture(*FRONT), NO_PICTURE, "backside_failed"),
    ],
)
def test_a_side_that_cannot_be_used_ends_the_card(
    vendor: Vendor, backside: bool, front: bytes, back: bytes | None, state: str
) -> None:
    card_id = vendor.create(enable_backside_scan=backside)
    vendor.upload(card_id, front)
    if back:
        vendor.upload(card_id, back, "back")
    card = vendor.wait(card_id)
    assert (card["state"], card["error"]) == (state, REJECTED)


@pytest.mark.parametrize(
    ("state", "reason"),
    [("error", "RejectedCard"), ("frontside_failed", "RejectedCard"), ("unknown", "UnknownState")],
)
def test_every_end_of_a_front_can_be_ordered(vendor: Vendor, state: str, reason: str) -> None:
    vendor.sandbox.fault("cardscan", "process", state)
    card_id = vendor.create(enable_backside_scan=True)
    vendor.upload(card_id, picture(*FRONT))
    card = vendor.wait(card_id)
    assert (card["state"], card["error"]["type"]) == (state, reason)


def test_a_failing_back_can_be_ordered(vendor: Vendor) -> None:
    vendor.sandbox.fault("cardscan", "process", "backside_failed")
    card_id = vendor.create(enable_backside_scan=True)
    vendor.upload(card_id, picture(*FRONT))
    vendor.upload(card_id, picture(*BACK), "back")
    assert vendor.wait(card_id)["state"] == "backside_failed"


def test_a_card_can_be_stuck(vendor: Vendor) -> None:
    vendor.sandbox.fault("cardscan", "process", "stuck")
    stuck, other = vendor.create(), vendor.create()
    vendor.upload(stuck, picture(*FRONT))
    vendor.upload(other, picture(*FRONT))
    assert vendor.wait(other)["state"] == "completed"
    assert vendor.card(stuck)["state"] == "processing"


def test_a_scenario_spoils_the_cards_of_one_payer(vendor: Vendor) -> None:
    about = {"payer_name": "UnitedHealthcare"}
    steps = [{"fault": {"kind": "frontside_failed"}, "times": 1}]
    scenario = {"name": "Trouble", "vendor": "cardscan", "route": "read", "subject": about, "steps": steps}
    vendor.sandbox.call("POST", "scenarios", scenario)
    spoilt, good = vendor.create(enable_backside_scan=True), vendor.create()
    vendor.upload(spoilt, picture(*FRONT))
    vendor.upload(good, picture(*FRONT))
    assert [vendor.wait(card_id)["state"] for card_id in (spoilt, good)] == ["frontside_failed", "completed"]


def test_livescan_lets_a_side_be_tried_again(vendor: Vendor) -> None:
    card_id = vendor.create(enable_livescan=True)
    listener = vendor.listen()
    listener.register(card_id)
    vendor.upload(card_id, landscape())
    frames = listener.until("error", kind="scan")
    assert card_states(frames) == ["processing"]
    vendor.upload(card_id, picture(*FRONT))
    assert card_states(listener.until("completed", "error"))[-1] == "completed"
    listener.close()


def test_livescan_gives_up_after_five_tries(vendor: Vendor) -> None:
    card_id = vendor.create(enable_livescan=True)
    listener = vendor.listen()
    listener.register(card_id)
    for _ in range(5):
        vendor.upload(card_id, NO_PICTURE)
        list(listener.until("error", kind="scan"))
    listener.close()
    assert vendor.wait(card_id)["state"] == "frontside_failed"


def test_a_late_photo_changes_nothing(vendor: Vendor) -> None:
    card_id = vendor.create()
    vendor.upload(card_id, picture(*FRONT))
    before = vendor.wait(card_id, "completed")
    listener = vendor.listen()
    listener.register(card_id)
    vendor.upload(card_id, landscape())
    (frame,) = listener.until("error", kind="scan")
    listener.close()
    assert (frame["type"], frame["error"]["type"]) == ("scan", "SkippedCard")
    assert frame["error"]["message"] == "Skipping scan for card received in completed state"
    after = vendor.card(card_id)
    assert (after["state"], after["details"]) == (before["state"], before["details"])


def test_a_photo_for_a_card_that_has_failed_is_skipped_by_its_state(vendor: Vendor) -> None:
    card_id = vendor.create()
    vendor.upload(card_id, landscape())
    vendor.wait(card_id, "error")
    listener = vendor.listen()
    listener.register(card_id)
    vendor.upload(card_id, picture(*FRONT))
    (frame,) = listener.until("error", kind="scan")
    listener.close()
    assert frame["error"]["message"] == "Skipping scan for card received in error state"


def test_the_same_form_sent_twice_is_one_photo(vendor: Vendor) -> None:
    card_id = vendor.create()
    issued = vendor.issue(card_id)
    assert [vendor.post_form(issued, picture(*FRONT)).status_code for _ in range(2)] == [204, 204]
    assert vendor.wait(card_id)["state"] == "completed"
    history = vendor.sandbox.call("GET", f"cards/{card_id}")["history"]
    assert [step["state"] for step in history] == ["pending", "processing", "post_processing", "completed"]


def test_a_card_deleted_while_it_is_read_stays_empty(vendor: Vendor) -> None:
    vendor.sandbox.fault("cardscan", "process", "slow", seconds=3600)
    card_id, next_one = vendor.create(), vendor.create()
    vendor.upload(card_id, picture(*FRONT))
    until(lambda: not vendor.sandbox.call("GET", "faults")["faults"])
    assert vendor.call("DELETE", f"/cards/{card_id}").status_code == 204
    vendor.sandbox.call("POST", "clock", {"advance_seconds": 3601})
    vendor.upload(next_one, picture(*FRONT))
    vendor.wait(next_one)
    assert_empty(vendor.card(card_id), "processing")


def test_a_card_deleted_after_it_was_read_is_empty(vendor: Vendor) -> None:
    card_id = vendor.create()
    vendor.upload(card_id, picture(*FRONT))
    url = vendor.wait(card_id, "completed")["images"]["front"]["url"]
    vendor.call("DELETE", f"/cards/{card_id}")
    vendor.sandbox.call("POST", "clock", {"advance_seconds": 9})
    assert_empty(vendor.card(card_id), "completed")
    assert vendor.session.get(url, timeout=20).status_code == 404
    assert vendor.call("GET", "/cards/search", query="dickinson").json()["cards"] == []


def assert_empty(card: Any, state: str) -> None:
    """Hold that nothing but its bare record is left of a deleted card."""
    assert (set(card), card["state"], card["deleted"]) == ({"card_id", "state", "created_at", "deleted"}, state, True)


def test_a_photo_that_is_lost_costs_one_card(vendor: Vendor) -> None:
    vendor.sandbox.fault("cardscan", "process", "slow", seconds=3600)
    lost, other = vendor.create(), vendor.create()
    scan_id = vendor.upload(lost, picture(*FRONT))
    (vendor.sandbox.data / "photos" / scan_id).unlink()
    vendor.upload(other, picture(*FRONT))
    assert vendor.wait(other)["state"] == "completed"
    vendor.sandbox.call("POST", "clock", {"advance_seconds": 3601})
    card = vendor.wait(lost)
    assert (card["state"], card["error"]["type"], card["error"]["code"]) == ("error", "InternalError", "500")


# The websocket


def test_it_tells_its_own_time(vendor: Vendor) -> None:
    card_id = vendor.create(enable_backside_scan=True)
    vendor.upload(card_id, picture(*FRONT))
    vendor.wait(card_id, "backside_processing")
    time.sleep(0.5)
    vendor.upload(card_id, picture(*BACK), "back")
    vendor.wait(card_id)
    times = vendor.sandbox.call("GET", f"cards/{card_id}")
    front, back = times["sides"]["front"], times["sides"]["back"]
    assert front["landed"] <= front["started"] <= front["finished"] <= back["landed"] <= back["finished"]
    spans = front["finished"] - front["landed"] + back["finished"] - back["landed"]
    assert times["processing_seconds"] == pytest.approx(spans, abs=0.001)
    assert 0 < times["reading_seconds"] <= times["processing_seconds"]


def test_a_killed_sandbox_goes_on_where_it_was(tmp_path: Path) -> None:
    first = SandboxProcess(tmp_path)
    vendor = Vendor(first)
    half = vendor.create(enable_backside_scan=True)
    read, slow, reading, waiting = (vendor.create() for _ in range(4))
    vendor.upload(read, picture(*FRONT))
    vendor.upload(half, picture(*FRONT))
    vendor.wait(half, "backside_processing")
    first.fault("cardscan", "process", "slow", seconds=3600)
    vendor.upload(slow, picture(*FRONT))
    until(lambda: not first.call("GET", "faults")["faults"])
    vendor.upload(reading, picture(*FRONT))
    vendor.upload(waiting, picture(*FRONT))
    first.kill()
    second = SandboxProcess(tmp_path)
    try:
        vendor = Vendor(second)
        vendor.upload(half, picture(*BACK), "back")
        for card_id in (reading, waiting, half):
            vendor.wait(card_id, "completed", "enriched")
        assert vendor.card(slow)["state"] == "processing"
        second.call("POST", "clock", {"advance_seconds": 3601})
        vendor.wait(slow, "completed", "enriched")
        second.call("POST", "clock", {"advance_seconds": 9})
        for card_id in (read, half, slow, reading, waiting):
            assert vendor.wait(card_id, "enriched")["details"]["member_number"]["value"] == "128845682"
            states = [step["state"] for step in second.call("GET", f"cards/{card_id}")["history"]]
            assert len(states) == len(set(states))
    finally:
        second.stop()


def until(happened: Any, seconds: float = 20) -> None:
    """Wait until something is so."""
    ends = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < ends
        time.sleep(0.05)
