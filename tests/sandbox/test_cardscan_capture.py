"""The page behind a magic link: a telephone's browser scans the card, and the desktop hears of it."""

from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, expect

from tests.sandbox.cardscan_vendor import BACK, FRONT, Vendor, landscape, picture
from tests.sandbox_process import SandboxProcess

pytestmark = [pytest.mark.real, pytest.mark.browser]

SECONDS = 60_000


def test_a_telephone_scans_for_the_desktop(sandbox: SandboxProcess, chromium: Browser, tmp_path: Path) -> None:
    account = Vendor(sandbox)
    desktop = Vendor(sandbox, account.call("GET", "/access-token", user_id="u-1").json()["Token"])
    listener = desktop.listen()
    link = desktop.call("GET", "/generate-magic-link").json()["magic_link"]
    assert urlsplit(link).netloc == urlsplit(sandbox.url).netloc
    front, back, bad = (tmp_path / f"{name}.jpg" for name in ("front", "back", "bad"))
    for file, photo in ((front, picture(*FRONT)), (back, picture(*BACK)), (bad, landscape())):
        file.write_bytes(photo)
    page = chromium.new_page()
    page.goto(link)
    page.get_by_label("Front of the card").set_input_files(bad)
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("status")).to_contain_text("no readable card", timeout=SECONDS)
    page.get_by_label("Front of the card").set_input_files(front)
    page.get_by_label("Back of the card").set_input_files(back)
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("status")).to_contain_text("Your card was read", timeout=SECONDS)
    card = listener.until("completed")[-1]
    listener.close()
    assert desktop.card(card["card_id"])["details"]["rx_bin"]["value"] == "610279"
    page.close()


def test_a_link_that_is_over_says_so(sandbox: SandboxProcess, chromium: Browser, tmp_path: Path) -> None:
    link = Vendor(sandbox).call("GET", "/generate-magic-link").json()["magic_link"]
    sandbox.call("POST", "clock", {"advance_seconds": 3601})
    front = tmp_path / "front.jpg"
    front.write_bytes(picture(*FRONT))
    page = chromium.new_page()
    page.goto(link)
    page.get_by_label("Front of the card").set_input_files(front)
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("status")).to_contain_text("The magic link has expired", timeout=SECONDS)
    page.close()
