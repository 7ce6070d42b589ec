"""The parts of a line of Today that a template would draw a thousand times a page: lights, buttons, the menu's moves.

Everything that is not ours is escaped here; addresses and choices are ours.
"""

from __future__ import annotations

from html import escape

from django.utils.safestring import SafeString

from core.templatetags.ui import state_markup

from .today import Light

# The form of the page that the buttons of all lines send; each names its own address.
FORM = "visit"


def lights(found: list[tuple[str, Light]]) -> SafeString:
    """Return a cell per light: state and words, with a link where there is something to see."""
    return SafeString("".join(_cell(label, light) for label, light in found))


def _cell(label: str, light: Light) -> str:
    state = state_markup(light.state, light.sentence)
    inside = f'<a class="arrivals__light" href="{escape(light.url)}">{state}</a>' if light.url else state
    return f'<td data-label="{escape(label)}">{inside}</td>'


def moves(choices: tuple[tuple[str, str], ...], url: str) -> SafeString:
    """Return the menu's buttons, one for each move that the visit allows."""
    start = f'<button class="menu__item" form="{FORM}" formaction="{escape(url)}" name="to" value='
    return SafeString("".join(f'{start}"{to}">{words}</button>' for to, words in choices))


def press(words: str, who: str, url: str, to: str) -> SafeString:
    """Return the button that moves the visit on."""
    start = f'<button class="button" form="{FORM}" formaction="{escape(url)}" name="to" value="{to}">'
    return SafeString(f'{start}{words}<span class="visually-hidden"> {escape(who)}</span></button>')


def step(wanted: Light, who: str, token: str) -> SafeString:
    """Return the one next thing to do: a link, a button, or a form of its own when something goes with it."""
    words = f'{escape(wanted.action)}<span class="visually-hidden"> of {escape(who)}</span>'
    url = escape(wanted.url)
    if wanted.form is None:
        return SafeString(f'<a class="button" href="{url}">{words}</a>')
    if not wanted.form:
        return SafeString(f'<button class="button" form="{FORM}" formaction="{url}">{words}</button>')
    given = [("csrfmiddlewaretoken", token), *wanted.form]
    inputs = "".join(f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">' for name, value in given)
    return SafeString(f'<form method="post" action="{url}">{inputs}<button class="button">{words}</button></form>')
