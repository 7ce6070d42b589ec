"""The sandbox's SPRY at its edges: odd bodies, wrong addresses, work that comes late."""

import json
from decimal import Decimal

import pytest
import requests

from tests.sandbox.described import spoilt
from tests.sandbox.spry_vendor import CAPTURE, NETWORK, Spry, capture_with, told
from tests.sandbox.waiting import wait_until
from tests.sandbox_process import SandboxProcess

pytestmark = pytest.mark.real


@pytest.fixture
def spry(sandbox: SandboxProcess) -> Spry:
    return Spry(sandbox)


def raw_with(path: str, text: str) -> bytes:
    """Return the capture with one value written as `text`, which need not be JSON."""
    return json.dumps(capture_with(path, "@@")).replace('"@@"', text).encode()


# The first field that fails


@pytest.mark.parametrize(
    ("path", "value", "field"),
    [
        ("in_network.individual_deductible_remaining", 1001, "individual_deductible_remaining"),
        ("in_network.family_deductible_remaining", 2001, "family_deductible_remaining"),
    ],
)
def test_a_field_that_does_not_fit_another_comes_before_later_fields(
    spry: Spry, path: str, value: int, field: str
) -> None:
    doc = capture_with(path, value) | {"out_of_network": {"co_pay": -1}}
    doc["in_network"]["co_insurance"] = 101
    message = told(spry.capture(doc))[2]
    assert message.startswith(f"in_network.{field} must not be more than")


def test_a_plan_that_ends_before_it_starts_comes_before_its_name(spry: Spry) -> None:
    doc = capture_with("plan_details.plan_end_date", "2025-12-31")
    doc["plan_details"]["plan_name"] = 7
    assert told(spry.capture(doc))[2] == "plan_details.plan_end_date must not be before plan_start_date"


def test_an_unknown_key_is_told_after_every_wrong_field(spry: Spry) -> None:
    spry.sandbox.switch("spry", "strict", True)
    doc = {"colour": "red"} | capture_with("in_network.limitation.colour", "red") | {"notes": 7}
    assert told(spry.capture(doc))[2] == "notes must be a string"
    doc["notes"] = None
    assert told(spry.capture(doc))[2] == "colour is not a field of this request"
    del doc["colour"]
    assert told(spry.capture(doc))[2] == "in_network.limitation.colour is not a field of this request"


@pytest.mark.parametrize(
    "path",
    [
        "call_reference_number",
        "subscriber_details",
        "plan_details.active",
        "in_network.limitation",
        "in_network.co_pay",
    ],
)
def test_null_counts_as_left_out(spry: Spry, path: str) -> None:
    assert spry.capture(capture_with(path, None)).status_code == 200
    (record,) = spry.records()
    *outer, name = path.split(".")
    for step in outer:
        record = record[step]
    assert name not in record


# Odd bodies


@pytest.mark.parametrize(
    "text", ["1e99999999999999999999", "1e-99999999999999999999", "1e999", "9" * 5000, "25.0" + "0" * 40 + "1", "-0.01"]
)
def test_it_takes_no_number_out_of_bounds(spry: Spry, text: str) -> None:
    for path in ("in_network.co_pay", "patient_id"):
        assert told(spry.send(raw_with(path, text)))[:2] == (400, 4000)
    assert spry.records() == []


@pytest.mark.parametrize("path", ["notes", "insurance_card_number", "subscriber_details.last_name", "unknown"])
def test_it_takes_no_half_of_a_character(spry: Spry, path: str) -> None:
    assert told(spry.send(raw_with(path, '"\\ud83d"'))) == (400, 4000, "The body is not valid JSON")
    assert spry.send(raw_with(path, '"\\ud83d\\ude00"')).status_code == 200


@pytest.mark.parametrize("letter", ["\x00", "\x1b", "\x7f", "\x85"])
def test_it_takes_no_control_character(spry: Spry, letter: str) -> None:
    for path in ("insurance_card_number", "notes"):
        assert told(spry.capture(capture_with(path, f"A{letter}B")))[2] == f"{path} must not have control characters"
    assert spry.capture(CAPTURE | {"notes": "two\nlines\tand a tab"}).status_code == 200


def test_amounts_stay_as_they_were_sent(spry: Spry) -> None:
    doc = capture_with("in_network.co_pay", Decimal("25.10"))
    doc["in_network"]["limitation"]["no_of_visits_remaining"] = 0
    spry.capture(doc)
    shown = spry.found()[0]["response"]["in_network"]
    assert (str(shown["co_pay"]), shown["limitation"]) == ("25.10", doc["in_network"]["limitation"])


def test_it_drops_what_it_does_not_know_and_what_is_null_at_every_depth(spry: Spry) -> None:
    doc = capture_with("in_network.limitation.no_of_visits_remaining", None)
    doc |= {"unknown": 1, "notes": None, "subscriber_details": {"first_name": None, "nickname": "J"}}
    doc["plan_details"] |= {"plan_name": None, "group": {"number": "7"}}
    doc["in_network"] |= {"co_pay": None, "tier": 2}
    doc["in_network"]["limitation"] |= {"amount_remaining": None, "unit": "visit"}
    assert spry.capture(doc).status_code == 200
    [record] = spry.records()
    shown = spry.found()[0]["response"]
    limitation = {"no_of_total_visits": 20}
    for network in (record["in_network"], shown["in_network"]):
        assert network == {name: NETWORK[name] for name in NETWORK if name != "co_pay"} | {"limitation": limitation}
    assert record["plan_details"] == CAPTURE["plan_details"]
    assert shown["plan_details"] == CAPTURE["plan_details"] | {"insurance_number": "ZZT0042"}
    assert record["subscriber_details"] == shown["subscriber_details"] == {}
    assert "unknown" not in record and "notes" not in record


# Wrong addresses


@pytest.mark.parametrize(
    ("method", "path", "status", "allow"),
    [
        ("GET", "/nothing", 404, None),
        ("POST", "/apis/eligibility/v2/insurance/eligibility/offline/", 404, None),
        ("GET", "/apis/eligibility/v2/insurance/eligibility/offline", 405, "POST"),
        ("DELETE", "/apis/v2/oauth/token", 405, "POST"),
        ("PUT", "/apis/eligibility/v2/insurance/eligibility/search", 405, "GET, HEAD"),
    ],
)
def test_a_wrong_address_is_told_in_the_envelope(
    spry: Spry, method: str, path: str, status: int, allow: str | None
) -> None:
    answer = spry.http.request(method, spry.url + path, timeout=20, allow_redirects=False)
    assert told(answer)[:2] == (status, 4000 + status % 100)
    assert answer.headers.get("Allow") == allow


# Faults


def test_it_saves_although_the_client_has_given_up(spry: Spry) -> None:
    spry.sandbox.fault("spry", "capture", "slow_before", seconds=1)
    with pytest.raises(requests.exceptions.ReadTimeout):
        spry.http.post(
            f"{spry.url}/apis/eligibility/v2/insurance/eligibility/offline",
            json=capture_with("notes", "x"),
            timeout=(20, 0.1),
        )
    wait_until(lambda: len(spry.records()) == 1)


@spoilt()
def test_it_is_out_of_order_with_a_page_of_html(spry: Spry) -> None:
    spry.sandbox.fault("spry", "capture", "503_html")
    answer = spry.capture(CAPTURE)
    assert (answer.status_code, answer.headers["Content-Type"]) == (503, "text/html; charset=utf-8")
    assert spry.records() == []


@spoilt()
def test_half_an_answer_hides_a_record_that_is_there(spry: Spry) -> None:
    spry.sandbox.fault("spry", "capture", "truncated_json")
    with pytest.raises(requests.exceptions.JSONDecodeError):
        spry.capture(CAPTURE).json()
    assert len(spry.records()) == 1


@pytest.mark.parametrize("after", [7, "Sun, 22 Nov 2026 12:00:00 GMT", None, -1])
def test_it_says_when_to_come_back(spry: Spry, after: object) -> None:
    spry.sandbox.fault("spry", "capture", "429", retry_after=after)
    answer = spry.capture(CAPTURE)
    assert told(answer)[:2] == (429, 4029)
    assert answer.headers.get("Retry-After") == (None if after is None else str(after))
