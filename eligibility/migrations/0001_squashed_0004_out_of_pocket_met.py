import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import core.sealed
from core.migrating import CreateModels


class Migration(migrations.Migration):
    replaces = [
        ("eligibility", "0001_initial"),
        ("eligibility", "0002_draft_version"),
        ("eligibility", "0003_what_was_asked"),
        ("eligibility", "0004_out_of_pocket_met"),
    ]

    initial = True

    dependencies = [
        ("clinic", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("intake", "0001_initial"),
    ]

    operations = [
        CreateModels(
            [
                migrations.CreateModel(
                    name="EligibilityCheck",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("code", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                        ("date_of_service", models.DateField()),
                        ("service_type_code", models.CharField(max_length=10)),
                        (
                            "channel",
                            models.CharField(
                                choices=[
                                    ("CANDID", "Asked the payer"),
                                    ("CARDSCAN", "Asked through the card reader"),
                                    ("MANUAL_CAPTURE", "Phone call"),
                                ],
                                default="CANDID",
                                max_length=14,
                            ),
                        ),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("QUEUED", "Waiting for its turn"),
                                    ("RUNNING", "Asking the payer"),
                                    ("WAITING", "Asked again later"),
                                    ("DONE", "Answered"),
                                ],
                                default="QUEUED",
                                max_length=7,
                            ),
                        ),
                        (
                            "answer",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("ACTIVE", "Active"),
                                    ("INACTIVE", "Not active"),
                                    ("NOT_FOUND", "Not found"),
                                    ("PAYER_UNAVAILABLE", "Payer cannot answer now"),
                                    ("CALL_PAYER", "Call the payer"),
                                ],
                                default="",
                                max_length=17,
                            ),
                        ),
                        (
                            "reason",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("INVESTIGATING", "The payer is investigating"),
                                    ("UPDATING", "The payer is updating the record"),
                                    ("FIX_DATA", "A value has to be fixed"),
                                    ("ASKING_AGAIN", "We ask again"),
                                    ("GAVE_UP", "We stopped asking"),
                                    ("OUR_SETUP", "Our set-up with the payer"),
                                    ("NOT_SUPPORTED", "The payer does not answer this way"),
                                    ("UNCLEAR", "The answer is not clear"),
                                    ("NOT_COVERED", "The plan is active, the service is not covered"),
                                ],
                                default="",
                                max_length=13,
                            ),
                        ),
                        (
                            "owner",
                            models.CharField(
                                blank=True,
                                choices=[("DESK", "Front desk"), ("BILLING", "Billing"), ("ADMIN", "Admin")],
                                default="",
                                max_length=7,
                            ),
                        ),
                        ("fix_field", models.CharField(blank=True, default="", max_length=20)),
                        ("aaa_codes", models.JSONField(default=list)),
                        ("payer_words", core.sealed.SealedTextField(blank=True, default="")),
                        ("tries", models.PositiveSmallIntegerField(default=0)),
                        ("initiated_at", models.DateTimeField(blank=True, null=True)),
                        ("started_at", models.DateTimeField(blank=True, null=True)),
                        ("next_try_at", models.DateTimeField(blank=True, null=True)),
                        ("answered_at", models.DateTimeField(blank=True, null=True)),
                        ("request", core.sealed.SealedJSONField(blank=True, null=True)),
                        ("response", core.sealed.SealedJSONField(blank=True, null=True)),
                        ("payer_name", models.CharField(blank=True, default="", max_length=120)),
                        ("plan_name", models.CharField(blank=True, default="", max_length=120)),
                        ("insurance_type", models.CharField(blank=True, default="", max_length=80)),
                        ("plan_member_id", core.sealed.SealedTextField(blank=True, default="")),
                        ("group_number", models.CharField(blank=True, default="", max_length=60)),
                        ("plan_start_date", models.DateField(blank=True, null=True)),
                        ("plan_end_date", models.DateField(blank=True, null=True)),
                        ("plan_dates", models.JSONField(default=list)),
                        ("trading_partner", models.CharField(blank=True, default="", max_length=80)),
                        ("notes", core.sealed.SealedTextField(blank=True, default="")),
                        ("prior_authorization", models.BooleanField(blank=True, null=True)),
                        ("auto_updated_check_id", models.CharField(blank=True, default="", max_length=120)),
                        ("copay", models.DecimalField(blank=True, decimal_places=2, max_digits=9, null=True)),
                        (
                            "deductible_remaining",
                            models.DecimalField(blank=True, decimal_places=2, max_digits=9, null=True),
                        ),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        ("reviewed_at", models.DateTimeField(blank=True, null=True)),
                        (
                            "appointment",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="checks",
                                to="intake.appointment",
                            ),
                        ),
                        (
                            "clinic",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="clinic.clinic"
                            ),
                        ),
                        (
                            "coverage",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="checks", to="intake.coverage"
                            ),
                        ),
                        (
                            "requested_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "reviewed_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("asked_of", models.CharField(blank=True, default="", editable=False, max_length=64)),
                        ("out_of_pocket_met", models.BooleanField(default=False)),
                    ],
                    options={
                        "ordering": ["-pk"],
                        "indexes": [
                            models.Index(
                                fields=["coverage", "date_of_service", "service_type_code", "-id"], name="check_thread"
                            ),
                            models.Index(
                                condition=models.Q(("reviewed_at", None)),
                                fields=["clinic", "owner", "-id"],
                                name="check_attention",
                            ),
                            models.Index(
                                condition=models.Q(("status", "RUNNING")), fields=["started_at"], name="check_running"
                            ),
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("status", "DONE"), _negated=True),
                                    models.Q(("answer", ""), _negated=True),
                                    _connector="OR",
                                ),
                                name="finished_check_has_an_answer",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("status__in", ["QUEUED", "RUNNING", "WAITING"])),
                                fields=("clinic", "coverage", "date_of_service", "service_type_code"),
                                name="one_open_check_per_question",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Benefit",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("COPAY", "Copay"),
                                    ("COINSURANCE", "Coinsurance"),
                                    ("DEDUCTIBLE", "Deductible"),
                                    ("OUT_OF_POCKET_MAX", "Out of pocket"),
                                    ("VISITS", "Visits"),
                                    ("LIMITATION", "Limit"),
                                    ("NON_COVERED", "Not covered"),
                                ],
                                max_length=17,
                            ),
                        ),
                        ("amount", models.DecimalField(blank=True, decimal_places=2, max_digits=9, null=True)),
                        ("percent", models.DecimalField(blank=True, decimal_places=2, max_digits=5, null=True)),
                        ("count", models.DecimalField(blank=True, decimal_places=2, max_digits=8, null=True)),
                        (
                            "coverage_level",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("INDIVIDUAL", "Individual"),
                                    ("FAMILY", "Family"),
                                    ("EMPLOYEE_ONLY", "Employee only"),
                                    ("EMPLOYEE_AND_SPOUSE", "Employee and spouse"),
                                    ("EMPLOYEE_AND_CHILDREN", "Employee and children"),
                                ],
                                default="",
                                max_length=21,
                            ),
                        ),
                        (
                            "period",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("YEAR", "Year"),
                                    ("CONTRACT", "Contract"),
                                    ("YEAR_TO_DATE", "Used so far"),
                                    ("REMAINING", "Left"),
                                ],
                                default="",
                                max_length=12,
                            ),
                        ),
                        ("in_network", models.BooleanField(blank=True, null=True)),
                        ("service_type_code", models.CharField(blank=True, default="", max_length=10)),
                        ("notes", models.TextField(blank=True, default="")),
                        ("as_sent", models.CharField(blank=True, default="", max_length=60)),
                        (
                            "eligibility_check",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="benefits",
                                to="eligibility.eligibilitycheck",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["pk"],
                    },
                ),
                migrations.CreateModel(
                    name="ManualCapture",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("code", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("DRAFT", "Draft"),
                                    ("SAVED_HERE", "Saved here"),
                                    ("QUEUED", "Waiting to be sent"),
                                    ("SENDING", "Being sent"),
                                    ("SAVED", "Saved at SPRY"),
                                    ("REJECTED", "Refused by SPRY"),
                                    ("UNKNOWN", "Being looked up at SPRY"),
                                    ("UNCLEAR", "Unclear at SPRY"),
                                    ("SUPERSEDED", "Replaced by a correction"),
                                ],
                                default="DRAFT",
                                max_length=10,
                            ),
                        ),
                        ("typed", core.sealed.SealedJSONField(default=dict)),
                        ("facts", core.sealed.SealedJSONField(blank=True, null=True)),
                        ("overridden", models.JSONField(default=list)),
                        ("payload_hash", models.CharField(blank=True, default="", max_length=64)),
                        ("sent_at", models.DateTimeField(blank=True, null=True)),
                        ("sends", models.PositiveSmallIntegerField(default=0)),
                        ("looks", models.PositiveSmallIntegerField(default=0)),
                        ("next_try_at", models.DateTimeField(blank=True, null=True)),
                        ("enquiry_id", models.CharField(blank=True, default="", max_length=64)),
                        ("refused_code", models.IntegerField(blank=True, null=True)),
                        ("refused_message", core.sealed.SealedTextField(blank=True, default="")),
                        ("refused_field", models.CharField(blank=True, default="", max_length=60)),
                        (
                            "flag",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("TWICE", "SPRY has this call more than once"),
                                    ("SOMEONE_ELSE", "SPRY's answer named someone else"),
                                ],
                                default="",
                                max_length=12,
                            ),
                        ),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        ("finished_at", models.DateTimeField(blank=True, null=True)),
                        (
                            "appointment",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="captures",
                                to="intake.appointment",
                            ),
                        ),
                        (
                            "clinic",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="clinic.clinic"
                            ),
                        ),
                        (
                            "coverage",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="captures",
                                to="intake.coverage",
                            ),
                        ),
                        (
                            "created_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "eligibility_check",
                            models.OneToOneField(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="capture",
                                to="eligibility.eligibilitycheck",
                            ),
                        ),
                        (
                            "finished_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "replaces",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="corrections",
                                to="eligibility.manualcapture",
                            ),
                        ),
                        ("version", models.PositiveIntegerField(default=1, editable=False)),
                        ("decided_why", core.sealed.SealedTextField(blank=True, default="")),
                        ("form_code", models.UUIDField(blank=True, editable=False, null=True)),
                    ],
                    options={
                        "ordering": ["-pk"],
                        "indexes": [models.Index(fields=["coverage", "-id"], name="capture_history")],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("enquiry_id", ""), _negated=True),
                                fields=("enquiry_id",),
                                name="spry_record_once",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("status", "DRAFT")),
                                fields=("replaces",),
                                name="one_draft_correction_per_capture",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("status", "DRAFT"), ("facts__isnull", False), _connector="OR"),
                                name="finished_capture_has_facts",
                            ),
                            models.UniqueConstraint(fields=("clinic", "form_code"), name="one_capture_from_one_form"),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="PayerCorrection",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("code", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                        ("path", models.CharField(max_length=80)),
                        ("sent", core.sealed.SealedTextField(blank=True, default="")),
                        ("corrected", core.sealed.SealedTextField(blank=True, default="")),
                        (
                            "decision",
                            models.CharField(
                                choices=[("OPEN", "To decide"), ("ACCEPTED", "Accepted"), ("KEPT", "Ours kept")],
                                default="OPEN",
                                max_length=8,
                            ),
                        ),
                        ("decided_at", models.DateTimeField(blank=True, null=True)),
                        (
                            "decided_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "eligibility_check",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="corrections",
                                to="eligibility.eligibilitycheck",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["pk"],
                    },
                ),
                migrations.CreateModel(
                    name="RelatedEntity",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("role", models.CharField(blank=True, default="", max_length=80)),
                        ("entity_type", models.CharField(blank=True, default="", max_length=80)),
                        ("name", core.sealed.SealedTextField(blank=True, default="")),
                        ("contacts", core.sealed.SealedJSONField(null=True)),
                        ("service_type_codes", models.JSONField(default=list)),
                        (
                            "eligibility_check",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="entities",
                                to="eligibility.eligibilitycheck",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["pk"],
                    },
                ),
            ]
        )
    ]
