"""The drawn cards: enough families, a number is always the same card, no word over another, whole in photos."""

import io

import pytest
from PIL import Image

from tests.cards.die import Die
from tests.cards.effects import seen_from
from tests.cards.families import TEXT_FIELDS, Family, load
from tests.cards.photo import GRADES, faults_of, snap

EVERY = (*load("training"), *load("held_out"))
#: the fixed faces are checked by eye; their words stand close together
FREE = [family for family in EVERY if not family.name.startswith("face_")]
ONE = load("training")[0]


def test_there_are_thirty_layouts_and_ten_of_them_are_held_out() -> None:
    assert len({family.name for family in EVERY}) == len(EVERY) >= 32
    assert len(load("held_out")) >= 10
    assert not {family.name for family in load("training")} & {family.name for family in load("held_out")}


def test_the_same_number_is_the_same_card_and_another_number_another() -> None:
    first, again, other = ONE.face(3), ONE.face(3), ONE.face(4)
    assert first.values == again.values
    assert first.front.tobytes() == again.front.tobytes()
    assert first.values["member_number"] != other.values["member_number"]


def test_every_field_is_printed_by_some_family_and_missing_on_another() -> None:
    printed = [set(family.face(0).values) for family in load("held_out")]
    assert set().union(*printed) == set(TEXT_FIELDS)
    assert all("member_number" in names and "payer_name" in names for names in printed)
    assert any("group_number" not in names for names in printed)


@pytest.mark.parametrize("family", FREE, ids=lambda family: family.name)
def test_nothing_is_printed_over_anything(family: Family) -> None:
    for number in range(4):
        drawn = family.draw(Die(family.name, number))
        sides = [drawn.front, drawn.back] if drawn.back else [drawn.front]
        assert [side.collisions() for side in sides] == [[]] * len(sides), number


@pytest.mark.parametrize("grade", GRADES)
def test_the_same_seed_is_the_same_photo(grade: str) -> None:
    front = ONE.face(0).front
    assert snap(front, grade, "seed") == snap(front, grade, "seed")
    assert snap(front, grade, "seed") != snap(front, grade, "other")


def test_bad_photos_have_two_or_three_faults_of_twelve_and_some_are_cmyk_or_turned_by_a_tag() -> None:
    faults = [faults_of(number) for number in range(300)]
    assert {len(one) for one in faults} == {2, 3}
    assert len({name for one in faults for name in one}) == 12
    cmyk = next(number for number in range(300) if "cmyk" in faults[number])
    photo = Image.open(io.BytesIO(snap(ONE.face(0).front, "bad", cmyk)))
    assert photo.mode == "CMYK"


@pytest.mark.parametrize("view", [(16, 20, 20), (-16, -24, 24), (5, 0, -24)])
@pytest.mark.parametrize("aspect", [0.5625, 0.75, 1.33])
def test_a_card_is_whole_in_its_photo(view: tuple[float, float, float], aspect: float) -> None:
    _, mask = seen_from(ONE.face(0).front, 600, round(600 * aspect), view, 0.92)
    edges = (mask[0], mask[-1], mask[:, 0], mask[:, -1])
    assert max(float(edge.max()) for edge in edges) == 0
    assert mask.max() == 1
