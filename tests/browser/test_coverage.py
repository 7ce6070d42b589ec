"""A desk with two plans and an injury, in a browser: the pages of a coverage as people see them."""

import re
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.conftest import Look, People
from tests.browser.test_desk import find, photograph


def record_of(page: Page, name: str) -> None:
    page.goto("/")
    find(page, name)
    page.get_by_role("link", name=name, exact=True).click()


def test_it_says_who_pays_first_and_what_an_injury_pays(people: People, look: Look) -> None:
    page = people.enter("frontdesk")
    record_of(page, "Rich Garces")
    second_plan(page, look)
    advice(page, look)
    record_of(page, "Rich Garces")
    injury(page, look)


def second_plan(page: Page, look: Look) -> None:
    page.get_by_role("link", name="Add without a card").click()
    page.get_by_label("Search for a payer").fill("Aetna")
    page.get_by_label("Member ID").fill("W199 88")
    page.get_by_label("Kind of plan").select_option("PPO")
    page.get_by_label("Spouse of the subscriber").check()
    page.get_by_label("Subscriber's first name").fill("Dana")
    page.get_by_label("Subscriber's last name").fill("Garces")
    page.get_by_label("Subscriber's birth date").fill("5/8/1979")
    address = page.get_by_label("Subscriber's street address")
    expect(address).to_be_visible()
    page.get_by_label("The subscriber lives where the patient lives").check()
    expect(address).to_be_hidden()
    page.get_by_text("Copays, phones, prescriptions").click()
    page.get_by_label("Office visit").fill("25")
    page.get_by_label("It comes after the coverage on file").check()
    look(page, "coverage-new")
    page.get_by_role("button", name="Add the coverage").click()


def advice(page: Page, look: Look) -> None:
    expect(page.get_by_role("heading", name="Something has to be said first")).to_be_visible()
    for box in page.get_by_label("How is this plan held").all():
        box.select_option("Through work that the subscriber does now")
    look(page, "who-pays-first-asks")
    page.get_by_role("button", name="Keep these").click()
    expect(page.get_by_role("heading", name="The order is as advised")).to_be_visible()
    look(page, "who-pays-first")


def injury(page: Page, look: Look) -> None:
    page.get_by_role("link", name="Add for an injury").click()
    page.get_by_label("Search for a payer").fill("State Fund")
    page.get_by_label("Claim number").fill("WC-2026-77")
    page.get_by_label("Day of the injury").fill("11/02/2024")
    page.get_by_label("Employer at the time").fill("Mill & Sons")
    page.get_by_label("Adjuster", exact=True).fill("Pat Quill")
    look(page, "injury-new")
    page.get_by_role("button", name="Add the claim").click()
    expect(page.get_by_role("heading", name="State Fund")).to_be_visible()
    look(page, "injury")
    record_of(page, "Rich Garces")
    page.get_by_role("link", name="Aetna", exact=True).click()
    expect(page.get_by_text("Typed by").first).to_be_visible()
    look(page, "coverage-sources")


def test_an_admin_keeps_deletes_and_holds(people: People, look: Look, card: tuple[Path, Path]) -> None:
    desk = people.enter("frontdesk")
    record_of(desk, "Walt Whitman")
    desk.get_by_role("button", name="Scan a card").click()
    photograph(desk, "Front", card[0])
    desk.get_by_role("button", name="Delete", exact=True).click()
    desk.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(desk.get_by_text("photos and fields are deleted")).to_be_visible()
    page = people.enter("admin")
    record_of(page, "Walt Whitman")
    page.get_by_role("link", name="Legal hold").click()
    page.get_by_label("Reason").fill("Letter of Hale & Park of 20 November, matter 26-118")
    look(page, "legal-hold")
    page.get_by_role("button", name="Set the hold").click()
    expect(page.get_by_text("nothing can be deleted until an admin lifts the hold")).to_be_visible()
    page.get_by_role("link", name="Legal hold").click()
    page.get_by_role("button", name="Lift the hold").click()
    page.get_by_role("dialog").get_by_role("button", name="Lift it").click()
    expect(page.get_by_text("The legal hold is lifted.")).to_be_visible()
    page.goto("/clinic/settings/")
    page.get_by_role("link", name="Keeping card photos").click()
    page.get_by_label("Delete card photos after so many months").fill("24")
    page.get_by_role("button", name="Save the rule").click()
    expect(page.get_by_text("after 24 months")).to_be_visible()
    expect(page.get_by_role("row", name=re.compile("Card, values and photos, 1 photo")).first).to_be_visible()
    look(page, "keeping")
