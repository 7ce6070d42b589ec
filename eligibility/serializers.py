"""The shapes of eligibility's API."""

from __future__ import annotations

from datetime import date
from typing import Any

from rest_framework import serializers

from core.api import PageOf

from .forms import within_reach
from .models import Benefit, EligibilityCheck, ManualCapture, PayerCorrection, RelatedEntity
from .service_types import NAMES
from .services import AskAs, missing_numbers
from .services.results import copay_of


class CheckIn(serializers.Serializer):
    """A question: day and service default to the visit's, else to today and the whole plan (30)."""

    coverage = serializers.UUIDField()
    appointment = serializers.UUIDField(required=False)
    date_of_service = serializers.DateField(required=False)
    service_type_code = serializers.ChoiceField(required=False, choices=list(NAMES))
    ask_as = serializers.ChoiceField(required=False, choices=AskAs.choices)

    def validate_date_of_service(self, day: date) -> date:
        """Refuse days nobody is asked about, as the page does."""
        return within_reach(day)


class CheckQuery(PageOf):
    """A list may be narrowed to one coverage, and to what needs attention."""

    coverage = serializers.UUIDField(required=False)
    needs_attention = serializers.BooleanField(default=False)


class BenefitOut(serializers.ModelSerializer):
    """One line of an answer. `in_network` null: not stated."""

    class Meta:
        """The columns of a benefit line."""

        model = Benefit
        fields = [
            "kind",
            "amount",
            "percent",
            "count",
            "coverage_level",
            "period",
            "in_network",
            "service_type_code",
            "notes",
            "as_sent",
        ]


class EntityOut(serializers.ModelSerializer):
    """Somebody the answer names."""

    name = serializers.CharField()
    contacts = serializers.JSONField()

    class Meta:
        """What is known of them."""

        model = RelatedEntity
        fields = ["role", "entity_type", "name", "contacts", "service_type_codes"]


class CorrectionOut(serializers.ModelSerializer):
    """A value the payer has differently."""

    sent = serializers.CharField()
    corrected = serializers.CharField()

    class Meta:
        """Ours, the payer's, and what was decided."""

        model = PayerCorrection
        fields = ["code", "path", "sent", "corrected", "decision"]


class CheckOut(serializers.ModelSerializer):
    """A check as lists show it. `copay` and `deductible_remaining` are null when the payer did not say; with
    `out_of_pocket_met` the plan may pay everything, a stated copay too."""

    coverage = serializers.UUIDField(source="coverage.code")
    appointment = serializers.UUIDField(source="appointment.code", default=None)
    sentence = serializers.CharField()

    class Meta:
        """The question and the answer."""

        model = EligibilityCheck
        fields = [
            "code",
            "coverage",
            "appointment",
            "channel",
            "date_of_service",
            "service_type_code",
            "status",
            "answer",
            "reason",
            "owner",
            "sentence",
            "fix_field",
            "aaa_codes",
            "copay",
            "deductible_remaining",
            "out_of_pocket_met",
            "next_try_at",
            "created_at",
            "answered_at",
            "reviewed_at",
        ]


class CheckDetailOut(CheckOut):
    """A check with everything the answer holds."""

    copays = serializers.SerializerMethodField()
    benefits = BenefitOut(many=True)
    entities = EntityOut(many=True)
    corrections = CorrectionOut(many=True)
    plan_member_id = serializers.CharField()
    notes = serializers.CharField()

    class Meta(CheckOut.Meta):
        """The plan and the lines as well."""

        fields = [
            *CheckOut.Meta.fields,
            "payer_name",
            "plan_name",
            "insurance_type",
            "plan_member_id",
            "group_number",
            "plan_start_date",
            "plan_end_date",
            "plan_dates",
            "prior_authorization",
            "notes",
            "copays",
            "benefits",
            "entities",
            "corrections",
        ]

    def get_copays(self, check: EligibilityCheck) -> list[dict[str, Any]]:
        """Return every copay that may apply to the visit, with the payer's words for it."""
        lines = [row.line for row in check.benefits.all()]
        found = copay_of(check, lines)
        return [{"amount": str(line.amount), "notes": line.notes} for line in found.lines if line.amount is not None]


class CaptureIn(serializers.Serializer):
    """A call being written down. `call` holds the form's fields by name (docs/eligibility.md); what is left out is
    filled from the coverage where it is known."""

    coverage = serializers.UUIDField()
    appointment = serializers.UUIDField(required=False)
    call = serializers.DictField(default=dict)


class FinishIn(serializers.Serializer):
    """The codes of the warnings that a person confirms."""

    override = serializers.ListField(child=serializers.CharField(max_length=60), default=list)


class CaptureOut(serializers.ModelSerializer):
    """A phone call and where it stands. `eligibility_enquiry_id` is SPRY's number, null until SPRY has it."""

    coverage = serializers.UUIDField(source="coverage.code")
    check = serializers.UUIDField(source="eligibility_check.code", default=None)
    replaces = serializers.UUIDField(source="replaces.code", default=None)
    eligibility_enquiry_id = serializers.SerializerMethodField()
    missing_numbers = serializers.SerializerMethodField()
    refused_message = serializers.CharField()

    class Meta:
        """Where it stands, here and at SPRY."""

        model = ManualCapture
        fields = [
            "code",
            "coverage",
            "check",
            "replaces",
            "status",
            "eligibility_enquiry_id",
            "missing_numbers",
            "refused_code",
            "refused_message",
            "refused_field",
            "flag",
            "created_at",
            "finished_at",
        ]

    def get_eligibility_enquiry_id(self, capture: ManualCapture) -> str | None:
        """Return SPRY's number, or null."""
        return capture.enquiry_id or None

    def get_missing_numbers(self, capture: ManualCapture) -> list[str]:
        """Return which of SPRY's numbers are not on file, so that it cannot be sent."""
        return missing_numbers(capture)
