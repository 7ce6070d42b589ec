"""Payment batches, who approved them, how they moved, and what the vendor said when asked."""

from __future__ import annotations

import base64
import uuid
from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import F, Q

from clinic.models import Clinic, User
from core.models import Coded, Command, Versioned
from payments.models.accounts import PaymentAccount
from payments.proof import Proof, Step
from payments.states import BatchStatus

ADD, CREATE, LOOK = "payments.add", "payments.create", "payments.look"


def new_request_id() -> str:
    """Return a key for one intent: B and 26 letters and digits, made before the first try and never changed."""
    return "B" + base64.b32encode(uuid.uuid4().bytes).decode().rstrip("=")


class PaymentBatch(Coded, Versioned):
    """Payments that are approved, sent and released together; a single payment is a batch of one.

    Its status changes only through payments.services.moves. `came_from` is the status before UNCLEAR or NEEDS_REVIEW,
    `reason` the sentence that says why it stands where it stands, and `may_send_again` whether a person may send what
    is unclear once more because it was proven twice that it did not happen. `kept` is whether the vendor keeps it once
    it is started: True once it was seen held, False once its start was its release, None while its account decides.
    `settled_by` wrote down by telephone that it was not paid, and so does not release it.
    """

    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="payment_batches")
    account = models.ForeignKey(PaymentAccount, models.PROTECT, related_name="batches")
    title = models.CharField(max_length=80, blank=True)
    is_single = models.BooleanField(default=False)
    status = models.CharField(max_length=12, choices=[(s.value, s.value) for s in BatchStatus], default="DRAFT")
    came_from = models.CharField(max_length=12, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    may_send_again = models.BooleanField(default=False)
    client_request_id = models.CharField(max_length=50, unique=True, default=new_request_id)
    vendor_batch_id = models.CharField(max_length=64, blank=True)
    total = models.DecimalField(max_digits=14, decimal_places=2, default=0)
    count = models.PositiveIntegerField(default=0)
    content_hash = models.CharField(max_length=64, blank=True)
    copy_of = models.ForeignKey("self", models.PROTECT, null=True, related_name="copies")
    makers = models.ManyToManyField(User, related_name="+")  # everyone who made, changed or submitted it
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    submitted_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    submitted_at = models.DateTimeField(null=True)
    approved_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    approved_at = models.DateTimeField(null=True)
    released_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    released_at = models.DateTimeField(null=True)
    kept = models.BooleanField(null=True)
    settled_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(approved_by=F("submitted_by")), name="approver_is_not_submitter"),
            models.CheckConstraint(condition=~Q(approved_by=F("created_by")), name="approver_is_not_creator"),
            models.CheckConstraint(condition=~Q(released_by=F("submitted_by")), name="releaser_is_not_submitter"),
            models.CheckConstraint(condition=~Q(released_by=F("created_by")), name="releaser_is_not_creator"),
            models.CheckConstraint(condition=~Q(released_by=F("settled_by")), name="releaser_is_not_settler"),
            models.CheckConstraint(
                condition=Q(status__in=[s.value for s in BatchStatus]), name="batch_status_is_known"
            ),
            models.CheckConstraint(
                condition=Q(status__in=["DRAFT", "CANCELLED"]) | Q(submitted_by__isnull=False, count__gte=1),
                name="submitted_batch_has_a_submitter",
            ),
            models.UniqueConstraint(
                fields=["account", "vendor_batch_id"], condition=~Q(vendor_batch_id=""), name="one_row_per_vendor_batch"
            ),
        ]
        indexes = [models.Index(fields=["clinic", "-created_at"], name="batch_newest")]

    def __str__(self) -> str:
        return f"PaymentBatch #{self.pk}"

    @property
    def holds(self) -> bool:
        """Whether starting this batch pays nothing; otherwise its start is its release."""
        return self.account.surely_holds if self.kept is None else self.kept

    @property
    def commands(self) -> models.QuerySet[Command]:
        """The commands that work for this batch: adding has a part of it as its target, all others the batch itself."""
        parts = self.chunks.values("pk")
        adding = Q(kind=ADD)
        return Command.objects.filter(
            Q(~adding, kind__startswith="payments.", target_pk=self.pk) | Q(adding, target_pk__in=parts)
        )


class Approval(models.Model):
    """A checker's signature under exactly this content, total and count. It lapses, and any change voids it."""

    batch = models.ForeignKey(PaymentBatch, models.PROTECT, related_name="approvals")
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    submitted_by = models.ForeignKey(User, models.PROTECT, related_name="+")  # whose work was approved
    at = models.DateTimeField()
    content_hash = models.CharField(max_length=64)
    total = models.DecimalField(max_digits=14, decimal_places=2)
    count = models.PositiveIntegerField()
    lapses_at = models.DateTimeField()
    voided_at = models.DateTimeField(null=True)
    void_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["at"]
        constraints = [
            models.CheckConstraint(condition=~Q(by=F("submitted_by")), name="approval_is_not_by_the_maker"),
            models.UniqueConstraint(
                fields=["batch", "by"], condition=Q(voided_at__isnull=True), name="one_live_approval_per_person"
            ),
        ]

    def __str__(self) -> str:
        return f"Approval #{self.pk}"

    def is_live(self, now: datetime) -> bool:
        """Whether it still counts: not voided, and not lapsed."""
        return self.voided_at is None and now < self.lapses_at


class _Appended(models.Model):
    """A row of history: written once, never changed."""

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Append only."""
        if self.pk is not None:
            raise TypeError("History is appended, never changed.")
        super().save(*args, **kwargs)


class Transition(_Appended):
    """One step of a batch: from, to, when, by whom (None for the machine) and why."""

    batch = models.ForeignKey(PaymentBatch, models.PROTECT, related_name="transitions")
    old = models.CharField(max_length=12)
    new = models.CharField(max_length=12)
    at = models.DateTimeField()
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    reason = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"Transition #{self.pk}"


class VendorLook(_Appended):
    """What the vendor said about a batch when we asked, and what that proves about the call in question.

    `command` is the question that was asked, `step` the call it is about; totals are None when the
    vendor has no such batch.
    """

    batch = models.ForeignKey(PaymentBatch, models.PROTECT, related_name="looks")
    command = models.ForeignKey(Command, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    step = models.CharField(max_length=10, choices=[(s.value, s.value) for s in Step], blank=True)
    word = models.CharField(max_length=40, blank=True)
    expected_total = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    expected_count = models.PositiveIntegerField(null=True)
    current_total = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    current_count = models.PositiveIntegerField(null=True)
    proof = models.CharField(max_length=10, choices=[(p.value, p.value) for p in Proof])
    sentence = models.CharField(max_length=300)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"VendorLook #{self.pk}"
