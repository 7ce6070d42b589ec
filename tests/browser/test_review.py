"""Checking a card with the keyboard alone, and the same card when it comes again."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import READING, Look, People, saved
from tests.camera import PRIYA

WITHIN = 15_000  # milliseconds that a change on the page may take on a busy machine
MOST_PRESSES = 25  # of keys, for a clean new card from the first line to the coverage


class Keys:
    """Presses keys and counts them."""

    def __init__(self, page: Page) -> None:
        self.page, self.presses = page, 0

    def press(self, key: str) -> None:
        """Press one key where the focus is."""
        self.page.keyboard.press(key)
        self.presses += 1


def register(page: Page, first: str = "Priya", last: str = "Raman", born: str = "07/09/1990") -> None:
    """Register a patient, as the card's member is called or otherwise."""
    page.goto("/patients/new/")
    page.locator("#id_first_name").fill(first)
    page.locator("#id_last_name").fill(last)
    page.locator("#id_birth_date").fill(born)
    page.get_by_role("button", name="Register", exact=True).click()
    expect(page.get_by_role("heading", name=f"{first} {last}")).to_be_visible()


def read_card(page: Page, card: tuple[Path, Path]) -> None:
    """Have both sides read, from the patient's page."""
    page.get_by_role("button", name=re.compile("^Scan a")).first.click()
    send_photos(page, card)


def send_photos(page: Page, card: tuple[Path, Path]) -> None:
    """Have both sides read, from the page that waits for the photos."""
    page.get_by_role("form", name="Front of the card").locator("input[type=file]").first.set_input_files(list(card))
    expect(page.get_by_text("Both sides are ready.")).to_be_visible()
    page.get_by_role("button", name="Read the card").click()
    expect(page.get_by_role("heading", name="Check the card")).to_be_visible(timeout=READING)


@pytest.fixture(scope="module")
def priyas(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return saved(PRIYA, tmp_path_factory.mktemp("priya"))


@pytest.fixture(scope="module")
def changed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The card of the next year: another group, and a photo that does not look like the first."""
    front, back = saved(replace(PRIYA, group_number="3347999"), tmp_path_factory.mktemp("changed"))
    from PIL import Image, ImageOps

    with Image.open(front) as drawn:
        ImageOps.expand(drawn.convert("RGB"), (600, 20, 20, 400), "#3c4a5a").save(front)
    return front, back


# Whether the lit place lies whole within what the frame shows, and how many times nearer the photo is than whole.
IN_SIGHT = """
() => {
  const light = document.querySelector("[data-photo-light]:not([hidden])");
  if (!light) return 0;
  const frame = light.closest("[data-photo]");
  const [inner, outer] = [light.getBoundingClientRect(), frame.getBoundingClientRect()];
  const across = inner.left >= outer.left && inner.right <= outer.right;
  const inside = across && inner.top >= outer.top && inner.bottom <= outer.bottom;
  return inside ? frame.scrollWidth / frame.clientWidth : 0;
}
"""
WHOLE = """
() => {
  const frame = document.querySelector("[data-photo]:not([hidden])");
  return !document.querySelector("[data-photo-light]:not([hidden])") && frame.scrollWidth <= frame.clientWidth + 2;
}
"""


def wait_for(page: Page, measure: str, least: float) -> None:
    """Wait until what is measured on the page is more than `least`; the policy forbids Playwright's own way."""
    watch = f"""
    async () => {{
      const measure = {measure};
      const ends = performance.now() + {WITHIN};
      while (performance.now() < ends && !(measure() > {least})) await new Promise(requestAnimationFrame);
      return Number(measure());
    }}
    """
    assert page.evaluate(watch) > least


def test_the_photo_follows_the_line(people: People, priyas: tuple[Path, Path], look: Look) -> None:
    page = people.enter("frontdesk")
    register(page, "June", "Ashworth", "01/02/1971")
    read_card(page, priyas)
    page.get_by_label("Member ID").focus()
    wait_for(page, IN_SIGHT, 1.5)
    look(page, "card-light")
    for label in ("RxBIN", "Group number", "Member name"):
        page.get_by_label(label).focus()
        wait_for(page, IN_SIGHT, 1.5)
    page.get_by_role("button", name="Turn the photo").click()  # the light turns with the photo
    page.get_by_label("Member ID").focus()
    wait_for(page, IN_SIGHT, 0.5)
    page.get_by_label("Starts on").focus()  # this card prints no date
    wait_for(page, WHOLE, 0)
    page.evaluate("document.querySelector('[data-line]:has(#value-rx_bin-0)').dataset.place = 'back'")
    page.get_by_label("RxBIN").focus()
    expect(page.get_by_role("img", name="Back of the card")).to_be_visible()
    expect(page.get_by_role("button", name="Back", exact=True)).to_have_attribute("aria-pressed", "true")
    page.get_by_label("Member ID").focus()
    expect(page.get_by_role("img", name="Front of the card")).to_be_visible()


def test_two_sources_a_remark_and_a_second_photo(
    people: People, priyas: tuple[Path, Path], changed: tuple[Path, Path], look: Look
) -> None:
    """The back's barcode is that of another year's card than the front."""
    page = people.enter("frontdesk")
    register(page, "Mara", "Quill", "05/06/1983")
    read_card(page, (changed[0], priyas[1]))
    line = page.locator("[data-line]:has(#value-group_number-0)")
    expect(line.get_by_text("Barcode says 3347120, the text reads 3347999.")).to_be_visible()
    page.get_by_label("Group number").focus()
    look(page, "card-two-sources")
    line.get_by_role("button", name=re.compile("Take the barcode's")).click()
    expect(page.get_by_role("textbox", name="Group number")).to_have_value("3347120")
    expect(page.get_by_text("Barcode says")).to_have_count(0)

    page.get_by_text("Something was read wrongly, or not at all").click()
    page.get_by_label("What is wrong").select_option(label="Something was read wrongly")
    page.get_by_label("In your words").fill("The group number on the front is last year's.")
    page.get_by_role("button", name="Tell CardScan").click()
    expect(page.get_by_text("CardScan has it")).to_be_visible()  # by itself
    page.get_by_role("heading", name="Tell CardScan").scroll_into_view_if_needed()
    look(page, "card-flagged")

    page.get_by_role("button", name="Photograph the card again").click()
    page.get_by_role("dialog").get_by_role("button", name="Take it again").click()
    send_photos(page, priyas)
    expect(page.get_by_role("heading", name="Other readings of this card")).to_be_visible()
    look(page, "card-readings")
    page.get_by_role("link", name=re.compile("^Earlier")).click()
    expect(page.get_by_text("Put aside: the card was photographed again")).to_be_visible()
    look(page, "card-put-aside")


def test_a_new_card_takes_few_keys_and_the_same_card_none(
    people: People, priyas: tuple[Path, Path], changed: tuple[Path, Path], look: Look
) -> None:
    page = people.enter("frontdesk")
    register(page)
    read_card(page, priyas)
    keys, left = Keys(page), page.locator("#review-left")
    while not (words := left.inner_text()).startswith("All"):
        expect(page.locator("[data-left] :focus")).to_be_visible()
        keys.press("Enter")
        expect(left).not_to_have_text(words)
    expect(page.locator("#confirm-button")).to_be_focused()
    keys.press("Enter")
    expect(page.get_by_text("Checked", exact=True)).to_be_visible()
    assert keys.presses <= MOST_PRESSES
    expect(page.get_by_role("heading", name="Also on the card")).to_be_visible(timeout=READING)  # without a reload
    look(page, "card-also")

    page.get_by_role("link", name="Priya Raman").click()
    page.get_by_role("button", name=re.compile("^Scan a")).first.click()
    front = page.get_by_role("form", name="Front of the card").locator("input[type=file]").first
    front.set_input_files(priyas[0])
    expect(page.get_by_role("heading", name=re.compile("This looks like the card of"))).to_be_visible()
    look(page, "card-seen")
    page.get_by_role("button", name="The same card, nothing has changed").click()
    expect(page.get_by_text("The card on file is still right.")).to_be_visible()

    page.get_by_role("link", name="Priya Raman").click()
    read_card(page, changed)
    expect(page.get_by_role("heading", name="Group number changed")).to_be_visible()
    look(page, "card-changed")
    expect(page.locator("#accept-agreeing")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Change Member ID")).to_be_visible()
    expect(page.get_by_role("button", name="Accept Group number")).to_be_visible()
    expect(page.get_by_role("textbox", name="Group number")).to_have_value("3347999")
