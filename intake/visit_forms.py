"""What people type about a visit: when, to whom, for what, and why it is called off."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django import forms

from clinic.access import providers_for
from clinic.models import Clinic, Provider

from .forms import DateText, PersonForm
from .models import Appointment, Coverage
from .services.appointments import Slot
from .services.injuries import named
from .visit_day import validate_visit_day

NOBODY_YET = ("", "Nobody yet")
NO_INJURY = ("", "No, an ordinary visit")


class WhomForm(forms.Form):
    """To whom a patient comes, and for what."""

    visit_type = forms.ChoiceField(choices=Appointment.VisitType.choices, label="Visit")
    provider = forms.ChoiceField(required=False)

    def __init__(self, clinic: Clinic, *args: Any, also: Provider | None = None, **options: Any) -> None:
        """Offer the providers of this clinic, and `also` whoever is chosen already and works here no more."""
        super().__init__(*args, **options)
        self.clinic = clinic
        offered = [*providers_for(clinic), *([also] if also else [])]
        self.providers = {str(provider.code): provider for provider in offered}
        names = [(code, provider.name) for code, provider in self.providers.items()]
        self.fields["provider"].choices = [NOBODY_YET, *names]  # type: ignore[attr-defined]

    def chosen_provider(self) -> Provider | None:
        """Return who treats."""
        return self.providers.get(self.cleaned_data["provider"])


class SlotForm(WhomForm):
    """When a patient comes, to whom, and for what."""

    day = DateText(label="Date", error_messages={"required": "Type the date of the visit."})
    time = forms.TimeField(
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        error_messages={"required": "Type the time.", "invalid": "Write the time as 09:20."},
    )
    field_order = ("day", "time", "visit_type", "provider")

    def clean_day(self) -> date:
        """Refuse a day that no visit is on."""
        validate_visit_day(self.cleaned_data["day"])
        return self.cleaned_data["day"]

    def slot(self) -> Slot:
        """Return what was typed; day and time are the clinic's own."""
        data = self.cleaned_data
        starts_at = datetime.combine(data["day"], data["time"], tzinfo=self.clinic.zone)
        return Slot(starts_at, self.chosen_provider(), data["visit_type"])


class InjuryField(forms.ChoiceField):
    """Which of a patient's injuries a visit is about; most visits are about none."""

    def __init__(self, **options: Any) -> None:
        """Begin without any injury to choose."""
        super().__init__(required=False, label="For an injury", **options)
        self.claims: dict[str, Coverage] = {}

    def offer(self, claims: list[Coverage]) -> None:
        """Offer these insurances of injuries."""
        self.claims = {str(claim.code): claim for claim in claims}
        self.choices = [NO_INJURY, *((code, named(claim)) for code, claim in self.claims.items())]

    def clean(self, value: Any) -> Coverage | None:
        """Return the insurance that was chosen, None for no injury."""
        return self.claims.get(super().clean(value))


class VisitInjuryForm(forms.Form):
    """Which injury a visit is about."""

    injury = InjuryField()

    def __init__(self, claims: list[Coverage], *args: Any, **options: Any) -> None:
        """Offer the patient's claims."""
        super().__init__(*args, **options)
        self.fields["injury"].offer(claims)  # type: ignore[attr-defined]


class AppointmentForm(SlotForm):
    """A new appointment."""

    injury = InjuryField()
    spry_appointment_id = forms.IntegerField(
        required=False, min_value=1, max_value=2**63 - 1, label="SPRY appointment number"
    )

    def __init__(self, clinic: Clinic, claims: list[Coverage], *args: Any, **options: Any) -> None:
        """Offer the clinic's providers and the patient's claims; who has no claim is not asked for one."""
        super().__init__(clinic, *args, **options)
        self.fields["injury"].offer(claims)  # type: ignore[attr-defined]
        if not claims:
            del self.fields["injury"]

    def values(self) -> dict[str, Any]:
        """Return Appointment's columns."""
        data = self.cleaned_data
        return vars(self.slot()) | {"spry_appointment_id": data["spry_appointment_id"], "injury": data.get("injury")}


class WalkInForm(WhomForm, PersonForm):
    """Who stands at the counter, and what for."""

    field_order = ("last_name", "first_name", "birth_date", "visit_type", "provider")

    def person(self) -> dict[str, Any]:
        """Return the name and the birth date."""
        return {name: self.cleaned_data[name] for name in PersonForm.base_fields}


class CancelForm(forms.Form):
    """Why a visit is called off."""

    reason = forms.ChoiceField(
        choices=Appointment.CancelReason.choices,
        widget=forms.RadioSelect,
        label="Why",
        error_messages={"required": "Say why the visit does not take place."},
    )
