"""Who pays first: the rules one by one, what is asked, and what nobody can say."""

from dataclasses import replace
from datetime import date
from itertools import permutations
from typing import Any

import pytest

from intake.who_pays_first import Plan, advise
from intake.who_pays_words import RULES, Facts

ON = date(2026, 11, 22)
ANN, BEN = ("ann", "lee"), ("ben", "lee")


def plan(key: int, *, relationship: str = "SELF", type: str = "12", **more: Any) -> Plan:
    own = {name: more.pop(name) for name in ("subscriber", "birth_date", "since") if name in more}
    return Plan(key, relationship, type, facts=Facts(**more), **own)


def work(key: int, **more: Any) -> Plan:
    return plan(key, **{"basis": "EMPLOYED", **more})


def medicare(key: int, reason: str = "AGE", **more: Any) -> Plan:
    return plan(key, type="MB", reason=reason, **more)


def child(key: int, holder: tuple[str, str], born: date | None, **more: Any) -> Plan:
    return work(key, relationship="CHILD", subscriber=holder, birth_date=born, **more)


def apart(first: dict[str, Any], second: dict[str, Any]) -> list[Plan]:
    one = child(1, ANN, date(1985, 9, 1), parents="APART", **first)
    return [one, child(2, BEN, date(1990, 2, 1), **second)]


CASES: list[tuple[str, list[Plan], list[int]]] = [
    ("MEDICAID_LAST", [plan(1, type="MC"), work(2, relationship="CHILD")], [2, 1]),
    ("MEDICAID_LAST", [plan(1, type="MC"), medicare(2)], [2, 1]),
    ("MEDICAID_LAST", [plan(1, type="MC"), plan(2, type="CH")], [2, 1]),
    ("TRICARE_AFTER", [plan(1, type="CH"), work(2)], [2, 1]),
    ("TRICARE_AFTER", [plan(1, type="CH"), medicare(2)], [2, 1]),
    ("WORKING_AGED", [medicare(1), work(2, size="MIDDLE")], [2, 1]),
    ("WORKING_AGED", [medicare(1), work(2, size="LARGE", relationship="SPOUSE")], [2, 1]),
    ("SMALL_EMPLOYER", [work(1, size="SMALL"), medicare(2)], [2, 1]),
    ("PARTNER", [work(1, size="LARGE", relationship="LIFE_PARTNER"), medicare(2)], [2, 1]),
    ("DISABLED", [medicare(1, "DISABILITY"), work(2, size="LARGE", relationship="CHILD")], [2, 1]),
    ("SMALL_EMPLOYER", [work(1, size="MIDDLE"), medicare(2, "DISABILITY")], [2, 1]),
    ("ESRD_FIRST_30", [medicare(1, "ESRD", esrd_since=date(2024, 6, 1)), plan(2, basis="COBRA")], [2, 1]),
    ("ESRD_LATER", [plan(1, basis="RETIRED"), medicare(2, "ESRD", esrd_since=date(2024, 5, 1))], [2, 1]),
    ("MEDICARE_NOT_WORKING", [plan(1, basis="RETIRED"), medicare(2)], [2, 1]),
    ("MEDICARE_NOT_WORKING", [plan(1, basis="COBRA"), medicare(2, "DISABILITY")], [2, 1]),
    ("MEDICARE_NOT_WORKING", [plan(1, basis="BOUGHT"), medicare(2, "ESRD")], [2, 1]),
    ("OWN_FIRST", [work(1, relationship="SPOUSE"), work(2)], [2, 1]),
    ("OWN_FIRST", [work(1, relationship="CHILD"), plan(2, basis="COBRA")], [2, 1]),
    ("ACTIVE_FIRST", [plan(1, basis="RETIRED"), work(2)], [2, 1]),
    ("COBRA_LATER", [plan(1, basis="COBRA"), work(2)], [2, 1]),
    ("COBRA_LATER", [plan(1, basis="COBRA"), plan(2, basis="RETIRED")], [2, 1]),
    ("LONGER", [work(1, since=date(2026, 1, 1)), work(2, since=date(2020, 1, 1))], [2, 1]),
    (
        "BIRTHDAY",  # the younger parent's birthday comes first in the year
        [child(1, ANN, date(1970, 9, 1), parents="TOGETHER"), child(2, BEN, date(1990, 2, 1))],
        [2, 1],
    ),
    (
        "LONGER",  # the same birthday
        [
            child(1, ANN, date(1970, 9, 1), parents="TOGETHER", since=date(2024, 1, 1)),
            child(2, BEN, date(1990, 9, 1), since=date(2023, 1, 1)),
        ],
        [2, 1],
    ),
    ("DECREE", apart({"decree": "OTHER"}, {}), [2, 1]),
    ("DECREE", apart({}, {"decree": "THIS"}), [2, 1]),
    ("BIRTHDAY", apart({"decree": "SHARED"}, {}), [2, 1]),
    ("CUSTODY", apart({"decree": "NONE", "parent": "OTHER"}, {"parent": "CUSTODIAL_SPOUSE"}), [2, 1]),
    (
        "LONGER",  # a parent's plan beside that of one's own spouse
        [
            child(1, ANN, None, since=date(2025, 1, 1)),
            work(2, relationship="SPOUSE", subscriber=BEN, since=date(2024, 1, 1)),
        ],
        [2, 1],
    ),
    (
        "MEDICARE_BETWEEN",
        [plan(1, basis="RETIRED"), medicare(2), work(3, relationship="SPOUSE", size="LARGE", subscriber=BEN)],
        [3, 2, 1],
    ),
    ("WORKING_AGED", [plan(1, type="MC"), medicare(2), work(3, size="LARGE")], [3, 2, 1]),
]


@pytest.mark.parametrize(("rule", "plans", "order"), CASES)
def test_each_rule_gives_its_order(rule: str, plans: list[Plan], order: list[int]) -> None:
    for given in permutations(plans):
        advice = advise(list(given), on=ON)
        assert (advice.order, advice.asks, advice.why_not) == (order, [], "")
        assert rule in advice.rules and set(advice.rules) <= set(RULES)


def test_every_rule_has_its_case() -> None:
    assert {rule for rule, _, _ in CASES} == set(RULES)


@pytest.mark.parametrize(
    ("plans", "asks"),
    [
        ([plan(1), plan(2)], [(1, "basis"), (2, "basis")]),
        ([plan(1, type="CH"), plan(2)], [(2, "basis")]),
        ([medicare(1, ""), work(2)], [(1, "reason")]),
        ([medicare(1), work(2)], [(2, "size")]),
        ([medicare(1, "ESRD"), work(2)], [(1, "esrd_since")]),
        ([child(1, ANN, None), child(2, BEN, None)], [(1, "parents")]),
        (
            [child(1, ANN, None, parents="TOGETHER"), child(2, BEN, None)],
            [(1, "birth_date"), (2, "birth_date")],
        ),
        (apart({}, {}), [(1, "decree")]),
        (apart({"decree": "NONE"}, {}), [(1, "parent"), (2, "parent")]),
        ([work(1, since=date(2026, 1, 1)), work(2)], [(2, "since")]),
    ],
)
def test_what_nobody_has_said_is_asked(plans: list[Plan], asks: list[tuple[int, str]]) -> None:
    advice = advise(plans, on=ON)
    assert (advice.asks, advice.order, advice.why_not) == (asks, [], "")


@pytest.mark.parametrize(
    "plans",
    [
        [plan(1, type="MC"), plan(2, type="MC")],
        [medicare(1), medicare(2)],
        [plan(1, basis="BOUGHT"), work(2)],
        [work(1, since=ON), work(2, since=ON)],
        apart({"decree": "THIS"}, {"decree": "THIS"}),
        apart({"decree": "NONE"}, {"decree": "SHARED"}),
        apart({"decree": "NONE", "parent": "OTHER"}, {"parent": "OTHER"}),
        [medicare(1), work(2, relationship="OTHER", size="LARGE")],
        [work(1, relationship="OTHER"), work(2, relationship="UNKNOWN")],
    ],
)
def test_it_says_when_nobody_can_say(plans: list[Plan]) -> None:
    advice = advise(plans, on=ON)
    assert advice.why_not and not advice.order and not advice.asks


def test_facts_are_kept_and_read_again() -> None:
    facts = Facts(basis="MEDICARE", reason="ESRD", esrd_since=date(2025, 3, 1))
    assert facts.kept() == {"basis": "MEDICARE", "reason": "ESRD", "esrd_since": "2025-03-01"}
    assert Facts.of(facts.kept()) == facts and Facts.of({}) == Facts()
    assert replace(plan(1, type="MC")).basis == "MEDICAID"
