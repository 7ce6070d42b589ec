"""The page of /__sandbox__/: what the vendors hold, what is set, and buttons to change it. It needs no script."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from html import escape
from typing import Any

from sandbox import VENDORS, clock, faults, front, gate, html, scenario_page, switches, webhooks
from sandbox.shown import Shown
from sandbox.state import dump, store
from sandbox.switch_table import SWITCHES, Declared

Doc = dict[str, Any]

_TITLES = {"cardscan": "CardScan", "candid": "Candid", "spry": "SPRY", "payments": "Claim payments"}
_UNSHOWN_COLLECTIONS = (
    "secrets",
    "tokens",
    "codes",
    "keys",
    "magic_links",
    "jobs",
    "timed_jobs",
    *webhooks.COLLECTIONS,
)
# Neither secrets nor what identifies a person, though everybody in here is made up: the card may be a real one.
_UNSHOWN_NAMES = re.compile(
    r"secret|token|signature|policy|password|key|name|member|birth|dob|ssn|tax|address|phone|email|identity|user|note"
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


def html_of(names: Sequence[str], shown: Shown) -> str:
    """Return the page as HTML.

    Args:
        names: the names of the routes, such as "payments.add".
        shown: what is to be seen beside what there is.
    """
    now = clock.now()
    parts = [
        shown.summary(),
        _clock(now, shown),
        scenario_page.section(now, names, shown),
        _faults(names, shown),
        _switches(shown),
        html.section("held", _PARTS["held"], *map(_vendor, VENDORS)),
        _webhooks(shown),
        _reset(shown),
    ]
    links = "".join(f'<a href="#{anchor}">{escape(title)}</a>' for anchor, title in _PARTS.items())
    frame = _FRAME.replace("<!-- error -->", "Error: " if shown.detail else "").replace("<!-- links -->", links)
    return frame.replace("<!-- content -->", "\n".join(parts))


def _clock(now: datetime, shown: Shown) -> str:
    steps = (("One minute", 60), ("One hour", 3600), ("One day", 86400))
    buttons = [html.button("clock", f"{label} on", advance_seconds=seconds) for label, seconds in steps]
    to = _text(shown, "clock", "now", "Set it to (UTC)", f"{now:%Y-%m-%d %H:%M}")
    return html.section(
        "clock",
        _PARTS["clock"],
        shown.notice("clock"),
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
        (f"<code>{escape(_named(key))}</code>", _facts(key, doc)) for key, doc in store().last(vendor, name, _LAST)
    )
    shown = f", the last {_LAST}" if count > _LAST else ""
    title = escape(name.replace("_", " "))
    return f"<details><summary>{title} <b>{count}</b><span class=soft>{shown}</span></summary>{rows}</details>"


def _named(key: str) -> str:
    """Return an id that the sandbox has made, and nothing of any other key: it may be a member's number."""
    return key if _GENERATED.fullmatch(key) else "…"


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


def _faults(names: Sequence[str], shown: Shown) -> str:
    rows = [
        (
            escape(f"{rule['vendor']}.{rule['route']}"),
            f"<b>{escape(rule['kind'])}</b> {_about(rule)}",
            _times(rule),
            html.button(f"faults/{rule['id']}", "Take back"),
        )
        for rule in gate.rules()
    ]
    waiting = html.table(rows) if rows else html.soft("None is set: everything works.")
    clear = html.button("faults", "Take all faults back", _method="DELETE") if rows else ""
    place, kind = shown.value("faults", "place"), shown.value("faults", "kind")
    where = shown.error("faults", "place", "vendor", "route")
    fields = [
        html.choice("place", "Where", _fault_places(names), place, form="faults-", error=where),
        html.choice("kind", "What happens", _kinds(), kind, form="faults-", error=shown.error("faults", "kind")),
        _text(shown, "faults", "times", "To how many calls; empty for all", "1"),
        _text(shown, "faults", "skip", "After how many that pass", "0"),
        _text(shown, "faults", "options", "Options", hint="seconds=5"),
    ]
    form = (
        f'<form method=post action="{html.HOME}faults" class=row>{"".join(fields)}<button>Set the fault</button></form>'
    )
    return html.section("faults", _PARTS["faults"], shown.notice("faults"), waiting, form, clear)


def _fault_places(names: Sequence[str]) -> dict[str, str]:
    places = {"": "Choose…", "*.*": "everything"}
    known = dict.fromkeys([*names, *(f"{vendor}.{route}" for vendor, route in faults.own_kinds())])
    for vendor in VENDORS:
        places |= {f"{vendor}/{vendor}.*": f"{vendor}.* (everything)"}
        places |= {f"{vendor}/{name}": name for name in known if name.startswith(f"{vendor}.")}
    return places


def _kinds() -> dict[str, str]:
    kinds = {"": "Choose…"}
    kinds |= {f"Instead of the work/{kind}": f"{kind}: {about}" for kind, about in faults.BEFORE_KINDS.items()}
    kinds |= {f"Before the work/{kind}": f"{kind}: {about}" for kind, about in faults.WAIT_KINDS.items()}
    kinds |= {f"After the work/{kind}": f"{kind}: {about}" for kind, about in faults.AFTER_KINDS.items()}
    own: dict[str, list[str]] = {}
    for (vendor, route), known in faults.own_kinds().items():
        for kind in known:
            own.setdefault(f"{_TITLES[vendor]} alone/{kind}", []).append(route)
    return kinds | {key: f"{key.rpartition('/')[2]} ({', '.join(routes)})" for key, routes in own.items()}


def _text(shown: Shown, form: str, name: str, label: str, otherwise: str = "", hint: str = "") -> str:
    value, error = shown.value(form, name, otherwise), shown.error(form, name)
    return html.text(name, label, value, form=f"{form}-", error=error, hint=hint)


def _about(rule: Mapping[str, Any]) -> str:
    return " ".join(
        f"<span class=fact>{escape(name)} <b>{escape(str(value))}</b></span>" for name, value in rule["options"].items()
    )


def _times(rule: Mapping[str, Any]) -> str:
    if rule["kind"] == "refused" and rule["route"] == "*":
        return "just now"
    times = "every call" if rule["times"] is None else f"{rule['times']} more"
    return times + (f", after {rule['skip']} that pass" if rule["skip"] else "")


def _switches(shown: Shown) -> str:
    rows = [
        (escape(f"{kept['vendor']}.{kept['name']}"), escape(dump(kept["value"]))) for kept in switches.all_switches()
    ]
    kept = html.table(rows) if rows else html.soft("All are at their defaults.")
    known = {"": "Choose…"} | {f"{one.vendor}/{one.key}": f"{one.key} ({_default(one)})" for one in SWITCHES}
    wrong = shown.error("switches", "switch", "vendor", "name")
    fields = [
        html.choice("switch", "Switch", known, shown.value("switches", "switch"), form="switches-", error=wrong),
        _text(shown, "switches", "value", "Value; empty for the default"),
    ]
    form = (
        f'<form method=post action="{html.HOME}switches" class=row>{"".join(fields)}'
        "<button>Set the switch</button></form>"
    )
    return html.section("switches", _PARTS["switches"], shown.notice("switches"), kept, form)


def _default(one: Declared) -> str:
    return "its own default" if one.default is None else dump(one.default)


# Webhooks, and the end

_BADGES = {"delivered": ("active", "✓"), "waiting": ("waits", "◷"), "given up": ("refused", "✕")}


def _webhooks(shown: Shown) -> str:
    rows = [
        (
            escape(f"{one['vendor']} {one['type'] or ''}"),
            html.badge(*_BADGES[one["state"]], one["state"]),
            f"<span class=fact>to <b>{escape(one['to'])}</b></span>"
            + " ".join(
                f"<span class=fact>{_seconds(t['at'])} <b>{escape(t['outcome'])}</b></span>" for t in one["tries"]
            ),
            html.button(f"webhooks/{one['id']}", "Send again"),
        )
        for one in webhooks.all_deliveries()[-_LAST_WEBHOOKS:]
    ]
    sent = html.table(rows) if rows else html.soft("None was sent yet.")
    return html.section("webhooks", _PARTS["webhooks"], shown.notice("webhooks"), sent)


def _reset(shown: Shown) -> str:
    buttons = [html.button("reset", f"Empty {_TITLES[vendor]}", vendor=vendor) for vendor in VENDORS]
    asked = (
        "<details class=ask><summary>Empty everything…</summary>"
        + html.soft(
            "Everything that all four hold goes, with every scenario, fault and switch, and the clock goes back."
        )
        + html.button("reset", "Empty everything", vendor="")
        + "</details>"
    )
    about = html.soft("What a vendor holds goes, and its faults, scenarios and switches.")
    return html.section("again", _PARTS["again"], shown.notice("again"), about, html.row(*buttons), asked)


_FRAME = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title><!-- error -->Frontdesk sandbox</title>
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
