"""What a person told CardScan about a reading that is wrong."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from core.sealed import SealedTextField

from .cards import CardScan


class CardFlag(models.Model):
    """One remark about a card to the vendor, and what became of it. The message may hold personal data: sealed."""

    class Kind(models.TextChoices):
        """What is wrong (the vendor's flag types, contract section 3.6)."""

        MISSING = "missing_elements", "Something on the card was not read"
        INCORRECT = "incorrect_elements", "Something was read wrongly"
        PAYER = "bad_payer_match", "The wrong payer was recognised"
        TEXT = "unreadable_text", "The text cannot be read"
        ELIGIBILITY = "eligibility_issue", "The answer about eligibility is wrong"
        OTHER = "other", "Something else"

    class Fate(models.TextChoices):
        """How far it has come."""

        WAITING = "WAITING", "On its way to CardScan"
        SENT = "SENT", "CardScan has it"
        UNSUPPORTED = "UNSUPPORTED", "CardScan did not take it"
        LOST = "LOST", "Not sent"

    card = models.ForeignKey(CardScan, on_delete=models.CASCADE, related_name="flags")
    kind = models.CharField(max_length=20, choices=Kind)
    message = SealedTextField(blank=True, default="")
    fate = models.CharField(max_length=11, choices=Fate, default=Fate.WAITING)
    reason = models.CharField(max_length=300, blank=True, default="")
    created_by = models.ForeignKey("clinic.User", on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """The newest first."""

        ordering: ClassVar = ["-created_at", "-pk"]

    def __str__(self) -> str:
        """Return the row's number."""
        return f"CardFlag #{self.pk}"
