"""Dates, names and trust: the arithmetic of a card's fields."""

from datetime import date

import pytest

from intake import fields

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("04/01/2021", date(2021, 4, 1)),
        ("4/1/21", date(2021, 4, 1)),
        ("04-01-2021", date(2021, 4, 1)),
        ("2021-04-01", date(2021, 4, 1)),
        ("01 JAN 2024", date(2024, 1, 1)),
        ("Jan 1, 2024", date(2024, 1, 1)),
        ("January 1 2024", date(2024, 1, 1)),
        ("03151986", date(1986, 3, 15)),
        ("3/15/86", date(1986, 3, 15)),
        ("02/29/2024", date(2024, 2, 29)),
    ],
)
def test_it_reads_dates_month_first(text: str, day: date) -> None:
    assert fields.parse_date(text, latest=TODAY) == day


def test_it_reads_a_two_digit_year_in_this_century_without_a_limit() -> None:
    assert fields.parse_date("1/1/27") == date(2027, 1, 1)


@pytest.mark.parametrize("text", ["", "soon", "13/01/2024", "02/30/2024", "1/1/1620", "2024", "12/2024"])
def test_it_refuses_what_is_no_date(text: str) -> None:
    with pytest.raises(fields.NotADate):
        fields.parse_date(text)


@pytest.mark.parametrize(
    ("printed", "first", "last", "same"),
    [
        ("EMILY E DICKINSON", "Emily", "Dickinson", "YES"),
        ("Dickinson, Emily E", "emily", "dickinson", "YES"),
        ("José Nuñez", "Jose", "Nunez", "YES"),
        ("ИВАН ПЕТРОВ", "Иван", "Петров", "YES"),
        ("SEAN OBRIEN", "Seán", "O’Brien", "YES"),
        ("Mary Ann Smith-Jones", "Mary", "Smith Jones", "YES"),
        ("JOHN SMITH JR", "John", "Smith Jr.", "YES"),
        ("JOHN SMITH, JR", "John", "Smith Jr.", "YES"),
        ("SMITH III, JOHN", "John", "Smith III", "YES"),
        ("JOHN SMITH SR", "John", "Smith", "BUT_SUFFIX"),
        ("SMITH, JOHN II", "John", "Smith", "BUT_SUFFIX"),
        ("JOHN SMITH", "John", "Smith Jr", "BUT_SUFFIX"),
        ("JOHN ROBERT SMITH", "Robert", "Smith", "NO"),
        ("SMITH, JOHN ROBERT", "Robert", "Smith", "NO"),
        ("MARY ANN SMITH", "Ann", "Smith", "NO"),
        ("JOHN SMITH JONES", "John", "Smith", "NO"),
        ("JOHN ROBERT", "Robert", "John", "NO"),
        ("Richard Dickinson", "Emily", "Dickinson", "NO"),
        ("Emily", "Emily", "Dickinson", "NO"),
        ("", "Emily", "Dickinson", "NO"),
        ("JR", "Jr", "Sr", "NO"),
    ],
)
def test_it_compares_names_as_people_do(printed: str, first: str, last: str, same: str) -> None:
    assert fields.compare_names(printed, first, last).name == same


@pytest.mark.parametrize(
    ("printed", "parts"),
    [
        ("Emily E Dickinson", ("Emily", "Dickinson")),
        ("Dickinson, Emily", ("Emily", "Dickinson")),
        ("JOHN SMITH SR", ("JOHN", "SMITH")),
        ("JOHN SMITH, SR.", ("JOHN", "SMITH")),
        ("SMITH JR, JOHN", ("JOHN", "SMITH")),
        ("Cher", ("", "Cher")),
        ("", ("", "")),
    ],
)
def test_it_splits_both_orders_of_a_name(printed: str, parts: tuple[str, str]) -> None:
    assert fields.split_name(printed) == parts


@pytest.mark.parametrize(
    ("text", "label", "state", "word", "why"),
    [
        (0.99, 0.95, "done", "Clear", ""),
        (0.9, 0.99, "needs-you", "Look once", "The text is faint."),
        (0.61, 0.9, "needs-you", "Check", "The text is faint."),
        (0.99, 0.5, "needs-you", "Check", "It stands at an unusual place on the card."),
        (None, None, "none", "Not found", ""),
    ],
)
def test_it_says_how_far_to_trust(text: float | None, label: float | None, state: str, word: str, why: str) -> None:
    assert fields.trust(text, label) == fields.Trust(state, word, why)
