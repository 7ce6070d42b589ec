"""What happened with a patient, newest first: from the audit trail, and from the visits as they were.

A clinic sees what was done in it. Of a shared record and its coverages, which it sees anyway, it also learns that they
were changed elsewhere, and not by whom. Apps above add their kinds of events from AppConfig.ready().
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any

from django.db.models import Model, Q, QuerySet
from django.utils.dateparse import parse_datetime

from clinic.models import Clinic
from core.models import AuditEvent

from .models import Appointment, Patient

PAGE = 20
MOST_TARGETS = 2000
ELSEWHERE = "another clinic"


@dataclass(frozen=True, repr=False)
class Told:
    """What an event says: words, and where they lead ("" for nowhere)."""

    words: str
    url: str = ""


@dataclass(frozen=True, repr=False)
class Entry:
    """One thing that happened. `place` and `key` order what happened at one moment."""

    at: datetime
    place: int
    key: int
    told: Told
    who: str = ""

    @property
    def cursor(self) -> str:
        """Return what the next page goes on below."""
        return f"{self.at.isoformat()}_{self.place}_{self.key}"


Words = Callable[[AuditEvent, Any], Told | None]


@dataclass(frozen=True)
class Kind:
    """Events about the rows of one model.

    Args:
        rows: the rows of some patients that a clinic may see, with what the words need loaded.
        words: what each action says of its row; an action that is not named is not shown.
        elsewhere: actions that are told even if another clinic did them, because this one sees the row they changed.
    """

    label: str
    rows: Callable[[Clinic, list[int]], QuerySet[Any]]
    words: dict[str, Words]
    elsewhere: frozenset[str] = frozenset()


_kinds: dict[str, Kind] = {}


def register_events(kind: Kind) -> None:
    """Show one more kind of events; registering a model again replaces its kind."""
    _kinds[kind.label] = kind


@dataclass(frozen=True, repr=False)
class Page:
    """Some of what happened, by day; `older` is the cursor of the next page, "" at the end."""

    days: list[tuple[date, list[Entry]]]
    older: str


_Cursor = tuple[datetime, int, int]


def page(patient: Patient, clinic: Clinic, *, now: datetime, before: str = "") -> Page:
    """Return a page of what happened with a patient, in a constant number of queries.

    `before` is an earlier page's `older`; a broken one begins anew.
    """
    cursor, people = _cursor(before), records_of(patient)
    found = [*_events(clinic, people, cursor), *_visits(clinic, people, now, cursor)]
    found.sort(key=lambda entry: (entry.at, entry.place, entry.key), reverse=True)
    shown = found[:PAGE]
    days = [(day, list(rows)) for day, rows in groupby(shown, lambda entry: entry.at.astimezone(clinic.zone).date())]
    return Page(days, shown[-1].cursor if len(found) > PAGE else "")


def records_of(patient: Patient) -> list[int]:
    """Return the numbers of the record and of all that were merged into it, over several merges."""
    found, level = [patient.pk], [patient.pk]
    while level:
        level = list(Patient.every.filter(merged_into__in=level).order_by("pk").values_list("pk", flat=True))
        found += level
    return found


def _cursor(text: str) -> _Cursor | None:
    parts = text.split("_")
    try:
        at = parse_datetime(parts[0]) if len(parts) == 3 else None
        return (at, int(parts[1]), int(parts[2])) if at is not None and at.tzinfo else None
    except (ValueError, OverflowError):
        return None


def _below(cursor: _Cursor | None, place: int, moment: str) -> Q:
    """Return the test for what comes after a cursor in one source; sources of one moment follow by their place."""
    if cursor is None:
        return Q()
    at, of, key = cursor
    earlier = Q(**{f"{moment}__lt": at})
    if place < of:
        return earlier | Q(**{moment: at})
    return earlier | Q(**{moment: at}, pk__lt=key) if place == of else earlier


_EVENTS, _VISITS = 1, 0


def _events(clinic: Clinic, people: list[int], cursor: _Cursor | None) -> Iterable[Entry]:
    """Return a page's worth of events and one more: a query for the events, two for each kind of row."""
    wanted = Q(pk__in=[])
    for kind in _kinds.values():
        numbers = list(kind.rows(clinic, people).order_by("-pk").values_list("pk", flat=True)[:MOST_TARGETS])
        here = Q(clinic_pk=clinic.pk, action__in=list(kind.words)) | Q(action__in=kind.elsewhere)
        wanted |= Q(target_type=kind.label, target_pk__in=numbers) & here
    events = AuditEvent.objects.filter(wanted, _below(cursor, _EVENTS, "at")).select_related("actor")
    found = list(events.order_by("-at", "-pk")[: PAGE + 1])
    rows = _rows_of(found, clinic, people)
    for event in found:
        told = _kinds[event.target_type].words[event.action](event, rows.get((event.target_type, event.target_pk)))
        yield Entry(event.at, _EVENTS, event.pk, told or Told(event.action), _who(event, clinic))


def _rows_of(events: list[AuditEvent], clinic: Clinic, people: list[int]) -> dict[tuple[str, int | None], Model]:
    found: dict[tuple[str, int | None], Model] = {}
    for kind in _kinds.values():
        numbers = {event.target_pk for event in events if event.target_type == kind.label}
        for row in kind.rows(clinic, people).filter(pk__in=numbers):
            found[kind.label, row.pk] = row
    return found


def _who(event: AuditEvent, clinic: Clinic) -> str:
    if event.clinic_pk != clinic.pk:
        return ELSEWHERE
    return event.actor.name if event.actor else "by itself"


def _visits(clinic: Clinic, people: list[int], now: datetime, cursor: _Cursor | None) -> Iterable[Entry]:
    """Return a page's worth of visits that have begun and one more, at the time they were for."""
    rows = Appointment.objects.filter(clinic=clinic, patient__in=people, starts_at__lte=now)
    for row in rows.filter(_below(cursor, _VISITS, "starts_at")).order_by("-starts_at", "-pk")[: PAGE + 1]:
        words = f"Visit: {row.get_visit_type_display().lower()}, {row.get_status_display().lower()}"
        yield Entry(row.starts_at, _VISITS, row.pk, Told(words))
