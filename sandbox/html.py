"""Small pieces of HTML for the sandbox's page; everything that is not markup is escaped here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape

HOME = "/__sandbox__/"


def section(anchor: str, title: str, *inside: str) -> str:
    """Return a part of the page with its heading."""
    return f'<section id="{anchor}"><h2>{escape(title)}</h2>{"".join(inside)}</section>'


def soft(text: str) -> str:
    """Return a quiet sentence."""
    return f'<p class="soft">{escape(text)}</p>'


def table(rows: Iterable[tuple[str, ...]]) -> str:
    """Return a table of rows of HTML; the first cell of each heads it."""
    lines = (
        f"<tr><th scope=row>{head}</th>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>" for head, *cells in rows
    )
    return f"<table><tbody>{''.join(lines)}</tbody></table>"


def badge(state: str, icon: str, word: str) -> str:
    """Return a state as icon, word and colour (active, needs, refused, waits or quiet)."""
    return f'<span class="badge {state}"><span aria-hidden=true>{icon}</span> {escape(word)}</span>'


def button(action: str, label: str, **fields: object) -> str:
    """Return a form of one button that posts the fields."""
    hidden = "".join(f'<input type=hidden name="{name}" value="{escape(str(v))}">' for name, v in fields.items())
    return f'<form method=post action="{HOME}{action}">{hidden}<button>{escape(label)}</button></form>'


def row(*parts: str) -> str:
    """Return parts beside each other as far as there is room."""
    return f'<div class="row">{"".join(parts)}</div>'


def text(
    name: str,
    label: str,
    value: object = "",
    *,
    form: str = "",
    error: str = "",
    hint: str = "",
    wide: bool = False,
) -> str:
    """Return a labelled field for a line of text, with what is wrong with it; `form` tells equal names apart."""
    shown, about = escape("" if value is None else str(value)), _about(form + name, error)
    control = f'<input {about} name="{name}" value="{shown}" placeholder="{escape(hint)}">'
    return _field(form + name, label, control, error, wide=wide)


def choice(
    name: str, label: str, options: Mapping[str, str], chosen: str = "", *, form: str = "", error: str = ""
) -> str:
    """Return a labelled choice; `options` are labels by value, or by "group/value" under a heading."""
    inside, group = "", ""
    for key, shown in options.items():
        heading, _, value = key.rpartition("/")
        if heading != group:
            inside += ("</optgroup>" if group else "") + (f'<optgroup label="{escape(heading)}">' if heading else "")
            group = heading
        selected = " selected" if value == chosen else ""
        inside += f'<option value="{escape(value)}"{selected}>{escape(shown)}</option>'
    inside += "</optgroup>" if group else ""
    control = f'<select {_about(form + name, error)} name="{name}">{inside}</select>'
    return _field(form + name, label, control, error)


def checkbox(name: str, label: str, on: bool) -> str:
    """Return a labelled box to tick."""
    checked = " checked" if on else ""
    return f'<label class="tick"><input type=checkbox name="{name}" value=true{checked}>{escape(label)}</label>'


def _about(anchor: str, error: str) -> str:
    return f'id="{anchor}"' + (f' aria-invalid=true aria-describedby="{anchor}-error"' if error else "")


def _field(anchor: str, label: str, control: str, error: str, *, wide: bool = False) -> str:
    said = f'<span class="error" id="{anchor}-error">▲ {escape(error)}</span>' if error else ""
    kind = "field wide" if wide else "field"
    return f'<div class="{kind}"><label for="{anchor}">{escape(label)}</label>{control}{said}</div>'
