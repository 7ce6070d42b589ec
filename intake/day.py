"""The lines of Today as plain words and addresses, and which of them somebody wants to see."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from zlib import crc32

from django.http import QueryDict
from django.utils.safestring import SafeString

from core.links import link
from core.templatetags.ui import state_markup

from . import day_markup as markup
from .models import Appointment
from .today import Row

Status, VisitType = Appointment.Status, Appointment.VisitType
NOBODY = "nobody"

# What a line counts as; the words stand on the page.
SHOWN = {
    "all": "All",
    "needs": "Needs something",
    "waiting": "Waiting",
    "ready": "Ready",
    "arrived": "Arrived",
}
# What may be written down about a visit from the line's menu, by where it stands.
MOVES: dict[str, tuple[tuple[str, str], ...]] = {
    Status.SCHEDULED: ((Status.ARRIVED, "Check in"), (Status.NO_SHOW, "Did not come")),
    Status.ARRIVED: ((Status.DONE, "The visit is over"), (Status.SCHEDULED, "Not here after all")),
    Status.DONE: ((Status.ARRIVED, "Not over yet"),),
    Status.CANCELLED: ((Status.SCHEDULED, "Expected again"),),
    Status.NO_SHOW: ((Status.ARRIVED, "Came after all"), (Status.SCHEDULED, "Expected again")),
}


@dataclass(frozen=True)
class Wanted:
    """Which lines of a day somebody wants to see; it stands in the address and holds nothing personal."""

    show: str = "all"
    provider: str = ""
    visit_type: str = ""

    @classmethod
    def of(cls, query: QueryDict) -> Wanted:
        """Read it off an address; what is none of ours counts as not said."""
        show, visit_type = query.get("show", ""), query.get("type", "")
        provider = query.get("provider", "")
        return cls(
            show if show in SHOWN else "all",
            provider if len(provider) == 36 or provider == NOBODY else "",
            visit_type if visit_type in VisitType.values else "",
        )

    def query(self, day: str, **other: str) -> str:
        """Return the query of Today's address on a day, with something else asked for."""
        said = {"day": day, "show": self.show, "provider": self.provider, "type": self.visit_type} | other
        return urlencode({name: value for name, value in said.items() if value and (name, value) != ("show", "all")})


@dataclass(frozen=True)
class Line:
    """One line of the page: words, addresses and drawn states, nothing that has to be worked out."""

    key: str
    time: str
    moment: str
    name: str
    record: str
    born: str
    visit: str
    provider: str
    page: str
    move: str
    lights: SafeString
    standing: SafeString
    step: SafeString
    menu: SafeString
    is_over: bool
    stamp: str = ""


def kinds_of(row: Row) -> set[str]:
    """Return as what a line counts: needs, waiting or ready while it is open, arrived beside one of these."""
    if not row.appointment.is_open:
        return set()
    waits = any(light.state == "waiting" for _, light in row.lights)
    step = row.next_step
    needs = step is not None and step.state != "waiting"
    kind = "needs" if needs else "waiting" if waits else "ready"
    return {kind, "arrived"} if row.appointment.status == Status.ARRIVED else {kind}


def _provider_of(row: Row) -> str:
    return str(row.appointment.provider.code) if row.appointment.provider else NOBODY


@dataclass(frozen=True)
class Choice:
    """One choice of a filter: its value in the address, its word, how many lines it leaves."""

    value: str
    label: str
    count: int
    query: str = ""
    is_chosen: bool = False


@dataclass(frozen=True)
class Day:
    """The lines that are wanted, and the choices there are."""

    rows: list[Row]
    tabs: list[Choice]
    providers: list[Choice]
    visit_types: list[Choice]


def chosen(rows: list[Row], wanted: Wanted, day: str) -> Day:
    """Return the wanted rows and, for each filter, how many lines each choice leaves beside the other filters."""
    by_provider = [row for row in rows if wanted.provider in ("", _provider_of(row))]
    by_type = [row for row in rows if wanted.visit_type in ("", row.appointment.visit_type)]
    both = [row for row in by_provider if wanted.visit_type in ("", row.appointment.visit_type)]
    kinds = [(row, kinds_of(row)) for row in both]
    counts = Counter(kind for _, found in kinds for kind in found) | Counter(all=len(both))
    tabs = [
        Choice(key, label, counts[key], wanted.query(day, show=key), key == wanted.show) for key, label in SHOWN.items()
    ]
    left = [row for row, found in kinds if wanted.show == "all" or wanted.show in found]
    return Day(left, tabs, _providers(rows, by_type, wanted), _visit_types(rows, by_provider, wanted))


def _providers(rows: list[Row], counted: Iterable[Row], wanted: Wanted) -> list[Choice]:
    names = {_provider_of(row): row.appointment.provider.name if row.appointment.provider else "" for row in rows}
    counts = Counter(_provider_of(row) for row in counted)
    ordered = sorted(names.items(), key=lambda pair: (pair[0] == NOBODY, pair[1]))
    return [
        Choice(code, name or "Nobody yet", counts[code], is_chosen=code == wanted.provider) for code, name in ordered
    ]


def _visit_types(rows: list[Row], counted: Iterable[Row], wanted: Wanted) -> list[Choice]:
    used, counts = {row.appointment.visit_type for row in rows}, Counter(row.appointment.visit_type for row in counted)
    return [
        Choice(value, label, counts[value], is_chosen=value == wanted.visit_type)
        for value, label in VisitType.choices
        if value in used
    ]


def lines_of(rows: list[Row], *, wanted: Wanted, day: str, token: str) -> list[Line]:
    """Return the lines of the page; a line's stamp changes whenever anything that it shows does.

    `token` is the page's CSRF token for those who may press buttons, "" for those who only read.
    """
    back = wanted.query(day)
    return [_line(row, f"?version={row.appointment.version}&{back}", token) for row in rows]


def _line(row: Row, back: str, token: str) -> Line:
    visit, patient = row.appointment, row.appointment.patient
    starts, born = visit.starts_at.astimezone(visit.clinic.zone), patient.birth_date
    shown: dict[str, Any] = {
        "time": f"{starts:%H:%M}",
        "moment": starts.isoformat(),
        "name": patient.name,
        "record": link("patient-detail", patient.code),
        "born": f"{born.day} {born:%b %Y}",
        "visit": _TYPES[visit.visit_type],
        "provider": visit.provider.name if visit.provider else "",
        "page": link("appointment-detail", visit.code),
        "move": (move := link("appointment-move", visit.code) + back),
        "lights": markup.lights(row.lights),
        "standing": _standing(visit),
        "menu": markup.moves(MOVES[visit.status], move) if token else "",
        "is_over": not visit.is_open,
    }
    stamp = f"{crc32(repr([shown, row.next_step]).encode()):08x}"
    return Line(key=f"visit-{visit.code}", stamp=stamp, step=_step(row, move, token), **shown)


def _step(row: Row, move: str, token: str) -> SafeString:
    """Return the one button of a line: what is missing, else the check-in."""
    if not token:
        return SafeString("")
    if row.next_step:
        return markup.step(row.next_step, row.appointment.patient.name, token)
    if row.appointment.status == Status.SCHEDULED:
        return markup.press("Check in", row.appointment.patient.name, move, Status.ARRIVED)
    return SafeString("")


_TYPES = dict(VisitType.choices)


def _standing(visit: Appointment) -> SafeString:
    """Return where the visit stands in words: when the patient arrived, or why nobody comes."""
    if visit.status == Status.ARRIVED:
        at = f" {visit.arrived_at.astimezone(visit.clinic.zone):%H:%M}" if visit.arrived_at else ""
        return state_markup("done", f"Arrived{at}{', walk-in' if visit.is_walk_in else ''}")
    if visit.status == Status.CANCELLED and visit.cancel_reason:
        return state_markup("none", f"Cancelled: {visit.get_cancel_reason_display().lower()}")
    return SafeString("") if visit.is_open else state_markup("none", visit.get_status_display())
