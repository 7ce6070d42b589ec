"""Template tags of the design system: money, icons, form controls and the navigation's current place."""

import re
from decimal import Decimal
from functools import lru_cache

from django import template
from django.forms import BoundField
from django.template.base import NodeList
from django.template.context import Context
from django.template.loader import get_template
from django.template.loader_tags import BLOCK_CONTEXT_KEY, BlockNode
from django.utils.html import format_html
from django.utils.safestring import SafeString

from core.money import show

register = template.Library()

ICON_NAME = re.compile(r"[a-z0-9-]+\Z")


@register.filter
def money(value: Decimal | None, style: str = "") -> str:
    """Return an amount in US dollars for people: "$1,234.50", or "not stated" for None.

    With the argument "short" a whole amount loses its cents: `{{ copay|money:"short" }}` gives "$25". A variable
    that the context lacks arrives as "" and is not stated either.
    """
    text = show(None if value == "" else value)
    return text.removesuffix(".00") if style == "short" else text


@register.filter
def share(part: Decimal | int | None, whole: Decimal | int | None) -> int | None:
    """Return how much of `whole` is `part`, in whole percent from 0 to 100; None where that cannot be said."""
    if part is None or whole is None or whole <= 0:
        return None
    return max(0, min(100, int(Decimal(part) * 100 / Decimal(whole))))


@lru_cache(maxsize=128)
def icon_markup(name: str) -> SafeString:
    """Return the drawing `templates/components/icons/<name>.svg`; it is hidden from screen readers.

    Raises TemplateDoesNotExist for a name we have not drawn and ValueError for one that is no name.
    """
    if not ICON_NAME.match(name):
        raise ValueError("An icon is named by small letters, digits and hyphens.")
    return SafeString(get_template(f"components/icons/{name}.svg").render().strip())


@register.simple_tag
def icon(name: str) -> SafeString:
    """Put one of our icons into the page; it decorates a word that stands beside it."""
    return icon_markup(name)


@lru_cache(maxsize=2048)
def state_markup(state: str, label: str) -> SafeString:
    """Return what templates/components/state.html draws for a state without a note, for lists of hundreds of them."""
    return SafeString(get_template("components/state.html").render({"state": state, "label": label}).strip())


@register.simple_tag
def active(path: str, prefix: str, exact: bool = False) -> SafeString:
    """Return ` aria-current="page"` when the request's path is at or below `prefix` (only at it with exact)."""
    inside = path == prefix or (not exact and prefix != "/" and path.startswith(prefix))
    return SafeString(' aria-current="page"' if inside else "")


@register.simple_tag(takes_context=True)
def block_text(context: Context, name: str) -> SafeString:
    """Render a block a second time, so that a page writes its title once for the window and the heading.

    An undefined block gives "". Use `{% block_text "lead" as lead %}` to ask whether there is one.
    """
    blocks = context.render_context.get(BLOCK_CONTEXT_KEY)
    if blocks is None or blocks.get_block(name) is None:
        return SafeString("")
    return SafeString(BlockNode(name, NodeList()).render(context).strip())


@register.simple_tag
def control(field: BoundField, hint: str = "", bare: bool | str = False, first: bool | str = False) -> SafeString:
    """Render a form field's control; Django ties it to its hint and its errors by aria-describedby.

    The hint that is shown may differ from the field's own help text, so this rendering of the field takes it over.
    A bare control has no placeholder. The first one has the focus when its page opens; a form that comes back has its
    errors to show first.
    """
    field.help_text = hint
    attrs: dict[str, str | bool] = {"placeholder": False} if bare else {}
    return field.as_widget(attrs=attrs | {"autofocus": True} if first and not field.form.is_bound else attrs)


@register.simple_tag
def invisible(field: BoundField) -> SafeString:
    """Return a hidden field's control together with its errors, which nobody could see otherwise."""
    if not field.errors:
        return field.as_widget()
    return format_html('{}<p class="field__error">{}</p>', field.as_widget(), " ".join(map(str, field.errors)))
