"""A link that lets a phone add photos to one card, and nothing else."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.db import models

from .cards import CardScan


class PhoneLink(models.Model):
    """One hand-off of a card's photos to a phone: offered, opened by one phone, ended.

    Neither the link's token nor the phone's own secret is kept, only their keyed fingerprints. `expires_at` is the end
    of the offer until a phone opens it, then the end of that phone's time.
    """

    card = models.ForeignKey(CardScan, on_delete=models.CASCADE, related_name="phone_links")
    token_fingerprint = models.CharField(max_length=64, unique=True)
    # NULL while no phone has opened it: several links are in that state, and "" would be there only once.
    phone_fingerprint = models.CharField(max_length=64, unique=True, null=True, default=None)  # noqa: DJ001
    photos = models.PositiveSmallIntegerField(default=0)
    created_by = models.ForeignKey("clinic.User", on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True, default=None)
    ended_at = models.DateTimeField(null=True, default=None)

    class Meta:
        """One link of a card counts, the newest: the one before ends when it is offered, also when its time is over."""

        ordering: ClassVar = ["-created_at", "-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["card"], condition=models.Q(ended_at__isnull=True), name="one_phone_link_per_card"
            )
        ]

    def __str__(self) -> str:
        """Return the row's number."""
        return f"PhoneLink #{self.pk}"

    def is_live(self, now: datetime) -> bool:
        """Return whether a phone can still do something with it."""
        return self.ended_at is None and now < self.expires_at and self.card.status == CardScan.Status.DRAFT
