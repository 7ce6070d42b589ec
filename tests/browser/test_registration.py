"""Registering somebody whole, by the keyboard, and what an admin asks for."""

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import Look, People
from tests.browser.test_desk import find


def ask_for(page: Page, look: Look, *labels: str, asked: bool) -> None:
    """Choose on the Clinic page's child what a registration asks for."""
    page.goto("/clinic/settings/")
    page.get_by_role("link", name="What a registration asks for").click()
    for label in labels:
        page.get_by_label(label, exact=True).set_checked(asked)
    if asked:
        look(page, "registration-rule")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("What a registration asks for is saved.")).to_be_visible()


def test_it_registers_a_child_with_what_the_clinic_asks_for(people: People, look: Look) -> None:
    admin, asked = people.enter("admin"), ("Mobile phone", "E-mail", "Primary care provider")
    ask_for(admin, look, *asked, asked=True)
    try:
        page = people.enter("frontdesk")
        page.goto("/")
        find(page, "Alcott, Louisa 11/29/2015")
        page.get_by_role("button", name="Register a new patient").click()
        expect(page.locator("#id_first_name")).to_have_value("Louisa")
        at_once(page)
        missing(page, look)
        expect(page.get_by_role("heading", name="Louisa May Alcott", exact=True)).to_be_visible()
        expect(page.get_by_text("Still missing")).to_be_visible()
        look(page, "patient-record")
    finally:
        ask_for(admin, look, *asked, asked=False)


def at_once(page: Page) -> None:
    """Type what is needed now with nothing but the keyboard; a closed group is one stop on the way."""
    page.locator("#id_first_name").select_text()
    for text in ("Louisa", "May", "Alcott", "11/29/2015", "Female", "217-555-0144"):
        page.keyboard.type(text)
        page.keyboard.press("Tab")
    expect(page.locator("#id_phone")).to_have_value("217-555-0144")
    expect(page.locator(".record-group--who summary")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.locator(".record-group--contact summary")).to_be_focused()


def missing(page: Page, look: Look) -> None:
    """The page says what is missing, keeps what was typed, shows what a responsible party needs, and goes on."""
    expect(page.get_by_label("Their first name")).to_be_hidden()
    page.get_by_role("button", name="Register", exact=True).click()
    expect(page.get_by_text("The patient is under 18: say who is responsible.")).to_be_visible()
    expect(page.locator("#id_phone")).to_have_value("217-555-0144")
    look(page, "patient-missing")
    page.locator("#id_guarantor").select_option("OTHER")
    page.get_by_label("Their first name").fill("Abigail")
    page.get_by_label("Their last name").fill("Alcott")
    page.get_by_label("Their relationship to the patient").fill("Mother")
    expect(page.get_by_label("Their city")).to_be_hidden()
    page.get_by_label("They live at the patient's address").uncheck()
    page.get_by_label("Their city").fill("Concord")
    page.get_by_label("Has no e-mail").check()
    page.locator(".record-group--address summary").click()
    page.get_by_label("Street address", exact=True).fill("399 Lexington Road")
    page.get_by_label("City", exact=True).fill("Springfield")
    look(page, "patient-registration")
    page.get_by_role("button", name="Register", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("Primary care provider")
    expect(page.get_by_role("alert")).not_to_contain_text(re.compile("E-mail"))
    page.get_by_role("button", name="Register all the same").click()
