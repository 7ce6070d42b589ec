"""The lines of a list of patients. A line is filled in whole: a template's tags would take longer than the search."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from html import escape
from uuid import UUID

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString

from ..services.finding import Found

_ANY = UUID(int=0)


def lines_of(found: Iterable[Found], visit_day: str, may_write: bool) -> SafeString:
    """Return the lines as table rows; `visit_day` is the day for which somebody gets an appointment, "" for none."""
    row = _row(visit_day, may_write)
    return SafeString("".join(_line(row, one) for one in found))


@lru_cache(maxsize=32)
def _row(visit_day: str, may_write: bool) -> str:
    """Return the template of a row (intake/_patient_line.html), rendered once with places to fill in."""
    addresses = {"url": reverse("patient-detail", args=[_ANY]), "add_url": reverse("appointment-new", args=[_ANY])}
    row = render_to_string("intake/_patient_line.html", {**addresses, "visit_day": visit_day, "may_write": may_write})
    return str(row).replace(str(_ANY), "{code}")


def _line(row: str, one: Found) -> str:
    """Return the row of a patient: what people wrote is escaped here."""
    patient, notes = one.patient, ""
    if patient.preferred_name or one.why:
        said = (f"called {patient.preferred_name}" if patient.preferred_name else "", f"same {one.why}" * bool(one.why))
        notes = escape(" · ".join(filter(None, said)))
    return row.format(
        code=patient.code,
        name=escape(patient.full_name),
        notes=notes,
        born=f"{patient.birth_date:%-d %b %Y}",
        mrn=escape(patient.mrn),
    )
