"""Every switch there is: whose, its name, what it may be, and what it is while nobody has set it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sandbox.exact import NotExact, read_json
from sandbox.values import Addresses, Choice, Flag, Number, Pauses, Text, Value, Wrong

_DAY = 86_400.0
_SECONDS = Number(0, 366 * _DAY)
_WAIT = Number(0, 600)  # what somebody sits and waits for
_COUNT = Number(0, 1e9, whole=True)
_PAUSES = Pauses(366 * _DAY)


class Unknown(Exception):
    """There is no such switch, or it cannot be set so; `field` is "name" or "value", the message a sentence."""

    def __init__(self, field: str, sentence: str) -> None:
        """Keep the sentence and the field it is about."""
        super().__init__(sentence)
        self.field = field


@dataclass(frozen=True)
class Declared:
    """One switch; `default` None: what the vendor's page says."""

    vendor: str
    name: str
    wanted: Value
    default: Any = None

    @property
    def key(self) -> str:
        """The switch's full name."""
        return f"{self.vendor}.{self.name}"


SWITCHES = (
    Declared("cardscan", "enrich_seconds", _SECONDS, 8),
    Declared("cardscan", "optional_back_seconds", _SECONDS, 30),
    Declared("cardscan", "extra_seconds", _WAIT, 0),
    Declared("cardscan", "eligibility_seconds", _SECONDS, 0.5),
    Declared("cardscan", "payer_match", Flag(), False),
    Declared("cardscan", "token_seconds", _SECONDS, 3600),
    Declared("cardscan", "magic_link_seconds", _SECONDS, 3600),
    Declared("cardscan", "webhooks", Addresses(), []),
    Declared("cardscan", "webhook_secret", Text()),
    Declared("cardscan", "webhook_retry_seconds", _PAUSES),
    Declared("candid", "detail_keys", Choice(("question", "plain", "both")), "question"),
    Declared("candid", "batch_limit", _COUNT),
    Declared("candid", "batch_page_size", Number(1, 1e6, whole=True)),
    Declared("candid", "batch_seconds", _SECONDS),
    Declared("candid", "batch_retry_seconds", _SECONDS),
    Declared("candid", "batch_total", Choice(("found", "submitted")), "found"),
    Declared("candid", "coverage_seconds", _SECONDS),
    Declared("candid", "discovery_seconds", _SECONDS),
    Declared("candid", "discovery_status", Choice(("COMPLETE", "PENDING", "ERROR", "UNKNOWN")), "COMPLETE"),
    Declared("candid", "percent_scale", Choice(("20", "0.2")), "20"),
    Declared("candid", "bad_payer_status", Choice((200, 400)), 200),
    Declared("candid", "candid_error_field", Text(), ""),
    Declared("candid", "latency_seconds", _WAIT),
    Declared("candid", "rate_limit", _COUNT, 1000),
    Declared("candid", "token_limit", _COUNT, 300),
    Declared("candid", "token_seconds", _SECONDS),
    Declared("spry", "strict", Flag(), False),
    Declared("spry", "ids", Choice(("random", "counted")), "random"),
    Declared("spry", "token_seconds", _SECONDS),
    Declared("payments", "strict", Flag(), False),
    Declared("payments", "create_status", Choice((200, 201)), 200),
    Declared("payments", "conflict_ids", Flag(), False),
    Declared("payments", "create_duplicates", Choice(("409", "same")), "409"),
    Declared("payments", "add_duplicates", Choice(("409", "ignore")), "409"),
    Declared("payments", "add_atomic", Flag(), True),
    Declared("payments", "second_release", Choice(("409", "204", "pays")), "409"),
    Declared("payments", "wrong_totals", Choice(("409", "allow")), "409"),
    Declared("payments", "max_body_kb", _COUNT, 0),
    Declared("payments", "webhook_retry_seconds", _PAUSES),
    Declared("payments", "claim_adjustments", Text(), ""),
)


def checked(vendor: str, name: str, value: Any) -> Any:
    """Return the value a switch may be set to; null, which puts it back, stays null.

    Raises:
        Unknown: there is no such switch, or the value does not fit.
    """
    of_vendor = {one.name: one for one in SWITCHES if one.vendor == vendor}
    if name not in of_vendor:
        raise Unknown("name", f"The switches of {vendor} are {', '.join(of_vendor)}.")
    try:
        return None if value is None else of_vendor[name].wanted.clean(value)
    except Wrong as wrong:
        raise Unknown("value", f"{name} {wrong}.") from wrong


def written(vendor: str, name: str, text: str) -> Any:
    """Return the value that a person wrote: JSON, or a text without quotes; nothing is the default.

    Raises:
        Unknown: as `checked`.
    """
    if not text.strip():
        return checked(vendor, name, None)
    try:
        return checked(vendor, name, read_json(text.encode()))
    except (NotExact, Unknown) as first:
        try:
            return checked(vendor, name, text.strip())
        except Unknown as second:
            raise (first if isinstance(first, Unknown) else second) from second
