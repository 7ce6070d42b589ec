"""Makes scenarios of what people and programs send, or says in sentences what is wrong and where."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from sandbox import faults, scenarios
from sandbox.faults import Options
from sandbox.scenarios import MOST_SECONDS, Place
from sandbox.values import MOST_TEXT
from sandbox.values import number_in as _number

Doc = dict[str, Any]
Errors = dict[str, str]

MOST_STEPS = 20
MOST_TIMES = 10_000
STATUSES = ("ACTIVE", "INACTIVE", "UNKNOWN")
_AMOUNTS = ("copay", "deductible", "deductible_remaining")
_LATENCIES = {"fixed": ("seconds",), "uniform": ("low", "high"), "lognormal": ("median", "p95")}
_AAA = re.compile(r"[A-Za-z0-9]{2,3}")


class Refused(Exception):
    """A scenario or a fault makes no sense; `errors` has a sentence for each place in the document."""

    def __init__(self, errors: Errors) -> None:
        """Keep the sentences by their places, such as "steps[0].times"."""
        super().__init__("What was sent is not valid.")
        self.errors = errors


def scenario_of(doc: Any, names: Iterable[str], now: datetime) -> Doc:
    """Return the scenario that a document describes, complete and ready to be kept.

    Args:
        doc: {"name", "vendor", "route", "subject", "steps", "latency", "window"} (docs/sandbox.md, "Scenarios").
        names: the names of all routes, such as "candid.check".
        now: the sandbox's time; a window of once that has only times of day is the next one.

    Raises:
        Refused: with everything that is wrong.
    """
    if not isinstance(doc, dict):
        raise Refused({"": "A scenario is a JSON object."})
    errors: Errors = {}
    vendor, route, place = _place(doc, names, errors)
    made = {
        "name": _text(doc.get("name"), "name", "Give the scenario a name", errors),
        "vendor": vendor,
        "route": route,
        "subject": _subject(doc.get("subject") or {}, place, errors),
        "steps": _steps(doc.get("steps") or [{}], vendor, route, place, errors),
        "latency": _latency(doc.get("latency"), errors),
        "window": _window(doc.get("window"), now, errors),
    }
    if errors:
        raise Refused(errors)
    return made


def _place(doc: Doc, names: Iterable[str], errors: Errors) -> tuple[str, str, Place | None]:
    vendor, route = str(doc.get("vendor") or ""), str(doc.get("route") or "*")
    known = [*names, *scenarios.PLACES]
    vendors = dict.fromkeys(name.partition(".")[0] for name in known)
    if vendor not in vendors:
        errors["vendor"] = f"The vendor is one of {', '.join(vendors)}."
    elif route != "*" and f"{vendor}.{route}" not in known:
        errors["route"] = f"{vendor} has no route of this name; * means all of them."
    return vendor, route, scenarios.PLACES.get(f"{vendor}.{route}")


def _text(value: Any, at: str, sentence: str, errors: Errors) -> str:
    text = str(value or "").strip()
    if not text or len(text) > MOST_TEXT:
        errors[at] = f"{sentence}, of at most {MOST_TEXT} characters."
    return text


def _subject(subject: Any, place: Place | None, errors: Errors) -> dict[str, str]:
    if not isinstance(subject, dict):
        errors["subject"] = "The conditions are an object of names and texts."
        return {}
    known = place.subject if place else ()
    for name, value in subject.items():
        at = f"subject.{name}"
        if not known:
            errors[at] = "Calls of this route are not told apart: leave the conditions empty."
        elif name not in known:
            errors[at] = f"A condition is about one of {', '.join(known)}."
        else:
            _text(value, at, "Say what it has to be", errors)
    return {str(name): str(value).strip() for name, value in subject.items()}


def _steps(steps: Any, vendor: str, route: str, place: Place | None, errors: Errors) -> list[Doc]:
    if not isinstance(steps, list) or len(steps) > MOST_STEPS:
        errors["steps"] = f"The steps are a list of at most {MOST_STEPS}."
        return []
    made = []
    for number, step in enumerate(steps):
        at = f"steps[{number}]"
        if isinstance(step, dict):
            made.append(_step(step, at, scenarios.kinds_at(vendor, route), place, errors))
        else:
            errors[at] = "A step is an object."
    return made


def _step(step: Doc, at: str, kinds: Mapping[str, Options], place: Place | None, errors: Errors) -> Doc:
    made: Doc = {"times": _times(step.get("times"), f"{at}.times", errors)}
    if step.get("fault"):
        made["fault"] = _fault(step["fault"], f"{at}.fault", kinds, errors)
    if step.get("answer"):
        made["answer"] = _answer(step["answer"], f"{at}.answer", place, errors)
    return made


def _times(value: Any, at: str, errors: Errors) -> int | None:
    if value is None:
        return None
    if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= MOST_TIMES:
        return value
    errors[at] = f"How often is a whole number from 1 to {MOST_TIMES}, or nothing for every call from then on."
    return None


def _fault(fault: Any, at: str, kinds: Mapping[str, Options], errors: Errors) -> Doc:
    if not isinstance(fault, dict) or fault.get("kind") not in kinds:
        errors[f"{at}.kind"] = f"What happens is one of {', '.join(kinds)}."
        return {}
    kind = fault["kind"]
    try:
        return {"kind": kind} | faults.cleaned(
            kind, {name: value for name, value in fault.items() if name != "kind"}, kinds[kind]
        )
    except faults.Unknown as unknown:
        errors.update({f"{at}.{name}": sentence for name, sentence in unknown.errors.items()})
        return {}


def _answer(answer: Any, at: str, place: Place | None, errors: Errors) -> dict[str, str]:
    known = place.answers if place else ()
    if not isinstance(answer, dict) or not known:
        errors[at] = "This route cannot be told what to answer: choose a fault, or the usual answer."
        return {}
    for name, value in answer.items():
        if name not in known:
            errors[f"{at}.{name}"] = f"An answer here has {', '.join(known)}, and no {name}."
        elif (sentence := _wrong_value(name, str(value))) is not None:
            errors[f"{at}.{name}"] = sentence
    return {str(name): str(value).strip() for name, value in answer.items()}


def _wrong_value(name: str, value: str) -> str | None:
    """Return what is wrong with a value of an answer, or None."""
    if name == "status" and value not in STATUSES:
        return f"status is one of {', '.join(STATUSES)}."
    if name in _AMOUNTS and (_number(value, 0, 1e6) is None or Decimal(value).as_tuple().exponent < -2):  # type: ignore[operator]
        return f"{name} is an amount such as 40.00."
    if name == "coinsurance" and _number(value, 0, 100) is None:
        return "coinsurance is a percentage from 0 to 100."
    if name == "aaa" and not _AAA.fullmatch(value):
        return "aaa is a code such as 75."
    if name in ("code", "refuse") and _number(value, 400, 9999) is None:
        return f"{name} is a number such as {'2999' if name == 'code' else '422'}."
    return None if 0 < len(value) <= MOST_TEXT else f"{name} is a text of at most {MOST_TEXT} characters."


def _latency(latency: Any, errors: Errors) -> Doc | None:
    if not latency:
        return None
    kind = latency.get("kind") if isinstance(latency, dict) else None
    if kind not in _LATENCIES:
        errors["latency.kind"] = f"A latency is {', '.join(_LATENCIES)}, or nothing."
        return None
    made: Doc = {"kind": kind}
    for name in _LATENCIES[kind]:
        # A log-normal distribution has no zero.
        made[name] = _number(latency.get(name), 0.001 if kind == "lognormal" else 0, MOST_SECONDS)
        if made[name] is None:
            errors[f"latency.{name}"] = f"Seconds are a number from 0 to {MOST_SECONDS:g}."
    low, high = (made[name] for name in (_LATENCIES[kind] * 2)[:2])
    if low is not None and high is not None and high < low:
        errors[f"latency.{_LATENCIES[kind][-1]}"] = "The second number of seconds is not less than the first."
    return made


def _window(window: Any, now: datetime, errors: Errors) -> Doc | None:
    if not window:
        return None
    if not isinstance(window, dict):
        errors["window"] = "A window is an object with from and until."
        return None
    begins, ends = (_moment(window.get(name), f"window.{name}", errors) for name in ("from", "until"))
    if begins is None or ends is None:
        return None
    if isinstance(begins, time) and isinstance(ends, time):
        return _of_day(begins, ends, now, errors, daily=bool(window.get("daily")))
    if isinstance(begins, time) or isinstance(ends, time):
        errors["window.until"] = "Give two times of day, or two dates with times."
    elif ends <= begins:
        errors["window.until"] = "The window ends after it begins."
    elif window.get("daily"):
        errors["window.daily"] = "A window of every day has times of day alone."
    return {"from": begins.isoformat(), "until": ends.isoformat()}


def _of_day(begins: time, ends: time, now: datetime, errors: Errors, *, daily: bool) -> Doc:
    """Return a window of every day, or the next one of once: the one that is open, else the one that comes."""
    if begins == ends:
        errors["window.until"] = "The window ends at another time than it begins."
    if daily:
        return {"from": begins.isoformat("minutes"), "until": ends.isoformat("minutes"), "daily": True}
    start = datetime.combine(now.astimezone(UTC).date(), begins, UTC) - timedelta(days=1)
    length = timedelta(seconds=(_seconds(ends) - _seconds(begins)) % 86400)
    while start + length <= now:
        start += timedelta(days=1)
    return {"from": start.isoformat(), "until": (start + length).isoformat()}


def _seconds(at: time) -> int:
    return at.hour * 3600 + at.minute * 60 + at.second


def _moment(value: Any, at: str, errors: Errors) -> time | datetime | None:
    """Return a time of day, or a moment; one without an offset is in UTC."""
    text = str(value or "").strip()
    try:
        if len(text) <= len("HH:MM:SS"):
            return time.fromisoformat(text)
        moment = datetime.fromisoformat(text)
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    except ValueError:
        errors[at] = "A time is written 10:00, or 2026-11-22T10:00 for one day; both in UTC."
        return None
