import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import core.sealed
from core.migrating import CreateModels


class Migration(migrations.Migration):
    replaces = [("core", "0001_initial"), ("core", "0002_uploaded_tables"), ("core", "0003_events_and_inbox")]

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        CreateModels(
            [
                migrations.CreateModel(
                    name="Command",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("code", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                        ("kind", models.CharField(max_length=60)),
                        ("target_pk", models.BigIntegerField()),
                        ("clinic_pk", models.BigIntegerField(null=True)),
                        ("request", core.sealed.SealedBytesField(null=True)),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("DUE", "waits for its turn"),
                                    ("CLAIMED", "being done"),
                                    ("DONE", "done"),
                                    ("FAILED", "failed"),
                                    ("UNCLEAR", "outcome unclear"),
                                    ("CANCELLED", "cancelled"),
                                ],
                                default="DUE",
                                max_length=10,
                            ),
                        ),
                        ("due_at", models.DateTimeField()),
                        ("lease_until", models.DateTimeField(null=True)),
                        ("fence", models.PositiveIntegerField(default=0)),
                        ("failures", models.PositiveIntegerField(default=0)),
                        ("hinted_at", models.DateTimeField(null=True)),
                        ("reason", models.CharField(blank=True, max_length=300)),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        ("finished_at", models.DateTimeField(null=True)),
                        (
                            "created_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("woken_at", models.DateTimeField(null=True)),
                    ],
                    options={
                        "indexes": [
                            models.Index(condition=models.Q(("status", "DUE")), fields=["due_at"], name="command_due"),
                            models.Index(
                                condition=models.Q(("status", "CLAIMED")), fields=["lease_until"], name="command_leased"
                            ),
                            models.Index(fields=["status", "-created_at"], name="command_by_status"),
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("status__in", ["DUE", "CLAIMED", "UNCLEAR"])),
                                fields=("kind", "target_pk"),
                                name="one_open_command_per_kind_and_target",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("status", "CLAIMED"), _negated=True),
                                    ("lease_until__isnull", False),
                                    _connector="OR",
                                ),
                                name="claimed_command_has_a_lease",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="CommandAttempt",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("fence", models.PositiveIntegerField()),
                        ("started_at", models.DateTimeField()),
                        ("ended_at", models.DateTimeField(null=True)),
                        (
                            "outcome",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("DONE", "done"),
                                    ("LATER", "not ready yet"),
                                    ("REFUSED", "refused"),
                                    ("UNCLEAR", "outcome unclear"),
                                    ("NOT_SENT", "could not be sent"),
                                    ("THROTTLED", "asked to wait"),
                                    ("BROKEN", "our own fault"),
                                    ("LOST", "worker stopped in the middle"),
                                    ("LATE", "answer came after its lease"),
                                ],
                                max_length=10,
                            ),
                        ),
                        ("http_status", models.PositiveSmallIntegerField(null=True)),
                        ("milliseconds", models.PositiveIntegerField(null=True)),
                        ("request_id", models.CharField(blank=True, max_length=32)),
                        (
                            "command",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="tries", to="core.command"
                            ),
                        ),
                    ],
                    options={
                        "indexes": [models.Index(fields=["-started_at"], name="attempt_newest")],
                        "constraints": [
                            models.UniqueConstraint(fields=("command", "fence"), name="one_attempt_per_fence"),
                            models.UniqueConstraint(
                                condition=models.Q(("ended_at__isnull", True)),
                                fields=("command",),
                                name="one_live_attempt_per_command",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="KeptAnswer",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("token_pk", models.BigIntegerField()),
                        ("key", models.CharField(max_length=200)),
                        ("request_hash", models.CharField(max_length=64)),
                        ("status", models.PositiveSmallIntegerField(null=True)),
                        ("body", core.sealed.SealedJSONField(null=True)),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                    ],
                    options={
                        "constraints": [models.UniqueConstraint(fields=("token_pk", "key"), name="one_answer_per_key")],
                    },
                ),
                migrations.CreateModel(
                    name="AuditEvent",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("at", models.DateTimeField()),
                        ("action", models.CharField(max_length=80)),
                        ("target_type", models.CharField(blank=True, max_length=80)),
                        ("target_pk", models.BigIntegerField(null=True)),
                        ("clinic_pk", models.BigIntegerField(null=True)),
                        ("channel", models.CharField(blank=True, max_length=12)),
                        ("address", models.GenericIPAddressField(null=True)),
                        ("facts", models.JSONField(default=dict)),
                        (
                            "actor",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "indexes": [
                            models.Index(fields=["target_type", "target_pk", "-at"], name="audit_by_target"),
                            models.Index(fields=["actor", "-at"], name="audit_by_actor"),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="UploadedTable",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("code", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                        ("purpose", models.CharField(max_length=40)),
                        ("clinic_pk", models.BigIntegerField()),
                        ("headers", core.sealed.SealedJSONField()),
                        ("rows", core.sealed.SealedJSONField()),
                        ("done_at", models.DateTimeField(default=None, null=True)),
                        ("counts", models.JSONField(default=dict)),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        (
                            "by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "indexes": [models.Index(fields=["created_at"], name="uploaded_table_age")],
                    },
                ),
                migrations.CreateModel(
                    name="Heartbeat",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("name", models.CharField(max_length=60, unique=True)),
                        ("at", models.DateTimeField()),
                    ],
                ),
                migrations.CreateModel(
                    name="WebhookEvent",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("vendor", models.CharField(max_length=20)),
                        ("message_id", models.CharField(max_length=200)),
                        ("payload", core.sealed.SealedBytesField()),
                        ("received_at", models.DateTimeField()),
                        ("processed_at", models.DateTimeField(null=True)),
                    ],
                    options={
                        "indexes": [models.Index(fields=["received_at"], name="webhook_event_received")],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("vendor", "message_id"), name="one_event_per_vendor_message"
                            )
                        ],
                    },
                ),
            ]
        )
    ]
