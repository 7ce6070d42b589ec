"""How alike two records are: what makes one person of two, and what families share."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.likeness import LIKELY, Likeness, Person, is_slip, likeness, one_letter_apart

EMILY = Person("Emily", "Dickinson", date(1986, 3, 5), sex="FEMALE")
AETNA = frozenset({("f1", "Aetna")})
PHONE = frozenset({"p1"})
HOME = {"phones": frozenset({"p1"}), "email": "e1", "members": AETNA}


def of(**other: object) -> Likeness:
    """Compare Emily with somebody who is Emily but for `other`; what begins with `own_` is hers."""
    own = {name[4:]: value for name, value in other.items() if name.startswith("own_")}
    theirs = {name: value for name, value in other.items() if not name.startswith("own_")}
    return likeness(replace(EMILY, **own), replace(EMILY, **theirs))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("other", "words"),
    [
        ({}, "Same birth date; same name."),
        ({"first_name": "Émily", "last_name": "DICKINSON"}, "same name"),
        ({"last_name": "Dickenson"}, "Same birth date; last names differ by one letter; same first name."),
        ({"last_name": "Dickisnon"}, "last names differ by one letter"),
        ({"first_name": "Em"}, "Em may be short for Emily"),
        ({"own_first_name": "William", "first_name": "Bill"}, "Bill may be short for William"),
        ({"own_first_name": "Francisco", "first_name": "Paco"}, "Paco may be short for Francisco"),
        ({"first_name": "E"}, "one first name is the beginning of the other"),
        ({"first_name": "Emily Anne"}, "agree but for a middle name"),
        ({"own_first_name": "Mary Ann", "first_name": "Ann"}, "one of the first names is the same"),
        ({"first_name": "Dickinson", "last_name": "Emily"}, "first and last name are swapped"),
        ({"birth_date": date(1986, 5, 3)}, "month and day swapped"),
        ({"birth_date": date(1986, 3, 6)}, "irth dates differ by one digit"),
        ({"birth_date": date(1989, 3, 5)}, "irth dates differ by one digit"),
        ({"last_name": "Dickinson Lopez"}, "one of the last names is the same"),
        ({"own_last_name": "De La Cruz", "last_name": "Delacruz"}, "differ by a space"),
        ({"last_name": "Whitman", "own_members": AETNA, "members": AETNA}, "same member ID at Aetna"),
        ({"last_name": "Whitman", "own_mrn": "A-1", "mrn": "A-1"}, "same record number; but other last names"),
        ({"own_suffix": "Jr"}, "but only one is Jr"),
        ({"own_first_name": "Robert", "own_preferred_name": "Skip", "first_name": "Skip"}, "called by the first name"),
        ({"own_first_name": "Robert", "own_middle_name": "James", "first_name": "James"}, "called by the first name"),
        ({"own_middle_name": "Anne", "middle_name": "Elizabeth"}, "but other middle names"),
    ],
)
def test_it_finds_the_same_person_and_says_why(other: dict[str, object], words: str) -> None:
    found = of(**other)
    assert found.is_likely, found
    assert words in found.sentence


@pytest.mark.parametrize(
    ("other", "words"),
    [
        ({"first_name": "Lavinia"}, "other first names, as twins and siblings have"),
        ({"first_name": "Lavinia", **HOME, **{f"own_{k}": v for k, v in HOME.items()}}, "same e-mail; but other first"),
        ({"birth_date": date(1958, 11, 30), "own_members": AETNA, "members": AETNA}, "other birth dates"),
        (
            {"own_first_name": "John", "first_name": "John", "own_last_name": "Doe Jr", "last_name": "Doe Sr"},
            "one is Jr",
        ),
        ({"own_suffix": "III", "suffix": "II"}, "one is II, one is III"),
        ({"last_name": "Whitman"}, "other last names"),
        ({"last_name": "Whitman", "own_phones": PHONE, "phones": PHONE}, "same phone"),
        ({"own_first_name": "Mario", "first_name": "Maria", "own_sex": "MALE"}, "one is female, one is male"),
        ({"own_first_name": "Jo", "first_name": "Ed"}, "other first names"),
    ],
)
def test_it_leaves_two_people_alone_and_says_why(other: dict[str, object], words: str) -> None:
    found = of(**other)
    assert not found.is_likely, found
    assert words in found.sentence


def test_more_that_agrees_is_surer() -> None:
    assert of().score < of(own_phones=PHONE, phones=PHONE).score < of(own_mrn="7", mrn="7").score
    assert of().score > of(last_name="Dickenson").score > of(last_name="Whitman").score


@pytest.mark.parametrize(
    ("one", "other", "apart"),
    [
        ("anna", "ana", True), ("smith", "smyth", True), ("jonh", "john", True), ("ed", "ted", False),
        ("anna", "anna", False), ("smith", "smythe", False), ("maria", "mario", True), ("lee", "leed", True),
    ],
)  # fmt: skip
def test_one_letter(one: str, other: str, apart: bool) -> None:
    assert one_letter_apart(one, other) == one_letter_apart(other, one) == apart


def test_slips_of_the_hand_lead_both_ways() -> None:
    born = date(1986, 3, 5)
    slips = date(1986, 5, 3), date(1986, 3, 6), date(1936, 3, 5)
    assert all(is_slip(born, slip) and is_slip(slip, born) for slip in slips)
    others = born, date(1987, 3, 6), date(1786, 3, 5), date(1986, 6, 3)
    assert not any(is_slip(born, other) or is_slip(other, born) for other in others)


names = st.text(alphabet="abcdeé -'", max_size=12)
people = st.builds(
    Person,
    names,
    names,
    st.dates(date(1920, 1, 1), date(2026, 1, 1)),
    names,
    names,
    st.sampled_from(["", "Jr", "III"]),
    st.sampled_from(["", "MALE", "FEMALE"]),
    st.sampled_from(["", "1", "2"]),
    st.sampled_from([frozenset(), PHONE]),
    st.sampled_from(["", "e"]),
    st.sampled_from([frozenset(), AETNA]),
)


@given(people, people)
def test_the_order_does_not_matter(one: Person, other: Person) -> None:
    found, turned = likeness(one, other), likeness(other, one)
    assert (found.score, found.sentence) == (turned.score, turned.sentence)
    assert 0 <= found.score <= 100


@given(people)
def test_everybody_is_like_themselves_unless_nothing_is_known(one: Person) -> None:
    assert likeness(one, one).score >= LIKELY
