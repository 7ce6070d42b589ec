"""Keeping and deleting card photos: the clinic's rule, the proof, looking again, and legal holds."""

import csv
import io
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from core.models import Command
from intake.handlers import deleting, verifying
from intake.models import (
    CardField,
    CardImage,
    CardScan,
    Coverage,
    Deletion,
    DeletionStep,
    Patient,
    Payer,
    Retention,
)
from intake.services import cards, coverage, deletions, keeping
from intake.services.coverage import Placing
from tests.conftest import Cast
from tests.intake.cards import card_in_review, photo
from tests.intake.writers import between

NOW = datetime(2026, 11, 22, 18, 0, tzinfo=UTC)


def photographed(cast: Cast, patient: Patient, **columns: Any) -> CardScan:
    """Return a card with one photo; `columns` are written past its states, as time would."""
    card = cards.new_card(patient=patient, clinic=cast.clinic_a, by=cast.alice)
    cards.put_photo(card, "FRONT", photo(), by=cast.alice)
    CardScan.objects.filter(pk=card.pk).update(**columns)
    card.refresh_from_db()
    return card


def old(cast: Cast, patient: Patient, **columns: Any) -> CardScan:
    """Return a card that was checked two years ago."""
    then = NOW - timedelta(days=730)
    known = {"status": "CONFIRMED", "created_at": then, "confirmed_at": then, "vendor_card_id": "v-1"}
    return photographed(cast, patient, **known | columns)


def keep_months(cast: Cast, months: int | None, at_vendor: bool = True) -> None:
    version = keeping.rule_of(cast.clinic_a).version
    keeping.set_rule(cast.clinic_a, months=months, is_also_at_vendor=at_vendor, version=version, by=cast.ana)


def file_of(card: CardScan) -> str:
    return str(CardImage.objects.get(card=card).file.name)


def test_the_page_says_who_changed_the_rule_and_when(cast: Cast, admin: Client) -> None:
    assert b"changed on" not in admin.get(reverse("keeping")).content
    keep_months(cast, 24)
    on = f"{cast.clinic_a.today():%-d %b %Y}"
    assert f"after 24 months; changed on {on} by {cast.ana.name}" in admin.get(reverse("keeping")).content.decode()


# ---- the proof ------------------------------------------------------------------------------------------------------


def test_deleting_a_card_leaves_nothing_but_the_proof(
    cast: Cast, emily: Patient, django_capture_on_commit_callbacks: Any
) -> None:
    card = photographed(cast, emily, vendor_card_id="v-9", vendor_answer={"secret": "M-123"})
    CardField.objects.create(card=card, name="member_number", value="M-123")
    name, proof = file_of(card), CardImage.objects.get(card=card).proof
    with default_storage.open(name) as file:
        assert proof == deletions.proof_of(file.read())
    with django_capture_on_commit_callbacks(execute=True):
        cards.delete_card(card, by=cast.alice, now=NOW)
    assert not default_storage.exists(name) and not card.fields.exists() and not card.images.exists()
    card.refresh_from_db()
    assert card.vendor_answer is None
    kept = Deletion.objects.get()
    assert (kept.what, kept.card_code, kept.vendor_card_id, kept.by) == ("CARD", card.code, "v-9", cast.alice)
    assert kept.files == [{"file": name, "fingerprint": proof}]
    assert Command.objects.get(kind=cards.DELETE).target_pk == card.pk


def test_a_proof_is_never_changed(cast: Cast, emily: Patient) -> None:
    cards.delete_card(photographed(cast, emily), by=cast.alice, now=NOW)
    kept = Deletion.objects.get()
    for attempt in (
        kept.save,
        kept.delete,
        Deletion.objects.all().delete,
        lambda: Deletion.objects.update(what="STRAY"),
        DeletionStep.objects.all().delete,
    ):
        with pytest.raises(TypeError):
            attempt()


def test_a_card_without_anything_leaves_no_proof(cast: Cast, emily: Patient) -> None:
    cards.delete_card(cards.new_card(patient=emily, clinic=cast.clinic_a, by=cast.alice), by=cast.alice, now=NOW)
    assert not Deletion.objects.exists()


def test_the_vendors_word_completes_the_proof(cast: Cast, emily: Patient) -> None:
    card = photographed(cast, emily, vendor_card_id="v-9")
    cards.delete_card(card, by=cast.alice, now=NOW)
    command = Command.objects.get(kind=cards.DELETE)
    for _ in range(2):
        deleting.DeleteCard().record(command, None, now=NOW)
    assert [step.outcome for step in Deletion.objects.get().steps.all()] == ["VENDOR_DELETED"]


def test_what_is_still_here_is_said(cast: Cast, emily: Patient, admin: Client) -> None:
    card = photographed(cast, emily)
    name = file_of(card)
    cards.delete_card(card, by=cast.alice, now=NOW - timedelta(hours=1))  # its file stays: nothing was committed
    assert deletions.begin_verifying(now=NOW) == 1 and deletions.begin_verifying(now=NOW) == 0
    command, looking = Command.objects.get(kind=deletions.VERIFY), verifying.VerifyDeletion()
    looking.record(command, looking.call(command), now=NOW)
    assert b"Still there" in admin.get(reverse("keeping")).content
    default_storage.delete(name)
    looking.record(command, looking.call(command), now=NOW)
    assert [step.outcome for step in Deletion.objects.get().steps.all()] == ["STILL_HERE", "GONE_HERE"]
    assert b"Still there" not in admin.get(reverse("keeping")).content
    assert not deletions.unverified(now=NOW).exists()


def test_what_somebody_else_begins_to_look_at_is_begun_once(cast: Cast, emily: Patient) -> None:
    """The button pressed twice, or beside the night: the second finds the same deletion, and begins nothing."""
    cards.delete_card(photographed(cast, emily), by=cast.alice, now=NOW - timedelta(hours=1))
    with between("intake_deletion", lambda: deletions.begin_verifying(now=NOW)) as came:
        assert deletions.begin_verifying(now=NOW) == 0
    assert came == [1] and Command.objects.filter(kind=deletions.VERIFY).count() == 1


def test_what_stays_there_keeps_no_other_from_being_looked_at(
    cast: Cast, emily: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deletions, "AT_ONCE", 1)
    for _ in range(2):
        cards.delete_card(photographed(cast, emily), by=cast.alice, now=NOW - timedelta(hours=1))
    looked = []
    for _ in range(3):
        assert deletions.begin_verifying(now=NOW) == 1
        command, looking = Command.objects.get(kind=deletions.VERIFY, status="DUE"), verifying.VerifyDeletion()
        looking.record(command, looking.call(command), now=NOW)  # it is there still
        Command.objects.filter(pk=command.pk).update(status="DONE")
        looked.append(command.target_pk)
    assert looked[0] != looked[1] and looked[2] == looked[0]


@pytest.mark.real
def test_storage_and_vendor_are_asked(cast: Cast, emily: Patient, sandbox: Any, work: Callable[..., int]) -> None:
    from intake.vendors import cardscan

    there = cardscan.client().create_card(both_sides=False, reference="r").card_id
    assert not cardscan.client().is_deleted(there) and cardscan.client().is_deleted("0" * 8 + there[8:])
    card = photographed(cast, emily, vendor_card_id=there)
    name = file_of(card)
    cards.delete_card(card, by=cast.alice, now=NOW - timedelta(days=400))
    default_storage.delete(name)
    work()
    deletions.begin_verifying(now=timezone.now())
    work()
    outcomes = [step.outcome for step in Deletion.objects.get().steps.all()]
    assert outcomes == ["VENDOR_DELETED", "GONE_HERE", "GONE_THERE"]


# ---- the rule -------------------------------------------------------------------------------------------------------


def test_photos_of_ended_coverage_go_and_the_values_stay(
    cast: Cast, emily: Patient, django_capture_on_commit_callbacks: Any
) -> None:
    card = old(cast, emily)
    CardField.objects.create(card=card, name="member_number", value="M-123")
    name = file_of(card)
    keep_months(cast, 12)
    with django_capture_on_commit_callbacks(execute=True):
        assert keeping.tidy_photos(now=NOW) == 1 and keeping.tidy_photos(now=NOW) == 0
    assert not default_storage.exists(name) and card.fields.count() == 1 and not card.images.exists()
    kept = Deletion.objects.get()
    assert (kept.what, kept.rule_months, kept.by, len(kept.files)) == ("PHOTOS", 12, None, 1)
    assert Command.objects.filter(kind=cards.DELETE, target_pk=card.pk).count() == 1


def test_the_vendors_copy_stays_when_the_rule_says_so(cast: Cast, emily: Patient) -> None:
    old(cast, emily)
    keep_months(cast, 12, at_vendor=False)
    assert keeping.tidy_photos(now=NOW) == 1
    assert not Command.objects.filter(kind=cards.DELETE).exists()
    assert Deletion.objects.get().vendor_card_id == ""


@pytest.mark.parametrize(
    ("ends", "status", "goes"),
    [
        (None, "CURRENT", False),
        (date(2027, 1, 1), "CURRENT", False),
        (date(2025, 11, 22), "CURRENT", False),  # the last day of the twelve months counts
        (date(2025, 11, 21), "CURRENT", True),
        (date(2025, 11, 21), "REPLACED", True),
        (None, "REMOVED", True),
    ],
)
def test_the_months_count_from_the_end_of_the_coverage(
    cast: Cast, emily: Patient, ends: date | None, status: str, goes: bool
) -> None:
    card = old(cast, emily)
    made = coverage.add_coverage(
        patient=emily, clinic=cast.clinic_a, by=cast.alice, placing=Placing(), today=NOW.date(), card=card,
        payer=Payer.objects.create(name="Aetna"), member_id="A1", termination_date=ends,
    )  # fmt: skip
    Coverage.objects.filter(pk=made.pk).update(status=status)
    keep_months(cast, 12)
    assert keeping.tidy_photos(now=NOW) == int(goes)


@pytest.mark.parametrize("columns", [{"confirmed_at": NOW - timedelta(days=9)}, {"status": "PROCESSING"}])
def test_what_is_young_or_being_read_stays(cast: Cast, emily: Patient, columns: dict[str, Any]) -> None:
    old(cast, emily, **columns)
    keep_months(cast, 12)
    assert keeping.tidy_photos(now=NOW) == 0


def test_other_clinics_and_clinics_without_a_rule_keep_theirs(cast: Cast, emily: Patient) -> None:
    old(cast, emily)
    Retention.objects.create(clinic=cast.clinic_b, months=1)
    assert keeping.tidy_photos(now=NOW) == 0
    keep_months(cast, None)
    assert keeping.tidy_photos(now=NOW) == 0


def test_it_works_in_batches_and_goes_on_after_a_crash(
    cast: Cast, emily: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = [old(cast, emily, vendor_card_id=f"v-{number}") for number in range(5)]
    keep_months(cast, 12)
    monkeypatch.setattr(keeping, "BATCH", 2)
    real, seen = deletions.prove, []

    def dies(*args: Any, **options: Any) -> Any:
        seen.append(options["card"])
        if len(seen) == 4:
            raise SystemExit("the machine stops")
        return real(*args, **options)

    monkeypatch.setattr(deletions, "prove", dies)
    with pytest.raises(SystemExit):
        keeping.tidy_photos(now=NOW)
    assert Deletion.objects.count() == 3 and CardImage.objects.count() == 2
    assert keeping.tidy_photos(now=NOW) == 2
    assert sorted(row.card_code for row in Deletion.objects.all()) == sorted(card.code for card in mine)


def test_a_card_that_cannot_be_deleted_keeps_no_other(
    cast: Cast, emily: Patient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    stuck, *others = [old(cast, emily, vendor_card_id=f"v-{number}") for number in range(3)]
    keep_months(cast, 12)
    real = deletions.prove

    def refuses(*args: Any, **options: Any) -> Any:
        if options["card"].pk == stuck.pk:
            raise OSError("the store does not answer")
        return real(*args, **options)

    monkeypatch.setattr(deletions, "prove", refuses)
    assert keeping.tidy_photos(now=NOW) == 2
    assert sorted(row.card_code for row in Deletion.objects.all()) == sorted(card.code for card in others)
    assert f"CardScan #{stuck.pk} could not be deleted: OSError" in caplog.text
    monkeypatch.setattr(deletions, "prove", real)
    assert keeping.tidy_photos(now=NOW) == 1


@pytest.mark.parametrize(
    ("day", "months", "before"),
    [
        (date(2026, 3, 31), 1, date(2026, 2, 28)),
        (date(2026, 1, 15), 1, date(2025, 12, 15)),
        (date(2028, 2, 29), 12, date(2027, 2, 28)),
        (date(2026, 12, 31), 24, date(2024, 12, 31)),
    ],
)
def test_months_are_those_of_the_calendar(day: date, months: int, before: date) -> None:
    assert keeping.months_before(day, months) == before


# ---- pages ----------------------------------------------------------------------------------------------------------


def test_the_page_sets_the_rule_and_says_what_is_due(admin: Client, cast: Cast, emily: Patient) -> None:
    CardScan.objects.filter(pk=old(cast, emily).pk).update(created_at=NOW - timedelta(days=4000))
    admin.post(reverse("keeping"), {"months": "12", "is_also_at_vendor": "on", "version": "0"})
    assert Retention.objects.get().months == 12
    assert b"is due tonight" in admin.get(reverse("keeping")).content
    assert b"greater than or equal to 1" in admin.post(reverse("keeping"), {"months": "0"}).content


def test_a_rule_that_somebody_else_changed_is_shown_again(admin: Client, cast: Cast) -> None:
    keep_months(cast, 120)
    for seen in ("0", ""):
        answer = admin.post(reverse("keeping"), {"months": "1", "is_also_at_vendor": "on", "version": seen})
        assert answer.status_code == 409 and b"120" in answer.content and b'value="1"' in answer.content
    assert Retention.objects.get().months == 120
    admin.post(reverse("keeping"), {"months": "84", "version": "1"})
    rule = Retention.objects.get()
    assert (rule.months, rule.is_also_at_vendor, rule.version) == (84, False, 2)


def test_the_list_is_exported_whole_and_of_one_clinic(admin: Client, cast: Cast, emily: Patient) -> None:
    for _ in range(3):
        cards.delete_card(photographed(cast, emily), by=cast.alice, now=NOW)
    Deletion.objects.create(clinic=cast.clinic_b, what="STRAY", vendor_card_id="v-b", at=NOW)
    text = admin.get(reverse("keeping-export")).content.decode()
    rows = list(csv.DictReader(io.StringIO(text)))
    assert len(rows) == 3 and {row["by"] for row in rows} == {"alice@clinic.test"}
    assert all(len(row["fingerprints"]) == 64 for row in rows) and "v-b" not in text and "Emily" not in text


def test_photos_from_before_fingerprints_get_theirs(cast: Cast, emily: Patient) -> None:
    card = photographed(cast, emily)
    known = CardImage.objects.get(card=card).proof
    CardImage.objects.update(proof="")
    assert deletions.files_of(card.images.all())[0]["fingerprint"] == known
    default_storage.delete(file_of(card))
    assert deletions.files_of(card.images.all())[0]["fingerprint"] == ""
    default_storage.save(file_of(card), ContentFile(b"x"))


def test_a_checked_card_without_photos_is_shown(desk: Client, cast: Cast, emily: Patient) -> None:
    card = card_in_review(emily, cast.clinic_a, cast.alice)
    CardScan.objects.filter(pk=card.pk).update(status="CONFIRMED", confirmed_at=NOW)
    assert desk.get(reverse("card-review", args=[card.code])).status_code == 200
