"""What was believed about a coverage, and from when until when it was believed."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django.db import models

from core.sealed import SealedJSONField

from .coverage import Coverage

# What a coverage says of itself; the rest of its columns is about the row.
SAID = (
    "type", "priority", "payer_id", "member_id", "group_number", "plan_name", "plan_type", "employer", "provider_phone",
    "member_phone", "claims_address", "copays", "rx_bin", "rx_pcn", "rx_group", "rx_id", "relationship",
    "subscriber_first_name", "subscriber_last_name", "subscriber_birth_date", "subscriber_sex",
    "subscriber_address_line", "subscriber_city", "subscriber_state", "subscriber_postal_code", "effective_date",
    "termination_date", "claim_number", "injury_date", "injury_state", "adjuster_name", "adjuster_phone", "order_facts",
    "status",
)  # fmt: skip


class CoverageVersion(models.Model):
    """A coverage as it was believed for some time; `until` is empty for what is believed now. Only ever ended.

    Together with the dates inside (`effective_date`, `termination_date`: when it holds) this has two times: on
    3 May one may have believed otherwise about 20 April than today.
    """

    coverage = models.ForeignKey(Coverage, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    since = models.DateTimeField()
    until = models.DateTimeField(null=True, default=None)
    said = SealedJSONField()

    class Meta:
        """One row per version, one of them open."""

        ordering: ClassVar = ["coverage_id", "number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["coverage", "number"], name="one_row_per_coverage_version"),
            models.UniqueConstraint(
                fields=["coverage"], condition=models.Q(until__isnull=True), name="one_open_coverage_version"
            ),
        ]

    def __str__(self) -> str:
        """Return the row's number."""
        return f"CoverageVersion #{self.pk}"

    def as_coverage(self) -> Coverage:
        """Return the coverage as it was, to be read and never saved."""
        now = self.coverage
        values = {name: self._said(name) for name in SAID}
        return Coverage(pk=now.pk, code=now.code, patient_id=now.patient_id, version=self.number, **values)

    def _said(self, name: str) -> Any:
        """Return a value as it was; of a column that came later, that nothing was stated."""
        field = _field(name)
        return field.to_python(self.said[name]) if name in self.said else field.get_default()


def _field(name: str) -> models.Field[Any, Any]:
    field = Coverage._meta.get_field(name)
    assert isinstance(field, models.Field)  # noqa: S101 (for the types; SAID names columns)
    return field


def said_by(coverage: Coverage) -> dict[str, Any]:
    """Return what a coverage says, as JSON can keep it."""
    values = {name: getattr(coverage, name) for name in SAID}
    return {name: value.isoformat() if hasattr(value, "isoformat") else value for name, value in values.items()}


def keep_version(coverage: Coverage, *, now: datetime) -> None:
    """Keep what a coverage says from now on; call it in the transaction that changed it.

    A coverage without any version (written before versions were kept, and missed by the migration that made the first
    ones) has nothing to end: its history begins with the version written here.
    """
    CoverageVersion.objects.filter(coverage=coverage, until=None).update(until=now)
    CoverageVersion.objects.create(coverage=coverage, number=coverage.version, since=now, said=said_by(coverage))
