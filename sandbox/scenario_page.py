"""The part of the sandbox's page about scenarios: what is set, what is ready to be used, and the editor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from html import escape
from typing import Any

from sandbox import details, faults, html, scenario_editor, scenario_library, scenarios
from sandbox.shown import Shown

Doc = dict[str, Any]


def section(now: datetime, names: Sequence[str], shown: Shown) -> str:
    """Return the section.

    Args:
        now: the sandbox's time.
        names: the names of all routes.
        shown: what else is to be seen.
    """
    kept = "".join(
        _scenario(one, now) if scenarios.is_sound(one) else _broken(one) for one in scenarios.all_scenarios()
    )
    ready = "".join(_ready(one) for one in scenario_library.READY)
    is_open = " open" if shown.form == scenario_editor.FORM else ""
    title = "Change the scenario" if shown.editing else "Write a scenario of your own"
    editor = f"<details id=editor{is_open}><summary>{title}</summary>{scenario_editor.editor(shown, names)}</details>"
    return html.section(
        "scenarios",
        "Scenarios",
        shown.notice("scenarios"),
        f'<div class="cards">{kept}</div>' if kept else html.soft("None is set: every payer behaves as usual."),
        f'<details{"" if kept else " open"}><summary>Ready to use</summary><ul class="ready">{ready}</ul></details>',
        editor,
    )


def _broken(scenario: Doc) -> str:
    """Return a scenario that no version of the sandbox would make now, with the way to be rid of it."""
    name, scenario_id = escape(str(scenario.get("name", ""))), escape(str(scenario["id"]))
    return (
        f"<article><h3>{name}</h3>{html.badge('refused', '✕', 'Cannot be read, and is not played')}"
        f"{html.row(html.button(f'scenarios/{scenario_id}', 'Remove', do='remove'))}</article>"
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
    if scenarios.is_past(scenario["window"], now):
        return html.badge("quiet", "✓", "Over: its time is past")
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
        seconds = {name: f"{float(value):g} s" for name, value in latency.items() if name != "kind"}
        parts.append(f"latency {latency['kind']}, {details.line_of(seconds)}")
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
        options = details.line_of({name: value for name, value in fault.items() if name != "kind"})
        about = faults.GATE_KINDS.get(fault["kind"], fault["kind"]).partition(" (")[0]
        said.append(about + (f" ({options})" if options else ""))
    if answer := step.get("answer"):
        said.append(f"the answer {details.line_of_texts(answer)}")
    return said


def _moment(text: str) -> str:
    return text[:16].replace("T", " ")


def _ready(ready: scenario_library.Ready) -> str:
    return (
        f"<li><div><b>{escape(ready.doc['name'])}</b><br><span class=soft>{escape(ready.about)}</span></div>"
        f"{html.button('scenarios', 'Use', ready=ready.key)}</li>"
    )
