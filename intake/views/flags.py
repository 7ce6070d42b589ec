"""What was told to CardScan about a reading, and telling it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from .. import fields
from ..access import get_card
from ..models import CardFlag, CardMovedOn, CardScan
from ..services import flags
from .common import Asker, reads, said, writes

NOT_THERE = "CardScan has no reading of this card, so there is nothing to tell it about."
TOLD = "It is kept, and CardScan is told now."


class FlagForm(forms.Form):
    """What is wrong with a reading, and a person's own words about it."""

    kind = forms.ChoiceField(label="What is wrong", choices=CardFlag.Kind.choices)
    message = forms.CharField(
        label="In your words",
        required=False,
        max_length=flags.LONGEST,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="CardScan's people read this beside the photo. You need not write down what the photo shows.",
    )

    def clean_message(self) -> str:
        """Return the message; raises ValidationError for what no JSON text carries."""
        message = str(self.cleaned_data["message"]).strip()
        if not fields.is_keepable(message.replace("\n", " ").replace("\r", " ").replace("\t", " ")):
            raise forms.ValidationError("This has characters that cannot be sent. Type it once more.")
        return message


def flags_of(card: CardScan, form: FlagForm | None = None) -> dict[str, Any]:
    """Return what the page says about the flags of a card, with the form when there may be one more."""
    told = list(card.flags.select_related("created_by"))
    return {
        "card": card,
        "flags": told,
        "flags_wait": any(flag.fate == CardFlag.Fate.WAITING for flag in told),
        "flag_form": (form or FlagForm()) if flags.may_flag(card) else None,
    }


@require_safe
@reads
def flag_list(request: HttpRequest, code: UUID) -> HttpResponse:
    """Answer the page that waits for what becomes of a flag."""
    card = get_card(Asker(request).clinic, code)
    return render(request, "intake/_flags_told.html", flags_of(card))


@require_POST
@writes
def flag(request: HttpRequest, code: UUID) -> HttpResponse:
    """Keep what is wrong with the reading and have CardScan told."""
    asker = Asker(request)
    card, form = get_card(asker.clinic, code), FlagForm(request.POST)
    if not form.is_valid():
        context = flags_of(card, form) | {"may_write": True, "is_open": True}
        return render(request, "intake/card_flag.html", context, status=400)
    try:
        flags.flag_card(card, form.cleaned_data["kind"], form.cleaned_data["message"], by=asker.user)
    except CardMovedOn:
        return said(request, NOT_THERE, "card-review", card.code, level=messages.WARNING)
    return said(request, TOLD, "card-review", card.code)
