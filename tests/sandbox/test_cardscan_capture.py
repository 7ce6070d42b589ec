"""The page behind a magic link: a telephone's browser scans the card, and the desktop hears of it."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.browser.conftest import ARGUMENTS, chromium_path
from tests.sandbox.cardscan_vendor import BACK, FRONT, Vendor, landscape, picture
from tests.sandbox_process import SandboxProcess

pytestmark = [pytest.mark.real, pytest.mark.browser]

SECONDS = 60_000


@pytest.fixture(scope="module")
def telephone() -> Iterator[Browser]:
    """A browser."""
    path = chromium_path()
    if path is None:
        pytest.skip("There is no Chromium on this machine.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


def test_a_telephone_scans_for_the_desktop(sandbox: SandboxProcess, telephone: Browser, tmp_path: Path) -> None:
    account = Vendor(sandbox)
    desktop = Vendor(sandbox, account.call("GET", "/access-token", user_id="u-1").json()["Token"])
    listener = desktop.listen()
    link = desktop.call("GET", "/generate-magic-link").json()["magic_link"]
    assert urlsplit(link).netloc == urlsplit(sandbox.url).netloc
    front, back, bad = (tmp_path / f"{name}.jpg" for name in ("front", "back", "bad"))
    for file, photo in ((front, picture(*FRONT)), (back, picture(*BACK)), (bad, landscape())):
        file.write_bytes(photo)
    page = telephone.new_page()
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


def test_a_link_that_is_over_says_so(sandbox: SandboxProcess, telephone: Browser, tmp_path: Path) -> None:
    link = Vendor(sandbox).call("GET", "/generate-magic-link").json()["magic_link"]
    sandbox.call("POST", "clock", {"advance_seconds": 3601})
    front = tmp_path / "front.jpg"
    front.write_bytes(picture(*FRONT))
    page = telephone.new_page()
    page.goto(link)
    page.get_by_label("Front of the card").set_input_files(front)
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("status")).to_contain_text("The magic link has expired", timeout=SECONDS)
    page.close()
