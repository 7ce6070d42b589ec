"""The style guide: every component on one page, for whoever builds or judges a page. Only with DEBUG or DEMO."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from core.access import sign_in_first

STATES = [
    {"state": "done", "label": "Active", "note": ", $25 copay"},
    {"state": "needs-you", "label": "Review the card", "note": ""},
    {"state": "waiting", "label": "The payer answers later", "note": ", again at 09:52"},
    {"state": "blocked", "label": "Inactive", "note": " since 1 March"},
    {"state": "none", "label": "Nothing to say", "note": ""},
]
STEPS = [
    {"label": "Draft", "state": "done", "who": "Bo Berg", "when": datetime(2026, 11, 20, 15, 4, tzinfo=UTC)},
    {"label": "Submitted", "state": "done", "who": "Bo Berg", "when": datetime(2026, 11, 20, 15, 20, tzinfo=UTC)},
    {"label": "Approved", "state": "now", "note": "Waits for somebody other than Bo Berg."},
    {"label": "Held", "state": "next"},
    {"label": "Released", "state": "next"},
    {"label": "Reconciled", "state": "next"},
]
ARRIVALS = [
    {"at": "09:20", "name": "Emily Dickinson", "born": "15 Mar 1986", "states": [STATES[0]], "step": "Check in"},
    {"at": "09:40", "name": "Walt Whitman", "born": "31 May 1979", "states": [STATES[1]], "step": "Review card"},
    {"at": "10:00", "name": "Mary Oliver", "born": "10 Sep 1955", "states": [STATES[2]], "step": "Call payer"},
]


class SampleForm(forms.Form):
    """One field of each kind."""

    member_id = forms.CharField(label="Member ID", help_text="As printed on the card, with all letters and zeros.")
    birth_date = forms.DateField(label="Birth date", widget=forms.DateInput(attrs={"type": "date"}))
    payer = forms.ChoiceField(label="Payer", choices=[("", "Choose a payer"), ("1", "UnitedHealthcare, 87726")])
    relationship = forms.ChoiceField(
        label="The patient is the subscriber's",
        widget=forms.RadioSelect,
        choices=[("SELF", "own self"), ("SPOUSE", "spouse"), ("CHILD", "child"), ("OTHER", "other")],
    )
    note = forms.CharField(label="Note", required=False, widget=forms.Textarea(attrs={"rows": 3}))
    agreed = forms.BooleanField(label="The patient has seen this estimate", required=False)
    front = forms.FileField(label="Front of the card", required=False)


def sample_context() -> dict[str, Any]:
    """Return what the page shows: made-up rows, and a form with two mistakes in it."""
    form = SampleForm({"member_id": "", "birth_date": "1986-02-31", "payer": "1", "relationship": "SELF"})
    return {
        "form": form,
        "states": STATES,
        "steps": STEPS,
        "arrivals": ARRIVALS,
        "used": Decimal("860.00"),
        "total": Decimal("1500.00"),
        "left": Decimal("640.00"),
        "amount": Decimal("12450.75"),
    }


@require_safe
@sign_in_first
def page(request: HttpRequest) -> HttpResponse:
    """Show the style guide."""
    return render(request, "styleguide.html", sample_context())
