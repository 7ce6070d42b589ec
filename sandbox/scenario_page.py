"""The part of the sandbox's page about scenarios: what is set, what is ready to be used, and the editor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from html import escape
from typing import Any

from sandbox import faults, html, scenario_library, scenarios
from sandbox.scenario_forms import Errors

Doc = dict[str, Any]

_CONDITIONS = 3
_BLANK_STEPS = 2
_LEAST_STEPS = 3
USUAL, ANSWER = "usual", "answer"
# The fields of a latency in the editor, by its kind.
LATENCY_FIELDS = {"fixed": ("seconds",), "uniform": ("low", "high"), "lognormal": ("median", "p95")}
_LATENCIES = {
    "": "None of its own",
    "fixed": "Always the same",
    "uniform": "Anything between two",
    "lognormal": "Log-normal: median and 95th percentile",
}


def section(now: datetime, names: Sequence[str], editing: tuple[str, Doc, Errors] | None) -> str:
    """Return the section.

    Args:
        now: the sandbox's time.
        names: the names of all routes.
        editing: what the editor shows: the scenario's id or "", the document as it was sent or kept, what is wrong.
    """
    kept = "".join(_scenario(one, now) for one in scenarios.all_scenarios())
    ready = "".join(_ready(one) for one in scenario_library.READY)
    scenario_id, doc, errors = editing or ("", {}, {})
    title = "Change the scenario" if scenario_id else "Write a scenario of your own"
    editor = f"<details id=editor{' open' if editing else ''}><summary>{title}</summary>"
    editor += f"{_editor(scenario_id, doc, errors, names)}</details>"
    return html.section(
        "scenarios",
        "Scenarios",
        f'<div class="cards">{kept}</div>' if kept else html.soft("None is set: every payer behaves as usual."),
        f'<details{"" if kept else " open"}><summary>Ready to use</summary><ul class="ready">{ready}</ul></details>',
        editor,
    )


def _scenario(scenario: Doc, now: datetime) -> str:
    progress = scenarios.progress(scenario)
    steps = "".join(
        f"<li{' class=next' if progress and progress[0] == number else ''}>{escape(step_said(step))}</li>"
        for number, step in enumerate(scenario["steps"])
    )
    at, rest = f"scenarios/{scenario['id']}", not scenario.get("paused")
    buttons = html.row(
        html.button(at, "Start again", do="restart"),
        html.button(at, "Pause" if rest else "Go on", do="pause" if rest else "resume"),
        f'<a class="button" href="{html.HOME}?edit={scenario["id"]}#editor">Change</a>',
        html.button(at, "Remove", do="remove"),
    )
    return (
        f"<article><h3>{escape(scenario['name'])}</h3>{_state(scenario, now)}"
        f"<p class=soft>{escape(about_said(scenario))}</p><ol>{steps}</ol>{buttons}</article>"
    )


def _state(scenario: Doc, now: datetime) -> str:
    progress = scenarios.progress(scenario)
    if scenario.get("paused"):
        return html.badge("needs", "‖", "Paused")
    if progress is None:
        return html.badge("quiet", "✓", "Over: all its steps were played")
    if not scenarios.is_open(scenario["window"], now):
        return html.badge("waits", "◷", "Waits for its time")
    left = "every call" if progress[1] is None else f"{progress[1]} call{'s' if progress[1] != 1 else ''} left"
    return html.badge("active", "●", f"On: step {progress[0] + 1}, {left}")


def about_said(scenario: Mapping[str, Any]) -> str:
    """Return in words which calls a scenario is about, how late it answers and when it holds."""
    parts = [f"{scenario['vendor']}.{scenario['route']}"]
    for name, value in scenario["subject"].items():
        parts.append(f"{name} {'begins with' if name.endswith('_name') else 'is'} {value}")
    if latency := scenario["latency"]:
        parts.append(
            f"latency {latency['kind']}, {_pairs({k: f'{float(v):g} s' for k, v in latency.items() if k != 'kind'})}"
        )
    if window := scenario["window"]:
        every = ", every day" if window.get("daily") else ""
        parts.append(f"from {_moment(window['from'])} until {_moment(window['until'])} UTC{every}")
    return " · ".join(parts)


def step_said(step: Mapping[str, Any]) -> str:
    """Return in words what a step does."""
    times = step["times"]
    often = "From then on" if times is None else "Once" if times == 1 else f"{times} times"
    return f"{often}: {' and '.join(_happenings(step)) or 'the usual answer'}"


def _happenings(step: Mapping[str, Any]) -> list[str]:
    said = []
    if fault := step.get("fault"):
        options = _pairs({name: value for name, value in fault.items() if name != "kind"})
        about = faults.GATE_KINDS.get(fault["kind"], fault["kind"]).partition(" (")[0]
        said.append(about + (f" ({options})" if options else ""))
    if answer := step.get("answer"):
        said.append(f"the answer {_pairs(answer)}")
    return said


def _moment(text: str) -> str:
    return text[:16].replace("T", " ")


def _pairs(values: Mapping[str, Any]) -> str:
    return ", ".join(f"{name}={value}" for name, value in values.items())


def _ready(ready: scenario_library.Ready) -> str:
    return (
        f"<li><div><b>{escape(ready.doc['name'])}</b><br><span class=soft>{escape(ready.about)}</span></div>"
        f"{html.button('scenarios', 'Use', ready=ready.key)}</li>"
    )


# The editor


def _editor(scenario_id: str, doc: Doc, errors: Errors, names: Sequence[str]) -> str:
    put = "<input type=hidden name=_method value=PUT>" if scenario_id else ""
    action = f"scenarios/{scenario_id}" if scenario_id else "scenarios"
    parts = [
        html.text("name", "Name", doc.get("name"), error=_wrong(errors, "name", ""), wide=True, hint="Aetna is slow"),
        _places(doc, errors, names),
        _conditions(doc.get("subject") or {}, errors),
        _steps(doc.get("steps") or [], errors),
        _latency(doc.get("latency") or {}, errors),
        _window(doc.get("window") or {}, errors),
        html.row(
            "<button class=primary>Keep the scenario</button>", f'<a class="button" href="{html.HOME}">Leave it</a>'
        ),
    ]
    return f'<form method=post action="{html.HOME}{action}" class=editor>{put}{"".join(parts)}</form>'


def _wrong(errors: Errors, *places: str) -> str:
    """Return what is wrong at some places in the document; one that ends in a dot stands for all inside it."""
    return " ".join(
        sentence
        for at, sentence in errors.items()
        if any(at == place or (place.endswith(".") and at.startswith(place)) for place in places)
    )


def _places(doc: Doc, errors: Errors, names: Sequence[str]) -> str:
    chosen = f"{doc['vendor']}.{doc['route']}" if doc.get("vendor") else "candid.check"
    known = sorted({*names, *scenarios.PLACES})
    vendors = dict.fromkeys(name.partition(".")[0] for name in [*scenarios.PLACES, *known])
    options = {
        f"{vendor}/{name}": name if not name.endswith("*") else f"{name} (everything)"
        for vendor in vendors
        for name in [*(name for name in known if name.startswith(f"{vendor}.")), f"{vendor}.*"]
    }
    return html.choice("place", "About which calls", options, chosen, error=_wrong(errors, "vendor", "route"))


def _conditions(subject: Mapping[str, Any], errors: Errors) -> str:
    known = {"": "—"} | {name: name for place in scenarios.PLACES.values() for name in place.subject}
    given = [*subject.items(), *[("", "")] * _CONDITIONS][: max(_CONDITIONS, len(subject))]
    rows = "".join(
        html.row(
            html.choice(f"subject[{number}].name", "Only where", {name: name} | known, name),
            html.text(
                f"subject[{number}].value",
                "is; a name: begins with",
                value,
                error=_wrong(errors, f"subject.{name}") if name else "",
            ),
        )
        for number, (name, value) in enumerate(given)
    )
    return _group("Only some of these calls", rows, _wrong(errors, "subject"))


def _steps(steps: Sequence[Any], errors: Errors) -> str:
    count = max(_LEAST_STEPS, len(steps) + _BLANK_STEPS if steps else _LEAST_STEPS)
    rows = "".join(_step(number, steps[number] if number < len(steps) else None, errors) for number in range(count))
    return _group("Steps, one after the other", rows, errors.get("steps", ""))


def _step(number: int, step: Doc | None, errors: Errors) -> str:
    at, step_ = f"steps[{number}]", step or {}
    fault, answer = step_.get("fault") or {}, step_.get("answer") or {}
    what = str(fault.get("kind") or (ANSWER if answer else USUAL)) if step is not None else ""
    details = {name: value for name, value in {**fault, **answer}.items() if name != "kind"}
    options = {"": "—", USUAL: "the usual answer", ANSWER: "an answer of your own"}
    options |= {f"Instead of the work/{kind}": f"{kind}: {about}" for kind, about in faults.BEFORE_KINDS.items()}
    options |= {f"After the work/{kind}": f"{kind}: {about}" for kind, about in faults.AFTER_KINDS.items()}
    own = dict.fromkeys(kind for place in scenarios.PLACES.values() for kind in place.own_kinds)
    options |= {f"Reading a card/{kind}": kind for kind in own}
    hint = "status=ACTIVE, copay=40.00" if number == 0 else "seconds=600"
    return html.row(
        html.text(
            f"{at}.times",
            f"Step {number + 1}: how often",
            step_.get("times"),
            error=_wrong(errors, f"{at}.times"),
            hint="from then on",
        ),
        html.choice(
            f"{at}.what", "What happens", options, what, error=_wrong(errors, at, f"{at}.fault.kind", f"{at}.answer")
        ),
        html.text(
            f"{at}.details",
            "Details",
            _pairs(details),
            error=_details_error(errors, at),
            hint=hint,
        ),
    )


def _details_error(errors: Errors, at: str) -> str:
    inside = {place: said for place, said in errors.items() if not place.endswith(".fault.kind")}
    return _wrong(inside, f"{at}.fault.", f"{at}.answer.")


def _latency(latency: Mapping[str, Any], errors: Errors) -> str:
    kind = str(latency.get("kind") or "")
    first, second = (*LATENCY_FIELDS.get(kind, ()), "", "")[:2]
    return _group(
        "Latency, in seconds",
        html.row(
            html.choice("latency.kind", "Distribution", _LATENCIES, kind, error=_wrong(errors, "latency.kind")),
            html.text(
                "latency.first",
                "Seconds, lowest or median",
                latency.get(first),
                error=_wrong(errors, f"latency.{first}") if first else "",
            ),
            html.text(
                "latency.second",
                "Highest, or 95th percentile",
                latency.get(second),
                error=_wrong(errors, f"latency.{second}") if second else "",
            ),
        ),
    )


def _window(window: Mapping[str, Any], errors: Errors) -> str:
    return _group(
        "Only at some time, by the sandbox's clock (UTC)",
        html.row(
            html.text("window.from", "From", window.get("from"), error=_wrong(errors, "window.from"), hint="10:00"),
            html.text("window.until", "Until", window.get("until"), error=_wrong(errors, "window.until"), hint="11:00"),
            html.checkbox("window.daily", "Every day", bool(window.get("daily"))),
        ),
        _wrong(errors, "window", "window.daily"),
    )


def _group(title: str, inside: str, error: str = "") -> str:
    said = f'<p class="error">▲ {escape(error)}</p>' if error else ""
    return f"<fieldset><legend>{escape(title)}</legend>{inside}{said}</fieldset>"


# What the editor sends


def doc_of(form: Mapping[str, str]) -> Doc:
    """Return the document that a sent editor stands for; what makes no sense in it is found by `scenario_forms`."""
    vendor, _, route = form.get("place", "").partition(".")
    doc: Doc = {"name": form.get("name", ""), "vendor": vendor, "route": route, "subject": {}, "steps": []}
    number = 0
    while f"subject[{number}].name" in form:
        name, value = form[f"subject[{number}].name"], form.get(f"subject[{number}].value", "")
        if name:
            doc["subject"][name] = value
        number += 1
    number = 0
    while f"steps[{number}].what" in form:
        at = f"steps[{number}]"
        if form[f"{at}.what"]:
            doc["steps"].append(
                _sent_step(form[f"{at}.what"], form.get(f"{at}.times", ""), form.get(f"{at}.details", ""))
            )
        number += 1
    return doc | {"latency": _sent_latency(form), "window": _sent_window(form)}


def _sent_step(what: str, times: str, details: str) -> Doc:
    step: Doc = {"times": number_of(times) if times.strip() else None}
    if what == ANSWER:
        step["answer"] = pairs_of(details) or {"status": ""}
    elif what != USUAL:
        step["fault"] = {"kind": what, **{name: number_of(value) for name, value in pairs_of(details).items()}}
    return step


def _sent_latency(form: Mapping[str, str]) -> Doc | None:
    kind = form.get("latency.kind", "")
    sent = (form.get("latency.first", ""), form.get("latency.second", ""))
    return {"kind": kind, **dict(zip(LATENCY_FIELDS.get(kind, ()), sent, strict=False))} if kind else None


def _sent_window(form: Mapping[str, str]) -> Doc | None:
    begins, ends = form.get("window.from", "").strip(), form.get("window.until", "").strip()
    return {"from": begins, "until": ends, "daily": "window.daily" in form} if begins or ends else None


def pairs_of(text: str) -> dict[str, str]:
    """Return the values of a line such as "seconds=5, retry_after=date"."""
    pairs = (part.partition("=") for part in text.split(",") if part.strip())
    return {name.strip(): value.strip() for name, _, value in pairs}


def number_of(text: str) -> int | float | str:
    """Return a text as the number it is, or as it is."""
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text
