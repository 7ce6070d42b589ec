"""What happened with a patient: in order, by day, by page, and only what this clinic may see."""

import re
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from core.models import AuditEvent
from intake import timeline
from intake.models import Appointment, Coverage, Patient, Payer
from intake.services import appointments, cards, coverage, merging, patients
from tests.conftest import Cast
from tests.eligibility import make

CHICAGO = ZoneInfo("America/Chicago")
TODAY = date(2026, 11, 22)


def told(patient: Patient, clinic: Any, **options: Any) -> list[tuple[str, str]]:
    """Return the words and who, newest first, of a page."""
    shown = timeline.page(patient, clinic, now=options.pop("now", timezone.now()), **options)
    return [(entry.told.words, entry.who) for _, entries in shown.days for entry in entries]


def cover(cast: Cast, patient: Patient, **values: Any) -> Coverage:
    payer, _ = Payer.objects.get_or_create(name="Aetna", edi_payer_id="60054")
    options = {"clinic": cast.clinic_a, "by": cast.alice, "placing": coverage.Placing()} | values
    return coverage.add_coverage(patient=patient, today=TODAY, payer=payer, member_id="W1", **options)


def test_it_tells_what_was_done_and_by_whom(cast: Cast, emily: Patient) -> None:
    clinic, alice = cast.clinic_a, cast.alice
    patients.edit_patient(emily, clinic=clinic, by=alice, version=1, phone="1", city="Amherst")
    held = cover(cast, emily)
    coverage.edit_coverage(held, clinic=clinic, by=alice, version=held.version, plan_name="PPO")
    make.visit(clinic, emily, starts_at=datetime(2020, 11, 1, 9, 30, tzinfo=CHICAGO), status="DONE")
    appointments.move_appointment(
        appointments.add_appointment(
            clinic=clinic, patient=emily, by=alice, starts_at=datetime(2040, 1, 2, 9, 30, tzinfo=CHICAGO)
        ),
        "ARRIVED",
        by=alice,
        now=timezone.now(),
    )
    card = cards.new_card(patient=emily, clinic=clinic, by=alice)
    cards.type_by_hand(card, by=alice, now=timezone.now())
    make.asked(clinic, held, cast.bo)
    make.finished(clinic, held, cast.bo)
    assert told(emily, clinic) == [
        ("Call to the payer written down: Aetna", "Bo Lindqvist"),
        (f"Aetna asked about {clinic.today():%-d %b %Y}: no answer yet", "Bo Lindqvist"),
        ("Card typed by hand", "Alice Moreno"),
        ("Visit: checked in: 2 Jan 2040, 09:30", "Alice Moreno"),
        ("Visit added: 2 Jan 2040, 09:30", "Alice Moreno"),
        ("Coverage edited: Aetna", "Alice Moreno"),
        ("Coverage added: Aetna", "Alice Moreno"),
        ("Record edited: mobile phone, city", "Alice Moreno"),
        ("Registered", "Alice Moreno"),
        ("Visit: office visit, done", ""),
    ]


def test_a_merged_record_brings_what_happened_with_it(cast: Cast, emily: Patient) -> None:
    em = patients.register_patient(
        clinic=cast.clinic_a, by=cast.bo, first_name="Em", last_name="Dickinson", birth_date=date(1986, 3, 15)
    )
    cover(cast, em)
    done = merging.merge(
        emily, em, clinic=cast.clinic_a, by=cast.alice, versions=(1, 1), taken=["first_name"], now=timezone.now()
    )
    assert told(emily, cast.clinic_a) == [
        ("Made one with another record of the same person; taken from the other: first name", "Alice Moreno"),
        ("Coverage added: Aetna", "Alice Moreno"),
        ("Registered", "Bo Lindqvist"),
        ("Registered", "Alice Moreno"),
    ]
    merging.undo(done, clinic=cast.clinic_a, by=cast.alice, now=timezone.now())
    assert told(em, cast.clinic_a) == [("Coverage added: Aetna", "Alice Moreno"), ("Registered", "Bo Lindqvist")]
    assert told(emily, cast.clinic_a)[0] == ("Taken apart from another record", "Alice Moreno")


def test_another_clinic_sees_what_it_may(cast: Cast, emily: Patient) -> None:
    """The record and its coverages are shared; who does what elsewhere, visits, cards and checks are not."""
    emily.clinics.add(cast.clinic_b)
    held = cover(cast, emily)
    patients.edit_patient(emily, clinic=cast.clinic_a, by=cast.alice, version=1, phone="1")
    make.visit(cast.clinic_a, emily, starts_at=datetime(2020, 1, 1, 9, 0, tzinfo=CHICAGO))
    appointments.add_appointment(clinic=cast.clinic_a, patient=emily, by=cast.alice, starts_at=timezone.now())
    cards.type_by_hand(
        cards.new_card(patient=emily, clinic=cast.clinic_a, by=cast.alice), by=cast.alice, now=timezone.now()
    )
    make.asked(cast.clinic_a, held, cast.bo)
    assert told(emily, cast.clinic_b) == [
        ("Record edited: mobile phone", "another clinic"),
        ("Coverage added: Aetna", "another clinic"),
    ]


def test_pages_follow_each_other_without_gap_or_double(cast: Cast, emily: Patient, monkeypatch: Any) -> None:
    monkeypatch.setattr(timeline, "PAGE", 3)
    moment = datetime(2020, 5, 1, 12, 0, tzinfo=CHICAGO)
    for number in range(4):  # some of them at one moment
        Appointment.objects.create(
            clinic=cast.clinic_a, patient=emily, starts_at=moment + timedelta(hours=number // 2), visit_type="OTHER"
        )
        AuditEvent.objects.create(
            at=moment + timedelta(hours=number // 2),
            actor=cast.alice,
            action="intake.patient.edited",
            target_type="intake.patient",
            target_pk=emily.pk,
            clinic_pk=cast.clinic_a.pk,
            facts={"fields": ["phone"]},
        )
    seen, before = [], ""
    while True:
        shown = timeline.page(emily, cast.clinic_a, now=timezone.now(), before=before)
        seen += [(entry.at, entry.place, entry.key) for _, entries in shown.days for entry in entries]
        before = shown.older
        if not before:
            break
    assert len(seen) == len(set(seen)) == 9
    assert seen == sorted(seen, reverse=True)


@pytest.mark.parametrize("before", ["x", "_", "2026_1_1", "2026-01-01T00:00:00_1_1", "9999-99-99T00:00:00+00:00_1_1"])
def test_a_broken_cursor_begins_anew(desk: Client, emily: Patient, before: str) -> None:
    page = desk.get(reverse("patient-timeline", args=[emily.code]), {"before": before})
    assert b"Registered" in page.content


def test_days_are_those_of_the_clinic(cast: Cast, emily: Patient) -> None:
    AuditEvent.objects.filter(target_type="intake.patient").update(
        at=datetime(2026, 11, 22, 23, 30, tzinfo=cast.clinic_a.zone)
    )
    shown = timeline.page(emily, cast.clinic_a, now=timezone.now())
    assert [day for day, _ in shown.days] == [date(2026, 11, 22)]


def test_the_queries_do_not_grow(cast: Cast, emily: Patient) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            told(emily, cast.clinic_a)
        return len(queries)

    def more() -> None:
        held = cover(cast, emily, placing=coverage.Placing(coverage.OnFile.SECONDARY))
        make.asked(cast.clinic_a, held, cast.bo)
        make.finished(cast.clinic_a, held, cast.alice)
        appointments.add_appointment(clinic=cast.clinic_a, patient=emily, by=cast.bo, starts_at=timezone.now())
        cards.type_by_hand(
            cards.new_card(patient=emily, clinic=cast.clinic_a, by=cast.alice), by=cast.alice, now=timezone.now()
        )

    more()
    few = count()
    for _ in range(4):
        more()
    assert count() <= few  # a kind that a page shows nothing of needs one query less


def test_the_page_and_its_part(desk: Client, emily: Patient) -> None:
    address = reverse("patient-timeline", args=[emily.code])
    page, part = desk.get(address).content.decode(), desk.get(address, headers={"HX-Request": "true"}).content.decode()
    assert "<h1" in page and "<html" not in part and "Registered" in page and "Registered" in part
    assert not re.search("Emily|Dickinson", part)
    assert address in desk.get(reverse("patient-detail", args=[emily.code])).content.decode()
