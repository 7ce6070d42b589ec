"""Fault rules: what shall go wrong at which route, how often. `sandbox.gate` and the vendors' rules play them."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from sandbox.state import dump, store
from sandbox.values import Choice, Number, Text, Value, Wrong

Options = Mapping[str, Value]

# Played by sandbox.gate for every route of every vendor. Any other kind is asked for by a vendor's own rules.
# These happen instead of the work.
BEFORE_KINDS = {
    "refused": "connections are refused for a while (option seconds, 5); one route alone: reset without a byte",
    "reset_before": "the connection is reset before any work",
    "black_hole_before": "nothing is done and no answer comes (option seconds, 600)",
    "500_before": "500 before any work",
    "502_html": "502 with an HTML page, before any work",
    "429": "429 before any work (option retry_after: 1, date, absent, negative, huge or any text)",
    "401": "401 before any work",
    "403": "403 before any work",
    "413": "413 before any work",
    "200_error_body": "200 with an error body, nothing done",
    "redirect": "a redirect to somewhere else, nothing done (options location, and status, 302)",
}
# These are played on the answer of the work.
AFTER_KINDS = {
    "reset_after": "the work is done, then the connection is reset",
    "black_hole_after": "the work is done and no answer comes (option seconds, 600)",
    "slow_first_byte": "the work is done, the answer starts late (option seconds, 5)",
    "slow_drip": "the work is done, the answer comes byte by byte (options pause, 0.5 s, and bytes, 1)",
    "500_after": "500 although the work is done",
    "truncated_json": "the work is done, half of the answer comes",
    "wrong_types": "the work is done, every value of the answer has another type",
    "duplicate_keys": "the work is done, the first key of the answer comes twice",
    "big_body": "the work is done, the answer is very big (option megabytes, 50)",
}
# This one neither spoils the work nor the answer: both are as usual, later.
SLOW_BEFORE = "slow_before"
WAIT_KINDS = {SLOW_BEFORE: "the request is read, then nothing happens for a while, then the work (option seconds, 1)"}
ANSWER_KINDS = BEFORE_KINDS | AFTER_KINDS
GATE_KINDS = WAIT_KINDS | ANSWER_KINDS

SECONDS = Number(0, 3600)
_GATE_OPTIONS: dict[str, Options] = {
    SLOW_BEFORE: {"seconds": SECONDS},
    "refused": {"seconds": SECONDS},
    "black_hole_before": {"seconds": SECONDS},
    "black_hole_after": {"seconds": SECONDS},
    "slow_first_byte": {"seconds": SECONDS},
    "slow_drip": {"pause": Number(0, 60), "bytes": Number(1, 1e6, whole=True)},
    "429": {"retry_after": Text(loose=True), "seconds": SECONDS},
    "big_body": {"megabytes": Number(1, 200, whole=True)},
    "redirect": {"location": Text(), "status": Choice((301, 302, 303, 307, 308))},
}
# The kinds that vendors' own rules ask for: by vendor and route, with their options.
_own: dict[tuple[str, str], dict[str, Options]] = {}


class Unknown(Exception):
    """Nobody plays this fault so; `errors` has a sentence by "route", "kind" or the name of an option."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        """Keep the sentences."""
        super().__init__(" ".join(errors.values()))
        self.errors = dict(errors)


def plays(vendor: str, routes: Iterable[str], kinds: Mapping[str, Options]) -> None:
    """Register kinds of faults that a vendor's own rules ask for (`take`), beside the gate's.

    Args:
        vendor: such as "payments".
        routes: where they are asked for, as the rules name it to `take`.
        kinds: each with its options.
    """
    for route in routes:
        _own.setdefault((vendor, route), {}).update(kinds)


def own_kinds() -> Mapping[tuple[str, str], Mapping[str, Options]]:
    """Return the kinds that the vendors' own rules ask for, with their options, by vendor and route."""
    return _own


def checked(vendor: str, route: str, kind: str, options: Mapping[str, Any], names: Collection[str]) -> dict[str, Any]:
    """Return the options of a rule that somebody will play, cleaned.

    Args:
        vendor: such as "payments", or "*".
        route: as in `add`.
        kind: the gate's, or one that the vendor has registered for the route.
        options: as they were sent.
        names: the names of all routes, such as "payments.add".

    Raises:
        Unknown: there is no such route, kind or option, or an option has a value that does not fit.
    """
    guarded = [tuple(name.split(".", 1)) for name in names]
    places = [place for place in [*guarded, *_own] if vendor in ("*", place[0]) and route in ("*", place[1])]
    if not places:
        raise Unknown({"route": f"{vendor} has no route {route}; GET /__sandbox__/state has the names, * means all."})
    kinds: dict[str, Options] = {}
    for place in places:
        kinds |= _own.get((place[0], place[1]), {})
    if any(place in guarded for place in places):
        kinds |= gate_options() | {SLOW_BEFORE: _GATE_OPTIONS[SLOW_BEFORE]}
    if kind not in kinds:
        raise Unknown({"kind": f"What happens at {vendor}.{route} is one of {', '.join(kinds)}."})
    return cleaned(kind, options, kinds[kind])


def gate_options() -> dict[str, Options]:
    """Return the gate's kinds that happen instead of the work or on its answer, with their options."""
    return {kind: _GATE_OPTIONS.get(kind, {}) for kind in ANSWER_KINDS}


def cleaned(kind: str, options: Mapping[str, Any], known: Options) -> dict[str, Any]:
    """Return the options of a kind as its player wants them; `known` is what it takes.

    Raises:
        Unknown: with what is wrong, by the names of the options.
    """
    made, errors = {}, {}
    for name, value in options.items():
        try:
            made[name] = _option(kind, name, value, known)
        except Wrong as wrong:
            errors[name] = f"{wrong}."
    if errors:
        raise Unknown(errors)
    return made


def _option(kind: str, name: str, value: Any, known: Options) -> Any:
    if name not in known:
        wanted = f"its options are {' and '.join(known)}" if known else "it has no options"
        raise Wrong(f"{kind} knows no {name}; {wanted}")
    try:
        return known[name].clean(value)
    except Wrong as wrong:
        raise Wrong(f"{name} {wrong}") from wrong


def add(vendor: str, route: str, kind: str, *, times: int | None = 1, skip: int = 0, **options: Any) -> dict[str, Any]:
    """Add a rule and return it.

    Args:
        vendor: "cardscan", "candid", "spry", "payments" or "*".
        route: the route's name without its vendor, such as "add", or "*".
        kind: one of GATE_KINDS, or a kind that the vendor's own rules ask for.
        times: how many calls it hits; None means every call until it is cleared.
        skip: how many calls it lets pass first.
        options: what the kind needs, such as seconds.
    """
    rule: dict[str, Any] = {"id": uuid.uuid4().hex, "vendor": vendor, "route": route, "kind": kind}
    rule |= {"times": times, "skip": skip, "options": options}
    store().put("sandbox", "faults", str(rule["id"]), rule)
    return rule


def all_rules() -> list[dict[str, Any]]:
    """Return the rules that still wait, oldest first."""
    return [rule for _key, rule in store().items("sandbox", "faults")]


def clear(vendor: str | None = None) -> None:
    """Take back the rules of a vendor, or all."""
    with store().transaction():
        for key, rule in store().items("sandbox", "faults"):
            if vendor in (None, rule["vendor"]):
                store().delete("sandbox", "faults", key)


def remove(rule_id: str) -> bool:
    """Take one rule back; return whether it still waited."""
    return store().delete("sandbox", "faults", rule_id)


def take(vendor: str, route: str, kind: str) -> dict[str, Any] | None:
    """Use up one turn of a rule for this call; return {"kind": …, **options}, or None if no rule hits."""
    return take_one_of(vendor, route, (kind,))


def take_one_of(vendor: str, route: str, kinds: Iterable[str]) -> dict[str, Any] | None:
    """Like `take`, for the oldest rule of any of these kinds."""
    wanted = set(kinds)
    if not waits(vendor, route, wanted):
        return None
    with store().transaction():
        for rule in all_rules():
            if _hits(rule, vendor, route, wanted) and _use(rule):
                return {**rule["options"], "kind": rule["kind"]}
    return None


def waits(vendor: str, route: str, kinds: Iterable[str]) -> bool:
    """Tell whether a rule of one of these kinds waits for this route; uses nothing up and never waits for a writer."""
    wanted = set(kinds)
    return any(_hits(rule, vendor, route, wanted) for rule in all_rules())


def _hits(rule: dict[str, Any], vendor: str, route: str, kinds: set[str]) -> bool:
    return rule["vendor"] in (vendor, "*") and rule["route"] in (route, "*") and rule["kind"] in kinds


def _use(rule: dict[str, Any]) -> bool:
    if rule["skip"] > 0:
        store().put("sandbox", "faults", rule["id"], rule | {"skip": rule["skip"] - 1})
        return False
    if rule["times"] is not None and rule["times"] <= 1:
        store().delete("sandbox", "faults", rule["id"])
    elif rule["times"] is not None:
        store().put("sandbox", "faults", rule["id"], rule | {"times": rule["times"] - 1})
    return True


ErrorBody = Callable[[int, str], dict[str, Any] | str]
_error_bodies: dict[str, ErrorBody] = {}


def speak(vendor: str, error_body: ErrorBody, *, route: str = "*") -> None:
    """Register how a vendor, or one route of it, writes an error, for the faults that need one.

    Args:
        vendor: such as "cardscan".
        error_body: `error_body(status, message)` returns a JSON document, or the text of an XML one.
        route: the route's name without its vendor when it alone speaks so.
    """
    _error_bodies[f"{vendor}.{route}"] = error_body


def error_answer(vendor: str, route: str, status: int, message: str) -> tuple[bytes, str]:
    """Return (body, media type) of an error in the vendor's shape, or in a plain one if the vendor registered none."""
    write = _error_bodies.get(f"{vendor}.{route}") or _error_bodies.get(f"{vendor}.*")
    doc = write(status, message) if write else {"message": message, "status": status}
    if isinstance(doc, str):
        return doc.encode(), "application/xml"
    # The members that RFC 9457 gives to its problem documents.
    is_problem = {"type", "title", "status"} <= doc.keys()
    return dump(doc).encode(), "application/problem+json" if is_problem else "application/json"
