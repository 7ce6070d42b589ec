"""Rows without a domain: commands and their attempts, what vendors tell us, the audit trail, two abstract bases."""

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from core.sealed import SealedBytesField, SealedJSONField


class Coded(models.Model):
    """A row with a public id; the primary key never leaves the server."""

    code = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)

    class Meta:
        abstract = True


class EditedMeanwhile(Exception):
    """Someone else changed the row since it was read; nothing was written."""


class Versioned(models.Model):
    """A row that two people may edit: a change names the version it was made from."""

    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        abstract = True

    def change(self, version: int | None, **fields: Any) -> None:
        """Write the fields if the row still has `version` (None: whatever it has) and raise the version by one.

        Raises EditedMeanwhile when another edit came first. Writes only the named columns.
        """
        rows = type(self)._default_manager.filter(pk=self.pk)
        if version is not None:
            rows = rows.filter(version=version)
        if rows.update(version=F("version") + 1, **fields) != 1:
            raise EditedMeanwhile
        self.refresh_from_db(fields=["version", *fields])


class Command(Coded):
    """One piece of outside work: what, for which row, how far. The row is the truth; a message is a hint."""

    class Status(models.TextChoices):
        DUE = "DUE", "waits for its turn"
        CLAIMED = "CLAIMED", "being done"
        DONE = "DONE", "done"
        FAILED = "FAILED", "failed"
        UNCLEAR = "UNCLEAR", "outcome unclear"
        CANCELLED = "CANCELLED", "cancelled"

    OPEN = (Status.DUE, Status.CLAIMED, Status.UNCLEAR)

    kind = models.CharField(max_length=60)
    target_pk = models.BigIntegerField()
    clinic_pk = models.BigIntegerField(null=True)  # core knows no clinics; a bare number scopes the Operations page
    request = SealedBytesField(null=True)
    status = models.CharField(max_length=10, choices=Status, default=Status.DUE)
    due_at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True)
    fence = models.PositiveIntegerField(default=0)
    failures = models.PositiveIntegerField(default=0)  # failed tries in a row
    hinted_at = models.DateTimeField(null=True)
    woken_at = models.DateTimeField(null=True)  # something happened at the vendor since it was claimed
    reason = models.CharField(max_length=300, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "target_pk"],
                condition=Q(status__in=["DUE", "CLAIMED", "UNCLEAR"]),
                name="one_open_command_per_kind_and_target",
            ),
            models.CheckConstraint(
                condition=~Q(status="CLAIMED") | Q(lease_until__isnull=False), name="claimed_command_has_a_lease"
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(status="DUE"), name="command_due"),
            models.Index(fields=["lease_until"], condition=Q(status="CLAIMED"), name="command_leased"),
            models.Index(fields=["status", "-created_at"], name="command_by_status"),
        ]

    #: what the handler's claim() has read, for its call(), so that a step reads it once
    at_hand: Any = None

    def __str__(self) -> str:
        return f"Command #{self.pk} {self.kind}"

    @classmethod
    def open_of(cls, kind: str) -> models.Exists:
        """Whether one of this kind is open for the row of the query around it."""
        return models.Exists(cls.objects.filter(kind=kind, target_pk=models.OuterRef("pk"), status__in=cls.OPEN))

    @property
    def attempts(self) -> int:
        """How often it was claimed."""
        return self.fence

    @property
    def is_open(self) -> bool:
        """Whether work may still come of it."""
        return self.status in self.OPEN


class CommandAttempt(models.Model):
    """One try of a command: when, how long, what came of it; never a body."""

    class Outcome(models.TextChoices):
        DONE = "DONE", "done"
        LATER = "LATER", "not ready yet"
        REFUSED = "REFUSED", "refused"
        UNCLEAR = "UNCLEAR", "outcome unclear"
        NOT_SENT = "NOT_SENT", "could not be sent"
        THROTTLED = "THROTTLED", "asked to wait"
        BROKEN = "BROKEN", "our own fault"
        LOST = "LOST", "worker stopped in the middle"
        LATE = "LATE", "answer came after its lease"

    command = models.ForeignKey(Command, models.CASCADE, related_name="tries")
    fence = models.PositiveIntegerField()
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=10, choices=Outcome, blank=True)
    http_status = models.PositiveSmallIntegerField(null=True)
    milliseconds = models.PositiveIntegerField(null=True)
    request_id = models.CharField(max_length=32, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["command", "fence"], name="one_attempt_per_fence"),
            models.UniqueConstraint(
                fields=["command"], condition=Q(ended_at__isnull=True), name="one_live_attempt_per_command"
            ),
        ]
        indexes = [models.Index(fields=["-started_at"], name="attempt_newest")]

    def __str__(self) -> str:
        return f"CommandAttempt #{self.pk} of command #{self.command_id}"


class AuditEvent(models.Model):
    """Who did what to which row, when and from where. Appended, never changed; holds no personal data."""

    at = models.DateTimeField()
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    action = models.CharField(max_length=80)
    target_type = models.CharField(max_length=80, blank=True)
    target_pk = models.BigIntegerField(null=True)
    clinic_pk = models.BigIntegerField(null=True)
    channel = models.CharField(max_length=12, blank=True)  # PAGE, API, WORKER, COMMAND
    address = models.GenericIPAddressField(null=True)
    facts = models.JSONField(default=dict)

    class Meta:
        indexes = [
            models.Index(fields=["target_type", "target_pk", "-at"], name="audit_by_target"),
            models.Index(fields=["actor", "-at"], name="audit_by_actor"),
        ]

    def __str__(self) -> str:
        return f"AuditEvent #{self.pk}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Append only: an existing row is never written again."""
        if self.pk is not None:
            raise TypeError("An audit event is never changed.")
        super().save(*args, **kwargs)


class KeptAnswer(models.Model):
    """The answer to a POST that named an Idempotency-Key, given again when the key comes again."""

    token_pk = models.BigIntegerField()
    key = models.CharField(max_length=200)
    request_hash = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)  # null while the first request is still being handled
    body = SealedJSONField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["token_pk", "key"], name="one_answer_per_key")]

    def __str__(self) -> str:
        return f"KeptAnswer #{self.pk}"


class UploadedTable(Coded):
    """The rows of an uploaded table between its preview and its import, and afterwards those that were refused.

    Sealed, seen by whoever uploaded it alone, and gone after a day (core/tables.py).
    """

    purpose = models.CharField(max_length=40)  # what it is imported as, such as "intake.schedule"
    clinic_pk = models.BigIntegerField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    headers = SealedJSONField()
    rows = SealedJSONField()  # [number in the file, [cells], [sentences]] each
    done_at = models.DateTimeField(null=True, default=None)
    counts = models.JSONField(default=dict)  # what came of it: numbers alone
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["created_at"], name="uploaded_table_age")]

    def __str__(self) -> str:
        return f"UploadedTable #{self.pk}"


class Heartbeat(models.Model):
    """When a part of the program that others rely on was last at work, such as the listener for a vendor's events."""

    name = models.CharField(max_length=60, unique=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"Heartbeat {self.name}"


class WebhookEvent(models.Model):
    """What a vendor told us by itself: kept as it came, once however often it is sent, then worked on."""

    vendor = models.CharField(max_length=20)
    message_id = models.CharField(max_length=200)
    payload = SealedBytesField()
    received_at = models.DateTimeField()
    processed_at = models.DateTimeField(null=True)  # null until it was worked on, also when there was nothing to do

    class Meta:
        constraints = [models.UniqueConstraint(fields=["vendor", "message_id"], name="one_event_per_vendor_message")]
        indexes = [models.Index(fields=["received_at"], name="webhook_event_received")]

    def __str__(self) -> str:
        return f"WebhookEvent #{self.pk}"
