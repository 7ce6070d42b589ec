"""Claim payments by three people: one makes the batch, another approves it, a third releases it."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.conftest import NARROW, People

Look = Callable[[Page, str], None]
PAYING = 60_000.0  # milliseconds that the vendor and the worker may take here
TOTAL = "$1,271.25"


def make_batch(people: People, look: Look) -> str:
    """Billing makes a batch from the sample and submits it; returns its address."""
    page = people.enter("billing")
    page.goto("/payments/new/")
    look(page, "batch-new")
    page.get_by_role("button", name="Check and save as draft").click()
    expect(page.get_by_role("alert")).to_be_visible()
    look(page, "batch-refused")
    page.get_by_label("What it is called here").fill("Week 47")
    page.get_by_role("button", name="Use the sample").click()
    expect(page.get_by_role("heading", name="Week 47")).to_be_visible()
    look(page, "batch-draft")
    page.get_by_role("row").nth(1).get_by_role("link").click()
    look(page, "payment")
    page.go_back()
    page.get_by_role("button", name="Submit for approval").click()
    page.get_by_role("dialog", name=f"Submit {TOTAL}?").get_by_role("button", name="Submit", exact=True).click()
    expect(page.get_by_text("Waits for approval")).to_be_visible()
    expect(page.get_by_text("so someone else approves it")).to_be_visible()
    expect(page.get_by_role("button", name="Approve", exact=True)).to_have_count(0)
    return page.url


def approve(people: People, look: Look, address: str) -> None:
    """The first admin compares and signs; asked once more before it counts."""
    page = people.enter("admin")
    page.goto(address)
    look(page, "batch-approve")
    page.get_by_role("button", name="Reject…").click()
    rejecting = page.get_by_role("dialog", name=f"Reject {TOTAL}?")
    look(page, "batch-reject")
    rejecting.get_by_role("button", name="Cancel").click()
    page.get_by_role("button", name="Approve", exact=True).click()
    dialog = page.get_by_role("dialog", name=f"Approve {TOTAL}?")
    dialog.get_by_role("button", name="Cancel").click()
    expect(page.get_by_text("Waits for approval")).to_be_visible()
    page.get_by_role("button", name="Approve", exact=True).click()
    dialog.get_by_role("button", name="Approve", exact=True).click()
    expect(page.get_by_text("Held, waits for release")).to_be_visible(timeout=PAYING)


def release(people: People, look: Look, address: str) -> Page:
    """The second admin lets the money go, after one press that does not count for want of the tick."""
    page = people.enter("admin2")
    page.goto(address)
    look(page, "batch-held")
    page.get_by_role("link", name="Release…").click()
    look(page, "batch-release")
    page.get_by_role("button", name=f"Release {TOTAL}").click()
    sure = page.get_by_role("checkbox", name="I have compared payees, number and total")
    expect(sure).to_have_attribute("aria-invalid", "true")
    sure.check()
    page.get_by_role("button", name=f"Release {TOTAL}").click()
    expect(page.get_by_text("Released by Ade Okafor")).to_be_visible(timeout=PAYING)
    return page


def test_it_pays_once_by_three_people(people: People, look: Look) -> None:
    before = people.program.times_money_left()
    address = make_batch(people, look)
    approve(people, look, address)
    assert people.program.times_money_left() == before
    page = release(people, look, address)
    look(page, "batch-released")
    assert people.program.times_money_left() == before + 3
    page.goto("/payments/")
    look(page, "batches")
    page.goto("/payments/accounts/")
    look(page, "accounts")
    page.goto("/operations/")
    look(page, "operations-busy")


def test_it_keeps_payments_from_the_desk(people: People, look: Look) -> None:
    page = people.enter("frontdesk")
    page.goto("/payments/")
    expect(page.get_by_role("heading", name="This page is for others")).to_be_visible()
    look(page, "forbidden")
    page.goto("/")
    expect(page.get_by_role("link", name="Payments")).to_have_count(0)


def test_it_shows_a_batch_on_a_phone(people: People) -> None:
    page = people.enter("billing", viewport=NARROW, has_touch=True)
    page.goto("/payments/new/")
    page.get_by_role("button", name="Use the sample").tap()
    expect(page.get_by_role("button", name="Submit for approval")).to_be_in_viewport()
    page.get_by_role("button", name="Submit for approval").tap()
    page.get_by_role("dialog").get_by_role("button", name="Submit", exact=True).tap()
    expect(page.get_by_text("Waits for approval")).to_be_visible()
