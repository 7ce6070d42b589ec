"""What the sandbox's CardScan does by itself as time passes, and that nobody waits for somebody else's time."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.sandbox.cardscan_vendor import FRONT, Vendor, card_states, picture
from tests.sandbox.test_cardscan_eligibility import body
from tests.sandbox.waiting import wait_until
from tests.sandbox.webhook_receiver import receiving
from tests.sandbox_process import SandboxProcess

pytestmark = pytest.mark.real


@pytest.fixture
def vendor(sandbox: SandboxProcess) -> Vendor:
    return Vendor(sandbox)


@pytest.fixture
def unread(tmp_path: Path) -> Iterator[Vendor]:
    """A customer of a sandbox that reads no cards."""
    sandbox = SandboxProcess(tmp_path, 0, "--without-reader")
    yield Vendor(sandbox)
    sandbox.stop()


def photos(vendor: Vendor) -> list[Path]:
    """Return the photos that the sandbox keeps."""
    return list((vendor.sandbox.data / "photos").iterdir())


# Nobody moves the clock


def test_the_enrichment_comes_by_itself(vendor: Vendor) -> None:
    vendor.sandbox.switch("cardscan", "enrich_seconds", 0.2)
    with receiving() as receiver:
        vendor.sandbox.switch("cardscan", "webhooks", [receiver.url])
        card_id = vendor.create()
        listener = vendor.listen()
        listener.register(card_id)
        vendor.upload(card_id, picture(*FRONT))
        vendor.wait(card_id, "enriched", "error")  # a socket that hears nothing would wait without an end
        states = card_states(listener.until("enriched", "error"))
        listener.close()
        assert states == ["processing", "post_processing", "completed", "enriched"]
        receiver.wait(lambda: "card.enriched" in receiver.types())
    assert vendor.card(card_id)["enriched_results"]["processed_sides"] == "front_only"


def test_an_optional_back_is_given_up_by_itself(vendor: Vendor) -> None:
    vendor.sandbox.switch("cardscan", "optional_back_seconds", 0.2)
    card_id = vendor.create(backside={"scanning": "optional"})
    vendor.upload(card_id, picture(*FRONT))
    assert set(vendor.wait(card_id, "completed", "error")["images"]) == {"front"}


def test_a_payer_answers_by_itself(vendor: Vendor) -> None:
    vendor.sandbox.switch("cardscan", "enrich_seconds", 3600)
    vendor.sandbox.switch("cardscan", "eligibility_seconds", 0.2)
    card_id = vendor.create()
    vendor.upload(card_id, picture(*FRONT))
    vendor.wait(card_id, "completed")
    listener = vendor.listen()
    listener.register(card_id)
    made = vendor.call("POST", "/eligibility", body=body(card_id)).json()
    wait_until(lambda: vendor.call("GET", f"/eligibility/{made['eligibility_id']}").json()["state"] != "processing")
    frames = listener.until("completed", "error", kind="eligibility")
    listener.close()
    assert [(frame["state"], frame["eligibility_id"]) for frame in frames] == [
        (state, made["eligibility_id"]) for state in ("processing", "completed")
    ]


def test_a_webhook_is_tried_again_by_itself(vendor: Vendor) -> None:
    vendor.sandbox.switch("cardscan", "webhook_retry_seconds", [0.2])
    with receiving() as receiver:
        receiver.status = 500
        vendor.sandbox.switch("cardscan", "webhooks", [receiver.url])
        vendor.create()
        receiver.wait(lambda: len(receiver.received) == 2)


# Nobody waits for another card


def slow_card(vendor: Vendor) -> str:
    """Return a card whose reading takes an hour longer, when that has begun."""
    vendor.sandbox.fault("cardscan", "process", "slow", seconds=3600)
    card_id = vendor.create()
    vendor.upload(card_id, picture(*FRONT))
    wait_until(lambda: not vendor.sandbox.call("GET", "faults")["faults"])
    return card_id


def test_a_slow_card_keeps_no_other_waiting(vendor: Vendor) -> None:
    slow, other = slow_card(vendor), vendor.create()
    vendor.upload(other, picture(*FRONT))
    assert vendor.wait(other)["state"] == "completed"
    assert vendor.card(slow)["state"] == "processing"
    vendor.sandbox.call("POST", "clock", {"advance_seconds": 3601})
    assert vendor.wait(slow)["details"]["member_number"]["value"] == "128845682"


def test_a_reset_ends_a_slow_card(vendor: Vendor) -> None:
    slow_card(vendor)
    vendor.sandbox.reset()
    held = vendor.sandbox.call("GET", "state")["held"]
    assert [line for line in held if line["vendor"] == "cardscan"] == []
    card_id = vendor.create()
    vendor.upload(card_id, picture(*FRONT))
    assert vendor.wait(card_id)["state"] == "completed"


def test_every_side_takes_as_long_as_the_switch_says(vendor: Vendor) -> None:
    vendor.sandbox.switch("cardscan", "extra_seconds", 600)
    card_id = vendor.create()
    vendor.upload(card_id, picture(*FRONT))
    finish_later(vendor, card_id, 601)
    history = {step["state"]: step["at"] for step in vendor.sandbox.call("GET", f"cards/{card_id}")["history"]}
    took = datetime.fromisoformat(history["completed"]) - datetime.fromisoformat(history["processing"])
    assert took >= timedelta(seconds=600)  # by the sandbox's clock


def finish_later(vendor: Vendor, card_id: str, seconds: float) -> None:
    """Move the clock until a card is read, again if its work was put off only after the first move."""

    def is_read() -> bool:
        vendor.sandbox.call("POST", "clock", {"advance_seconds": seconds})
        return vendor.card(card_id)["state"] != "processing"

    wait_until(is_read)
    vendor.wait(card_id)


@pytest.mark.parametrize(
    ("fault", "latency", "end"),
    [
        ({"kind": "slow", "seconds": 3600}, None, "completed"),
        ({"kind": "frontside_failed"}, {"kind": "fixed", "seconds": 600}, "frontside_failed"),
        (None, {"kind": "fixed", "seconds": 600}, "completed"),
    ],
)
def test_a_slow_payer_keeps_no_other_waiting(vendor: Vendor, fault: object, latency: object, end: str) -> None:
    step = {"times": 1} | ({"fault": fault} if fault else {})
    about = {"payer_name": "UnitedHealthcare"}
    scenario = {"name": "Slow", "vendor": "cardscan", "route": "read", "subject": about, "steps": [step]}
    vendor.sandbox.call("POST", "scenarios", scenario | {"latency": latency})
    slow, other = vendor.create(), vendor.create()
    vendor.upload(slow, picture(*FRONT))
    wait_until(lambda: vendor.sandbox.call("GET", "scenarios")["scenarios"][0]["next"] is None)
    vendor.upload(other, picture(*FRONT))
    assert vendor.wait(other)["state"] == "completed"
    assert vendor.card(slow)["state"] == "processing"
    vendor.sandbox.call("POST", "clock", {"advance_seconds": 3601})
    assert vendor.wait(slow)["state"] == end


# Photos


def test_photos_are_gone_after_a_day_also_without_the_reader(unread: Vendor) -> None:
    card_id = unread.create()
    unread.upload(card_id, picture(*FRONT))
    assert len(photos(unread)) == 1
    unread.sandbox.call("POST", "clock", {"advance_seconds": 86_500})
    wait_until(lambda: photos(unread) == [])
    assert unread.card(card_id)["state"] == "processing"


@pytest.mark.parametrize("what", [{}, {"vendor": "cardscan"}])
def test_photos_are_gone_when_everything_is_emptied(unread: Vendor, what: dict[str, str]) -> None:
    unread.upload(unread.create(), picture(*FRONT))
    assert len(photos(unread)) == 1
    unread.sandbox.call("POST", "reset", what)
    wait_until(lambda: photos(unread) == [])
