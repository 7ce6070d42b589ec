"""What the page shows beside what there is: a form that made no sense, the open editor, what was just done."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape
from typing import Any

# What was done: the part of the page that it is about, and the sentence that this part then begins with.
DONE = {
    "clock": ("clock", "The clock was moved."),
    "real-time": ("clock", "The clock shows real time again."),
    "scenario": ("scenarios", "The scenario is kept. It begins with its first step."),
    "restart": ("scenarios", "The scenario begins again with its first step."),
    "pause": ("scenarios", "The scenario rests until it is told to go on."),
    "resume": ("scenarios", "The scenario goes on where it was."),
    "remove": ("scenarios", "The scenario is removed."),
    "fault": ("faults", "The fault is set."),
    "fault-back": ("faults", "The fault is taken back."),
    "faults-back": ("faults", "All faults are taken back."),
    "switch": ("switches", "The switch is set."),
    "switch-back": ("switches", "The switch is at its default again."),
    "webhook": ("webhooks", "The webhook is tried again."),
    "emptied": ("again", "It is empty again."),
}
_STEP = re.compile(r"steps\[(\d+)\]")


@dataclass(frozen=True)
class Shown:
    """What the page shows beside what there is.

    Attributes:
        form: which form made no sense.
        values: what was sent in it, or what the editor begins with.
        errors: what is wrong, by the names of its fields.
        detail: what is wrong, in one sentence.
        editing: the id of the scenario that the editor changes; "" for a new one.
        done: what was done, a key of DONE.
    """

    form: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
    detail: str = ""
    editing: str = ""
    done: str = ""

    def value(self, form: str, name: str, otherwise: str = "") -> str:
        """Return what was sent in a field of a form, or `otherwise`."""
        return str(self.values.get(name, otherwise)) if self.form == form else otherwise

    def error(self, form: str, *names: str) -> str:
        """Return what is wrong with some fields of a form."""
        return " ".join(self.errors[name] for name in names if name in self.errors) if self.form == form else ""

    def notice(self, anchor: str) -> str:
        """Return as HTML what was done in this part of the page, if anything was."""
        part, sentence = DONE.get(self.done, ("", ""))
        if part != anchor:
            return ""
        return f'<p class="done" id="done" role="status" tabindex="-1">✓ {escape(sentence)}</p>'

    def summary(self) -> str:
        """Return as HTML what is wrong with what was sent, with a way to each field; it has the focus."""
        if not self.detail:
            return ""
        prefix = "" if self.form == "scenarios" else f"{self.form}-"
        links = "".join(
            f'<li><a href="#{escape(prefix + name)}">{escape(_where(name) + sentence)}</a></li>'
            for name, sentence in self.errors.items()
        )
        said = "" if self.detail in self.errors.values() else f"<p>{escape(self.detail)}</p>"
        return (
            '<div class="summary" id="summary" role="alert" tabindex="-1" autofocus><h2>▲ Nothing was changed</h2>'
            f"{said}{f'<ul>{links}</ul>' if links else ''}</div>"
        )


def _where(name: str) -> str:
    """Return which step a field of the editor belongs to, for a sentence that stands apart from it."""
    found = _STEP.match(name)
    return f"Step {int(found[1]) + 1}: " if found else ""
