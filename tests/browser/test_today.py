"""Today as the desk works with it: filters, two desks on one day, a walk-in, another time, a schedule with bad rows."""

import re
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Look, People


def line_of(page: Page, name: str) -> Locator:
    """Return the line of a patient."""
    return page.get_by_role("row", name=re.compile(name)).first


def standing(page: Page, name: str) -> Locator:
    """Return what the last cell of a line says beside its buttons."""
    return line_of(page, name).locator("td").last.locator("> .state")


def open_menu(page: Page, name: str) -> Locator:
    """Open the menu of a line and return it."""
    line = line_of(page, name)
    line.locator("summary").click()
    return line.locator(".menu__panel")


def test_it_shows_what_is_asked_for_and_keeps_it(people: People, look: Look) -> None:
    page = people.enter("frontdesk")
    page.goto("/")
    look(page, "today")
    page.get_by_role("link", name=re.compile("^Needs something")).click()
    expect(page).to_have_url(re.compile("show=needs"))
    expect(line_of(page, "Mary Oliver")).to_be_visible()
    page.get_by_label("Visit", exact=True).select_option("SPECIALIST_VISIT")
    expect(page).to_have_url(re.compile("type=SPECIALIST_VISIT"))
    expect(page.locator("tbody tr")).to_have_count(1)
    look(page, "today-filtered")


def test_it_follows_another_desk_and_leaves_an_open_menu_alone(people: People) -> None:
    here, there = people.enter("frontdesk"), people.enter("frontdesk")
    here.goto("/")
    there.goto("/")
    here.evaluate("window.same = true")
    menu = open_menu(here, "Walt Whitman")
    for name in ("Walt Whitman", "James Jones"):
        open_menu(there, name).get_by_role("button", name="Did not come").click()
        expect(standing(there, name)).to_have_text("Did not come")
    expect(standing(here, "James Jones")).to_have_text("Did not come")
    expect(menu.get_by_role("button", name="Check in")).to_be_visible()
    expect(standing(here, "Walt Whitman")).to_have_count(0)
    here.keyboard.press("Escape")
    here.evaluate("document.activeElement.blur()")
    expect(standing(here, "Walt Whitman")).to_have_text("Did not come")
    assert here.evaluate("window.same") is True
    for name in ("Walt Whitman", "James Jones"):
        open_menu(here, name).get_by_role("button", name="Expected again").click()
        expect(standing(here, name)).to_have_count(0)


def test_somebody_walks_in_and_gets_another_time(people: People, look: Look) -> None:
    page = people.enter("frontdesk")
    page.goto("/")
    page.get_by_role("link", name="Walk-in").click()
    look(page, "walk-in")
    page.get_by_label("Last name").fill("Dunbar")
    page.get_by_label("First name").fill("Paul")
    page.get_by_label("Birth date").fill("06/27/1972")
    page.get_by_role("button", name="Check in").click()
    expect(line_of(page, "Paul Dunbar")).to_contain_text("walk-in")
    page.get_by_role("link", name="Walk-in").click()
    page.get_by_label("Last name").fill("Dunbar")
    page.get_by_label("First name").fill("Paulo")
    page.get_by_label("Birth date").fill("06/27/1972")
    page.get_by_role("button", name="Check in").click()
    expect(page.get_by_text("registered here under another spelling")).to_be_visible()
    look(page, "walk-in-alike")
    page.get_by_role("button", name="It is Paul Dunbar, born 27 Jun 1972").click()
    expect(page.get_by_text("Paul Dunbar is here already")).to_be_visible()
    page.goto("/")
    open_menu(page, "Frederick Douglass").get_by_role("link", name="Move or cancel").click()
    page.get_by_role("textbox", name="Time").fill("15:40")
    page.get_by_role("button", name="Move the visit").click()
    expect(line_of(page, "Frederick Douglass")).to_contain_text("15:40")
    line_of(page, "Frederick Douglass").get_by_role("link", name="Office visit").click()
    expect(page.get_by_text(re.compile("Moved from .* 13:30 to .* 15:40"))).to_be_visible()
    look(page, "appointment")


def test_good_rows_of_a_schedule_come_in_and_bad_ones_go_back(people: People, look: Look, tmp_path: Path) -> None:
    page = people.enter("frontdesk")
    page.goto("/")
    page.get_by_role("link", name="Import a schedule").click()
    look(page, "schedule-import")
    file = tmp_path / "monday.csv"
    file.write_text(
        "Appt ID,Patient name,DOB,Appt date,Start time,Provider,Appt type\n"
        'S1,"Cather, Willa",12/07/1973,1/4/2027,9:00 AM,Nora Whitfield,Office visit\n'
        'S2,"Chopin, Kate",02/08/1950,1/4/2027,9:20 AM,,New patient 40\n'
        'S3,"Oliver, Mary",09/10/1955,1/4/2027,9:40 AM,Dr. Whitfield-Jones,Physical therapy\n'
        'S4,"Hurston, Zora",13/40/1961,1/4/2027,noon,,\n'
        'S5,"Dickinson, Em",03/15/1986,1/4/2027,10:00 AM,,Office visit\n'
        'S6,"Dickinson, Em",03/15/1986,1/5/2027,10:00 AM,,Office visit\n',
        encoding="utf-8",
    )
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_role("button", name="Look at the file").click()
    expect(page.get_by_role("heading", name="What will happen")).to_be_visible()
    look(page, "schedule-preview")
    asked = page.get_by_role("group", name="Who is Em Dickinson, 03/15/1986?")
    asked.get_by_role("radio", name="Emily Dickinson, 03/15/1986").check()
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_role("heading", name="Imported")).to_be_visible()
    look(page, "schedule-imported")
    with page.expect_download() as given:
        page.get_by_role("link", name="Download the rows that were not imported").click()
    text = given.value.path().read_text(encoding="utf-8-sig")
    assert text.startswith("Appt ID,Patient name,DOB,Appt date,Start time,Provider,Appt type,What is wrong")
    assert "Nobody here is called" in text and "S1" not in text
    page.goto("/?day=2027-01-04")
    expect(line_of(page, "Willa Cather")).to_contain_text("09:00")
    expect(line_of(page, "Emily Dickinson")).to_contain_text("10:00")


def test_an_admin_corrects_the_directory_of_payers(people: People, look: Look) -> None:
    page = people.enter("admin")
    page.goto("/clinic/settings/")
    page.get_by_role("link", name="Payers").click()
    look(page, "payers")
    page.get_by_label("Name, printed name or payer ID").fill("gold plus")
    page.get_by_role("link", name="Humana", exact=True).click()
    look(page, "payer")
    page.get_by_label("Answers electronically").select_option("no")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("By phone only").first).to_be_visible()
    page.get_by_label("Answers electronically").select_option("yes")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("The payer is saved.")).to_be_visible()
