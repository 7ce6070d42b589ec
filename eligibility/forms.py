"""What people type about checks: its shape, and the sentence beside a field that has another one."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils import timezone

from clinic.models import Clinic
from intake.access import appointments_for
from intake.forms import DateText
from intake.models import Appointment, Coverage

from .service_types import NAMES, choices
from .services import AskAs, ask_as_of

# How far from today a day may be asked about here; payers have limits of their own and say so.
PAST, FUTURE = timedelta(days=3 * 366), timedelta(days=366)


def within_reach(day: date) -> date:
    """Return the day if it is one a payer may be asked about. Raises ValidationError."""
    today = timezone.now().date()
    if not today - PAST <= day <= today + FUTURE:
        raise forms.ValidationError("The date of service is within the last three years or the next one.")
    return day


class CheckForm(forms.Form):
    """Which day and service a payer is asked about, and in whose name."""

    date_of_service = DateText(error_messages={"required": "Say for which day."})
    service_type_code = forms.ChoiceField(label="Service", choices=choices)
    ask_as = forms.ChoiceField(label="Ask in the name of", choices=AskAs.choices, required=False)
    appointment = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, clinic: Clinic, coverage: Coverage, *args: Any, **options: Any) -> None:
        """Remember where and what is asked about."""
        super().__init__(*args, **options)
        self.clinic, self.coverage = clinic, coverage

    def clean_date_of_service(self) -> date:
        """Refuse days nobody is asked about."""
        return within_reach(self.cleaned_data["date_of_service"])

    def clean_appointment(self) -> Appointment | None:
        """Return the visit, if it is one of this patient in this clinic."""
        code = self.cleaned_data["appointment"]
        if code is None:
            return None
        return appointments_for(self.clinic).filter(code=code, patient=self.coverage.patient_id).first()

    def clean_service_type_code(self) -> str:
        """Refuse a code that is none."""
        code = self.cleaned_data["service_type_code"]
        if code not in NAMES:
            raise forms.ValidationError("Pick a service.")
        return str(code)


class DecisionForm(forms.Form):
    """What an admin saw at SPRY about a call of which nobody knows whether it is there."""

    decision = forms.ChoiceField(choices=[("there", "It is at SPRY"), ("not_there", "It is not there: send again")])
    enquiry_id = forms.CharField(label="SPRY's number", max_length=64, required=False)
    why = forms.CharField(
        label="Why",
        max_length=500,
        error_messages={"required": "Say how you know, for whoever reads this later."},
    )

    def clean(self) -> dict[str, Any]:
        """A call that is at SPRY has its number there."""
        data = super().clean() or {}
        if data.get("decision") == "there" and not data.get("enquiry_id"):
            self.add_error("enquiry_id", "Type the number under which SPRY has this call.")
        return data


def check_initial(clinic: Clinic, coverage: Coverage, appointment: Appointment | None) -> dict[str, Any]:
    """Return what a new question starts with: the visit's day and service, else today and the whole plan."""
    service = appointment.service_type_code if appointment else "30"
    return {
        "date_of_service": appointment.date_of_service if appointment else clinic.today(),
        "service_type_code": service,
        "ask_as": ask_as_of(coverage.payer.edi_payer_id if coverage.payer else "", service),
        "appointment": appointment.code if appointment else None,
    }


def next_appointment(clinic: Clinic, coverage: Coverage) -> Appointment | None:
    """Return the patient's visit today or, without one, the next one; None when none is planned."""
    begins = timezone.now() - timedelta(hours=24)
    coming = appointments_for(clinic).filter(patient=coverage.patient_id, starts_at__gte=begins).order_by("starts_at")
    today = clinic.today()
    return next((visit for visit in coming[:10] if visit.is_open and visit.date_of_service >= today), None)
