"""A row of a schedule as people and programs write it: names, dates, times, providers and visits become values."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from dataclasses import fields as fields_of
from datetime import date, datetime, time
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError

from clinic.models import Provider
from core.tables import Column, header_key

from . import fields
from .models import Appointment, folded_name
from .visit_day import validate_visit_day

COLUMNS = (
    Column("last_name", "Last name", ("Patient last name", "Surname", "Family name", "Last")),
    Column("first_name", "First name", ("Patient first name", "Given name", "First")),
    Column("name", "Patient", ("Patient name", "Full name", "Name")),
    Column("birth_date", "Birth date", ("DOB", "Date of birth", "Patient DOB", "Birthdate", "Patient date of birth")),
    Column("mrn", "Record number", ("MRN", "Medical record number", "Chart number", "Chart", "Patient ID")),
    Column("phone", "Phone", ("Mobile phone", "Cell phone", "Mobile", "Patient phone", "Phone number")),
    Column("day", "Date", ("Visit date", "Appointment date", "Appt date", "Date of service", "DOS", "Day")),
    Column("time", "Time", ("Start time", "Appointment time", "Appt time", "Visit time", "Start")),
    Column("starts_at", "Date and time", ("Starts at", "Appointment", "Start date time", "Appointment date time")),
    Column("provider", "Provider", ("Provider name", "Provider NPI", "NPI", "Doctor", "Therapist", "Resource")),
    Column("visit_type", "Visit", ("Visit type", "Appointment type", "Appt type", "Type", "Reason")),
    Column("external_id", "Appointment ID", ("Appt ID", "Appointment number", "Visit ID", "External ID", "ID")),
)
LABELS = {column.name: column.label for column in COLUMNS}
_TITLES = {"dr", "md", "do", "np", "pa", "pac", "dpt", "pt", "ot", "phd", "rn", "dds", "od", "psyd", "lcsw"}
_CLOCKS = ("%H:%M", "%H:%M:%S", "%I:%M %p", "%I:%M:%S %p", "%I %p", "%H%M")
_VISITS = {header_key(word): value for value, label in Appointment.VisitType.choices for word in (value, label)}


class CellRefused(Exception):
    """A cell says nothing that can be used; `column` is its name, the message a sentence."""

    def __init__(self, column: str, sentence: str) -> None:
        super().__init__(column)
        self.column, self.sentence = column, sentence

    def __str__(self) -> str:
        """Return the sentence with the column it is about."""
        return f"{LABELS[self.column]}: {self.sentence}"


@dataclass(frozen=True)
class Visitor:
    """Who comes, as the row names them."""

    first_name: str
    last_name: str
    birth_date: date
    mrn: str
    phone: str

    @cached_property
    def person(self) -> tuple[str, date]:
        """Return what two rows of one patient share."""
        return folded_name(self.first_name, self.last_name), self.birth_date

    def columns(self) -> dict[str, Any]:
        """Return what the row says of a patient's record, by column."""
        return {one.name: getattr(self, one.name) for one in fields_of(self)}


@dataclass(frozen=True)
class Slotted:
    """When, to whom, for what, and the number it has in the other program."""

    starts_at: datetime
    provider: Provider | None
    visit_type: str
    external_id: str


def visitor_of(values: dict[str, str], today: date) -> Visitor:
    """Return who comes. Raises CellRefused."""
    first, last = values.get("first_name", ""), values.get("last_name", "")
    if not (first or last) and values.get("name"):
        first, last = fields.split_name(values["name"])
    for name, text in (("last_name", last), ("first_name", first)):
        _require(name, text, f"Write the {LABELS[name].lower()}.", longest=60 if name == "last_name" else 35)
    born = _require("birth_date", values.get("birth_date", ""), "Write the birth date.", longest=40)
    mrn = _fitting("mrn", values.get("mrn", ""), 40)
    return Visitor(first, last, _birth_date(born, today), mrn, _fitting("phone", values.get("phone", ""), 40))


def _birth_date(text: str, today: date) -> date:
    try:
        found = fields.parse_date(_date_part(text), latest=today)
    except fields.NotADate:
        raise CellRefused("birth_date", "Write it as month/day/year, such as 03/15/1986.") from None
    if found > today:
        raise CellRefused("birth_date", "It lies in the future. Check the year.")
    return found


def slot_of(values: dict[str, str], zone: ZoneInfo, providers: dict[str, Provider | None]) -> Slotted:
    """Return when and for what. `providers` are the clinic's by `provider_keys`. Raises CellRefused."""
    column = "day" if values.get("day") else "starts_at"
    starts_at = _moment(values, column, zone)
    try:
        validate_visit_day(starts_at.astimezone(zone).date())
    except ValidationError as error:
        raise CellRefused(column, error.messages[0]) from None
    external_id = _fitting("external_id", values.get("external_id", ""), 80)
    return Slotted(starts_at, _provider(values.get("provider", ""), providers), _visit(values), external_id)


def _moment(values: dict[str, str], column: str, zone: ZoneInfo) -> datetime:
    text = _require(column, values.get(column, ""), "Write the date of the visit.", longest=40)
    if column == "starts_at" or not values.get("time"):
        try:  # 2026-11-23T09:20, with or without an offset of its own
            whole = datetime.fromisoformat(text)
        except ValueError:
            whole = None
        if whole and len(text) > 10:
            return _in(zone, whole, column)
    clock = values.get("time") or text[len(_date_part(text)) :].strip()
    _require("time", clock, "Write the time of the visit, such as 9:20 AM.", longest=40)
    return datetime.combine(_visit_day(_date_part(text), column), _clock(clock), tzinfo=zone)


def _in(zone: ZoneInfo, moment: datetime, column: str) -> datetime:
    """Return a moment in the clinic's zone. Raises CellRefused for one before the first or after the last year."""
    try:
        return moment.astimezone(zone) if moment.tzinfo else moment.replace(tzinfo=zone)
    except OverflowError:
        raise CellRefused(column, "Write it as month/day/year, such as 11/23/2026.") from None


def _date_part(text: str) -> str:
    """Return a date without the time that a spreadsheet wrote after it."""
    return re.split(r"[ T]+(?=\d{1,2}:\d\d|\d{1,2} ?[ap]\.?m)", text, maxsplit=1, flags=re.IGNORECASE)[0]


def _visit_day(text: str, column: str) -> date:
    try:
        return fields.parse_date(text)
    except fields.NotADate:
        raise CellRefused(column, "Write it as month/day/year, such as 11/23/2026.") from None


def _clock(text: str) -> time:
    """Return a time of day: 9:20, 09:20:00, 9:20 AM, 9:20a, 9 pm, 1430."""
    plain = re.sub(r"\s*([ap])\.?\s*(m\.?)?\s*$", r" \1m", text.strip().lower())
    for pattern in _CLOCKS:
        try:
            return datetime.strptime(plain, pattern).time()  # noqa: DTZ007 (a time of day in the clinic's own zone)
        except ValueError:
            continue
    raise CellRefused("time", "Write it as 9:20 AM or 09:20.")


def _visit(values: dict[str, str]) -> str:
    """Return what the visit is for; a kind that only the other program knows is something else."""
    text = header_key(values.get("visit_type", ""))
    return _VISITS.get(text, Appointment.VisitType.OTHER) if text else Appointment.VisitType.OFFICE_VISIT


def provider_keys(providers: Iterable[Provider]) -> dict[str, Provider | None]:
    """Return providers by NPI and by the words of their name in any order; None where two share a name."""
    found: dict[str, Provider | None] = {}
    for provider in providers:
        found[provider.npi] = provider
        key = _name_key(provider.name)
        found[key] = None if key in found else provider
    return found


def _name_key(name: str) -> str:
    return " ".join(sorted(word for word in fields.fold(name).split() if word not in _TITLES))


def _provider(text: str, providers: dict[str, Provider | None]) -> Provider | None:
    if not text:
        return None
    number = "".join(char for char in text if char.isdigit())
    key = number if len(number) == 10 else _name_key(text)
    if key not in providers:
        raise CellRefused("provider", f"Nobody here is called “{text[:60]}”. Write a name or NPI of this clinic.")
    if providers[key] is None:
        raise CellRefused("provider", "Two providers share this name. Write the NPI.")
    return providers[key]


def _require(column: str, text: str, sentence: str, *, longest: int) -> str:
    if not text:
        raise CellRefused(column, sentence)
    return _fitting(column, text, longest)


def _fitting(column: str, text: str, longest: int) -> str:
    if len(text) > longest:
        raise CellRefused(column, f"This is longer than {longest} characters.")
    if not fields.is_keepable(text):
        raise CellRefused(column, "This has line breaks or other characters that no name or number has.")
    return text
