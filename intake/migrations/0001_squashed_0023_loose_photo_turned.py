import uuid

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import core.sealed
import intake.models.cards
from core.migrating import CreateModels


class Migration(migrations.Migration):
    replaces = [
        ("intake", "0001_initial"),
        ("intake", "0002_folded_names"),
        ("intake", "0003_phone_links"),
        ("intake", "0004_photo_quality_and_same_card"),
        ("intake", "0005_stocktake"),
        ("intake", "0006_card_extras"),
        ("intake", "0007_coverage_history"),
        ("intake", "0008_first_versions_of_coverages"),
        ("intake", "0009_one_stocktake_at_a_time"),
        ("intake", "0010_visits_and_payers"),
        ("intake", "0011_kinds_of_coverage_and_deletion"),
        ("intake", "0012_full_registration"),
        ("intake", "0013_found_by_word_and_number"),
        ("intake", "0014_answered_photos"),
        ("intake", "0015_patient_merges"),
        ("intake", "0016_review_and_capture"),
        ("intake", "0017_vendor_links"),
        ("intake", "0018_proof_of_a_photo"),
        ("intake", "0019_accuracy"),
        ("intake", "0020_payers_taken_apart"),
        ("intake", "0021_photo_turned_upright"),
        ("intake", "0022_doubts_about_photos"),
        ("intake", "0023_loose_photo_turned"),
    ]

    initial = True

    dependencies = [
        ("clinic", "0004_cardscans_page"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        CreateModels(
            [
                migrations.CreateModel(
                    name="Patient",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("code", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                        ("version", models.PositiveIntegerField(default=1, editable=False)),
                        ("first_name", models.CharField(max_length=35)),
                        ("last_name", models.CharField(max_length=60)),
                        ("birth_date", models.DateField()),
                        (
                            "sex",
                            models.CharField(
                                choices=[
                                    ("FEMALE", "Female"),
                                    ("MALE", "Male"),
                                    ("OTHER", "Other"),
                                    ("UNKNOWN", "Not stated"),
                                ],
                                default="UNKNOWN",
                                max_length=7,
                            ),
                        ),
                        ("phone", core.sealed.SealedTextField(blank=True, default="")),
                        ("email", core.sealed.SealedTextField(blank=True, default="")),
                        ("address_line", core.sealed.SealedTextField(blank=True, default="")),
                        ("city", core.sealed.SealedTextField(blank=True, default="")),
                        ("state", core.sealed.SealedTextField(blank=True, default="")),
                        ("postal_code", core.sealed.SealedTextField(blank=True, default="")),
                        (
                            "mrn",
                            models.CharField(
                                blank=True, default="", max_length=40, verbose_name="medical record number"
                            ),
                        ),
                        (
                            "spry_patient_id",
                            models.PositiveBigIntegerField(blank=True, null=True, verbose_name="SPRY patient number"),
                        ),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        ("clinics", models.ManyToManyField(related_name="patients", to="clinic.clinic")),
                        (
                            "organization",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="patients",
                                to="clinic.organization",
                            ),
                        ),
                        ("folded_name", models.CharField(db_index=True, default="", editable=False, max_length=400)),
                        ("address_line2", core.sealed.SealedTextField(blank=True, default="")),
                        (
                            "contact_by",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("CALL", "A call to the mobile phone"),
                                    ("TEXT", "A text message"),
                                    ("OTHER_PHONE", "A call to the other phone"),
                                    ("EMAIL", "E-mail"),
                                    ("MAIL", "A letter"),
                                ],
                                default="",
                                max_length=12,
                            ),
                        ),
                        ("emergency_name", core.sealed.SealedTextField(blank=True, default="")),
                        ("emergency_phone", core.sealed.SealedTextField(blank=True, default="")),
                        ("emergency_relationship", core.sealed.SealedTextField(blank=True, default="")),
                        ("employer", core.sealed.SealedTextField(blank=True, default="")),
                        ("employer_phone", core.sealed.SealedTextField(blank=True, default="")),
                        ("ethnicity", core.sealed.SealedTextField(blank=True, default="")),
                        ("gender_identity", core.sealed.SealedTextField(blank=True, default="")),
                        (
                            "guarantor",
                            models.CharField(
                                choices=[("PATIENT", "The patient"), ("OTHER", "Somebody else")],
                                default="PATIENT",
                                max_length=7,
                            ),
                        ),
                        ("guarantor_address_line", core.sealed.SealedTextField(blank=True, default="")),
                        ("guarantor_address_line2", core.sealed.SealedTextField(blank=True, default="")),
                        ("guarantor_birth_date", models.DateField(blank=True, null=True)),
                        ("guarantor_city", core.sealed.SealedTextField(blank=True, default="")),
                        ("guarantor_email", core.sealed.SealedTextField(blank=True, default="")),
                        ("guarantor_first_name", core.sealed.SealedTextField(blank=True, default="")),
                        ("guarantor_last_name", core.sealed.SealedTextField(blank=True, default="")),
                        ("guarantor_phone", core.sealed.SealedTextField(blank=True, default="")),
                        ("guarantor_postal_code", core.sealed.SealedTextField(blank=True, default="")),
                        ("guarantor_relationship", core.sealed.SealedTextField(blank=True, default="")),
                        ("guarantor_same_address", models.BooleanField(default=True)),
                        (
                            "guarantor_sex",
                            models.CharField(
                                choices=[
                                    ("FEMALE", "Female"),
                                    ("MALE", "Male"),
                                    ("OTHER", "Other"),
                                    ("UNKNOWN", "Not stated"),
                                ],
                                default="UNKNOWN",
                                max_length=7,
                            ),
                        ),
                        ("guarantor_state", core.sealed.SealedTextField(blank=True, default="")),
                        ("has_no_email", models.BooleanField(default=False)),
                        ("has_no_primary_care_provider", models.BooleanField(default=False)),
                        ("language", core.sealed.SealedTextField(blank=True, default="")),
                        ("middle_name", models.CharField(blank=True, default="", max_length=35)),
                        ("mrn_key", models.CharField(db_index=True, default="", editable=False, max_length=40)),
                        ("other_phone", core.sealed.SealedTextField(blank=True, default="")),
                        (
                            "other_phone_fingerprint",
                            models.CharField(db_index=True, default="", editable=False, max_length=64),
                        ),
                        ("pharmacy", core.sealed.SealedTextField(blank=True, default="")),
                        ("pharmacy_phone", core.sealed.SealedTextField(blank=True, default="")),
                        (
                            "phone_fingerprint",
                            models.CharField(db_index=True, default="", editable=False, max_length=64),
                        ),
                        ("preferred_name", models.CharField(blank=True, default="", max_length=35)),
                        ("primary_care_provider", core.sealed.SealedTextField(blank=True, default="")),
                        ("pronouns", core.sealed.SealedTextField(blank=True, default="")),
                        ("race", core.sealed.SealedTextField(blank=True, default="")),
                        (
                            "ssn",
                            core.sealed.SealedTextField(blank=True, default="", verbose_name="social security number"),
                        ),
                        ("suffix", models.CharField(blank=True, default="", max_length=10)),
                        (
                            "merged_into",
                            models.ForeignKey(
                                blank=True,
                                editable=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="merged_from",
                                to="intake.patient",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["last_name", "first_name", "pk"],
                        "indexes": [
                            models.Index(fields=["organization", "birth_date"], name="patient_birth_date"),
                            models.Index(fields=["last_name", "first_name"], name="patient_name"),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Payer",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("code", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                        ("name", models.CharField(max_length=120)),
                        ("name_key", models.CharField(db_index=True, editable=False, max_length=120)),
                        (
                            "edi_payer_id",
                            models.CharField(
                                blank=True, db_index=True, default="", max_length=40, verbose_name="payer id"
                            ),
                        ),
                        ("supports_eligibility", models.BooleanField(blank=True, null=True)),
                        ("phone", models.CharField(blank=True, default="", max_length=40)),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        (
                            "merged_into",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="merged",
                                to="intake.payer",
                            ),
                        ),
                        ("version", models.PositiveIntegerField(default=1, editable=False)),
                        ("eligibility_said_at", models.DateTimeField(blank=True, null=True)),
                    ],
                    options={
                        "ordering": ["name", "pk"],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("edi_payer_id", ""), _negated=True),
                                fields=("edi_payer_id",),
                                name="payer_id_once",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("edi_payer_id", "")),
                                fields=("name_key",),
                                name="payer_without_id_once_by_name",
                            ),
                        ],
                        "indexes": [models.Index(fields=["name", "id"], name="payer_directory")],
                    },
                ),
                migrations.CreateModel(
                    name="CardScan",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("code", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                        ("version", models.PositiveIntegerField(default=1, editable=False)),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("DRAFT", "Photos are being taken"),
                                    ("QUEUED", "Waiting to be sent"),
                                    ("UPLOADING", "Being sent"),
                                    ("PROCESSING", "Being read"),
                                    ("REVIEW", "Ready to check"),
                                    ("CONFIRMED", "Checked"),
                                    ("FAILED", "Could not be read"),
                                    ("RETAKEN", "Taken again"),
                                    ("DISCARDED", "Deleted"),
                                ],
                                default="DRAFT",
                                max_length=10,
                            ),
                        ),
                        ("problem", models.CharField(blank=True, default="", max_length=300)),
                        ("retry_at", models.DateTimeField(blank=True, null=True)),
                        ("vendor_card_id", models.CharField(blank=True, default="", max_length=64)),
                        ("vendor_state", models.CharField(blank=True, default="", max_length=24)),
                        ("vendor_answer", core.sealed.SealedJSONField(default=None, null=True)),
                        ("has_back", models.BooleanField(default=False)),
                        (
                            "payer_match",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("PAYER_ID", "matched by payer id"),
                                    ("ALIAS", "matched by a name learned earlier"),
                                    ("NAME", "matched by name"),
                                    ("CARD", "as printed on the card, new here"),
                                    ("PERSON", "chosen by a person"),
                                ],
                                default="",
                                max_length=8,
                            ),
                        ),
                        (
                            "outcome",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("ADDED", "added as primary coverage"),
                                    ("REPLACED", "replaced the coverage on file"),
                                    ("SECONDARY", "added as secondary coverage"),
                                    ("LEFT", "left the coverage on file as it is"),
                                ],
                                default="",
                                max_length=9,
                            ),
                        ),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        ("started_at", models.DateTimeField(blank=True, null=True)),
                        ("read_at", models.DateTimeField(blank=True, null=True)),
                        ("confirmed_at", models.DateTimeField(blank=True, null=True)),
                        (
                            "clinic",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="clinic.clinic"
                            ),
                        ),
                        (
                            "confirmed_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "created_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "patient",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="cards", to="intake.patient"
                            ),
                        ),
                        (
                            "payer",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="intake.payer",
                            ),
                        ),
                        (
                            "earlier",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="later",
                                to="intake.cardscan",
                            ),
                        ),
                        ("swapped", models.BooleanField(default=False)),
                    ],
                    options={
                        "ordering": ["-created_at", "-pk"],
                        "indexes": [
                            models.Index(fields=["patient", "-created_at"], name="card_of_patient"),
                            models.Index(
                                condition=models.Q(("vendor_card_id", ""), _negated=True),
                                fields=["vendor_card_id"],
                                name="card_at_vendor",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Coverage",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("code", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                        ("version", models.PositiveIntegerField(default=1, editable=False)),
                        (
                            "type",
                            models.CharField(
                                choices=[
                                    ("INSURANCE", "Health insurance"),
                                    ("WORKERS_COMP", "Workers' compensation"),
                                    ("LIABILITY", "Auto or liability insurance"),
                                    ("SELF_PAY", "The patient pays"),
                                ],
                                default="INSURANCE",
                                max_length=12,
                            ),
                        ),
                        (
                            "priority",
                            models.CharField(
                                choices=[
                                    ("PRIMARY", "Primary"),
                                    ("SECONDARY", "Secondary"),
                                    ("TERTIARY", "Tertiary"),
                                    ("UNRANKED", "For one injury"),
                                ],
                                default="PRIMARY",
                                max_length=9,
                            ),
                        ),
                        ("member_id", core.sealed.SealedTextField(blank=True, default="")),
                        (
                            "member_id_fingerprint",
                            models.CharField(blank=True, db_index=True, default="", editable=False, max_length=64),
                        ),
                        ("group_number", models.CharField(blank=True, default="", max_length=60)),
                        ("plan_name", models.CharField(blank=True, default="", max_length=120)),
                        ("rx_bin", models.CharField(blank=True, default="", max_length=20, verbose_name="RxBIN")),
                        ("rx_pcn", models.CharField(blank=True, default="", max_length=30, verbose_name="RxPCN")),
                        ("rx_group", models.CharField(blank=True, default="", max_length=40, verbose_name="Rx group")),
                        (
                            "relationship",
                            models.CharField(
                                choices=[
                                    ("SELF", "The subscriber"),
                                    ("SPOUSE", "Spouse of the subscriber"),
                                    ("CHILD", "Child of the subscriber"),
                                    ("LIFE_PARTNER", "Life partner of the subscriber"),
                                    ("EMPLOYEE", "Employee of the subscriber"),
                                    ("ORGAN_DONOR", "Organ donor for the subscriber"),
                                    ("CADAVER_DONOR", "Deceased donor for the subscriber"),
                                    ("OTHER", "Something else"),
                                    ("UNKNOWN", "Not known"),
                                ],
                                default="SELF",
                                max_length=13,
                            ),
                        ),
                        ("subscriber_first_name", models.CharField(blank=True, default="", max_length=35)),
                        ("subscriber_last_name", models.CharField(blank=True, default="", max_length=60)),
                        ("subscriber_birth_date", models.DateField(blank=True, null=True)),
                        ("effective_date", models.DateField(blank=True, null=True)),
                        ("termination_date", models.DateField(blank=True, null=True)),
                        ("replaces_ended", models.DateField(blank=True, null=True)),
                        (
                            "status",
                            models.CharField(
                                choices=[("CURRENT", "In use"), ("REPLACED", "Replaced"), ("REMOVED", "Removed")],
                                default="CURRENT",
                                max_length=8,
                            ),
                        ),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        (
                            "card",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="coverages",
                                to="intake.cardscan",
                            ),
                        ),
                        (
                            "clinic",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="clinic.clinic"
                            ),
                        ),
                        (
                            "replaces",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="replaced_by",
                                to="intake.coverage",
                            ),
                        ),
                        (
                            "patient",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="coverages",
                                to="intake.patient",
                            ),
                        ),
                        (
                            "payer",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="coverages",
                                to="intake.payer",
                            ),
                        ),
                        ("card_seen_on", models.DateField(blank=True, null=True)),
                        ("adjuster_name", core.sealed.SealedTextField(blank=True, default="")),
                        ("adjuster_phone", core.sealed.SealedTextField(blank=True, default="")),
                        ("claim_number", core.sealed.SealedTextField(blank=True, default="")),
                        ("claims_address", models.CharField(blank=True, default="", max_length=300)),
                        ("copays", core.sealed.SealedJSONField(default=dict)),
                        ("employer", core.sealed.SealedTextField(blank=True, default="")),
                        ("injury_date", models.DateField(blank=True, null=True)),
                        ("injury_state", models.CharField(blank=True, default="", max_length=2)),
                        ("member_phone", models.CharField(blank=True, default="", max_length=40)),
                        ("order_facts", core.sealed.SealedJSONField(default=dict)),
                        (
                            "plan_type",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("12", "PPO"),
                                    ("HM", "HMO"),
                                    ("13", "POS"),
                                    ("14", "EPO"),
                                    ("15", "Indemnity"),
                                    ("BL", "Blue Cross Blue Shield"),
                                    ("CI", "Commercial"),
                                    ("MA", "Medicare Part A"),
                                    ("MB", "Medicare Part B"),
                                    ("16", "Medicare Advantage HMO"),
                                    ("MC", "Medicaid"),
                                    ("CH", "TRICARE (Champus)"),
                                    ("VA", "Veterans Affairs"),
                                    ("FI", "Federal employees"),
                                    ("OF", "Other federal programme"),
                                    ("11", "Other, not federal"),
                                    ("17", "Dental maintenance organization"),
                                    ("DS", "Disability"),
                                    ("TV", "Title V"),
                                    ("AM", "Auto medical"),
                                    ("LM", "Liability medical"),
                                    ("WC", "Workers' compensation"),
                                    ("ZZ", "Not known"),
                                ],
                                default="",
                                max_length=2,
                            ),
                        ),
                        ("provider_phone", models.CharField(blank=True, default="", max_length=40)),
                        ("rx_id", core.sealed.SealedTextField(blank=True, default="")),
                        ("sources", models.JSONField(default=dict, editable=False)),
                        ("subscriber_address_line", core.sealed.SealedTextField(blank=True, default="")),
                        ("subscriber_city", core.sealed.SealedTextField(blank=True, default="")),
                        ("subscriber_postal_code", core.sealed.SealedTextField(blank=True, default="")),
                        (
                            "subscriber_sex",
                            models.CharField(
                                choices=[
                                    ("FEMALE", "Female"),
                                    ("MALE", "Male"),
                                    ("OTHER", "Other"),
                                    ("UNKNOWN", "Not stated"),
                                ],
                                default="UNKNOWN",
                                max_length=7,
                            ),
                        ),
                        ("subscriber_state", core.sealed.SealedTextField(blank=True, default="")),
                    ],
                    options={
                        "ordering": ["-created_at", "-pk"],
                        "indexes": [models.Index(fields=["patient", "status"], name="coverage_of_patient")],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("status", "REMOVED"), _negated=True),
                                fields=("card",),
                                name="one_coverage_from_one_card",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("type", "SELF_PAY"), ("payer__isnull", False), _connector="OR"),
                                name="insurance_names_its_payer",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("type", "SELF_PAY"), _negated=True),
                                    ("payer__isnull", True),
                                    _connector="OR",
                                ),
                                name="self_pay_has_no_payer",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("priority", "UNRANKED"), ("type__in", ["WORKERS_COMP", "LIABILITY"])),
                                    models.Q(
                                        models.Q(("type__in", ["WORKERS_COMP", "LIABILITY"]), _negated=True),
                                        models.Q(("priority", "UNRANKED"), _negated=True),
                                    ),
                                    _connector="OR",
                                ),
                                name="an_injury_stands_in_no_line",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Appointment",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("code", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                        ("starts_at", models.DateTimeField()),
                        (
                            "visit_type",
                            models.CharField(
                                choices=[
                                    ("OFFICE_VISIT", "Office visit"),
                                    ("SPECIALIST_VISIT", "Specialist visit"),
                                    ("PHYSICAL_EXAM", "Yearly physical"),
                                    ("PHYSICAL_THERAPY", "Physical therapy"),
                                    ("OCCUPATIONAL_THERAPY", "Occupational therapy"),
                                    ("SPEECH_THERAPY", "Speech therapy"),
                                    ("URGENT_CARE", "Urgent care"),
                                    ("MENTAL_HEALTH", "Mental health"),
                                    ("CHIROPRACTIC", "Chiropractic"),
                                    ("IMAGING", "X-ray or imaging"),
                                    ("LABORATORY", "Laboratory"),
                                    ("OTHER", "Something else"),
                                ],
                                default="OFFICE_VISIT",
                                max_length=20,
                            ),
                        ),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("SCHEDULED", "Expected"),
                                    ("ARRIVED", "Checked in"),
                                    ("DONE", "Done"),
                                    ("CANCELLED", "Cancelled"),
                                    ("NO_SHOW", "Did not come"),
                                ],
                                default="SCHEDULED",
                                max_length=9,
                            ),
                        ),
                        (
                            "spry_appointment_id",
                            models.PositiveBigIntegerField(
                                blank=True, null=True, verbose_name="SPRY appointment number"
                            ),
                        ),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        (
                            "clinic",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="appointments",
                                to="clinic.clinic",
                            ),
                        ),
                        (
                            "provider",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="appointments",
                                to="clinic.provider",
                            ),
                        ),
                        (
                            "patient",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="appointments",
                                to="intake.patient",
                            ),
                        ),
                        ("arrived_at", models.DateTimeField(blank=True, null=True)),
                        (
                            "cancel_reason",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("PATIENT", "The patient called it off"),
                                    ("SICK", "The patient is ill"),
                                    ("COVERAGE", "Coverage or cost"),
                                    ("PROVIDER", "The provider cannot"),
                                    ("CLINIC", "The clinic is closed"),
                                    ("MISTAKE", "Entered by mistake"),
                                    ("OTHER", "Another reason"),
                                ],
                                default="",
                                max_length=8,
                            ),
                        ),
                        ("external_id", models.CharField(blank=True, default="", max_length=80)),
                        ("is_walk_in", models.BooleanField(default=False)),
                        ("version", models.PositiveIntegerField(default=1, editable=False)),
                        (
                            "injury",
                            models.ForeignKey(
                                blank=True,
                                default=None,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="visits",
                                to="intake.coverage",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["starts_at", "pk"],
                        "indexes": [models.Index(fields=["clinic", "starts_at"], name="appointment_day")],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("external_id", ""), _negated=True),
                                fields=("clinic", "external_id"),
                                name="external_visit_once",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="PayerAlias",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("name", models.CharField(max_length=120)),
                        ("name_key", models.CharField(db_index=True, editable=False, max_length=120)),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        (
                            "payer",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="aliases", to="intake.payer"
                            ),
                        ),
                        ("last_at", models.DateTimeField(default=django.utils.timezone.now)),
                        ("taught", models.PositiveIntegerField(default=1)),
                        ("used", models.PositiveIntegerField(default=0)),
                        ("weight", models.PositiveSmallIntegerField(default=1)),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(fields=("payer", "name_key"), name="one_alias_per_payer_and_name")
                        ],
                        "ordering": ["-weight", "-taught", "-last_at", "-pk"],
                    },
                ),
                migrations.CreateModel(
                    name="CardImage",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("side", models.CharField(choices=[("FRONT", "Front"), ("BACK", "Back")], max_length=5)),
                        ("file", models.FileField(max_length=120, upload_to=intake.models.cards.image_path)),
                        ("width", models.PositiveIntegerField()),
                        ("height", models.PositiveIntegerField()),
                        ("sends", models.PositiveSmallIntegerField(default=0)),
                        ("sent_at", models.DateTimeField(blank=True, null=True)),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        (
                            "card",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="images", to="intake.cardscan"
                            ),
                        ),
                        (
                            "concern",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("BLURRED", "blurred"),
                                    ("DARK", "very dark"),
                                    ("FEW_PIXELS", "few pixels"),
                                    ("GLARE", "glare on it"),
                                    ("CUT_OFF", "cut off"),
                                    ("NOT_A_CARD", "no card seen"),
                                ],
                                default="",
                                max_length=10,
                            ),
                        ),
                        ("look", models.CharField(blank=True, default="", editable=False, max_length=16)),
                        (
                            "overruled_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("answered_at", models.DateTimeField(blank=True, null=True)),
                        ("proof", models.CharField(blank=True, default="", editable=False, max_length=64)),
                        ("turned", models.PositiveSmallIntegerField(default=0, editable=False)),
                    ],
                    options={
                        "ordering": ["card_id", "-side"],
                        "constraints": [models.UniqueConstraint(fields=("card", "side"), name="one_photo_per_side")],
                        "indexes": [
                            models.Index(
                                condition=models.Q(("answered_at__isnull", False)),
                                fields=["side", "-answered_at"],
                                name="photo_answered_newest",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="CardField",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("name", models.CharField(max_length=40)),
                        ("position", models.PositiveSmallIntegerField(default=0)),
                        ("value", core.sealed.SealedTextField(blank=True, default="")),
                        ("text_score", models.DecimalField(blank=True, decimal_places=5, max_digits=6, null=True)),
                        ("label_score", models.DecimalField(blank=True, decimal_places=5, max_digits=6, null=True)),
                        ("reviewed_value", core.sealed.SealedTextField(blank=True, default="")),
                        ("reviewed_at", models.DateTimeField(blank=True, null=True)),
                        (
                            "reviewed_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "card",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="fields", to="intake.cardscan"
                            ),
                        ),
                        ("place", models.JSONField(default=None, null=True)),
                        ("sources", core.sealed.SealedJSONField(default=None, null=True)),
                        ("rule", models.CharField(blank=True, default="", max_length=100)),
                    ],
                    options={
                        "ordering": ["card_id", "name", "position"],
                        "constraints": [
                            models.UniqueConstraint(fields=("card", "name", "position"), name="one_row_per_card_field")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="PhoneLink",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("token_fingerprint", models.CharField(max_length=64, unique=True)),
                        ("phone_fingerprint", models.CharField(default=None, max_length=64, null=True, unique=True)),
                        ("photos", models.PositiveSmallIntegerField(default=0)),
                        ("created_at", models.DateTimeField()),
                        ("expires_at", models.DateTimeField()),
                        ("opened_at", models.DateTimeField(default=None, null=True)),
                        ("ended_at", models.DateTimeField(default=None, null=True)),
                        (
                            "card",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="phone_links",
                                to="intake.cardscan",
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
                    ],
                    options={
                        "ordering": ["-created_at", "-pk"],
                    },
                ),
                migrations.CreateModel(
                    name="Stocktake",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("code", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                        ("started_at", models.DateTimeField()),
                        ("finished_at", models.DateTimeField(default=None, null=True)),
                        ("cursor", models.CharField(blank=True, default="", max_length=1000)),
                        ("listed", models.PositiveIntegerField(default=0)),
                        ("problem", models.CharField(blank=True, default="", max_length=300)),
                        (
                            "started_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["-started_at", "-pk"],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("finished_at__isnull", True)),
                                fields=("problem",),
                                name="one_unfinished_stocktake",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Finding",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("code", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                        ("vendor_card_id", models.CharField(max_length=64)),
                        ("state", models.CharField(blank=True, default="", max_length=24)),
                        ("made_at", models.DateTimeField(null=True)),
                        ("deleted_at", models.DateTimeField(default=None, null=True)),
                        (
                            "card",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="intake.cardscan",
                            ),
                        ),
                        (
                            "stocktake",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="findings",
                                to="intake.stocktake",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["made_at", "pk"],
                    },
                ),
                migrations.CreateModel(
                    name="ListedCard",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("vendor_card_id", models.CharField(max_length=64)),
                        ("state", models.CharField(max_length=24)),
                        ("made_at", models.DateTimeField(null=True)),
                        (
                            "stocktake",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="cards", to="intake.stocktake"
                            ),
                        ),
                        ("is_deleted", models.BooleanField(default=False)),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("stocktake", "vendor_card_id"), name="a_card_is_listed_once"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="CardExtra",
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
                                choices=[("PHONE", "Phone"), ("ADDRESS", "Address"), ("AMOUNT", "Amount")], max_length=7
                            ),
                        ),
                        ("type", models.CharField(max_length=40)),
                        ("label", core.sealed.SealedTextField(blank=True, default="")),
                        ("value", core.sealed.SealedTextField()),
                        ("score", models.DecimalField(blank=True, decimal_places=5, max_digits=6, null=True)),
                        (
                            "card",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="extras", to="intake.cardscan"
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["card_id", "pk"],
                    },
                ),
                migrations.CreateModel(
                    name="CoverageVersion",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("number", models.PositiveIntegerField()),
                        ("since", models.DateTimeField()),
                        ("until", models.DateTimeField(default=None, null=True)),
                        ("said", core.sealed.SealedJSONField()),
                        (
                            "coverage",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="versions",
                                to="intake.coverage",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["coverage_id", "number"],
                        "constraints": [
                            models.UniqueConstraint(fields=("coverage", "number"), name="one_row_per_coverage_version"),
                            models.UniqueConstraint(
                                condition=models.Q(("until__isnull", True)),
                                fields=("coverage",),
                                name="one_open_coverage_version",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="AppointmentChange",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("at", models.DateTimeField()),
                        (
                            "was_status",
                            models.CharField(
                                choices=[
                                    ("SCHEDULED", "Expected"),
                                    ("ARRIVED", "Checked in"),
                                    ("DONE", "Done"),
                                    ("CANCELLED", "Cancelled"),
                                    ("NO_SHOW", "Did not come"),
                                ],
                                max_length=9,
                            ),
                        ),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("SCHEDULED", "Expected"),
                                    ("ARRIVED", "Checked in"),
                                    ("DONE", "Done"),
                                    ("CANCELLED", "Cancelled"),
                                    ("NO_SHOW", "Did not come"),
                                ],
                                max_length=9,
                            ),
                        ),
                        (
                            "reason",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("PATIENT", "The patient called it off"),
                                    ("SICK", "The patient is ill"),
                                    ("COVERAGE", "Coverage or cost"),
                                    ("PROVIDER", "The provider cannot"),
                                    ("CLINIC", "The clinic is closed"),
                                    ("MISTAKE", "Entered by mistake"),
                                    ("OTHER", "Another reason"),
                                ],
                                default="",
                                max_length=8,
                            ),
                        ),
                        ("was_starts_at", models.DateTimeField()),
                        ("starts_at", models.DateTimeField()),
                        (
                            "was_visit_type",
                            models.CharField(
                                choices=[
                                    ("OFFICE_VISIT", "Office visit"),
                                    ("SPECIALIST_VISIT", "Specialist visit"),
                                    ("PHYSICAL_EXAM", "Yearly physical"),
                                    ("PHYSICAL_THERAPY", "Physical therapy"),
                                    ("OCCUPATIONAL_THERAPY", "Occupational therapy"),
                                    ("SPEECH_THERAPY", "Speech therapy"),
                                    ("URGENT_CARE", "Urgent care"),
                                    ("MENTAL_HEALTH", "Mental health"),
                                    ("CHIROPRACTIC", "Chiropractic"),
                                    ("IMAGING", "X-ray or imaging"),
                                    ("LABORATORY", "Laboratory"),
                                    ("OTHER", "Something else"),
                                ],
                                max_length=20,
                            ),
                        ),
                        (
                            "visit_type",
                            models.CharField(
                                choices=[
                                    ("OFFICE_VISIT", "Office visit"),
                                    ("SPECIALIST_VISIT", "Specialist visit"),
                                    ("PHYSICAL_EXAM", "Yearly physical"),
                                    ("PHYSICAL_THERAPY", "Physical therapy"),
                                    ("OCCUPATIONAL_THERAPY", "Occupational therapy"),
                                    ("SPEECH_THERAPY", "Speech therapy"),
                                    ("URGENT_CARE", "Urgent care"),
                                    ("MENTAL_HEALTH", "Mental health"),
                                    ("CHIROPRACTIC", "Chiropractic"),
                                    ("IMAGING", "X-ray or imaging"),
                                    ("LABORATORY", "Laboratory"),
                                    ("OTHER", "Something else"),
                                ],
                                max_length=20,
                            ),
                        ),
                        (
                            "appointment",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="changes",
                                to="intake.appointment",
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
                        (
                            "provider",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="clinic.provider",
                            ),
                        ),
                        (
                            "was_provider",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="clinic.provider",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["appointment_id", "pk"],
                    },
                ),
                migrations.CreateModel(
                    name="Deletion",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("code", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                        (
                            "what",
                            models.CharField(
                                choices=[
                                    ("PHOTOS", "Photos"),
                                    ("CARD", "Card, values and photos"),
                                    ("STRAY", "Unknown card at CardScan"),
                                ],
                                max_length=6,
                            ),
                        ),
                        ("card_code", models.UUIDField(db_index=True, null=True)),
                        ("vendor_card_id", models.CharField(blank=True, db_index=True, default="", max_length=64)),
                        ("files", models.JSONField(default=list)),
                        ("rule_months", models.PositiveSmallIntegerField(null=True)),
                        ("at", models.DateTimeField()),
                        (
                            "by",
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
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="clinic.clinic"
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["-pk"],
                        "indexes": [models.Index(fields=["clinic", "-id"], name="deletion_of_clinic")],
                    },
                ),
                migrations.CreateModel(
                    name="DeletionStep",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "outcome",
                            models.CharField(
                                choices=[
                                    ("VENDOR_DELETED", "CardScan has deleted it"),
                                    ("GONE_HERE", "looked: gone here"),
                                    ("STILL_HERE", "looked: still here"),
                                    ("GONE_THERE", "looked: gone at CardScan"),
                                    ("STILL_THERE", "looked: still at CardScan"),
                                ],
                                max_length=14,
                            ),
                        ),
                        ("at", models.DateTimeField()),
                        (
                            "deletion",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="steps", to="intake.deletion"
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["deletion_id", "pk"],
                    },
                ),
                migrations.CreateModel(
                    name="LegalHold",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("code", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                        ("reason", core.sealed.SealedTextField()),
                        ("set_at", models.DateTimeField()),
                        ("lifted_at", models.DateTimeField(blank=True, null=True)),
                        (
                            "clinic",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="clinic.clinic"
                            ),
                        ),
                        (
                            "lifted_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "patient",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="holds", to="intake.patient"
                            ),
                        ),
                        (
                            "set_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["-set_at", "-pk"],
                        "indexes": [
                            models.Index(
                                condition=models.Q(("lifted_at__isnull", True)),
                                fields=["patient"],
                                name="hold_of_patient",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Retention",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("version", models.PositiveIntegerField(default=1, editable=False)),
                        ("months", models.PositiveSmallIntegerField(blank=True, null=True)),
                        ("is_also_at_vendor", models.BooleanField(default=True)),
                        ("changed_at", models.DateTimeField(auto_now=True)),
                        (
                            "clinic",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="clinic.clinic"
                            ),
                        ),
                        (
                            "changed_by",
                            models.ForeignKey(
                                default=None,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                    },
                ),
                migrations.CreateModel(
                    name="RegistrationRule",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("version", models.PositiveIntegerField(default=1, editable=False)),
                        ("required", models.JSONField(default=list)),
                        (
                            "clinic",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="clinic.clinic"
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                    },
                ),
                migrations.CreateModel(
                    name="PatientName",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("is_last_name", models.BooleanField(default=False)),
                        ("word", models.BinaryField(max_length=240)),
                        ("rest", models.BinaryField(default=b"", max_length=280)),
                        (
                            "clinic",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="clinic.clinic",
                            ),
                        ),
                        (
                            "patient",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="names",
                                to="intake.patient",
                            ),
                        ),
                    ],
                    options={
                        "indexes": [
                            models.Index(
                                fields=["clinic", "is_last_name", "word", "rest", "patient"], name="patient_word"
                            )
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("patient", "clinic", "is_last_name", "word"), name="patient_word_once"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="PatientMerge",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("code", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                        ("merged_at", models.DateTimeField()),
                        ("moved", models.JSONField(default=dict)),
                        ("newest", models.JSONField(default=dict)),
                        ("clinics_added", models.JSONField(default=list)),
                        ("fields", core.sealed.SealedJSONField(default=dict)),
                        ("followed", core.sealed.SealedJSONField(default=dict)),
                        ("undone_at", models.DateTimeField(default=None, null=True)),
                        (
                            "clinic",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="clinic.clinic"
                            ),
                        ),
                        (
                            "gone",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="merges_away",
                                to="intake.patient",
                            ),
                        ),
                        (
                            "merged_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "survivor",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="merges", to="intake.patient"
                            ),
                        ),
                        (
                            "undone_by",
                            models.ForeignKey(
                                default=None,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["-pk"],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("undone_at__isnull", True)),
                                fields=("gone",),
                                name="merged_away_once_at_a_time",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("survivor", models.F("gone")), _negated=True),
                                name="a_record_is_not_merged_with_itself",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="TwoPeople",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("code", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                        ("said_at", models.DateTimeField()),
                        (
                            "clinic",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="clinic.clinic"
                            ),
                        ),
                        (
                            "high",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="intake.patient"
                            ),
                        ),
                        (
                            "low",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="intake.patient"
                            ),
                        ),
                        (
                            "said_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["-pk"],
                        "constraints": [
                            models.UniqueConstraint(fields=("clinic", "low", "high"), name="two_people_said_once"),
                            models.CheckConstraint(
                                condition=models.Q(("low__lt", models.F("high"))), name="two_people_older_first"
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="CardFlag",
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
                                    ("missing_elements", "Something on the card was not read"),
                                    ("incorrect_elements", "Something was read wrongly"),
                                    ("bad_payer_match", "The wrong payer was recognised"),
                                    ("unreadable_text", "The text cannot be read"),
                                    ("eligibility_issue", "The answer about eligibility is wrong"),
                                    ("other", "Something else"),
                                ],
                                max_length=20,
                            ),
                        ),
                        ("message", core.sealed.SealedTextField(blank=True, default="")),
                        (
                            "fate",
                            models.CharField(
                                choices=[
                                    ("WAITING", "On its way to CardScan"),
                                    ("SENT", "CardScan has it"),
                                    ("UNSUPPORTED", "CardScan did not take it"),
                                    ("LOST", "Not sent"),
                                ],
                                default="WAITING",
                                max_length=11,
                            ),
                        ),
                        ("reason", models.CharField(blank=True, default="", max_length=300)),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        ("ended_at", models.DateTimeField(blank=True, null=True)),
                        (
                            "card",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="flags", to="intake.cardscan"
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
                    ],
                    options={
                        "ordering": ["-created_at", "-pk"],
                    },
                ),
                migrations.CreateModel(
                    name="LoosePhoto",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("code", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                        ("pile", models.UUIDField(db_index=True, default=uuid.uuid4)),
                        (
                            "side",
                            models.CharField(
                                choices=[("FRONT", "Front"), ("BACK", "Back")], default="FRONT", max_length=5
                            ),
                        ),
                        ("lot", models.UUIDField()),
                        ("place", models.PositiveSmallIntegerField()),
                        ("file", models.FileField(max_length=120, upload_to=intake.models.cards.image_path)),
                        ("width", models.PositiveIntegerField()),
                        ("height", models.PositiveIntegerField()),
                        (
                            "concern",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("BLURRED", "blurred"),
                                    ("DARK", "very dark"),
                                    ("FEW_PIXELS", "few pixels"),
                                    ("GLARE", "glare on it"),
                                    ("CUT_OFF", "cut off"),
                                    ("NOT_A_CARD", "no card seen"),
                                ],
                                default="",
                                max_length=10,
                            ),
                        ),
                        ("look", models.CharField(blank=True, default="", editable=False, max_length=16)),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        (
                            "clinic",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="clinic.clinic"
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
                        ("turned", models.PositiveSmallIntegerField(default=0, editable=False)),
                    ],
                    options={
                        "ordering": ["created_at", "place", "pk"],
                        "constraints": [
                            models.UniqueConstraint(fields=("pile", "side"), name="one_loose_photo_per_side")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="VendorLink",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("user_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                        ("session", core.sealed.SealedTextField(blank=True, default="")),
                        ("address", core.sealed.SealedTextField(blank=True, default="")),
                        ("problem", models.CharField(blank=True, default="", max_length=300)),
                        ("created_at", models.DateTimeField()),
                        ("expires_at", models.DateTimeField(default=None, null=True)),
                        ("used_at", models.DateTimeField(default=None, null=True)),
                        ("ended_at", models.DateTimeField(default=None, null=True)),
                        (
                            "card",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="vendor_links",
                                to="intake.cardscan",
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
                    ],
                    options={
                        "ordering": ["-created_at", "-pk"],
                    },
                ),
                migrations.CreateModel(
                    name="FieldOutcome",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("name", models.CharField(max_length=40)),
                        ("position", models.PositiveSmallIntegerField(default=0)),
                        ("score", models.DecimalField(decimal_places=5, max_digits=6)),
                        ("accepted", models.BooleanField()),
                        ("by_rule", models.BooleanField(default=False)),
                        (
                            "recheck",
                            models.CharField(
                                blank=True, choices=[("RIGHT", "right"), ("WRONG", "wrong")], default="", max_length=5
                            ),
                        ),
                        ("decided_at", models.DateTimeField()),
                        (
                            "card",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="outcomes",
                                to="intake.cardscan",
                            ),
                        ),
                        (
                            "clinic",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="clinic.clinic"
                            ),
                        ),
                        (
                            "payer",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to="intake.payer",
                            ),
                        ),
                    ],
                    options={
                        "indexes": [models.Index(fields=["clinic", "name", "score"], name="outcome_of_field")],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("card", "name", "position"), name="one_outcome_per_card_field"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="FieldRule",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("name", models.CharField(max_length=40)),
                        ("threshold", models.DecimalField(decimal_places=3, max_digits=4)),
                        ("right", models.PositiveIntegerField()),
                        ("total", models.PositiveIntegerField()),
                        ("set_at", models.DateTimeField()),
                        (
                            "clinic",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="clinic.clinic"
                            ),
                        ),
                        (
                            "set_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(fields=("clinic", "name"), name="one_rule_per_clinic_and_field")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Rekey",
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
                                    ("WAITING", "To be typed"),
                                    ("AGREED", "Both say the same"),
                                    ("DIFFERS", "They differ"),
                                    ("SETTLED", "Decided"),
                                ],
                                default="WAITING",
                                max_length=7,
                            ),
                        ),
                        ("typed", core.sealed.SealedTextField(blank=True, default="")),
                        ("typed_at", models.DateTimeField(blank=True, null=True)),
                        (
                            "clinic",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="clinic.clinic"
                            ),
                        ),
                        (
                            "first_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "outcome",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="rekey",
                                to="intake.fieldoutcome",
                            ),
                        ),
                        (
                            "settled_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "typed_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["pk"],
                        "indexes": [models.Index(fields=["clinic", "status"], name="rekey_of_clinic")],
                    },
                ),
                migrations.CreateModel(
                    name="PayerMerge",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("code", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                        ("merged_at", models.DateTimeField()),
                        ("cards", models.JSONField(default=list)),
                        ("coverages", models.JSONField(default=list)),
                        ("children", models.JSONField(default=list)),
                        ("aliases", models.JSONField(default=list)),
                        ("undone_at", models.DateTimeField(default=None, null=True)),
                        (
                            "gone",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="merges_away",
                                to="intake.payer",
                            ),
                        ),
                        (
                            "into",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="merges", to="intake.payer"
                            ),
                        ),
                        (
                            "merged_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "undone_by",
                            models.ForeignKey(
                                default=None,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["-pk"],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("undone_at__isnull", True)),
                                fields=("gone",),
                                name="payer_merged_once_at_a_time",
                            )
                        ],
                    },
                ),
            ]
        )
    ]
