"""What a payer said, in numbers: copay for a visit, what is left of the year, shares, visits."""

from __future__ import annotations

from decimal import Decimal

import pytest

from eligibility import benefits
from eligibility.benefits import BenefitLine, Meter
from eligibility.choices import Kind, Level, Period

D = Decimal


def copay(amount: str, service: str = "98", notes: str = "", network: bool | None = True, level: str = "INDIVIDUAL"):
    return BenefitLine(
        Kind.COPAY,
        D(amount),
        service_type_code=service,
        notes=notes,
        in_network=network,
        coverage_level=level,
    )


def yearly(
    kind: str, period: str, amount: str, level: str = "INDIVIDUAL", network: bool | None = True, service: str = ""
):
    return BenefitLine(
        kind, D(amount), period=period, coverage_level=level, in_network=network, service_type_code=service
    )


def test_one_copay_is_the_copay() -> None:
    assert benefits.copay([copay("25")], service_type_code="98").amount == D("25")


def test_a_copay_of_zero_is_a_copay() -> None:
    found = benefits.copay([copay("0")], service_type_code="98")
    assert found.amount == D("0") and found.is_stated


def test_no_copay_is_none_and_not_zero() -> None:
    found = benefits.copay([], service_type_code="98")
    assert found.amount is None and not found.is_stated


def test_the_copay_of_the_service_goes_before_that_of_the_plan() -> None:
    lines = [copay("40", "30"), copay("25", "98")]
    assert benefits.copay(lines, service_type_code="98").amount == D("25")
    fallen_back = benefits.copay(lines, service_type_code="UC")
    assert fallen_back.amount == D("40") and not fallen_back.asked_about


def test_several_copays_are_kept_apart_and_the_fitting_one_is_taken() -> None:
    lines = [copay("25", notes="PRIMARY CARE"), copay("50", notes="SPECIALIST")]
    office = benefits.copay(lines, service_type_code="98")
    assert office.amount == D("25") and len(office.lines) == 2
    assert benefits.copay(lines, service_type_code="98", specialist=True).amount == D("50")


def test_copays_that_cannot_be_told_apart_have_no_single_amount() -> None:
    found = benefits.copay([copay("25", notes="TIER A"), copay("40", notes="TIER B")], service_type_code="98")
    assert found.amount is None and found.is_stated


PLAN = [copay("25", "30", "PCP"), copay("50", "30", "SPECIALIST"), copay("75", "30", "URGENT CARE")]


@pytest.mark.parametrize(
    ("service", "specialist", "amount"),
    [("UC", False, "75"), ("98", False, "25"), ("98", True, "50"), ("30", False, "25"), ("86", False, None)],
)
def test_a_plans_copay_is_taken_by_the_kind_of_visit(service: str, specialist: bool, amount: str | None) -> None:
    found = benefits.copay(PLAN, service_type_code=service, specialist=specialist)
    assert found.amount == (D(amount) if amount else None) and len(found.lines) == 3


@pytest.mark.parametrize(
    ("service", "notes", "counts"),
    [
        ("98", "EMERGENCY ROOM", False),
        ("98", "Primary telehealth", False),
        ("98", "SPECIALIST OFFICE VISIT", False),
        ("98", "NON-SPECIALIST", True),
        ("98", "PRIMARY CARE OR SPECIALIST", True),
        ("98", "OFFICE VISIT", True),
        ("UC", "OFFICE VISIT", False),
        ("UC", "URGENT CARE CENTER", True),
        ("86", "HOSPITAL EMERGENCY ROOM", True),
        ("PT", "PHYSICAL, OCCUPATIONAL OR SPEECH THERAPY", True),
        ("PT", "SPEECH THERAPY", False),
        ("PT", "", True),
    ],
)
def test_a_copay_for_another_kind_of_visit_does_not_count(service: str, notes: str, counts: bool) -> None:
    found = benefits.copay([copay("250", service, notes)], service_type_code=service)
    assert (found.amount is not None) is counts and found.is_stated


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (BenefitLine(Kind.NON_COVERED, service_type_code="PT"), True),
        (BenefitLine(Kind.NON_COVERED, service_type_code="AL"), False),
        (BenefitLine(Kind.NON_COVERED, service_type_code="PT", in_network=False), False),
        (BenefitLine(Kind.COPAY, D("25"), service_type_code="PT"), False),
    ],
)
def test_whether_the_service_asked_about_is_not_covered(line: BenefitLine, expected: bool) -> None:
    assert benefits.is_not_covered([line], service_type_code="PT") is expected


def test_a_part_of_the_plan_that_is_not_covered_leaves_the_plan_covered() -> None:
    assert not benefits.is_not_covered(
        [BenefitLine(Kind.NON_COVERED, service_type_code="30", notes="ACUPUNCTURE")], service_type_code="30"
    )


def test_out_of_network_and_family_copays_are_not_the_visits() -> None:
    lines = [copay("60", network=False), copay("70", level="FAMILY"), copay("25")]
    assert benefits.copay(lines, service_type_code="98").amount == D("25")


def test_a_copay_without_a_network_counts_only_when_none_states_it() -> None:
    assert benefits.copay([copay("30", network=None)], service_type_code="98").amount == D("30")
    assert benefits.copay([copay("30", network=None), copay("25")], service_type_code="98").amount == D("25")


def test_the_rest_of_a_deductible_as_stated() -> None:
    lines = [
        yearly(Kind.DEDUCTIBLE, Period.YEAR, "1500"),
        yearly(Kind.DEDUCTIBLE, Period.REMAINING, "640"),
    ]
    assert benefits.deductible(lines) == Meter(D("1500"), D("860"), D("640"))
    assert benefits.deductible_remaining(lines) == D("640")


def test_the_rest_follows_from_total_and_used_of_the_same_level_and_network() -> None:
    lines = [
        yearly(Kind.DEDUCTIBLE, Period.YEAR, "1500"),
        yearly(Kind.DEDUCTIBLE, Period.YEAR_TO_DATE, "1500"),
        yearly(Kind.DEDUCTIBLE, Period.YEAR_TO_DATE, "20", level="FAMILY"),
        yearly(Kind.DEDUCTIBLE, Period.YEAR_TO_DATE, "10", network=False),
    ]
    assert benefits.deductible_remaining(lines) == D("0")
    assert benefits.deductible(lines, level=Level.FAMILY).remaining is None


def test_a_total_alone_leaves_the_rest_unknown() -> None:
    assert benefits.deductible_remaining([yearly(Kind.DEDUCTIBLE, Period.YEAR, "1500")]) is None


def test_a_rest_of_zero_is_a_statement() -> None:
    assert benefits.deductible_remaining([yearly(Kind.DEDUCTIBLE, Period.REMAINING, "0")]) == D("0")


def test_a_contract_amount_stands_in_for_the_year() -> None:
    lines = [yearly(Kind.OUT_OF_POCKET_MAX, Period.CONTRACT, "5000")]
    assert benefits.out_of_pocket(lines).total == D("5000")


def test_the_plans_amount_goes_before_a_single_services() -> None:
    lines = [
        yearly(Kind.DEDUCTIBLE, Period.REMAINING, "100", service="88"),
        yearly(Kind.DEDUCTIBLE, Period.REMAINING, "640"),
    ]
    assert benefits.deductible_remaining(lines) == D("640")


def test_another_services_amounts_are_not_the_plans() -> None:
    dental = [yearly(Kind.DEDUCTIBLE, Period.YEAR, "50", service="35")]
    assert not benefits.deductible(dental).is_stated
    assert benefits.deductible(dental, service_type_code="35").total == D("50")


def test_total_and_rest_of_different_services_are_not_mixed() -> None:
    lines = [
        yearly(Kind.DEDUCTIBLE, Period.YEAR, "50", service="35"),
        yearly(Kind.DEDUCTIBLE, Period.YEAR, "1500", service="30"),
        yearly(Kind.DEDUCTIBLE, Period.REMAINING, "640"),
    ]
    assert benefits.deductible(lines) == Meter(D("1500"), None, None)
    assert benefits.deductible(lines, service_type_code="35") == Meter(D("50"), None, None)


def test_total_and_rest_of_different_network_statements_are_not_mixed() -> None:
    lines = [
        yearly(Kind.DEDUCTIBLE, Period.YEAR, "1500"),
        yearly(Kind.DEDUCTIBLE, Period.REMAINING, "640", network=None),
    ]
    assert benefits.deductible(lines) == Meter(D("1500"), None, None)


def test_two_amounts_of_one_source_are_two_accounts_and_no_meter() -> None:
    lines = [yearly(Kind.DEDUCTIBLE, Period.YEAR, amount) for amount in ("1500", "500")]
    lines.append(yearly(Kind.DEDUCTIBLE, Period.REMAINING, "100"))
    assert benefits.deductible(lines) == Meter(None, None, None)


def test_networks_are_measured_apart() -> None:
    lines = [
        yearly(Kind.DEDUCTIBLE, Period.REMAINING, "640"),
        yearly(Kind.DEDUCTIBLE, Period.REMAINING, "4000", network=False),
    ]
    assert benefits.deductible_remaining(lines, in_network=False) == D("4000")


def test_visits_are_grouped_by_service_and_network() -> None:
    lines = [
        BenefitLine(Kind.VISITS, count=D(30), period=Period.YEAR, in_network=True, service_type_code="PT"),
        BenefitLine(Kind.VISITS, count=D(28), period=Period.REMAINING, in_network=True, service_type_code="PT"),
        BenefitLine(Kind.VISITS, count=D(10), period=Period.YEAR, in_network=False, service_type_code="PT"),
    ]
    inside, outside = benefits.visit_limits(lines)
    assert (inside.total, inside.remaining) == (D(30), D(28))
    assert (outside.total, outside.remaining) == (D(10), None)


@pytest.mark.parametrize(
    ("values", "fractions", "scale"),
    [
        (["20"], [], "PERCENT"),
        (["20", "0.5"], [], "PERCENT"),
        (["0"], [], "PERCENT"),
        ([], [], "PERCENT"),
        (["0.2"], ["0.2"], "FRACTION"),
        (["0.2", "0.4", "0"], ["0.2", "0.4", "0.1"], "FRACTION"),
        (["1"], ["0.01"], "PERCENT"),
        (["1"], ["1"], "FRACTION"),
        (["0.2"], [], ""),
        (["0.2"], ["0.3"], ""),
        (["1"], ["1", "0.01"], ""),
    ],
)
def test_the_scale_of_shares_comes_from_the_raw_answer(values: list[str], fractions: list[str], scale: str) -> None:
    assert benefits.percent_scale(map(D, values), map(D, fractions)) == scale
