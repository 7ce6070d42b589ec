"""Scenarios: how a payer (or any call) shall behave step by step, such as "time-out twice, then active, $40 copay".

A scenario names the calls it is about and has steps, each for a number of calls: a fault that `sandbox.gate` plays, an
answer that the vendor's rules give, or neither (the usual answer, perhaps late). It may have a latency and a window of
time, both by the sandbox's clock, and is kept in the store with how far it has got.

A vendor's rules ask `next_step` right before their work, wherever they are; `sandbox.gate` asks for every route whose
vendor does not (see PLACES). `sandbox.scenario_forms` makes scenarios of what people and programs send.
"""

from __future__ import annotations

import contextlib
import contextvars
import math
import random
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time
from typing import Any

from sandbox import clock, faults
from sandbox.state import store

Doc = dict[str, Any]

_Z95 = 1.6448536269514722  # the 95th percentile of the normal distribution
MOST_SECONDS = 600.0


@dataclass(frozen=True)
class Place:
    """Where a vendor asks by itself: what it tells about the call and what it can answer."""

    subject: tuple[str, ...]
    answers: tuple[str, ...] = ()
    # Of a place without a route, where no gate stands: the faults that the vendor's own rules play.
    own_kinds: Mapping[str, faults.Options] = field(default_factory=dict)


_ELIGIBILITY = Place(
    ("payer_id", "payer_name", "member_id", "last_name", "service_type"),
    ("status", "aaa", "copay", "coinsurance", "deductible", "deductible_remaining", "plan_name"),
)
PLACES = {
    "candid.check": _ELIGIBILITY,
    "cardscan.eligibility": _ELIGIBILITY,
    "cardscan.read": Place(
        ("payer_name", "card_id"),
        own_kinds={
            "slow": {"seconds": faults.SECONDS},
            **{kind: {} for kind in ("stuck", "error", "frontside_failed", "backside_failed", "unknown")},
        },
    ),
    "spry.capture": Place(("patient_id", "service_code"), ("code", "message")),
}


@dataclass(frozen=True)
class Step:
    """What shall happen to one call.

    Behind the gate the fault and the latency are the gate's; a vendor applies `answer` alone. In a background job,
    where no gate stands, waiting `seconds` and playing `fault` are the caller's, too.
    """

    scenario: str
    fault: Doc | None = None  # {"kind": …, **options}
    answer: Doc = field(default_factory=dict)
    seconds: float = 0.0


class Interrupted(Exception):
    """The gate plays a fault instead of the work; a vendor's rules let it pass."""


@dataclass
class Order:
    """What a scenario orders for the call in hand; made by the gate, filled by `next_step`."""

    fault: Doc | None = None
    seconds: float = 0.0
    scenario: str = ""
    wait: float = 0.0  # seconds before the work, which then goes as usual

    @property
    def said(self) -> str:
        """What the log says about it."""
        kind = self.fault["kind"] if self.fault else faults.SLOW_BEFORE if self.wait else ""
        return (f" fault {kind}" if kind else "") + (" scenario" if self.scenario else "")


_order: contextvars.ContextVar[Order | None] = contextvars.ContextVar("order", default=None)


def listen() -> Order:
    """Return the order that scenarios will fill during the call in hand; for the gate."""
    order = Order()
    _order.set(order)
    return order


def next_step(vendor: str, route: str, subject: Mapping[str, str]) -> Step | None:
    """Use up one call of the first scenario that is about it; None when there is none.

    Args:
        vendor: such as "candid".
        route: the route's name without its vendor, such as "check", or of a place without a route, such as "read".
        subject: what the call is about, by the names of PLACES; what is not known is left out.

    Raises:
        Interrupted: the scenario orders a fault instead of the work; the gate plays it.
    """
    order = _order.get()
    if (order is not None and order.fault is not None) or not waits(vendor, route, subject):
        return None  # a fault rule goes first, and the scenario's step waits for the next call
    step = _taken(vendor, route, subject)
    if step is None or order is None:
        return step
    order.fault, order.seconds, order.scenario = step.fault, step.seconds, step.scenario
    if step.fault is not None and step.fault["kind"] in faults.BEFORE_KINDS:
        raise Interrupted
    return step


def order(vendor: str, route: str) -> None:
    """Ask for a route whose vendor does not ask, and fill the order of the call in hand; for the gate."""
    with contextlib.suppress(Interrupted):  # the gate looks at the order before it lets the vendor work
        next_step(vendor, route, {})


def order_fault(fault: Doc) -> None:
    """Have the gate play {"kind": …, **options} on the answer of the call in hand; for a vendor's own rules."""
    order = _order.get()
    if order is not None:
        order.fault = fault


def waits(vendor: str, route: str, subject: Mapping[str, str] | None = None) -> bool:
    """Tell whether a scenario is about such a call; uses nothing up and never waits for a writer."""
    return any(_is_about(scenario, vendor, route, subject or {}) for scenario in _played())


def _taken(vendor: str, route: str, subject: Mapping[str, str]) -> Step | None:
    """Take one call off the first scenario that has a step left, one caller at a time."""
    with store().transaction():
        for scenario in _played():
            at = _current(scenario)
            if at is None or not _is_about(scenario, vendor, route, subject):
                continue
            index, used = at
            store().put("sandbox", "scenarios", scenario["id"], scenario | {"at": [index, used + 1]})
            step = scenario["steps"][index]
            return Step(scenario["id"], step.get("fault"), step.get("answer") or {}, draw(scenario.get("latency")))
    return None


def _current(scenario: Doc) -> tuple[int, int] | None:
    """Return which step is next and how often it was played, or None when the scenario is over."""
    index, used = scenario["at"]
    while index < len(scenario["steps"]):
        times = scenario["steps"][index].get("times")
        if times is None or used < times:
            return index, used
        index, used = index + 1, 0
    return None


def _is_about(scenario: Doc, vendor: str, route: str, subject: Mapping[str, str]) -> bool:
    return (
        scenario["vendor"] == vendor
        and (scenario["route"] == route or (scenario["route"] == "*" and not _is_background(vendor, route)))
        and not scenario.get("paused")
        and all(_fits(name, wanted, subject.get(name)) for name, wanted in scenario["subject"].items())
        and is_open(scenario.get("window"), clock.now())
    )


def _is_background(vendor: str, route: str) -> bool:
    place = PLACES.get(f"{vendor}.{route}")
    return place is not None and bool(place.own_kinds)


def _fits(name: str, wanted: str, given: str | None) -> bool:
    """Tell whether a call fits a condition: a name by its beginning words, anything else exactly; case is nothing."""
    if given is None:
        return False
    plain_wanted, plain_given = wanted.strip().casefold(), str(given).strip().casefold()
    if name.endswith("_name"):
        return f" {plain_given} ".startswith(f" {plain_wanted} ")
    return plain_wanted == plain_given


def is_open(window: Mapping[str, Any] | None, now: datetime) -> bool:
    """Tell whether a window of time is open.

    Args:
        window: None for always; {"from": "10:00", "until": "11:00", "daily": True} for every day (UTC; over midnight
            when `until` is earlier), or two moments with their offsets for once.
        now: the sandbox's time.
    """
    if window is None:
        return True
    begins, ends = str(window["from"]), str(window["until"])
    if not window.get("daily"):
        return datetime.fromisoformat(begins) <= now < datetime.fromisoformat(ends)
    start, stop, at = time.fromisoformat(begins), time.fromisoformat(ends), now.time()
    return start <= at < stop if start < stop else at >= start or at < stop


def is_past(window: Mapping[str, Any] | None, now: datetime) -> bool:
    """Tell whether a window of time was open and will not be again, unless the clock is moved back."""
    return window is not None and not window.get("daily") and datetime.fromisoformat(str(window["until"])) <= now


def draw(latency: Mapping[str, Any] | None) -> float:
    """Return one latency in seconds of a distribution, at most MOST_SECONDS; 0 for None.

    Args:
        latency: {"kind": "fixed", "seconds"}, {"kind": "uniform", "low", "high"} or
            {"kind": "lognormal", "median", "p95"}, all in seconds.
    """
    if latency is None:
        return 0.0
    if latency["kind"] == "fixed":
        drawn = float(latency["seconds"])
    elif latency["kind"] == "uniform":
        drawn = random.uniform(float(latency["low"]), float(latency["high"]))  # noqa: S311 (no secret)
    else:
        median, p95 = float(latency["median"]), float(latency["p95"])
        drawn = random.lognormvariate(math.log(median), math.log(p95 / median) / _Z95)
    return min(drawn, MOST_SECONDS)


def ask_at(vendor: str, route: str, place: Place) -> None:
    """Register that a vendor's rules ask `next_step` for a route themselves, and what they know and can answer."""
    PLACES[f"{vendor}.{route}"] = place


def asks_itself(vendor: str, route: str) -> bool:
    """Tell whether a vendor's rules ask for scenarios of this route; for all others the gate asks."""
    return f"{vendor}.{route}" in PLACES


# Keeping them


def all_scenarios() -> list[Doc]:
    """Return every scenario, the oldest first, which is the order in which they are asked."""
    return [scenario for _key, scenario in store().items("sandbox", "scenarios")]


def _played() -> list[Doc]:
    return [scenario for scenario in all_scenarios() if is_sound(scenario)]


def is_sound(scenario: Doc) -> bool:
    """Tell whether a kept scenario can be played.

    One that cannot, which an older version has kept, costs nobody a call: the page shows it as broken.
    """
    try:
        return _is_whole(scenario)
    except (AttributeError, IndexError, KeyError, TypeError, ValueError, ArithmeticError, faults.Unknown):
        return False


def _is_whole(scenario: Doc) -> bool:
    kinds = kinds_at(scenario["vendor"], scenario["route"])
    texts = [scenario["name"]]
    for step in scenario["steps"]:
        fault = dict(step.get("fault") or {})
        if fault:
            kind = fault.pop("kind")
            faults.cleaned(kind, fault, kinds[kind])
        texts += [*(step.get("answer") or {}).values(), str(step["times"])]
    draw(scenario["latency"])
    is_open(scenario["window"], clock.now())
    _current(scenario)
    return all(isinstance(text, str) for text in [*texts, *scenario["subject"].values()])


def find(scenario_id: str) -> Doc | None:
    """Return a scenario, or None."""
    return store().get("sandbox", "scenarios", scenario_id)


def keep(scenario: Doc, scenario_id: str | None = None) -> Doc:
    """Keep a new scenario, or a changed one under its old id and place; it begins with its first step."""
    kept = scenario | {"id": scenario_id or uuid.uuid4().hex, "at": [0, 0]}
    store().put("sandbox", "scenarios", kept["id"], kept)
    return kept


def restart(scenario_id: str) -> bool:
    """Let a scenario begin again with its first step; return whether there is such a one."""
    return _change(scenario_id, at=[0, 0])


def pause(scenario_id: str, paused: bool) -> bool:
    """Let a scenario rest, or go on where it was; return whether there is such a one."""
    return _change(scenario_id, paused=paused)


def _change(scenario_id: str, **changes: Any) -> bool:
    with store().transaction():
        scenario = find(scenario_id)
        if scenario is not None:
            store().put("sandbox", "scenarios", scenario_id, scenario | changes)
        return scenario is not None


def remove(scenario_id: str) -> bool:
    """Take a scenario back; return whether there was such a one."""
    return store().delete("sandbox", "scenarios", scenario_id)


def clear(vendor: str | None = None) -> None:
    """Take back the scenarios of a vendor, or all."""
    with store().transaction():
        for scenario in all_scenarios():
            if vendor in (None, scenario.get("vendor")):
                remove(scenario["id"])


def progress(scenario: Doc) -> tuple[int, int | None] | None:
    """Return (which step is next, counted from 0; calls left of it, None without end), or None when it is over."""
    at = _current(scenario)
    if at is None:
        return None
    times = scenario["steps"][at[0]].get("times")
    return at[0], None if times is None else times - at[1]


def kinds_at(vendor: str, route: str) -> Mapping[str, faults.Options]:
    """Return the kinds of faults that a scenario may use at a place, with their options."""
    place = PLACES.get(f"{vendor}.{route}")
    return place.own_kinds if place and place.own_kinds else faults.gate_options()
