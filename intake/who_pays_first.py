"""Who pays first when somebody has several plans: advice with its rule, never a decision. Pure: no database, no clock.

Plans are compared two by two by the rules of `who_pays_words.RULES`. What a rule needs and nobody has said is asked
for; where no rule decides, we say that we cannot say.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from itertools import combinations

from .coverage_words import PlanType, Relationship
from .who_pays_words import Basis, Decree, Facts, Parent, Parents, Reason, Size


@dataclass(frozen=True)
class Plan:
    """One plan of the patient, as far as the rules look at it."""

    key: int
    relationship: str = Relationship.SELF
    plan_type: str = ""
    subscriber: tuple[str, str] = ("", "")
    birth_date: date | None = None
    since: date | None = None
    facts: Facts = field(default_factory=Facts)

    @property
    def basis(self) -> str:
        """Return through what somebody has the plan; what kind of plan it is may say it."""
        return self.facts.basis or _BY_TYPE.get(self.plan_type, "")


_BY_TYPE: dict[str, str] = {
    PlanType.MEDICAID: Basis.MEDICAID,
    PlanType.MEDICARE_A: Basis.MEDICARE,
    PlanType.MEDICARE_B: Basis.MEDICARE,
    PlanType.MEDICARE_RISK: Basis.MEDICARE,
    PlanType.TRICARE: Basis.TRICARE,
}


@dataclass(frozen=True)
class Verdict:
    """What the rules say about two plans: who is `first` and by which `rule`, else what is lacking or why not."""

    first: int | None = None
    rule: str = ""
    asks: tuple[tuple[int, str], ...] = ()
    why_not: str = ""


@dataclass(frozen=True)
class Advice:
    """The advised order, by key, with the rules used; empty with what has to be asked, or with why nobody can say."""

    order: list[int] = field(default_factory=list)
    rules: list[str] = field(default_factory=list)
    asks: list[tuple[int, str]] = field(default_factory=list)
    why_not: str = ""


_Rule = Callable[[Plan, Plan, date], Verdict | None]


def advise(plans: list[Plan], *, on: date) -> Advice:
    """Return who pays first among health plans on a day. A single plan needs no advice: it is the order."""
    verdicts = {(a.key, b.key): compare(a, b, on=on) for a, b in combinations(plans, 2)}
    _medicare_between(plans, verdicts)
    asks = dict.fromkeys(ask for verdict in verdicts.values() for ask in verdict.asks)
    if asks:
        return Advice(asks=list(asks))
    unclear = next((verdict.why_not for verdict in verdicts.values() if verdict.first is None), "")
    if unclear:
        return Advice(why_not=unclear)
    won = {plan.key: sum(verdict.first == plan.key for verdict in verdicts.values()) for plan in plans}
    if len(set(won.values())) != len(plans):
        return Advice(why_not="The rules go in a circle for these plans.")
    order = sorted(won, key=lambda key: -won[key])
    return Advice(order, list(dict.fromkeys(verdict.rule for verdict in verdicts.values())))


def compare(a: Plan, b: Plan, *, on: date) -> Verdict:
    """Return which of two plans pays first on a day."""
    rules: tuple[_Rule, ...] = (_last_resorts, _with_medicare, _one_basis_missing, _of_a_child, _own, _same_person)
    for rule in rules:
        verdict = rule(a, b, on)
        if verdict:
            return verdict
    return Verdict(why_not="No rule that we know decides between these plans.")


def _medicare_between(plans: list[Plan], verdicts: dict[tuple[int, int], Verdict]) -> None:
    """Turn "one's own plan first" round where Medicare pays after the dependent's plan and before one's own."""
    for medicare in (plan for plan in plans if plan.basis == Basis.MEDICARE):
        for pair, verdict in verdicts.items():
            if verdict.rule == "OWN_FIRST" and verdict.first is not None:
                own = verdict.first
                spouses = next(key for key in pair if key != own)
                if (
                    _first(verdicts, medicare.key, own) == medicare.key
                    and _first(verdicts, medicare.key, spouses) == spouses
                ):
                    verdicts[pair] = Verdict(spouses, "MEDICARE_BETWEEN")


def _first(verdicts: dict[tuple[int, int], Verdict], a: int, b: int) -> int | None:
    verdict = verdicts.get((a, b)) or verdicts.get((b, a))
    return verdict.first if verdict else None


def _last_resorts(a: Plan, b: Plan, on: date) -> Verdict | None:
    """Medicaid last of all, TRICARE before it and after the rest."""
    for basis, rule in ((Basis.MEDICAID, "MEDICAID_LAST"), (Basis.TRICARE, "TRICARE_AFTER")):
        if a.basis == b.basis == basis:
            return Verdict(why_not=f"Two plans of {basis.label}: one of them is most likely a mistake.")
        if basis in (a.basis, b.basis):
            other = b if a.basis == basis else a
            if basis == Basis.TRICARE and not other.basis:  # it may be Medicaid
                return Verdict(asks=((other.key, "basis"),))
            return Verdict(other.key, rule)
    return None


def _with_medicare(a: Plan, b: Plan, on: date) -> Verdict | None:
    if Basis.MEDICARE not in (a.basis, b.basis):
        return None
    if a.basis == b.basis:
        return Verdict(
            why_not="Two Medicare plans: one of them is most likely a mistake, or they are one with two parts."
        )
    medicare, plan = (a, b) if a.basis == Basis.MEDICARE else (b, a)
    lacking = tuple((one.key, name) for one, name in ((medicare, "reason"), (plan, "basis")) if not _said(one, name))
    if lacking:
        return Verdict(asks=lacking)
    if plan.basis == Basis.BOUGHT:
        return Verdict(medicare.key, "MEDICARE_NOT_WORKING")
    if medicare.facts.reason == Reason.ESRD:
        return _esrd(medicare, plan, on)
    if plan.basis != Basis.EMPLOYED:
        return Verdict(medicare.key, "MEDICARE_NOT_WORKING")
    return _working(medicare, plan)


def _said(plan: Plan, name: str) -> bool:
    return bool(plan.basis if name == "basis" else getattr(plan.facts, name))


def _esrd(medicare: Plan, plan: Plan, on: date) -> Verdict:
    began = medicare.facts.esrd_since
    if began is None:
        return Verdict(asks=((medicare.key, "esrd_since"),))
    months = (on.year - began.year) * 12 + on.month - began.month
    return Verdict(plan.key, "ESRD_FIRST_30") if months < 30 else Verdict(medicare.key, "ESRD_LATER")


def _working(medicare: Plan, plan: Plan) -> Verdict:
    """Medicare beside a plan through present work: the size of the employer decides."""
    by_age = medicare.facts.reason == Reason.AGE
    if by_age and plan.relationship == Relationship.LIFE_PARTNER:
        return Verdict(medicare.key, "PARTNER")
    if by_age and plan.relationship not in (Relationship.SELF, Relationship.SPOUSE):
        return Verdict(why_not="At 65 the rule knows one's own plan and that of the spouse alone.")
    if not plan.facts.size:
        return Verdict(asks=((plan.key, "size"),))
    if by_age and plan.facts.size != Size.SMALL:
        return Verdict(plan.key, "WORKING_AGED")
    if not by_age and plan.facts.size == Size.LARGE:
        return Verdict(plan.key, "DISABLED")
    return Verdict(medicare.key, "SMALL_EMPLOYER")


def _one_basis_missing(a: Plan, b: Plan, on: date) -> Verdict | None:
    """Medicaid, Medicare and TRICARE have rules of their own, so what a plan is comes before everything else."""
    lacking = tuple((plan.key, "basis") for plan in (a, b) if not plan.basis)
    return Verdict(asks=lacking) if lacking else None


def _of_a_child(a: Plan, b: Plan, on: date) -> Verdict | None:
    both = {a.relationship, b.relationship}
    if both == {Relationship.CHILD, Relationship.SPOUSE}:
        return _longer(a, b)  # a parent's plan beside that of the patient's own spouse
    if both != {Relationship.CHILD} or (a.subscriber, a.birth_date) == (b.subscriber, b.birth_date):
        return None
    parents = a.facts.parents or b.facts.parents
    if not parents:
        return Verdict(asks=((a.key, "parents"),))
    return _birthday(a, b) if parents == Parents.TOGETHER else _apart(a, b)


def _birthday(a: Plan, b: Plan) -> Verdict:
    lacking = tuple((plan.key, "birth_date") for plan in (a, b) if plan.birth_date is None)
    if a.birth_date is None or b.birth_date is None:
        return Verdict(asks=lacking)
    mine, theirs = ((day.month, day.day) for day in (a.birth_date, b.birth_date))
    if mine == theirs:
        return _longer(a, b)
    return Verdict(a.key if mine < theirs else b.key, "BIRTHDAY")


def _apart(a: Plan, b: Plan) -> Verdict:
    """Parents who live apart: the court's word, else custody; neither is guessed."""
    words = {_named(a, b.key), _named(b, a.key)} - {""}
    if not words:
        return Verdict(asks=((a.key, "decree"),))
    if len(words) > 1:
        return Verdict(why_not="What is written down about the court's word contradicts itself.")
    word = words.pop()
    if isinstance(word, int):
        return Verdict(word, "DECREE")
    if word == Decree.SHARED:
        return _birthday(a, b)
    lacking = tuple((plan.key, "parent") for plan in (a, b) if not plan.facts.parent)
    if lacking:
        return Verdict(asks=lacking)
    if a.facts.parent == b.facts.parent:
        return Verdict(why_not="Both plans are said to be of the same parent.")
    mine, theirs = (list(Parent).index(Parent(plan.facts.parent)) for plan in (a, b))
    return Verdict(a.key if mine < theirs else b.key, "CUSTODY")


def _named(plan: Plan, other: int) -> int | str:
    """Return the plan that the court named by what is kept with this one, else the court's word, "" for none kept."""
    word = plan.facts.decree
    return {Decree.THIS: plan.key, Decree.OTHER: other}.get(word, word)  # type: ignore[call-overload]


def _own(a: Plan, b: Plan, on: date) -> Verdict | None:
    own = [plan for plan in (a, b) if plan.relationship == Relationship.SELF]
    return Verdict(own[0].key, "OWN_FIRST") if len(own) == 1 else None


_RANK: dict[str, int] = {Basis.EMPLOYED: 0, Basis.RETIRED: 1, Basis.COBRA: 2}


def _same_person(a: Plan, b: Plan, on: date) -> Verdict | None:
    """Two plans of one subscriber: work before retirement before COBRA, then the longer one."""
    if a.relationship != b.relationship or (a.subscriber, a.birth_date) != (b.subscriber, b.birth_date):
        return None
    if Basis.BOUGHT in (a.basis, b.basis) and a.basis != b.basis:
        return Verdict(
            why_not="Between a plan that was bought and one of an employer their contracts decide: ask both."
        )
    mine, theirs = _RANK.get(a.basis, 0), _RANK.get(b.basis, 0)
    if mine == theirs:
        return _longer(a, b)
    rule = "COBRA_LATER" if Basis.COBRA in (a.basis, b.basis) else "ACTIVE_FIRST"
    return Verdict(a.key if mine < theirs else b.key, rule)


def _longer(a: Plan, b: Plan) -> Verdict:
    lacking = tuple((plan.key, "since") for plan in (a, b) if plan.since is None)
    if a.since is None or b.since is None:
        return Verdict(asks=lacking)
    if a.since == b.since:
        return Verdict(why_not="Both plans began on the same day: they share what is due, and the payers say how.")
    return Verdict(a.key if a.since < b.since else b.key, "LONGER")
