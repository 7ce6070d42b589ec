"""The fields of a capture in the order of the documentation, each with its rule (docs/vendors/spry.md).

`check_fields` reports the first field that fails, so that a wrong body always gets the same answer. An optional field
that is null counts as left out, a required one as missing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sandbox.spry.bodies import invalid

# Takes the value and today's moment (naive, UTC); returns what is wrong as the rest of a sentence, or "".
Rule = Callable[[Any, datetime], str]

_MOST_MONEY = Decimal("9999999.99")
_STATES = (
    "AL AK AZ AR CA CO CT DE DC FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK OR "
    "PA RI SC SD TN TX UT VT VA WA WV WI WY AS GU MP PR VI UM FM MH PW AA AE AP"
)


@dataclass(frozen=True)
class Field:
    """One field: its name, its rule, or its own fields if it is an object."""

    name: str
    rule: Rule | None = None
    required: bool = False
    fields: tuple[Field, ...] = ()
    # Looks at the whole object after its fields; returns (field, what is wrong) or None.
    together: Callable[[Mapping[str, Any]], tuple[str, str] | None] | None = None


def check_fields(doc: Mapping[str, Any], *, now: datetime, strict: bool) -> None:
    """Check a capture.

    Args:
        doc: the JSON object.
        now: the moment, naive, UTC; a check date may be a day ahead of it.
        strict: refuse keys that the documentation does not have.

    Raises:
        Refused: 4000 with the first field that fails.
    """
    _check(Field("", fields=CAPTURE), doc, "", now, strict)


def _check(field: Field, doc: Mapping[str, Any], path: str, now: datetime, strict: bool) -> None:
    for inner in field.fields:
        _check_one(inner, doc.get(inner.name), f"{path}{inner.name}", now, strict)
    wrong = field.together(doc) if field.together else None
    if wrong:
        raise invalid(f"{path}{wrong[0]} {wrong[1]}")
    if strict:
        unknown = [key for key in doc if key not in {inner.name for inner in field.fields}]
        if unknown:
            raise invalid(f"{path}{unknown[0]} is not a field of this request")


def _check_one(field: Field, value: Any, path: str, now: datetime, strict: bool) -> None:
    if value is None:
        if field.required:
            raise invalid(f"{path} is required")
        return
    if field.fields:
        if not isinstance(value, dict):
            raise invalid(f"{path} must be an object")
        _check(field, value, f"{path}.", now, strict)
        return
    wrong = field.rule(value, now) if field.rule else ""
    if wrong:
        raise invalid(f"{path} {wrong}")


def _integer(least: int, most: int = 2**63 - 1) -> Rule:
    def rule(value: Any, now: datetime) -> str:
        # In Python True is an int; on this wire it is not.
        if isinstance(value, bool) or not isinstance(value, int):
            return "must be an integer"
        if value < least:
            return "must be greater than 0" if least == 1 else f"must not be less than {least}"
        return "is too large" if value > most else ""

    return rule


def _text(most: int, *, least: int = 0) -> Rule:
    def rule(value: Any, now: datetime) -> str:
        if not isinstance(value, str):
            return "must be a string"
        if any(ord(letter) < 32 and letter not in "\n\t" for letter in value):
            return "must not have control characters"
        if len(value.strip()) < least:
            return "is required"
        return f"must be at most {most} characters" if len(value.strip()) > most else ""

    return rule


def _card_number(value: Any, now: datetime) -> str:
    if isinstance(value, str) and any(ord(letter) < 32 for letter in value):
        return "must not have control characters"
    return _text(50, least=1)(value, now)


def _one_of(*choices: str) -> Rule:
    def rule(value: Any, now: datetime) -> str:
        return "" if isinstance(value, str) and value in choices else f"must be {' or '.join(choices)}"

    return rule


def _pattern(pattern: str, wrong: str) -> Rule:
    def rule(value: Any, now: datetime) -> str:
        return "" if isinstance(value, str) and re.fullmatch(pattern, value) else wrong

    return rule


def _boolean(value: Any, now: datetime) -> str:
    return "" if isinstance(value, bool) else "must be true or false"


def _money(value: Any, now: datetime) -> str:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return "must be a number"
    amount = Decimal(value)
    if amount < 0:
        return "must not be negative"
    if amount > _MOST_MONEY:
        return "must be at most 9999999.99"
    return "must have at most 2 decimals" if _decimals(amount) > 2 else ""


def _percent(value: Any, now: datetime) -> str:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return "must be a number"
    return "" if 0 <= Decimal(value) <= 100 else "must be between 0 and 100"


def _decimals(amount: Decimal) -> int:
    exponent = amount.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _day(value: Any, now: datetime) -> str:
    if isinstance(value, str) and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value) and _is_date(value):
        return ""
    return "must be a date written as YYYY-MM-DD"


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _birth_date(value: Any, now: datetime) -> str:
    wrong = _day(value, now)
    if wrong:
        return wrong
    born = date.fromisoformat(value)
    if born > now.date() + timedelta(days=1):
        return "must not be in the future"
    return "must not be before 1900" if born.year < 1900 else ""


def _check_date(value: Any, now: datetime) -> str:
    """The examples are naive and no zone is documented, so a day of slack covers every zone of the country."""
    wrong = "must be a date and time written as YYYY-MM-DDTHH:MM:SS"
    if not isinstance(value, str) or not re.fullmatch(r"[0-9-]{10}T[0-9:]{8}(\.[0-9]+)?", value):
        return wrong
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return wrong
    return "must not be in the future" if moment > now + timedelta(hours=24) else ""


def _state(value: Any, now: datetime) -> str:
    return "" if isinstance(value, str) and value in _STATES.split() else "must be a two-letter state code"


def _not_more(part: str, whole: str) -> Callable[[Mapping[str, Any]], tuple[str, str] | None]:
    def look(doc: Mapping[str, Any]) -> tuple[str, str] | None:
        left, total = doc.get(part), doc.get(whole)
        if left is not None and total is not None and left > total:
            return part, f"must not be more than {whole}"
        return None

    return look


def _first(*looks: Callable[[Mapping[str, Any]], tuple[str, str] | None]) -> Any:
    def look(doc: Mapping[str, Any]) -> tuple[str, str] | None:
        return next((wrong for wrong in (one(doc) for one in looks) if wrong), None)

    return look


def _ends_after_start(doc: Mapping[str, Any]) -> tuple[str, str] | None:
    start, end = doc.get("plan_start_date"), doc.get("plan_end_date")
    if start is not None and end is not None and end < start:
        return "plan_end_date", "must not be before plan_start_date"
    return None


_YES_OR_NO = _one_of("Y", "N")
_YEARLY = ("individual_deductible", "family_deductible", "individual_out_of_pocket", "family_out_of_pocket")
_LIMITATION = Field(
    "limitation",
    fields=(
        Field("no_of_total_visits", _integer(0)),
        Field("no_of_visits_remaining", _integer(0)),
        Field("amount_remaining", _money),
    ),
    together=_not_more("no_of_visits_remaining", "no_of_total_visits"),
)


def _network(name: str) -> Field:
    yearly = [Field(f"{pot}_{part}", _money) for pot in _YEARLY for part in ("year", "remaining")]
    rest = [Field("co_insurance", _percent), Field("co_pay", _money), _LIMITATION]
    looks = [_not_more(f"{pot}_remaining", f"{pot}_year") for pot in _YEARLY]
    return Field(name, fields=(*yearly, *rest), together=_first(*looks))


CAPTURE: tuple[Field, ...] = (
    Field("patient_id", _integer(1), required=True),
    Field("organisation_id", _integer(1), required=True),
    Field("clinic_id", _integer(1), required=True),
    Field("insurance_card_number", _card_number, required=True),
    Field("service_code", _pattern(r"[A-Z0-9]{1,10}", "must be 1 to 10 capital letters or digits"), required=True),
    Field("prior_authorization_required", _YES_OR_NO, required=True),
    Field("physical_therapy_coverage", _YES_OR_NO),
    Field("call_reference_number", _integer(0)),
    Field("call_respondent", _text(100)),
    Field("last_eligibility_check_date", _check_date),
    Field("notes", _text(2000)),
    Field("appointment_id", _integer(1)),
    Field(
        "subscriber_details",
        fields=(
            Field("first_name", _text(60)),
            Field("middle_name", _text(60)),
            Field("last_name", _text(60)),
            Field("sex", _one_of("MALE", "FEMALE", "OTHER", "UNKNOWN")),
            Field("date_of_birth", _birth_date),
            Field("address_line", _text(200)),
            Field("city", _text(100)),
            Field("state", _state),
            Field("zip_code", _pattern(r"[0-9]{5}(-?[0-9]{4})?", "must be 5 or 9 digits")),
        ),
    ),
    Field(
        "plan_details",
        fields=(
            Field("payer_name", _text(200)),
            Field("payer_id", _text(80)),
            Field("active", _boolean),
            Field("plan_start_date", _day),
            Field("plan_end_date", _day),
            Field("plan_name", _text(200)),
            Field("plan_type", _text(80)),
        ),
        together=_ends_after_start,
    ),
    _network("in_network"),
    _network("out_of_network"),
)
