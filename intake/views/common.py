"""What several pages share."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import wraps
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import ResolverMatch, reverse

from clinic.access import staff
from clinic.models import Role
from core.access import View

from ..asker import Asker
from ..models import MergedAway
from ..visit_day import day_of

__all__ = [
    "CHANGED_MEANWHILE",
    "Asker",
    "administers",
    "differences",
    "is_fragment",
    "reads",
    "render_part",
    "said",
    "version_of",
    "visit_day_of",
    "writes",
]

MERGED_AWAY = (
    "The record you had open is one with this one now, because both are of the same person. Nothing was done to it. "
    "Go on here."
)


def _to_the_survivor(view: View) -> View:
    """Lead from a record that was merged away to the one that is used: a page to its like there, a press to the record.

    What was pressed is not done there: the person was looking at other data.
    """

    @wraps(view)
    def led(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except MergedAway as away:
            code, here = away.survivor.code, cast(ResolverMatch, request.resolver_match)
            if request.method in ("GET", "HEAD") and "patients/<uuid:code>/" in here.route:
                address = reverse(here.view_name, kwargs=here.kwargs | {"code": code})
                return redirect(f"{address}?{request.GET.urlencode()}" if request.GET else address)
            return said(request, MERGED_AWAY, "patient-detail", code, level=messages.WARNING)

    return led


def _staff(*roles: Role) -> Callable[[View], View]:
    return lambda view: staff(*roles)(_to_the_survivor(view))


reads = _staff(Role.FRONT_DESK, Role.BILLING, Role.ADMIN)
writes = _staff(Role.FRONT_DESK)
administers = _staff(Role.ADMIN)

CHANGED_MEANWHILE = (
    "Somebody else changed this while you had it open. What they wrote is kept and listed here; what you typed is "
    "still in the form. Compare the two, and save again if yours is right."
)


def is_fragment(request: HttpRequest) -> bool:
    """Return whether htmx asks for a part of the page."""
    return bool(request.htmx)  # type: ignore[attr-defined]


def render_part(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    """Render a part of a page that needs nothing of its frame, which takes as long as the part itself."""
    return HttpResponse(render_to_string(template, {**context, "csrf_token": get_token(request)}))


def version_of(request: HttpRequest) -> int:
    """Return the version a form was made from; a missing or broken one matches nothing."""
    text = request.POST.get("version", "")
    return int(text) if text.isdecimal() and len(text) < 10 else 0


def visit_day_of(request: HttpRequest) -> str:
    """Return the day, as 2026-11-22, that a patient is being looked for to get an appointment on; "" for none."""
    text = request.POST.get("visit_day", "") or request.GET.get("visit_day", "")
    try:
        return day_of(text).isoformat() if text else ""
    except ValidationError:
        return ""


def differences(
    form: forms.Form, row: models.Model, shown: Callable[[str], str] | None = None
) -> list[tuple[str, str]]:
    """Return label and stored value of every field in which the row now differs from what the form holds.

    `shown` returns a column's words for people, where the row has better ones than its values.
    """
    changed = [name for name, value in form.cleaned_data.items() if getattr(row, name, value) != value]
    words = shown or (lambda name: _stored(row, name))
    return [(str(form[name].label), words(name) or "empty") for name in changed]


def _stored(row: models.Model, name: str) -> str:
    stored = getattr(row, f"get_{name}_display", lambda: getattr(row, name))()
    return f"{stored:%m/%d/%Y}" if isinstance(stored, date) else str(stored or "")


def said(request: HttpRequest, sentence: str, to: str, *args: Any, level: int = messages.SUCCESS) -> HttpResponse:
    """Go to a page and say there what happened; htmx is told to go, or it would put that page into this one."""
    messages.add_message(request, level, sentence)
    if not is_fragment(request):
        return redirect(to, *args)
    response = HttpResponse()
    response["HX-Redirect"] = reverse(to, args=args)
    return response
