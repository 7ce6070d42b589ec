"""Each row of the table in docs/eligibility.md: what came back, and what is said about the coverage."""

from __future__ import annotations

from datetime import date

import pytest

from eligibility.aaa import AGAIN, FIX, NOT_SO, REJECTIONS, SETUP
from eligibility.answers import (
    GAVE_UP,
    NOT_SUPPORTED,
    OUR_SETUP,
    UNAVAILABLE,
    Evidence,
    Problem,
    StatusLine,
    Verdict,
    judge,
    sentence,
)

DAY = date(2026, 11, 22)


def judged(evidence: Evidence, service: str = "98") -> tuple[str, str, str]:
    verdict = judge(evidence, service_type_code=service, day=DAY)
    return verdict.answer, verdict.reason, verdict.owner


def lines(*codes: str, service: str = "98") -> tuple[StatusLine, ...]:
    return tuple(StatusLine(code, (service,)) for code in codes)


def refused(*codes: str) -> Evidence:
    return Evidence("UNKNOWN", problems=tuple(Problem(code) for code in codes))


# ---- the payer says active or inactive ------------------------------------------------------------------------------


@pytest.mark.parametrize("code", "1234")
def test_raw_codes_1_to_4_are_active(code: str) -> None:
    assert judged(Evidence("UNKNOWN", lines(code))) == ("ACTIVE", "", "")


def test_the_word_active_is_active_without_raw_rows() -> None:
    assert judged(Evidence("ACTIVE")) == ("ACTIVE", "", "")


def test_code_5_is_active_and_under_investigation() -> None:
    assert judged(Evidence("ACTIVE", lines("5"))) == ("ACTIVE", "INVESTIGATING", "DESK")


def test_the_word_inactive_is_inactive() -> None:
    assert judged(Evidence("INACTIVE")) == ("INACTIVE", "", "DESK")


def test_raw_code_6_is_inactive() -> None:
    assert judged(Evidence("UNKNOWN", lines("6"))) == ("INACTIVE", "", "DESK")


@pytest.mark.parametrize("code", "78")
def test_codes_7_and_8_are_inactive_while_the_payer_updates_the_record(code: str) -> None:
    assert judged(Evidence("UNKNOWN", lines(code))) == ("INACTIVE", "UPDATING", "DESK")


# ---- which rows count -----------------------------------------------------------------------------------------------


def test_rows_of_the_service_asked_about_decide_before_the_whole_plan() -> None:
    both = lines("1") + lines("6", service="30")
    assert judged(Evidence("", both))[0] == "ACTIVE"
    assert judged(Evidence("", both), service="30")[0] == "INACTIVE"


def test_a_service_that_is_inactive_in_an_active_plan_is_not_shown_as_active() -> None:
    assert judged(Evidence("ACTIVE", lines("6") + lines("1", service="30"))) == ("CALL_PAYER", "UNCLEAR", "BILLING")


def test_rows_about_other_services_say_nothing() -> None:
    assert judged(Evidence("", lines("6", service="35")))[1] == "UNCLEAR"


def test_a_row_of_another_year_says_nothing_about_the_day() -> None:
    old = StatusLine("6", ("98",), date(2025, 1, 1), date(2025, 12, 31))
    now = StatusLine("1", ("98",), date(2026, 1, 1), date(2026, 12, 31))
    assert judged(Evidence("ACTIVE", (old, now)))[0] == "ACTIVE"


def test_the_last_day_of_a_plan_belongs_to_it() -> None:
    assert judged(Evidence("ACTIVE", plan_end_date=DAY))[0] == "ACTIVE"


# ---- contradictions and silence are never inactive ------------------------------------------------------------------


@pytest.mark.parametrize(
    "evidence",
    [
        Evidence("UNKNOWN"),
        Evidence(""),
        Evidence("ACTIVE", lines("6")),
        Evidence("INACTIVE", lines("1")),
        Evidence("", lines("1", "6")),
        Evidence("ACTIVE", plan_end_date=date(2026, 11, 21)),
        Evidence("ACTIVE", plan_start_date=date(2026, 11, 23)),
        Evidence("ACTIVE", problems=(Problem("75"),)),
        Evidence("INACTIVE", problems=(Problem("42"),)),
        Evidence("UNKNOWN", problems=(Problem("ZZ"),)),
        Evidence("UNKNOWN", problems=(Problem(text="Something is wrong."),)),
    ],
)
def test_unclear_answers_are_read_by_billing(evidence: Evidence) -> None:
    assert judged(evidence) == ("CALL_PAYER", "UNCLEAR", "BILLING")


# ---- rejections -----------------------------------------------------------------------------------------------------

BY_KIND = {kind: [code for code, row in REJECTIONS.items() if row.kind == kind] for kind in (AGAIN, FIX, SETUP, NOT_SO)}


@pytest.mark.parametrize("code", BY_KIND[FIX])
def test_data_to_fix_is_not_found_and_names_the_value(code: str) -> None:
    verdict = judge(refused(code), service_type_code="98", day=DAY)
    assert (verdict.answer, verdict.reason, verdict.owner) == ("NOT_FOUND", "FIX_DATA", "DESK")
    assert verdict.fix_field == REJECTIONS[code].field
    assert not verdict.ask_again


@pytest.mark.parametrize("codes", [("42",), ("80",), ("42", "79"), ("42", "80"), ("79", "80")])
def test_a_payer_that_is_down_is_asked_again(codes: tuple[str, ...]) -> None:
    verdict = judge(refused(*codes), service_type_code="98", day=DAY)
    assert (verdict.answer, verdict.reason, verdict.owner) == ("PAYER_UNAVAILABLE", "ASKING_AGAIN", "DESK")
    assert verdict.ask_again


@pytest.mark.parametrize("code", BY_KIND[SETUP])
def test_our_own_set_up_is_for_an_admin(code: str) -> None:
    assert judged(refused(code)) == ("CALL_PAYER", "OUR_SETUP", "ADMIN")


@pytest.mark.parametrize("code", BY_KIND[NOT_SO])
def test_what_cannot_be_asked_this_way_is_asked_by_phone(code: str) -> None:
    assert judged(refused(code)) == ("CALL_PAYER", "NOT_SUPPORTED", "DESK")


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        (("42", "75"), "FIX_DATA"),  # the member is the better lead than the outage
        (("43", "72"), "OUR_SETUP"),  # nothing comes of fixing data while we may not ask
        (("72", "98"), "FIX_DATA"),
    ],
)
def test_several_rejections_lead_to_the_one_to_act_on(codes: tuple[str, ...], expected: str) -> None:
    assert judged(refused(*codes))[1] == expected


def test_a_refusal_that_names_a_value_is_not_found() -> None:
    verdict = judge(Evidence(problems=(Problem(field="date_of_service"),)), service_type_code="98", day=DAY)
    assert (verdict.answer, verdict.fix_field) == ("NOT_FOUND", "date_of_service")


@pytest.mark.parametrize(("topic", "expected"), [("ENROLMENT", "OUR_SETUP"), ("NOT_SUPPORTED", "NOT_SUPPORTED")])
def test_what_a_refusal_is_about_counts_more_than_the_value_it_names(topic: str, expected: str) -> None:
    assert judged(Evidence(problems=(Problem(field="payer", topic=topic),)))[1] == expected


def test_nothing_but_the_payers_word_is_inactive() -> None:
    for code in REJECTIONS:
        assert judged(refused(code))[0] != "INACTIVE"


# ---- sentences ------------------------------------------------------------------------------------------------------


def said(verdict: Verdict, **more: str) -> str:
    return sentence(verdict, payer="Aetna", day="22 Nov 2026", **more)


def test_sentences_say_what_is_and_what_to_do() -> None:
    assert said(Verdict("ACTIVE")) == "Aetna says this coverage is active on 22 Nov 2026."
    assert "It ended on 31 Oct 2026." in said(Verdict("INACTIVE"), ended="31 Oct 2026")
    assert "We ask again at 09:52." in said(UNAVAILABLE, next_try="09:52")
    assert "Call Aetna at 800-555-0100." in said(GAVE_UP, phone="800-555-0100")
    assert "An admin fixes this." in said(OUR_SETUP)
    assert "does not answer this question electronically" in said(NOT_SUPPORTED)


@pytest.mark.parametrize("code", [*REJECTIONS, "ZZ", ""])
def test_an_error_is_never_worded_as_not_active(code: str) -> None:
    verdict = judge(refused(code), service_type_code="98", day=DAY)
    words = said(verdict, next_try="09:52")
    assert "not active" not in words and "inactive" not in words.lower()
    assert words.endswith(".") and "!" not in words


def test_a_member_who_is_not_found_may_well_be_insured() -> None:
    verdict = judge(refused("75"), service_type_code="98", day=DAY)
    assert "The patient may well be insured." in said(verdict)
    assert "ask for a newer card" in said(verdict)
