"""What the advice on who pays first asks about one coverage."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db import models
from django.http import QueryDict

from .forms import DateText
from .models import Coverage
from .services.paying_order import COLUMNS
from .who_pays_words import Basis, Decree, Facts, Parent, Parents, Reason, Size

_CHOICES: dict[str, tuple[str, type[models.TextChoices]]] = {
    "basis": ("How is this plan held", Basis),
    "size": ("How large is the employer", Size),
    "reason": ("Why is there Medicare", Reason),
    "parents": ("The child's parents are", Parents),
    "decree": ("What a court said about the child's health care", Decree),
    "parent": ("Whose plan is it", Parent),
}
_DAYS = {
    "esrd_since": "First month of Medicare for kidney failure",
    "since": "Plan starts on",
    "birth_date": "Subscriber's birth date",
}


class FactsForm(forms.Form):
    """The facts of one coverage: those asked for, and those said before, so that they can be changed."""

    def __init__(self, data: QueryDict | None, *, coverage: Coverage, asks: list[str]) -> None:
        """`asks` names the facts that the rules lack."""
        said = Facts.of(coverage.order_facts)
        initial = {name: getattr(said, name) for name in (*_CHOICES, "esrd_since")}
        super().__init__(data, prefix=str(coverage.code), initial=initial)
        self.coverage, self.asks = coverage, asks
        for name in (*_CHOICES, *_DAYS):
            if name in asks or initial.get(name):
                self.fields[name] = _field(name)

    def seen_version(self, posted: QueryDict) -> int:
        """Return the coverage's version that the page showed; 0, which matches none, when it did not come along."""
        text = posted.get(f"{self.prefix}-version", "")
        return int(text) if text.isdecimal() and len(text) < 10 else 0

    def facts(self) -> Facts:
        """Return what is known of the coverage now."""
        known = Facts.of(self.coverage.order_facts).kept()
        for name, value in self.cleaned_data.items():
            if name not in COLUMNS:
                known[name] = value.isoformat() if hasattr(value, "isoformat") else value
        return Facts.of(known)

    def columns(self) -> dict[str, Any]:
        """Return the columns of the coverage that were asked for and answered."""
        given = {column: self.cleaned_data.get(name) for name, column in COLUMNS.items()}
        return {column: value for column, value in given.items() if value}


def _field(name: str) -> forms.Field:
    if name in _DAYS:
        return DateText(required=False, is_past=True, label=_DAYS[name])
    label, choices = _CHOICES[name]
    return forms.ChoiceField(choices=[("", "Nobody has said"), *choices.choices], required=False, label=label)
