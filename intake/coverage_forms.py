"""What people type about a coverage: a health plan, or an insurance that answers for one injury."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.utils import timezone

from core.address_fields import StateChoice, ZipText

from .coverage_words import Copay, PlanType, Type
from .forms import DateText, SubscriberForm
from .models import Coverage, Patient
from .services.payers import NAMELESS, names_a_payer

MOST_COPAY = Decimal(10000)
_STREET = 200


def _line(label: str, most: int, **options: Any) -> forms.CharField:
    return forms.CharField(max_length=most, required=False, label=label, **options)


def _phone(label: str, **options: Any) -> forms.CharField:
    widget = forms.TextInput(attrs={"type": "tel", "autocomplete": "off"})
    return _line(label, 40, widget=widget, **options)


class PayerForm(forms.Form):
    """Who pays, by the picker's two values."""

    payer_name = forms.CharField(max_length=120, label="Payer", error_messages={"required": "Choose who pays."})
    edi_payer_id = forms.CharField(max_length=40, required=False, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        """Refuse a payer that nothing names."""
        data = super().clean() or {}
        name = data.get("payer_name", "")
        if name and not names_a_payer(data.get("edi_payer_id", ""), name):
            self.add_error("payer_name", NAMELESS)
        return data


class CoverageForm(PayerForm, SubscriberForm):
    """A health plan typed by hand."""

    member_id = forms.CharField(max_length=80, label="Member ID", error_messages={"required": "Type the member ID."})
    group_number = _line("Group number", 60)
    plan_name = _line("Plan", 120)
    plan_type = forms.ChoiceField(choices=[("", "Not stated"), *PlanType.choices], required=False, label="Kind of plan")
    employer = _line("Employer or group", 200)
    effective_date = DateText(required=False, label="Starts on")
    termination_date = DateText(required=False, label="Last day it holds")
    subscriber_sex = forms.ChoiceField(
        choices=Patient.Sex.choices, initial=Patient.Sex.UNKNOWN, required=False, label="Subscriber's sex"
    )
    subscriber_at_patients = forms.BooleanField(
        required=False,
        label="The subscriber lives where the patient lives",
        help_text="Fills in the patient's address.",
    )
    subscriber_address_line = _line("Subscriber's street address", _STREET)
    subscriber_city = _line("City", 60)
    subscriber_state = StateChoice()
    subscriber_postal_code = ZipText()
    provider_phone = _phone("Payer's phone for providers")
    member_phone = _phone("Payer's phone for members")
    claims_address = _line("Where claims go", 300, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    rx_bin = _line("RxBIN", 20)
    rx_pcn = _line("RxPCN", 30)
    rx_group = _line("Rx group", 40)
    rx_id = _line("Rx ID", 60)

    COLUMNS: ClassVar[tuple[str, ...]] = (
        "member_id", "group_number", "plan_name", "plan_type", "employer", "effective_date", "termination_date",
        "provider_phone", "member_phone", "claims_address", "rx_bin", "rx_pcn", "rx_group", "rx_id", "relationship",
        "subscriber_first_name", "subscriber_last_name", "subscriber_birth_date", "subscriber_sex",
        "subscriber_address_line", "subscriber_city", "subscriber_state", "subscriber_postal_code",
    )  # fmt: skip
    # Shown folded away until one of them has a value or an error.
    FOLDED: ClassVar[tuple[str, ...]] = (
        "employer", "provider_phone", "member_phone", "claims_address", "rx_bin", "rx_pcn", "rx_group", "rx_id",
    )  # fmt: skip

    def __init__(self, *args: Any, patient: Patient, **options: Any) -> None:
        """`patient` is whose coverage it is: the subscriber may live at the same address."""
        super().__init__(*args, **options)
        self.patient = patient
        for service in Copay:
            self.fields[f"copay_{service.name.lower()}"] = forms.DecimalField(
                required=False, label=service.label, min_value=0, max_value=MOST_COPAY, decimal_places=2,
                widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
                error_messages={"invalid": "Write the amount as 25 or 25.50."},
            )  # fmt: skip

    @classmethod
    def initial_of(cls, coverage: Coverage) -> dict[str, Any]:
        """Return what the form holds before anybody types: the coverage as it is."""
        known = {name: getattr(coverage, name) for name in cls.COLUMNS}
        known |= {f"copay_{service.name.lower()}": coverage.copay(service) for service in Copay}
        return known | payer_of(coverage)

    @property
    def copay_fields(self) -> list[forms.BoundField]:
        """Return the fields of the copays, in the order in which cards print them."""
        return [self[f"copay_{service.name.lower()}"] for service in Copay]

    @property
    def is_unfolded(self) -> bool:
        """Return whether something among what is folded away has a value or an error."""
        folded = [*(self[name] for name in self.FOLDED), *self.copay_fields]
        return any(field.errors or field.value() not in (None, "") for field in folded)

    def clean(self) -> dict[str, Any]:
        """Refuse an end before the start; fill in the patient's address where the subscriber lives there too."""
        data = super().clean()
        starts, ends = data.get("effective_date"), data.get("termination_date")
        if starts and ends and ends < starts:
            self.add_error("termination_date", "The end lies before the start. Check both dates.")
        if data.get("subscriber_at_patients"):
            for name in ("city", "state", "postal_code"):
                data[f"subscriber_{name}"] = getattr(self.patient, name)
            street = (self.patient.address_line, self.patient.address_line2)
            data["subscriber_address_line"] = ", ".join(line for line in street if line)[:_STREET]
        data["subscriber_sex"] = data.get("subscriber_sex") or Patient.Sex.UNKNOWN
        return data

    def values(self) -> dict[str, Any]:
        """Return Coverage's columns, all but the payer."""
        amounts = {service.value: self.cleaned_data[f"copay_{service.name.lower()}"] for service in Copay}
        stated = {service: amount for service, amount in amounts.items() if amount is not None}
        return {name: self.cleaned_data[name] for name in self.COLUMNS} | {"copays": stated}


class InjuryForm(PayerForm):
    """An insurance that answers for one injury: workers' compensation, or auto and liability."""

    type = forms.ChoiceField(
        choices=[(kind.value, kind.label) for kind in (Type.WORKERS_COMP, Type.LIABILITY)],
        widget=forms.RadioSelect,
        label="What happened",
        error_messages={"required": "Say whether it happened at work."},
    )
    claim_number = forms.CharField(
        max_length=60,
        label="Claim number",
        error_messages={"required": "Type the claim number. Employer or adjuster know it."},
    )
    injury_date = DateText(
        label="Day of the injury", error_messages={"required": "Type the day of the injury or accident."}
    )
    injury_state = StateChoice(label="State where it happened")
    employer = _line("Employer at the time", 200)
    adjuster_name = _line("Adjuster", 120)
    adjuster_phone = _phone("Adjuster's phone")
    termination_date = DateText(
        required=False, label="Claim closed on", help_text="Leave empty while the claim is open."
    )

    COLUMNS: ClassVar[tuple[str, ...]] = (
        "type", "claim_number", "injury_date", "injury_state", "employer", "adjuster_name", "adjuster_phone",
        "termination_date",
    )  # fmt: skip

    @classmethod
    def initial_of(cls, coverage: Coverage) -> dict[str, Any]:
        """Return what the form holds before anybody types: the claim as it is."""
        return {name: getattr(coverage, name) for name in cls.COLUMNS} | payer_of(coverage)

    def clean(self) -> dict[str, Any]:
        """Refuse a day that has not come, a claim closed before it, and work without its employer."""
        data = super().clean()
        injured, closed = data.get("injury_date"), data.get("termination_date")
        if injured and injured > timezone.now().date():
            self.add_error("injury_date", "This day has not come yet. Check the year.")
        if injured and closed and closed < injured:
            self.add_error("termination_date", "The claim was closed before the injury. Check both dates.")
        if data.get("type") == Type.WORKERS_COMP and not data.get("employer"):
            self.add_error("employer", "Type the employer: its insurer pays.")
        return data

    def values(self) -> dict[str, Any]:
        """Return Coverage's columns, all but the payer; the claim holds from the day of the injury."""
        columns = {name: self.cleaned_data[name] for name in self.COLUMNS}
        return columns | {"effective_date": columns["injury_date"]}


def payer_of(coverage: Coverage) -> dict[str, str]:
    """Return what the payer picker holds for a coverage."""
    payer = coverage.payer
    return {"payer_name": payer.name if payer else "", "edi_payer_id": payer.edi_payer_id if payer else ""}
