"""The frame around every page, as staff and as somebody signed out see it."""

import re
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests.conftest import Cast

pytestmark = pytest.mark.django_db


def page_of(client: Client, user: Any) -> str:
    """Return the Operations page as the user sees it."""
    client.force_login(user)
    response = client.get("/operations/")
    assert response.status_code == 200
    return response.content.decode()


def test_it_has_landmarks_and_a_skip_link(client: Client, cast: Cast) -> None:
    html = page_of(client, cast.alice)
    assert 'href="#main"' in html
    assert len(re.findall("<main ", html)) == 1
    assert len(re.findall("<h1", html)) == 1
    assert 'aria-live="polite"' in html
    assert "<title>Operations · Frontdesk</title>" in html


def test_it_shows_payments_only_to_those_who_pay(client: Client, cast: Cast) -> None:
    assert "Payments" not in page_of(client, cast.alice)
    assert "Payments" in page_of(client, cast.bo)


def test_it_says_that_the_sandbox_is_no_real_world(client: Client, cast: Cast) -> None:
    assert "Sandbox: no vendor is real here" in page_of(client, cast.alice)


def test_it_shows_the_clinics_own_day(client: Client, cast: Cast) -> None:
    now = timezone.now()
    elsewhere = "Pacific/Pago_Pago" if now.hour < 11 else "Pacific/Kiritimati"  # where it is another day than in UTC
    cast.clinic_a.time_zone = elsewhere
    cast.clinic_a.save()
    today = cast.clinic_a.today(now)
    assert today != now.date()
    assert f'<time datetime="{today:%Y-%m-%d}">' in page_of(client, cast.alice)


def test_it_names_the_current_place(client: Client, cast: Cast) -> None:
    current = re.findall(r'href="([^"]+)" aria-current="page"', page_of(client, cast.alice))
    assert set(current) == {"/operations/"}


@pytest.mark.parametrize("address", ["/accounts/login/", "/accounts/password/reset/", "/nothing/here/"])
def test_it_keeps_the_frame_from_somebody_signed_out(client: Client, cast: Cast, address: str) -> None:
    html = client.get(address).content.decode()
    assert 'role="search"' not in html
    assert 'aria-label="Main"' not in html
    assert "<h1" in html


@pytest.mark.parametrize("address", ["/accounts/login/", "/operations/"])
def test_it_holds_no_inline_style_or_script(client: Client, cast: Cast, address: str) -> None:
    if address != "/accounts/login/":
        client.force_login(cast.alice)
    html = client.get(address).content.decode()
    assert not re.search(r"\sstyle=", html)
    assert not re.search(r"<style|\son[a-z]+=", html)
    assert not re.search(r"<script(?![^>]*\ssrc=)(?![^>]*application/json)", html)


@pytest.mark.parametrize("vendor", ["CardScan.ai", "Candid Health", "SPRY", "Optum Financial"])
def test_it_shows_every_vendor_on_operations(client: Client, cast: Cast, vendor: str) -> None:
    assert f"<h3>{vendor}</h3>" in page_of(client, cast.bo)
