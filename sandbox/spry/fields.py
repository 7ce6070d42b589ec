"""The fields of a capture in the order of the documentation, each with its rule (docs/vendors/spry.md).

`check_fields` reports the first field that fails, so that a wrong body always gets the same answer: what it must not be
beside another field is looked at together with its own rule. An optional field that is null counts as left out, a
required one as missing.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sandbox.spry.bodies import invalid

# Takes the value and today's moment (naive, UTC); returns what is wrong as the rest of a sentence, or "".
Rule = Callable[[Any, datetime], str]
# Takes a value that keeps its rule and the object it stands in, whose earlier fields are right; returns the same.
Beside = Callable[[Any, Mapping[str, Any]], str]

_CENT = Decimal("0.01")
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
    beside: Beside | None = None


def check_fields(doc: Mapping[str, Any], *, now: datetime, strict: bool) -> None:
    """Check a capture.

    Args:
        doc: the JSON object.
        now: the moment, naive, UTC; a check date may be a day ahead of it.
        strict: refuse keys that the documentation does not have, after everything else.

    Raises:
        Refused: 4000 with the first field that fails.
    """
    _check(CAPTURE, doc, "", now)
    unknown = _unknown(CAPTURE, doc, "") if strict else ""
    if unknown:
        raise invalid(f"{unknown} is not a field of this request")


def known(doc: Mapping[str, Any], fields: tuple[Field, ...] | None = None) -> dict[str, Any]:
    """Return a checked capture, or an object in it with these `fields`, as SPRY keeps it.

    At every depth what is null or no field of the documentation is left out; zero and false stay.
    """
    kept: dict[str, Any] = {}
    for field in CAPTURE if fields is None else fields:
        value = doc.get(field.name)
        if value is not None:
            kept[field.name] = known(value, field.fields) if field.fields else value
    return kept


def _check(fields: tuple[Field, ...], doc: Mapping[str, Any], path: str, now: datetime) -> None:
    for field in fields:
        value, at = doc.get(field.name), f"{path}{field.name}"
        if value is None:
            if field.required:
                raise invalid(f"{at} is required")
        elif field.fields:
            if not isinstance(value, dict):
                raise invalid(f"{at} must be an object")
            _check(field.fields, value, f"{at}.", now)
        elif wrong := _wrong(field, value, doc, now):
            raise invalid(f"{at} {wrong}")


def _wrong(field: Field, value: Any, doc: Mapping[str, Any], now: datetime) -> str:
    wrong = field.rule(value, now) if field.rule else ""
    return wrong or (field.beside(value, doc) if field.beside else "")


def _unknown(fields: tuple[Field, ...], doc: Mapping[str, Any], path: str) -> str:
    """Return the path of the first key that is no field, or an empty text."""
    known = {field.name: field for field in fields}
    for key, value in doc.items():
        if key not in known:
            return f"{path}{key}"
        if isinstance(value, dict) and (inner := _unknown(known[key].fields, value, f"{path}{key}.")):
            return inner
    return ""


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
        if _has_control_characters(value.replace("\n", "").replace("\t", "")):
            return "must not have control characters"
        if len(value.strip()) < least:
            return "is required"
        return f"must be at most {most} characters" if len(value.strip()) > most else ""

    return rule


def _has_control_characters(text: str) -> bool:
    return any(unicodedata.category(letter) == "Cc" for letter in text)


def _card_number(value: Any, now: datetime) -> str:
    if isinstance(value, str) and _has_control_characters(value):
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
    return "must have at most 2 decimals" if amount != amount.quantize(_CENT) else ""


def _percent(value: Any, now: datetime) -> str:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return "must be a number"
    return "" if 0 <= Decimal(value) <= 100 else "must be between 0 and 100"


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


def _not_more_than(whole: str) -> Beside:
    def look(value: Any, doc: Mapping[str, Any]) -> str:
        most = doc.get(whole)
        return f"must not be more than {whole}" if most is not None and value > most else ""

    return look


def _not_before_start(value: Any, doc: Mapping[str, Any]) -> str:
    start = doc.get("plan_start_date")
    # ISO dates in text have the order of time.
    return "must not be before plan_start_date" if start is not None and value < start else ""


_YES_OR_NO = _one_of("Y", "N")
_YEARLY = ("individual_deductible", "family_deductible", "individual_out_of_pocket", "family_out_of_pocket")
_LIMITATION = Field(
    "limitation",
    fields=(
        Field("no_of_total_visits", _integer(0)),
        Field("no_of_visits_remaining", _integer(0), beside=_not_more_than("no_of_total_visits")),
        Field("amount_remaining", _money),
    ),
)


def _network(name: str) -> Field:
    yearly: list[Field] = []
    for pot in _YEARLY:
        yearly.append(Field(f"{pot}_year", _money))
        yearly.append(Field(f"{pot}_remaining", _money, beside=_not_more_than(f"{pot}_year")))
    return Field(name, fields=(*yearly, Field("co_insurance", _percent), Field("co_pay", _money), _LIMITATION))


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
            Field("plan_end_date", _day, beside=_not_before_start),
            Field("plan_name", _text(200)),
            Field("plan_type", _text(80)),
        ),
    ),
    _network("in_network"),
    _network("out_of_network"),
)
