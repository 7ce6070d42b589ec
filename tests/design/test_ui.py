"""The template tags and components that every page is built from."""

import re
from decimal import Decimal
from pathlib import Path

import pytest
from django import forms
from django.conf import settings
from django.template import Context, Template
from django.template.loader import render_to_string

from core.templatetags import ui


class CardForm(forms.Form):
    member_id = forms.CharField(label="Member ID", help_text="As printed on the card.")
    kind = forms.ChoiceField(label="Kind", choices=[("A", "One"), ("B", "Two")], widget=forms.RadioSelect)
    agreed = forms.BooleanField(label="Agreed", required=False)


def field(name: str, data: dict[str, str] | None = None, **options: object) -> str:
    """Render one field of the form through the component."""
    return render_to_string("components/field.html", {"field": CardForm(data)[name], **options})


@pytest.mark.parametrize(
    ("amount", "style", "text"),
    [
        (Decimal("1234.50"), "", "$1,234.50"),
        (Decimal("25.00"), "short", "$25"),
        (Decimal("25.10"), "short", "$25.10"),
        (Decimal("-3.00"), "short", "-$3"),
        (None, "short", "not stated"),
        ("", "", "not stated"),
    ],
)
def test_it_writes_money(amount: Decimal | None, style: str, text: str) -> None:
    assert ui.money(amount, style) == text


@pytest.mark.parametrize(
    ("part", "whole", "percent"),
    [
        (Decimal("860"), Decimal("1500"), 57),
        (Decimal("0"), Decimal("1500"), 0),
        (Decimal("1600"), Decimal("1500"), 100),
        (None, Decimal("1500"), None),
        (Decimal("5"), Decimal("0"), None),
    ],
)
def test_it_draws_a_share(part: Decimal | None, whole: Decimal, percent: int | None) -> None:
    assert ui.share(part, whole) == percent


def test_it_says_not_stated_instead_of_zero() -> None:
    html = render_to_string("components/meter.html", {"label": "Deductible", "used": None, "total": None})
    assert "not stated" in html
    assert "<rect" not in html
    assert "$0" not in html


def test_it_says_what_is_left() -> None:
    html = render_to_string(
        "components/meter.html",
        {"label": "Deductible", "used": Decimal("860"), "total": Decimal("1500"), "left": Decimal("640")},
    )
    assert "$640 of $1,500 left" in html
    assert 'width="42%"' in html


def test_it_draws_what_is_used_where_the_rest_is_not_known() -> None:
    given = {"label": "Deductible", "used": Decimal("860"), "total": Decimal("1500"), "left": None}
    html = render_to_string("components/meter.html", given)
    assert "$860 of $1,500 used" in html and 'width="57%"' in html


def test_it_ties_hint_and_error_to_the_control() -> None:
    html = field("member_id", {"member_id": ""})
    assert 'aria-describedby="id_member_id_helptext id_member_id_error"' in html
    assert 'id="id_member_id_helptext"' in html
    assert 'id="id_member_id_error"' in html
    assert 'aria-invalid="true"' in html


def test_it_describes_a_clean_field_by_its_hint_alone() -> None:
    assert 'aria-describedby="id_member_id_helptext"' in field("member_id")


def test_it_leaves_the_hint_of_a_bare_field_out() -> None:
    html = field("member_id", bare=True)
    assert "As printed" not in html
    assert "aria-describedby" not in html


def test_it_groups_choices_under_a_legend() -> None:
    html = field("kind")
    assert "<fieldset" in html
    assert "Kind" in html.split("<legend")[1].split("</legend>")[0]


def test_it_escapes_what_a_person_wrote() -> None:
    html = render_to_string("components/state.html", {"state": "done", "label": "<b>Active</b>", "note": "<i>"})
    assert "&lt;b&gt;Active" in html
    assert "<i>" not in html


@pytest.mark.parametrize("name", ["../settings", "a/b", "Done", ""])
def test_it_refuses_what_is_no_icon_name(name: str) -> None:
    with pytest.raises(ValueError, match="small letters"):
        ui.icon_markup(name)


def test_it_renders_a_block_twice_and_safely() -> None:
    page = Template(
        "{% load ui %}<title>{% block title %}<b>&amp;</b>{% endblock %}</title><h1>{% block_text 'title' %}</h1>"
        "{% block_text 'lead' as lead %}{% if lead %}<p>{{ lead }}</p>{% endif %}"
    )
    child = Template("{% extends page %}{% block title %}Emily &amp; Walt{% endblock %}")
    html = child.render(Context({"page": page}))
    assert html == "<title>Emily &amp; Walt</title><h1>Emily &amp; Walt</h1>"


def test_it_marks_the_current_place() -> None:
    assert "page" in ui.active("/patients/1/", "/patients/")
    assert ui.active("/payments/", "/patients/") == ""
    assert ui.active("/patients/", "/") == ""


@pytest.mark.parametrize("template", ["400.html", "403.html", "404.html", "500.html", "403_csrf.html"])
def test_it_shows_an_error_page_without_any_context(template: str) -> None:
    html = render_to_string(template)
    assert "<h1>" in html
    assert "style=" not in html
    assert "<script>" not in html


def test_it_uses_only_classes_that_are_styled() -> None:
    root = Path(settings.BASE_DIR)
    shared = ["*.html", "components/*.html", "account/*.html", "mfa/**/*.html", "allauth/**/*.html", "core/*.html"]
    styled = set(re.findall(r"\.([a-z][\w-]+)", "".join(s.read_text() for s in (root / "static/css").glob("*.css"))))
    used = {
        name
        for pattern in shared
        for page in (root / "templates").glob(pattern)
        for words in re.findall(r'class="([^"{]*)"', page.read_text())
        for name in words.split()
    }
    assert used - styled == set()


def test_it_draws_every_icon_that_a_template_names() -> None:
    templates = Path(settings.BASE_DIR) / "templates"
    pages = "".join(page.read_text() for page in templates.rglob("*.html"))
    named = set(re.findall(r'icon[ =]"([a-z0-9-]+)"', pages))
    assert named - {drawing.stem for drawing in (templates / "components/icons").glob("*.svg")} == set()
