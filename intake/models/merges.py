"""What every merge of two rows keeps of itself, whichever rows they are."""

from __future__ import annotations

from django.db import models

from core.models import Coded


class Merge(Coded):
    """Two rows that were made one: who did it and when, and who took it back."""

    merged_by = models.ForeignKey("clinic.User", on_delete=models.PROTECT, related_name="+")
    merged_at = models.DateTimeField()
    undone_by = models.ForeignKey("clinic.User", on_delete=models.PROTECT, related_name="+", null=True, default=None)
    undone_at = models.DateTimeField(null=True, default=None)

    class Meta:
        """Columns only."""

        abstract = True

    def __str__(self) -> str:
        """Return the row's number."""
        return f"{type(self).__name__} #{self.pk}"
