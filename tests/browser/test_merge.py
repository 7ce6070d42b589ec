"""Two records of one person: seen while registering, compared, made one, and taken apart again."""

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import Look, People


def register(page: Page, first: str, last: str, **more: str) -> None:
    """Register somebody and end on their record."""
    page.goto("/patients/new/")
    for name, value in {"first_name": first, "last_name": last, "birth_date": "09/04/1951", **more}.items():
        field = page.locator(f"#id_{name}")
        if not field.is_visible():
            page.locator("details", has=field).locator("summary").click()
        field.fill(value)
    page.get_by_role("button", name="Register", exact=True).click()


def visit(page: Page, time: str) -> None:
    """Add a visit for the record that is open, and come back to it."""
    address = page.url
    page.get_by_role("link", name="Add an appointment").click()
    page.get_by_label("Time").fill(time)
    page.get_by_role("button", name=re.compile("^Add")).click()
    page.goto(address)


def two_records(page: Page, look: Look) -> tuple[str, str]:
    """Register one person twice, the second time against the advice; return the addresses of both records."""
    register(page, "Margaret", "Okonkwo", phone="217-555-0142", mrn="A-1042")
    expect(page.get_by_role("heading", name="Margaret Okonkwo")).to_be_visible()
    first = page.url
    visit(page, "09:00")
    register(page, "Peggy", "Okonkwa", phone="217-555-0178", mrn="B-77")
    likely = page.get_by_text("This may be the same person as Margaret Okonkwo")
    expect(likely).to_be_visible()
    expect(page.get_by_text("last names differ by one letter")).to_be_visible()
    look(page, "alike-registering")
    page.get_by_role("button", name="It is somebody else: register them").click()
    expect(page.get_by_role("heading", name="Peggy Okonkwa")).to_be_visible()
    second = page.url
    visit(page, "10:30")
    expect(likely).to_be_visible()
    look(page, "alike-record")
    return first, second


def choose_and_merge(page: Page, look: Look) -> None:
    """Choose between the two records, side by side, and make them one."""
    expect(page.get_by_text("What comes along from the record of Peggy Okonkwa: 1 visit.")).to_be_visible()
    look(page, "merge")
    page.get_by_role("group", name="Last name").get_by_label("Okonkwo").check()
    expect(page.get_by_role("group", name="First name").get_by_label("Margaret")).to_be_checked()
    page.get_by_role("group", name="Medical record number").get_by_label("B-77").check()
    page.get_by_role("button", name="Make them one record").click()
    expect(page.get_by_text("The two records are one now. What came along: 1 visit.")).to_be_visible()
    expect(page.get_by_role("heading", name="Margaret Okonkwo")).to_be_visible()
    expect(page.get_by_text("record B-77")).to_be_visible()
    expect(page.get_by_text("Made one with another record of the same person")).to_be_visible()


def test_two_records_become_one_and_two_again(people: People, look: Look) -> None:
    page = people.enter("frontdesk")
    first, second = two_records(page, look)
    page.goto("/patients/")
    page.get_by_role("link", name="Possible duplicates").click()
    pair = page.get_by_role("article", name="Peggy Okonkwa and Margaret Okonkwo")
    expect(pair).to_be_visible()
    look(page, "duplicates")
    pair.get_by_role("link", name="Compare the two").click()
    choose_and_merge(page, look)
    assert page.url == first
    page.goto(f"{first}timeline/")
    look(page, "timeline")

    page.goto(second)
    assert page.url == first  # the old address leads to the record that is used
    page.get_by_role("link", name="Take them apart").click()
    expect(page.get_by_text("What goes back to it: 1 visit.")).to_be_visible()
    look(page, "unmerge")
    page.get_by_role("button", name="Take them apart").click()
    expect(page.get_by_text("The two records stand for themselves again.")).to_be_visible()
    expect(page.get_by_text("record A-1042")).to_be_visible()
    page.goto(second)
    expect(page.get_by_role("heading", name="Peggy Okonkwa")).to_be_visible()

    page.get_by_role("button", name="These are two people").click()
    expect(page.get_by_text("It is written down that these are two people.")).to_be_visible()
    expect(pair).to_have_count(0)
