"""The rules between the fields of a phone call, and the answer a call amounts to."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from eligibility import benefits
from eligibility.answers import judge
from eligibility.choices import Kind
from eligibility.phone_call import Subscriber, errors, reply_of, warnings

from .calls import NOW, amounts, call

D = Decimal


def test_a_good_call_has_neither_errors_nor_warnings() -> None:
    assert errors(call(), now=NOW) == {} and warnings(call()) == []


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        (
            {"in_network": amounts(individual_deductible_remaining=D("1000.01"))},
            "in_network_individual_deductible_remaining",
        ),
        ({"out_of_network": amounts(visits_remaining=21)}, "out_of_network_visits_remaining"),
        (
            {"in_network": amounts(family_out_of_pocket=D(1), family_out_of_pocket_remaining=D(2))},
            "in_network_family_out_of_pocket_remaining",
        ),
        ({"plan_start_date": date(2027, 1, 1)}, "plan_end_date"),
        ({"called_at": NOW + timedelta(hours=25)}, "called_at"),
        ({"subscriber": Subscriber(birth_date=date(1899, 12, 31))}, "subscriber_birth_date"),
        ({"subscriber": Subscriber(birth_date=date(2026, 11, 23))}, "subscriber_birth_date"),
        ({"notes": "x" * 1995, "call_reference": "A1"}, "notes"),
    ],
)
def test_a_broken_rule_stands_beside_its_field(changes: dict[str, Any], field: str) -> None:
    assert list(errors(call(**changes), now=NOW)) == [field]


def test_a_call_of_a_clock_in_another_zone_is_not_in_the_future() -> None:
    assert errors(call(called_at=NOW + timedelta(hours=23)), now=NOW) == {}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"coinsurance_percent": D("0.2")}, "in_network_small_share"),
        ({"family_deductible": D("500")}, "in_network_deductible_below"),
        ({"family_out_of_pocket": D("1"), "individual_out_of_pocket": D("2")}, "in_network_out_of_pocket_below"),
    ],
)
def test_what_is_unlikely_wants_a_tick(changes: dict[str, Any], code: str) -> None:
    assert [doubt.code for doubt in warnings(call(in_network=amounts(**changes)))] == [code]


@pytest.mark.parametrize("share", ["0", "1", "100"])
def test_shares_that_are_what_they_say_want_none(share: str) -> None:
    assert warnings(call(in_network=amounts(coinsurance_percent=D(share)))) == []


@pytest.mark.parametrize(("active", "answer"), [(True, "ACTIVE"), (False, "INACTIVE"), (None, "CALL_PAYER")])
def test_the_answer_is_what_the_agent_said_of_the_plan(active: bool | None, answer: str) -> None:
    reply = reply_of(call(plan_active=active), service_type_code="PT")
    assert judge(reply.evidence, service_type_code="PT", day=date(2026, 11, 22)).answer == answer


def test_a_day_outside_the_plan_said_to_be_active_is_unclear() -> None:
    reply = reply_of(call(), service_type_code="PT")
    assert judge(reply.evidence, service_type_code="PT", day=date(2027, 1, 1)).reason == "UNCLEAR"


def test_a_call_has_the_same_benefits_as_an_electronic_answer() -> None:
    reply = reply_of(call(out_of_network=amounts(copay=D("60"))), service_type_code="PT")
    assert benefits.copay(reply.lines, service_type_code="PT").amount == D("25.1")
    assert benefits.deductible_remaining(reply.lines) == D("0")
    assert benefits.deductible(reply.lines, in_network=False).total == D("1000")
    (inside, _) = benefits.visit_limits(reply.lines)
    assert (inside.total, inside.remaining) == (D(20), D(17))
    assert reply.prior_authorization is False


def test_a_service_that_is_not_covered_is_said_to_be_so() -> None:
    reply = reply_of(call(service_covered=False), service_type_code="PT")
    assert [line.service_type_code for line in reply.lines if line.kind == Kind.NON_COVERED] == ["PT"]
