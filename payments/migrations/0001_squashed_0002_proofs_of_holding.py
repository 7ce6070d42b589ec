import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import core.sealed
import payments.models.batches
from core.migrating import CreateModels


class Migration(migrations.Migration):
    replaces = [("payments", "0001_rows_of_payments"), ("payments", "0002_proofs_of_holding")]

    initial = True

    dependencies = [
        ("clinic", "0002_demo_logins_versions_sealed_factors"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("core", "0001_initial"),
    ]

    operations = [
        CreateModels(
            [
                migrations.CreateModel(
                    name="PaymentAccount",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("code", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                        ("name", models.CharField(max_length=60)),
                        ("short_code", models.CharField(max_length=50)),
                        ("sub_account_short_code", models.CharField(max_length=50)),
                        ("holds", models.BooleanField(default=False)),
                        ("frozen_at", models.DateTimeField(null=True)),
                        ("frozen_reason", models.CharField(blank=True, max_length=300)),
                        (
                            "frozen_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "organization",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="payment_accounts",
                                to="clinic.organization",
                            ),
                        ),
                        ("hold_proven_at", models.DateTimeField(null=True)),
                    ],
                    options={
                        "ordering": ["name"],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("organization", "short_code", "sub_account_short_code"),
                                name="one_row_per_payment_account",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("frozen_at__isnull", True),
                                    models.Q(("frozen_reason", ""), _negated=True),
                                    _connector="OR",
                                ),
                                name="frozen_account_has_a_reason",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="PaymentBatch",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("code", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                        ("version", models.PositiveIntegerField(default=1, editable=False)),
                        ("title", models.CharField(blank=True, max_length=80)),
                        ("is_single", models.BooleanField(default=False)),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("DRAFT", "DRAFT"),
                                    ("SUBMITTED", "SUBMITTED"),
                                    ("APPROVED", "APPROVED"),
                                    ("CREATING", "CREATING"),
                                    ("LOADING", "LOADING"),
                                    ("LOADED", "LOADED"),
                                    ("STARTING", "STARTING"),
                                    ("HELD", "HELD"),
                                    ("RELEASING", "RELEASING"),
                                    ("RELEASED", "RELEASED"),
                                    ("RECONCILED", "RECONCILED"),
                                    ("CANCELLING", "CANCELLING"),
                                    ("CANCELLED", "CANCELLED"),
                                    ("REJECTED", "REJECTED"),
                                    ("UNCLEAR", "UNCLEAR"),
                                    ("NEEDS_REVIEW", "NEEDS_REVIEW"),
                                ],
                                default="DRAFT",
                                max_length=12,
                            ),
                        ),
                        ("came_from", models.CharField(blank=True, max_length=12)),
                        ("reason", models.CharField(blank=True, max_length=500)),
                        ("may_send_again", models.BooleanField(default=False)),
                        (
                            "client_request_id",
                            models.CharField(
                                default=payments.models.batches.new_request_id, max_length=50, unique=True
                            ),
                        ),
                        ("vendor_batch_id", models.CharField(blank=True, max_length=64)),
                        ("total", models.DecimalField(decimal_places=2, default=0, max_digits=14)),
                        ("count", models.PositiveIntegerField(default=0)),
                        ("content_hash", models.CharField(blank=True, max_length=64)),
                        ("created_at", models.DateTimeField()),
                        ("submitted_at", models.DateTimeField(null=True)),
                        ("approved_at", models.DateTimeField(null=True)),
                        ("released_at", models.DateTimeField(null=True)),
                        (
                            "account",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="batches",
                                to="payments.paymentaccount",
                            ),
                        ),
                        (
                            "approved_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "clinic",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="payment_batches",
                                to="clinic.clinic",
                            ),
                        ),
                        (
                            "copy_of",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="copies",
                                to="payments.paymentbatch",
                            ),
                        ),
                        (
                            "created_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("makers", models.ManyToManyField(related_name="+", to=settings.AUTH_USER_MODEL)),
                        (
                            "released_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "submitted_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("kept", models.BooleanField(null=True)),
                        (
                            "settled_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "indexes": [models.Index(fields=["clinic", "-created_at"], name="batch_newest")],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("approved_by", models.F("submitted_by")), _negated=True),
                                name="approver_is_not_submitter",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("approved_by", models.F("created_by")), _negated=True),
                                name="approver_is_not_creator",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("released_by", models.F("submitted_by")), _negated=True),
                                name="releaser_is_not_submitter",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("released_by", models.F("created_by")), _negated=True),
                                name="releaser_is_not_creator",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    (
                                        "status__in",
                                        [
                                            "DRAFT",
                                            "SUBMITTED",
                                            "APPROVED",
                                            "CREATING",
                                            "LOADING",
                                            "LOADED",
                                            "STARTING",
                                            "HELD",
                                            "RELEASING",
                                            "RELEASED",
                                            "RECONCILED",
                                            "CANCELLING",
                                            "CANCELLED",
                                            "REJECTED",
                                            "UNCLEAR",
                                            "NEEDS_REVIEW",
                                        ],
                                    )
                                ),
                                name="batch_status_is_known",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("status__in", ["DRAFT", "CANCELLED"]),
                                    models.Q(("count__gte", 1), ("submitted_by__isnull", False)),
                                    _connector="OR",
                                ),
                                name="submitted_batch_has_a_submitter",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("vendor_batch_id", ""), _negated=True),
                                fields=("account", "vendor_batch_id"),
                                name="one_row_per_vendor_batch",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("released_by", models.F("settled_by")), _negated=True),
                                name="releaser_is_not_settler",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Approval",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("at", models.DateTimeField()),
                        ("content_hash", models.CharField(max_length=64)),
                        ("total", models.DecimalField(decimal_places=2, max_digits=14)),
                        ("count", models.PositiveIntegerField()),
                        ("lapses_at", models.DateTimeField()),
                        ("voided_at", models.DateTimeField(null=True)),
                        ("void_reason", models.CharField(blank=True, max_length=300)),
                        (
                            "by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "submitted_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "batch",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="approvals",
                                to="payments.paymentbatch",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["at"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("by", models.F("submitted_by")), _negated=True),
                                name="approval_is_not_by_the_maker",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("voided_at__isnull", True)),
                                fields=("batch", "by"),
                                name="one_live_approval_per_person",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="PaymentChunk",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("first", models.PositiveIntegerField()),
                        ("count", models.PositiveIntegerField()),
                        ("total", models.DecimalField(decimal_places=2, max_digits=14)),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("WAITING", "waits"),
                                    ("SENDING", "being added"),
                                    ("CONFIRMED", "added"),
                                    ("SPLIT", "split into smaller parts"),
                                    ("REFUSED", "refused by the vendor"),
                                ],
                                default="WAITING",
                                max_length=10,
                            ),
                        ),
                        ("vendor_payment_id", models.CharField(blank=True, max_length=64)),
                        (
                            "batch",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="chunks",
                                to="payments.paymentbatch",
                            ),
                        ),
                        ("may_be_added", models.BooleanField(default=False)),
                    ],
                    options={
                        "ordering": ["first", "pk"],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("status", "SPLIT"), _negated=True),
                                fields=("batch", "first"),
                                name="one_part_begins_at_a_payment",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("status", "SENDING")), fields=("batch",), name="one_part_at_a_time"
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Payment",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("code", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                        ("position", models.PositiveIntegerField()),
                        ("content", core.sealed.SealedBytesField()),
                        ("content_hash", models.CharField(max_length=64)),
                        ("size", models.PositiveIntegerField()),
                        ("issuer_reference_id", models.CharField(max_length=50)),
                        ("issuer_payment_id", models.CharField(max_length=50)),
                        ("amount", models.DecimalField(decimal_places=2, max_digits=12)),
                        ("payment_date", models.DateField()),
                        ("payee_name", models.CharField(max_length=60)),
                        ("payee_fingerprint", models.CharField(db_index=True, max_length=64)),
                        ("likeness", models.CharField(db_index=True, max_length=64)),
                        ("claim_count", models.PositiveIntegerField()),
                        ("vendor_payment_id", models.CharField(blank=True, max_length=64)),
                        ("keys_free", models.BooleanField(default=False)),
                        (
                            "account",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="payments.paymentaccount",
                            ),
                        ),
                        (
                            "batch",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="payments",
                                to="payments.paymentbatch",
                            ),
                        ),
                        (
                            "chunk",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="payments",
                                to="payments.paymentchunk",
                            ),
                        ),
                        ("vendor_status", models.CharField(blank=True, max_length=40)),
                    ],
                    options={
                        "ordering": ["position"],
                        "constraints": [
                            models.UniqueConstraint(fields=("batch", "position"), name="one_payment_per_position"),
                            models.UniqueConstraint(
                                condition=models.Q(("keys_free", False)),
                                fields=("account", "issuer_reference_id"),
                                name="one_payment_per_reference",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("keys_free", False)),
                                fields=("account", "issuer_payment_id"),
                                name="one_payment_per_issuer_id",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("amount__gte", 0)), name="payment_is_not_negative"
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="PaymentWarning",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("rule", models.CharField(max_length=4)),
                        ("path", models.CharField(max_length=300)),
                        ("sentence", models.CharField(max_length=500)),
                        (
                            "batch",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="warnings",
                                to="payments.paymentbatch",
                            ),
                        ),
                        (
                            "payment",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="warnings",
                                to="payments.payment",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["pk"],
                    },
                ),
                migrations.CreateModel(
                    name="Transition",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("old", models.CharField(max_length=12)),
                        ("new", models.CharField(max_length=12)),
                        ("at", models.DateTimeField()),
                        ("reason", models.CharField(blank=True, max_length=500)),
                        (
                            "batch",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="transitions",
                                to="payments.paymentbatch",
                            ),
                        ),
                        (
                            "by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["pk"],
                    },
                ),
                migrations.CreateModel(
                    name="VendorLook",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("at", models.DateTimeField()),
                        ("word", models.CharField(blank=True, max_length=40)),
                        ("expected_total", models.DecimalField(decimal_places=2, max_digits=14, null=True)),
                        ("expected_count", models.PositiveIntegerField(null=True)),
                        ("current_total", models.DecimalField(decimal_places=2, max_digits=14, null=True)),
                        ("current_count", models.PositiveIntegerField(null=True)),
                        (
                            "proof",
                            models.CharField(
                                choices=[
                                    ("DONE", "DONE"),
                                    ("NOT_DONE", "NOT_DONE"),
                                    ("NEITHER", "NEITHER"),
                                    ("ALARM", "ALARM"),
                                ],
                                max_length=10,
                            ),
                        ),
                        ("sentence", models.CharField(max_length=300)),
                        (
                            "batch",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="looks",
                                to="payments.paymentbatch",
                            ),
                        ),
                        (
                            "command",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="core.command",
                            ),
                        ),
                        (
                            "step",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("CREATE", "CREATE"),
                                    ("SINGLE", "SINGLE"),
                                    ("ADD", "ADD"),
                                    ("START", "START"),
                                    ("RELEASE", "RELEASE"),
                                    ("CANCEL", "CANCEL"),
                                ],
                                max_length=10,
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["-pk"],
                    },
                ),
                migrations.CreateModel(
                    name="WarningReason",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("rule", models.CharField(max_length=4)),
                        ("reason", models.CharField(max_length=300)),
                        ("at", models.DateTimeField()),
                        (
                            "batch",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="warning_reasons",
                                to="payments.paymentbatch",
                            ),
                        ),
                        (
                            "by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(fields=("batch", "rule"), name="one_reason_per_rule"),
                            models.CheckConstraint(
                                condition=models.Q(("reason", ""), _negated=True), name="warning_reason_is_written"
                            ),
                        ],
                    },
                ),
            ]
        )
    ]
