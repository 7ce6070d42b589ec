"""Ready-made scenarios, for rehearsals that begin with one click."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Doc = dict[str, Any]


@dataclass(frozen=True)
class Ready:
    """A scenario to pick: its key, what staff will see, and its document as `scenario_forms.scenario_of` takes it."""

    key: str
    about: str
    doc: Doc


def _check(name: str, *steps: Doc, **more: Any) -> Doc:
    return {"name": name, "vendor": "candid", "route": "check", "steps": list(steps), **more}


READY = (
    Ready(
        "payer-down",
        "Every eligibility check says that the payer cannot answer now (AAA 42), until the scenario is taken back.",
        _check("Payer down", {"answer": {"aaa": "42"}}),
    ),
    Ready(
        "slow-payer",
        "Eligibility answers are right and late: half of them within 8 seconds, one in twenty after 40 or more.",
        _check("Slow payer", latency={"kind": "lognormal", "median": 8, "p95": 40}),
    ),
    Ready(
        "time-outs-then-active",
        "Aetna says nothing to two checks, then answers: active, $40 copay.",
        _check(
            "Aetna: time-out twice, then active with $40 copay",
            {"times": 2, "fault": {"kind": "black_hole_before", "seconds": 600}},
            {"answer": {"status": "ACTIVE", "copay": "40.00"}},
            subject={"payer_name": "Aetna"},
        ),
    ),
    Ready(
        "not-found-then-found",
        "The next member is not found (AAA 75); asked again, after the desk has looked at the card, it is.",
        _check("Member not found, then found", {"times": 1, "answer": {"aaa": "75"}}, {}),
    ),
    Ready(
        "inactive",
        "The next five checks say that the coverage is not active.",
        _check("Inactive coverage", {"times": 5, "answer": {"status": "INACTIVE"}}),
    ),
    Ready(
        "closed-in-the-morning",
        "Candid is down every day from 10:00 to 11:00 UTC, whatever it is asked.",
        {
            "name": "Candid down from 10 to 11",
            "vendor": "candid",
            "route": "*",
            "steps": [{"fault": {"kind": "502_html"}}],
            "window": {"from": "10:00", "until": "11:00", "daily": True},
        },
    ),
    Ready(
        "too-many",
        "Candid wants to be left alone: 429 three times, with the date when to come again, 30 seconds ahead.",
        _check("Too many checks", {"times": 3, "fault": {"kind": "429", "retry_after": "date", "seconds": 30}}),
    ),
    Ready(
        "lost-release",
        "The next batch is released, the money leaves, and the answer is lost on its way.",
        {
            "name": "Lost answer after the release",
            "vendor": "payments",
            "route": "release",
            "steps": [{"times": 1, "fault": {"kind": "reset_after"}}],
        },
    ),
    Ready(
        "refused-batch",
        "The payments service refuses the next batch (422).",
        {
            "name": "Refused batch",
            "vendor": "payments",
            "route": "create",
            "steps": [{"times": 1, "answer": {"refuse": "422", "detail": "The account is closed for today."}}],
        },
    ),
    Ready(
        "spry-failure",
        "SPRY answers the next phone capture with 200 and says in it that the record was not saved (code 2999).",
        {
            "name": "SPRY cannot save",
            "vendor": "spry",
            "route": "capture",
            "steps": [{"times": 1, "answer": {"code": "2999", "message": "The record could not be saved"}}],
        },
    ),
    Ready(
        "spry-unclear",
        "SPRY saves the next phone capture, and answers 500.",
        {
            "name": "SPRY saves, and says it did not",
            "vendor": "spry",
            "route": "capture",
            "steps": [{"times": 1, "fault": {"kind": "500_after"}}],
        },
    ),
    Ready(
        "photo-not-taken",
        "CardScan fails at the next two card photos that are sent in one call; the upload form takes them.",
        {
            "name": "Card photo not taken",
            "vendor": "cardscan",
            "route": "direct_upload",
            "steps": [{"times": 2, "fault": {"kind": "500_before"}}],
        },
    ),
)


def find(key: str) -> Ready | None:
    """Return a ready-made scenario, or None."""
    return next((ready for ready in READY if ready.key == key), None)
