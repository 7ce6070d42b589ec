"""How well cards are read: counted, accepted by rules that earn it, typed once more by somebody else."""

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from clinic.models import User
from intake.models import CardImage, CardMovedOn, CardScan, Coverage, FieldOutcome, FieldRule, Patient, Rekey
from intake.services import accuracy, cards, patients, review
from intake.services.accuracy import Rate
from intake.services.coverage import Placing
from tests.conftest import Cast
from tests.intake.cards import answer, card_in_review, photo, score, value_of

pytestmark = pytest.mark.django_db
SELF = review.Subscriber("SELF")


@pytest.fixture
def admin(cast: Cast) -> Client:
    client = Client()
    client.force_login(cast.ana)
    return client


@pytest.fixture
def everything(monkeypatch: Any) -> None:
    """Have every accepted value typed once more."""
    monkeypatch.setattr(accuracy, "SAMPLE", 100)


def confirm(card: CardScan, by: User) -> Coverage | None:
    values = {(row.name, row.position): row.value for row in card.fields.all() if row.value and not row.is_reviewed}
    review.review_fields(card, values, by=by, version=None, now=timezone.now())
    return review.confirm_card(card, by=by, version=None, subscriber=SELF, placing=Placing(), now=timezone.now())


def many(card: CardScan, right: int, wrong: int = 0, **columns: Any) -> None:
    """Count values of the RxBIN, right and wrong ones."""
    for position in range(right + wrong):
        value_of(card, position, accepted=position < right, **columns)


def rule(card: CardScan, name: str = "rx_bin", threshold: str = "0.99") -> FieldRule:
    return FieldRule.objects.create(
        clinic=card.clinic,
        name=name,
        threshold=Decimal(threshold),
        right=412,
        total=412,
        set_by=card.created_by,
        set_at=timezone.now(),
    )


@pytest.mark.parametrize(
    ("right", "total", "low", "high"),
    [(0, 0, 0.0, 1.0), (10, 10, 0.7225, 1.0), (81, 100, 0.7222, 0.8749), (412, 412, 0.9908, 1.0), (0, 20, 0.0, 0.1611)],
)
def test_the_interval_is_wilsons(right: int, total: int, low: float, high: float) -> None:
    assert Rate(right, total).bounds == (pytest.approx(low, abs=1e-4), pytest.approx(high, abs=1e-4))


def test_a_confirmed_card_is_counted_without_its_values(card: CardScan, cast: Cast) -> None:
    review.review_fields(card, {("group_number", 0): "98756"}, by=cast.alice, version=None, now=timezone.now())
    confirm(card, cast.alice)
    kept = {row.name: row for row in FieldOutcome.objects.filter(card=card)}
    assert (kept["member_number"].accepted, kept["group_number"].accepted) == (True, False)
    assert kept["member_number"].score == Decimal("0.994") and "rx_group" not in kept
    assert not {"value", "reviewed_value"} & {column.name for column in FieldOutcome._meta.fields}
    rates = {one.name: one for one in accuracy.rates_by_field(card.clinic)}
    assert (rates["group_number"].all, rates["member_number"].all) == (Rate(0, 1), Rate(1, 1))
    assert accuracy.rates_by_field(cast.clinic_b) == []


def test_a_payer_that_a_person_chose_counts_as_read_wrongly(card: CardScan, cast: Cast) -> None:
    from intake.services.payers import payer_from_choice

    other = payer_from_choice("60054", "Aetna")
    review.choose_payer(card, other, by=cast.alice, version=None, now=timezone.now())
    confirm(card, cast.alice)
    assert not FieldOutcome.objects.get(card=card, name="payer_name").accepted
    assert [name for name, _ in accuracy.rates_by_payer(card.clinic)] == [other.name]


def test_what_is_taken_back_was_not_decided_and_what_is_deleted_stays_counted(card: CardScan, cast: Cast) -> None:
    confirm(card, cast.alice)
    review.undo_confirm(card, by=cast.alice, version=None)
    assert not FieldOutcome.objects.exists()
    confirm(card, cast.alice)
    counted = FieldOutcome.objects.count()
    cards.delete_card(card, by=cast.alice, now=timezone.now())
    assert FieldOutcome.objects.count() == counted > 5


def test_few_values_say_nothing(card: CardScan, admin: Client) -> None:
    many(card, 19)
    assert "19 of 19: too few to say" in admin.get(reverse("accuracy")).content.decode()
    value_of(card, 50, accepted=False)
    text = admin.get(reverse("accuracy")).content.decode()
    assert "95.0 %" in text and "76.4 to 99.1 %, 19 of 20" in text


# ---- rules


@pytest.mark.parametrize(
    ("right", "wrong", "why"),
    [(99, 0, "99 values at 0.99 and above were looked at so far"), (190, 2, "2 of 192 at 0.99 and above were wrong")],
)
def test_a_rule_without_evidence_is_refused(card: CardScan, admin: Client, right: int, wrong: int, why: str) -> None:
    many(card, right, wrong)
    many(card, 200, name="group_number", score="0.98")
    form = {"name": "rx_bin", "threshold": "0.99"}
    assert why in admin.post(reverse("accuracy-rule"), form, follow=True).content.decode()
    assert not FieldRule.objects.exists()


def test_a_rule_is_set_and_taken_away(card: CardScan, admin: Client) -> None:
    many(card, 200)
    many(card, 0, 50, name="group_number", score="0.99")
    admin.post(reverse("accuracy-rule"), {"name": "rx_bin", "threshold": "0.99"})
    kept = FieldRule.objects.get()
    assert kept.sentence == "Accepted by rule: 0.99 and above, 200 of 200 right."
    assert "selected" in admin.get(reverse("accuracy")).content.decode()
    admin.post(reverse("accuracy-rule"), {"name": "rx_bin", "threshold": "", "seen": "0.99"})
    assert not FieldRule.objects.exists()


def test_two_admins_on_one_rule_get_a_sentence(card: CardScan, admin: Client, cast: Cast) -> None:
    many(card, 300)
    url, form = reverse("accuracy-rule"), {"name": "rx_bin", "threshold": "0.98", "seen": ""}
    admin.post(url, form | {"threshold": "0.99"})
    assert 'name="seen" value="0.99"' in admin.get(reverse("accuracy")).content.decode()
    text = admin.post(url, form, follow=True).content.decode()
    assert f"{cast.ana.name} set this rule to 0.99 while you had the page open. Nothing is changed" in text
    assert FieldRule.objects.get().from_score == "0.99"
    FieldRule.objects.all().delete()
    text = admin.post(url, form | {"seen": "0.99"}, follow=True).content.decode()
    assert "somebody else took this rule away" in text and not FieldRule.objects.exists()


def test_there_is_no_rule_for_who_pays(card: CardScan, admin: Client) -> None:
    many(card, 300, name="payer_name")
    form = {"name": "payer_name", "threshold": "0.99"}
    assert "always a person&#x27;s choice" in admin.post(reverse("accuracy-rule"), form, follow=True).content.decode()
    for threshold in ("0.5", "x", "1"):
        assert admin.post(reverse("accuracy-rule"), {"name": "rx_bin", "threshold": threshold}).status_code == 404


def test_what_a_rule_accepted_is_no_evidence_for_it(card: CardScan) -> None:
    many(card, 150, by_rule=True)
    assert accuracy.above(card.clinic, "rx_bin", Decimal("0.99")) == Rate(0, 0)
    FieldOutcome.objects.filter(position__lt=10).update(recheck="RIGHT")
    FieldOutcome.objects.filter(position=3).update(recheck="WRONG")
    assert accuracy.above(card.clinic, "rx_bin", Decimal("0.99")) == Rate(9, 10)


def test_a_rule_accepts_what_is_sure_enough_and_says_so(
    desk: Client, card: CardScan, cast: Cast, emily: Patient
) -> None:
    rule(card), rule(card, "member_number", "0.995")
    fresh = card_in_review(emily, cast.clinic_a, cast.alice)
    done = {row.name: row for row in fresh.fields.all() if row.is_reviewed}
    assert set(done) == {"rx_bin"}  # the member number has 0.994
    page = desk.get(reverse("card-review", args=[fresh.code])).content.decode()
    assert "Accepted by rule: 0.99 and above, 412 of 412 right." in page and "8 of 9 left" in page
    form = {"accept": "rx_bin:0", "value:rx_bin:0": "610280", "version": fresh.version}
    desk.post(reverse("card-field", args=[fresh.code]), form)
    row = fresh.fields.get(name="rx_bin")
    assert (row.rule, row.reviewed_by, row.current_value) == ("", cast.alice, "610280")


def test_a_rule_never_accepts_another_name_or_sources_that_differ(card: CardScan, cast: Cast, emily: Patient) -> None:
    rule(card), rule(card, "member_name"), rule(card, "payer_name")
    both = {"text": score("610278"), "barcode": score("610279")}
    document = answer(
        rx_bin=score("610279") | {"sources": both},
        member_name=score("june ashworth", "0.999", "0.999"),
        payer_name=score("aetna", "0.999", "0.999"),
    )
    fresh = card_in_review(emily, cast.clinic_a, cast.alice, document)
    assert not any(row.is_reviewed for row in fresh.fields.all())


def test_a_name_that_a_rule_accepted_is_looked_at_again_for_another_patient(
    card: CardScan, cast: Cast, emily: Patient
) -> None:
    rule(card, "member_name")
    document = answer(member_name=score("emily dickinson", "0.999", "0.999"))
    fresh = card_in_review(emily, cast.clinic_a, cast.alice, document)
    assert fresh.fields.get(name="member_name").is_reviewed
    other = patients.register_patient(
        clinic=cast.clinic_a, by=cast.alice, first_name="June", last_name="Ashworth", birth_date=emily.birth_date
    )
    cards.move_to_patient(fresh, other, by=cast.alice, version=None)
    assert not fresh.fields.get(name="member_name").is_reviewed


# ---- typed once more


@pytest.fixture
def sampled(card: CardScan, cast: Cast, everything: None) -> CardScan:
    """Emily's card, confirmed by Alice, with a photo and all of its values in the sample."""
    draft = cards.new_card(patient=card.patient, clinic=card.clinic, by=cast.alice)
    cards.put_photo(draft, "FRONT", photo(800, 500), by=cast.alice)
    CardImage.objects.update(card=card)
    confirm(card, cast.alice)
    return card


@pytest.fixture
def second(cast: Cast) -> Client:
    """The browser of another person at the same desk."""
    from clinic.models import Membership, Role

    Membership.objects.filter(user=cast.bo).update(role=Role.FRONT_DESK)
    client = Client()
    client.force_login(cast.bo)
    return client


def one(name: str) -> Rekey:
    return Rekey.objects.get(outcome__name=name, outcome__position=0)


def test_nobody_is_given_their_own(sampled: CardScan, cast: Cast, desk: Client, second: Client) -> None:
    assert "Nothing to type" in desk.get(reverse("rekey")).content.decode()
    text = second.get(reverse("rekey")).content.decode()
    assert "Keep what I typed" in text and "128845682" not in text and "Dickinson" not in text
    with pytest.raises(CardMovedOn):
        accuracy.retype(one("rx_bin"), "610279", by=cast.alice, now=timezone.now())


def test_a_desk_of_one_is_told_who_can_type_and_the_admin_may(
    sampled: CardScan, desk: Client, admin: Client, cast: Cast
) -> None:
    count = Rekey.objects.count()
    alone = desk.get(reverse("rekey")).content.decode()
    assert f"{count} values wait for somebody else, because you accepted them" in alone
    assert (
        reverse("patient-list") in alone and "Type once more" not in desk.get(reverse("patient-list")).content.decode()
    )
    assert f"Type once more ({count})" in admin.get(reverse("accuracy")).content.decode()
    admin.post(reverse("rekey"), {"rekey": one("rx_bin").code, "value": "610279"})
    assert (one("rx_bin").status, one("rx_bin").typed_by) == ("AGREED", cast.ana)


def test_a_value_that_is_gone_is_neither_counted_nor_in_the_way(sampled: CardScan, second: Client) -> None:
    first = Rekey.objects.select_related("outcome").order_by("pk").first()
    assert first is not None
    sampled.fields.filter(name=first.outcome.name, position=first.outcome.position).delete()
    left = Rekey.objects.count() - 1
    assert f"{left} to type" in second.get(reverse("rekey")).content.decode()
    assert f"Type once more ({left})" in second.get(reverse("patient-list")).content.decode()


def test_the_payer_is_not_in_the_sample(sampled: CardScan) -> None:
    assert not Rekey.objects.filter(outcome__name__in=("payer_name", "payer_id")).exists()


def test_what_agrees_counts_as_right(sampled: CardScan, second: Client) -> None:
    second.post(reverse("rekey"), {"rekey": one("member_number").code, "value": " 1288 45682"})
    assert (one("member_number").status, one("member_number").outcome.recheck) == ("AGREED", "RIGHT")
    again = second.post(reverse("rekey"), {"rekey": one("member_number").code, "value": "1"}, follow=True)
    assert "meanwhile" in again.content.decode() and one("member_number").outcome.recheck == "RIGHT"


@pytest.mark.parametrize(("right", "recheck"), [("yes", "RIGHT"), ("no", "WRONG")])
def test_what_differs_is_wrong_until_an_admin_decides(
    sampled: CardScan, second: Client, admin: Client, right: str, recheck: str
) -> None:
    second.post(reverse("rekey"), {"rekey": one("rx_bin").code, "value": "610278"})
    assert (one("rx_bin").status, one("rx_bin").outcome.recheck) == ("DIFFERS", "WRONG")
    page = admin.get(reverse("accuracy")).content.decode()
    assert "610278" in page and "610279" in page
    admin.post(reverse("rekey-settle", args=[one("rx_bin").code]), {"right": right})
    assert (one("rx_bin").status, one("rx_bin").outcome.recheck, one("rx_bin").typed) == ("SETTLED", recheck, "")
    assert "610278" not in admin.get(reverse("accuracy")).content.decode()


def test_a_deleted_card_takes_what_was_typed_along_and_leaves_the_counts(
    sampled: CardScan, second: Client, cast: Cast, admin: Client
) -> None:
    second.post(reverse("rekey"), {"rekey": one("rx_bin").code, "value": "610278"})
    counted = FieldOutcome.objects.count()
    cards.delete_card(sampled, by=cast.alice, now=timezone.now())
    assert [(left.typed, left.outcome.recheck) for left in Rekey.objects.all()] == [("", "WRONG")]
    assert FieldOutcome.objects.count() == counted
    assert "Two people read this differently" not in admin.get(reverse("accuracy")).content.decode()
    assert "Nothing to type" in second.get(reverse("rekey")).content.decode()
