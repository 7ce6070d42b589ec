"""Legal holds: what they stop, who sets and lifts them, and what another clinic learns of one."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from clinic.models import Membership, Role
from core import commands
from core.models import AuditEvent, Command
from eligibility.services import discard_draft, start_capture
from intake import images
from intake.handlers import deleting
from intake.models import CardScan, Deletion, LegalHold, Patient
from intake.services import cards, holds, keeping, merging, patients, same_card, sides
from tests.conftest import Cast
from tests.eligibility import make
from tests.intake.cards import photo
from tests.intake.test_keeping import NOW, file_of, keep_months, old, photographed


def held(cast: Cast, patient: Patient) -> LegalHold:
    return keeping.set_hold(patient, "Letter of Hale & Park", clinic=cast.clinic_a, by=cast.ana, now=NOW)


def test_a_hold_stops_the_button_the_api_and_the_rule(desk: Client, cast: Cast, emily: Patient) -> None:
    from clinic import tokens

    card = old(cast, emily)
    held(cast, emily)
    keep_months(cast, 12)
    page = desk.post(reverse("card-delete", args=[card.code]), follow=True).content.decode()
    assert "A legal hold keeps everything" in page
    assert "Cannot be deleted" in desk.get(reverse("card-review", args=[card.code])).content.decode()
    key = tokens.issue(user=cast.alice, clinic=cast.clinic_a, name="t", by=cast.ana, now=timezone.now())
    answer = desk.delete(f"/api/v1/card-scans/{card.code}/", headers={"authorization": f"Bearer {key}"})
    assert (answer.status_code, answer.json()["title"]) == (409, "Under legal hold")
    assert keeping.tidy_photos(now=NOW) == 0
    assert card.images.count() == 1 and not Deletion.objects.exists()


def test_lifting_goes_on_with_what_the_hold_had_stopped_at_the_vendor(cast: Cast, emily: Patient) -> None:
    card = photographed(cast, emily, vendor_card_id="v-9")
    cards.delete_card(card, by=cast.alice, now=NOW)
    held(cast, emily)
    command = Command.objects.get(kind=cards.DELETE)
    with pytest.raises(commands.NotWanted):
        deleting.DeleteCard().claim(command, now=NOW)
    commands.cancel(command, reason="A legal hold keeps it.", now=NOW)
    assert keeping.chase_vendor(now=NOW + timedelta(days=1)) == 0
    assert keeping.lift_holds(emily, clinic=cast.clinic_a, by=cast.ana, now=NOW + timedelta(days=1)) == 1
    assert Command.objects.filter(kind=cards.DELETE, status="DUE").count() == 1


def test_what_cannot_be_deleted_keeps_nothing_else_waiting(
    cast: Cast, emily: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One is held, one is asked for, one is refused night after night: the fourth is asked for all the same."""
    monkeypatch.setattr(keeping.deletions, "AT_ONCE", 1)
    values: dict[str, Any] = {"first_name": "Otto", "last_name": "Held", "birth_date": date(1950, 1, 2)}
    otto = patients.register_patient(clinic=cast.clinic_a, by=cast.alice, **values)
    made = [photographed(cast, who, vendor_card_id=f"v-{n}") for n, who in enumerate((otto, emily, emily, emily))]
    for card in made:
        cards.delete_card(card, by=cast.alice, now=NOW)
    held(cast, otto)
    asked = Command.objects.filter(kind=cards.DELETE)
    asked.exclude(target_pk=made[1].pk).update(status="FAILED")
    asked.filter(target_pk=made[3].pk).delete()
    found = []
    for night in range(1, 4):
        assert keeping.chase_vendor(now=NOW + timedelta(days=night)) == 1
        found.append(asked.filter(status="DUE").exclude(target_pk=made[1].pk).get().target_pk)
        asked.filter(target_pk=found[-1]).update(status="FAILED")
    assert found == [made[3].pk, made[2].pk, made[3].pk]


def test_a_draft_of_a_call_that_went_to_somebody_who_is_held_stays(cast: Cast) -> None:
    """Whose the coverage is is looked at under the lock: a merge may have come between."""
    row = make.coverage(cast.clinic_a)
    capture = start_capture(coverage=row, clinic=cast.clinic_a, typed={}, by=cast.alice)
    values: dict[str, Any] = {"first_name": "Otto", "last_name": "Held", "birth_date": date(1950, 1, 2)}
    otto = patients.register_patient(clinic=cast.clinic_a, by=cast.alice, **values)
    held(cast, otto)
    merged: list[bool] = []

    def merge(execute: Any, sql: str, *rest: Any) -> Any:
        found = execute(sql, *rest)
        if not merged and sql.startswith('SELECT "intake_coverage"."patient_id"'):
            merged.append(True)
            both, versions = (otto, row.patient), (otto.version, row.patient.version)
            merging.merge(*both, clinic=cast.clinic_a, by=cast.alice, versions=versions, taken=(), now=NOW)
        return found

    with connection.execute_wrapper(merge), pytest.raises(holds.Held):
        discard_draft(capture, by=cast.alice)
    assert merged and type(capture).objects.filter(pk=capture.pk).exists()


def test_taking_a_card_again_and_the_same_card_delete_nothing(cast: Cast, emily: Patient) -> None:
    failed = photographed(cast, emily, status="FAILED")
    held(cast, emily)
    fresh = cards.take_again(failed, by=cast.alice, now=NOW)
    assert failed.images.count() == 1 and not fresh.images.exists()
    draft = photographed(cast, emily)
    cards.put_aside(draft, by=cast.alice, now=NOW)
    draft.refresh_from_db()
    assert (draft.status, draft.outcome, draft.images.count()) == ("CONFIRMED", "LEFT", 1)
    assert same_card.cards.put_aside is cards.put_aside and not Deletion.objects.exists()


def test_a_card_that_went_to_somebody_who_is_held_is_not_deleted(cast: Cast, emily: Patient) -> None:
    seen = photographed(cast, emily)
    values: dict[str, Any] = {"first_name": "Otto", "last_name": "Held", "birth_date": date(1950, 1, 2)}
    otto = patients.register_patient(clinic=cast.clinic_a, by=cast.alice, **values)
    held(cast, otto)
    cards.move_to_patient(CardScan.objects.get(pk=seen.pk), otto, by=cast.alice, version=None)
    with pytest.raises(holds.Held):
        cards.delete_card(seen, by=cast.alice, now=NOW)
    assert seen.images.count() == 1 and not Deletion.objects.exists()


def test_a_held_photo_is_turned_and_not_replaced(desk: Client, cast: Cast, emily: Patient) -> None:
    card = photographed(cast, emily)
    held(cast, emily)
    kept = file_of(card)
    with pytest.raises(images.PhotoRefused, match="A legal hold keeps the photo"):
        cards.put_photo(card, "FRONT", photo(), by=cast.alice)
    with pytest.raises(images.PhotoRefused, match="The photo that came first stays"):  # on a phone, nothing of the hold
        cards.put_photo(card, "FRONT", photo(), by=None)
    assert file_of(card) == kept and default_storage.exists(kept)
    assert len(default_storage.listdir("cards")[1]) == 1  # the refused one is not left behind
    cards.put_photo(card, "BACK", photo(), by=cast.alice)
    sides.turn_photo(card, "FRONT", by=cast.alice)
    assert card.images.count() == 2 and str(card.images.get(side="FRONT").file.name) != kept


def test_unknown_cards_stay_while_anybody_is_held(cast: Cast, emily: Patient, admin: Client) -> None:
    held(cast, emily)
    page = admin.post(reverse("stocktake-delete"), {"stocktake": "x", "count": "0"}, follow=True).content.decode()
    assert "nobody can tell whose these cards are" in page
    with pytest.raises(commands.NotWanted):
        deleting.DeleteStray().claim(Command(kind="x", request=b"v-1"), now=NOW)


def test_a_hold_is_set_and_lifted_by_admins_with_a_reason(admin: Client, desk: Client, emily: Patient) -> None:
    url, record = reverse("patient-hold", args=[emily.code]), reverse("patient-detail", args=[emily.code])
    assert b"Say who asked for it" in admin.post(url, {"reason": ""}).content
    admin.post(url, {"reason": "Letter of Hale & Park"})
    assert holds.is_held(emily.pk)
    assert b"Hale &amp; Park" in admin.get(url).content
    page = desk.get(record).content
    assert b"Legal hold" in page and b"Hale" not in page and desk.get(url).status_code == 403
    admin.post(url, {"lift": "1"})
    assert not holds.is_held(emily.pk) and b"Earlier holds" in admin.get(url).content
    assert set(AuditEvent.objects.filter(action__startswith="intake.hold.").values_list("action", flat=True)) == {
        "intake.hold.set", "intake.hold.lifted", "intake.hold.viewed",
    }  # fmt: skip
    assert "Hale" not in str(list(AuditEvent.objects.values_list("facts", flat=True)))


def test_an_admin_of_another_clinic_holds_nobody_here(cast: Cast, emily: Patient) -> None:
    Membership.objects.filter(user=cast.charlie).update(role=Role.ADMIN)
    client, url = Client(), reverse("patient-hold", args=[emily.code])
    client.force_login(cast.charlie)
    assert client.get(url).status_code == client.post(url, {"reason": "x"}).status_code == 404
    assert not holds.is_held(emily.pk)


def test_each_clinic_holds_and_lifts_for_itself(admin: Client, cast: Cast, emily: Patient) -> None:
    emily.clinics.add(cast.clinic_b)
    Membership.objects.filter(user=cast.charlie).update(role=Role.ADMIN)
    there, url = Client(), reverse("patient-hold", args=[emily.code])
    there.force_login(cast.charlie)
    held(cast, emily)
    page = there.get(url).content.decode()
    assert "Another clinic holds this patient:" in page and "Hale" not in page and "Ana Ruiz" not in page
    assert "Another clinic" in there.post(url, {"lift": "1"}, follow=True).content.decode()
    assert holds.is_held(emily.pk)
    there.post(url, {"reason": "Letter of Quill"})
    admin.post(url, {"lift": "1"})
    assert holds.is_held(emily.pk) and b"Quill" not in admin.get(url).content
    there.post(url, {"lift": "1"})
    assert not holds.is_held(emily.pk) and b"Hale" not in there.get(url).content


def test_a_hold_moves_with_a_merged_record(cast: Cast, emily: Patient) -> None:
    from intake.services.relations import relations

    assert "intake.legalhold.patient" in {one.label for one in relations()}
