"""A patient's coverage: added, replaced, edited, removed. A coverage that ends is end-dated and never deleted."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db import models, transaction
from django.utils import timezone

from clinic.models import Clinic, User
from core import audit

from ..models import Coverage, Patient, keep_version, member_id_fingerprint

Priority, Status = Coverage.Priority, Coverage.Status


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
    *, patient: Patient, clinic: Clinic, by: User | None, placing: Placing, today: date, **values: Any
) -> Coverage:
    """Add a coverage where `placing` says; `values` are Coverage's columns.

    Raises DecisionMissing when there is coverage on file and `placing` says there is none, or does not say which one is
    replaced, or names one that somebody replaced or took out meanwhile.
    """
    # Two coverages added at the same moment must not both find nothing on file, or both replace the same one.
    Patient.objects.select_for_update().get(pk=patient.pk)
    on_file = current_coverages(patient)
    old = _replaced(placing, on_file)
    if on_file and placing.on_file == OnFile.ADD:
        raise DecisionMissing
    priority = old.priority if old else _free_priority(placing, on_file)
    coverage = Coverage(patient=patient, clinic=clinic, priority=priority, replaces=old, **values)
    _complete(coverage)
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
    if coverage.is_self:
        patient = coverage.patient
        coverage.subscriber_first_name, coverage.subscriber_last_name = patient.first_name, patient.last_name
        coverage.subscriber_birth_date = patient.birth_date


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
def edit_coverage(coverage: Coverage, *, clinic: Clinic, by: User, version: int, **values: Any) -> Coverage:
    """Change a coverage's columns; raises core.models.EditedMeanwhile when somebody else did since `version`."""
    changed = sorted(name for name, value in values.items() if getattr(coverage, name) != value)
    for name, value in values.items():
        setattr(coverage, name, value)
    _complete(coverage)
    derived = ("member_id_fingerprint", "subscriber_first_name", "subscriber_last_name", "subscriber_birth_date")
    coverage.change(version, **values | {name: getattr(coverage, name) for name in derived})
    audit.record(by, "intake.coverage.edited", coverage, clinic=clinic, fields=changed)
    return coverage


@transaction.atomic
def remove_coverage(coverage: Coverage, *, clinic: Clinic, by: User, version: int) -> None:
    """Take a coverage out of use because it was never right; what it replaced comes back.

    Raises core.models.EditedMeanwhile.
    """
    Patient.objects.select_for_update().get(pk=coverage.patient_id)
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


def follow_patient(patient: Patient) -> None:
    """Carry a corrected name or birth date into the coverages in which the patient is the subscriber."""
    name = {"subscriber_first_name": patient.first_name, "subscriber_last_name": patient.last_name}
    for own in Coverage.objects.current().filter(patient=patient, relationship=Coverage.Relationship.SELF):
        own.change(None, **name, subscriber_birth_date=patient.birth_date)
