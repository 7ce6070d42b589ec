"""Candid's bytes: what is sent, and the traps in what comes back (docs/vendors/candid.md)."""

from __future__ import annotations

import json
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import simplejson

from eligibility import benefits
from eligibility.answers import StatusLine
from eligibility.choices import Kind, Level, Period
from eligibility.vendors.candid import Member, Provider, Question, raw, values, wire

D = Decimal


def read(document: Any, service: str = "98"):
    return wire.parse_answer(simplejson.loads(json.dumps(document), use_decimal=True), service_type_code=service)


def parsed(found: dict[str, Any]) -> dict[str, Any]:
    return {"response": None, "parsed_response": {"eligibility_status": "ACTIVE", "benefits": found}}


def plan(**network: Any) -> dict[str, Any]:
    return {
        "response": None,
        "parsed_response": {"eligibility_status": "ACTIVE", "benefits": {"plan_coverage": network}},
    }


def service(code: str, **parts: Any) -> dict[str, Any]:
    found = {"service_specific_coverage": [{"service_code": code, **parts}]}
    return parsed(found)


# ---- what is sent ---------------------------------------------------------------------------------------------------

JANE = Member("Jane", "Doe", date(2004, 4, 4), "AETNA12345")
CLINIC = Provider("1999999984", organization_name="Clinic")


def question(**changes: Any) -> Question:
    known: dict[str, Any] = {
        "payer_id": "060054",
        "provider": CLINIC,
        "subscriber": JANE,
        "date_of_service": date(2026, 1, 5),
        "service_type_code": "30",
    }
    return Question(**(known | changes))


def test_a_question_has_what_the_vendor_asks_for_and_no_nulls() -> None:
    assert wire.build_question(question()) == {
        "payer_id": "060054",
        "provider": {"npi": "1999999984", "organization_name": "Clinic"},
        "subscriber": {
            "first_name": "Jane",
            "last_name": "Doe",
            "member_id": "AETNA12345",
            "date_of_birth": "2004-04-04",
        },
        "encounter": {"date_of_service": "2026-01-05", "service_type_codes": ["30"]},
        "source": "frontdesk",
    }


def test_a_dependent_has_no_member_number_and_unknown_birth_dates_are_left_out() -> None:
    subscriber = Member("John", "Doe", None, "AETNA9wcSu")
    document = wire.build_question(
        question(subscriber=subscriber, dependent=Member("Jordan", "Doe", date(2001, 7, 14)))
    )
    assert document["dependent"] == {"first_name": "Jordan", "last_name": "Doe", "date_of_birth": "2001-07-14"}
    assert "date_of_birth" not in document["subscriber"]


def test_a_treating_provider_asks_by_name() -> None:
    document = wire.build_question(question(provider=Provider("1999999984", first_name="Nora", last_name="Whitfield")))
    assert document["provider"] == {"npi": "1999999984", "first_name": "Nora", "last_name": "Whitfield"}


def test_an_existing_answer_is_asked_for_in_utc() -> None:
    since = datetime.fromisoformat("2026-01-05T09:30:00-06:00")
    sent = json.loads(wire.build_request(wire.build_question(question()), existing_after=since))
    assert sent["get_existing_check_initiated_after"] == "2026-01-05T15:30:00.000Z"
    assert "get_existing_check_initiated_after" not in json.loads(wire.build_request(wire.build_question(question())))


# ---- error details: three spellings ---------------------------------------------------------------------------------

DETAILS = {
    "field": "AAA",
    "code": "75",
    "description": "Subscriber/Insured Not Found",
    "location": "Loop 2100C",
    "followupAction": "Please Correct and Resubmit",
}
WITH_MARKS = {f"{key}?": value for key, value in DETAILS.items()}


@pytest.mark.parametrize("details", [WITH_MARKS, DETAILS, DETAILS | WITH_MARKS])
def test_error_details_are_read_in_every_spelling(details: dict[str, str]) -> None:
    (problem,) = read({"response": None, "errors": [{"source": "STEDI", "errorDetails": details}]}).evidence.problems
    assert (problem.code, problem.location) == ("75", "Loop 2100C")
    assert problem.follow_up == "Please Correct and Resubmit"
    assert problem.field == ""


def test_rejections_that_only_the_raw_answer_shows_are_read_once() -> None:
    source = {
        "errors": [{"code": "42", "description": "Unable to respond"}],
        "payer": {"aaaErrors": [{"code": "42"}]},
        "subscriber": {"aaaErrors": [{"code": "75", "location": "Loop 2100C"}]},
        "dependents": [{"aaaErrors": [{"code": "67"}]}],
    }
    found = read({"response": source, "errors": [{"source": "STEDI", "errorDetails": {"code?": "75"}}]})
    assert sorted(problem.code for problem in found.evidence.problems) == ["42", "67", "75"]


def test_an_error_of_candid_names_its_field() -> None:
    details = {"field?": "subscriber.date_of_birth", "description?": "Invalid value"}
    (problem,) = read({"response": None, "errors": [{"source": "CANDID", "errorDetails": details}]}).evidence.problems
    assert (problem.code, problem.field) == ("", "birth_date")


@pytest.mark.parametrize(
    ("status", "body", "field", "topic"),
    [
        (
            400,
            {"errorName": "BadRequestError", "content": {"message": "encounter.date_of_service is bad"}},
            "date_of_service",
            "",
        ),
        (400, {"message": "Payer BAD_PAYER_ID is not configured"}, "payer", "NOT_SUPPORTED"),
        (422, {"detail": [{"loc": ["body", "subscriber", "member_id"], "msg": "field required"}]}, "member_id", ""),
        (
            422,
            {"errorName": "UnprocessableEntityError", "content": {"message": "Enrollment is required"}},
            "",
            "ENROLMENT",
        ),
        (400, {"message": "Bad request"}, "", ""),
        (400, "text", "", ""),
    ],
)
def test_a_refusal_names_what_it_objects_to(status: int, body: Any, field: str, topic: str) -> None:
    problem = wire.parse_refusal(status, body)
    assert (problem.field, problem.topic) == (field, topic)


# ---- flat arrays first, then maps -----------------------------------------------------------------------------------


def test_two_copays_of_the_flat_array_are_not_collapsed_by_the_map() -> None:
    own = {"type": "COPAY", "coverageLevel": "INDIVIDUAL", "unit": "CURRENCY"}
    flat = [own | {"value": 25, "additional_notes": "PCP"}, own | {"value": 50, "additional_notes": "SPECIALIST"}]
    found = read(service("98", in_network={"copay": {"individual": 25}}, in_network_flat=flat))
    copays = [line for line in found.lines if line.kind == Kind.COPAY]
    assert [line.amount for line in copays] == [D("25.00"), D("50.00")]


def test_maps_fill_what_the_flat_array_leaves_out() -> None:
    network = {
        "in_network": {
            "deductible": {"individual": 1500, "family": 3000, "employeeAndSpouse": 2000},
            "deductible_remaining": {"individual": 1250.5},
            "oop_max_contract": {"individual": "5000"},
            "oop_max_year_to_date": {"individual": 300},
        },
        "in_network_flat": [
            {"type": "DEDUCTIBLE", "coverageLevel": "INDIVIDUAL", "unit": "CURRENCY", "value": 1500},
        ],
        "out_of_network": {"deductible": {"individual": 0}},
    }
    lines = read(plan(**network)).lines
    found = {(line.kind, line.period, line.coverage_level, line.in_network): line.amount for line in lines}
    assert found == {
        (Kind.DEDUCTIBLE, Period.YEAR, Level.INDIVIDUAL, True): D("1500.00"),
        (Kind.DEDUCTIBLE, Period.YEAR, Level.FAMILY, True): D("3000.00"),
        (Kind.DEDUCTIBLE, Period.YEAR, Level.EMPLOYEE_AND_SPOUSE, True): D("2000.00"),
        (Kind.DEDUCTIBLE, Period.REMAINING, Level.INDIVIDUAL, True): D("1250.50"),
        (Kind.OUT_OF_POCKET_MAX, Period.CONTRACT, Level.INDIVIDUAL, True): D("5000.00"),
        (Kind.OUT_OF_POCKET_MAX, Period.YEAR_TO_DATE, Level.INDIVIDUAL, True): D("300.00"),
        (Kind.DEDUCTIBLE, Period.YEAR, Level.INDIVIDUAL, False): D("0.00"),
    }


def test_an_empty_map_says_nothing_and_zero_says_zero() -> None:
    found = read(plan(in_network={"deductible": {}, "deductible_remaining": {"individual": 0}}))
    assert benefits.deductible(found.lines).total is None
    assert benefits.deductible_remaining(found.lines) == D("0")


def test_visits_of_the_map_replace_the_same_limit_of_the_flat_array() -> None:
    details = {"visits": {"individual": 30}, "visits_remaining": {"individual": 28}}
    own = {"type": "LIMITATION", "coverageLevel": "INDIVIDUAL", "unit": "COUNT"}
    flat = [own | {"value": 30}, own | {"value": 2, "additional_notes": "PER DAY"}]
    lines = read(service("PT", in_network=details, in_network_flat=flat)).lines
    (visits,) = benefits.visit_limits(lines)
    assert (visits.total, visits.remaining) == (D(30), D(28))
    assert [line.count for line in lines if line.kind == Kind.LIMITATION] == [D(2)]


def test_values_that_are_no_clean_numbers_are_kept_as_sent_and_never_guessed() -> None:
    flat = [
        {"type": "COPAY", "coverageLevel": "INDIVIDUAL", "unit": "CURRENCY", "value": value}
        for value in ("$15", "N/A", 12.345, -5, True)
    ]
    lines = read(service("98", in_network_flat=flat)).lines
    assert [line.amount for line in lines] == [None] * 5
    assert [line.as_sent for line in lines][:4] == ["$15", "N/A", "12.345", "-5"]


def test_unknown_kinds_levels_and_services_do_not_break_an_answer() -> None:
    flat = [
        {"type": "SOMETHING_NEW", "coverageLevel": "INDIVIDUAL", "unit": "CURRENCY", "value": 1},
        {"type": "COPAY", "coverageLevel": "PETS", "unit": "CURRENCY", "value": 25},
    ]
    (line,) = read(service("ZZ9", in_network_flat=flat)).lines
    assert (line.service_type_code, line.coverage_level, line.amount) == ("ZZ9", "", D("25.00"))


def test_non_covered_services_are_one_line_each() -> None:
    item = {
        "type": "NON_COVERED",
        "coverageLevel": "INDIVIDUAL",
        "unit": "CURRENCY",
        "value": 0,
        "service_type_codes": ["AL", "35"],
    }
    document = {
        "response": None,
        "parsed_response": {"eligibility_status": "ACTIVE", "benefits": {"non_covered_details": [item]}},
    }
    assert [line.service_type_code for line in read(document).lines] == ["AL", "35"]


# ---- shares ---------------------------------------------------------------------------------------------------------


def shares(*sent: Any, raw_shares: tuple[str, ...] = ()) -> list[tuple[Decimal | None, str]]:
    own = {"type": "COINSURANCE", "coverageLevel": "INDIVIDUAL", "unit": "PERCENT"}
    flat = [own | {"value": value} for value in sent]
    document = service("98", in_network_flat=flat)
    rows = [{"code": "A", "benefitPercent": share, "serviceTypeCodes": ["98"]} for share in raw_shares]
    document["response"] = {"benefitsInformation": rows}
    return [(line.percent, line.as_sent) for line in read(document).lines]


def test_a_share_above_one_is_a_percentage() -> None:
    assert shares(20) == [(D("20"), "")]


def test_a_fraction_is_a_percentage_when_the_raw_answer_says_so() -> None:
    assert shares(0.2, 0, raw_shares=("0.2", "0")) == [(D("20"), ""), (D("0"), "")]


def test_a_fraction_without_the_raw_answer_is_unclear_and_shown_as_sent() -> None:
    assert shares(0.2) == [(None, "0.2")]


def test_a_share_above_a_hundred_is_shown_as_sent() -> None:
    assert shares(250) == [(None, "250")]


# ---- the rest of the parsed view ------------------------------------------------------------------------------------


def test_plan_dates_and_the_payers_own_ids_are_kept() -> None:
    meta = {
        "payer_name": "AETNA",
        "plan_name": "Open Choice",
        "insurance_type_code": "PR",
        "member_id": 123,
        "start_date": "2026-01-01",
        "end_date": "",
        "plan_dates": [
            {"field_name": "planBegin", "start_date": "2026-01-01"},
            {"field_name": "odd", "start_date": "soon"},
        ],
        "trading_partner": "60054",
    }
    found = read({"response": None, "parsed_response": {"eligibility_status": "active", "plan_metadata": meta}})
    assert (found.plan.member_id, found.plan.insurance_type) == ("123", "PR")
    assert (found.plan.start_date, found.plan.end_date) == (date(2026, 1, 1), None)
    assert [item.start_date for item in found.plan.dates] == [date(2026, 1, 1), None]
    assert found.plan.trading_partner == "60054"
    assert found.evidence.status == "ACTIVE"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-01-31", date(2026, 1, 31)),
        ("20260131", date(2026, 1, 31)),
        ("2026-01-31T00:00:00", date(2026, 1, 31)),
        ("20260131-20261231", date(2026, 1, 31)),
        ("2026-02-31", None),
        ("", None),
        (None, None),
        (20260131, date(2026, 1, 31)),
    ],
)
def test_days_in_every_shape_seen(text: Any, expected: date | None) -> None:
    assert values.day(text) == expected


def test_entities_keep_their_contacts() -> None:
    entity = {
        "entityIdentifier": "Primary Care Provider",
        "entityType": "Person",
        "entityName": "DOUGH",
        "contactInformation": [{"mode": "Telephone", "value": "8005550100"}],
        "serviceTypeCodes": ["30"],
    }
    found = read(parsed({"benefits_related_entities": [entity], "autoUpdatedEligibilityCheckId": "u1"}))
    assert found.entities[0].contacts == (("Telephone", "8005550100"),)
    assert found.auto_updated_check_id == "u1"


def test_corrections_are_read_and_empty_ones_left_out() -> None:
    corrections = [
        {"property": "subscriber.last_name", "request_value": "Do", "corrected_value": "DOE"},
        {"property": "subscriber.first_name", "request_value": "J", "corrected_value": None},
    ]
    (one,) = read({"response": None, "request_corrections": corrections}).corrections
    assert (one.path, one.sent, one.corrected) == ("subscriber.last_name", "Do", "DOE")


NOTHING = [{"response": None}, {"parsed_response": None, "errors": None}, {"response": {}, "errors": []}]


@pytest.mark.parametrize("document", NOTHING)
def test_an_answer_with_nothing_in_it_says_nothing(document: Any) -> None:
    found = read(document)
    assert (found.evidence.status, found.evidence.problems, found.lines) == ("", (), ())


NO_ANSWER = [
    *([], "text", 3, None, {}, {"error": {"message": "Internal server error"}}),
    {"response": [], "parsed_response": {"eligibility_status": "ACTIVE"}},
    {"parsed_response": [{"eligibility_status": "ACTIVE"}]},
    {"parsed_response": {"eligibility_status": 7}},
    {"parsed_response": {"eligibility_status": "ACTIVE"}, "errors": {"0": {"source": "STEDI"}}},
]


@pytest.mark.parametrize("document", NO_ANSWER)
def test_json_that_is_no_answer_is_unreadable(document: Any) -> None:
    """Above all an objection of another type than it should be is not passed over beside an "active"."""
    with pytest.raises(wire.Unreadable):
        read(document)


# ---- the raw 271 ----------------------------------------------------------------------------------------------------

ROWS = json.loads((Path(__file__).parent / "samples" / "raw_271.json").read_text())["benefitsInformation"]


def test_raw_status_rows_keep_their_services_and_dates() -> None:
    assert raw.status_lines({"benefitsInformation": ROWS}) == (
        StatusLine("1", ("30", "98"), date(2026, 1, 1), date(2026, 12, 31)),
        StatusLine("6", ("35",), date(2025, 1, 1), date(2025, 12, 31)),
    )


def test_raw_rows_stand_in_for_a_missing_parsed_view() -> None:
    found = read({"response": {"benefitsInformation": ROWS}, "parsed_response": None})
    assert benefits.copay(found.lines, service_type_code="98").amount == D("25.00")
    assert {line.in_network for line in found.lines if line.kind == Kind.COPAY} == {True, False}
    assert [line.percent for line in benefits.coinsurance(found.lines, service_type_code="98")] == [D("20.0")]
    assert benefits.deductible_remaining(found.lines) == D("640.00")
    family = benefits.out_of_pocket(found.lines, level=Level.FAMILY, in_network=False)
    assert family.used == D("100.00")
    assert benefits.visit_limits(found.lines)[0].remaining == D(12)


def test_raw_rows_say_what_the_parsed_view_cannot() -> None:
    found = read({"response": {"benefitsInformation": ROWS}, "parsed_response": {"eligibility_status": "ACTIVE"}})
    assert found.prior_authorization is True
    assert read({"response": {"benefitsInformation": ROWS}}, service="30").prior_authorization is None
    assert found.entities[-1].name == "OTHER PLAN"
    assert found.entities[-1].contacts == (("Telephone", "8005550199"),)
