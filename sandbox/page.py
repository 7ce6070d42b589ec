"""The page of /__sandbox__/: what the vendors hold, what is set, and buttons to change it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from html import escape
from typing import Any

from sandbox import faults, switches
from sandbox.state import store

_TITLES = {"cardscan": "CardScan", "candid": "Candid", "spry": "SPRY", "payments": "Claim payments"}
_UNSHOWN_COLLECTIONS = ("secrets", "tokens", "jobs")
# Neither secrets nor what identifies a person, though everybody in here is made up: the card may be a real one.
_UNSHOWN_NAMES = re.compile(
    r"secret|token|signature|policy|password|_key|name|member|birth|dob|ssn|tax|address|phone|email|identity|user|note",
    re.IGNORECASE,
)
_GENERATED = re.compile(r"[0-9a-f-]{32,36}")
_LAST = 5
_FACTS = 7


def html(now: datetime, vendors: Sequence[str], routes: Sequence[str]) -> str:
    """Return the page as HTML.

    Args:
        now: the sandbox's time.
        vendors: the vendors in the order in which they are shown.
        routes: the names of their routes, such as "payments.add".
    """
    parts = [
        _clock(now),
        *(_vendor(vendor) for vendor in vendors),
        _faults(vendors, routes),
        _switches(vendors),
        _reset(vendors),
    ]
    return _FRAME.replace("<!-- content -->", "\n".join(parts))


def _clock(now: datetime) -> str:
    steps = (("One minute", 60), ("One hour", 3600), ("One day", 86400))
    buttons = "".join(_button("clock", f"{label} on", advance_seconds=seconds) for label, seconds in steps)
    return _section(
        "Clock",
        f'<p class="big"><time datetime="{now.isoformat()}">{now:%a %d %b %Y, %H:%M:%S} UTC</time></p>'
        f'<div class="row">{buttons}{_button("clock", "Back to real time", reset="true")}</div>',
    )


def _vendor(vendor: str) -> str:
    held = [
        (name, count)
        for owner, name, count in store().collections()
        if owner == vendor and name not in _UNSHOWN_COLLECTIONS
    ]
    inside = "".join(_collection(vendor, name, count) for name, count in held)
    return _section(_TITLES[vendor], inside or '<p class="soft">It holds nothing yet.</p>')


def _collection(vendor: str, name: str, count: int) -> str:
    rows = "".join(
        f"<tr><th scope=row><code>{escape(_short(key))}</code></th><td>{_facts(key, doc)}</td></tr>"
        for key, doc in store().last(vendor, name, _LAST)
    )
    shown = f", the last {_LAST}" if count > _LAST else ""
    title = escape(name.replace("_", " "))
    return (
        f"<details><summary>{title} <b>{count}</b><span class=soft>{shown}</span></summary>"
        f"<table><tbody>{rows}</tbody></table></details>"
    )


def _short(key: str) -> str:
    """Return a generated id in full, and of any other key only how it begins: it may be a member's number."""
    return key if _GENERATED.fullmatch(key) else f"{key[:3]}…"


def _facts(key: str, doc: dict[str, Any]) -> str:
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


def _faults(vendors: Sequence[str], routes: Sequence[str]) -> str:
    rows = "".join(
        f"<tr><th scope=row>{escape(rule['vendor'])}.{escape(rule['route'])}</th><td>{escape(rule['kind'])}</td>"
        f"<td>{_times(rule)}</td></tr>"
        for rule in faults.all_rules()
    )
    waiting = f"<table><tbody>{rows}</tbody></table>" if rows else '<p class="soft">None is set: everything works.</p>'
    kinds = "".join(
        f'<option value="{escape(kind)}">{escape(kind)}: {escape(about)}</option>'
        for kind, about in faults.GATE_KINDS.items()
    )
    names = "".join(f'<option value="{escape(name.partition(".")[2])}">{escape(name)}</option>' for name in routes)
    form = (
        '<form method="post" action="faults" class="row">'
        f"<label>Vendor<select name=vendor>{_choices(('*', *vendors))}</select></label>"
        '<label>Route<input name=route value="*" list=routes size=14></label>'
        f"<datalist id=routes>{names}</datalist>"
        f"<label>What happens<input name=kind list=kinds required size=22></label><datalist id=kinds>{kinds}</datalist>"
        "<label>Times<input name=times value=1 size=4 inputmode=numeric></label>"
        "<label>Options<input name=options placeholder='{\"seconds\": 5}' size=18></label>"
        "<button>Set the fault</button></form>"
    )
    return _section("Faults", waiting + form + _button("faults", "Take all faults back", _method="DELETE"))


def _times(rule: dict[str, Any]) -> str:
    times = "every call" if rule["times"] is None else f"{rule['times']} more"
    return times + (f", after {rule['skip']} that pass" if rule["skip"] else "")


def _switches(vendors: Sequence[str]) -> str:
    rows = "".join(
        f"<tr><th scope=row>{escape(str(kept['vendor']))}.{escape(str(kept['name']))}</th>"
        f"<td>{escape(str(kept['value']))}</td></tr>"
        for kept in switches.all_switches()
    )
    kept = f"<table><tbody>{rows}</tbody></table>" if rows else '<p class="soft">All are at their defaults.</p>'
    form = (
        '<form method="post" action="switches" class="row"><input type=hidden name=_as value=json>'
        f"<label>Vendor<select name=vendor>{_choices(vendors)}</select></label>"
        "<label>Name<input name=name required></label>"
        "<label>Value, as JSON; empty for the default<input name=value></label>"
        "<button>Set the switch</button></form>"
    )
    return _section("Switches", kept + form)


def _reset(vendors: Sequence[str]) -> str:
    buttons = "".join(_button("reset", f"Empty {_TITLES[vendor]}", vendor=vendor) for vendor in vendors)
    everything = _button("reset", "Empty everything", vendor="")
    return _section("Start again", f'<div class="row">{buttons}{everything}</div>')


def _section(title: str, inside: str) -> str:
    return f"<section><h2>{escape(title)}</h2>{inside}</section>"


def _choices(values: Iterable[str]) -> str:
    return "".join(f"<option>{escape(value)}</option>" for value in values)


def _button(action: str, label: str, **fields: object) -> str:
    hidden = "".join(
        f'<input type=hidden name="{name}" value="{escape(str(value))}">' for name, value in fields.items()
    )
    return f'<form method="post" action="{action}">{hidden}<button>{escape(label)}</button></form>'


_FRAME = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Frontdesk sandbox</title>
<link rel="stylesheet" href="page.css">
</head>
<body>
<header>
<h1>Frontdesk sandbox</h1>
<p>CardScan, Candid, SPRY and the payments service, played on this machine. Nothing here reaches a real vendor, a payer
or a bank, and no money moves.</p>
</header>
<main>
<!-- content -->
</main>
</body>
</html>
"""
