"""A patient's coverage: added, replaced, edited, removed. A coverage that ends is end-dated and never deleted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db import models, transaction
from django.utils import timezone

from clinic.models import Clinic, User
from core import audit
from core.models import EditedMeanwhile

from ..coverage_words import INJURY, LINE, PlanType, Source
from ..models import Coverage, Patient, keep_version, member_id_fingerprint
from ..models.history import SAID

Priority, Status = Coverage.Priority, Coverage.Status
# What is copied from the patient into a coverage of which the patient is the subscriber.
_OWN = {
    "subscriber_first_name": "first_name",
    "subscriber_last_name": "last_name",
    "subscriber_birth_date": "birth_date",
}
# The rest of the subscriber, kept for somebody else alone: the patient's own is on the patient's record.
_OTHERS = ("subscriber_address_line", "subscriber_city", "subscriber_state", "subscriber_postal_code")


# The columns of which the page says where they come from: all that a coverage says but its place and its end here.
SOURCED = frozenset(SAID) - {"type", "priority", "status", "order_facts", "copays"}
_COPAYS = "copays."  # each amount comes from somewhere of its own


class OnFile(models.TextChoices):
    """What happens to the coverage that is on file when another one comes."""

    ADD = "ADD", "Nothing is on file: add it as primary"
    REPLACE = "REPLACE", "It replaces the coverage on file"
    SECONDARY = "SECONDARY", "It comes after the coverage on file"
    LEAVE = "LEAVE", "Leave the coverage on file as it is"


@dataclass(frozen=True)
class Placing:
    """Where a new coverage goes; `replaces` is needed for REPLACE alone."""

    on_file: str = OnFile.ADD
    replaces: Coverage | None = field(default=None, repr=False)


class DecisionMissing(Exception):
    """A coverage is on file, and nobody said what happens to it; or what was to be replaced is on file no more."""


def current_coverages(patient: Patient) -> list[Coverage]:
    """Return the patient's coverages that a new one is placed beside, primary first."""
    return list(Coverage.objects.on_file().filter(patient=patient).select_related("payer"))


@transaction.atomic
def add_coverage(
    *,
    patient: Patient,
    clinic: Clinic,
    by: User | None,
    placing: Placing,
    today: date,
    read: frozenset[str] = frozenset(),
    **values: Any,
) -> Coverage:
    """Add a coverage where `placing` says; `values` are Coverage's columns.

    `read` names the columns that were read from a card and accepted as they were; the others were typed. What answers
    for one injury stands beside the line, so `placing` does not matter to it.

    Raises DecisionMissing when there is coverage on file and `placing` says there is none, or does not say which one is
    replaced, or names one that somebody replaced or took out meanwhile; MergedAway.
    """
    # Two coverages added at the same moment must not both find nothing on file, or both replace the same one.
    patient.hold()
    on_file = current_coverages(patient)
    is_injury = values.get("type") in INJURY
    old = None if is_injury else _replaced(placing, on_file)
    if on_file and placing.on_file == OnFile.ADD and not is_injury:
        raise DecisionMissing
    priority = Priority.UNRANKED if is_injury else old.priority if old else _free_priority(placing, on_file)
    coverage = Coverage(patient=patient, clinic=clinic, priority=priority, replaces=old, **values)
    _complete(coverage)
    typed = [name for name in (*values, *_changed_copays({}, coverage.copays)) if name not in read]
    coverage.sources = sourced(coverage, typed, Source.PERSON, by=by, today=today)
    coverage.sources = sourced(coverage, read, Source.CARD, by=by, today=today)
    if old:
        coverage.replaces_ended = old.termination_date
        end_coverage(old, last_day=_last_day(old, coverage, today), today=today)
    coverage.save()
    keep_version(coverage, now=timezone.now())
    audit.record(by, "intake.coverage.added", coverage, clinic=clinic, on_file=placing.on_file, type=coverage.type)
    return coverage


def _replaced(placing: Placing, on_file: list[Coverage]) -> Coverage | None:
    """Return the freshly read row that is to be replaced, None when nothing is. Raises DecisionMissing."""
    if placing.on_file != OnFile.REPLACE:
        return None
    for coverage in on_file:
        if coverage == placing.replaces:
            return coverage
    raise DecisionMissing


def _free_priority(placing: Placing, on_file: list[Coverage]) -> str:
    """Return the first free place in line."""
    taken = {coverage.priority for coverage in on_file}
    first = [Priority.SECONDARY] if placing.on_file == OnFile.SECONDARY else [Priority.PRIMARY, Priority.SECONDARY]
    return next((priority for priority in first if priority not in taken), Priority.TERTIARY)


def _complete(coverage: Coverage) -> None:
    """Fill what follows from the rest: the look-up value, and the subscriber when it is the patient."""
    coverage.member_id_fingerprint = member_id_fingerprint(coverage.member_id)
    if coverage.type == Coverage.Type.WORKERS_COMP:
        coverage.plan_type = PlanType.WORKERS_COMP
    elif coverage.is_injury and coverage.plan_type == PlanType.WORKERS_COMP:  # it was said to be one, and is not
        coverage.plan_type = ""
    if coverage.is_self:
        for column, own in _OWN.items():
            setattr(coverage, column, getattr(coverage.patient, own))
        for column in _OTHERS:
            setattr(coverage, column, "")
        coverage.subscriber_sex = Patient.Sex.UNKNOWN


def sourced(
    coverage: Coverage, names: Iterable[str], source: Source, *, by: User | None, today: date
) -> dict[str, dict[str, Any]]:
    """Return where the coverage's values come from, once the named ones come from `source`.

    A value that is not stated comes from nowhere; of a coverage in which the patient is the subscriber, who that is
    comes from the patient's record.
    """
    given = {"from": str(source), "by": by.pk if by else None, "on": today.isoformat()}
    own = {"from": str(Source.PATIENT), "by": None, "on": today.isoformat()}
    columns = ("payer_id" if name == "payer" else name for name in names)
    stated = coverage.sources | {name: given for name in columns if name in SOURCED or name.startswith(_COPAYS)}
    if coverage.is_self:
        stated |= dict.fromkeys(_OWN, own)
    unstated: tuple[Any, ...] = (None, "", {}, Patient.Sex.UNKNOWN)
    return {name: entry for name, entry in stated.items() if _value_at(coverage, name) not in unstated}


def _value_at(coverage: Coverage, name: str) -> Any:
    """Return the value of a column, or of one of the copays."""
    return coverage.copay(name[len(_COPAYS) :]) if name.startswith(_COPAYS) else getattr(coverage, name)


def _changed_copays(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """Return the names, as `sources` has them, of the copays that are not what they were."""
    return [f"{_COPAYS}{service}" for service, amount in after.items() if before.get(service) != amount]


def _last_day(old: Coverage, new: Coverage, today: date) -> date:
    """Return the old coverage's last day: the day before the new one starts, but never before it began itself."""
    last = (new.effective_date or today) - timedelta(days=1)
    if old.effective_date and last < old.effective_date:
        last = max(old.effective_date, today - timedelta(days=1))
    return min(last, old.termination_date) if old.termination_date else last


def end_coverage(coverage: Coverage, *, last_day: date, today: date) -> None:
    """End-date a coverage; one that still holds today stays in use until its last day has passed."""
    status = Status.REPLACED if last_day < today else Status.CURRENT
    coverage.change(None, status=status, termination_date=last_day)


@transaction.atomic
def edit_coverage(
    coverage: Coverage, *, clinic: Clinic, by: User, version: int, source: Source = Source.PERSON, **values: Any
) -> Coverage:
    """Change a coverage's columns; `source` is where the changed values come from.

    What follows from its columns is written with them, so `coverage` is the row as it was at `version`. Raises
    core.models.EditedMeanwhile when somebody else changed it since.
    """
    changed = sorted(name for name, value in values.items() if getattr(coverage, name) != value)
    amounts = _changed_copays(coverage.copays, values.get("copays", coverage.copays))
    for name, value in values.items():
        setattr(coverage, name, value)
    _complete(coverage)
    values["sources"] = sourced(coverage, [*changed, *amounts], source, by=by, today=clinic.today(timezone.now()))
    derived = ("member_id_fingerprint", "plan_type", "subscriber_sex", *_OWN, *_OTHERS)
    coverage.change(version, **values | {name: getattr(coverage, name) for name in derived})
    audit.record(by, "intake.coverage.edited", coverage, clinic=clinic, fields=changed, source=str(source))
    return coverage


@transaction.atomic
def put_in_order(
    patient: Patient, order: list[tuple[Coverage, int]], *, clinic: Clinic, by: User, why: str
) -> list[Coverage]:
    """Have the coverages on file pay in this order; `order` is all of them, each with the version that was seen.

    `why` is a word for the audit trail ("PERSON", or the adviser's rules). Returns those whose place changed. Raises
    core.models.EditedMeanwhile when one of them changed since, or when others are on file by now; MergedAway.
    """
    patient.hold()
    if {row.pk for row in current_coverages(patient)} != {coverage.pk for coverage, _ in order}:
        raise EditedMeanwhile
    moved = []
    for place, (coverage, version) in enumerate(order):
        priority = LINE[min(place, len(LINE) - 1)]
        fresh = Coverage.objects.get(pk=coverage.pk)
        if fresh.version != version:
            raise EditedMeanwhile
        if fresh.priority != priority:
            fresh.change(version, priority=priority)
            audit.record(by, "intake.coverage.moved_in_line", fresh, clinic=clinic, to=str(priority), why=why)
            moved.append(fresh)
    return moved


@transaction.atomic
def remove_coverage(coverage: Coverage, *, clinic: Clinic, by: User, version: int) -> None:
    """Take a coverage out of use because it was never right; what it replaced comes back.

    Raises core.models.EditedMeanwhile.
    """
    Patient.every.select_for_update().get(pk=coverage.patient_id)
    restored = restored_without(coverage)
    coverage.change(version, status=Status.REMOVED)
    if restored:
        restored.change(None, status=Status.CURRENT, termination_date=coverage.replaces_ended)
    audit.record(by, "intake.coverage.removed", coverage, clinic=clinic)


def restored_without(coverage: Coverage) -> Coverage | None:
    """Return the coverage that is in use again when this one is taken out, None when there is none.

    Nothing comes back beside a later coverage that replaced this one, and nothing that a person took out.
    """
    old = coverage.replaces and Coverage.objects.filter(pk=coverage.replaces.pk).first()
    if old is None or not Coverage.objects.on_file().filter(pk=coverage.pk).exists():
        return None
    was_ended = old.status == Status.REPLACED or (old.is_current and old.termination_date is not None)
    return old if was_ended else None


def follow_patient(patient: Patient, *, newer_than: int = 0) -> dict[int, dict[str, Any]]:
    """Carry the patient's name and birth date into the coverages in which the patient is the subscriber.

    `newer_than` leaves alone those that have this number or a lower one. Returns what those that said otherwise said
    before, by their number.
    """
    says = {column: getattr(patient, own) for column, own in _OWN.items()}
    before = {}
    selves = Coverage.objects.current().filter(patient=patient, relationship=Coverage.Relationship.SELF)
    for own in selves.filter(pk__gt=newer_than):
        said = {name: getattr(own, name) for name in says}
        if said != says:
            before[own.pk] = said
            own.change(None, **says)
    return before
