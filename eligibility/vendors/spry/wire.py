"""SPRY's bytes to our dataclasses and back; no I/O. Vendor's spellings stop here.

https://api-docs.spryhealth.care (eligibility: capture manual, get history); our notes are in docs/vendors/spry.md.
Traps kept here: `organisation_id` with an s; `insurance_card_number` in, `insurance_number` out; Y/N as strings beside
a real boolean in `plan_details`; unknown values left out and zero sent; success only when the body says so too.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, TypeGuard
from zoneinfo import ZoneInfo

import simplejson

from eligibility.phone_call import Amounts, PhoneCall, Subscriber, notes_to_send, numeric_reference

CHANNEL = "MANUAL_CAPTURE"
SUCCESS = 2000
_CLOCK_SKEW = timedelta(minutes=2)
_MOST_CODE = 2**31  # what a column holds; SPRY's codes have four digits


class Unreadable(Exception):
    """The answer is no answer of this API; whether anything was saved is not known from it."""


class SomeoneElse(Exception):
    """SPRY reports success for another patient or member number than was sent."""


@dataclass(frozen=True)
class Numbers:
    """SPRY's own integers for patient, organisation, clinic and visit; they are not ours."""

    patient_id: int
    organisation_id: int
    clinic_id: int
    appointment_id: int | None = None


@dataclass(frozen=True)
class Saved:
    """SPRY has the record: its id and its naive time of saving, as written."""

    enquiry_id: str
    timestamp: str


@dataclass(frozen=True)
class Refused:
    """SPRY did not save: its code, its message, and our field the message names ("" for none)."""

    code: int | None
    message: str
    field: str


@dataclass(frozen=True)
class Found:
    """A record found by search."""

    enquiry_id: str
    timestamp: datetime
    service_code: str
    clinic_id: int | None
    plan_start_date: date | None
    plan_end_date: date | None


# ---- capture: POST /apis/eligibility/v2/insurance/eligibility/offline ----------------------------------------------


def build_facts(call: PhoneCall, *, zone: ZoneInfo) -> dict[str, Any]:
    """Return the request document without SPRY's numbers. Times are the clinic's, without a zone, to the second."""
    checked = call.called_at.astimezone(zone).replace(tzinfo=None, microsecond=0)
    document = {
        "insurance_card_number": call.member_id,
        "service_code": call.service_code,
        "prior_authorization_required": _letter(call.prior_authorization),
        "physical_therapy_coverage": _letter(call.service_covered),
        "call_reference_number": numeric_reference(call),
        "call_respondent": call.spoke_with,
        "last_eligibility_check_date": checked.isoformat(),
        "notes": notes_to_send(call),
        "subscriber_details": _subscriber(call.subscriber),
        "plan_details": _plan(call),
        "in_network": _amounts(call.in_network),
        "out_of_network": _amounts(call.out_of_network),
    }
    return _known(document)


def build_capture(facts: dict[str, Any], numbers: Numbers) -> bytes:
    """Return the bytes to send; made once and repeated unchanged by every later try."""
    ids = {
        "patient_id": numbers.patient_id,
        "organisation_id": numbers.organisation_id,
        "clinic_id": numbers.clinic_id,
        "appointment_id": numbers.appointment_id,
    }
    return simplejson.dumps(_known({**ids, **facts}), use_decimal=True, separators=(",", ":")).encode()


def _known(document: dict[str, Any]) -> dict[str, Any]:
    """Leave out what was not said. Zero and False are statements, so nothing goes by truthiness."""
    return {key: value for key, value in document.items() if value is not None and value != "" and value != {}}


def _letter(value: bool | None) -> str | None:
    return None if value is None else "Y" if value else "N"


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _cents(amount: Decimal | None) -> Decimal | None:
    return None if amount is None else amount.quantize(Decimal("0.01"))


def _subscriber(subscriber: Subscriber) -> dict[str, Any]:
    return _known(
        {
            "first_name": subscriber.first_name,
            "middle_name": subscriber.middle_name,
            "last_name": subscriber.last_name,
            "sex": subscriber.sex,
            "date_of_birth": _iso(subscriber.birth_date),
            "address_line": subscriber.address_line,
            "city": subscriber.city,
            "state": subscriber.state,
            "zip_code": subscriber.postal_code,
        }
    )


def _plan(call: PhoneCall) -> dict[str, Any]:
    return _known(
        {
            "payer_name": call.payer_name,
            "payer_id": call.edi_payer_id,
            "active": call.plan_active,
            "plan_start_date": _iso(call.plan_start_date),
            "plan_end_date": _iso(call.plan_end_date),
            "plan_name": call.plan_name,
            "plan_type": call.plan_type,
        }
    )


def _amounts(amounts: Amounts | None) -> dict[str, Any] | None:
    """Return one network's object; None when it was not discussed."""
    if amounts is None:
        return None
    limitation = {
        "no_of_total_visits": amounts.visits,
        "no_of_visits_remaining": amounts.visits_remaining,
        "amount_remaining": _cents(amounts.amount_remaining),
    }
    return _known(
        {
            "individual_deductible_year": _cents(amounts.individual_deductible),
            "individual_deductible_remaining": _cents(amounts.individual_deductible_remaining),
            "family_deductible_year": _cents(amounts.family_deductible),
            "family_deductible_remaining": _cents(amounts.family_deductible_remaining),
            "individual_out_of_pocket_year": _cents(amounts.individual_out_of_pocket),
            "individual_out_of_pocket_remaining": _cents(amounts.individual_out_of_pocket_remaining),
            "family_out_of_pocket_year": _cents(amounts.family_out_of_pocket),
            "family_out_of_pocket_remaining": _cents(amounts.family_out_of_pocket_remaining),
            "co_insurance": amounts.coinsurance_percent,
            "co_pay": _cents(amounts.copay),
            "limitation": _known(limitation),
        }
    )


def parse_capture(status: int, document: Any, *, numbers: Numbers, member_id: str) -> Saved | Refused:
    """Return what became of a capture. Saved only for HTTP 2xx, code 2000, and an echo equal to what was sent.

    Raises SomeoneElse when the echo names another patient or member, Unreadable when nothing can be said.
    """
    code = _whole(document.get("code")) if isinstance(document, dict) else None
    if not 200 <= status < 300 or (code is not None and code > SUCCESS):
        return _refused(code, document)
    data = document.get("data") if isinstance(document, dict) else None
    if code != SUCCESS or not isinstance(data, dict):
        raise Unreadable
    if _whole(data.get("patient_id")) != numbers.patient_id or data.get("insurance_number") != member_id:
        raise SomeoneElse
    enquiry_id = data.get("eligibility_enquiry_id")
    if not _is_id(enquiry_id):
        raise Unreadable
    return Saved(enquiry_id, str(data.get("timestamp") or ""))


def _is_id(value: Any) -> TypeGuard[str]:
    return isinstance(value, str) and 0 < len(value) <= 64


def _refused(code: int | None, document: Any) -> Refused:
    message = document.get("message") if isinstance(document, dict) else None
    text = message if isinstance(message, str) else ""
    code = code if code is not None and abs(code) < _MOST_CODE else None
    return Refused(code, text[:300], _FIELDS.get(text.split(" ", 1)[0], ""))


_NETWORK_FIELDS = {
    "individual_deductible_year": "individual_deductible",
    "individual_deductible_remaining": "individual_deductible_remaining",
    "family_deductible_year": "family_deductible",
    "family_deductible_remaining": "family_deductible_remaining",
    "individual_out_of_pocket_year": "individual_out_of_pocket",
    "individual_out_of_pocket_remaining": "individual_out_of_pocket_remaining",
    "family_out_of_pocket_year": "family_out_of_pocket",
    "family_out_of_pocket_remaining": "family_out_of_pocket_remaining",
    "co_insurance": "coinsurance_percent",
    "co_pay": "copay",
    "limitation.no_of_total_visits": "visits",
    "limitation.no_of_visits_remaining": "visits_remaining",
    "limitation.amount_remaining": "amount_remaining",
}
# SPRY's dotted path at the beginning of a message -> our field.
_FIELDS = {
    "insurance_card_number": "member_id",
    "service_code": "service_code",
    "prior_authorization_required": "prior_authorization",
    "physical_therapy_coverage": "service_covered",
    "call_reference_number": "call_reference",
    "call_respondent": "spoke_with",
    "last_eligibility_check_date": "called_at",
    "notes": "notes",
    "plan_details.payer_name": "payer_name",
    "plan_details.payer_id": "edi_payer_id",
    "plan_details.active": "plan_active",
    "plan_details.plan_start_date": "plan_start_date",
    "plan_details.plan_end_date": "plan_end_date",
    "plan_details.plan_name": "plan_name",
    "plan_details.plan_type": "plan_type",
    "subscriber_details.first_name": "subscriber_first_name",
    "subscriber_details.middle_name": "subscriber_middle_name",
    "subscriber_details.last_name": "subscriber_last_name",
    "subscriber_details.sex": "subscriber_sex",
    "subscriber_details.date_of_birth": "subscriber_birth_date",
    "subscriber_details.address_line": "subscriber_address_line",
    "subscriber_details.city": "subscriber_city",
    "subscriber_details.state": "subscriber_state",
    "subscriber_details.zip_code": "subscriber_postal_code",
    **{
        f"{network}.{theirs}": f"{network}_{ours}"
        for network in ("in_network", "out_of_network")
        for theirs, ours in _NETWORK_FIELDS.items()
    },
}


# ---- search: GET /apis/eligibility/v2/insurance/eligibility/search ------------------------------------------------


def parse_search(document: Any) -> list[Found]:
    """Return the records of a search answer, in SPRY's order.

    Raises Unreadable, also for a single record without an id or a time: a record that is passed over is sent again.
    """
    data = document.get("data") if isinstance(document, dict) else None
    content = data.get("content") if isinstance(data, dict) else None
    if not isinstance(document, dict) or document.get("code") != SUCCESS or not isinstance(content, list):
        raise Unreadable
    return [_found(item) for item in content]


def _found(item: Any) -> Found:
    if not isinstance(item, dict):
        raise Unreadable
    enquiry_id, stamp = item.get("eligibility_enquiry_id"), _naive(item.get("timestamp"))
    if not _is_id(enquiry_id) or stamp is None:
        raise Unreadable
    response = item.get("response")
    plan = response.get("plan_details") if isinstance(response, dict) else None
    plan = plan if isinstance(plan, dict) else {}
    return Found(
        enquiry_id=enquiry_id,
        timestamp=stamp,
        service_code=str(item.get("service_code") or ""),
        clinic_id=_whole(item.get("clinic_id")),
        plan_start_date=_day(plan.get("plan_start_date")),
        plan_end_date=_day(plan.get("plan_end_date")),
    )


def ours(
    found: Iterable[Found], *, body: dict[str, Any], sent_at: datetime, now: datetime, zone: ZoneInfo
) -> list[Found]:
    """Return the records that can be the one sent in `body` at `sent_at`, newest first.

    Service, clinic and plan dates must be equal. SPRY's times carry no zone, so a record fits when its time lies
    between two minutes before sending and two after now, read either as UTC or as the clinic's time.
    """
    plan = body.get("plan_details", {})
    wanted = (body["service_code"], body["clinic_id"], plan.get("plan_start_date"), plan.get("plan_end_date"))
    fitting = [
        item
        for item in found
        if (item.service_code, item.clinic_id, _iso(item.plan_start_date), _iso(item.plan_end_date)) == wanted
        and _saved_between(item.timestamp, sent_at - _CLOCK_SKEW, now + _CLOCK_SKEW, zone)
    ]
    return sorted(fitting, key=lambda item: item.timestamp, reverse=True)


def _saved_between(stamp: datetime, first: datetime, last: datetime, zone: ZoneInfo) -> bool:
    return any(first <= stamp.replace(tzinfo=read_as) <= last for read_as in (UTC, zone))


def _naive(value: Any) -> datetime | None:
    try:
        stamp = datetime.fromisoformat(value)
        return stamp if stamp.tzinfo is None else stamp.astimezone(UTC).replace(tzinfo=None)
    except (TypeError, ValueError, OverflowError):
        return None


def _day(value: Any) -> date | None:
    try:
        return date.fromisoformat(value[:10])
    except (TypeError, ValueError):
        return None


def _whole(value: Any) -> int | None:
    """Return a JSON integer; a boolean is none."""
    return value if isinstance(value, int) and not isinstance(value, bool) else None


# ---- token: POST /apis/v2/oauth/token -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Grant:
    """A token, its life in seconds, and the organisation and clinics it is good for."""

    bearer: str
    seconds: float
    organisation_id: int | None
    clinic_ids: frozenset[int]


def parse_token(document: Any) -> Grant:
    """Return a token answer, whether or not it is wrapped in the usual envelope. Raises Unreadable."""
    if isinstance(document, dict) and isinstance(document.get("data"), dict):
        document = document["data"]
    if not isinstance(document, dict):
        raise Unreadable
    bearer, life, clinics = (document.get(key) for key in ("access_token", "expires_in", "clinic_id_list"))
    seconds = _whole(life)
    if not isinstance(bearer, str) or not bearer or seconds is None:
        raise Unreadable
    known = clinics if isinstance(clinics, list) else []
    ids = frozenset(number for number in map(_whole, known) if number is not None)
    return Grant(bearer, float(seconds), _whole(document.get("organisation_id")), ids)
