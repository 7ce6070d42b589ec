"""Form fields for the parts of a US address, wherever one is typed."""

from __future__ import annotations

from typing import Any

from django import forms

from core.addresses import BAD_STATE, BAD_ZIP, STATES, state_of, zip_of


class StateChoice(forms.ChoiceField):
    """A US state by its two letters, or nothing."""

    def __init__(self, *, nothing: str = "Not stated", **options: Any) -> None:
        """Offer every state after `nothing`, the words for an empty one."""
        told = {"invalid_choice": BAD_STATE}
        known: dict[str, Any] = {"label": "State", "required": False, "error_messages": told}
        super().__init__(choices=[("", nothing), *((code, code) for code in STATES)], **(known | options))

    def prepare_value(self, value: Any) -> Any:
        """Show a stored state in capitals."""
        return (state_of(value) or value) if isinstance(value, str) else value


class ZipText(forms.CharField):
    """A ZIP code of five or nine digits, or nothing."""

    def __init__(self, **options: Any) -> None:
        """Show the number pad on a phone."""
        widget = forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"})
        known: dict[str, Any] = {"label": "ZIP code", "required": False, "max_length": 15, "widget": widget}
        super().__init__(**(known | options))

    def clean(self, value: Any) -> str:
        """Return it as 60601 or 60601-1234, "" when left empty. Raises ValidationError."""
        found = zip_of(super().clean(value))
        if found is None:
            raise forms.ValidationError(BAD_ZIP, code="zip")
        return found
