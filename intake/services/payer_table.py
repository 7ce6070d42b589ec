"""The payers' directory as a table: given out, and taken in again from another installation or a spreadsheet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import Q

from clinic.imports import Importer, Outcome, Planned, PlanOutdated, refused
from clinic.models import Clinic, User
from core import audit
from core.chunks import chunks
from core.tables import Column, Row, Table, TableRefused, header_key, values_of, write_table

from .. import fields
from ..models import Payer, PayerAlias, payer_name_key
from .payers import NAMELESS, add_payer, hold_payers, names_a_payer

COLUMNS = (
    Column("edi_payer_id", "Payer ID", ("EDI payer ID", "Clearinghouse ID", "ID")),
    Column("name", "Payer", ("Payer name", "Name", "Insurance")),
    Column("phone", "Phone", ("Payer phone", "Phone number")),
    Column("supports", "Answers electronically", ("Supports eligibility", "Eligibility", "Real-time eligibility")),
    Column("alias", "Also printed as", ("Alias", "Other name", "Printed name")),
    Column("count", "How often", ("Count", "Times")),
)
_LABELS = {column.name: column.label for column in COLUMNS}
_LONGEST = {"edi_payer_id": 40, "name": 120, "phone": 40, "alias": 120}
_YES_NO: dict[str, bool | None] = {
    "": None, "unknown": None, "notknown": None,
    "yes": True, "y": True, "true": True, "1": True, "supported": True,
    "no": False, "n": False, "false": False, "0": False, "notsupported": False, "byphone": False, "byphoneonly": False,
}  # fmt: skip
MOST_COUNTED = 1_000_000

ADD, LEARN, FILL, SAME = "add", "learn", "fill", "same"
OUTCOMES = {
    ADD: Outcome("done", "Payer added"),
    LEARN: Outcome("done", "Printed name learned"),
    FILL: Outcome("done", "Completed"),
    SAME: Outcome("none", "Here already", changes=False),
}


@dataclass(frozen=True)
class Entry:
    """What a row says of a payer, and the payer it is already."""

    edi_payer_id: str
    name: str
    phone: str
    supports: bool | None
    alias: str
    count: int
    payer: Payer | None = None

    @property
    def key(self) -> str:
        """Return what two rows of one payer share."""
        return f"id {self.edi_payer_id.casefold()}" if self.edi_payer_id else f"name {payer_name_key(self.name)}"


def directory_file() -> bytes:
    """Return the whole directory as CSV, a row for each printed name."""
    return write_table([column.label for column in COLUMNS], _rows())


def _rows() -> Iterator[list[object]]:
    words = {True: "yes", False: "no", None: ""}
    for payer in Payer.objects.listed().order_by("name", "pk").prefetch_related("aliases"):
        said: list[object] = [payer.edi_payer_id, payer.name, payer.phone, words[payer.supports_eligibility]]
        aliases = sorted(payer.aliases.all(), key=lambda alias: (-alias.taught, alias.name))
        yield from ([*said, alias.name, alias.taught] for alias in aliases)
        if not aliases:
            yield [*said, "", ""]


def plan_payers(clinic: Clinic, table: Table, found: dict[str, int], answers: Mapping[str, str]) -> list[Planned]:
    """Return what happens to each row; nothing is asked. Raises TableRefused when the file names no payers."""
    if not {"name", "edi_payer_id"} & set(found):
        raise TableRefused("No column names a payer. The headers are “Payer” and “Payer ID”.")
    by_id: dict[str, Payer] = {}
    by_name: dict[str, Payer] = {}
    for payer in Payer.objects.select_related("merged_into").order_by("edi_payer_id", "-pk"):
        by_id[payer.edi_payer_id.casefold()] = by_name[payer.name_key] = payer.meant
    learned = {(alias.payer_id, alias.name_key): alias.taught for alias in PayerAlias.objects.all()}
    plan, added = [], set[str]()
    for row in table.rows:
        entry = _entry(row, values_of(row, found))
        if isinstance(entry, Planned) or row.problems:
            plan.append(entry if isinstance(entry, Planned) else refused(row))
            continue
        known = (
            by_id.get(entry.edi_payer_id.casefold()) if entry.edi_payer_id else by_name.get(payer_name_key(entry.name))
        )
        entry = replace(entry, payer=known)
        outcome = _outcome(entry, learned, added)
        added.add(entry.key)
        plan.append(Planned(row, outcome, _words(entry), entry))
    return plan


def _entry(row: Row, values: dict[str, str]) -> Entry | Planned:
    """Return what a row says, or that it cannot be taken."""
    problems = [
        f"{_LABELS[name]}: This is longer than {longest} characters, or has characters that no name has."
        for name, longest in _LONGEST.items()
        if len(values.get(name, "")) > longest or not fields.is_keepable(values.get(name, ""))
    ]
    supports, count = header_key(values.get("supports", "")), values.get("count", "") or "1"
    if supports not in _YES_NO:
        problems.append(f"{_LABELS['supports']}: Write yes, no, or nothing.")
    if not (count.isascii() and count.isdigit() and len(count) < 10 and 0 < int(count) <= MOST_COUNTED):
        problems.append(f"{_LABELS['count']}: Write a whole number from 1 to {MOST_COUNTED:,}.")
    if not names_a_payer(values.get("edi_payer_id", ""), values.get("name", "")):
        problems.append(f"{_LABELS['name']}: {NAMELESS}")
    if values.get("alias") and not payer_name_key(values["alias"]):
        problems.append(f"{_LABELS['alias']}: {NAMELESS}")
    if problems:
        return refused(row, *problems)
    edi_payer_id, name, phone, alias = (values.get(column, "") for column in _LONGEST)
    return Entry(edi_payer_id, name, phone, _YES_NO[supports], alias, int(count))


def _outcome(entry: Entry, learned: dict[tuple[int, str], int], added: set[str]) -> str:
    if entry.payer is None and entry.key not in added:
        return ADD
    key = payer_name_key(entry.alias)
    if key and (entry.payer is None or learned.get((entry.payer.pk, key), 0) < entry.count):
        return LEARN
    return FILL if entry.payer and _filled(entry, entry.payer) else SAME


def _filled(entry: Entry, payer: Payer) -> dict[str, object]:
    """Return what a row knows that is not known here; what people here wrote stays."""
    found: dict[str, object] = {}
    if entry.phone and not payer.phone:
        found["phone"] = entry.phone
    if entry.supports is not None and payer.supports_eligibility is None:
        found["supports_eligibility"] = entry.supports
    return found


def _words(entry: Entry) -> str:
    name = entry.payer.label if entry.payer else " · ".join(filter(None, [entry.name, entry.edi_payer_id]))
    return f"{name}, also printed as {entry.alias} ({entry.count})" if entry.alias else name


_Names = dict[tuple[int, str], PayerAlias]  # by their payer and what two spellings share


def run_payers(clinic: Clinic, plan: list[Planned], by: User, now: datetime) -> None:
    """Do what was planned; call it in a transaction.

    Whatever is here already is locked first, by number as everybody does. What is new is added after that, in the order
    of keys whatever the file's: two clinics that import at once then wait for each other in one direction alone.
    Raises PlanOutdated when a payer or name of the plan was changed, merged or added by somebody else meanwhile.
    """
    entries: list[Entry] = sorted((item.what for item in plan), key=lambda entry: entry.key)
    payers = _held_payers(entries)
    names = _held_names(entries, payers)
    for entry in entries:
        payer = payers.get(entry.key) or _add(entry, by)
        payers[entry.key] = payer
        if missing := _filled(entry, payer):
            payer.change(None, **missing)
        if entry.alias and payer_name_key(entry.alias) != payer.name_key:
            _learn(payer, entry, names, now)


def _held_payers(entries: list[Entry]) -> dict[str, Payer]:
    """Lock the payers of a plan; return them by the keys of its rows. Raises PlanOutdated."""
    planned = {entry.payer.pk: entry.payer.version for entry in entries if entry.payer}
    held: dict[int, Payer] = {}
    for numbers in chunks(planned):
        held |= hold_payers(Q(pk__in=numbers))
    if planned != {payer.pk: payer.version for payer in held.values()}:
        raise PlanOutdated
    return {entry.key: held[entry.payer.pk] for entry in entries if entry.payer}


def _held_names(entries: list[Entry], payers: dict[str, Payer]) -> _Names:
    """Lock the names of a plan that are learned already, whoever else is taught them; return them."""
    wanted = {(payers[entry.key].pk, payer_name_key(entry.alias)) for entry in entries if entry.key in payers}
    numbers: set[int] = set()
    for some in chunks(payer for payer, _ in wanted):
        rows = PayerAlias.objects.filter(payer__in=some).values_list("payer", "name_key", "pk")
        numbers |= {pk for payer, key, pk in rows if (payer, key) in wanted}
    held: _Names = {}
    for some in chunks(numbers):
        for alias in PayerAlias.objects.select_for_update().filter(pk__in=some).order_by("pk"):
            held[alias.payer_id, alias.name_key] = alias
    return held


def _add(entry: Entry, by: User) -> Payer:
    """Return the payer of a row that named nobody known. Raises PlanOutdated when somebody added it meanwhile."""
    name, columns = entry.name or entry.edi_payer_id, {"phone": entry.phone, "supports_eligibility": entry.supports}
    payer, is_new = add_payer(entry.edi_payer_id, name, **columns)
    if not is_new:
        raise PlanOutdated
    audit.record(by, "intake.payer.added", payer, imported=True)
    return payer


def _learn(payer: Payer, entry: Entry, names: _Names, now: datetime) -> None:
    """Keep a printed name with the larger of the two counts, so that the same file twice counts nothing twice.

    Raises PlanOutdated when somebody taught it meanwhile.
    """
    key, weight = payer_name_key(entry.alias), min(entry.count, PayerAlias.HEAVIEST)
    alias = names.get((payer.pk, key))
    if alias is None:
        counted = {"name": entry.alias, "taught": entry.count, "weight": weight, "last_at": now}
        alias, is_new = PayerAlias.objects.get_or_create(payer=payer, name_key=key, defaults=counted)
        if not is_new:
            raise PlanOutdated
        names[payer.pk, key] = alias
    elif alias.taught < entry.count:
        alias.taught, alias.weight = entry.count, max(alias.weight, weight)
        alias.save(update_fields=["taught", "weight"])


PAYERS = Importer(
    purpose="intake.payers",
    columns=COLUMNS,
    plan=plan_payers,
    run=run_payers,
    outcomes=OUTCOMES,
    title="Import payers",
    about="Payers and the names that cards print for them, as a CSV file such as the one this page gives out.",
    urls=("payer-import", "payer-preview", "payer-refused", "payer-list"),
    goes_on="Go to the payers",
)
