"""What the parsed view says about one benefit row; the same row means the same for every member who has it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from simplejson import RawJSON

from sandbox.candid.model import Row
from sandbox.state import dump

NETWORKS = ("in_network", "out_of_network")
# The raw rows say INDIVIDUAL by IND or by saying nothing.
_LEVELS = {"": "individual", "IND": "individual", "FAM": "family", "ESP": "employeeAndSpouse"} | {
    "ECH": "employeeAndChildren"
}
FLAT_LEVELS = {
    "": "INDIVIDUAL",
    "IND": "INDIVIDUAL",
    "FAM": "FAMILY",
    "ESP": "EMPLOYEE_AND_SPOUSE",
    "ECH": "EMPLOYEE_AND_CHILDREN",
    "EMP": "EMPLOYEE_ONLY",
}
# Other periods (lifetime, episode) have no place in the parsed view; they are in the raw answer alone.
_PERIODS = {"": "", "22": "", "23": "", "25": "_contract", "24": "_year_to_date", "29": "_remaining"}
_NOTE_OF_NETWORK = {"U": "Network not stated", "": "Network not stated"}
_MARK = Decimal(987_654_321)
_MOST_KEPT = 20_000


@dataclass(frozen=True)
class Form:
    """What a number of the parsed view is about; very many members have the same.

    Attributes:
        kind: its name in the summaries, such as "deductible_remaining".
        is_yearly: it is about the whole plan and not about services.
        services: the service types it is about.
        level: whom it is about in the summaries, "" if they have no place for that.
        networks: which of NETWORKS it is about.
        notes: what the payer says about it.
        flat: its entry in the flat lists as JSON, before and behind the number.
    """

    kind: str
    is_yearly: bool
    services: tuple[str, ...]
    level: str
    networks: tuple[str, ...]
    notes: tuple[str, ...]
    flat: tuple[str, str]


@dataclass(eq=False)
class Line:
    """One number of the parsed view; `flat` is its entry in the flat lists."""

    form: Form
    value: Decimal
    flat: RawJSON


@lru_cache(maxsize=_MOST_KEPT)
def line_of(row: Row, percent_scale: Decimal) -> Line | None:
    """Return what the parsed view says about a row, None if it has no place for it.

    Args:
        row: a benefit row.
        percent_scale: 100 to write a fifth as 20, 1 to write it as 0.2.
    """
    number = row.number
    form = None if number is None else _form_of(row.with_number(_MARK))
    if number is None or form is None:
        return None
    value = _short(number * percent_scale if row.percent is not None else number)
    before, after = form.flat
    return Line(form, value, RawJSON(f"{before}{value}{after}"))


@lru_cache(maxsize=_MOST_KEPT)
def _form_of(row: Row) -> Form | None:
    kind = _kind(row)
    if not kind:
        return None
    note = _NOTE_OF_NETWORK.get(row.network)
    notes = (*row.notes, note) if note else row.notes
    return Form(
        kind=kind,
        is_yearly=row.code in ("C", "G"),
        services=row.services,
        level=_LEVELS.get(row.level, ""),
        networks={"Y": NETWORKS[:1], "N": NETWORKS[1:]}.get(row.network, NETWORKS),
        notes=notes,
        flat=_flat(row, kind, notes),
    )


def _kind(row: Row) -> str:
    if row.code in ("C", "G"):
        name = "deductible" if row.code == "C" else "oop_max"
        return f"{name}{_PERIODS[row.time]}" if row.time in _PERIODS and row.amount is not None else ""
    if row.code == "B" and row.amount is not None:
        return "copay"
    if row.code == "A" and row.percent is not None:
        return "coinsurance"
    if row.code == "F" and row.quantity is not None:
        return "visits_remaining" if row.time == "29" else "visits"
    return ""


def _flat(row: Row, kind: str, notes: tuple[str, ...]) -> tuple[str, str]:
    unit = "PERCENT" if row.percent is not None else "COUNT" if row.quantity is not None else "CURRENCY"
    flat = {
        "type": "LIMITATION" if row.code == "F" else kind.upper(),
        "coverageLevel": FLAT_LEVELS[row.level],
        "unit": unit,
        "value": _MARK,
    }
    # As a value of its own: a note may have the same digits.
    before, after = dump(flat | {"additional_notes": "; ".join(notes)} if notes else flat).split(f":{_MARK}")
    return f"{before}:", after


def _short(value: Decimal) -> Decimal:
    """Return the number without trailing zeros and without an exponent: 20 and not 2E+1."""
    return Decimal(f"{value.normalize():f}")
