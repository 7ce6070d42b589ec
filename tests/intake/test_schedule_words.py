"""Importing a schedule: what the preview and the result say, and where their buttons lead."""

import re
from typing import Any

import pytest
from django.test import Client

from intake.models import Patient
from tests.intake.test_schedule import GOOD, HEAD, bring_in, choose

BAD = "A3,,,13/45/1990,,11/23/2026,9:00 AM,,\n"
WRONG_ALONE = f"{HEAD}\n{BAD}"


def words(page: Any) -> str:
    """Return what stands on the page, without its tags and with single spaces."""
    return " ".join(re.sub(r"<[^>]+>", " ", page.content.decode().partition('<main class="main"')[2]).split())


@pytest.mark.parametrize(
    ("before", "text", "lead", "button"),
    [
        ("", GOOD, "Nothing is imported yet. Every row is good.", "Import 2 rows"),
        ("", GOOD + BAD, "The good rows are taken, the others are listed with what is wrong.", "Import 2 rows"),
        (GOOD, GOOD + BAD, "Nothing in this file is new. The rows that are wrong are listed.", "Get the wrong rows"),
        ("", WRONG_ALONE, "Nothing in this file is new.", "Get the wrong rows as a file"),
    ],
    ids=["all good", "some wrong", "nothing new, some wrong", "all wrong"],
)
def test_the_preview_says_what_importing_would_do(
    desk: Client, emily: Patient, before: str, text: str, lead: str, button: str
) -> None:
    if before:
        bring_in(desk, before)
    said = words(choose(desk, text))
    assert lead in said and button in said


def test_a_file_that_brings_nothing_has_no_button_to_import_it(desk: Client, emily: Patient) -> None:
    bring_in(desk, GOOD)
    page = choose(desk, GOOD)
    assert "Nothing in this file is new." in words(page) and 'id="import"' not in page.content.decode()


def test_a_row_is_counted_where_it_changes_something(desk: Client, emily: Patient) -> None:
    bring_in(desk, GOOD)
    assert "Import 1 row " in words(choose(desk, GOOD.replace("9:20 AM", "10:40 AM")))


def test_the_result_speaks_of_refused_rows_where_there_are_any(desk: Client, emily: Patient) -> None:
    page = words(bring_in(desk, GOOD))
    assert "Imported Every row is in." in page and "refused" not in page and "Go to Today" in page
    page = words(bring_in(desk, WRONG_ALONE))
    assert "Nothing is imported No row could be taken. What was refused is kept here for a day." in page
    assert "Download the rows that were not imported" in page


def test_empty_cells_of_a_wrong_row_are_left_out(desk: Client, db: None) -> None:
    assert "A3 · 13/45/1990 · 11/23/2026 · 9:00 AM" in words(choose(desk, WRONG_ALONE))
