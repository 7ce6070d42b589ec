"""How long card photos are kept, the proof of what was deleted, and legal holds; for admins."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from uuid import UUID

from django import forms
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core import audit
from core.models import EditedMeanwhile

from ..access import get_patient
from ..models import Deletion, Retention
from ..services import deletions, holds, keeping
from .common import CHANGED_MEANWHILE, Asker, administers, differences, said, version_of

PER_PAGE = 50
_CHUNK = 500
HEADER = (
    "deleted_at", "what", "card", "photos", "fingerprints", "by", "rule_months", "cardscan_card",
    "cardscan_deleted_at", "looked_at", "found_here", "found_at_cardscan",
)  # fmt: skip


class RetentionForm(forms.Form):
    """The clinic's rule."""

    months = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=600,
        label="Delete card photos after so many months",
        help_text="Counted from the end of the coverage made of the card. Empty: photos are kept.",
    )
    is_also_at_vendor = forms.BooleanField(required=False, label="Have CardScan delete its copy too")


class HoldForm(forms.Form):
    """Why everything of a patient is kept."""

    reason = forms.CharField(
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        label="Reason",
        help_text="Who asked for it, and the matter. Admins alone read this.",
        error_messages={"required": "Say who asked for it, and why."},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@administers
def page(request: HttpRequest) -> HttpResponse:
    """Show the rule and what was deleted; a post sets the rule."""
    asker = Asker(request)
    rule = keeping.rule_of(asker.clinic)
    initial = {"months": rule.months, "is_also_at_vendor": rule.is_also_at_vendor}
    form = RetentionForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            keeping.set_rule(asker.clinic, by=asker.user, version=version_of(request), **form.cleaned_data)
        except EditedMeanwhile:
            rule = keeping.rule_of(asker.clinic)
            form.add_error(None, CHANGED_MEANWHILE)
            return _rule_page(request, form, rule, differences(form, rule))
        return said(request, "The rule is saved. It is followed every night.", "keeping")
    return _rule_page(request, form, rule)


def _rule_page(
    request: HttpRequest, form: RetentionForm, rule: Retention, theirs: list[tuple[str, str]] | None = None
) -> HttpResponse:
    """Show the form, what is due by the rule, and the deletions; `theirs` is what somebody else said meanwhile."""
    asker = Asker(request)
    today = asker.clinic.today(timezone.now())
    shown = Paginator(deletions.deletions_of(asker.clinic), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "rule": rule,
        "theirs": theirs,
        "due": keeping.due(asker.clinic, rule.months, today=today).count() if rule.months else 0,
        "shown": shown,
        "proofs": [deletions.proof_shown(deletion) for deletion in shown],
        "open": deletions.unverified(now=timezone.now()).filter(clinic=asker.clinic).count(),
    }
    return render(request, "intake/keeping.html", context, status=200 if theirs is None else 409)


@require_POST
@administers
def look(request: HttpRequest) -> HttpResponse:
    """Have the storage and CardScan asked whether what was deleted is gone."""
    asker = Asker(request)
    with transaction.atomic():
        count = deletions.begin_verifying(now=timezone.now(), clinic=asker.clinic, by=asker.user)
        audit.record(asker.user, "intake.deletions.verified", clinic=asker.clinic, deletions=count)
    sentence = (
        f"{count} deletion{'' if count == 1 else 's'} are looked at now." if count else "Nothing is left to look at."
    )
    return said(request, sentence.replace("deletion are", "deletion is"), "keeping")


class _Echo:
    """Hands each line of the CSV on instead of keeping it."""

    def write(self, line: str) -> str:
        """Return the line."""
        return line


@require_safe
@administers
def export(request: HttpRequest) -> HttpResponse:
    """Send every deletion of the clinic as CSV, the oldest first."""
    asker = Asker(request)
    audit.record(asker.user, "intake.deletions.exported", clinic=asker.clinic)
    response = HttpResponse(_lines(asker), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="deletions.csv"'
    return response


def _lines(asker: Asker) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield writer.writerow(HEADER)
    rows = deletions.deletions_of(asker.clinic).order_by("pk")
    for deletion in rows.iterator(chunk_size=_CHUNK):
        yield writer.writerow(_row(deletion))


def _row(deletion: Deletion) -> list[str]:
    """Return a deletion's line; people are named by their e-mail, which no spreadsheet takes for a formula."""
    proof = deletions.proof_shown(deletion)
    by = "" if deletion.by is None else deletion.by.email
    return [
        deletion.at.isoformat(),
        deletion.what,
        str(deletion.card_code or ""),
        str(len(deletion.files)),
        " ".join(proof.fingerprints),
        by if by[:1].isalnum() else f"'{by}" if by else "",
        str(deletion.rule_months or ""),
        deletion.vendor_card_id,
        proof.vendor_at.isoformat() if proof.vendor_at else "",
        proof.looked_at.isoformat() if proof.looked_at else "",
        proof.here,
        proof.there,
    ]


@require_http_methods(["GET", "HEAD", "POST"])
@administers
def hold(request: HttpRequest, code: UUID) -> HttpResponse:
    """Set or lift a patient's legal hold."""
    asker = Asker(request)
    patient, now = get_patient(asker.clinic, code), timezone.now()
    form = HoldForm(request.POST if request.method == "POST" and "lift" not in request.POST else None)
    if request.method == "POST" and "lift" in request.POST:
        lifted = keeping.lift_holds(patient, clinic=asker.clinic, by=asker.user, now=now)
        sentence = "The legal hold is lifted." if lifted else "There is no hold of this clinic to lift."
        still = f" {holds.ELSEWHERE}" if holds.is_held_elsewhere(patient, asker.clinic) else ""
        return said(request, sentence + still, "patient-detail", patient.code)
    if request.method == "POST" and form.is_valid():
        keeping.set_hold(patient, form.cleaned_data["reason"], clinic=asker.clinic, by=asker.user, now=now)
        return said(request, "Everything of this patient is kept from now on.", "patient-detail", patient.code)
    audit.record(asker.user, "intake.hold.viewed", patient, clinic=asker.clinic)
    context = {
        "patient": patient,
        "form": form,
        "hold": holds.hold_of(patient, asker.clinic),
        "elsewhere": holds.ELSEWHERE if holds.is_held_elsewhere(patient, asker.clinic) else "",
        "holds": holds.lifted_holds(patient, asker.clinic),
    }
    return render(request, "intake/hold.html", context)
