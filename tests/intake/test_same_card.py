"""A card that was here before: recognised by its look before anything is sent, and by its values once it was read."""

from datetime import date
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from core.models import AuditEvent, Command
from intake.images import far_apart
from intake.models import CardImage, CardScan, Coverage, Patient
from intake.services import cards, coverage, review, same_card
from tests.cards.families import load
from tests.cards.photo import snap
from tests.conftest import Cast
from tests.intake.cards import answer, card_in_review, photo, score

FRONTS = [family.face(0).front for family in load("training")[:6]]


@pytest.fixture
def on_file(cast: Cast, emily: Patient, checked: CardScan) -> Coverage:
    """The coverage made of Emily's card, whose front is the first face."""
    now = timezone.now()
    CardScan.objects.filter(pk=checked.pk).update(status=CardScan.Status.DRAFT)
    checked.refresh_from_db()
    cards.put_photo(checked, "FRONT", snap(FRONTS[0], "clean", 1), by=cast.alice)
    CardScan.objects.filter(pk=checked.pk).update(status=CardScan.Status.REVIEW)
    checked.refresh_from_db()
    made = review.confirm_card(
        checked, by=cast.alice, version=None, subscriber=review.Subscriber("SELF"), placing=coverage.Placing(), now=now
    )
    assert made is not None
    return made


@pytest.fixture
def draft(cast: Cast, emily: Patient) -> CardScan:
    return cards.new_card(patient=emily, clinic=cast.clinic_a, by=cast.alice)


def pressed(on_file: Coverage, draft: CardScan) -> dict[str, Any]:
    """Return what the page posts when somebody says that nothing has changed."""
    return {"coverage": on_file.code, "version": on_file.version, "photos": draft.photo_stamp}


def again(emily: Patient, cast: Cast, **details: Any) -> CardScan:
    """Return Emily's card read once more, with some details changed."""
    document = answer()
    document["details"] |= details
    return card_in_review(emily, cast.clinic_a, cast.alice, document)


def test_two_photos_of_one_card_are_alike_and_two_cards_are_not() -> None:
    from intake import images

    first = [images.clean(snap(front, "clean", 1)).look for front in FRONTS]
    second = [images.clean(snap(front, "clean", 2)).look for front in FRONTS]
    assert all(far_apart(*pair) <= same_card.ALIKE for pair in zip(first, second, strict=True))
    others = [far_apart(one, other) for one in first for other in first if one != other]
    assert min(others) > same_card.ALIKE


def test_it_knows_the_card_again_before_anything_is_sent(
    desk: Client, on_file: Coverage, draft: CardScan, cast: Cast
) -> None:
    cards.put_photo(draft, "FRONT", snap(FRONTS[0], "clean", 2), by=cast.alice)
    page = desk.get(reverse("card-capture", args=[draft.code])).content.decode()
    assert "This looks like the card of" in page and "98755" in page
    response = desk.post(reverse("card-same", args=[draft.code]), pressed(on_file, draft))
    assert response.url == reverse("coverage-detail", args=[on_file.code])
    on_file.refresh_from_db()
    draft.refresh_from_db()
    assert on_file.card_seen_on == cast.clinic_a.today(timezone.now())
    assert draft.status == "DISCARDED" and not draft.images.exists()
    assert not Command.objects.filter(kind=cards.READ).exists()
    assert AuditEvent.objects.filter(action="intake.card.same", target_pk=draft.pk).exists()
    assert "nothing had changed" in desk.get(response.url).content.decode()


@pytest.mark.parametrize("why", ["another look", "replaced", "ended", "doubtful", "another patient", "being read"])
def test_it_says_nothing_when_it_is_not_the_card_on_file(
    desk: Client, on_file: Coverage, draft: CardScan, cast: Cast, why: str
) -> None:
    front = FRONTS[1] if why == "another look" else FRONTS[0]
    cards.put_photo(draft, "FRONT", snap(front, "clean", 2), by=cast.alice)
    if why == "replaced":
        Coverage.objects.filter(pk=on_file.pk).update(status="REPLACED")
    if why == "ended":
        Coverage.objects.filter(pk=on_file.pk).update(termination_date=date(2020, 1, 1))
    if why == "doubtful":
        draft.images.update(concern="DARK")
    if why == "another patient":
        other = Patient.objects.create(
            first_name="Jo", last_name="Doe", birth_date="1990-01-01", organization=cast.organization
        )
        CardScan.objects.filter(pk=draft.pk).update(patient=other)
    if why == "being read":
        CardScan.objects.filter(pk=draft.pk).update(status="QUEUED")
    draft.refresh_from_db()
    with pytest.raises(cards.CardMovedOn):
        photos = draft.photo_stamp
        same_card.nothing_changed(draft, on_file, photos=photos, by=cast.alice, now=timezone.now())
    assert draft.images.count() == 1


@pytest.mark.parametrize("what", ["coverage", "photo"])
def test_what_changed_while_somebody_compared_is_shown_again(
    desk: Client, on_file: Coverage, draft: CardScan, cast: Cast, what: str
) -> None:
    cards.put_photo(draft, "FRONT", snap(FRONTS[0], "clean", 2), by=cast.alice)
    draft.refresh_from_db()
    posted = pressed(on_file, draft)
    if what == "coverage":
        on_file.change(None, group_number="98799")
    else:
        cards.put_photo(draft, "FRONT", snap(FRONTS[0], "clean", 3), by=cast.alice)
    response = desk.post(reverse("card-same", args=[draft.code]), posted)
    assert response.url == reverse("card-capture", args=[draft.code])
    draft.refresh_from_db()
    on_file.refresh_from_db()
    assert (draft.status, on_file.card_seen_on) == ("DRAFT", None)


def test_seeing_the_card_again_is_no_change_of_the_coverage(
    desk: Client, on_file: Coverage, draft: CardScan, cast: Cast
) -> None:
    cards.put_photo(draft, "FRONT", snap(FRONTS[0], "clean", 2), by=cast.alice)
    draft.refresh_from_db()
    desk.post(reverse("card-same", args=[draft.code]), pressed(on_file, draft))
    before = on_file.version
    on_file.refresh_from_db()
    assert on_file.card_seen_on and on_file.version == before
    made_of = on_file.card
    assert made_of
    review.undo_confirm(made_of, by=cast.alice, version=made_of.version)


def test_one_press_accepts_what_is_as_on_file(desk: Client, on_file: Coverage, emily: Patient, cast: Cast) -> None:
    card = again(emily, cast)
    page = desk.get(reverse("card-review", args=[card.code])).content.decode()
    assert "All that was read is as on file" in page
    desk.post(reverse("card-agreeing", args=[card.code]), {"version": card.version})
    done = {row.name for row in card.fields.filter(reviewed_at__isnull=False)}
    assert {"member_number", "group_number", "payer_name", "payer_id", "member_name", "rx_bin", "start_date"} <= done
    left = {row.name for row in review.unchecked(CardScan.objects.get(pk=card.pk))}
    assert left == {"dependent_names"}  # the coverage keeps none


def test_it_names_what_changed_and_leaves_it_to_a_person(
    desk: Client, on_file: Coverage, emily: Patient, cast: Cast
) -> None:
    card = again(emily, cast, group_number=score("98756"))
    page = desk.get(reverse("card-review", args=[card.code])).content.decode()
    assert "Group number changed" in page and "98755" in page and "98756" in page
    desk.post(reverse("card-agreeing", args=[card.code]), {"version": card.version})
    row = card.fields.get(name="group_number")
    assert row.reviewed_at is None


def test_the_payer_is_compared_too(on_file: Coverage, emily: Patient, cast: Cast) -> None:
    card = again(emily, cast, payer_name=score("aetna"), payer_id=score("60054"))
    known = same_card.compare(card, coverage.current_coverages(emily))
    assert known is not None
    assert not {"payer_name", "payer_id"} & {name for name, _ in known.agree}
    assert [change.label for change in known.changes] == ["Payer"]


def test_a_printed_payer_that_is_unknown_here_is_a_change(on_file: Coverage, emily: Patient, cast: Cast) -> None:
    card = again(emily, cast, payer_name=score("harbor mutual"), payer_id=score("HM220"))
    known = same_card.compare(card, coverage.current_coverages(emily))
    assert known is not None
    assert [(change.label, change.on_file) for change in known.changes] == [("Payer", on_file.payer_name)]


def test_a_value_that_the_coverage_has_not_is_a_change(on_file: Coverage, emily: Patient, cast: Cast) -> None:
    card = again(emily, cast, plan_name=score("choice plus"))
    known = same_card.compare(card, coverage.current_coverages(emily))
    assert known is not None
    assert [(change.label, change.on_file) for change in known.changes] == [("Plan", "not on file")]


@pytest.mark.parametrize(
    ("first", "last", "printed", "is_same"),
    [
        ("John", "Smith Jr", "john smith jr", True),
        ("John", "Smith Jr", "john smith", False),
        ("Juan", "Garcia Lopez", "garcia lopez, juan", True),
        ("Juan", "Garcia Lopez", "juan martinez lopez", False),
    ],
)
def test_names_are_compared_whole(
    on_file: Coverage, emily: Patient, cast: Cast, first: str, last: str, printed: str, is_same: bool
) -> None:
    Coverage.objects.filter(pk=on_file.pk).update(subscriber_first_name=first, subscriber_last_name=last)
    card = again(emily, cast, member_name=score(printed))
    known = same_card.compare(card, coverage.current_coverages(emily))
    assert known is not None
    assert (("member_name", 0) in known.agree) is is_same
    assert ("Member name" in [change.label for change in known.changes]) is not is_same


def test_a_change_is_never_thrown_away_by_a_preset(desk: Client, on_file: Coverage, emily: Patient, cast: Cast) -> None:
    changed = again(emily, cast, group_number=score("98756"))
    page = desk.get(reverse("card-review", args=[changed.code])).content.decode()
    assert 'value="LEAVE" checked' not in " ".join(page.split())


def test_another_members_card_is_compared_with_nothing(on_file: Coverage, emily: Patient, cast: Cast) -> None:
    card = again(emily, cast, member_number=score("128845683"))
    assert same_card.compare(card, coverage.current_coverages(emily)) is None


def test_what_somebody_else_did_meanwhile_is_not_overwritten(
    desk: Client, on_file: Coverage, emily: Patient, cast: Cast
) -> None:
    card = again(emily, cast)
    assert desk.post(reverse("card-agreeing", args=[card.code]), {"version": card.version + 1}).status_code == 409
    assert not card.fields.exclude(reviewed_at=None).exists()


# ---- doubtful photos


def test_a_doubtful_photo_waits_for_a_persons_word(desk: Client, draft: CardScan, cast: Cast) -> None:
    cards.put_photo(draft, "FRONT", photo(500, 320), by=cast.alice)
    start = reverse("card-start", args=[draft.code])
    page = desk.get(reverse("card-capture", args=[draft.code])).content.decode()
    assert "This picture is small" in page and "Use it as it is" in page
    assert desk.post(start).url == reverse("card-capture", args=[draft.code])
    with pytest.raises(cards.PhotoDoubtful):
        cards.start_reading(draft, by=cast.alice, now=timezone.now())
    desk.post(reverse("card-photo-use", args=[draft.code, "front"]))
    assert CardImage.objects.get().overruled_by == cast.alice
    assert desk.post(start).url == reverse("card-review", args=[draft.code])
    assert AuditEvent.objects.filter(action="intake.card.photo_overruled").count() == 1


def test_a_better_photo_takes_the_doubt_and_the_word_away(draft: CardScan, cast: Cast) -> None:
    cards.put_photo(draft, "FRONT", photo(500, 320), by=cast.alice)
    cards.use_anyway(draft, "FRONT", by=cast.alice)
    cards.put_photo(draft, "FRONT", photo(520, 320), by=cast.alice)
    image = CardImage.objects.get()
    assert (image.concern, image.overruled_by) == ("FEW_PIXELS", None)
    cards.put_photo(draft, "FRONT", snap(FRONTS[0], "clean", 1), by=cast.alice)
    image = CardImage.objects.get()
    assert (image.concern, image.is_doubtful) == ("", False)
    assert default_storage.exists(image.file.name)
