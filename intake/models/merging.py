"""Two records of one person made one, and two records that a person said are two people."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from core.models import Coded
from core.sealed import SealedJSONField

from .merges import Merge
from .people import Patient


class PatientMerge(Merge):
    """One merge, and all that is needed to take it back.

    Args:
        moved: numbers of the rows that were given to the survivor, by "app.model.column"; no personal data.
        newest: the highest number each of these tables had then, so that rows added since can be told.
        clinics_added: the clinics that see the survivor because of this merge.
        fields: what the survivor said before and what was chosen, by column: {"phone": ["old", "new"]}.
        followed: the same of the coverages in which the survivor is the subscriber, by the coverage's number.
    """

    survivor = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="merges")
    gone = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="merges_away")
    clinic = models.ForeignKey("clinic.Clinic", on_delete=models.PROTECT, related_name="+")
    moved = models.JSONField(default=dict)
    newest = models.JSONField(default=dict)
    clinics_added = models.JSONField(default=list)
    fields = SealedJSONField(default=dict)
    followed = SealedJSONField(default=dict)

    class Meta:
        """The newest is taken back first, and a record is merged away once at a time."""

        ordering: ClassVar = ["-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["gone"], condition=models.Q(undone_at__isnull=True), name="merged_away_once_at_a_time"
            ),
            models.CheckConstraint(
                condition=~models.Q(survivor=models.F("gone")), name="a_record_is_not_merged_with_itself"
            ),
        ]


class TwoPeople(Coded):
    """A clinic's word that two records which look alike are of two people; `low` is the older record.

    Each clinic says it for itself: it may not know that another one sees both records too.
    """

    clinic = models.ForeignKey("clinic.Clinic", on_delete=models.PROTECT, related_name="+")
    low = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="+")
    high = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="+")
    said_by = models.ForeignKey("clinic.User", on_delete=models.PROTECT, related_name="+")
    said_at = models.DateTimeField()

    class Meta:
        """A pair is named once, the older record first."""

        ordering: ClassVar = ["-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["clinic", "low", "high"], name="two_people_said_once"),
            models.CheckConstraint(condition=models.Q(low__lt=models.F("high")), name="two_people_older_first"),
        ]

    def __str__(self) -> str:
        """Return the row's number."""
        return f"TwoPeople #{self.pk}"
