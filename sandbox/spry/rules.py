"""What SPRY does with a capture and a search; no HTTP here."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sandbox import clock, faults, scenarios
from sandbox.spry.answers import status_of
from sandbox.spry.bodies import Refused, invalid
from sandbox.spry.fields import check_fields, known
from sandbox.state import store
from sandbox.switches import switch

Doc = dict[str, Any]

CHANNEL = "MANUAL_CAPTURE"
CHANNELS = ("CLAIM_MD", "PVERIFY", "SPRY", "MANUAL_CAPTURE", "EDI")
# One organisation; the token may see clinics 89 and 90, and 91 exists beside them.
ORGANISATION_ID = 67
CLINIC_IDS = (89, 90)
_OTHER_CLINIC_IDS = (91,)


@dataclass(frozen=True)
class Patient:
    """A patient SPRY knows; the strict sandbox knows no others."""

    first_name: str
    last_name: str
    birth_date: str


PATIENTS = {
    12345: Patient("Jane", "Doe", "1985-04-15"),
    12346: Patient("Emily", "Dickinson", "1990-12-10"),
    12347: Patient("Marcus", "Okoye", "1978-02-03"),
    901: Patient("Rosa", "Alvarez", "2001-07-30"),
}
# appointment id: (patient id, clinic id)
APPOINTMENTS = {5001: (12345, 89), 5002: (12346, 89), 5003: (12347, 90)}


def capture(doc: Mapping[str, Any], token: Mapping[str, Any]) -> Doc:
    """Keep one phone call and return the `data` of the answer.

    Every call makes a new record: there is no idempotency key, and a correction is a further record.

    Args:
        doc: the JSON object.
        token: the claims of the bearer token: organisation, clinics, scope.

    Raises:
        Refused: 400 wrong field, 403 not this token's clinic, 404 unknown, 409 somebody else's appointment, or what a
            scenario has it refused with.
        Interrupted: a scenario has a fault played instead.
    """
    strict = bool(switch("spry", "strict", False))
    now = clock.now()
    check_fields(doc, now=now.astimezone(UTC).replace(tzinfo=None), strict=strict)
    _allow(doc, token)
    _know(doc, strict=strict)
    _follow_scenario(doc)
    with store().transaction():
        record = {**_kept(doc), "eligibility_enquiry_id": _new_id(), "channel_id": CHANNEL, "timestamp": _naive(now)}
        _keep(record)
    return _receipt(record)


def search(query: Mapping[str, str], token: Mapping[str, Any]) -> Doc:
    """Return the `data` of a search: every record of the patient and card number, newest first.

    Args:
        query: patient_id, insurance_number and, if wanted, channel_id.
        token: the claims of the bearer token.

    Raises:
        Refused: 400 a parameter is missing or wrong, 403 the scope lacks read.
    """
    _scope(token, "read")
    patient_id = _number(query, "patient_id")
    number = query.get("insurance_number", "").strip()
    if not number:
        raise invalid("insurance_number is required")
    channel = query.get("channel_id", "")
    if channel and channel not in CHANNELS:
        raise invalid(f"channel_id must be one of {', '.join(CHANNELS)}")
    found = [
        record
        for record in reversed(_of_card(token["organisation_id"], patient_id, number))
        if channel in ("", record["channel_id"])
    ]
    # Newest first; of two in the same second the one kept later is the newer one (the sort keeps their order).
    found.sort(key=lambda record: str(record["timestamp"]), reverse=True)
    return {"content": [] if faults.take("spry", "search", "stale_reads") else [_item(record) for record in found]}


def _allow(doc: Mapping[str, Any], token: Mapping[str, Any]) -> None:
    _scope(token, "write")
    if doc["organisation_id"] != token["organisation_id"]:
        raise Refused(403, 4003, "organisation_id is not the organisation of this token")
    if doc["clinic_id"] not in token["clinic_id_list"]:
        known = doc["clinic_id"] in _OTHER_CLINIC_IDS
        if not known and switch("spry", "strict", False):
            raise Refused(404, 4004, "clinic_id is unknown")
        raise Refused(403, 4003, "clinic_id is not a clinic of this token")


def _scope(token: Mapping[str, Any], needed: str) -> None:
    if needed not in str(token.get("scope", "")).split():
        raise Refused(403, 4003, f"The token may not {needed}")


def _know(doc: Mapping[str, Any], *, strict: bool) -> None:
    """Refuse unknown patients and appointments in strict mode, and somebody else's appointment always."""
    if strict and doc["patient_id"] not in PATIENTS:
        raise Refused(404, 4004, "patient_id is unknown")
    appointment = doc.get("appointment_id")
    if appointment is None:
        return
    if appointment not in APPOINTMENTS:
        if strict:
            raise Refused(404, 4004, "appointment_id is unknown")
        return
    if APPOINTMENTS[appointment] != (doc["patient_id"], doc["clinic_id"]):
        raise Refused(409, 4009, "appointment_id belongs to another patient or clinic")


def _follow_scenario(doc: Mapping[str, Any]) -> None:
    subject = {"patient_id": str(doc["patient_id"]), "service_code": doc["service_code"]}
    step = scenarios.next_step("spry", "capture", subject)
    if step is not None and step.answer:
        code = int(Decimal(step.answer.get("code", 2999)))
        raise Refused(status_of(code), code, str(step.answer.get("message", "The record could not be saved")))


def _keep(record: Doc) -> None:
    """Keep a record, and its place among those of the same card, so that a search need not look through all."""
    record_id, key = record["eligibility_enquiry_id"], _card_key(record)
    of_card = store().get("spry", "cards", key) or {"records": []}
    store().put("spry", "records", record_id, record)
    store().put("spry", "cards", key, {"records": [*of_card["records"], record_id]})


def _of_card(organisation_id: int, patient_id: int, number: str) -> list[Doc]:
    """Return the records of a patient's card, oldest first."""
    wanted = {"organisation_id": organisation_id, "patient_id": patient_id, "insurance_card_number": number}
    of_card = store().get("spry", "cards", _card_key(wanted)) or {"records": []}
    found = (store().get("spry", "records", record_id) for record_id in of_card["records"])
    return [record for record in found if record is not None]


def _card_key(record: Mapping[str, Any]) -> str:
    return f"{record['organisation_id']} {record['patient_id']} {record['insurance_card_number']}"


def _kept(doc: Mapping[str, Any]) -> Doc:
    kept = known(doc)
    return kept | {"insurance_card_number": kept["insurance_card_number"].strip()}


def _new_id() -> str:
    """Return an opaque id; counted ones with the switch "ids" at "counted", for tests that compare bytes."""
    if switch("spry", "ids", "random") == "counted":
        return f"elig-{store().count('spry', 'records') + 1:08d}"
    return f"elig-{secrets.token_hex(8)}"


def _naive(moment: datetime) -> str:
    """Return a moment as SPRY writes it: whole seconds, no zone."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")


def _receipt(record: Doc) -> Doc:
    someone_else = faults.take("spry", "capture", "someone_else")
    return {
        "eligibility_enquiry_id": record["eligibility_enquiry_id"],
        "channel_id": record["channel_id"],
        "patient_id": record["patient_id"] + (1 if someone_else else 0),
        "insurance_number": record["insurance_card_number"],
        "timestamp": record["timestamp"],
    }


def _number(query: Mapping[str, str], name: str) -> int:
    text = query.get(name, "").strip()
    if not text:
        raise invalid(f"{name} is required")
    if not (text.isascii() and text.isdecimal()) or len(text) > 18 or int(text) < 1:
        raise invalid(f"{name} must be an integer greater than 0")
    return int(text)


def _item(record: Doc) -> Doc:
    """Return a record as search shows it; what no capture says is null (docs/vendors/spry.md, our derivations)."""
    plan = record.get("plan_details", {})
    patient = PATIENTS.get(record["patient_id"])
    day = str(record.get("last_eligibility_check_date") or record["timestamp"])[:10]
    return {
        "eligibility_enquiry_id": record["eligibility_enquiry_id"],
        "insurance_number": record["insurance_card_number"],
        "payer_id": plan.get("payer_id"),
        "payer_name": plan.get("payer_name"),
        "patient_first_name": patient.first_name if patient else None,
        "patient_last_name": patient.last_name if patient else None,
        "patient_dob": patient.birth_date if patient else None,
        "patient_relation": "SELF",
        "provider_npi": None,
        "provider_first_name": None,
        "provider_last_name": None,
        "date_of_service": day,
        "service_code": record["service_code"],
        "place_of_service": "11",
        "patient_id": record["patient_id"],
        "clinic_id": record["clinic_id"],
        "organisation_id": record["organisation_id"],
        "timestamp": record["timestamp"],
        "channel_id": record["channel_id"],
        "status": {True: "ACTIVE", False: "INACTIVE"}.get(plan.get("active")),
        "response": _response(record, plan, day),
    }


def _response(record: Doc, plan: Doc, day: str) -> Doc:
    covered = record.get("physical_therapy_coverage")
    said = None if covered is None else covered == "Y"
    response = {
        "enquiry_id": record["eligibility_enquiry_id"],
        "channel_id": record["channel_id"],
        "date_of_service": day,
        "service_code": record["service_code"],
        "place_of_service": "11",
        "prior_authorization_required": record["prior_authorization_required"],
        "service_eligibility_coverage": said,
        "non_covered_services_flag": None if said is None else not said,
        "in_plan_network": "in_network" in record,
        "plan_details": {**plan, "insurance_number": record["insurance_card_number"]},
    }
    further = (
        "in_network",
        "out_of_network",
        "subscriber_details",
        "notes",
        "call_reference_number",
        "call_respondent",
    )
    return response | {name: record[name] for name in further if name in record}
