"""Today: who comes, what is ready, and the one next thing to do."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from core import audit
from core.templatetags.ui import icon_markup

from .. import today as lights
from ..access import loose_photos_for
from ..day import Wanted, chosen, lines_of
from ..models import Appointment
from ..services import appointments
from ..stamps import fresh_stamp, stamp_of
from ..visit_day import day_of
from .common import Asker, is_fragment, reads

NO_SUCH_DAY = "The address asks for a day that is none, or more than ten years away. Today is shown instead."


@require_safe
@reads
def today(request: HttpRequest) -> HttpResponse:
    """Show the appointments of the clinic's day (`day=2026-11-22` for another one).

    The page asks again every few seconds with the stamp of what it shows; nothing is sent while that is still true.
    """
    asker = Asker(request)
    this_day = asker.clinic.today(timezone.now())
    day = _day(request, this_day)
    if is_fragment(request) and request.GET.get("stamp") == stamp_of(asker.clinic, day):
        return HttpResponse(status=204)
    wanted = Wanted.of(request.GET)
    context = _context(request, asker, day, wanted) | {"is_today": day == this_day}
    context["query"] = wanted.query(request.GET.get("day", "") and day.isoformat())  # "/" goes on to the next day
    if is_fragment(request):
        return render(request, "intake/_today.html", context)
    context["loose_count"] = loose_photos_for(asker.clinic).count() if asker.may_write else 0
    audit.record(asker.user, "intake.day.viewed", clinic=asker.clinic, day=day.isoformat(), rows=context["total"])
    return render(request, "intake/today.html", context)


def _context(request: HttpRequest, asker: Asker, day: date, wanted: Wanted) -> dict[str, Any]:
    stamp = fresh_stamp(asker.clinic, day)  # before the rows: whatever changes after this is asked for again
    rows = lights.rows(asker.clinic, appointments.appointments_on(asker.clinic, day))
    here, text = chosen(rows, wanted, day.isoformat()), day.isoformat()
    token = get_token(request) if asker.may_write else ""
    return {
        "stamp": stamp,
        "total": len(rows),
        "arrived": sum(row.appointment.status == Appointment.Status.ARRIVED for row in rows),
        "lines": lines_of(here.rows, wanted=wanted, day=text, token=token),
        "labels": lights.labels(),
        "choices": here,
        "wanted": wanted,
        "day": day,
        "day_text": text,
        "before": (day - timedelta(days=1), wanted.query((day - timedelta(days=1)).isoformat(), show="all")),
        "after": (day + timedelta(days=1), wanted.query((day + timedelta(days=1)).isoformat(), show="all")),
        "more": icon_markup("more"),
        "may_write": asker.may_write,
    }


def _day(request: HttpRequest, today: date) -> date:
    """Return the day that the address asks for; today, with a sentence, when it is none."""
    text = request.GET.get("day", "")
    try:
        return day_of(text) if text else today
    except ValidationError:
        messages.warning(request, NO_SUCH_DAY)
        return today
