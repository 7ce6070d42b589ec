"""The page of /__sandbox__/: what the vendors hold, what is set, and buttons to change it. It needs no script."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from html import escape
from typing import Any

from sandbox import VENDORS, clock, faults, front, gate, html, scenario_page, switches, webhooks
from sandbox.scenario_forms import Errors
from sandbox.state import dump, store
from sandbox.switch_table import SWITCHES, Declared

Doc = dict[str, Any]

_TITLES = {"cardscan": "CardScan", "candid": "Candid", "spry": "SPRY", "payments": "Claim payments"}
_UNSHOWN_COLLECTIONS = ("secrets", "tokens", "jobs", *webhooks.COLLECTIONS)
# Neither secrets nor what identifies a person, though everybody in here is made up: the card may be a real one.
_UNSHOWN_NAMES = re.compile(
    r"secret|token|signature|policy|password|_key|name|member|birth|dob|ssn|tax|address|phone|email|identity|user|note"
    r"|query|body|url",
    re.IGNORECASE,
)
_GENERATED = re.compile(r"[0-9a-f-]{32,36}")
_LAST = 5
_LAST_WEBHOOKS = 20
_FACTS = 7
_PARTS = {
    "clock": "Clock",
    "scenarios": "Scenarios",
    "faults": "Faults",
    "switches": "Switches",
    "held": "What they hold",
    "webhooks": "Webhooks",
    "again": "Start again",
}


@dataclass(frozen=True)
class Sent:
    """A form that made no sense: its name, what was sent, and what is wrong by field."""

    form: str = ""
    values: Doc = field(default_factory=dict)
    errors: Errors = field(default_factory=dict)

    def value(self, form: str, name: str, otherwise: str = "") -> str:
        """Return what was sent in a field of a form, or `otherwise`."""
        return str(self.values.get(name, otherwise)) if self.form == form else otherwise

    def error(self, form: str, *names: str) -> str:
        """Return what is wrong with some fields of a form."""
        return " ".join(self.errors[name] for name in names if name in self.errors) if self.form == form else ""


def html_of(names: Sequence[str], sent: Sent | None = None, editing: tuple[str, Doc, Errors] | None = None) -> str:
    """Return the page as HTML.

    Args:
        names: the names of the routes, such as "payments.add".
        sent: a form to be shown again with what is wrong with it.
        editing: what the editor of scenarios shows (`scenario_page.section`).
    """
    now, form = clock.now(), sent or Sent()
    parts = [
        _clock(now, form),
        scenario_page.section(now, names, editing),
        _faults(names, form),
        _switches(form),
        html.section("held", _PARTS["held"], *map(_vendor, VENDORS)),
        _webhooks(),
        _reset(),
    ]
    links = "".join(f'<a href="#{anchor}">{escape(title)}</a>' for anchor, title in _PARTS.items())
    return _FRAME.replace("<!-- links -->", links).replace("<!-- content -->", "\n".join(parts))


def _clock(now: datetime, sent: Sent) -> str:
    steps = (("One minute", 60), ("One hour", 3600), ("One day", 86400))
    buttons = [html.button("clock", f"{label} on", advance_seconds=seconds) for label, seconds in steps]
    to = html.text(
        "now",
        "Set it to (UTC)",
        sent.value("clock", "now", f"{now:%Y-%m-%dT%H:%M}Z"),
        error=sent.error("clock", "now", "advance_seconds"),
    )
    return html.section(
        "clock",
        _PARTS["clock"],
        f'<p class="big"><time datetime="{now.isoformat()}">{now:%a %d %b %Y, %H:%M:%S} UTC</time></p>',
        html.row(*buttons, html.button("clock", "Back to real time", reset="true")),
        f'<form method=post action="{html.HOME}clock" class=row>{to}<button>Set the clock</button></form>',
    )


# What the vendors hold


def _vendor(vendor: str) -> str:
    held = [
        (name, count)
        for owner, name, count in store().collections()
        if owner == vendor and name not in _UNSHOWN_COLLECTIONS
    ]
    inside = "".join(_collection(vendor, name, count) for name, count in held) or html.soft("It holds nothing yet.")
    port = f"Its own port: {front.ports()[vendor]}."
    return f"<h3>{escape(_TITLES[vendor])}</h3>{html.soft(port)}{inside}"


def _collection(vendor: str, name: str, count: int) -> str:
    rows = html.table(
        (f"<code>{escape(_short(key))}</code>", _facts(key, doc)) for key, doc in store().last(vendor, name, _LAST)
    )
    shown = f", the last {_LAST}" if count > _LAST else ""
    title = escape(name.replace("_", " "))
    return f"<details><summary>{title} <b>{count}</b><span class=soft>{shown}</span></summary>{rows}</details>"


def _short(key: str) -> str:
    """Return a generated id in full, and of any other key only how it begins: it may be a member's number."""
    return key if _GENERATED.fullmatch(key) else f"{key[:3]}…"


def _facts(key: str, doc: Mapping[str, Any]) -> str:
    plain = {
        name: _seconds(value) if name.endswith("_at") else value
        for name, value in doc.items()
        if not isinstance(value, dict | list)
        and value not in (None, "", False, key)
        and not _UNSHOWN_NAMES.search(name)
    }
    return " ".join(
        f"<span class=fact>{escape(name)} <b>{escape(str(value)[:60])}</b></span>"
        for name, value in list(plain.items())[:_FACTS]
    )


def _seconds(moment: object) -> str:
    """Return a written time without its fractions."""
    return str(moment)[:19].replace("T", " ")


# Faults and switches


def _faults(names: Sequence[str], sent: Sent) -> str:
    rows = [
        (escape(f"{rule['vendor']}.{rule['route']}"), f"<b>{escape(rule['kind'])}</b> {_about(rule)}", _times(rule))
        for rule in gate.rules()
    ]
    waiting = html.table(rows) if rows else html.soft("None is set: everything works.")
    clear = html.button("faults", "Take all faults back", _method="DELETE") if rows else ""
    places = {"*.*": "everything"}
    for vendor in VENDORS:
        places |= {f"{vendor}/{vendor}.*": f"{vendor}.* (everything)"}
        places |= {f"{vendor}/{name}": name for name in names if name.startswith(f"{vendor}.")}
    kinds = {f"Instead of the work/{kind}": f"{kind}: {about}" for kind, about in faults.BEFORE_KINDS.items()}
    kinds |= {f"Before the work/{kind}": f"{kind}: {about}" for kind, about in faults.WAIT_KINDS.items()}
    kinds |= {f"After the work/{kind}": f"{kind}: {about}" for kind, about in faults.AFTER_KINDS.items()}
    place, kind = sent.value("faults", "place"), sent.value("faults", "kind")
    fields = [
        html.choice(
            "place", "Where", places, place, form="faults-", error=sent.error("faults", "place", "vendor", "route")
        ),
        html.choice("kind", "What happens", kinds, kind, form="faults-", error=sent.error("faults", "kind")),
        _text(sent, "faults", "own_kind", "Or a kind of the vendor's own"),
        _text(sent, "faults", "times", "To how many calls; empty for all", "1"),
        _text(sent, "faults", "skip", "After how many that pass", "0"),
        _text(sent, "faults", "options", "Options", hint="seconds=5"),
    ]
    form = (
        f'<form method=post action="{html.HOME}faults" class=row>{"".join(fields)}<button>Set the fault</button></form>'
    )
    return html.section("faults", _PARTS["faults"], waiting, form, clear)


def _text(sent: Sent, form: str, name: str, label: str, otherwise: str = "", hint: str = "") -> str:
    return html.text(
        name, label, sent.value(form, name, otherwise), form=f"{form}-", error=sent.error(form, name), hint=hint
    )


def _about(rule: Mapping[str, Any]) -> str:
    return " ".join(
        f"<span class=fact>{escape(name)} <b>{escape(str(value))}</b></span>" for name, value in rule["options"].items()
    )


def _times(rule: Mapping[str, Any]) -> str:
    if rule["kind"] == "refused" and rule["route"] == "*":
        return "just now"
    times = "every call" if rule["times"] is None else f"{rule['times']} more"
    return times + (f", after {rule['skip']} that pass" if rule["skip"] else "")


def _switches(sent: Sent) -> str:
    rows = [
        (escape(f"{kept['vendor']}.{kept['name']}"), escape(str(kept["value"]))) for kept in switches.all_switches()
    ]
    kept = html.table(rows) if rows else html.soft("All are at their defaults.")
    known = {f"{one.vendor}/{one.key}": f"{one.key} ({_default(one)})" for one in SWITCHES}
    wrong = sent.error("switches", "switch", "vendor", "name")
    fields = [
        html.choice("switch", "Switch", known, sent.value("switches", "switch"), form="switches-", error=wrong),
        _text(sent, "switches", "value", "Value, as JSON; empty for the default"),
    ]
    form = (
        f'<form method=post action="{html.HOME}switches" class=row><input type=hidden name=_as value=json>'
        f"{''.join(fields)}<button>Set the switch</button></form>"
    )
    return html.section("switches", _PARTS["switches"], kept, form)


def _default(one: Declared) -> str:
    return "its own default" if one.default is None else dump(one.default)


# Webhooks, and the end

_BADGES = {"delivered": ("active", "✓"), "waiting": ("waits", "◷"), "given up": ("refused", "✕")}


def _webhooks() -> str:
    rows = [
        (
            escape(f"{sent['vendor']} {sent['type'] or ''}"),
            html.badge(*_BADGES[sent["state"]], sent["state"]),
            f"<span class=fact>to <b>{escape(sent['to'])}</b></span>"
            + " ".join(
                f"<span class=fact>{_seconds(t['at'])} <b>{escape(t['outcome'])}</b></span>" for t in sent["tries"]
            ),
            html.button(f"webhooks/{sent['id']}", "Send again"),
        )
        for sent in webhooks.all_deliveries()[-_LAST_WEBHOOKS:]
    ]
    return html.section("webhooks", _PARTS["webhooks"], html.table(rows) if rows else html.soft("None was sent yet."))


def _reset() -> str:
    buttons = [html.button("reset", f"Empty {_TITLES[vendor]}", vendor=vendor) for vendor in VENDORS]
    everything = html.button("reset", "Empty everything", vendor="")
    about = (
        "What a vendor holds goes, and its faults, scenarios and switches; with everything, the clock goes back, too."
    )
    return html.section("again", _PARTS["again"], html.soft(about), html.row(*buttons, everything))


_FRAME = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Frontdesk sandbox</title>
<link rel="stylesheet" href="/__sandbox__/page.css">
</head>
<body>
<header>
<p class="band">Sandbox</p>
<h1>Frontdesk sandbox</h1>
<p>CardScan, Candid, SPRY and the payments service, played on this machine. Nothing here reaches a real vendor, a payer
or a bank, and no money moves.</p>
<nav aria-label="Parts of the page"><!-- links --></nav>
</header>
<main>
<!-- content -->
</main>
</body>
</html>
"""
