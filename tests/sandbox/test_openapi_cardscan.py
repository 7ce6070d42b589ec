"""CardScan: every answer that the document describes is given at least once, and is as described."""

import re
from typing import Any

import pytest
import requests

from tests.sandbox.cardscan_vendor import BACK, FRONT, Vendor, landscape, picture
from tests.sandbox.described import described_by, noted, pairs
from tests.sandbox.waiting import wait_until
from tests.sandbox_process import SandboxProcess

pytestmark = pytest.mark.real
NOTHING = "00000000-0000-4000-8000-000000000000"
LONG = b" " * 28_000_001
PHOTO = {"orientation": "front", "capture_type": "api"}
ELIGIBILITY = {
    "provider": {"npi": "1952535221", "organization_name": "Riverside Clinic"},
    "subscriber": {"first_name": "Emily", "last_name": "Dickinson", "date_of_birth": "18301210"},
}
# What the calls with a body or a query send where it does not matter what they are about.
BODIES: dict[str, Any] = {
    "cardscan.upload_url": {"orientation": "front"},
    "cardscan.flag": {"flag_type": "other"},
    "cardscan.eligibility": {"card_id": NOTHING, "eligibility": ELIGIBILITY},
}
QUERIES: dict[str, dict[str, Any]] = {"cardscan.direct_upload": PHOTO, "cardscan.validate_magic_link": {"token": "x"}}
WRONG_QUERIES: dict[str, dict[str, Any]] = {
    "cardscan.list": {"limit": 0},
    "cardscan.eligibility_list": {"limit": 0},
    "cardscan.direct_upload": {"orientation": "left"},
}


@pytest.fixture
def vendor(sandbox: SandboxProcess) -> Vendor:
    return Vendor(sandbox)


def calls() -> list[tuple[str, str, str]]:
    """Return (name, method, path) of every call below /v1, each about something that is not there."""
    return [
        (operation["operationId"], method.upper(), re.sub(r"{\w+}", NOTHING, path).removeprefix("/v1"))
        for path, method, operation in described_by("cardscan")
        if path.startswith("/v1/")
    ]


def test_every_answer_that_is_described_is_given(vendor: Vendor) -> None:
    with noted() as notes:
        refuse_callers(vendor)
        refuse_what_is_sent(vendor)
        read_a_card(vendor)
        end_cards(vendor)
        use_the_storage(vendor)
        check_eligibility(vendor)
        hand_over(vendor)
    assert sorted(pairs("cardscan") - notes.seen) == []


def answered(answer: requests.Response, status: int = 200) -> requests.Response:
    assert answer.status_code == status, answer.text
    return answer


def having(status: str) -> list[tuple[str, str, str]]:
    """Return the calls that may be answered with a status."""
    return [call for call in calls() if (call[0], status) in pairs("cardscan")]


def refuse_callers(vendor: Vendor) -> None:
    """401 without a key and 403 with an unknown one, everywhere."""
    for status, token in (("401", " "), ("403", "sk_test_of_nobody")):
        caller = Vendor(vendor.sandbox, token)
        for _name, method, path in having(status):
            answered(caller.call(method, path), int(status))


def refuse_what_is_sent(vendor: Vendor) -> None:
    """404, 413 and 400, wherever there is something to get wrong; the photo of a side that was not asked for, too."""
    for name, method, path in having("404"):
        answered(vendor.call(method, path, body=BODIES.get(name), **QUERIES.get(name, {})), 404)
    for _name, method, path in having("413"):
        answered(vendor.call(method, path, body=LONG), 413)
    card_id = vendor.create()
    scan_id = vendor.issue(card_id)["scan_id"]
    for name, method, path in having("400"):
        address = path.replace(f"cards/{NOTHING}", f"cards/{card_id}").replace(f"scans/{NOTHING}", f"scans/{scan_id}")
        address = address.replace(NOTHING, "nothing")
        answered(vendor.call(method, address, body=b"[", **WRONG_QUERIES.get(name, {})), 400)


def read_a_card(vendor: Vendor) -> None:
    """A card with both sides in all its states, in lists, and deleted."""
    vendor.sandbox.switch("cardscan", "payer_match", True)
    card_id = vendor.create(enable_backside_scan=True, metadata={"visit": 7})
    vendor.upload(card_id, picture(*FRONT))
    vendor.wait(card_id, "backside_processing")
    scan_id = vendor.upload(card_id, picture(*BACK), "back")
    vendor.wait(card_id, "completed", "enriched")
    vendor.sandbox.call("POST", "clock", {"advance_seconds": 60})
    vendor.wait(card_id, "enriched")
    for _number in range(2):
        vendor.create()
    answered(vendor.call("GET", "/cards", limit=1))
    assert answered(vendor.call("GET", "/cards/search", query="DICKINSON")).json()["cards"][0]["card_id"] == card_id
    answered(vendor.call("POST", f"/cards/{card_id}/flag", body={"flag_type": "other", "message": "Look again."}))
    answered(vendor.call("POST", f"/cards/{card_id}/performance", body={"spent": 1}))
    answered(vendor.call("POST", f"/scans/{scan_id}/metadata", body={"camera": "back"}))
    answered(vendor.call("DELETE", f"/cards/{card_id}"), 204)
    assert vendor.card(card_id)["deleted"]
    answered(vendor.call("GET", "/health"))


def end_cards(vendor: Vendor) -> None:
    """Cards in every state in which a card ends without a result; the photos come by every way."""
    for state in ("error", "frontside_failed", "unknown"):
        vendor.sandbox.fault("cardscan", "process", state)
        card_id = vendor.create(enable_backside_scan=True)
        answered(vendor.call("POST", f"/cards/{card_id}/upload", body=picture(*FRONT), **PHOTO))
        assert vendor.wait(card_id)["state"] == state
    issued = answered(vendor.call("GET", "/generate-upload-url", expiration=600)).json()
    answered(vendor.post_form(issued, landscape()), 204)
    assert vendor.wait(issued["card_id"])["error"]["code"] == "UKN"


def use_the_storage(vendor: Vendor) -> None:
    """The photo of a card, and what the storage refuses."""
    card_id = vendor.create()
    issued = vendor.issue(card_id)
    answered(vendor.post_form(issued, None), 400)
    answered(vendor.post_form(issued, picture(*FRONT), key="elsewhere"), 403)
    answered(vendor.post_form(issued, picture(*FRONT)), 204)
    url = vendor.wait(card_id)["images"]["front"]["url"]
    answered(vendor.session.get(url, timeout=20))
    answered(vendor.session.get(f"{url}0", timeout=20), 403)
    answered(vendor.call("DELETE", f"/cards/{card_id}"), 204)
    answered(vendor.session.get(url, timeout=20), 404)


def check_eligibility(vendor: Vendor) -> None:
    """Checks of a card with every kind of answer, before and after the payer has spoken, in a list by pages."""
    card_id = vendor.create()
    vendor.upload(card_id, picture(*FRONT))
    vendor.wait(card_id)
    answers = (
        {"status": "INACTIVE"},
        {"status": "UNKNOWN"},
        {"copay": "42.50", "coinsurance": "20"},
        {"aaa": "75"},
        {},
    )
    steps = [{"answer": one, "times": 1} for one in answers]
    scenario = {"name": "All", "vendor": "cardscan", "route": "eligibility", "subject": {}, "steps": steps}
    vendor.sandbox.call("POST", "scenarios", scenario)
    vendor.sandbox.fault("cardscan", "payer", "error")
    made = [
        answered(vendor.call("POST", "/eligibility", body={"card_id": card_id, "eligibility": ELIGIBILITY}), 201).json()
        for _answer in (*answers, "usual")
    ]
    for check in made:
        path = f"/eligibility/{check['eligibility_id']}"
        wait_until(lambda path=path: answered(vendor.call("GET", path)).json()["state"] != "processing")
    page = answered(vendor.call("GET", "/eligibility", limit=4)).json()
    answered(vendor.call("GET", "/eligibility", limit=4, cursor=page["response_metadata"]["next_cursor"]))


def hand_over(vendor: Vendor) -> None:
    """A user's token and link, until the link has run out."""
    user = Vendor(vendor.sandbox, answered(vendor.call("GET", "/access-token", user_id="u-1")).json()["Token"])
    token = answered(user.call("GET", "/generate-magic-link")).json()["token"]
    phone = Vendor(vendor.sandbox, answered(vendor.call("GET", "/validate-magic-link", token=token)).json()["Token"])
    phone.create()
    answered(phone.call("GET", "/cards"), 403)
    vendor.sandbox.call("POST", "clock", {"advance_seconds": 3601})
    answered(vendor.call("GET", "/validate-magic-link", token=token), 410)
