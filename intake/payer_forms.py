"""What an admin types about a payer."""

from __future__ import annotations

from typing import Any

from django import forms

from . import fields
from .models import Payer
from .services.payers import NAMELESS, names_a_payer


class PayerForm(forms.Form):
    """A payer as the directory has it."""

    name = forms.CharField(max_length=120, label="Name", error_messages={"required": "Type the payer's name."})
    edi_payer_id = forms.CharField(
        max_length=40, required=False, label="Payer ID", help_text="Its number at the clearinghouse, as on cards."
    )
    phone = forms.CharField(max_length=40, required=False, widget=forms.TextInput(attrs={"type": "tel"}))
    supports_eligibility = forms.TypedChoiceField(
        required=False,
        label="Answers electronically",
        choices=[("", "Not known"), ("yes", "Yes"), ("no", "No, by phone only")],
        coerce=lambda word: {"yes": True, "no": False}[word],
        empty_value=None,
    )

    @staticmethod
    def initial_of(payer: Payer) -> dict[str, Any]:
        """Return what the form shows of a payer."""
        words = {True: "yes", False: "no", None: ""}
        values = {name: getattr(payer, name) for name in ("name", "edi_payer_id", "phone")}
        return values | {"supports_eligibility": words[payer.supports_eligibility]}

    def clean(self) -> dict[str, Any]:
        """Refuse a name that names nothing, and characters that nobody prints."""
        data = super().clean() or {}
        if not names_a_payer(data.get("edi_payer_id", ""), data.get("name", "")):
            self.add_error("name", NAMELESS)
        for name in ("name", "edi_payer_id", "phone"):
            if not fields.is_keepable(data.get(name, "")):
                self.add_error(name, "This has characters that nobody prints.")
        return data
