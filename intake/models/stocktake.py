"""Comparing the cards that CardScan keeps with ours: one comparison, what it lists on its way, what it finds."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from core.models import Coded

from .cards import CardScan


class Stocktake(Coded):
    """One comparison. `cursor` is where the vendor's list goes on, "" at its beginning."""

    started_by = models.ForeignKey("clinic.User", on_delete=models.PROTECT, related_name="+", null=True)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, default=None)
    cursor = models.CharField(max_length=1000, blank=True, default="")
    listed = models.PositiveIntegerField(default=0)
    problem = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        """The newest counts, and one is under way at a time (its problem is always empty)."""

        ordering: ClassVar = ["-started_at", "-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["problem"], condition=models.Q(finished_at__isnull=True), name="one_unfinished_stocktake"
            )
        ]

    def __str__(self) -> str:
        """Return the row's number."""
        return f"Stocktake #{self.pk}"

    @property
    def progress(self) -> str:
        """Return how far it is, in a sentence."""
        return f"{self.listed} cards listed so far" if self.listed else "CardScan is asked for its cards"

    @property
    def summary(self) -> str:
        """Return what was compared, in a sentence."""
        return f"{self.listed} card{'' if self.listed == 1 else 's'} at CardScan compared with ours"


class ListedCard(models.Model):
    """A card of the vendor's list while a comparison is under way; gone once it is finished."""

    stocktake = models.ForeignKey(Stocktake, on_delete=models.CASCADE, related_name="cards")
    vendor_card_id = models.CharField(max_length=64)
    state = models.CharField(max_length=24)
    made_at = models.DateTimeField(null=True)
    is_deleted = models.BooleanField(default=False)  # listed all the same; counts for nothing but the list's going on

    class Meta:
        """A card that two pages list counts once."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["stocktake", "vendor_card_id"], name="a_card_is_listed_once")
        ]

    def __str__(self) -> str:
        """Return the row's number."""
        return f"ListedCard #{self.pk}"


class Finding(Coded):
    """A card that is on one side only: at the vendor and unknown here (`card` is None), or here and gone there."""

    stocktake = models.ForeignKey(Stocktake, on_delete=models.CASCADE, related_name="findings")
    vendor_card_id = models.CharField(max_length=64)
    state = models.CharField(max_length=24, blank=True, default="")
    made_at = models.DateTimeField(null=True)
    card = models.ForeignKey(CardScan, on_delete=models.CASCADE, related_name="+", null=True)
    deleted_at = models.DateTimeField(null=True, default=None)

    class Meta:
        """The oldest first: what is young may still be on its way."""

        ordering: ClassVar = ["made_at", "pk"]

    def __str__(self) -> str:
        """Return the row's number."""
        return f"Finding #{self.pk}"
