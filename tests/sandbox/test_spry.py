"""The sandbox's SPRY: capture, search, faults."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import requests

from tests.sandbox.described import spoilt
from tests.sandbox.spry_vendor import CAPTURE, Spry, capture_with, told
from tests.sandbox_process import SandboxProcess

pytestmark = pytest.mark.real


@pytest.fixture
def spry(sandbox: SandboxProcess) -> Spry:
    return Spry(sandbox)


# Capture


def test_it_keeps_a_phone_call(spry: Spry) -> None:
    answer = spry.capture(CAPTURE)
    doc = answer.json()
    assert (answer.status_code, doc["code"], doc["message"]) == (200, 2000, "Success")
    data = doc["data"]
    assert (data["channel_id"], data["patient_id"], data["insurance_number"]) == ("MANUAL_CAPTURE", 12345, "ZZT0042")
    assert data["eligibility_enquiry_id"].startswith("elig-")
    moment = datetime.fromisoformat(data["timestamp"])
    assert (moment.tzinfo, moment.microsecond) == (None, 0)
    assert abs(datetime.now(UTC).replace(tzinfo=None) - moment) < timedelta(minutes=5)


_REQUIRED = [
    "patient_id",
    "organisation_id",
    "clinic_id",
    "insurance_card_number",
    "service_code",
    "prior_authorization_required",
]


@pytest.mark.parametrize("field", _REQUIRED)
def test_it_wants_every_required_field(spry: Spry, field: str) -> None:
    missing = {key: value for key, value in CAPTURE.items() if key != field}
    for doc in (missing, capture_with(field, None)):
        assert told(spry.capture(doc)) == (400, 4000, f"{field} is required")
    assert spry.records() == []


_WRONG: list[tuple[str, Any, str]] = [
    ("patient_id", True, "must be an integer"),
    ("patient_id", "12", "must be an integer"),
    ("patient_id", Decimal("1.5"), "must be an integer"),
    ("patient_id", 0, "must be greater than 0"),
    ("patient_id", 2**63, "is too large"),
    ("insurance_card_number", "  ", "is required"),
    ("insurance_card_number", "A" * 51, "must be at most 50 characters"),
    ("insurance_card_number", "A\tB", "must not have control characters"),
    ("insurance_card_number", 7, "must be a string"),
    ("service_code", "pt", "must be 1 to 10 capital letters or digits"),
    ("service_code", "PT\n", "must be 1 to 10 capital letters or digits"),
    ("prior_authorization_required", "y", "must be Y or N"),
    ("prior_authorization_required", "Yes", "must be Y or N"),
    ("prior_authorization_required", True, "must be Y or N"),
    ("physical_therapy_coverage", True, "must be Y or N"),
    ("call_reference_number", "I-25139A07", "must be an integer"),
    ("call_reference_number", -1, "must not be less than 0"),
    ("call_respondent", "A" * 101, "must be at most 100 characters"),
    ("last_eligibility_check_date", "2026-01-01", "must be a date and time written as YYYY-MM-DDTHH:MM:SS"),
    ("last_eligibility_check_date", "2999-01-01T00:00:00", "must not be in the future"),
    ("notes", "A" * 2001, "must be at most 2000 characters"),
    ("appointment_id", 0, "must be greater than 0"),
    ("subscriber_details", [], "must be an object"),
    ("subscriber_details.first_name", "A" * 61, "must be at most 60 characters"),
    ("subscriber_details.sex", "female", "must be MALE or FEMALE or OTHER or UNKNOWN"),
    ("subscriber_details.date_of_birth", "15.04.1985", "must be a date written as YYYY-MM-DD"),
    ("subscriber_details.date_of_birth", "2999-01-01", "must not be in the future"),
    ("subscriber_details.date_of_birth", "1899-12-31", "must not be before 1900"),
    ("subscriber_details.state", "Illinois", "must be a two-letter state code"),
    ("subscriber_details.zip_code", "606", "must be 5 or 9 digits"),
    ("plan_details.payer_id", 10, "must be a string"),
    ("plan_details.active", "Y", "must be true or false"),
    ("plan_details.plan_end_date", "2025-12-31", "must not be before plan_start_date"),
    ("plan_details.plan_end_date", "2026-02-30", "must be a date written as YYYY-MM-DD"),
    ("in_network.co_insurance", 101, "must be between 0 and 100"),
    ("in_network.co_pay", "25", "must be a number"),
    ("in_network.co_pay", True, "must be a number"),
    ("in_network.co_pay", Decimal("25.001"), "must have at most 2 decimals"),
    ("in_network.co_pay", -1, "must not be negative"),
    ("in_network.co_pay", 10_000_000, "must be at most 9999999.99"),
    ("in_network.individual_deductible_remaining", 1001, "must not be more than individual_deductible_year"),
    ("in_network.limitation.no_of_visits_remaining", 21, "must not be more than no_of_total_visits"),
    ("in_network.limitation.no_of_total_visits", Decimal("20.0"), "must be an integer"),
    ("out_of_network.family_out_of_pocket_year", [], "must be a number"),
]


@pytest.mark.parametrize(("path", "value", "wrong"), _WRONG, ids=[f"{path}={str(v)[:12]}" for path, v, _w in _WRONG])
def test_it_names_the_wrong_field(spry: Spry, path: str, value: Any, wrong: str) -> None:
    assert told(spry.capture(capture_with(path, value))) == (400, 4000, f"{path} {wrong}")


def test_it_names_the_first_wrong_field_in_the_order_of_the_documentation(spry: Spry) -> None:
    doc = {"in_network": {"co_pay": -1}, "notes": 7, "prior_authorization_required": "y"} | {"clinic_id": "x"}
    order = []
    fixes = {
        "patient_id": 1,
        "organisation_id": 67,
        "clinic_id": 89,
        "insurance_card_number": "A",
        "service_code": "PT",
    }
    fixes |= {"prior_authorization_required": "N", "notes": "", "in_network": {"co_pay": 0}}
    for _ in fixes:
        field = told(spry.capture(doc))[2].split()[0].split(".")[0]
        order.append(field)
        doc[field] = fixes[field]
    assert order == list(fixes)
    assert spry.capture(doc).status_code == 200


@pytest.mark.parametrize(
    ("raw", "kind", "expected"),
    [
        (b"{", "application/json", (400, 4000)),
        (b"[]", "application/json", (400, 4000)),
        (b'{"patient_id": NaN}', "application/json", (400, 4000)),
        (b'{"patient_id": Infinity}', "application/json", (400, 4000)),
        (b'{"patient_id": 1, "patient_id": 2}', "application/json", (400, 4000)),
        (b"[" * 50_000, "application/json", (400, 4000)),
        (b"{}", "text/plain", (415, 4015)),
        (b'{"notes": "' + b"A" * 65_536 + b'"}', "application/json", (413, 4013)),
    ],
    ids=["half", "list", "nan", "infinity", "twice", "deep", "type", "long"],
)
def test_it_reads_strictly(spry: Spry, raw: bytes, kind: str, expected: tuple[int, int]) -> None:
    assert told(spry.send(raw, kind))[:2] == expected


@pytest.mark.parametrize(("size", "status"), [(64 * 1024, 200), (64 * 1024 + 1, 413)])
def test_it_takes_64_kib_and_no_byte_more(spry: Spry, size: int, status: int) -> None:
    raw = json.dumps(CAPTURE).encode()
    answer = spry.send(raw + b" " * (size - len(raw)))
    assert answer.status_code == status
    assert status == 200 or "64 KiB" in told(answer)[2]


def test_it_takes_no_number_that_json_does_not_have(spry: Spry) -> None:
    for word in (b"NaN", b"Infinity", b"-Infinity"):
        raw = json.dumps(capture_with("in_network.co_pay", 1)).encode().replace(b'"co_pay": 1', b'"co_pay": ' + word)
        assert told(spry.send(raw))[2] == "The body is not valid JSON"


def test_it_takes_a_deductible_nobody_has_touched(spry: Spry) -> None:
    assert spry.capture(capture_with("in_network.individual_deductible_remaining", 1000)).status_code == 200


def test_it_names_the_key_given_twice(spry: Spry) -> None:
    assert told(spry.send(b'{"clinic_id": 89, "clinic_id": 90}'))[2] == "clinic_id is given twice"


def test_unknown_keys_are_refused_in_strict_mode_alone(spry: Spry) -> None:
    doc = capture_with("plan_details.colour", "red")
    assert spry.capture(doc).status_code == 200
    spry.sandbox.switch("spry", "strict", True)
    assert told(spry.capture(doc)) == (400, 4000, "plan_details.colour is not a field of this request")


# Who and where


@pytest.mark.parametrize(
    ("path", "value", "strict", "expected"),
    [
        ("organisation_id", 68, False, (403, 4003)),
        ("clinic_id", 91, False, (403, 4003)),
        ("clinic_id", 91, True, (403, 4003)),
        ("clinic_id", 12, True, (404, 4004)),
        ("patient_id", 999_999, True, (404, 4004)),
        ("appointment_id", 424_242, True, (404, 4004)),
        ("appointment_id", 5002, False, (409, 4009)),
        ("appointment_id", 5003, True, (409, 4009)),
    ],
)
def test_it_knows_whose_things_are_whose(
    spry: Spry, path: str, value: int, strict: bool, expected: tuple[int, int]
) -> None:
    spry.sandbox.switch("spry", "strict", strict)
    assert told(spry.capture(capture_with(path, value)))[:2] == expected
    assert spry.records() == []


def test_it_takes_unknown_patients_in_lenient_mode(spry: Spry) -> None:
    doc = capture_with("patient_id", 999_999) | {"appointment_id": 424_242}
    assert spry.capture(doc).json()["data"]["patient_id"] == 999_999
    spry.sandbox.switch("spry", "strict", True)
    assert spry.capture(capture_with("appointment_id", 5001)).status_code == 200


# Search


def test_it_reads_back_to_the_cent(spry: Spry) -> None:
    doc = capture_with("in_network.individual_out_of_pocket_year", Decimal("4999.90"))
    doc["notes"] = "Call ref: I-25139A07"
    spry.capture(doc)
    (item,) = spry.found()
    response = item["response"]
    assert response["in_network"] == doc["in_network"]
    assert isinstance(response["in_network"]["individual_out_of_pocket_year"], Decimal)
    assert response["in_network"]["individual_deductible_remaining"] == 0
    assert (item["payer_id"], response["plan_details"]["payer_id"]) == ("00077", "00077")
    assert response["notes"] == "Call ref: I-25139A07"
    assert "out_of_network" not in response
    assert (item["patient_first_name"], item["patient_relation"], item["status"]) == ("Jane", "SELF", "ACTIVE")


@pytest.mark.parametrize(
    ("doc", "expected"),
    [
        ({}, (None, None, None, False)),
        ({"plan_details": {"active": False}, "physical_therapy_coverage": "N"}, ("INACTIVE", False, True, False)),
        (
            {"plan_details": {"active": True}, "physical_therapy_coverage": "Y", "in_network": {}},
            ("ACTIVE", True, False, True),
        ),
        ({"plan_details": None, "in_network": None}, (None, None, None, False)),
    ],
)
def test_it_derives_what_the_search_shows(spry: Spry, doc: dict[str, Any], expected: tuple[Any, ...]) -> None:
    least = {key: CAPTURE[key] for key in _REQUIRED}
    assert spry.capture(least | doc).status_code == 200
    (item,) = spry.found()
    response = item["response"]
    names = ("service_eligibility_coverage", "non_covered_services_flag", "in_plan_network")
    assert (item["status"], *(response[name] for name in names)) == expected


def test_the_date_of_service_is_the_date_of_the_call(spry: Spry) -> None:
    spry.capture(CAPTURE | {"last_eligibility_check_date": "2026-05-19T10:30:00"})
    assert spry.found()[0]["date_of_service"] == "2026-05-19"


def test_the_newest_comes_first(spry: Spry) -> None:
    for code in ("A", "B"):
        spry.capture(capture_with("service_code", code))
    spry.sandbox.call("POST", "clock", {"advance_seconds": -3600})
    spry.capture(capture_with("service_code", "C"))
    assert [item["service_code"] for item in spry.found()] == ["B", "A", "C"]
    assert len({record["eligibility_enquiry_id"] for record in spry.records()}) == 3


def test_it_finds_nothing_of_others(spry: Spry) -> None:
    spry.capture(CAPTURE)
    assert spry.found(patient_id=12346) == []
    assert spry.found(number="ZZT0043") == []
    assert spry.found(channel_id="EDI") == []
    assert len(spry.found(channel_id="MANUAL_CAPTURE")) == 1


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"insurance_number": "A"}, "patient_id is required"),
        ({"patient_id": "x", "insurance_number": "A"}, "patient_id must be an integer greater than 0"),
        ({"patient_id": "1"}, "insurance_number is required"),
        ({"patient_id": "1", "insurance_number": "A", "channel_id": "FAX"}, "channel_id must be one of"),
    ],
)
def test_it_refuses_a_wrong_search(spry: Spry, params: dict[str, str], message: str) -> None:
    status, code, said = told(spry.search(**params))
    assert (status, code, said.startswith(message)) == (400, 4000, True)


# Faults


@pytest.mark.parametrize(
    ("kind", "status", "code", "kept"),
    [
        ("2999", 200, 2999, 0),
        ("400", 400, 4000, 0),
        ("401", 401, 4001, 0),
        ("429", 429, 4029, 0),
        ("500_before", 500, 5000, 0),
        ("500_after", 500, 5000, 1),
    ],
)
@spoilt(perhaps=True)
def test_it_fails_as_told(spry: Spry, kind: str, status: int, code: int, kept: int) -> None:
    spry.sandbox.fault("spry", "capture", kind)
    assert told(spry.capture(CAPTURE))[:2] == (status, code)
    assert len(spry.records()) == kept
    assert spry.capture(CAPTURE).status_code == 200


def test_it_answers_about_someone_else(spry: Spry) -> None:
    spry.sandbox.fault("spry", "capture", "someone_else")
    assert spry.capture(CAPTURE).json()["data"]["patient_id"] == 12346
    assert [record["patient_id"] for record in spry.records()] == [12345]


def test_it_saves_and_then_drops_the_connection(spry: Spry) -> None:
    spry.sandbox.fault("spry", "capture", "reset_after")
    with pytest.raises(requests.ConnectionError):
        spry.capture(CAPTURE)
    assert len(spry.records()) == 1


def test_a_search_may_lag_behind(spry: Spry) -> None:
    spry.capture(CAPTURE)
    spry.sandbox.fault("spry", "search", "stale_reads")
    assert (spry.found(), len(spry.found())) == ([], 1)


def test_ids_can_be_counted(spry: Spry) -> None:
    spry.sandbox.switch("spry", "ids", "counted")
    found = [spry.capture(CAPTURE).json()["data"]["eligibility_enquiry_id"] for _ in range(2)]
    assert found == ["elig-00000001", "elig-00000002"]
