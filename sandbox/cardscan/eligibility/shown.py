"""The payer's 271 as the vendor hands it on: its own spelling of the keys, and its own name beside the provider's.

Keys are those of the vendor's capture (contract section 6). Its schema is open: what else the clearinghouse says stays.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from sandbox.cardscan.eligibility import summary

Doc = dict[str, Any]

_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
# Ours to the clearinghouse and none of the customer's.
_UNSHOWN = ("warnings", "submitterTransactionIdentifier", "planDateInformation", "meta")
_SENDER = "CARDSCANSANDBOX"
_ORGANIZATION, _PERSON = "Non-Person Entity", "Person"
# Nobody's: these numbers are kept for stories.
_PHONE = "8005550100"


def of_271(raw: Mapping[str, Any], provider: Mapping[str, Any]) -> Doc:
    """Return an answer as `eligibility_response` has it.

    Args:
        raw: the 271 as the sandbox's clearinghouse writes it (docs/vendors/candid.md, the raw answer).
        provider: who asked, as the request has it.
    """
    doc: Doc = _snake({key: value for key, value in raw.items() if key not in _UNSHOWN})
    return doc | {
        "meta": _meta(raw["meta"]),
        "reassociation_key": raw["controlNumber"],
        "provider": _provider(doc["provider"], provider),
        "payer": _payer(doc["payer"]),
        "plan_date_information": _dates(raw),
    }


def _meta(meta: Mapping[str, Any]) -> Doc:
    mode, trace = meta["applicationMode"], meta["traceId"]
    return {"sender_id": _SENDER, "submitter_id": _SENDER, "application_mode": mode, "trace_id": trace}


def _provider(told: Doc, asked: Mapping[str, Any]) -> Doc:
    kind = {"entity_identifier": "Provider", "entity_type": _PERSON}
    if asked.get("organization_name"):
        kind |= {"entity_type": _ORGANIZATION, "provider_org_name": told["provider_name"]}
    return told | kind


def _payer(told: Doc) -> Doc:
    contacts = [{"communication_mode": "Telephone", "communication_number": _PHONE}]
    return told | {
        "entity_identifier": "Payer",
        "entity_type": _ORGANIZATION,
        "last_name": told["name"],
        "contact_information": {"contacts": contacts},
    }


def _dates(raw: Mapping[str, Any]) -> Doc:
    dates = {}
    for name in ("plan", "eligibility"):
        dates[f"{name}_begin"], dates[f"{name}_end"] = summary.period(raw, name)
    return {name: day for name, day in dates.items() if day}


def _snake(value: Any) -> Any:
    if isinstance(value, dict):
        return {_HUMP.sub("_", key).lower(): _snake(inner) for key, inner in value.items()}
    return [_snake(inner) for inner in value] if isinstance(value, list) else value
