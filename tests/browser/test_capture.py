"""Ways a photo gets to the desk: chosen, dropped, pasted, by the desk's camera, by a phone."""

import base64
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.conftest import NARROW, READING, Look, People
from tests.camera import ELLEN

Card = tuple[Path, Path]


@pytest.fixture
def desk(people: People) -> Iterator[Page]:
    """The page that waits for the photos of a card of a patient who has none."""
    page = people.enter("frontdesk")
    page.goto("/")
    page.get_by_role("row", name=re.compile("Harriet Monroe")).get_by_role("link", name="Harriet Monroe").click()
    page.get_by_role("button", name=re.compile("Scan a")).first.click()
    expect(page.get_by_role("heading", name="Photograph the card")).to_be_visible()
    page.wait_for_load_state()  # nobody pastes or drops while the page is still arriving
    yield page
    page.get_by_role("button", name=re.compile("^Delete")).click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page.get_by_text("photos and fields are deleted")).to_be_visible()


def slot(page: Page, side: str) -> Locator:
    """Return the form of a side."""
    return page.get_by_role("form", name=f"{side} of the card")


def shown(page: Page, side: str) -> Locator:
    """Return the photo of a side as the server keeps it."""
    return slot(page, side).get_by_role("img", name=f"{side} of the card")


GIVE = """
([kind, target, pictures]) => {
  const files = new DataTransfer();
  for (const [name, text] of pictures) {
    const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    files.items.add(new File([bytes], name, { type: "image/png" }));
  }
  const event = kind === "paste"
    ? new ClipboardEvent("paste", { clipboardData: files, bubbles: true, cancelable: true })
    : new DragEvent("drop", { dataTransfer: files, bubbles: true, cancelable: true });
  document.querySelector(target).dispatchEvent(event);
}
"""


def give(page: Page, kind: str, target: str, *pictures: Path) -> None:
    """Paste or drop picture files onto an element."""
    files = [[path.name, base64.b64encode(path.read_bytes()).decode()] for path in pictures]
    page.evaluate(GIVE, [kind, target, files])


def test_it_takes_both_sides_chosen_at_once(desk: Page, card: Card) -> None:
    slot(desk, "Front").locator("input[type=file]").first.set_input_files(list(card))
    expect(shown(desk, "Front")).to_be_visible()
    expect(shown(desk, "Back")).to_be_visible()


def test_the_focus_stays_where_somebody_works(desk: Page, card: Card) -> None:
    chooser = slot(desk, "Front").get_by_label("Front of the card: choose a picture")
    chooser.focus()
    chooser.set_input_files(card[0])
    expect(shown(desk, "Front")).to_be_visible()
    expect(chooser).to_be_focused()
    before = shown(desk, "Front").get_attribute("src") or ""
    slot(desk, "Front").get_by_role("button", name="Turn it").press("Enter")
    expect(shown(desk, "Front")).not_to_have_attribute("src", before)
    expect(slot(desk, "Front").get_by_role("button", name="Turn it")).to_be_focused()
    desk.get_by_role("button", name="Show a code").press("Enter")
    expect(desk.get_by_role("button", name="Show a new code")).to_be_focused()


def test_it_keeps_photos_that_are_faster_than_the_page(desk: Page, card: Card) -> None:
    held: list[Route] = []
    sent: list[str] = []
    late = re.compile(r"webcam.*\.js")  # the last script of the page
    desk.route(late, lambda route: held.append(route))
    desk.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    with desk.expect_request(late):
        desk.reload(wait_until="commit")
    slot(desk, "Front").locator("input[type=file]").first.set_input_files(list(card))
    desk.wait_for_function("window.frontdeskPhotos")
    held[0].continue_()
    expect(shown(desk, "Front")).to_be_visible()
    expect(shown(desk, "Back")).to_be_visible()
    assert sorted(url.split("/")[-2] for url in sent) == ["back", "front"], "each is sent once"
    desk.unroute(late)


def test_it_takes_what_is_dropped_on_a_side(desk: Page, card: Card) -> None:
    give(desk, "drop", "form[action*=back] [data-drop]", card[1])
    expect(shown(desk, "Back")).to_be_visible()
    expect(shown(desk, "Front")).to_have_count(0)


def test_it_takes_what_is_pasted_side_by_side(desk: Page, card: Card) -> None:
    give(desk, "paste", "body", card[0])
    expect(shown(desk, "Front")).to_be_visible()
    give(desk, "paste", "body", card[1])
    expect(shown(desk, "Back")).to_be_visible()


def test_it_makes_a_large_photo_smaller_before_it_is_sent(desk: Page, card: Card, tmp_path: Path) -> None:
    large = tmp_path / "large.png"
    noise = Image.effect_noise((3000, 1900), 40).convert("RGB")
    with Image.open(card[0]) as front:
        noise.paste(front.convert("RGB").resize((2800, 1760)), (100, 70))
    noise.save(large)
    assert large.stat().st_size > 1_500_000
    with desk.expect_request(lambda request: request.method == "POST" and "photos/front" in request.url) as caught:
        slot(desk, "Front").locator("input[type=file]").first.set_input_files(large)
    expect(shown(desk, "Front")).to_be_visible()
    assert int(caught.value.all_headers()["content-length"]) < large.stat().st_size / 2


def test_a_doubtful_photo_waits_for_a_word(desk: Page, card: Card, look: Look, tmp_path: Path) -> None:
    part = tmp_path / "part.png"
    with Image.open(card[0]) as front:
        table = Image.new("RGB", (1400, 1000), "#6b5a48")
        table.paste(front.convert("RGB").resize((1100, 692)), (560, 150))
    table.save(part)
    slot(desk, "Front").locator("input[type=file]").first.set_input_files(part)
    expect(desk.get_by_text("A part of the card is outside the picture")).to_be_visible()
    expect(desk.get_by_role("button", name="Read the card")).to_be_disabled()
    look(desk, "card-doubtful")
    desk.get_by_role("button", name="Use it as it is").click()
    expect(desk.get_by_role("button", name="Read the card")).to_be_enabled()
    expect(desk.get_by_text("A part of the card is outside the picture")).to_have_count(0)


def test_it_takes_a_photo_with_the_desks_camera(desk: Page, look: Look) -> None:
    slot(desk, "Front").get_by_role("button", name=re.compile("computer's camera")).click()
    camera = desk.get_by_role("dialog", name="Front of the card")
    camera.get_by_role("button", name="Take the photo").click()
    camera.get_by_role("button", name="Take it again").click()
    look(desk, "card-camera")
    camera.get_by_role("button", name="Take the photo").click()
    camera.get_by_role("button", name="Use this photo").click()
    expect(shown(desk, "Front")).to_be_visible()
    desk.get_by_role("button", name="Read the card").click()
    expect(desk.get_by_label("Member ID")).to_have_value(ELLEN.member_number, timeout=READING)


def test_it_hands_the_card_to_a_phone(desk: Page, people: People, card: Card, look: Look) -> None:
    desk.get_by_role("button", name="Show a code").click()
    expect(desk.get_by_text("Waiting for a phone")).to_be_visible()
    look(desk, "phone-code")
    link = desk.get_by_role("link", name="open it here").get_attribute("href") or ""
    phone = people.open(viewport=NARROW, has_touch=True)
    phone.goto(link)
    expect(phone.get_by_role("heading", name="Photos of an insurance card")).to_be_visible()
    expect(desk.get_by_text("A phone is taking the photos")).to_be_visible()
    assert "#" not in phone.url
    slot(phone, "Front").locator("input[type=file]").first.set_input_files(card[0])
    expect(slot(phone, "Front").get_by_text("At the front desk")).to_be_visible()
    expect(shown(desk, "Front")).to_be_visible()
    look(phone, "phone-photos")
    slot(phone, "Back").locator("input[type=file]").first.set_input_files(card[1])
    expect(shown(desk, "Back")).to_be_visible()
    phone.get_by_role("button", name="Done").click()
    expect(phone.get_by_text("You can close this page.")).to_be_visible()
    expect(desk.get_by_text("The phone is finished")).to_be_visible()
    second = people.open(viewport=NARROW)
    second.goto(link)
    expect(second.get_by_text("Ask the front desk for a new code.")).to_be_visible()
    look(second, "phone-over")


@pytest.fixture
def cardscans_page(people: People) -> Iterator[None]:
    """The clinic has chosen CardScan's own page, for as long as the test takes."""
    admin = people.enter("admin")
    for wanted in (True, False):
        admin.goto("/clinic/settings/")
        admin.get_by_label("Offer CardScan's own page for photos").set_checked(wanted)
        admin.get_by_role("button", name="Save the clinic").click()
        expect(admin.get_by_label("Offer CardScan's own page for photos")).to_be_checked(checked=wanted)
        if wanted:
            yield


def test_cardscans_own_page_takes_the_photos(
    cardscans_page: None, desk: Page, people: People, card: Card, look: Look
) -> None:
    desk.get_by_role("button", name="Show CardScan's code").click()
    theirs = desk.get_by_role("region", name="Let CardScan's page take the photos")
    expect(theirs.get_by_text("Waiting for a phone")).to_be_visible()
    look(desk, "vendor-code")
    phone = people.open(viewport=NARROW, has_touch=True)
    phone.goto(theirs.get_by_role("link", name="open the page").get_attribute("href") or "")
    phone.get_by_label("Front of the card").set_input_files(card[0])
    phone.get_by_label("Back of the card").set_input_files(card[1])
    phone.get_by_role("button", name="Send").click()
    expect(phone.get_by_text("You can close this page.")).to_be_visible(timeout=READING)
    expect(desk.get_by_label("Member ID")).to_have_value(ELLEN.member_number, timeout=READING)
    expect(desk.get_by_role("img", name="Front of the card")).to_be_visible()
