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
# The numbers of a latency, by its kind.
LATENCIES = {"fixed": ("seconds",), "uniform": ("low", "high"), "lognormal": ("median", "p95")}
_AMOUNT, _AAA = "an amount such as 40.00", "a code such as 75"
_TEXT = f"a text of at most {MOST_TEXT} characters"
_MEANINGS = {
    "status": f"one of {', '.join(STATUSES)}",
    "aaa": _AAA,
    "copay": _AMOUNT,
    "deductible": _AMOUNT,
    "deductible_remaining": _AMOUNT,
    "coinsurance": "a percentage from 0 to 100",
    "code": "a whole number from 400 to 9999, such as 2999",
    "refuse": "a status from 400 to 599, such as 422",
}
_AAA_CODE = re.compile(r"[A-Za-z0-9]{2,3}")
_TIME_OF_DAY = re.compile(r"(\d{1,2}:\d{2}(?::\d{2})?)(\s*(?:[Zz]|[+-]\d{1,2}:?\d{2}))?")
_YEARS = (1990, 2200)  # where the clock goes


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
    for number, step in enumerate(made[:-1]):
        if step["times"] is None:
            sentence = "Say how often: with nothing here it stays from then on, and the steps after it never come."
            errors.setdefault(f"steps[{number}].times", sentence)
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
    made = {str(name): _plain(str(name), str(value).strip()) for name, value in answer.items()}
    for name, value in made.items():
        if name not in known:
            errors[f"{at}.{name}"] = f"An answer here has {', '.join(known)}, and no {name}."
        elif not _fits(name, value):
            errors[f"{at}.{name}"] = f"{name} is {meaning_of(name)}."
    return made


def meaning_of(name: str) -> str:
    """Return what a value of an answer may be, such as "an amount such as 40.00"."""
    return _MEANINGS.get(name, _TEXT)


def _plain(name: str, value: str) -> str:
    """Return a value of an answer without the sign that people write before an amount."""
    return value.removeprefix("$").strip() if meaning_of(name) == _AMOUNT else value


def _fits(name: str, value: str) -> bool:
    meaning, number = meaning_of(name), _number(value, 0, 1e6)
    if name == "status":
        return value in STATUSES
    if meaning == _AMOUNT:
        return number is not None and int(Decimal(value).as_tuple().exponent) >= -2
    if meaning == _AAA:
        return _AAA_CODE.fullmatch(value) is not None
    if meaning == _TEXT:
        return 0 < len(value) <= MOST_TEXT
    least, most = {"coinsurance": (0, 100), "code": (400, 9999), "refuse": (400, 599)}[name]
    return number is not None and least <= number <= most and (name == "coinsurance" or number == int(number))


def _latency(latency: Any, errors: Errors) -> Doc | None:
    if not latency:
        return None
    kind = latency.get("kind") if isinstance(latency, dict) else None
    if kind not in LATENCIES:
        errors["latency.kind"] = f"A latency is {', '.join(LATENCIES)}, or nothing."
        return None
    made: Doc = {"kind": kind}
    for name in LATENCIES[kind]:
        # A log-normal distribution has no zero.
        made[name] = _number(latency.get(name), 0.001 if kind == "lognormal" else 0, MOST_SECONDS)
        if made[name] is None:
            errors[f"latency.{name}"] = f"Seconds are a number from 0 to {MOST_SECONDS:g}."
    low, high = (made[name] for name in (LATENCIES[kind] * 2)[:2])
    if low is not None and high is not None and high < low:
        errors[f"latency.{LATENCIES[kind][-1]}"] = "The second number of seconds is not less than the first."
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
        exact = "seconds" if begins.second or ends.second else "minutes"
        return {"from": begins.isoformat(exact), "until": ends.isoformat(exact), "daily": True}
    start = datetime.combine(now.astimezone(UTC).date(), begins, UTC) - timedelta(days=1)
    length = timedelta(seconds=(_seconds(ends) - _seconds(begins)) % 86400)
    while start + length <= now:
        start += timedelta(days=1)
    return {"from": start.isoformat(), "until": (start + length).isoformat()}


def _seconds(at: time) -> int:
    return at.hour * 3600 + at.minute * 60 + at.second


def _moment(value: Any, at: str, errors: Errors) -> time | datetime | None:
    """Return a time of day, or a moment in UTC; one without an offset is meant so."""
    text = str(value or "").strip()
    of_day = _TIME_OF_DAY.fullmatch(text)
    if of_day is not None and of_day[2]:
        errors[at] = "A time of day is in UTC, and is written without a zone: 10:00."
        return None
    try:
        if of_day is not None:
            return time.fromisoformat(
                of_day[1].zfill(len("HH:MM") if len(of_day[1]) <= len("HH:MM") else len("HH:MM:SS"))
            )
        moment = datetime.fromisoformat(text)
    except ValueError:
        errors[at] = "A time is written 10:00, or 2026-11-22T10:00 for one day; both in UTC."
        return None
    if not _YEARS[0] <= moment.year <= _YEARS[1]:
        errors[at] = f"The clock goes from {_YEARS[0]} to {_YEARS[1]}."
        return None
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
