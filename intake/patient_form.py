"""The form of a patient's record, made from the list in patient_record.py."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from django import forms
from django.db import models
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from core.address_fields import StateChoice, ZipText
from core.addresses import state_of

from .forms import DateText, PersonForm, born
from .models import Patient
from .patient_record import (
    ALWAYS,
    BY_NAME,
    NAMES,
    PATIENT_RECORD,
    Group,
    Item,
    Kind,
    Missing,
    masked_ssn,
    missing_fields,
)

BAD_SSN = "Write nine digits, such as 123-45-6789, or leave it empty."
#: What is asked on the spot; the rest is in groups that open.
AT_ONCE = ("first_name", "middle_name", "last_name", "birth_date", "sex", "phone")


class SuggestInput(forms.TextInput):
    """A text control that suggests what people type most often, and takes anything."""

    def __init__(self, suggestions: Iterable[str], attrs: dict[str, Any] | None = None) -> None:
        """Keep what to suggest."""
        super().__init__(attrs)
        self.suggestions = tuple(suggestions)

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None) -> SafeString:
        """Return the control with its list of suggestions."""
        list_id = f"{(attrs or {}).get('id') or name}_list"
        control = super().render(name, value, {**(attrs or {}), "list": list_id}, renderer)
        options = format_html_join("", '<option value="{}"></option>', ((word,) for word in self.suggestions))
        return format_html('{}<datalist id="{}">{}</datalist>', control, list_id, options)


class SsnText(forms.CharField):
    """A social security number. What is on file is shown masked, and stays when the mask comes back untouched."""

    def __init__(self, **options: Any) -> None:
        """Show the number pad on a phone and let no browser remember it."""
        super().__init__(widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}), **options)
        self.on_file = ""

    def clean(self, value: Any) -> str:
        """Return nine digits, "" when left empty. Raises ValidationError."""
        text = super().clean(value)
        if self.on_file and text == masked_ssn(self.on_file):
            return self.on_file
        number = ssn_of(text)
        if number is None:
            raise forms.ValidationError(BAD_SSN, code="ssn")
        return number

    def prepare_value(self, value: Any) -> Any:
        """Mask a stored number; show a typed one as it was typed."""
        return masked_ssn(value) if value and value == self.on_file else value


def ssn_of(text: str) -> str | None:
    """Return the nine digits of a social security number, "" for nothing, None for what cannot be one.

    Never given out are area numbers 000, 666 and 900 to 999, group 00 and serial 0000 (ssa.gov, "SSN randomization").
    """
    number = re.sub(r"[\s\-]", "", text)
    if not number:
        return ""
    plausible = re.fullmatch(r"(?!000|666|9)\d{3}(?!00)\d{2}(?!0000)\d{4}", number, re.ASCII)
    return number if plausible else None


def field_of(item: Item) -> forms.Field:
    """Return the form field of a column."""
    told: dict[str, Any] = {"label": item.label, "required": False, "help_text": item.hint}
    special: dict[Kind, type[forms.Field]] = {Kind.STATE: StateChoice, Kind.ZIP: ZipText, Kind.FLAG: forms.BooleanField}
    if item.kind in special:
        return special[item.kind](**told)
    if item.kind == Kind.CHOICE:
        return forms.ChoiceField(choices=choices_of(item), **told)
    if item.kind == Kind.DATE:
        return DateText(is_past=True, **told)
    if item.kind == Kind.NUMBER:
        return forms.IntegerField(min_value=1, max_value=2**63 - 1, **told)
    if item.kind == Kind.SSN:
        return SsnText(max_length=item.most, **told)
    if item.kind == Kind.EMAIL:
        return forms.EmailField(max_length=item.most, **told)
    attrs = {"type": "tel"} if item.kind == Kind.PHONE else {}
    widget = SuggestInput(item.suggestions, attrs) if item.suggestions else forms.TextInput(attrs)
    return forms.CharField(max_length=item.most, widget=widget, **told)


def choices_of(item: Item) -> list[tuple[str, str]]:
    """Return what can be chosen; where the column has no word for it, "Not stated" comes first."""
    known: list[tuple[str, str]] = list(item.choices.choices) if item.choices else []
    return known if default_of(item) else [("", "Not stated"), *known]


def default_of(item: Item) -> Any:
    """Return what the column says when nobody said anything."""
    column = cast("models.Field[Any, Any]", Patient._meta.get_field(item.name))
    return column.get_default()


@dataclass(frozen=True)
class FieldGroup:
    """A part of the form: its heading, its controls with their sizes, and whether it is shown opened."""

    name: str
    heading: str
    fields: list[tuple[forms.BoundField, str]]
    is_open: bool

    @property
    def contents(self) -> str:
        """Return what can be written here, for the line that opens it."""
        labels = [str(field.label) for field, _ in self.fields][:4]
        more = "…" if len(self.fields) > len(labels) else ""
        return ", ".join(labels) + more


class PatientForm(PersonForm):
    """A patient's record. `required` are the columns the clinic asks for; they are marked, and never stop anybody."""

    def __init__(self, data: Any = None, *, required: Iterable[str] = (), **options: Any) -> None:
        """Add a field for every column, and say what is on file where the form cannot show it."""
        super().__init__(data, **options)
        self.required = frozenset(required)
        for item in PATIENT_RECORD:
            if item.name not in ALWAYS:
                self.fields[item.name] = field_of(item)
                self.fields[item.name].is_asked = item.name in self.required  # type: ignore[attr-defined]
                self.initial.setdefault(item.name, default_of(item))
        self.order_fields(NAMES)
        self.fields["ssn"].on_file = self.initial.get("ssn", "")  # type: ignore[attr-defined]
        for name in ("state", "guarantor_state"):
            stored = str(self.initial.get(name) or "")
            if state_of(stored) is None:
                self.fields[name].help_text = f"On file is “{stored}”, which is no state."

    def clean_guarantor_birth_date(self) -> date | None:
        """Refuse a birth date in the future."""
        return born(self.cleaned_data["guarantor_birth_date"])

    def clean(self) -> dict[str, Any]:
        """Give a choice that nobody made the column's own word for that."""
        data = super().clean() or {}
        for item in PATIENT_RECORD:
            if item.kind == Kind.CHOICE and data.get(item.name) == "":
                data[item.name] = default_of(item)
        return data

    def say_missing(self, today: date) -> list[Missing]:
        """Write beside its field what the clinic asks for and was not said, and return it; call on a valid form."""
        found = missing_fields(Patient(**self.cleaned_data), self.required, today)
        for missing in found:
            self.add_error(missing.item.name, forms.ValidationError(missing.sentence, code="missing"))
        return found

    def at_once(self) -> list[tuple[forms.BoundField, str]]:
        """Return the few controls needed now, with their sizes."""
        return [self._control(BY_NAME[name]) for name in AT_ONCE]

    def groups(self) -> list[FieldGroup]:
        """Return the other controls in their groups; a group is open where something is asked for, wrong or known."""
        found = []
        for group in Group:
            items = [item for item in PATIENT_RECORD if item.group == group and item.name not in AT_ONCE]
            is_open = any(self._is_told(item) for item in items)
            found.append(FieldGroup(group.name.lower(), group.value, [self._control(item) for item in items], is_open))
        return found

    def _control(self, item: Item) -> tuple[forms.BoundField, str]:
        return self[item.name], item.size

    def _is_told(self, item: Item) -> bool:
        if item.name in self.required or item.name in self.errors:
            return True
        return self[item.name].value() not in (None, "", False, default_of(item))


def initial_of(patient: Patient) -> dict[str, Any]:
    """Return what the form of a patient on file begins with."""
    return {name: getattr(patient, name) for name in NAMES}
