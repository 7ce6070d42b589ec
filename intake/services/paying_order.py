"""The advice on who pays first, for the coverages a patient has; applying it is a person's press."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import transaction

from clinic.models import Clinic, User
from core import audit
from core.models import EditedMeanwhile

from .. import fields
from ..models import Coverage, Patient
from ..who_pays_first import Plan, advise
from ..who_pays_words import RULES, Facts
from .coverage import current_coverages, edit_coverage, put_in_order

# What the rules ask for and a coverage has a column for; everything else is kept as a fact.
COLUMNS = {"since": "effective_date", "birth_date": "subscriber_birth_date"}


@dataclass(frozen=True)
class Paying:
    """The coverages in line, the advised order, and the rules used; or what is lacking, or why nobody can say.

    `asks` has the names of facts by coverage pk. `order` ends with what the patient pays, if that is on file.
    """

    in_line: list[Coverage]
    order: list[Coverage] = field(default_factory=list)
    rules: list[tuple[str, str]] = field(default_factory=list)
    asks: dict[int, list[str]] = field(default_factory=dict)
    why_not: str = ""

    @property
    def is_needed(self) -> bool:
        """Return whether there is an order to speak of: two health plans or more."""
        return sum(coverage.is_insurance for coverage in self.in_line) > 1

    @property
    def is_followed(self) -> bool:
        """Return whether the coverages stand in the advised order already."""
        return self.order == self.in_line

    @property
    def words(self) -> str:
        """Return the advised order in words: "Aetna, then Cigna"."""
        return ", then ".join(coverage.payer_name for coverage in self.order)


def plan_of(coverage: Coverage) -> Plan:
    """Return a coverage as the rules look at it."""
    names = (fields.fold(coverage.subscriber_first_name), fields.fold(coverage.subscriber_last_name))
    return Plan(
        key=coverage.pk,
        relationship=coverage.relationship,
        plan_type=coverage.plan_type,
        subscriber=names,
        birth_date=coverage.subscriber_birth_date,
        since=coverage.effective_date,
        facts=Facts.of(coverage.order_facts),
    )


def paying(patient: Patient, *, today: date) -> Paying:
    """Return who should pay first among the patient's coverages that have not ended."""
    return paying_among([row for row in current_coverages(patient) if not row.has_ended_before(today)], today=today)


def paying_among(in_line: list[Coverage], *, today: date) -> Paying:
    """Return who should pay first among coverages that stand in line, primary first."""
    plans = {coverage.pk: coverage for coverage in in_line if coverage.is_insurance}
    if len(plans) < 2:
        return Paying(in_line)
    advice = advise([plan_of(coverage) for coverage in plans.values()], on=today)
    asks: dict[int, list[str]] = {}
    for key, name in advice.asks:
        asks.setdefault(key, []).append(name)
    last = [coverage for coverage in in_line if not coverage.is_insurance]
    order = [plans[key] for key in advice.order] + last if advice.order else []
    return Paying(in_line, order, [RULES[rule] for rule in advice.rules], asks, advice.why_not)


@transaction.atomic
def keep_facts(
    coverage: Coverage, facts: Facts, columns: dict[str, Any], *, clinic: Clinic, by: User, version: int
) -> None:
    """Keep what was said about a coverage; `columns` are those of COLUMNS that were asked for.

    Raises core.models.EditedMeanwhile when somebody else changed the coverage since `version`.
    """
    changed = {name: value for name, value in columns.items() if getattr(coverage, name) != value}
    if changed:
        edit_coverage(coverage, clinic=clinic, by=by, version=version, **changed)
        version = coverage.version
    if coverage.order_facts != facts.kept():
        coverage.change(version, order_facts=facts.kept())
        audit.record(by, "intake.coverage.facts_kept", coverage, clinic=clinic, fields=sorted(facts.kept()))


def follow(patient: Patient, seen: list[tuple[str, str]], *, clinic: Clinic, by: User, today: date) -> Paying:
    """Put the coverages in the advised order; `seen` is what the page showed as such, each with its version.

    Raises core.models.EditedMeanwhile when the advice is another one by now.
    """
    advice = paying(patient, today=today)
    if not advice.order or [(str(row.code), str(row.version)) for row in advice.order] != seen:
        raise EditedMeanwhile
    ended = [row for row in current_coverages(patient) if row.has_ended_before(today)]
    order = [(row, row.version) for row in [*advice.order, *ended]]
    put_in_order(patient, order, clinic=clinic, by=by, why="ADVICE")
    return advice


def lead(coverage: Coverage, *, clinic: Clinic, by: User, version: int) -> None:
    """Have a coverage pay first, the others after it in the order they have.

    Raises core.models.EditedMeanwhile when it, or what is on file, changed since `version`.
    """
    others = [row for row in current_coverages(coverage.patient) if row.pk != coverage.pk]
    order = [(coverage, version), *((row, row.version) for row in others)]
    put_in_order(coverage.patient, order, clinic=clinic, by=by, why="PERSON")
