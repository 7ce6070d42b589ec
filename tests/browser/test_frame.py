"""The frame, the sign-in and the components, before a real browser."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import NARROW, People

Look = Callable[[Page, str], None]


def test_it_signs_in_and_out(people: People, look: Look) -> None:
    page = people.open()
    page.goto("/accounts/login/")
    look(page, "sign-in")
    page.get_by_role("button", name="Front desk").click()
    expect(page.get_by_label("E-mail")).to_have_value("frontdesk@demo.test")
    expect(page.get_by_label("Password")).to_be_focused()
    page.keyboard.type(people.program.password)
    page.keyboard.press("Enter")
    page.wait_for_url("**/")
    page.locator(".top summary").click()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/accounts/login/**")
    page.goto("/operations/")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_it_says_beside_the_form_that_a_password_is_wrong(people: People, look: Look) -> None:
    page = people.open()
    page.goto("/accounts/login/")
    page.get_by_label("E-mail").fill("frontdesk@demo.test")
    page.get_by_label("Password").fill("not the password")
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("alert")).to_be_focused()
    look(page, "sign-in-refused")


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("/accounts/password/reset/", "password-reset"),
        ("/accounts/password/reset/done/", "password-reset-done"),
        ("/nothing/here/", "not-found"),
    ],
)
def test_it_holds_the_pages_outside_to_our_promises(people: People, look: Look, address: str, name: str) -> None:
    page = people.open()
    page.goto(address)
    look(page, name)


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("/styleguide/", "style-guide"),
        ("/operations/", "operations"),
        ("/clinic/settings/", "clinic"),
        ("/accounts/password/change/", "password-change"),
        ("/accounts/2fa/", "second-factor"),
    ],
)
def test_it_holds_the_pages_inside_to_our_promises(people: People, look: Look, address: str, name: str) -> None:
    page = people.enter("admin")
    page.goto(address)
    look(page, name)


def test_an_admin_corrects_a_provider_and_says_that_one_has_left(people: People, look: Look) -> None:
    page = people.enter("admin")
    page.goto("/clinic/settings/")
    page.get_by_text("Add a provider").click()
    adding = page.locator("form[action$='/providers/']")
    for label, value in {"First name": "Walt", "Last name": "Gray", "NPI": "1245319599"}.items():
        adding.get_by_label(label).fill(value)
    adding.get_by_role("button", name="Add").click()
    page.get_by_role("link", name="Correct Walt Gray").click()
    page.get_by_label("First name").fill("Walter")
    look(page, "provider")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Walter Gray is saved.")).to_be_visible()
    page.get_by_role("link", name="Correct Walter Gray").click()
    page.get_by_role("button", name="They left this clinic").click()
    page.get_by_role("button", name="They left", exact=True).click()
    expect(page.get_by_text("Walter Gray is offered for no visit any more.")).to_be_visible()
    expect(page.get_by_role("link", name="Correct Walter Gray")).to_have_count(0)


def test_it_sets_up_a_second_factor(people: People, look: Look) -> None:
    page = people.enter("admin2")
    page.goto("/accounts/2fa/totp/activate/")
    if page.get_by_role("heading", name="Show that it is you").count():
        look(page, "confirm-it-is-you")
        page.get_by_label("Password").fill(people.program.password)
        page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_role("heading", name="Set up the authenticator app")).to_be_visible()
    look(page, "second-factor-set-up")


def test_it_is_used_by_keyboard_alone(people: People) -> None:
    page = people.enter("frontdesk")
    page.goto("/operations/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the page")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    page.keyboard.press("/")
    expect(page.get_by_label("Search patients")).to_be_focused()
    page.locator(".top summary").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Sign out")).to_be_hidden()
    expect(page.locator(".top summary")).to_be_focused()


def test_it_reaches_everything_on_a_phone(people: People) -> None:
    page = people.enter("admin", viewport=NARROW)
    page.goto("/operations/")
    bar = page.get_by_role("navigation", name="Main, at the bottom")
    expect(bar.locator(":scope > ul > li")).to_have_count(4)
    bar.get_by_text("More").click()
    expect(bar.get_by_role("link", name="Operations")).to_be_visible()
    expect(bar.get_by_role("link", name="Clinic")).to_be_visible()
    expect(bar.get_by_role("button", name="Sign out")).to_be_visible()


def test_it_asks_twice_before_something_final(people: People, look: Look) -> None:
    page = people.enter("admin")
    page.goto("/styleguide/")
    page.get_by_role("button", name="Release, asks twice").click()
    dialog = page.get_by_role("dialog", name="Release 2 payments?")
    expect(dialog).to_be_visible()
    look(page, "ask-twice")
    release = dialog.get_by_role("button", name=re.compile("Release"))
    expect(release).to_be_disabled()
    dialog.get_by_label("I have compared the total").check()
    expect(release).to_be_enabled()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    assert page.url.endswith("/styleguide/")


def test_it_shows_the_error_beside_its_field(people: People) -> None:
    page = people.enter("admin")
    page.goto("/styleguide/")
    field = page.get_by_label("Member ID")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_have_accessible_description(re.compile("As printed on the card.*This field is required"))


def test_it_leads_to_the_sign_in_when_the_session_has_ended(people: People) -> None:
    page = people.enter("frontdesk")
    page.goto("/patients/")
    page.context.clear_cookies(name="sessionid")
    page.get_by_label("Name, birth date, phone, member ID or record number").fill("Dickinson")
    page.wait_for_url("**/accounts/login/?next=/patients/")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_it_says_so_when_a_part_of_the_page_cannot_be_brought(people: People) -> None:
    page = people.enter("frontdesk")
    page.goto("/patients/")
    page.route("**/patients/", lambda route: route.abort())
    page.get_by_label("Name, birth date, phone, member ID or record number").fill("Dickinson")
    expect(page.get_by_role("status").filter(has_text="did not answer")).to_be_visible()
    assert all("htmx" in complaint for complaint in people.complaints)  # htmx writes the lost answer on the console
    people.complaints.clear()
