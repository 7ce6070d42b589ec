"""One order of locks (docs/ARCHITECTURE.md): of two that want the same rows one waits, and neither is ended."""

import io
import threading
import uuid
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from clinic.imports import import_upload
from core import commands, uploads
from core.models import AuditEvent, EditedMeanwhile
from core.tables import read_table
from intake.handlers import vendor_page
from intake.models import (
    Appointment,
    CardScan,
    Coverage,
    LoosePhoto,
    Patient,
    Payer,
    PayerAlias,
    PayerMerge,
    VendorLink,
)
from intake.services import (
    appointments,
    cards,
    coverage,
    handoff,
    loose,
    merging,
    patients,
    payer_directory,
    payer_table,
    payers,
    same_card,
    schedule,
    vendor_link,
)
from intake.vendors.cardscan.wire import CardList, ListedCard
from tests.conftest import Cast, make_cast
from tests.intake import writers
from tests.intake.cards import card_in_review, photo
from tests.intake.writers import at_once, crossing, meanwhile

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.postgres_only,
]
TODAY = date(2026, 11, 22)
CARDS, PATIENTS, COVERAGES = "intake_cardscan", "intake_patient", "intake_coverage"


@pytest.fixture
def people() -> Iterator[Cast]:
    """The cast, saved where other connections see it."""
    yield make_cast()


@pytest.fixture
def own(people: Cast) -> dict[str, Any]:
    return {"clinic": people.clinic_a, "by": people.alice}


@pytest.fixture
def emily(own: dict[str, Any]) -> Patient:
    return register(own, "Emily")


def register(own: dict[str, Any], first: str) -> Patient:
    return patients.register_patient(first_name=first, last_name="Dickinson", birth_date=date(1986, 3, 15), **own)


def insured(own: dict[str, Any], patient: Patient, payer: Payer, **values: Any) -> Coverage:
    placing = coverage.Placing(coverage.OnFile.ADD if not coverage.current_coverages(patient) else "SECONDARY")
    return coverage.add_coverage(patient=patient, placing=placing, today=TODAY, payer=payer, **own, **values)


def aetna(number: str = "60054") -> Payer:
    return Payer.objects.create(name=f"Aetna {number}", edi_payer_id=number)


def nobody_was_ended(came: list[Any], *may_be: type[Exception]) -> None:
    """Neither was refused, but for a reason that says who was first."""
    assert not [one for one in came if isinstance(one, Exception) and not isinstance(one, may_be)], came


def test_seeing_a_card_again_and_putting_coverages_in_order(own: dict[str, Any], emily: Patient) -> None:
    read, draft = card_in_review(emily, own["clinic"], own["by"]), cards.new_card(patient=emily, **own)
    CardScan.objects.filter(pk=read.pk).update(status=CardScan.Status.CONFIRMED, confirmed_at=timezone.now())
    for card in (read, draft):
        card.images.create(side="FRONT", file=str(card.code), width=640, height=400, look="0123456789abcdef")
    row = insured(own, emily, aetna(), member_id="W1", card=read)

    def seen() -> None:
        stamp = CardScan.objects.get(pk=draft.pk).photo_stamp
        same_card.nothing_changed(draft, row, photos=stamp, by=own["by"], now=timezone.now())

    def ordered() -> None:
        coverage.put_in_order(emily, [(row, row.version)], why="PERSON", **own)

    Coverage.objects.filter(pk=row.pk).update(priority="SECONDARY")
    nobody_was_ended(crossing(seen, COVERAGES, ordered, PATIENTS), cards.CardMovedOn)
    row.refresh_from_db()
    assert row.priority == "PRIMARY"


def test_typing_a_card_and_deleting_it(own: dict[str, Any], emily: Patient) -> None:
    card = cards.new_card(patient=emily, **own)
    cards.put_photo(card, "FRONT", photo(), by=own["by"])
    cards.start_reading(card, by=own["by"], now=timezone.now())
    came = crossing(
        lambda: cards.type_by_hand(CardScan.objects.get(pk=card.pk), by=own["by"], now=timezone.now()),
        "core_command",
        lambda: cards.delete_card(CardScan.objects.get(pk=card.pk), by=own["by"], now=timezone.now()),
        CARDS,
    )
    nobody_was_ended(came, cards.CardMovedOn)
    card.refresh_from_db()
    assert card.status == CardScan.Status.DISCARDED


def test_handing_a_card_to_a_phone_and_deleting_it(own: dict[str, Any], emily: Patient) -> None:
    card = cards.new_card(patient=emily, **own)
    handoff.offer(card, by=own["by"], now=timezone.now())
    came = crossing(
        lambda: handoff.offer(card, by=own["by"], now=timezone.now()),
        "intake_phonelink",
        lambda: cards.delete_card(CardScan.objects.get(pk=card.pk), by=own["by"], now=timezone.now()),
        CARDS,
    )
    nobody_was_ended(came, cards.CardMovedOn)
    assert not card.phone_links.exists()


def test_taking_a_link_back_and_finding_its_card(own: dict[str, Any], emily: Patient) -> None:
    """Whoever is first: the card is taken and the link was used, or the link was taken back and no card came."""
    card, now = cards.new_card(patient=emily, **own), timezone.now()
    link = VendorLink.objects.create(card=card, created_by=own["by"], created_at=now, expires_at=now)
    read = ListedCard("there", "completed", deleted=False, made_at=now)
    with transaction.atomic():
        command = commands.create(vendor_link.FIND, link, clinic=own["clinic"])

    def find() -> None:
        with transaction.atomic():
            vendor_page.FindCard().record(command, vendor_page.Found("s", CardList([read], "")), now=now)

    links = "intake_vendorlink"
    nobody_was_ended(crossing(find, CARDS, lambda: vendor_link.end(card, by=own["by"], now=now), links))
    card.refresh_from_db()
    is_taken_back = AuditEvent.objects.filter(action="intake.vendor_link.ended").exists()
    assert card.status == ("DRAFT" if is_taken_back else "PROCESSING")


def test_merging_patients_and_merging_payers(own: dict[str, Any], emily: Patient) -> None:
    em, old, new = register(own, "Em"), aetna("1"), aetna("2")
    card = card_in_review(em, own["clinic"], own["by"])
    CardScan.objects.filter(pk=card.pk).update(payer=old)
    row = insured(own, em, old, member_id="W1")
    versions = (emily.version, em.version)
    came = crossing(
        lambda: payer_directory.merge_payers(old, new, by=own["by"], version=old.version),
        COVERAGES,
        lambda: merging.merge(emily, em, versions=versions, taken=(), now=timezone.now(), **own),
        CARDS,
    )
    nobody_was_ended(came)
    row.refresh_from_db()
    card.refresh_from_db()
    assert [row.payer, row.patient, card.payer, card.patient] == [new, emily, new, emily]


def test_two_payers_merged_crosswise(own: dict[str, Any]) -> None:
    one, other, payer = aetna("1"), aetna("2"), "intake_payer"
    came = crossing(
        lambda: payer_directory.merge_payers(one, other, by=own["by"], version=one.version),
        payer,
        lambda: payer_directory.merge_payers(other, one, by=own["by"], version=other.version),
        payer,
    )
    nobody_was_ended(came, payer_directory.OneAlready)
    assert Payer.objects.listed().count() == 1


def test_a_payer_is_taken_from_one_that_is_merged_itself(own: dict[str, Any]) -> None:
    """The one that goes takes those along that were merged into it."""
    child, gone, into = aetna("1"), aetna("2"), aetna("3")
    payer_directory.merge_payers(child, gone, by=own["by"], version=child.version)
    done, gone = PayerMerge.objects.get(), Payer.objects.get(pk=gone.pk)

    def taken() -> None:
        with transaction.atomic():  # begins when the other one holds its payers
            assert not CardScan.objects.select_for_update().filter(payer=child).first()
        payer_directory.take_apart(done, by=own["by"])

    def merged() -> None:
        payer_directory.merge_payers(gone, into, by=own["by"], version=gone.version)

    nobody_was_ended(crossing(merged, CARDS, taken, CARDS, both=True), payer_directory.StaysMerged)
    assert list(Payer.objects.listed()) == [into]


def test_two_people_teach_one_name_two_payers(own: dict[str, Any]) -> None:
    one, other = aetna("1"), aetna("2")
    for payer in (one, other, other, one):
        payers.learn_alias(payer, "Aetna of Somewhere")

    def teach(payer: Payer) -> None:
        with transaction.atomic():
            payers.learn_alias(payer, "Aetna of Somewhere")

    alias = "intake_payeralias"
    nobody_was_ended(crossing(lambda: teach(one), alias, lambda: teach(other), alias))
    assert sorted(PayerAlias.objects.values_list("taught", flat=True)) == [3, 3]


def test_two_photos_put_together_both_ways(own: dict[str, Any]) -> None:
    lot = uuid.uuid4()
    made = [loose.add_photo(photo(640 + n, 400), lot=lot, place=2 * n, **own) for n in range(2)]
    (first, second), clinic, by = [kept.pile for kept in made], own["clinic"], own["by"]
    came = crossing(
        lambda: loose.put_together(clinic, first, second, by=by),
        "intake_loosephoto",
        lambda: loose.put_together(clinic, second, first, by=by),
        "intake_loosephoto",
    )
    nobody_was_ended(came, loose.PileGone)
    assert LoosePhoto.objects.values("pile").distinct().count() == 1


def bring_in(importer: Any, text: str, own: dict[str, Any]) -> None:
    """Import a file, as its page does."""
    table = read_table(io.BytesIO(text.encode()).getvalue())
    upload = uploads.keep(table, purpose=importer.purpose, clinic_pk=own["clinic"].pk, by=own["by"])
    import_upload(importer, upload, now=timezone.now(), answers={}, **own)


def visit_of(patient: Patient, day: date) -> str:
    row = f"{patient.first_name} {patient.last_name},{patient.birth_date:%m/%d/%Y},{day:%m/%d/%Y},09:00"
    return f"Patient,DOB,Date,Time\n{row}"


def test_an_import_does_not_stop_the_desk(own: dict[str, Any], emily: Patient) -> None:
    """The clinic that imports is locked, and everything that the desk adds names the clinic."""
    tomorrow = own["clinic"].today(timezone.now()) + timedelta(days=1)
    came = crossing(
        lambda: bring_in(schedule.SCHEDULE, visit_of(emily, day=tomorrow), own),
        "clinic_clinic",
        lambda: appointments.add_appointment(patient=emily, starts_at=timezone.now(), **own),
        PATIENTS,
        both=True,
    )
    nobody_was_ended(came)
    assert Appointment.objects.filter(patient=emily).count() == 2


def test_an_import_gives_nothing_to_a_record_that_is_merged_meanwhile(own: dict[str, Any], emily: Patient) -> None:
    """The schedule was planned before the merge was there; it is planned anew, and names whom the clinic knows now."""
    em = register(own, "Em")
    tomorrow = own["clinic"].today(timezone.now()) + timedelta(days=1)
    versions = (emily.version, em.version)
    came = crossing(
        lambda: bring_in(schedule.SCHEDULE, visit_of(em, day=tomorrow), own),
        "clinic_clinic",
        lambda: merging.merge(emily, em, versions=versions, taken=("first_name",), now=timezone.now(), **own),
        PATIENTS,
        both=True,
    )
    nobody_was_ended(came)
    assert Appointment.objects.get().patient == emily


def test_two_clinics_import_the_same_new_payers(people: Cast, own: dict[str, Any]) -> None:
    """Both planned to add them; each payer is there once, with what either file knows, and no file is lost."""
    head, rows = "Payer ID,Payer,Phone,Also printed as", [f"{n},Payer {n},,Name {n}" for n in range(1, 8)]
    rows[0] = "1,Payer 1,800 555 0100,Name 1"
    files = ["\n".join([head, *rows]), "\n".join([head, *reversed(rows[1:]), "1,Payer 1,,Other name"])]
    owns = [own, {"clinic": people.clinic_b, "by": people.charlie}]
    acts = [lambda f=f, o=o: bring_in(payer_table.PAYERS, f, o) for f, o in zip(files, owns, strict=True)]
    nobody_was_ended(crossing(acts[0], "intake_payer", acts[1], "intake_payer"))
    assert Payer.objects.count() == 7
    first = Payer.objects.get(edi_payer_id="1")
    assert first.phone == "800 555 0100" and {row.name for row in first.aliases.all()} == {"Name 1", "Other name"}


def two_in_the_file(own: dict[str, Any]) -> tuple[Payer, Payer, str]:
    """Two payers whose numbers here stand the other way round than those at the clearinghouse, and a file of them."""
    one, other = aetna("9"), aetna("1")
    return one, other, "Payer ID,Payer,Phone,Also printed as\n9,Aetna 9,9,Name 9\n1,Aetna 1,1,Name 1"


@pytest.mark.parametrize(("crosswise", "turns"), [(False, True), (True, True), (False, False)])
def test_an_import_of_payers_and_a_merge_of_them(own: dict[str, Any], crosswise: bool, turns: bool) -> None:
    """Whoever is first: the merge was made of what the file changed, or the file is planned for whom is left."""
    one, other, file = two_in_the_file(own)
    gone, into = (one, other) if crosswise else (other, one)
    came = crossing(
        lambda: bring_in(payer_table.PAYERS, file, own),
        "intake_payer",
        lambda: payer_directory.merge_payers(gone, into, by=own["by"], version=gone.version),
        "intake_payer",
        turns=turns,
    )
    nobody_was_ended(came, EditedMeanwhile)
    is_merged = Payer.objects.listed().count() == 1
    assert is_merged != isinstance(came[1], EditedMeanwhile)
    names = PayerAlias.objects.order_by("name").values_list("name", "payer")
    assert list(names) == [("Name 1", into.pk if is_merged else other.pk), ("Name 9", into.pk if is_merged else one.pk)]


def test_an_import_learns_nothing_for_a_payer_that_is_merged_meanwhile(own: dict[str, Any]) -> None:
    one, other, file = two_in_the_file(own)

    def merged() -> None:
        at_once(lambda: payer_directory.merge_payers(one, other, by=own["by"], version=one.version))

    with meanwhile(merged, 'FROM "intake_payeralias"'):  # it is planned
        bring_in(payer_table.PAYERS, file, own)
    assert set(PayerAlias.objects.values_list("name", "payer")) == {("Name 1", other.pk), ("Name 9", other.pk)}


def test_an_import_of_printed_names_and_a_merge_of_their_payers(own: dict[str, Any]) -> None:
    """Names are counted in the order of their numbers too."""
    one, other, file = two_in_the_file(own)
    for payer, name in ((one, "Name 9"), (other, "Name 1")):
        payers.learn_alias(payer, name)
        Payer.objects.filter(pk=payer.pk).update(phone="1")
    file = (
        file.replace("Also printed as", "Also printed as,Count")
        .replace("Name 9", "Name 9,5")
        .replace("Name 1", "Name 1,5")
    )
    came = crossing(
        lambda: bring_in(payer_table.PAYERS, file, own),
        "intake_payeralias",
        lambda: payer_directory.merge_payers(one, other, by=own["by"], version=one.version),
        "intake_payeralias",
        turns=True,
    )
    nobody_was_ended(came)
    assert set(PayerAlias.objects.values_list("payer", "taught")) == {(other.pk, 5)}


def test_an_import_counts_a_name_that_is_taught_for_two_payers(own: dict[str, Any]) -> None:
    one, other, file = two_in_the_file(own)
    for payer in (one, other, one):
        payers.learn_alias(payer, "Name")
    file = (
        file.replace("Also printed as", "Also printed as,Count").replace("Name 9", "Name,5").replace("Name 1", "Name,6")
    )

    def teach() -> None:
        with transaction.atomic():
            payers.learn_alias(one, "Name")

    alias = "intake_payeralias"
    nobody_was_ended(crossing(lambda: bring_in(payer_table.PAYERS, file, own), alias, teach, alias, turns=True))
    assert dict(PayerAlias.objects.values_list("payer", "taught")) in (
        {one.pk: 6, other.pk: 6},
        {one.pk: 5, other.pk: 6},
    )


def test_two_that_do_not_meet_prove_nothing(own: dict[str, Any], emily: Patient) -> None:
    def rename() -> None:
        with transaction.atomic():
            Patient.objects.get(pk=emily.pk).change(None, first_name="Em")

    with pytest.raises(AssertionError, match="They did not meet"):
        crossing(rename, CARDS, rename, CARDS)
    with pytest.raises(AssertionError, match="neither came nor waits"):
        crossing(rename, PATIENTS, emily.refresh_from_db, CARDS)
    with pytest.raises(AssertionError, match="They did not meet"):
        crossing(rename, PATIENTS, rename, PATIENTS, both=True)
    assert crossing(rename, PATIENTS, rename, PATIENTS) == [None, None]


def test_one_that_does_not_come_to_an_end_is_no_success(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writers, "END", 0.05)
    last = threading.Event()
    with pytest.raises(AssertionError, match="Not everybody came to an end"):
        at_once(last.wait)
    last.set()
