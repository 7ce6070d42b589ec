"""The front desk's job, from a patient at the counter to an answer: register, card, review, coverage, check, call."""

import re
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.conftest import NARROW, READING, Look, People
from tests.camera import ELLEN


def find(page: Page, words: str) -> None:
    """Search a patient from the top bar."""
    page.keyboard.press("/")
    page.keyboard.type(words)
    page.keyboard.press("Enter")
    page.wait_for_url("**/patients/")


def photograph(page: Page, side: str, picture: Path) -> None:
    """Add one photo and wait until it is shown."""
    slot = page.get_by_role("form", name=f"{side} of the card")
    slot.locator("input[type=file]").first.set_input_files(picture)
    expect(slot.get_by_role("img", name=f"{side} of the card")).to_be_visible()


def accept_all(page: Page) -> None:
    """Accept every line by keyboard alone."""
    left = page.locator("#review-left")
    for _ in range(30):
        words = left.inner_text()
        if words.startswith("All"):
            return
        expect(page.locator("[data-left] :focus")).to_be_visible()
        page.keyboard.press("Enter")
        expect(left).not_to_have_text(words)
    raise AssertionError("The lines of the card do not come to an end.")


def register(page: Page, look: Look) -> None:
    """Search first, then register whoever is not found; the search's words are in the form already."""
    page.goto("/")
    look(page, "today")
    find(page, "Hargrove, Ellen 03/14/1984")
    look(page, "patients-none-found")
    page.get_by_role("button", name="Register a new patient").click()
    expect(page.get_by_role("textbox", name="Birth date", exact=True)).to_have_value("03/14/1984")
    page.get_by_text("Care and numbers").click()
    page.get_by_label("SPRY patient number").fill("9101")
    look(page, "patient-new")
    page.get_by_role("button", name="Register", exact=True).click()
    expect(page.get_by_role("heading", name="Ellen Hargrove")).to_be_visible()
    look(page, "patient")


def scan(page: Page, look: Look, card: tuple[Path, Path]) -> None:
    """Photograph both sides and wait until they are read."""
    page.get_by_role("button", name="Scan a card").click()
    look(page, "card-capture")
    photograph(page, "Front", card[0])
    photograph(page, "Back", card[1])
    look(page, "card-photos")
    page.get_by_role("button", name="Read the card").click()
    expect(page.get_by_role("heading", name="Check the card")).to_be_visible(timeout=READING)


def review(page: Page, look: Look) -> None:
    """Compare with what is drawn, accept by keyboard, confirm."""
    expect(page.get_by_label("Member ID")).to_have_value(ELLEN.member_number)
    expect(page.get_by_label("Group number")).to_have_value(ELLEN.group_number)
    look(page, "card-review")
    accept_all(page)
    page.get_by_role("group", name=re.compile("The patient is")).locator("[value=SELF]").check()
    page.get_by_role("button", name="Confirm coverage").click()
    expect(page.get_by_text("Checked", exact=True)).to_be_visible()
    look(page, "card-confirmed")


def ask_the_payer(page: Page, look: Look) -> None:
    """Ask about an office visit; the plan made from the card has the card's copay."""
    page.get_by_role("link", name="Open the coverage").click()
    expect(page.get_by_role("button", name="Check coverage")).to_be_visible()
    look(page, "coverage")
    page.get_by_role("combobox", name="Service").select_option("98")
    page.get_by_role("button", name="Check coverage").click()
    answer = page.get_by_label("The answer")
    expect(answer.get_by_text("Active", exact=True)).to_be_visible(timeout=READING)
    expect(answer.get_by_text("$25", exact=True).first).to_be_visible()
    look(page, "eligibility")


def capture_a_call(page: Page, look: Look) -> None:
    """Write down what the payer says on the phone, and see it sent."""
    page.get_by_role("link", name="Write down a call").click()
    look(page, "call")
    page.get_by_role("button", name="Finish the call").click()
    expect(page.get_by_role("alert")).to_be_visible()
    look(page, "call-refused")
    page.get_by_label("Spoke with").fill("Dana")
    page.get_by_label("Call reference").fill("4471920")
    page.get_by_label("The payer's agent confirmed this member number").check()
    page.get_by_role("group", name="Is the plan active?").get_by_label("Yes").check()
    page.get_by_role("group", name="Is the service covered?").get_by_label("Yes").check()
    page.get_by_role("group", name="Is prior authorization required?").get_by_label("No", exact=True).check()
    network = page.get_by_role("group", name="In network")
    network.get_by_label("Copay").fill("30")
    network.get_by_label("Individual deductible, year").fill("1500")
    network.get_by_label("Individual deductible, left").fill("640")
    page.get_by_role("button", name="Finish the call").click()
    expect(page.get_by_label("Where the call stands")).to_contain_text("Saved at SPRY", timeout=READING)
    look(page, "call-finished")


def test_it_takes_a_card_to_an_answer(people: People, look: Look, card: tuple[Path, Path]) -> None:
    page = people.enter("frontdesk")
    register(page, look)
    scan(page, look, card)
    review(page, look)
    ask_the_payer(page, look)
    capture_a_call(page, look)


def test_it_does_the_first_steps_on_a_phone(people: People, card: tuple[Path, Path]) -> None:
    page = people.enter("frontdesk", viewport=NARROW, has_touch=True)
    page.goto("/")
    row = page.get_by_role("row", name=re.compile("Frederick Douglass"))
    row.get_by_role("button", name=re.compile("Scan card")).click()
    slot = page.get_by_role("form", name="Front of the card")
    camera, drop = slot.get_by_text("Take a photo"), slot.get_by_text("Add the photo")
    expect(camera).to_be_visible()
    assert camera.bounding_box()["y"] < drop.bounding_box()["y"]  # type: ignore[index]
    photograph(page, "Front", card[0])
    page.get_by_role("button", name="Read the card").click()
    expect(page.get_by_role("heading", name="Check the card")).to_be_visible(timeout=READING)
    expect(page.locator("#review-name")).to_contain_text("Ellen Hargrove")


def test_it_shows_the_worklist(people: People, look: Look) -> None:
    page = people.enter("billing")
    page.goto("/worklist/")
    look(page, "worklist")


def test_it_keeps_names_out_of_addresses(people: People) -> None:
    page = people.enter("frontdesk")
    seen: list[str] = []
    page.on("request", lambda request: seen.append(request.url))
    page.goto("/operations/")
    find(page, "Dickinson")
    expect(page.get_by_role("link", name="Emily Dickinson", exact=True)).to_be_visible()
    assert [url for url in seen if "ickinson" in url] == []


def test_it_compares_the_cards_at_cardscan(people: People, look: Look) -> None:
    page = people.enter("admin")
    page.goto("/clinic/settings/")
    page.get_by_role("link", name="Cards at CardScan").click()
    page.get_by_role("button", name="Compare now").click()
    expect(page.get_by_text("at CardScan compared with ours")).to_be_visible(timeout=READING)
    look(page, "cards-at-cardscan")


def test_it_tells_the_coverage_of_another_day(people: People, look: Look) -> None:
    page = people.enter("frontdesk")
    page.goto("/")
    find(page, "Jones, James")
    page.get_by_role("link", name="James Jones", exact=True).click()
    page.get_by_role("link", name="On another day").click()
    page.get_by_label("Coverage on").fill("01/15/2020")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_role("heading", name=re.compile("15 January 2020"))).to_be_visible()
    look(page, "coverage-as-of")
    page.get_by_label("As we believed on").fill("01/15/2020")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_text("Nothing we knew held on that day")).to_be_visible()
