"""From a checked card to a coverage, and back."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from core.models import AuditEvent, EditedMeanwhile
from intake.models import CardMovedOn, CardScan, Coverage, Patient, Payer, PayerAlias
from intake.services import cards, coverage, patients, review
from intake.services.coverage import OnFile, Placing
from tests.conftest import Cast
from tests.intake.cards import answer, card_in_review, score


@pytest.fixture
def on_file(cast: Cast, emily: Patient) -> Coverage:
    return coverage.add_coverage(
        patient=emily,
        clinic=cast.clinic_a,
        by=cast.alice,
        placing=Placing(),
        today=cast.clinic_a.today(timezone.now()),
        payer=Payer.objects.create(name="Aetna", edi_payer_id="60054"),
        member_id="OLD-1",
        effective_date=date(2024, 1, 1),
    )


def confirm(client: Client, card: CardScan, **form: str) -> Any:
    card.refresh_from_db()
    data = {"version": str(card.version), "relationship": "SELF", **form}
    return client.post(reverse("card-confirm", args=[card.code]), data)


def test_it_makes_the_coverage(desk: Client, checked: CardScan, cast: Cast) -> None:
    assert confirm(desk, checked).url == reverse("card-review", args=[checked.code])
    made = Coverage.objects.get()
    assert (made.member_id, made.group_number, made.rx_bin, made.rx_pcn) == ("128845682", "98755", "610279", "9987")
    assert made.effective_date == date(2026, 1, 1)
    assert made.payer and (made.payer.name, made.payer.edi_payer_id) == ("Unitedhealthcare", "87726")
    assert (made.relationship, made.subscriber_name, made.subscriber_birth_date) == (
        "SELF",
        "Emily Dickinson",
        date(1986, 3, 15),
    )
    assert (made.priority, made.status, made.card, made.clinic) == ("PRIMARY", "CURRENT", checked, cast.clinic_a)
    checked.refresh_from_db()
    assert (checked.status, checked.confirmed_by, checked.outcome) == ("CONFIRMED", cast.alice, "ADDED")
    page = desk.get(reverse("card-review", args=[checked.code])).content.decode()
    assert "it was added as primary coverage" in page and "Undo" in page


def test_it_wants_every_read_field_checked(desk: Client, card: CardScan) -> None:
    page = confirm(desk, card)
    text = page.content.decode()
    assert page.status_code == 400 and "9 fields are still to check." in text
    assert '<a href="#value-member_name-0">Member name</a>' in text and text.count('href="#value-payer-0"') == 1
    assert not Coverage.objects.exists()


def test_it_wants_a_member_id_and_a_payer(desk: Client, cast: Cast, emily: Patient) -> None:
    card = cards.new_card(patient=emily, clinic=cast.clinic_a, by=cast.alice)
    cards.type_by_hand(card, by=cast.alice, now=timezone.now())
    page = confirm(desk, card).content.decode()
    assert "Type the member ID as printed on the card." in page and "Choose who pays." in page


def test_it_can_be_typed_all_by_hand(desk: Client, cast: Cast, emily: Patient) -> None:
    card = cards.new_card(patient=emily, clinic=cast.clinic_a, by=cast.alice)
    cards.type_by_hand(card, by=cast.alice, now=timezone.now())
    review.review_fields(card, {("member_number", 0): "W77"}, by=cast.alice, version=None, now=timezone.now())
    review.choose_payer(card, Payer.objects.create(name="Aetna"), by=cast.alice, version=None, now=timezone.now())
    confirm(desk, card)
    made = Coverage.objects.get()
    assert (made.member_id, made.payer_name) == ("W77", "Aetna")


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({"relationship": ""}, "Say what the patient is to the subscriber."),
        ({"relationship": "CHILD"}, "Type the subscriber&#x27;s first name."),
        ({"relationship": "CHILD", "subscriber_birth_date": "soon"}, "Write the date as month/day/year"),
        ({"relationship": "CHILD", "subscriber_birth_date": "01/01/2090"}, "A birth date lies in the past."),
    ],
)
def test_it_asks_who_the_subscriber_is(desk: Client, checked: CardScan, form: dict[str, str], sentence: str) -> None:
    page = confirm(desk, checked, **form)
    assert page.status_code == 400 and sentence in page.content.decode()
    assert not Coverage.objects.exists()


def test_it_keeps_the_subscriber_of_a_child(desk: Client, checked: CardScan) -> None:
    confirm(
        desk,
        checked,
        relationship="CHILD",
        subscriber_first_name="Edward",
        subscriber_last_name="Dickinson",
        subscriber_birth_date="01/01/1953",
    )
    made = Coverage.objects.get()
    assert (made.subscriber_name, made.subscriber_birth_date) == ("Edward Dickinson", date(1953, 1, 1))


def test_it_asks_what_happens_to_the_coverage_on_file(desk: Client, checked: CardScan, on_file: Coverage) -> None:
    page = confirm(desk, checked)
    assert page.status_code == 400 and b"Say what happens to the coverage on file." in page.content


def test_it_replaces_and_end_dates(desk: Client, checked: CardScan, on_file: Coverage) -> None:
    confirm(desk, checked, on_file=f"REPLACE:{on_file.code}")
    made = Coverage.objects.get(card=checked)
    on_file.refresh_from_db()
    assert (on_file.status, on_file.termination_date) == ("REPLACED", date(2025, 12, 31))
    assert (made.priority, made.replaces, made.replaces_ended) == ("PRIMARY", on_file, None)


def test_it_keeps_the_old_coverage_in_use_until_the_new_one_starts(
    desk: Client, cast: Cast, emily: Patient, on_file: Coverage
) -> None:
    starts = cast.clinic_a.today(timezone.now()) + timedelta(days=40)
    document = answer(member_number=score("N1"), payer_id=score("87726"), start_date=score(f"{starts:%m/%d/%Y}"))
    card = card_in_review(emily, cast.clinic_a, cast.alice, document)
    values = {(row.name, row.position): row.value for row in card.fields.all() if row.value}
    review.review_fields(card, values, by=cast.alice, version=None, now=timezone.now())
    confirm(desk, card, on_file=f"REPLACE:{on_file.code}")
    on_file.refresh_from_db()
    assert (on_file.status, on_file.termination_date) == ("CURRENT", starts - timedelta(days=1))


def test_it_comes_second_or_leaves(desk: Client, checked: CardScan, on_file: Coverage) -> None:
    confirm(desk, checked, on_file="SECONDARY")
    assert Coverage.objects.get(card=checked).priority == "SECONDARY"
    review.undo_confirm(CardScan.objects.get(), by=checked.created_by, version=None)
    confirm(desk, checked, on_file="LEAVE")
    on_file.refresh_from_db()
    checked.refresh_from_db()
    assert (on_file.status, on_file.priority, checked.outcome) == ("CURRENT", "PRIMARY", "LEFT")
    assert Coverage.objects.current().count() == 1


def preset(desk: Client, card: CardScan) -> bool:
    """Tell whether leaving the coverage on file is chosen already."""
    page = desk.get(reverse("card-review", args=[card.code])).content.decode()
    return "checked" in page.split('value="LEAVE"')[1].split(">")[0]


def test_it_suggests_leaving_what_says_the_same(desk: Client, checked: CardScan, on_file: Coverage, cast: Cast) -> None:
    assert not preset(desk, checked)
    payer = Payer.objects.create(name="UnitedHealthcare", edi_payer_id="87726")
    review.choose_payer(checked, payer, by=cast.alice, version=None, now=timezone.now())
    same = {
        "member_id_fingerprint": coverage.member_id_fingerprint("128 845 682"),  # typed with spaces
        "member_id": "128 845 682",
        "group_number": "98755",
        "rx_bin": "610279",
        "rx_pcn": "9987",
        "effective_date": date(2026, 1, 1),
        "payer": payer,
    }
    Coverage.objects.filter(pk=on_file.pk).update(**same)
    assert preset(desk, checked)
    Coverage.objects.filter(pk=on_file.pk).update(group_number="98756")
    assert not preset(desk, checked)  # or the change would be thrown away


def test_it_learns_the_name_of_a_chosen_payer(desk: Client, checked: CardScan, cast: Cast) -> None:
    aetna = Payer.objects.create(name="Aetna", edi_payer_id="60054")
    review.choose_payer(checked, aetna, by=cast.alice, version=None, now=timezone.now())
    confirm(desk, checked)
    alias = PayerAlias.objects.get()
    assert (alias.payer, alias.name) == (aetna, "Unitedhealthcare")


def test_it_undoes_and_confirms_again(desk: Client, checked: CardScan, on_file: Coverage, cast: Cast) -> None:
    confirm(desk, checked, on_file=f"REPLACE:{on_file.code}")
    checked.refresh_from_db()
    desk.post(reverse("card-undo", args=[checked.code]), {"version": str(checked.version)})
    on_file.refresh_from_db()
    checked.refresh_from_db()
    assert (on_file.status, on_file.termination_date, checked.status) == ("CURRENT", None, "REVIEW")
    assert Coverage.objects.get(card=checked).status == "REMOVED"
    confirm(desk, checked, on_file=f"REPLACE:{on_file.code}")
    assert Coverage.objects.filter(card=checked, status="CURRENT").count() == 1
    actions = list(AuditEvent.objects.filter(action__startswith="intake.card.").values_list("action", flat=True))
    assert actions.count("intake.card.undone") == 1 and actions.count("intake.card.confirmed") == 2


def test_it_does_not_undo_over_a_later_edit(desk: Client, checked: CardScan, cast: Cast) -> None:
    confirm(desk, checked)
    made = Coverage.objects.get()
    coverage.edit_coverage(made, clinic=cast.clinic_a, by=cast.alice, version=1, group_number="7")
    checked.refresh_from_db()
    page = desk.post(reverse("card-undo", args=[checked.code]), {"version": str(checked.version)}, follow=True)
    assert b"changed or replaced since" in page.content
    made.refresh_from_db()
    assert made.status == "CURRENT"


def test_it_confirms_once_for_two_clerks(checked: CardScan, cast: Cast) -> None:
    mine, theirs = CardScan.objects.get(pk=checked.pk), CardScan.objects.get(pk=checked.pk)
    subscriber = review.Subscriber("SELF")
    options: dict[str, Any] = {"subscriber": subscriber, "placing": Placing(), "now": timezone.now()}
    review.confirm_card(mine, by=cast.alice, version=mine.version, **options)
    with pytest.raises(EditedMeanwhile):
        review.confirm_card(
            theirs, by=cast.alice, version=theirs.version, **options | {"placing": Placing(OnFile.SECONDARY)}
        )
    with pytest.raises(CardMovedOn):
        review.confirm_card(
            CardScan.objects.get(pk=checked.pk),
            by=cast.alice,
            version=None,
            **options | {"placing": Placing(OnFile.SECONDARY)},
        )
    assert Coverage.objects.count() == 1


def test_the_database_allows_one_coverage_per_card(checked: CardScan, cast: Cast, desk: Client) -> None:
    confirm(desk, checked)
    made = Coverage.objects.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        Coverage.objects.create(patient=made.patient, clinic=cast.clinic_a, payer=made.payer, card=checked)


def test_it_says_so_when_a_stale_page_confirms(desk: Client, checked: CardScan) -> None:
    page = confirm(desk, checked, version="1")
    assert page.status_code == 409 and b"Somebody else worked on this card" in page.content
    assert not Coverage.objects.exists()


def test_it_moves_a_card_to_another_patient(desk: Client, checked: CardScan, cast: Cast) -> None:
    walt = patients.register_patient(
        clinic=cast.clinic_a, by=cast.alice, first_name="Walt", last_name="Whitman", birth_date=date(1979, 5, 31)
    )
    url = reverse("card-move", args=[checked.code])
    assert b"Walt Whitman" in desk.post(url, {"q": "whit"}).content
    desk.post(url, {"patient": str(walt.code), "version": str(checked.version)})
    checked.refresh_from_db()
    assert checked.patient == walt
    assert b"The card names Emily Dickinson" in desk.get(reverse("card-review", args=[checked.code])).content


def test_it_moves_only_inside_the_clinic_and_only_when_unconfirmed(desk: Client, checked: CardScan, cast: Cast) -> None:
    stranger = patients.register_patient(
        clinic=cast.clinic_b, by=cast.charlie, first_name="Mary", last_name="Oliver", birth_date=date(1955, 9, 10)
    )
    url = reverse("card-move", args=[checked.code])
    for target in (str(stranger.code), "nonsense"):
        assert desk.post(url, {"patient": target, "version": str(checked.version)}).status_code == 404
    confirm(desk, checked)
    assert b"Undo that first" in desk.get(url).content
    desk.post(url, {"patient": str(checked.patient.code), "version": "99"})
    checked.refresh_from_db()
    assert checked.status == "CONFIRMED"


def test_it_keeps_the_coverage_of_a_deleted_card(desk: Client, checked: CardScan) -> None:
    confirm(desk, checked)
    desk.post(reverse("card-delete", args=[checked.code]))
    made = Coverage.objects.get()
    assert (made.status, made.member_id) == ("CURRENT", "128845682")
    assert not checked.fields.exists()
