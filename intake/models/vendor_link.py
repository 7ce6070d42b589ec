"""A link to CardScan's own page, where a phone takes the photos of one card."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import ClassVar

from django.db import models

from core.sealed import SealedTextField

from .cards import CardScan


class VendorLink(models.Model):
    """One card handed to CardScan's page: asked for, shown, used by whoever opens it, ended.

    `user_id` is whom CardScan takes the phone for: an opaque id of this link alone, so that no phone ever sees the
    card of another. What stands in `session` and `address` lets somebody act for it, and goes when the link ends.
    """

    card = models.ForeignKey(CardScan, on_delete=models.CASCADE, related_name="vendor_links")
    user_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    session = SealedTextField(blank=True, default="")
    address = SealedTextField(blank=True, default="")
    problem = models.CharField(max_length=300, blank=True, default="")
    created_by = models.ForeignKey("clinic.User", on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, default=None)  # known once CardScan has made the link
    used_at = models.DateTimeField(null=True, default=None)
    ended_at = models.DateTimeField(null=True, default=None)

    class Meta:
        """One link of a card counts, the newest: the one before ends when it is asked for."""

        ordering: ClassVar = ["-created_at", "-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["card"], condition=models.Q(ended_at__isnull=True), name="one_vendor_link_per_card"
            )
        ]

    def __str__(self) -> str:
        """Return the row's number."""
        return f"VendorLink #{self.pk}"

    @property
    def is_wanted(self) -> bool:
        """Return whether a card may still come of it."""
        return self.ended_at is None and self.card.status == CardScan.Status.DRAFT

    def is_open(self, now: datetime) -> bool:
        """Return whether a phone can follow it."""
        return self.is_wanted and bool(self.address) and self.expires_at is not None and now < self.expires_at
