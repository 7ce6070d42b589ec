"""The editor of scenarios: its form, and the document that a sent form stands for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any

from sandbox import details, faults, html, scenarios
from sandbox.scenario_forms import LATENCIES, MOST_STEPS, Errors, meaning_of
from sandbox.shown import Shown

Doc = dict[str, Any]
Form = Mapping[str, str]

FORM = "scenarios"
USUAL, ANSWER = "usual", "answer"
_CONDITIONS = 3
_LEAST_STEPS = 3
_BLANK_STEPS = 2
_LATENCY_NAMES = {
    "": "None of its own",
    "fixed": "Always the same",
    "uniform": "Anything between two",
    "lognormal": "Log-normal: median and 95th percentile",
}


def editor(shown: Shown, names: Sequence[str]) -> str:
    """Return the form, with what was sent or what it begins with; `names` are those of all routes."""
    form = dict(shown.values) if shown.form == FORM else {}
    errors = dict(shown.errors) if shown.form == FORM else {}
    put = "<input type=hidden name=_method value=PUT>" if shown.editing else ""
    action = f"scenarios/{shown.editing}" if shown.editing else "scenarios"
    parts = [
        html.text("name", "Name", form.get("name"), error=errors.get("name", ""), wide=True, hint="Aetna is slow"),
        html.choice(
            "place",
            "About which calls",
            _places(names),
            form.get("place", "candid.check"),
            error=errors.get("place", ""),
        ),
        _conditions(form, errors),
        _steps(form, errors),
        _latency(form, errors),
        _window(form, errors),
        html.row(
            "<button class=primary>Keep the scenario</button>", f'<a class="button" href="{html.HOME}">Leave it</a>'
        ),
    ]
    return f'<form method=post action="{html.HOME}{action}" class=editor>{put}{"".join(parts)}</form>'


def _places(names: Sequence[str]) -> dict[str, str]:
    known = sorted({*names, *scenarios.PLACES})
    vendors = dict.fromkeys(name.partition(".")[0] for name in [*scenarios.PLACES, *known])
    return {
        f"{vendor}/{name}": name if not name.endswith("*") else f"{name} (everything)"
        for vendor in vendors
        for name in [*(name for name in known if name.startswith(f"{vendor}.")), f"{vendor}.*"]
    }


def _conditions(form: Form, errors: Errors) -> str:
    where: dict[str, list[str]] = {}
    for place, about in scenarios.PLACES.items():
        for name in about.subject:
            where.setdefault(name, []).append(place if place.startswith("c") else f"{place.partition('.')[0]}.*")
    known = {"": "—"} | {name: f"{name} ({', '.join(dict.fromkeys(places))})" for name, places in where.items()}
    rows = ""
    for number in range(max(_CONDITIONS, _count(form, "subject", "name"))):
        at = f"subject[{number}]"
        chosen = form.get(f"{at}.name", "")
        rows += html.row(
            html.choice(
                f"{at}.name",
                "Only where",
                known | {chosen: known.get(chosen, chosen)},
                chosen,
                error=errors.get(f"{at}.name", ""),
            ),
            html.text(
                f"{at}.value", "is; a name: begins with", form.get(f"{at}.value"), error=errors.get(f"{at}.value", "")
            ),
        )
    return _group("subject", "Only some of these calls", rows, errors)


def _steps(form: Form, errors: Errors) -> str:
    sent = _count(form, "steps", "what")
    filled = max((n + 1 for n in range(sent) if form.get(f"steps[{n}].what")), default=0)
    count = min(max(_LEAST_STEPS, sent, filled + _BLANK_STEPS), max(MOST_STEPS, sent))
    kinds = _happenings()
    rows = "".join(_step(f"steps[{number}]", number, kinds, form, errors) for number in range(count))
    return _group("steps", "Steps, one after the other", rows + _help(), errors)


def _happenings() -> dict[str, str]:
    options = {"": "—", USUAL: "the usual answer", ANSWER: "an answer of your own"}
    options |= {f"Instead of the work/{kind}": f"{kind}: {about}" for kind, about in faults.BEFORE_KINDS.items()}
    options |= {f"After the work/{kind}": f"{kind}: {about}" for kind, about in faults.AFTER_KINDS.items()}
    own = dict.fromkeys(kind for place in scenarios.PLACES.values() for kind in place.own_kinds)
    return options | {f"Reading a card/{kind}": kind for kind in own}


def _step(at: str, number: int, kinds: Mapping[str, str], form: Form, errors: Errors) -> str:
    hint = "status=ACTIVE, copay=40.00" if number == 0 else "seconds=600"
    fields = {"times": f"Step {number + 1}: how often", "details": "Details"}
    times, line = (
        html.text(
            f"{at}.{name}",
            label,
            form.get(f"{at}.{name}"),
            error=errors.get(f"{at}.{name}", ""),
            hint="from then on" if name == "times" else hint,
        )
        for name, label in fields.items()
    )
    chosen = form.get(f"{at}.what", "")
    what = html.choice(f"{at}.what", "What happens", kinds, chosen, error=errors.get(f"{at}.what", ""))
    return html.row(times, what, line)


def _help() -> str:
    """Return what can be said at "Details", by what happens and where."""
    rows: dict[str, list[str]] = {}
    for place, about in scenarios.PLACES.items():
        if about.answers:
            said = "; ".join(f"{name}: {meaning_of(name)}" for name in about.answers)
            rows.setdefault(said, []).append(place)
    table = [(escape(f"an answer, {_shortly(places)}"), escape(said)) for said, places in rows.items()]
    table += [
        (escape(kind), escape("; ".join(f"{name}: {value.about}" for name, value in options.items())))
        for kind, options in faults.gate_options().items()
        if options
    ]
    return (
        "<details><summary>What can be said at “Details”</summary>"
        + html.soft('name=value, with commas between; a value with a comma is in "quotes". All of it may be left out.')
        + f"{html.table(table)}</details>"
    )


def _shortly(places: Sequence[str]) -> str:
    return ", ".join(places) if len(places) <= _CONDITIONS else f"{places[0].partition('.')[0]}.*"


def _latency(form: Form, errors: Errors) -> str:
    labels = {"latency.first": "Seconds, lowest or median", "latency.second": "Highest, or 95th percentile"}
    kind = form.get("latency.kind", "")
    rows = [
        html.choice("latency.kind", "Distribution", _LATENCY_NAMES, kind, error=errors.get("latency.kind", "")),
        *(html.text(name, label, form.get(name), error=errors.get(name, "")) for name, label in labels.items()),
    ]
    return _group("latency", "Latency, in seconds", html.row(*rows), errors)


def _window(form: Form, errors: Errors) -> str:
    rows = [
        html.text(
            f"window.{name}", label, form.get(f"window.{name}"), error=errors.get(f"window.{name}", ""), hint=hint
        )
        for name, label, hint in (("from", "From", "10:00"), ("until", "Until", "11:00"))
    ]
    daily = html.checkbox("window.daily", "Every day", "window.daily" in form)
    return _group("window", "Only at some time, by the sandbox's clock (UTC)", html.row(*rows, daily), errors)


def _group(anchor: str, title: str, inside: str, errors: Errors) -> str:
    said = f'<p class="error">▲ {escape(errors[anchor])}</p>' if anchor in errors else ""
    return f'<fieldset id="{anchor}"><legend>{escape(title)}</legend>{inside}{said}</fieldset>'


def _count(form: Form, group: str, name: str) -> int:
    """Return how many rows of a group a form has."""
    number = 0
    while f"{group}[{number}].{name}" in form:
        number += 1
    return number


# What the editor begins with


def form_of(scenario: Doc) -> dict[str, str]:
    """Return the fields of the editor for a scenario that is kept."""
    form = {"name": str(scenario["name"]), "place": f"{scenario['vendor']}.{scenario['route']}"}
    for number, (name, value) in enumerate(scenario["subject"].items()):
        form |= {f"subject[{number}].name": name, f"subject[{number}].value": value}
    for number, step in enumerate(scenario["steps"]):
        form |= {f"steps[{number}].{name}": value for name, value in _form_of_step(step).items()}
    if latency := scenario["latency"]:
        form["latency.kind"] = latency["kind"]
        form |= {
            field_: f"{float(latency[name]):g}"
            for field_, name in zip(("latency.first", "latency.second"), LATENCIES[latency["kind"]], strict=False)
        }
    if window := scenario["window"]:
        form |= {f"window.{name}": str(window[name]) for name in ("from", "until")}
        form |= {"window.daily": "true"} if window.get("daily") else {}
    return form


def _form_of_step(step: Doc) -> dict[str, str]:
    fault, answer = step.get("fault") or {}, step.get("answer") or {}
    options = {name: value for name, value in fault.items() if name != "kind"}
    return {
        "times": "" if step.get("times") is None else str(step["times"]),
        "what": str(fault.get("kind") or (ANSWER if answer else USUAL)),
        "details": details.line_of(options) if fault else details.line_of_texts(answer),
    }


# What the editor sends


@dataclass
class Draft:
    """The document that a sent form stands for, and what cannot be said with any document.

    Attributes:
        doc: as `scenario_forms.scenario_of` takes it.
        errors: what makes no sense in the form, by the names of its fields.
        fields: which field stands for a place in the document.
    """

    doc: Doc
    errors: dict[str, str] = field(default_factory=dict)
    fields: dict[str, str] = field(default_factory=dict)

    def field_of(self, place: str) -> str:
        """Return the field for a place in the document, such as "steps[0].fault.seconds"."""
        around = place
        while around not in self.fields and "." in around:
            around = around.rpartition(".")[0]
        return self.fields.get(around, place)


def draft_of(form: Form) -> Draft:
    """Return what a sent editor stands for; what makes no sense in the document is found by `scenario_forms`."""
    vendor, _, route = form.get("place", "").partition(".")
    draft = Draft({"name": form.get("name", ""), "vendor": vendor, "route": route, "subject": {}, "steps": []})
    draft.fields = {"vendor": "place", "route": "place"}
    _take_conditions(form, draft)
    for number in range(_count(form, "steps", "what")):
        _take_step(form, f"steps[{number}]", draft)
    _take_latency(form, draft)
    _take_window(form, draft)
    return draft


def _take_conditions(form: Form, draft: Draft) -> None:
    for number in range(_count(form, "subject", "name")):
        at = f"subject[{number}]"
        name, value = form[f"{at}.name"], form.get(f"{at}.value", "").strip()
        if not name:
            if value:
                draft.errors[f"{at}.name"] = f"Say what has to be {value}, or leave both fields empty."
        elif name in draft.doc["subject"]:
            draft.errors[f"{at}.name"] = (
                f"{name} is asked for above: a call has one, so that one condition is too many."
            )
        else:
            draft.doc["subject"][name] = value
            draft.fields[f"subject.{name}"] = f"{at}.value"


def _take_step(form: Form, at: str, draft: Draft) -> None:
    what, times, line = (form.get(f"{at}.{name}", "").strip() for name in ("what", "times", "details"))
    if not what:
        if times or line:
            draft.errors[f"{at}.what"] = "Choose what happens in this step, or leave all its fields empty."
        return
    place = f"steps[{len(draft.doc['steps'])}]"
    draft.fields |= {place: f"{at}.what", f"{place}.times": f"{at}.times"}
    draft.fields |= {f"{place}.{part}": f"{at}.details" for part in ("fault", "answer")}
    draft.fields |= {f"{place}.fault.kind": f"{at}.what"}
    step: Doc = {"times": (int(times) if times.isdecimal() and times.isascii() else times) or None}
    draft.doc["steps"].append(step)
    try:
        if what == ANSWER:
            step["answer"] = details.texts_of(line)
        elif what != USUAL:
            step["fault"] = {**details.values_of(line), "kind": what}
    except details.Garbled as garbled:
        draft.errors[f"{at}.details"] = str(garbled)
        return
    if what == ANSWER and not line:
        draft.errors[f"{at}.details"] = "Say what the answer says, such as status=ACTIVE, copay=40.00."
    elif what == USUAL and line:
        draft.errors[f"{at}.details"] = (
            "The usual answer has no details: choose “an answer of your own”, or leave this empty."
        )


def _take_latency(form: Form, draft: Draft) -> None:
    kind = form.get("latency.kind", "")
    sent = {name: form.get(name, "").strip() for name in ("latency.first", "latency.second")}
    names = LATENCIES.get(kind, ())
    draft.doc["latency"] = {"kind": kind, **dict(zip(names, sent.values(), strict=False))} if kind else None
    draft.fields |= {f"latency.{name}": field_ for name, field_ in zip(names, sent, strict=False)}
    for field_ in list(sent)[len(names) :]:
        if sent[field_]:
            draft.errors["latency.kind" if not kind else field_] = (
                "Choose how the seconds are meant."
                if not kind
                else "“Always the same” has one number of seconds alone."
            )


def _take_window(form: Form, draft: Draft) -> None:
    begins, ends = (form.get(f"window.{name}", "").strip() for name in ("from", "until"))
    draft.doc["window"] = {"from": begins, "until": ends, "daily": "window.daily" in form} if begins or ends else None
    draft.fields["window.daily"] = "window"
    if "window.daily" in form and not (begins or ends):
        draft.errors["window.from"] = "Say from when until when, every day."
