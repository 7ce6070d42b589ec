"""The shapes of a patient in the API, in and out, made from the list in patient_record.py."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from core.addresses import BAD_STATE, BAD_ZIP, state_of, zip_of

from .models import Patient
from .patient_form import BAD_SSN, choices_of, default_of, ssn_of
from .patient_record import ALWAYS, PATIENT_RECORD, Item, Kind, Sex
from .serializers import PersonIn, past
from .services import holds


def _checked(reader: Any, sentence: str) -> type[serializers.CharField]:
    """Return a text field whose value is what `reader` makes of it; None is refused with the sentence."""

    class Checked(serializers.CharField):
        """A text of one shape."""

        def to_internal_value(self, data: Any) -> str:
            """Return the value as it is kept."""
            read: str | None = reader(super().to_internal_value(data))
            if read is None:
                raise serializers.ValidationError(sentence)
            return read

    return Checked


_CHECKED = {
    Kind.STATE: _checked(state_of, BAD_STATE),
    Kind.ZIP: _checked(zip_of, BAD_ZIP),
    Kind.SSN: _checked(ssn_of, BAD_SSN),
}


def _field_in(item: Item) -> serializers.Field[Any, Any, Any, Any]:
    """Return what a program may send for a column; whatever is left out says nothing."""
    default = default_of(item)
    if item.kind == Kind.CHOICE:
        return serializers.ChoiceField(choices=choices_of(item), default=default)
    if item.kind == Kind.FLAG:
        return serializers.BooleanField(default=default)
    if item.kind == Kind.DATE:
        return serializers.DateField(validators=[past], allow_null=True, default=default)
    if item.kind == Kind.NUMBER:
        return serializers.IntegerField(min_value=1, max_value=2**63 - 1, allow_null=True, default=default)
    if item.kind == Kind.EMAIL:
        return serializers.EmailField(max_length=item.most, allow_blank=True, default=default)
    kind = _CHECKED.get(item.kind, serializers.CharField)
    return kind(max_length=item.most, allow_blank=True, default=default)


def _field_out(item: Item) -> serializers.Field[Any, Any, Any, Any]:
    """Return how a column is told; a choice names what it can be."""
    if item.kind == Kind.CHOICE:
        return serializers.ChoiceField(choices=choices_of(item))
    if item.kind == Kind.FLAG:
        return serializers.BooleanField()
    if item.kind == Kind.DATE:
        return serializers.DateField(allow_null=True)
    if item.kind == Kind.NUMBER:
        return serializers.IntegerField(allow_null=True)
    return serializers.CharField()


class PatientIn(PersonIn):
    """A patient to register."""

    def get_fields(self) -> dict[str, Any]:
        """Add a field for every column of the record."""
        more = {item.name: _field_in(item) for item in PATIENT_RECORD if item.name not in ALWAYS}
        return {**super().get_fields(), **more}


class NewPatientIn(PatientIn):
    """A patient to register, and what to do when somebody of this name and birth date is known."""

    if_known = serializers.ChoiceField(choices=["ask", "link", "register"], default="ask")


class PatientPatch(PatientIn):
    """Changes to a patient; `version` guards against undoing somebody else's."""

    version = serializers.IntegerField(required=False, min_value=1)


class PatientOut(serializers.Serializer):
    """A patient: the record, but of the social security number only its last four digits."""

    code = serializers.UUIDField()
    version = serializers.IntegerField()
    ssn_last4 = serializers.SerializerMethodField()

    def get_fields(self) -> dict[str, Any]:
        """Add a field for every column of the record."""
        more = {item.name: _field_out(item) for item in PATIENT_RECORD if item.kind != Kind.SSN}
        return {**super().get_fields(), **more}

    def get_ssn_last4(self, patient: Patient) -> str:
        """Return the last four digits, "" when the number is not known."""
        return patient.ssn[-4:]


class PatientDetail(PatientOut):
    """A patient, the columns that the clinic asks for and the record does not have, and whether a legal hold is set."""

    missing = serializers.SerializerMethodField()
    held = serializers.SerializerMethodField()

    def get_missing(self, patient: Patient) -> list[str]:
        """Return their names; the view hands over what was found."""
        return list(self.context["missing"])

    def get_held(self, patient: Patient) -> bool:
        """Return whether nothing of the patient may be deleted; who asked for that is an admin's to read, on a page."""
        return holds.is_held(patient.pk)


class FoundOut(serializers.Serializer):
    """A patient as a search shows it: nothing that is sealed. `found_by` says what matched, "" for the name."""

    code = serializers.UUIDField(source="patient.code")
    first_name = serializers.CharField(source="patient.first_name")
    middle_name = serializers.CharField(source="patient.middle_name")
    last_name = serializers.CharField(source="patient.last_name")
    suffix = serializers.CharField(source="patient.suffix")
    preferred_name = serializers.CharField(source="patient.preferred_name")
    birth_date = serializers.DateField(source="patient.birth_date")
    sex = serializers.ChoiceField(source="patient.sex", choices=Sex.choices)
    mrn = serializers.CharField(source="patient.mrn")
    found_by = serializers.CharField(source="why")
