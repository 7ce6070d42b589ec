"""What people type: its shape and the sentence beside a field that has another one. Effects are in services/."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils import timezone

from . import fields
from .models import Coverage
from .services.coverage import OnFile, Placing
from .services.review import Subscriber

WRITE_A_DATE = "Write the date as month/day/year, such as 03/15/1986."


class DateText(forms.CharField):
    """A date typed the way people write it in the US, or in ISO order."""

    def __init__(self, *, is_past: bool = False, **options: Any) -> None:
        """Show an example of what is expected in the control itself; `is_past` puts "3/15/86" into the last century."""
        self.is_past = is_past
        widget = forms.TextInput(attrs={"inputmode": "numeric", "placeholder": "MM/DD/YYYY", "autocomplete": "off"})
        super().__init__(widget=widget, max_length=20, **options)

    def clean(self, value: Any) -> date | None:
        """Return the date, None when left empty. Raises ValidationError."""
        text = super().clean(value)
        if not text:
            return None
        try:
            return fields.parse_date(text, latest=timezone.now().date() if self.is_past else None)
        except fields.NotADate:
            raise forms.ValidationError(WRITE_A_DATE, code="date") from None

    def prepare_value(self, value: Any) -> Any:
        """Show a stored date as it is typed."""
        return f"{value:%m/%d/%Y}" if isinstance(value, date) else value


def born(value: date | None) -> date | None:
    """Return a birth date that can be one. Raises ValidationError."""
    if value and value > timezone.now().date():
        raise forms.ValidationError("A birth date lies in the past. Check the year.", code="future")
    return value


class PersonForm(forms.Form):
    """Who somebody is: enough to find or to register them."""

    first_name = forms.CharField(max_length=35, error_messages={"required": "Type the first name."})
    last_name = forms.CharField(max_length=60, error_messages={"required": "Type the last name."})
    birth_date = DateText(is_past=True, error_messages={"required": "Type the birth date."})

    def clean_birth_date(self) -> date | None:
        """Refuse a birth date in the future."""
        return born(self.cleaned_data["birth_date"])


class SubscriberForm(forms.Form):
    """What the patient is to the subscriber, and who that is."""

    relationship = forms.ChoiceField(
        choices=Coverage.Relationship.choices,
        widget=forms.RadioSelect,
        label="The patient is",
        error_messages={"required": "Say what the patient is to the subscriber."},
    )
    subscriber_first_name = forms.CharField(max_length=35, required=False, label="Subscriber's first name")
    subscriber_last_name = forms.CharField(max_length=60, required=False, label="Subscriber's last name")
    subscriber_birth_date = DateText(is_past=True, required=False, label="Subscriber's birth date")

    def clean_subscriber_birth_date(self) -> date | None:
        """Refuse a birth date in the future."""
        return born(self.cleaned_data["subscriber_birth_date"])

    def clean(self) -> dict[str, Any]:
        """Ask for the subscriber when it is not the patient."""
        data = super().clean() or {}
        if data.get("relationship", "SELF") == Coverage.Relationship.SELF:
            return data
        for name, what in (("first_name", "first name"), ("last_name", "last name"), ("birth_date", "birth date")):
            column = f"subscriber_{name}"
            if not data.get(column) and column not in self.errors:
                self.add_error(column, f"Type the subscriber's {what}.")
        return data

    def subscriber(self) -> Subscriber:
        """Return what was said about the subscriber."""
        data = self.cleaned_data
        return Subscriber(
            data["relationship"],
            data["subscriber_first_name"],
            data["subscriber_last_name"],
            data["subscriber_birth_date"],
        )


class OnFileForm(forms.Form):
    """What happens to the coverage on file; left out when there is none."""

    on_file = forms.ChoiceField(
        widget=forms.RadioSelect,
        label="The coverage on file",
        error_messages={"required": "Say what happens to the coverage on file."},
    )

    def __init__(self, on_file: list[Coverage], *args: Any, may_leave: bool = True, **options: Any) -> None:
        """Offer to replace each current coverage, to come after them, or to leave them."""
        super().__init__(*args, **options)
        self.coverages = {str(coverage.code): coverage for coverage in on_file}
        replace = [
            (
                f"{OnFile.REPLACE}:{code}",
                f"This replaces {coverage.payer_name} ({coverage.get_priority_display().lower()})",
            )
            for code, coverage in self.coverages.items()
        ]
        leave = [(OnFile.LEAVE.value, OnFile.LEAVE.label)] if may_leave else []
        choices = [*replace, (OnFile.SECONDARY.value, OnFile.SECONDARY.label), *leave]
        self.fields["on_file"].choices = choices  # type: ignore[attr-defined]
        if not on_file:
            del self.fields["on_file"]

    def placing(self) -> Placing:
        """Return where the new coverage goes."""
        chosen, _, code = self.cleaned_data.get("on_file", OnFile.ADD).partition(":")
        return Placing(chosen, self.coverages.get(code))


class AsOfForm(forms.Form):
    """Which day's coverage, and as it was believed when."""

    day = DateText(label="Coverage on")
    believed = DateText(is_past=True, label="As we believed on", help_text="What was written down by the end of it.")

    def __init__(self, *given: Any, today: date, **options: Any) -> None:
        """`today` is the clinic's day: nothing is believed yet on a later one."""
        super().__init__(*given, **options)
        self.today = today

    def clean_day(self) -> date:
        """Refuse a day that nobody means: a century back, or more than ten years ahead."""
        day: date = self.cleaned_data["day"]
        if day < self.today - timedelta(days=36525):
            raise forms.ValidationError("This day is more than 100 years ago. Check the year.", code="long_ago")
        if day > self.today + timedelta(days=3653):
            raise forms.ValidationError("This day is more than 10 years away. Check the year.", code="far_away")
        return day

    def clean_believed(self) -> date:
        """Refuse a day that has not come."""
        believed: date = self.cleaned_data["believed"]
        if believed > self.today:
            raise forms.ValidationError("This day has not come yet.", code="future")
        return believed
