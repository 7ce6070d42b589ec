"""Photos of cards that wait to be given to a patient."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models

from core.models import Coded

from .cards import CardImage, JudgedPhoto, image_path


class LoosePhoto(Coded, JudgedPhoto):
    """A cleaned photo without a patient. Photos with the same `pile` are the two sides of one card."""

    clinic = models.ForeignKey("clinic.Clinic", on_delete=models.PROTECT, related_name="+")
    pile = models.UUIDField(default=uuid.uuid4, db_index=True)
    side = models.CharField(max_length=5, choices=CardImage.Side, default=CardImage.Side.FRONT)
    # The number of the photo within what was chosen at once, and a name for all that was.
    lot = models.UUIDField()
    place = models.PositiveSmallIntegerField()
    file = models.FileField(upload_to=image_path, max_length=120)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    created_by = models.ForeignKey("clinic.User", on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        """In the order in which they came; one photo per side of a pile."""

        ordering: ClassVar = ["created_at", "place", "pk"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["pile", "side"], name="one_loose_photo_per_side")]

    def __str__(self) -> str:
        """Return the row's number."""
        return f"LoosePhoto #{self.pk}"
