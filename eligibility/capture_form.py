"""The form of a phone call, in the order of the conversation. docs/vendors/spry.md has the rules of each field."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, cast
from zoneinfo import ZoneInfo

from django import forms
from django.core.validators import RegexValidator
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from clinic.models import Clinic
from core.address_fields import StateChoice, ZipText
from core.addresses import state_of, zip_of
from core.money import show
from intake.forms import DateText
from intake.models import Appointment, Coverage, Patient

from .forms import PAST, within_reach
from .models import ManualCapture
from .phone_call import NOTES_LENGTH, Amounts, PhoneCall, Subscriber, errors
from .service_types import choices

NETWORKS = (("in_network", "In network"), ("out_of_network", "Out of network"))
_MONEY = {
    "individual_deductible": "Individual deductible, year",
    "individual_deductible_remaining": "Individual deductible, left",
    "family_deductible": "Family deductible, year",
    "family_deductible_remaining": "Family deductible, left",
    "individual_out_of_pocket": "Individual out of pocket, year",
    "individual_out_of_pocket_remaining": "Individual out of pocket, left",
    "family_out_of_pocket": "Family out of pocket, year",
    "family_out_of_pocket_remaining": "Family out of pocket, left",
    "copay": "Copay",
    "amount_remaining": "Amount left",
}
_VISITS = {"visits": "Visits a year", "visits_remaining": "Visits left"}
_YES_NO = [("Y", "Yes"), ("N", "No")]
_NOT_STATED = ("", "Not said")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_BAD_MONEY = "Write dollars and cents, such as 25 or 25.10."


def no_control_characters(text: str) -> None:
    """Raise ValidationError for tabs, line ends and the like inside one line."""
    if _CONTROL.search(text):
        raise forms.ValidationError("This holds characters that cannot be typed.", code="control")


def _line(label: str, longest: int, **options: Any) -> forms.CharField:
    options.setdefault("required", False)
    return forms.CharField(label=label, max_length=longest, validators=[no_control_characters], **options)


def _yes_no(label: str, *, required: bool, sentence: str = "") -> forms.ChoiceField:
    offered = _YES_NO if required else [*_YES_NO, _NOT_STATED]
    messages = {"required": sentence, "invalid_choice": "Answer yes or no."}
    return forms.ChoiceField(
        label=label, choices=offered, widget=forms.RadioSelect, required=required, error_messages=messages
    )


def _money(label: str) -> forms.DecimalField:
    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
    messages = dict.fromkeys(("invalid", "max_decimal_places", "max_digits", "max_whole_digits"), _BAD_MONEY)
    messages |= {"min_value": "An amount is not below zero.", "max_value": "An amount is at most $9,999,999.99."}
    return forms.DecimalField(
        label=label, required=False, min_value=0, max_value=Decimal("9999999.99"), decimal_places=2, widget=widget,
        error_messages=messages,
    )  # fmt: skip


def _visits(label: str) -> forms.IntegerField:
    widget = forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"})
    messages = {"invalid": "Write a whole number.", "min_value": "A number of visits is not below zero."}
    messages["max_value"] = "A number of visits is at most 9999."
    return forms.IntegerField(
        label=label, required=False, min_value=0, max_value=9999, widget=widget, error_messages=messages
    )


def _share(label: str) -> forms.DecimalField:
    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
    # Django fills such a sentence in with "%", so it holds none.
    sentence = "Coinsurance is a percentage between 0 and 100; 20 means 20 percent."
    messages = dict.fromkeys(("invalid", "min_value", "max_value", "max_decimal_places"), sentence)
    return forms.DecimalField(
        label=label, required=False, min_value=0, max_value=100, decimal_places=2, widget=widget,
        error_messages=messages,
    )  # fmt: skip


@dataclass(frozen=True)
class Network:
    """One network's part of the form, for the template."""

    name: str
    label: str
    discussed: forms.BoundField
    money: list[forms.BoundField]
    visits: list[forms.BoundField]


class CaptureForm(forms.Form):
    """One call: who, plan, subscriber, coverage, amounts by network, notes. Valid when the call may be finished."""

    spoke_with = _line("Spoke with", 100)
    call_reference = _line("Call reference", 60)
    called_at = forms.DateTimeField(
        label="Called at",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        error_messages={"required": "Say when you called.", "invalid": "Write date and time of the call."},
    )
    date_of_service = DateText(error_messages={"required": "Say for which day."})
    service_type_code = forms.ChoiceField(label="Asked about", choices=choices)
    service_code = forms.CharField(
        label="SPRY service code",
        max_length=10,
        validators=[RegexValidator(r"^[A-Z0-9]{1,10}$", "One to ten capital letters and digits, such as PT.")],
    )

    member_id = _line("Member number", 50, required=True, error_messages={"required": "Type the member number."})
    member_id_confirmed = forms.BooleanField(
        label="The payer's agent confirmed this member number",
        error_messages={"required": "Confirm the member number with the agent."},
    )
    payer_name = _line("Payer", 120)
    edi_payer_id = _line("Payer id", 40)
    plan_active = _yes_no("Is the plan active?", required=False)
    plan_start_date = DateText(label="Plan starts", required=False)
    plan_end_date = DateText(label="Plan ends", required=False)
    plan_name = _line("Plan", 120)
    plan_type = _line("Plan type", 40)

    subscriber_same_as_patient = forms.BooleanField(label="The patient is the subscriber", required=False)
    subscriber_first_name = _line("First name", 60)
    subscriber_middle_name = _line("Middle name", 60)
    subscriber_last_name = _line("Last name", 60)
    subscriber_sex = forms.ChoiceField(label="Sex", choices=[_NOT_STATED, *Patient.Sex.choices[:3]], required=False)
    subscriber_birth_date = DateText(label="Birth date", required=False)
    subscriber_address_line = _line("Street address", 110)
    subscriber_city = _line("City", 60)
    subscriber_state = StateChoice(nothing="Not said")
    subscriber_postal_code = ZipText()

    service_covered = _yes_no("Is the service covered?", required=False)
    prior_authorization = _yes_no(
        "Is prior authorization required?", required=True, sentence="Ask whether prior authorization is required."
    )
    notes = forms.CharField(
        required=False, max_length=NOTES_LENGTH, widget=forms.Textarea(attrs={"rows": 4}), strip=True
    )

    def __init__(self, clinic: Clinic, coverage: Coverage, *args: Any, **options: Any) -> None:
        """Add the amounts of both networks; times are typed in the clinic's zone."""
        super().__init__(*args, **options)
        self.clinic, self.coverage = clinic, coverage
        for prefix, label in NETWORKS:
            self.fields[f"{prefix}_discussed"] = forms.BooleanField(label=f"{label} was discussed", required=False)
            for name, words in _MONEY.items():
                self.fields[f"{prefix}_{name}"] = _money(words)
            self.fields[f"{prefix}_coinsurance_percent"] = _share("Coinsurance")
            for name, words in _VISITS.items():
                self.fields[f"{prefix}_{name}"] = _visits(words)

    def clean_date_of_service(self) -> date:
        """Refuse days nobody is asked about."""
        return within_reach(self.cleaned_data["date_of_service"])

    def clean_called_at(self) -> datetime:
        """Read a time without a zone as the clinic's own: a browser sends none, the API may."""
        moment: datetime = self.cleaned_data["called_at"]
        if moment.date() < timezone.now().date() - PAST:
            raise forms.ValidationError("The call is within the last three years.")
        typed = parse_datetime(str(self.data.get("called_at")))
        return moment if typed is not None and typed.tzinfo else moment.replace(tzinfo=self.clinic.zone)

    def rule_errors(self, *, now: datetime) -> bool:
        """Put what breaks a rule between fields beside one of them; return whether there is any."""
        found = errors(self.call(), now=now)
        for name, sentence in found.items():
            self.add_error(name, sentence)
        return bool(found)

    def call(self) -> PhoneCall:
        """Return the call; the form must be valid."""
        data = self.cleaned_data
        return PhoneCall(
            member_id=data["member_id"],
            service_code=data["service_code"],
            prior_authorization=data["prior_authorization"] == "Y",
            called_at=data["called_at"],
            spoke_with=data["spoke_with"],
            call_reference=data["call_reference"],
            payer_name=data["payer_name"],
            edi_payer_id=data["edi_payer_id"],
            plan_active=_said(data["plan_active"]),
            plan_start_date=data["plan_start_date"],
            plan_end_date=data["plan_end_date"],
            plan_name=data["plan_name"],
            plan_type=data["plan_type"],
            subscriber=self._subscriber(),
            service_covered=_said(data["service_covered"]),
            in_network=self._amounts("in_network"),
            out_of_network=self._amounts("out_of_network"),
            notes=data["notes"],
        )

    def _amounts(self, prefix: str) -> Amounts | None:
        data = self.cleaned_data
        if not data[f"{prefix}_discussed"]:
            return None
        names = (*_MONEY, "coinsurance_percent", *_VISITS)
        return Amounts(**{name: data[f"{prefix}_{name}"] for name in names})

    def _subscriber(self) -> Subscriber:
        data = self.cleaned_data
        if data["subscriber_same_as_patient"]:
            return subscriber_from(self.coverage.patient)
        names = [name for name in Subscriber.__dataclass_fields__]
        return Subscriber(**{name: data[f"subscriber_{name}"] for name in names})

    def networks(self) -> Iterator[Network]:
        """Return both networks' fields for the template."""
        for prefix, label in NETWORKS:
            money = [self[f"{prefix}_{name}"] for name in _MONEY if name not in ("copay", "amount_remaining")]
            own = ["copay", "coinsurance_percent", *_VISITS, "amount_remaining"]
            yield Network(prefix, label, self[f"{prefix}_discussed"], money, [self[f"{prefix}_{name}"] for name in own])

    def typed(self) -> dict[str, Any]:
        """Return what was typed, as it was typed, to be kept with the draft."""
        return {name: str(value) for name in self.fields if (value := self.data.get(name)) not in (None, "")}


def _said(letter: str) -> bool | None:
    return {"Y": True, "N": False}.get(letter)


def subscriber_from(patient: Patient) -> Subscriber:
    """Return the patient as the subscriber; what is no state or no ZIP code is left out."""
    return Subscriber(
        first_name=patient.first_name,
        last_name=patient.last_name,
        sex=patient.sex if patient.sex != Patient.Sex.UNKNOWN else "",
        birth_date=patient.birth_date,
        address_line=patient.address_line,
        city=patient.city,
        state=state_of(patient.state) or "",
        postal_code=zip_of(patient.postal_code) or "",
    )


def prefilled(clinic: Clinic, coverage: Coverage, appointment: Appointment | None) -> dict[str, Any]:
    """Return what is known before the call; the member number still has to be confirmed."""
    now = timezone.now().astimezone(clinic.zone)
    return {
        "called_at": now.strftime("%Y-%m-%dT%H:%M"),
        "date_of_service": appointment.date_of_service if appointment else clinic.today(),
        "service_type_code": appointment.service_type_code if appointment else "30",
        "service_code": clinic.spry_service_code,
        "member_id": coverage.member_id,
        "payer_name": coverage.payer_name,
        "edi_payer_id": coverage.payer.edi_payer_id if coverage.payer else "",
        "plan_name": coverage.plan_name,
        "plan_type": coverage.get_plan_type_display(),
        "subscriber_same_as_patient": coverage.is_self,
        "subscriber_first_name": "" if coverage.is_self else coverage.subscriber_first_name,
        "subscriber_last_name": "" if coverage.is_self else coverage.subscriber_last_name,
        "subscriber_birth_date": None if coverage.is_self else coverage.subscriber_birth_date,
        "in_network_discussed": True,
    }


def spoken(form: CaptureForm) -> list[tuple[str, str]]:
    """Return label and value of everything that was said, as people read it; the form holds it as initial values."""
    return [(_full_label(field), words) for field in form if (words := _words(field))]


def theirs(form: CaptureForm, capture: ManualCapture) -> list[tuple[str, str]]:
    """Return label and saved value of everything that somebody else typed differently than `form` has it."""
    saved, mine = capture.typed, form.typed()
    kept = CaptureForm(form.clinic, form.coverage, initial=saved)
    return [
        (_full_label(kept[name]), _words(kept[name]) or "nothing")
        for name in form.fields
        if saved.get(name) != mine.get(name)
    ]


def _full_label(field: forms.BoundField) -> str:
    network = next((label for prefix, label in NETWORKS if field.name.startswith(prefix)), "")
    label = str(field.label)
    lower = f"{label[:1].lower()}{label[1:]}" if label[1:2].islower() else label
    if field.name.startswith("subscriber_") and field.name != "subscriber_same_as_patient":
        return f"Subscriber's {lower}"
    return f"{network}: {lower}" if network else label


def _words(field: forms.BoundField) -> str:
    """Return a typed value with its sign, a choice by its label, a tick as "yes"; "" for what was not said."""
    value = field.initial
    if value in (None, "", False) or field.name.endswith("_discussed"):
        return ""
    if field.widget_type == "checkbox":
        return "yes"
    return _written(field, value) or str(dict(getattr(field.field, "choices", ())).get(value, value))


def _written(field: forms.BoundField, value: Any) -> str:
    """Return a number with its sign, a date and a time written out; "" for other fields and what cannot be read."""
    if field.name == "called_at":
        return _moment(str(value), cast(CaptureForm, field.form).clinic.zone)
    try:
        read = field.field.clean(value)
    except forms.ValidationError:
        return ""
    if isinstance(read, date):
        return f"{read:%-d %b %Y}"
    if not isinstance(read, Decimal) or not read.is_finite():
        return ""
    return f"{read.normalize():f} %" if field.name.endswith("_percent") else show(read)


def _moment(text: str, zone: ZoneInfo) -> str:
    try:
        moment = parse_datetime(text)
        if moment is not None and moment.tzinfo is not None:
            moment = moment.astimezone(zone)
    except (ValueError, OverflowError):  # a draft may hold anything
        return ""
    return f"{moment:%-d %b %Y, %H:%M}" if moment else ""
