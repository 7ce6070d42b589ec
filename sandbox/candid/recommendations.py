"""Recommendations: findings attached to a check, with the votes of those who read them (docs/vendors/candid.md).

Whoever is a customer can create them; the sandbox adds one by itself where a payer names another one (code R).
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from typing import Any

from sandbox import clock
from sandbox.candid.fields import BadRequest, Part
from sandbox.candid.filters import fits, parse
from sandbox.state import store

Doc = dict[str, Any]
ORGANIZATION, USER = "candid-sandbox-organization", "candid-sandbox"
VOTES = ("UPVOTE", "DOWNVOTE")
_PLACE = ("candid", "recommendations")
_PATIENT_TEXTS = ("id", "mrn", "organization_id", "last_name", "first_name", "member_id")


class NotFound(Exception):
    """There is no recommendation with this id."""


class VersionConflict(Exception):
    """Somebody else has changed the recommendation: the version asked for is not the next one."""

    def __init__(self, latest: int) -> None:
        """Name the version it has."""
        super().__init__(latest)
        self.latest = latest


def create(doc: Any) -> Doc:
    """Keep a new recommendation and return it.

    Raises:
        BadRequest: a field is missing or wrong; it is named.
    """
    part = Part.of(doc)
    check_id = part.filled("eligibility_check_id")
    patient = part.needed_part("patient")
    for name in _PATIENT_TEXTS:
        patient.text(name)
    patient.day("date_of_birth")
    recommendation = part.needed_part("recommendation")
    kind = recommendation.filled("type")
    if kind not in _PAYLOADS:
        raise recommendation.wrong("type", f"must be one of {', '.join(_PAYLOADS)}.")
    _PAYLOADS[kind](recommendation)
    payload = recommendation.doc.get("payload")
    coverage_id = part.uuid("coverage_id")
    return keep(check_id=check_id, patient=patient.doc, kind=kind, payload=payload, coverage_id=coverage_id)


def keep(*, check_id: str, patient: Mapping[str, Any], kind: str, payload: Any, coverage_id: str = "") -> Doc:
    """Keep a recommendation whose parts are known to be right, and return it.

    Args:
        check_id: the check it is about.
        patient: as Candid describes patients, every field optional.
        kind: one of the five types.
        payload: in the form of the type.
        coverage_id: the coverage it is about, or "".
    """
    recommendation_id = str(uuid.uuid4())
    made = {
        "id": recommendation_id,
        "eligibility_check_id": check_id,
        "recommendation": {"type": kind, "payload": payload},
        "patient": dict(patient),
        "votes": [],
        "organization_id": ORGANIZATION,
        "deactivated": False,
        "version": 1,
        "updated_at": clock.now().isoformat(),
        "updating_user_id": USER,
    }
    if coverage_id:
        made["coverage_id"] = coverage_id
    store().put(*_PLACE, recommendation_id, made)
    return made


def latest(filters: str, kind: str) -> list[Doc]:
    """Return the newest recommendation of each type that the filters let through, oldest first.

    Args:
        filters: as in `patient.mrn|eq|123`, joined with commas; "" for all.
        kind: one type only, or "" for all.

    Raises:
        BadRequest: the filters cannot be read.
    """
    wanted = parse(filters)
    newest: dict[str, Doc] = {}
    for _key, doc in store().items(*_PLACE):
        found = doc["recommendation"]["type"]
        if not doc["deactivated"] and kind in ("", found) and fits(doc, wanted):
            newest[found] = doc
    return sorted(newest.values(), key=lambda doc: str(doc["updated_at"]))


def vote(recommendation_id: str, version: str, doc: Any) -> Doc:
    """Keep somebody's vote, which replaces their earlier one, and return the recommendation.

    Args:
        recommendation_id: whose.
        version: the version it will have, which is the current one and one.
        doc: the parsed JSON body.

    Raises:
        BadRequest: a field or the version is wrong.
        NotFound: there is no such recommendation.
        VersionConflict: the version is not the next one.
    """
    part = Part.of(doc)
    given = {"user_id": part.filled("user_id"), "value": part.filled("value")}
    part.choice("value", VOTES)
    if not (version.isascii() and version.isdigit() and len(version) < 10):
        raise BadRequest("must be a whole number.", field="version", status=400)
    with store().transaction():
        found = store().get(*_PLACE, recommendation_id)
        if found is None:
            raise NotFound
        if int(version) != found["version"] + 1:
            raise VersionConflict(found["version"])
        found["votes"] = [one for one in found["votes"] if one["user_id"] != given["user_id"]] + [given]
        found |= {"version": int(version), "updated_at": clock.now().isoformat(), "updating_user_id": given["user_id"]}
        store().put(*_PLACE, recommendation_id, found)
    return found


def _of_other_plan(recommendation: Part) -> None:
    payload = recommendation.needed_part("payload")
    for name in ("payer_id", "payer_name", "member_id"):
        payload.text(name)


def _of_benefits(recommendation: Part) -> None:
    if "payload" not in recommendation.doc:
        raise recommendation.wrong("payload", "is required.")


def _of_copay(recommendation: Part) -> None:
    payload = recommendation.needed_part("payload")
    payload.needed("exposition")
    cents = payload.doc.get("structured_response")
    if cents is not None and (isinstance(cents, bool) or not isinstance(cents, int)):
        raise payload.wrong("structured_response", "must be a whole number of cents.")


def _of_prompts(recommendation: Part) -> None:
    payload = recommendation.needed_part("payload")
    results = payload.doc.get("results")
    if not isinstance(results, list):
        raise payload.wrong("results", "must be a list.")
    for place, item in enumerate(results):
        result = Part.of(item, f"{payload.at('results')}[{place}]")
        for name in ("user_prompt_id", "prompt_name", "exposition"):
            result.needed(name)
        if isinstance(result.doc.get("structured_response"), dict | list | None):
            raise result.wrong("structured_response", "must be a boolean, a number or text.")


_PAYLOADS: dict[str, Callable[[Part], None]] = {
    "MEDICARE_ADVANTAGE": _of_other_plan,
    "MEDICAID_MANAGED_CARE": _of_other_plan,
    "COORDINATION_OF_BENEFITS": _of_benefits,
    "COPAY_ESTIMATION": _of_copay,
    "USER_CONFIGURED_PROMPTS": _of_prompts,
}
