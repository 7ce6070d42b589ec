"""Finding somebody by what is in hand, and the list by name."""

import re

from playwright.sync_api import expect

from tests.browser.conftest import Look, People
from tests.browser.test_desk import find


def test_it_finds_by_name_and_by_phone(people: People, look: Look) -> None:
    page = people.enter("frontdesk")
    page.goto("/patients/")
    expect(page.get_by_role("table", name="Patients by name")).to_be_visible()
    look(page, "patients-list")
    find(page, "doe, j")
    names = page.get_by_role("table", name="Patients found").get_by_role("link", name=re.compile("^J.* Doe$"))
    expect(names).to_have_text(["Jane Doe", "Jordan Doe"])
    look(page, "patients-found")
    box = page.get_by_role("search", name="Patients of this clinic").get_by_role("searchbox")
    box.fill("(217) 555-0112")
    expect(page.get_by_role("row", name=re.compile("Emily Dickinson same mobile phone"))).to_be_visible()
    look(page, "patients-by-phone")
