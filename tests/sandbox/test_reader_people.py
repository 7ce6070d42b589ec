"""The card reader: names of people, their spaces, and the member without a label."""

import pytest

from sandbox.cardscan.reader.card import matches, read_reading
from sandbox.cardscan.reader.namebook import is_family, is_given, spaced
from tests.sandbox.reader_lines import front


@pytest.mark.parametrize(
    ("read", "meant"),
    [
        ("PHUONGJEFFERSON", "PHUONG JEFFERSON"),
        ("Member: MARIABLOPEZ", "Member: MARIA B LOPEZ"),
        ("TARIQ ZGUTIERREZ", "TARIQ Z GUTIERREZ"),
        ("KENJIM LOPEZ-RIVERA", "KENJI M LOPEZ-RIVERA"),
        ("JASMINEWOJCIK", "JASMINE WOJCIK"),
        ("VE RNON COL E MAN", "VERNON COLEMAN"),
    ],
)
def test_spaces_that_ocr_lost_in_a_name_come_back(read: str, meant: str) -> None:
    assert spaced(read) == meant


@pytest.mark.parametrize(
    "text",
    [
        "RENEE L DE LA CRUZ",
        "LEE ANN VAN BUREN",
        "MARIA DEL C RUIZ",
        "www.maryjones.com",
        "Maryland Care",
        "Rosemary Hill",
    ],
)
def test_names_and_words_that_stand_right_are_left_alone(text: str) -> None:
    assert spaced(text) == text


def test_frequent_names_are_known() -> None:
    assert is_given("Ellen") and is_family("LOPEZ-RIVERA") and not is_given("Meadow") and not is_family("Plan")


def member(*rows: tuple[str, float, float]) -> str:
    found = matches(read_reading(front(("Meadow Health Plan", 40, 30), *rows), None, None))
    return str(found["member_name"]["value"]) if "member_name" in found else ""


def test_a_frequent_name_is_the_members_where_no_label_is_left() -> None:
    assert (
        member(("DESMOND N HARRIS", 40, 300), ("Silver Ridge", 640, 300), ("RxBIN 017284", 40, 500))
        == "desmond n harris"
    )


def test_a_doctors_name_is_not_the_members() -> None:
    assert member(("PCP: DESMOND HARRIS", 40, 300), ("RxBIN 017284", 40, 500)) == ""


def test_an_employer_close_to_the_number_is_not_the_member() -> None:
    rows = (("Nocturne Hotels", 40, 250), ("Jasmine Wojcik", 40, 340), ("Member ID 734120956", 40, 300))
    assert member(*rows) == "jasmine wojcik"


def test_the_client_of_a_programme_is_the_member() -> None:
    assert member(("Client Name: CALEB COLEMAN", 40, 300), ("Client ID: 11832705603", 40, 350)) == "caleb coleman"
    assert member(("Client Name: Brightwater Mills", 40, 300), ("Member ID: 118327056", 40, 350)) == ""
