"""Many photos at once: chosen, one of them bad, given to a patient."""

import re
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.browser.conftest import READING, Look, People, saved
from tests.camera import ELLEN, PRIYA


@pytest.fixture
def folder(tmp_path: Path) -> list[Path]:
    """Front and back of Ellen's card, a letter that is no photo inside, and Priya's front."""
    files = []
    for name in ("ellen", "priya"):
        (tmp_path / name).mkdir()
    for number, picture in enumerate([*saved(ELLEN, tmp_path / "ellen"), saved(PRIYA, tmp_path / "priya")[0]]):
        with Image.open(picture) as drawn:
            drawn.convert("RGB").save(tmp_path / f"IMG_{number + 1}.jpg", quality=92)
        files.append(tmp_path / f"IMG_{number + 1}.jpg")
    broken = tmp_path / "IMG_10.jpg"
    broken.write_bytes(b"%PDF-1.7")
    return [broken, *reversed(files)]


def test_a_folder_of_photos_becomes_cards(people: People, folder: list[Path], look: Look) -> None:
    page = people.enter("frontdesk")
    page.goto("/patients/")
    page.get_by_role("link", name=re.compile("^Photos to assign")).click()
    page.get_by_label("Photos of cards").set_input_files(folder)
    expect(page.get_by_text("IMG_10.jpg: This is a PDF document.")).to_be_visible()
    first, second = page.get_by_role("article", name="Card 1"), page.get_by_role("article", name="Card 2")
    expect(first.get_by_role("img")).to_have_count(2)
    expect(second.get_by_role("img")).to_have_count(1)
    for _ in range(2):
        first.get_by_role("button", name="Swap front and back").click()
        expect(first).to_be_focused()
    first.get_by_label("Whose card is it?").fill("monroe")
    expect(first.get_by_text("Harriet Monroe", exact=True)).to_be_visible()
    look(page, "loose-photos")
    first.get_by_role("button", name=re.compile("Give the card to them")).click()
    expect(page.get_by_text("Harriet Monroe has the card")).to_be_visible()
    expect(page.get_by_role("article")).to_have_count(1)
    expect(page.get_by_label("Whose card is it?")).to_be_focused()
    page.get_by_role("button", name="Delete", exact=True).first.click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page.get_by_text("No photo waits")).to_be_visible()

    page.goto("/")
    page.get_by_role("link", name="Harriet Monroe").first.click()
    page.get_by_role("link", name=re.compile("^Card of")).first.click()
    expect(page.get_by_role("heading", name="Check the card")).to_be_visible(timeout=READING)
    page.get_by_role("button", name="Delete the card").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page.get_by_text("photos and fields are deleted")).to_be_visible()
