"""The lines of a list of patients. A line is filled in whole: a template's tags would take longer than the search."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from ..services.finding import Found

_ANY = UUID(int=0)


def lines_of(found: Iterable[Found], visit_day: str, may_write: bool) -> list[SafeString]:
    """Return the lines as table rows; `visit_day` is the day for which somebody gets an appointment, "" for none.

    The row is a template (intake/_patient_line.html), rendered once with places to fill in.
    """
    addresses = {"url": reverse("patient-detail", args=[_ANY]), "add_url": reverse("appointment-new", args=[_ANY])}
    row = render_to_string("intake/_patient_line.html", {**addresses, "visit_day": visit_day, "may_write": may_write})
    row = mark_safe(row.replace(str(_ANY), "{code}"))  # noqa: S308 (our own template; what is filled in is escaped)
    return [_line(row, one) for one in found]


def _line(row: SafeString, one: Found) -> SafeString:
    patient = one.patient
    notes = [f"called {patient.preferred_name}" if patient.preferred_name else "", f"same {one.why}" if one.why else ""]
    return format_html(
        row,
        code=patient.code,
        name=patient.full_name,
        notes=" · ".join(note for note in notes if note),
        born=f"{patient.birth_date:%-d %b %Y}",
        mrn=patient.mrn,
    )
