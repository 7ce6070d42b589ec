"""Eligibility by card on the wire: what is refused, what a scenario makes of it, who hears of it."""

from decimal import Decimal
from typing import Any

import pytest

from sandbox.cardscan.eligibility import summary
from tests.sandbox.cardscan_vendor import FRONT, Vendor, picture
from tests.sandbox.described import spoilt
from tests.sandbox_process import SandboxProcess

BASE = {"eligibility_id", "state", "card_id", "created_at"}
PROVIDER = {"npi": "1952535221", "organization_name": "Riverside Clinic"}
SUBSCRIBER = {"first_name": "Emily", "last_name": "Dickinson", "date_of_birth": "18301210"}


@pytest.fixture
def vendor(sandbox: SandboxProcess) -> Vendor:
    return Vendor(sandbox)


@pytest.fixture
def card_id(vendor: Vendor) -> str:
    """A card that was read."""
    made = vendor.create()
    vendor.upload(made, picture(*FRONT))
    assert vendor.wait(made)["state"] == "completed"
    return made


def body(card_id: Any, provider: Any = PROVIDER, subscriber: Any = SUBSCRIBER) -> dict[str, Any]:
    """Return a request."""
    return {"card_id": card_id, "eligibility": {"provider": provider, "subscriber": subscriber}}


def checked(vendor: Vendor, card_id: str, *, provider: Any = PROVIDER, **changes: Any) -> Any:
    """Check the member of a card and return what came of it; `changes` are the subscriber's."""
    vendor.sandbox.switch("cardscan", "eligibility_seconds", 0)
    listener = vendor.listen()
    made = vendor.call("POST", "/eligibility", body=body(card_id, provider, SUBSCRIBER | changes)).json()
    listener.register(card_id)
    while (event := listener.frame())["state"] == "processing":
        assert event["eligibility_id"] == made["eligibility_id"]
    listener.close()
    return vendor.call("GET", f"/eligibility/{made['eligibility_id']}").json()


@pytest.mark.real
def test_a_check_has_four_keys_until_it_is_done(vendor: Vendor, card_id: str) -> None:
    vendor.sandbox.switch("cardscan", "eligibility_seconds", 600)
    answer = vendor.call("POST", "/eligibility", body=body(card_id))
    made = answer.json()
    assert (answer.status_code, set(made), made["state"]) == (201, BASE, "processing")
    assert vendor.call("GET", f"/eligibility/{made['eligibility_id']}").json() == made
    listener = vendor.listen()
    listener.register(card_id)
    repeated = listener.frame()
    assert (repeated["type"], repeated["state"], repeated["card_id"]) == ("eligibility", "processing", card_id)
    vendor.sandbox.call("POST", "clock", {"advance_seconds": 601})
    event = listener.frame()
    while event["type"] != "eligibility":  # the card is enriched meanwhile
        event = listener.frame()
    listener.close()
    assert (event["state"], event["eligibility_id"]) == ("completed", made["eligibility_id"])
    assert event["event_id"] != repeated["event_id"]


@pytest.mark.real
def test_what_is_missing_or_wrong_is_named(vendor: Vendor, card_id: str) -> None:
    for wrong, named in (
        ({}, "card_id"),
        (body(7), "card_id"),
        ({"card_id": card_id}, "eligibility"),
        (body(card_id, provider=[]), "provider"),
        (body(card_id, provider=PROVIDER | {"npi": "123"}), "npi"),
        (body(card_id, provider=PROVIDER | {"npi": 1952535221}), "npi"),
        (body(card_id, provider={"npi": "1952535221", "first_name": "Nora"}), "organization_name"),
        (body(card_id, provider=PROVIDER | {"organization_name": "x" * 61}), "organization_name"),
        (body(card_id, subscriber=SUBSCRIBER | {"first_name": " "}), "first_name"),
        (body(card_id, subscriber=SUBSCRIBER | {"last_name": "x" * 61}), "last_name"),
        (body(card_id, subscriber=SUBSCRIBER | {"date_of_birth": "18301310"}), "date_of_birth"),
        (body(card_id, subscriber=SUBSCRIBER | {"date_of_birth": 18301210}), "date_of_birth"),
    ):
        answer = vendor.call("POST", "/eligibility", body=wrong)
        assert (answer.status_code, answer.json()["type"], answer.json()["code"]) == (400, "Bad Request", 400)
        assert named in answer.json()["message"]
    assert vendor.call("GET", "/eligibility").json()["eligibility_requests"] == []


@pytest.mark.real
def test_a_birth_date_is_kept_in_one_form(vendor: Vendor, card_id: str) -> None:
    for written in ("18301210", "1830-12-10", "12/10/1830", "10-12-1830"):
        done = checked(vendor, card_id, date_of_birth=written)
        assert done["eligibility_request"]["subscriber"]["date_of_birth"] == "18301210"
        assert done["eligibility_summarized_response"]["subscriber_details"]["date_of_birth"] == "1830-12-10"


@pytest.mark.real
@pytest.mark.parametrize(
    ("path", "status"),
    [("nothing", 400), ("%00", 400), ("9" * 4000, 400), ("00000000-0000-4000-8000-000000000001", 404)],
)
def test_an_id_that_is_none_is_refused(vendor: Vendor, path: str, status: int) -> None:
    answer = vendor.call("GET", f"/eligibility/{path}")
    assert (answer.status_code, answer.json()["code"]) == (status, status)


@pytest.mark.real
@pytest.mark.parametrize("query", [{"limit": 31}, {"limit": 0}, {"cursor": "?"}])
def test_it_refuses_a_page_that_cannot_be(vendor: Vendor, query: dict[str, Any]) -> None:
    assert vendor.call("GET", "/eligibility", **query).status_code == 400


@pytest.mark.real
@pytest.mark.parametrize(
    ("asked", "kind", "organization"),
    [
        (PROVIDER, "Non-Person Entity", {"provider_org_name": "RIVERSIDE CLINIC"}),
        ({"npi": PROVIDER["npi"], "first_name": "Nora", "last_name": "Whitfield"}, "Person", {}),
    ],
)
def test_the_answer_of_the_payer_has_the_keys_of_the_vendors_capture(
    vendor: Vendor, card_id: str, asked: dict[str, str], kind: str, organization: dict[str, str]
) -> None:
    raw = checked(vendor, card_id, provider=asked)["eligibility_response"]
    assert set(raw["meta"]) == {"sender_id", "submitter_id", "application_mode", "trace_id"}
    provider = raw["provider"]
    name = organization.get("provider_org_name", "NORA WHITFIELD")
    assert provider == organization | {
        "provider_name": name,
        "entity_identifier": "Provider",
        "entity_type": kind,
        "npi": asked["npi"],
    }
    payer = raw["payer"]
    assert (payer["entity_identifier"], payer["entity_type"]) == ("Payer", "Non-Person Entity")
    assert payer["last_name"] == payer["name"]
    (contact,) = payer["contact_information"]["contacts"]
    assert contact["communication_mode"] == "Telephone"


@pytest.mark.real
@spoilt()
def test_a_scenario_decides_what_the_payer_says(vendor: Vendor, card_id: str) -> None:
    steps = [
        {"answer": {"status": "INACTIVE"}, "times": 1},
        {"answer": {"copay": "42.50", "deductible": "1000", "deductible_remaining": "0"}, "times": 1},
        {"answer": {"aaa": "75"}, "times": 1},
        {"fault": {"kind": "500_before"}, "times": 1},
    ]
    about = {"payer_id": "87726", "last_name": "dickinson"}
    scenario = {"name": "Trouble", "vendor": "cardscan", "route": "eligibility", "subject": about, "steps": steps}
    vendor.sandbox.call("POST", "scenarios", scenario)
    inactive, active, rejected = (checked(vendor, card_id)["eligibility_summarized_response"] for _ in range(3))
    assert inactive["plan_details"]["plan_active"] is False
    assert active["office_visit"]["co_payment_in_network"] == {"amount": "$42.50"}
    pot = active["coverage_summary"]["individual_deductible_in_network"]
    assert pot == {"total_amount": "$1000", "remaining_amount": "0"}
    assert [error["code"] for error in rejected["errors"]] == ["75"]
    assert vendor.call("POST", "/eligibility", body=body(card_id)).status_code == 500
    assert len(vendor.call("GET", "/eligibility").json()["eligibility_requests"]) == 3


@pytest.mark.real
def test_a_card_without_a_known_payer_ends_in_an_error(vendor: Vendor) -> None:
    card_id = vendor.create()
    lines = ("Meadow Valley Mutual", "Member: EMILY DICKINSON", "Member ID: 128845682", "Group Number: 98755")
    vendor.upload(card_id, picture(*lines))
    vendor.wait(card_id, "completed")
    done = checked(vendor, card_id)
    assert (set(done) - BASE, done["state"], done["error"]["type"]) == ({"error"}, "error", "PayerNotFound")
    assert isinstance(done["error"]["code"], str)


@pytest.mark.real
def test_a_check_can_be_stuck_and_holds_up_no_other(vendor: Vendor, card_id: str) -> None:
    vendor.sandbox.fault("cardscan", "payer", "stuck")
    vendor.sandbox.switch("cardscan", "eligibility_seconds", 0)
    stuck = vendor.call("POST", "/eligibility", body=body(card_id)).json()["eligibility_id"]
    done = checked(vendor, card_id)
    assert done["state"] == "completed"
    assert vendor.call("GET", f"/eligibility/{stuck}").json()["state"] == "processing"


@pytest.mark.parametrize(("amount", "shown"), [("0", "0"), ("250", "$250"), ("2885.7", "$2885.70"), ("0.5", "$0.50")])
def test_money_is_displayed(amount: str, shown: str) -> None:
    assert summary.money(Decimal(amount)) == shown


@pytest.mark.parametrize(("fraction", "shown"), [("0", "0"), ("0.1", "10%"), ("0.125", "12.5%"), ("1", "100%")])
def test_shares_are_displayed(fraction: str, shown: str) -> None:
    assert summary.share(Decimal(fraction)) == shown


def test_what_the_payer_does_not_say_has_no_key() -> None:
    row = {"code": "C", "serviceTypeCodes": ["30"], "coverageLevelCode": "IND", "benefitAmount": "500"}
    stated = {**row, "inPlanNetworkIndicatorCode": "W", "timeQualifierCode": "23"}
    answer = summary.of_response({"benefitsInformation": [row, stated, {"code": "I", "serviceTypeCodes": ["35"]}]})
    pot = {"total_amount": "$500", "remaining_amount": None}
    assert answer == {
        "coverage_summary": {"individual_deductible_in_network": pot, "individual_deductible_out_network": pot}
    }
