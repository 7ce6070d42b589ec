"""The shapes of coverages in the API, in and out."""

from __future__ import annotations

from typing import Any, cast

from django.utils import timezone
from rest_framework import serializers

from core.addresses import BAD_STATE, BAD_ZIP, state_of, zip_of

from .coverage_forms import CoverageForm, InjuryForm
from .coverage_words import INJURY, Copay, PlanType
from .models import Coverage, Patient
from .serializers import PayerIn, PayerOut, SubscriberIn

NOT_OF_THIS_KIND = "A coverage of this kind has no such value, or keeps the one it has."


def _text(most: int) -> serializers.CharField:
    return serializers.CharField(max_length=most, allow_blank=True, default="")


def _day() -> serializers.DateField:
    return serializers.DateField(allow_null=True, default=None)


class StateText(serializers.CharField):
    """A US state by its two letters, or nothing."""

    def to_internal_value(self, data: Any) -> str:
        """Return the state's code. Raises ValidationError for what is no US state."""
        code = state_of(super().to_internal_value(data))
        if code is None:
            raise serializers.ValidationError(BAD_STATE)
        return code


class ZipText(serializers.CharField):
    """A ZIP code of five or nine digits, or nothing."""

    def to_internal_value(self, data: Any) -> str:
        """Return the ZIP code as it is kept. Raises ValidationError for what is none."""
        code = zip_of(super().to_internal_value(data))
        if code is None:
            raise serializers.ValidationError(BAD_ZIP)
        return code


class CopaysField(serializers.DictField):
    """Amounts by service, as text with two places; a service that is left out is not stated."""

    child = serializers.DecimalField(max_digits=7, decimal_places=2, min_value=0, coerce_to_string=True)

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        """Refuse services that nobody knows. Raises ValidationError."""
        amounts: dict[str, Any] = super().to_internal_value(data)
        unknown = sorted(set(amounts) - set(Copay.values))
        if unknown:
            raise serializers.ValidationError(f"Unknown services; use {', '.join(Copay.values)}.")
        return amounts


class CoverageIn(SubscriberIn):
    """A coverage without a card: a health plan, an insurance that answers for one injury, or the patient who pays."""

    patient = serializers.UUIDField()
    type = serializers.ChoiceField(choices=Coverage.Type.choices, default=Coverage.Type.INSURANCE)
    payer = PayerIn(required=False)
    member_id = _text(80)
    group_number = _text(60)
    plan_name = _text(120)
    plan_type = serializers.ChoiceField(choices=PlanType.choices, allow_blank=True, default="")
    employer = _text(200)
    provider_phone = _text(40)
    member_phone = _text(40)
    claims_address = _text(300)
    copays = CopaysField(default=dict)
    rx_bin = _text(20)
    rx_pcn = _text(30)
    rx_group = _text(40)
    rx_id = _text(60)
    effective_date = _day()
    termination_date = _day()
    subscriber_sex = serializers.ChoiceField(choices=Patient.Sex.choices, default=Patient.Sex.UNKNOWN)
    subscriber_address_line = _text(200)
    subscriber_city = _text(60)
    subscriber_state = StateText(allow_blank=True, default="")
    subscriber_postal_code = ZipText(allow_blank=True, default="")
    claim_number = _text(60)
    injury_date = _day()
    injury_state = StateText(allow_blank=True, default="")
    adjuster_name = _text(120)
    adjuster_phone = _text(40)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Ask for what each kind needs, and for an end after the start."""
        problems: dict[str, str] = {}
        kind, types = attrs["type"], Coverage.Type
        if kind != types.SELF_PAY and not attrs.get("payer"):
            problems["payer"] = "Name the payer."
        if kind == types.INSURANCE and not attrs["member_id"].strip():
            problems["member_id"] = "Type the member ID."
        if kind in INJURY:
            problems |= {} if attrs["claim_number"].strip() else {"claim_number": "Type the claim number."}
            problems |= {} if attrs["injury_date"] else {"injury_date": "Type the day of the injury or accident."}
            if attrs["injury_date"] and attrs["injury_date"] > timezone.now().date():
                problems["injury_date"] = "This day has not come yet. Check the year."
            if kind == types.WORKERS_COMP and not attrs["employer"].strip():
                problems["employer"] = "Type the employer: its insurer pays."
            attrs["effective_date"] = attrs["effective_date"] or attrs["injury_date"]
        starts, ends = attrs["effective_date"], attrs["termination_date"]
        if starts and ends and ends < starts:
            problems["termination_date"] = "The end lies before the start. Check both dates."
        if problems:
            raise serializers.ValidationError(problems)
        return attrs


class CoveragePatch(CoverageIn):
    """Changes to a coverage of the kind that its page lets a desk change; what is not sent stays.

    `copays` are sent whole. `version` guards against undoing somebody else's change.
    """

    patient = on_file = replaces = None  # type: ignore[assignment]
    version = serializers.IntegerField(required=False, min_value=1)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Check the coverage as it would be. Raises ValidationError, also for what this kind of coverage has not."""
        row = cast(Coverage, self.instance)
        own: tuple[str, ...] = InjuryForm.COLUMNS if row.is_injury else (*CoverageForm.COLUMNS, "copays")
        known: dict[str, Any] = {name: getattr(row, str(name)) for name in self.get_fields() if name != "version"}
        others = [name for name in attrs if name in known and name not in {*own, "payer"}]
        if strange := [name for name in others if attrs[name] != known[name]]:
            raise serializers.ValidationError(dict.fromkeys(strange, NOT_OF_THIS_KIND))
        sent = {name: value for name, value in attrs.items() if name not in others}
        would_be = known | sent
        if row.is_injury:
            would_be["effective_date"] = would_be["injury_date"]
            if would_be["type"] not in INJURY:
                raise serializers.ValidationError({"type": NOT_OF_THIS_KIND})
        super().validate(would_be)
        return sent | ({"effective_date": would_be["injury_date"]} if "injury_date" in sent else {})


class CoverageOut(serializers.ModelSerializer):
    """A coverage; `sources` says by field where each value comes from."""

    patient = serializers.UUIDField(source="patient.code")
    payer = PayerOut(allow_null=True)
    card_scan = serializers.UUIDField(source="card.code", default=None)
    member_id = serializers.CharField()
    employer = serializers.CharField()
    rx_id = serializers.CharField()
    copays = CopaysField()
    subscriber_address_line = serializers.CharField()
    subscriber_city = serializers.CharField()
    subscriber_state = serializers.CharField()
    subscriber_postal_code = serializers.CharField()
    claim_number = serializers.CharField()
    adjuster_name = serializers.CharField()
    adjuster_phone = serializers.CharField()
    relationship_code = serializers.CharField()
    sources = serializers.SerializerMethodField()

    class Meta:
        """Everything a desk sees."""

        model = Coverage
        fields = (
            "code", "version", "patient", "type", "priority", "status", "payer", "member_id", "group_number",
            "plan_name", "plan_type", "employer", "provider_phone", "member_phone", "claims_address", "copays",
            "rx_bin", "rx_pcn", "rx_group", "rx_id", "relationship", "relationship_code", "subscriber_first_name",
            "subscriber_last_name", "subscriber_birth_date", "subscriber_sex", "subscriber_address_line",
            "subscriber_city", "subscriber_state", "subscriber_postal_code", "effective_date", "termination_date",
            "claim_number", "injury_date", "injury_state", "adjuster_name", "adjuster_phone", "card_scan", "sources",
        )  # fmt: skip

    def get_sources(self, coverage: Coverage) -> dict[str, str]:
        """Return by field CARD, PRINTED, PERSON, PAYER or PATIENT; a copay is named as copays.<service>."""
        names = {"payer_id": "payer"}
        return {names.get(name, name): entry["from"] for name, entry in sorted(coverage.sources.items())}
