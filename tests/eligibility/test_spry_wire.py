"""SPRY's bytes: the traps of its body, and what counts as success (docs/vendors/spry.md)."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from eligibility.vendors.spry import Found, Numbers, Refused, Saved, wire

from .calls import CHICAGO, NOW, NUMBERS, amounts, call


def sent(phone_call: Any = None, numbers: Numbers = NUMBERS) -> dict[str, Any]:
    return json.loads(wire.build_capture(wire.build_facts(phone_call or call(), zone=CHICAGO), numbers))


# ---- the body -------------------------------------------------------------------------------------------------------


def test_the_body_has_the_vendors_names_and_types() -> None:
    body = sent()
    assert body["patient_id"] == 901 and body["organisation_id"] == 67 and body["clinic_id"] == 89
    assert body["insurance_card_number"] == "ZZT0042"
    assert body["prior_authorization_required"] == "N"
    assert body["plan_details"]["active"] is True
    assert body["plan_details"]["payer_id"] == "00010"
    assert body["subscriber_details"]["zip_code"] == "02139"
    assert body["in_network"]["limitation"] == {"no_of_total_visits": 20, "no_of_visits_remaining": 17}


def test_zero_is_sent_and_the_unknown_is_left_out() -> None:
    body = sent()
    assert body["in_network"]["individual_deductible_remaining"] == 0
    for missing in ("out_of_network", "physical_therapy_coverage", "appointment_id"):
        assert missing not in body
    assert None not in json.loads(json.dumps(body)).values()
    assert sent(call(plan_active=False))["plan_details"]["active"] is False
    assert "active" not in sent(call(plan_active=None))["plan_details"]


def test_money_is_an_exact_number_of_two_places() -> None:
    raw = wire.build_capture(wire.build_facts(call(), zone=CHICAGO), NUMBERS)
    assert b'"co_pay":25.10' in raw and b'"individual_deductible_year":1000.00' in raw
    assert b'"co_insurance":20' in raw


def test_the_same_facts_make_the_same_bytes() -> None:
    facts = wire.build_facts(call(), zone=CHICAGO)
    assert wire.build_capture(facts, NUMBERS) == wire.build_capture(facts, NUMBERS)


@pytest.mark.parametrize(
    ("reference", "number"),
    [
        ("9874561", 9874561),
        ("9223372036854775807", 9223372036854775807),
        ("9223372036854775808", None),
        ("I-25139A07", None),
        ("00123", None),
        ("12 34", None),
        ("٣٤", None),
    ],
)
def test_a_call_reference_that_is_no_plain_number_goes_into_the_notes(reference: str, number: int | None) -> None:
    body = sent(call(call_reference=reference))
    assert body.get("call_reference_number") == number
    assert (f"Call ref: {reference}" in body["notes"]) is (number is None)


def test_the_time_of_the_call_is_the_clinics_without_a_zone() -> None:
    assert sent()["last_eligibility_check_date"] == "2026-11-22T10:00:00"


def test_yes_and_no_are_letters_at_the_top_only() -> None:
    body = sent(call(prior_authorization=True, service_covered=False))
    assert (body["prior_authorization_required"], body["physical_therapy_coverage"]) == ("Y", "N")


def test_a_network_that_was_not_discussed_stays_out() -> None:
    body = sent(call(in_network=None, out_of_network=amounts()))
    assert "in_network" not in body and "out_of_network" in body


# ---- success and refusal --------------------------------------------------------------------------------------------

DATA = {
    "eligibility_enquiry_id": "elig-1",
    "channel_id": "MANUAL_CAPTURE",
    "patient_id": 901,
    "insurance_number": "ZZT0042",
    "timestamp": "2026-11-22T16:00:01",
}


def parsed(status: int, document: Any) -> Any:
    return wire.parse_capture(status, document, numbers=NUMBERS, member_id="ZZT0042")


def test_success_is_http_2xx_and_code_2000_and_an_equal_echo() -> None:
    assert parsed(200, {"code": 2000, "data": DATA, "message": "Success"}) == Saved("elig-1", "2026-11-22T16:00:01")


def test_a_code_above_2000_inside_http_200_is_a_refusal() -> None:
    assert parsed(200, {"code": 2999, "message": "Something failed"}) == Refused(2999, "Something failed", "")


@pytest.mark.parametrize(
    ("message", "field"),
    [
        ("patient_id is required", ""),
        ("insurance_card_number is required", "member_id"),
        ("in_network.co_insurance must be between 0 and 100", "in_network_coinsurance_percent"),
        ("out_of_network.limitation.no_of_visits_remaining is too big", "out_of_network_visits_remaining"),
        ("plan_details.plan_end_date is before plan_start_date", "plan_end_date"),
    ],
)
def test_a_refusal_is_shown_beside_our_own_field(message: str, field: str) -> None:
    refused = parsed(400, {"code": 4000, "message": message, "data": None})
    assert refused == Refused(4000, message, field)


def test_a_refusal_without_a_readable_body_is_still_a_refusal() -> None:
    assert parsed(400, None) == Refused(None, "", "")


@pytest.mark.parametrize(
    "changed", [{"patient_id": 902}, {"insurance_number": "ZZT0043"}, {"patient_id": "901"}, {"patient_id": True}]
)
def test_an_echo_of_somebody_else_is_no_success(changed: dict[str, Any]) -> None:
    with pytest.raises(wire.SomeoneElse):
        parsed(200, {"code": 2000, "data": DATA | changed})


@pytest.mark.parametrize(
    "document",
    [
        {"code": 2000},
        {"code": 2000, "data": []},
        {"code": "2000", "data": DATA},
        {"code": True, "data": DATA},
        {"code": 1999, "data": DATA},
        {"data": DATA},
        {"code": 2000, "data": DATA | {"eligibility_enquiry_id": ""}},
        {"code": 2000, "data": DATA | {"eligibility_enquiry_id": 7}},
        [],
        None,
    ],
)
def test_anything_else_that_comes_with_200_says_nothing(document: Any) -> None:
    with pytest.raises(wire.Unreadable):
        parsed(200, document)


# ---- search and adoption --------------------------------------------------------------------------------------------


def stamp(text: str) -> datetime:
    """Return a time without a zone, as SPRY writes it."""
    return datetime.fromisoformat(text)


SENT_AT = datetime(2026, 11, 22, 16, 0, tzinfo=UTC)


def found(**changes: Any) -> Found:
    one = Found("elig-1", stamp("2026-11-22T16:00:03"), "PT", 89, date(2026, 1, 1), date(2026, 12, 31))
    return replace(one, **changes)


def ours(*records: Found) -> list[str]:
    now = SENT_AT + timedelta(minutes=10)
    return [item.enquiry_id for item in wire.ours(records, body=sent(), sent_at=SENT_AT, now=now, zone=CHICAGO)]


def test_a_record_of_this_moment_service_clinic_and_plan_is_ours() -> None:
    assert ours(found()) == ["elig-1"]


def test_a_record_in_the_clinics_own_time_is_ours_too() -> None:
    assert ours(found(timestamp=stamp("2026-11-22T10:00:03"))) == ["elig-1"]


@pytest.mark.parametrize(
    "changed",
    [
        {"timestamp": stamp("2026-11-22T15:57:59")},
        {"timestamp": stamp("2026-11-22T16:13:00")},
        {"service_code": "OT"},
        {"clinic_id": 90},
        {"plan_end_date": None},
        {"plan_start_date": date(2025, 1, 1)},
    ],
)
def test_other_records_are_not_ours(changed: dict[str, Any]) -> None:
    assert ours(found(**changed)) == []


def test_of_several_the_newest_comes_first() -> None:
    later = found(enquiry_id="elig-2", timestamp=stamp("2026-11-22T16:05:00"))
    assert ours(found(), later) == ["elig-2", "elig-1"]


def test_search_answers_hold_any_number_of_records() -> None:
    item = {
        "eligibility_enquiry_id": "elig-9",
        "timestamp": "2026-11-22T16:00:03",
        "service_code": "PT",
        "clinic_id": 89,
        "response": {"plan_details": {"plan_start_date": "2026-01-01", "plan_end_date": None}},
    }
    assert wire.parse_search({"code": 2000, "data": {"content": []}}) == []
    (one,) = wire.parse_search({"code": 2000, "data": {"content": [item]}})
    assert (one.enquiry_id, one.plan_start_date, one.plan_end_date) == ("elig-9", date(2026, 1, 1), None)
    for broken in ({"code": 2999}, {"code": 2000, "data": None}, [], None):
        with pytest.raises(wire.Unreadable):
            wire.parse_search(broken)


ODD = [{}, "text", None, {"eligibility_enquiry_id": "elig-9"}, {"timestamp": "2026-11-22T16:00:03"}]
ODD += [{"eligibility_enquiry_id": "e" * 65, "timestamp": "2026-11-22T16:00:03"}]
ODD += [{"eligibility_enquiry_id": 7, "timestamp": "2026-11-22T16:00:03"}]
ODD += [
    {"eligibility_enquiry_id": "elig-9", "timestamp": stamp}
    for stamp in (1763827203, "soon", "0001-01-01T00:00:00+14:00")
]


@pytest.mark.parametrize("odd", ODD)
def test_a_record_that_cannot_be_read_is_never_passed_over(odd: object) -> None:
    """What is passed over counts as not there, and what is not there is sent again."""
    with pytest.raises(wire.Unreadable):
        wire.parse_search({"code": 2000, "data": {"content": [odd]}})


def test_a_code_that_no_column_holds_is_left_out() -> None:
    assert parsed(200, {"code": 10**12, "message": "No"}) == Refused(None, "No", "")


def test_amounts_survive_exactly() -> None:
    body = sent(call(in_network=amounts(individual_deductible=Decimal("9999999.99"))))
    assert body["in_network"]["individual_deductible_year"] == 9999999.99
    assert NOW.tzinfo is not None
