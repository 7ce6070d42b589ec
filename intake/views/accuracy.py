"""How well cards are read, for admins: rates, rules, and what two people read differently."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clinic.access import staff
from clinic.models import Role
from core import audit

from ..models import CardImage, CardMovedOn, FieldRule, Rekey
from ..services import accuracy
from .common import Asker, said

admins = staff(Role.ADMIN)
# A desk of one person gets none of its own: the admin is somebody else there.
typists = staff(Role.FRONT_DESK, Role.ADMIN)
DECIDED = "Somebody decided or typed this meanwhile, or its card was deleted."


@require_safe
@admins
def page(request: HttpRequest) -> HttpResponse:
    """Show the rates by field and payer, the rules, and what two people read differently."""
    asker = Asker(request)
    pairs = [(rekey, accuracy.field_of(rekey)) for rekey in accuracy.differing(asker.clinic)]
    for rekey, _ in pairs:
        audit.record(asker.user, "intake.card.viewed", rekey.outcome.card, clinic=asker.clinic)
    context = {
        "fields": accuracy.rates_by_field(asker.clinic),
        "payers": accuracy.rates_by_payer(asker.clinic),
        "differing": [(rekey, row) for rekey, row in pairs if row],
        "thresholds": [f"{threshold:f}" for threshold in accuracy.THRESHOLDS],
        "fewest": accuracy.FEWEST,
        "least": accuracy.LEAST_EVIDENCE,
        "most_wrong": f"{100 * accuracy.MOST_WRONG:.0f} %",
        "sample": accuracy.SAMPLE,
        "waiting": accuracy.waiting(asker.clinic).count(),
        "to_type": accuracy.to_type(asker.clinic, asker.user).count(),
    }
    return render(request, "intake/accuracy.html", context)


@require_POST
@admins
def set_rule(request: HttpRequest) -> HttpResponse:
    """Set from which score on a field is accepted as it was read, or take the rule away."""
    asker, text = Asker(request), request.POST.get("threshold", "")
    try:
        threshold = Decimal(text) if text else None
    except InvalidOperation:
        raise Http404 from None
    if threshold is not None and threshold not in accuracy.THRESHOLDS:
        raise Http404
    name, seen = request.POST.get("name", "")[:40], request.POST.get("seen", "")
    try:
        accuracy.set_rule(asker.clinic, name, threshold, seen=seen, by=asker.user, now=timezone.now())
    except accuracy.RuleChanged as other:
        return said(request, _changed(name, other.rule), "accuracy", level=messages.WARNING)
    except accuracy.TooLittleEvidence as why:
        return said(request, str(why), "accuracy", level=messages.WARNING)
    return said(request, "The rule is saved." if threshold else "The rule is taken away.", "accuracy")


def _changed(name: str, rule: FieldRule | None) -> str:
    """Return what somebody else made of a rule while a page was open."""
    label = accuracy.fields.label_of(name)
    if rule is None:
        return f"{label}: somebody else took this rule away while you had the page open. Nothing is changed."
    since = f"{rule.set_by.name} set this rule to {rule.from_score} while you had the page open."
    return f"{label}: {since} Nothing is changed; save again if yours is right."


@require_POST
@admins
def settle(request: HttpRequest, code: UUID) -> HttpResponse:
    """Decide whether what was accepted is right."""
    asker = Asker(request)
    rekey = get_object_or_404(Rekey.objects.select_related("outcome__card", "clinic"), code=code, clinic=asker.clinic)
    try:
        accuracy.settle(rekey, right=request.POST.get("right") == "yes", by=asker.user)
    except CardMovedOn:
        return said(request, DECIDED, "accuracy", level=messages.WARNING)
    return redirect("accuracy")


@require_http_methods(["GET", "HEAD", "POST"])
@typists
def retype(request: HttpRequest) -> HttpResponse:
    """Type a value from the photo that somebody else accepted, without seeing what they did."""
    asker = Asker(request)
    waiting = accuracy.to_type(asker.clinic, asker.user)
    if request.method == "POST":
        return _retyped(request, asker)
    rekey = waiting.first()
    row = accuracy.field_of(rekey) if rekey else None
    context: dict[str, object] = {"rekey": rekey, "row": row, "left": waiting.count()}
    context |= {"others": accuracy.for_others(asker.clinic, asker.user), "is_admin": asker.role == Role.ADMIN}
    if rekey and row:
        audit.record(asker.user, "intake.card.viewed", rekey.outcome.card, clinic=asker.clinic)
        side = (row.place or {}).get("side", "front").upper()
        photos = CardImage.objects.filter(card=rekey.outcome.card)
        context |= {"card": rekey.outcome.card, "images": photos.filter(side=side) or photos}
        context["label"] = accuracy.fields.label_of(row.name)
    return render(request, "intake/rekey.html", context)


def _retyped(request: HttpRequest, asker: Asker) -> HttpResponse:
    try:
        code = UUID(request.POST.get("rekey", ""))
    except ValueError:
        raise Http404 from None
    rekey = get_object_or_404(Rekey.objects.select_related("outcome__card", "clinic"), code=code, clinic=asker.clinic)
    value = request.POST.get("value", "")[: accuracy.fields.LONGEST]
    try:
        accuracy.retype(rekey, value, by=asker.user, now=timezone.now())
    except CardMovedOn:
        return said(request, DECIDED, "rekey", level=messages.WARNING)
    return said(request, "Thank you. It is compared with what was accepted.", "rekey")
