"""A real browser before the real program: nothing here is stood in for."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect

from tests.browser.program import ROOT, Program
from tests.camera import ELLEN, card_of
from tests.cards.people import Member

expect.set_options(timeout=20_000)  # how long a page may take on a busy machine; nothing is judged by it
IMAGES = ROOT / "docs" / "images"
WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
NARROWEST = {"width": 360, "height": 740}
READING = 60_000.0  # milliseconds that reading a card or asking a payer may take here
Look = Callable[[Page, str], None]
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# What the browser itself says about an answer that a test asks for on purpose (a 404 page, a refused form).
EXPECTED_NOISE = "Failed to load resource"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark everything in this folder; without a browser it cannot run, and tests/run.sh says so."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def program() -> Iterator[Program]:
    """The program with its demo clinic."""
    running = Program()
    yield running
    running.stop()


@pytest.fixture(scope="session")
def sessions(chromium: Browser, program: Program) -> dict[str, Any]:
    """The cookies of everybody who has signed in so far, by login."""
    return {}


@pytest.fixture(scope="session")
def card(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Files of the front and the back of a drawn card of a made-up member."""
    return saved(ELLEN, tmp_path_factory.mktemp("card"))


def saved(member: Member, folder: Path) -> tuple[Path, Path]:
    """Write front and back of a member's card into a folder; return the two files."""
    for side, drawn in zip(("front", "back"), card_of(member), strict=True):
        drawn.save(folder / f"{side}.png")
    return folder / "front.png", folder / "back.png"


class People:
    """Opens a window per person, and keeps what their browser complains about."""

    def __init__(self, browser: Browser, program: Program, sessions: dict[str, Any]) -> None:
        self.browser, self.program, self.sessions = browser, program, sessions
        self.contexts: list[BrowserContext] = []
        self.complaints: list[str] = []

    def open(self, *, state: Any = None, viewport: dict[str, int] = WIDE, **options: Any) -> Page:
        """Open a window; with `state`, signed in."""
        context = self.browser.new_context(
            base_url=self.program.url, viewport=viewport, storage_state=state, locale="en-US", **options
        )
        context.set_default_timeout(15_000)
        self.contexts.append(context)
        page = context.new_page()
        page.on("console", self._note)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        return page

    def _note(self, message: ConsoleMessage) -> None:
        if message.type == "error" and EXPECTED_NOISE not in message.text:
            self.complaints.append(message.text)

    def enter(self, login: str, **options: Any) -> Page:
        """Open a window in which the person is signed in; the first time by the sign-in page."""
        if login not in self.sessions:
            page = self.open()
            sign_in(page, self.program.logins[login], self.program.password)
            self.sessions[login] = page.context.storage_state()
        return self.open(state=self.sessions[login], **options)


def sign_in(page: Page, email: str, password: str) -> None:
    """Sign in as a person does."""
    page.goto("/accounts/login/")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(lambda url: "/accounts/login/" not in url)


@pytest.fixture
def people(chromium: Browser, program: Program, sessions: dict[str, Any]) -> Iterator[People]:
    """Windows for the people of the demo clinic; at the end no browser may have complained."""
    crowd = People(chromium, program, sessions)
    yield crowd
    for context in crowd.contexts:
        context.close()
    assert crowd.complaints == []


# ---- looking at a page ----------------------------------------------------------------------------------------------


def faults_of(page: Page, rules: list[str] = RULES, kind: str = "tag") -> list[str]:
    """Return what axe finds on the page as it is: rule, element, and what is wrong."""
    only = {"type": kind, "values": rules}
    results = Axe().run(page, options={"runOnly": only, "resultTypes": ["violations"]})
    return [
        f"{violation['id']}: {node['target']} {node['failureSummary']}"
        for violation in results.response["violations"]
        for node in violation["nodes"]
    ]


SETTLED = """
() => new Promise((settled) => requestAnimationFrame(() => requestAnimationFrame(() =>
  Promise.allSettled(document.getAnimations().map((one) => one.finished)).then(() => settled(true)))))
"""


def sideways(page: Page) -> int:
    """Return by how many pixels the page can be scrolled sideways."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


def check_page(page: Page, name: str) -> None:
    """Hold the page that is open to our promises: axe finds nothing at 1280 and at 390 pixels, nothing scrolls
    sideways (not at 360 either), and the dark theme has contrast too. SAVE_SCREENSHOTS=1 keeps its pictures."""
    for viewport in (WIDE, NARROW):
        page.set_viewport_size(viewport)
        _settle(page, "light")
        where = f"{name} at {viewport['width']} px"
        assert faults_of(page) == [], where
        assert sideways(page) == 0, where
        _save(page, name if viewport is WIDE else f"{name}-phone")
    page.set_viewport_size(NARROWEST)
    assert sideways(page) == 0, f"{name} at {NARROWEST['width']} px"
    page.set_viewport_size(NARROW)
    _settle(page, "dark")
    assert faults_of(page, ["color-contrast"], "rule") == [], f"{name} in the dark"
    _save(page, f"{name}-phone-dark")
    page.set_viewport_size(WIDE)
    _settle(page, "light")


def _settle(page: Page, scheme: Literal["light", "dark"]) -> None:
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    page.evaluate(SETTLED)


def _save(page: Page, name: str) -> None:
    if os.environ.get("SAVE_SCREENSHOTS") == "1":
        IMAGES.mkdir(parents=True, exist_ok=True)
        page.evaluate("window.scrollTo(0, 0)")
        page.screenshot(path=IMAGES / f"{name}.png", caret="initial")  # nothing injected: the policy forbids it


@pytest.fixture
def look() -> Callable[[Page, str], None]:
    """`look(page, name)` holds a page to our promises."""
    return check_page
