"""Photos that lie on their side: what the desk, the phone and the queue say of them, and how they are put right."""

import re
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.conftest import NARROW, READING, Look, People
from tests.camera import ELLEN, card_of
from tests.cards.scenes import both_ways

LYING = "This photo lies on its side."
TURNED = "Turned upright by its print."


@pytest.fixture
def unclear(tmp_path: Path) -> Path:
    """A photo of a card on its side, of which nothing tells which way it is to be turned."""
    both_ways(card_of(ELLEN)[0]).save(tmp_path / "unclear.jpg", quality=92)
    return tmp_path / "unclear.jpg"


@pytest.fixture
def sideways(tmp_path: Path) -> Path:
    """A photo of a card on its side, whose print tells which way."""
    turned = card_of(ELLEN)[0].convert("RGB").transpose(Image.Transpose.ROTATE_90)
    turned.save(tmp_path / "sideways.jpg", quality=92)
    return tmp_path / "sideways.jpg"


def delete(page: Page, name: str, said: str) -> None:
    """Press what deletes, say yes, and see that it is gone."""
    page.get_by_role("button", name=name, exact=True).first.click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page.get_by_text(said)).to_be_visible()


def test_the_page_asks_which_way_up_a_photo_is(people: People, unclear: Path, look: Look) -> None:
    desk = people.enter("frontdesk")
    desk.goto("/")
    desk.get_by_role("row", name=re.compile("Harriet Monroe")).get_by_role("link", name="Harriet Monroe").click()
    desk.get_by_role("button", name=re.compile("Scan a")).first.click()
    desk.get_by_role("button", name="Show a code").click()
    link = desk.get_by_role("link", name="open it here").get_attribute("href") or ""
    phone = people.open(viewport=NARROW, has_touch=True)
    phone.goto(link)
    phone.get_by_label("Front of the card: choose a picture").set_input_files(unclear)
    expect(phone.get_by_text(LYING)).to_be_visible()
    look(phone, "phone-on-side")
    expect(desk.get_by_text(LYING)).to_be_visible()
    expect(desk.get_by_text("Say first which way")).to_be_visible()
    look(desk, "card-on-side")
    front = desk.get_by_role("img", name="Front of the card")
    expect(front).to_have_attribute("height", "1400")
    desk.get_by_role("button", name="Turn it left").click()
    expect(desk.get_by_text(LYING)).to_have_count(0)
    expect(front).to_have_attribute("width", "1400")
    phone.get_by_role("button", name="Done").click()
    expect(desk.get_by_text("The phone is finished")).to_be_visible()
    delete(desk, "Delete", "photos and fields are deleted")


def test_a_card_read_from_the_queue_says_that_its_photo_was_turned(
    people: People, unclear: Path, sideways: Path, look: Look
) -> None:
    page = people.enter("frontdesk")
    page.goto("/patients/")
    page.get_by_role("link", name=re.compile("^Photos to assign")).click()
    page.get_by_label("Photos of cards").set_input_files([sideways, unclear])
    expect(page.get_by_text("lies on its side")).to_be_visible()
    expect(page.get_by_text("turned upright by its print")).to_be_visible()
    look(page, "loose-on-side")
    page.get_by_role("button", name="These are two cards").click()
    first = page.get_by_role("article", name="Card 1")
    first.get_by_label("Whose card is it?").fill("monroe")
    first.get_by_role("button", name=re.compile("Give the card to them")).click()
    expect(page.get_by_text("Harriet Monroe has the card")).to_be_visible()
    delete(page, "Delete", "No photo waits")

    page.goto("/")
    page.get_by_role("link", name="Harriet Monroe").first.click()
    page.get_by_role("link", name=re.compile("^Card of")).first.click()
    expect(page.get_by_role("heading", name="Check the card")).to_be_visible(timeout=READING)
    expect(page.get_by_text(TURNED)).to_be_visible()
    look(page, "card-turned")
    page.get_by_role("button", name=re.compile("^Turn it back and read")).click()
    expect(page.get_by_text("The photo lies as it came.")).to_be_visible()
    photo = page.get_by_role("img", name="Front of the card, as it will be read")
    shape = [int(photo.get_attribute(name) or 0) for name in ("width", "height")]
    assert shape[0] < shape[1]
    look(page, "card-turned-back")
    delete(page, "Delete", "photos and fields are deleted")
