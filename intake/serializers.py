"""The shapes of intake's API, in and out. Card fields keep the vendor's names; everything else says what pages say."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from rest_framework import serializers

from . import fields
from .models import Appointment, CardExtra, CardField, CardFlag, CardScan, Coverage, Payer
from .services.coverage import OnFile
from .services.flags import LONGEST
from .services.payers import NAMELESS, names_a_payer
from .visit_day import validate_visit_day


def past(value: Any) -> Any:
    """Refuse a birth date in the future."""
    if value > timezone.now().date():
        raise serializers.ValidationError("A birth date lies in the past. Check the year.")
    return value


class PersonIn(serializers.Serializer):
    """Who somebody is."""

    first_name = serializers.CharField(max_length=35)
    last_name = serializers.CharField(max_length=60)
    birth_date = serializers.DateField(validators=[past])


class ReasonOut(serializers.Serializer):
    """One thing that speaks for one person (`points` above 0) or for two."""

    words = serializers.CharField()
    points = serializers.IntegerField()


class AlikeOut(serializers.Serializer):
    """Another patient of the clinic who may be the same person; `score` is 0 to 100."""

    patient = serializers.UUIDField(source="patient.code")
    first_name = serializers.CharField(source="patient.first_name")
    last_name = serializers.CharField(source="patient.last_name")
    birth_date = serializers.DateField(source="patient.birth_date")
    score = serializers.IntegerField(source="likeness.score")
    reasons = ReasonOut(many=True, source="likeness.reasons")


class SearchIn(serializers.Serializer):
    """What to look for; posted, so that it stands in no address."""

    text = serializers.CharField(max_length=100)


_INJURY = "the coverage that answers for the injury this visit is about"


class AppointmentIn(serializers.Serializer):
    """An appointment to add; `starts_at` carries its offset."""

    patient = serializers.UUIDField()
    starts_at = serializers.DateTimeField(validators=[lambda moment: validate_visit_day(moment.date())])
    visit_type = serializers.ChoiceField(
        choices=Appointment.VisitType.choices, default=Appointment.VisitType.OFFICE_VISIT
    )
    provider = serializers.UUIDField(allow_null=True, default=None)
    spry_appointment_id = serializers.IntegerField(min_value=1, max_value=2**63 - 1, allow_null=True, default=None)
    external_id = serializers.CharField(max_length=80, allow_blank=True, default="")
    injury = serializers.UUIDField(allow_null=True, default=None, help_text=_INJURY)


class AppointmentPatch(serializers.Serializer):
    """Another time, provider or purpose, or a state; `version` guards against undoing somebody else's."""

    starts_at = serializers.DateTimeField(required=False, validators=[lambda moment: validate_visit_day(moment.date())])
    visit_type = serializers.ChoiceField(choices=Appointment.VisitType.choices, required=False)
    provider = serializers.UUIDField(required=False, allow_null=True)
    status = serializers.ChoiceField(choices=Appointment.Status.choices, required=False)
    cancel_reason = serializers.ChoiceField(choices=Appointment.CancelReason.choices, required=False)
    injury = serializers.UUIDField(required=False, allow_null=True, help_text=_INJURY)
    version = serializers.IntegerField(required=False, min_value=1)


class AppointmentOut(serializers.ModelSerializer):
    """An appointment."""

    patient = serializers.UUIDField(source="patient.code")
    provider = serializers.UUIDField(source="provider.code", default=None)
    injury = serializers.UUIDField(source="injury.code", default=None)
    date_of_service = serializers.DateField()
    service_type_code = serializers.CharField()

    class Meta:
        """The visit and what a payer is asked about it."""

        model = Appointment
        fields = (
            "code", "version", "patient", "provider", "starts_at", "visit_type", "status", "cancel_reason",
            "arrived_at", "is_walk_in", "date_of_service", "service_type_code", "spry_appointment_id", "external_id",
            "injury",
        )  # fmt: skip


class DayQuery(serializers.Serializer):
    """Which day of the clinic; today when absent."""

    day = serializers.DateField(required=False, validators=[validate_visit_day])


class PayerQuery(serializers.Serializer):
    """Part of a payer's name, or the beginning of its id."""

    q = serializers.CharField(required=False, allow_blank=True, default="", max_length=100)


class PayerOut(serializers.ModelSerializer):
    """A payer."""

    class Meta:
        """What a picker shows."""

        model = Payer
        fields = ("code", "name", "edi_payer_id", "supports_eligibility", "phone")


class PayerIn(serializers.Serializer):
    """A payer by our code, or by clearinghouse id and name; one that is new is added."""

    code = serializers.UUIDField(required=False)
    edi_payer_id = serializers.CharField(max_length=40, allow_blank=True, default="")
    name = serializers.CharField(max_length=120, allow_blank=True, default="")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Ask for at least one of the three."""
        attrs = {"edi_payer_id": "", "name": ""} | attrs  # where the rest of a request may be left out too
        if attrs.get("code") or names_a_payer(attrs["edi_payer_id"], attrs["name"]):
            return attrs
        if attrs["name"].strip():
            raise serializers.ValidationError({"name": NAMELESS})
        raise serializers.ValidationError("Name the payer by code, edi_payer_id or name.")


class CardIn(serializers.Serializer):
    """Whose card."""

    patient = serializers.UUIDField()


class PhotoIn(serializers.Serializer):
    """One side of the card, as multipart/form-data."""

    side = serializers.ChoiceField(choices=["front", "back"])
    file = serializers.FileField()


class StartIn(serializers.Serializer):
    """How to begin reading a card."""

    use_doubtful_photos = serializers.BooleanField(required=False, default=False)


class FieldsPatch(serializers.Serializer):
    """Reviewed values by the vendor's field name (`dependent_names` is a list); `accept` takes over what was read."""

    fields = serializers.DictField(required=False, default=dict)  # type: ignore[assignment]
    accept = serializers.ListField(
        child=serializers.CharField(max_length=40), required=False, default=list, max_length=100
    )
    payer = PayerIn(required=False)
    version = serializers.IntegerField(required=False, min_value=1)


class FlagIn(serializers.Serializer):
    """What is wrong with a reading, and a person's own words about it; CardScan's people read them."""

    kind = serializers.ChoiceField(choices=CardFlag.Kind.choices)
    message = serializers.CharField(max_length=LONGEST, allow_blank=True, default="")

    def validate_message(self, message: str) -> str:
        """Refuse what no JSON text carries."""
        if not fields.is_keepable(" ".join(message.split())):
            raise serializers.ValidationError("This has characters that cannot be sent.")
        return message


class FlagOut(serializers.ModelSerializer):
    """A remark to CardScan, and what became of it."""

    message = serializers.CharField()

    class Meta:
        """What the page shows."""

        model = CardFlag
        fields = ("kind", "message", "fate", "reason", "created_at", "ended_at")


class SubscriberIn(serializers.Serializer):
    """What the patient is to the subscriber; the subscriber's name and birth date unless it is the patient."""

    relationship = serializers.ChoiceField(choices=Coverage.Relationship.choices, required=False)
    subscriber_first_name = serializers.CharField(max_length=35, allow_blank=True, default="")
    subscriber_last_name = serializers.CharField(max_length=60, allow_blank=True, default="")
    subscriber_birth_date = serializers.DateField(allow_null=True, default=None, validators=[])
    on_file = serializers.ChoiceField(choices=OnFile.choices, default=OnFile.ADD)
    replaces = serializers.UUIDField(required=False)


class ConfirmIn(SubscriberIn):
    """Whose coverage it is, and what happens to the one on file."""

    version = serializers.IntegerField(required=False, min_value=1)


class CoverageQuery(serializers.Serializer):
    """Whose coverages."""

    patient = serializers.UUIDField()


class ExtraOut(serializers.ModelSerializer):
    """A phone, an address or an amount that is printed on a card, found some seconds after the fields."""

    label = serializers.CharField()  # type: ignore[assignment]
    value = serializers.CharField()

    class Meta:
        """As the vendor says it."""

        model = CardExtra
        fields = ("kind", "type", "label", "value", "score")


class CardOut(serializers.ModelSerializer):
    """A card: where its reading stands, and its fields by the vendor's names as {"value", "score", ...}."""

    patient = serializers.UUIDField(source="patient.code")
    sides = serializers.SerializerMethodField()
    doubtful = serializers.SerializerMethodField()
    turned = serializers.SerializerMethodField()
    payer = PayerOut(allow_null=True)
    fields = serializers.SerializerMethodField(method_name="fields_of_card")  # type: ignore[assignment]
    extras = ExtraOut(many=True)
    coverage = serializers.SerializerMethodField()

    class Meta:
        """What a client needs to wait, review and confirm."""

        model = CardScan
        fields = (
            "code", "version", "patient", "status", "problem", "retry_at", "sides", "doubtful", "turned", "payer",
            "payer_match", "fields", "extras", "outcome", "coverage",
        )  # fmt: skip

    def get_sides(self, card: CardScan) -> list[str]:
        """Return the sides that have a photo."""
        return sorted(image.side.lower() for image in card.images.all())

    def get_doubtful(self, card: CardScan) -> dict[str, str]:
        """Return by side why a photo may be hard to read, for those that nobody has said to use all the same."""
        return {image.side.lower(): image.advice for image in card.images.all() if image.is_doubtful}

    def get_turned(self, card: CardScan) -> dict[str, int | None]:
        """Return by side how many quarters (clockwise) a photo was turned by itself; null: it lies on its side."""
        turned = (image for image in card.images.all() if image.turned)
        return {image.side.lower(): None if image.is_on_side else image.turned for image in turned}

    def fields_of_card(self, card: CardScan) -> dict[str, Any]:
        """Return the fields that were found or typed; `dependent_names` is a list."""
        return fields_of(card)

    def get_coverage(self, card: CardScan) -> str | None:
        """Return the code of the coverage made of the card."""
        made = card.coverages.exclude(status=Coverage.Status.REMOVED).values_list("code", flat=True).first()
        return str(made) if made else None


def fields_of(card: CardScan) -> dict[str, Any]:
    """Return a card's fields as the API shows them."""
    found: dict[str, Any] = {}
    for row in sorted(card.fields.all(), key=lambda row: (row.name, row.position)):
        if not (row.current_value or row.is_reviewed):
            continue
        if row.name in fields.SEVERAL:
            found.setdefault(row.name, []).append(_field(row))
        else:
            found[row.name] = _field(row)
    return found


def _field(row: CardField) -> dict[str, Any]:
    return {
        "value": row.current_value,
        "score": None if row.score is None else float(row.score),
        "read": row.value,
        "reviewed": row.is_reviewed,
    }
