"""Payments: sealed JSON plus thin columns for lists, search and totals; the parts a batch is sent in; warnings."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q

from clinic.models import User
from core.models import Coded
from core.sealed import SealedBytesField
from payments.models.accounts import PaymentAccount
from payments.models.batches import PaymentBatch
from payments.states import BatchStatus


class PaymentFrozen(Exception):
    """The payment's batch is no draft any more: its content never changes again."""


class PaymentChunk(models.Model):
    """Some payments of a batch that are added in one call; `first` is the position of the first of them.

    A part that the vendor refuses is split until the bad payment stands alone.
    """

    class Status(models.TextChoices):
        WAITING = "WAITING", "waits"
        SENDING = "SENDING", "being added"
        CONFIRMED = "CONFIRMED", "added"
        SPLIT = "SPLIT", "split into smaller parts"
        REFUSED = "REFUSED", "refused by the vendor"

    batch = models.ForeignKey(PaymentBatch, models.CASCADE, related_name="chunks")
    first = models.PositiveIntegerField()
    count = models.PositiveIntegerField()
    total = models.DecimalField(max_digits=14, decimal_places=2)
    status = models.CharField(max_length=10, choices=Status, default=Status.WAITING)
    may_be_added = models.BooleanField(default=False)  # a try of it, or of the part it was cut from, ended unclear
    vendor_payment_id = models.CharField(max_length=64, blank=True)  # the one id that the vendor answers for many

    class Meta:
        ordering = ["first", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["batch", "first"], condition=~Q(status="SPLIT"), name="one_part_begins_at_a_payment"
            ),
            models.UniqueConstraint(fields=["batch"], condition=Q(status="SENDING"), name="one_part_at_a_time"),
        ]

    def __str__(self) -> str:
        return f"PaymentChunk #{self.pk}"


class Payment(Coded):
    """One claim payment to a payee.

    `content` is its JSON, kept sealed and sent byte for byte; the columns beside it are read from it. `keys_free` says
    that its batch was given up before anything was sent, so its keys may be used again.
    """

    batch = models.ForeignKey(PaymentBatch, models.CASCADE, related_name="payments")
    account = models.ForeignKey(PaymentAccount, models.PROTECT, related_name="+")
    position = models.PositiveIntegerField()
    content = SealedBytesField()
    content_hash = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    issuer_reference_id = models.CharField(max_length=50)
    issuer_payment_id = models.CharField(max_length=50)
    amount = models.DecimalField(max_digits=12, decimal_places=2)
    payment_date = models.DateField()
    payee_name = models.CharField(max_length=60)
    payee_fingerprint = models.CharField(max_length=64, db_index=True)  # of the tax id
    likeness = models.CharField(max_length=64, db_index=True)  # of the tax id and the payer's claim numbers
    claim_count = models.PositiveIntegerField()
    chunk = models.ForeignKey(PaymentChunk, models.SET_NULL, null=True, related_name="payments")
    vendor_payment_id = models.CharField(max_length=64, blank=True)
    vendor_status = models.CharField(max_length=40, blank=True)
    keys_free = models.BooleanField(default=False)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["batch", "position"], name="one_payment_per_position"),
            models.UniqueConstraint(
                fields=["account", "issuer_reference_id"],
                condition=Q(keys_free=False),
                name="one_payment_per_reference",
            ),
            models.UniqueConstraint(
                fields=["account", "issuer_payment_id"],
                condition=Q(keys_free=False),
                name="one_payment_per_issuer_id",
            ),
            models.CheckConstraint(condition=Q(amount__gte=0), name="payment_is_not_negative"),
        ]

    def __str__(self) -> str:
        return f"Payment #{self.pk}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save a payment of a draft. Raises PaymentFrozen for any other."""
        if self.batch.status != BatchStatus.DRAFT:
            raise PaymentFrozen
        super().save(*args, **kwargs)


class PaymentWarning(models.Model):
    """What a rule finds doubtful in a payment, or in the batch as a whole (payment None)."""

    batch = models.ForeignKey(PaymentBatch, models.CASCADE, related_name="warnings")
    payment = models.ForeignKey(Payment, models.CASCADE, null=True, related_name="warnings")
    rule = models.CharField(max_length=4)
    path = models.CharField(max_length=300)
    sentence = models.CharField(max_length=500)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"PaymentWarning #{self.pk}"


class WarningReason(models.Model):
    """Why the maker lets the warnings of one rule stand; the checker reads it."""

    batch = models.ForeignKey(PaymentBatch, models.CASCADE, related_name="warning_reasons")
    rule = models.CharField(max_length=4)
    reason = models.CharField(max_length=300)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["batch", "rule"], name="one_reason_per_rule"),
            models.CheckConstraint(condition=~Q(reason=""), name="warning_reason_is_written"),
        ]

    def __str__(self) -> str:
        return f"WarningReason #{self.pk}"
