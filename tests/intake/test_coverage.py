"""Coverage without a card: add, edit, end, take out, self-pay."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from intake.models import Coverage, Patient, Payer, member_id_fingerprint
from intake.services import coverage
from intake.services.coverage import OnFile, Placing
from tests.conftest import Cast

FORM = {"payer_name": "Aetna", "edi_payer_id": "60054", "member_id": "W 123", "relationship": "SELF"}


@pytest.fixture
def aetna(cast: Cast, emily: Patient) -> Coverage:
    return coverage.add_coverage(
        patient=emily,
        clinic=cast.clinic_a,
        by=cast.alice,
        placing=Placing(),
        today=date(2026, 11, 22),
        payer=Payer.objects.create(name="Aetna", edi_payer_id="60054"),
        member_id="W123",
        group_number="G1",
    )


def test_it_adds_a_coverage(desk: Client, emily: Patient) -> None:
    response = desk.post(
        reverse("coverage-new", args=[emily.code]), FORM | {"effective_date": "1/1/2026", "group_number": "G7"}
    )
    made = Coverage.objects.get()
    assert response.url == reverse("coverage-detail", args=[made.code])
    assert (made.payer_name, made.member_id, made.group_number) == ("Aetna", "W 123", "G7")
    assert made.member_id_fingerprint == member_id_fingerprint("w123")
    assert (made.effective_date, made.card, made.subscriber_name) == (date(2026, 1, 1), None, "Emily Dickinson")


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"payer_name": ""}, "Choose who pays."),
        ({"payer_name": "…", "edi_payer_id": ""}, "payer&#x27;s name with letters or digits"),
        ({"member_id": ""}, "Type the member ID."),
        ({"relationship": "SPOUSE"}, "Type the subscriber&#x27;s birth date."),
        ({"effective_date": "2/1/2026", "termination_date": "1/1/2026"}, "The end lies before the start."),
        ({"effective_date": "31/12/2026"}, "Write the date as month/day/year"),
    ],
)
def test_it_says_what_is_missing(desk: Client, emily: Patient, change: dict[str, str], sentence: str) -> None:
    page = desk.post(reverse("coverage-new", args=[emily.code]), FORM | change).content.decode()
    assert sentence in page and not Coverage.objects.exists() and not Payer.objects.exists()


def test_it_asks_what_happens_to_the_one_on_file(desk: Client, aetna: Coverage) -> None:
    url = reverse("coverage-new", args=[aetna.patient.code])
    form = FORM | {"payer_name": "Cigna", "edi_payer_id": "62308", "member_id": "C1"}
    assert b"Say what happens to the coverage on file." in desk.post(url, form).content
    desk.post(url, form | {"on_file": f"REPLACE:{aetna.code}"})
    aetna.refresh_from_db()
    yesterday = aetna.clinic.today(timezone.now()) - timedelta(days=1)
    assert (aetna.status, aetna.termination_date) == ("REPLACED", yesterday)
    assert Coverage.objects.current().get().payer_name == "Cigna"


def test_it_notices_one_that_was_added_meanwhile(cast: Cast, aetna: Coverage) -> None:
    with pytest.raises(coverage.DecisionMissing):
        coverage.add_coverage(
            patient=aetna.patient, clinic=cast.clinic_a, by=cast.alice, placing=Placing(), today=date(2026, 11, 22)
        )


@pytest.mark.parametrize(
    ("taken", "on_file", "priority"),
    [
        ([], OnFile.ADD, "PRIMARY"),
        (["PRIMARY"], OnFile.SECONDARY, "SECONDARY"),
        (["PRIMARY", "SECONDARY"], OnFile.SECONDARY, "TERTIARY"),
        ([], OnFile.SECONDARY, "SECONDARY"),
    ],
)
def test_it_finds_the_place_in_line(taken: list[str], on_file: str, priority: str) -> None:
    assert coverage._free_priority(Placing(on_file), [Coverage(priority=place) for place in taken]) == priority


@pytest.mark.parametrize(
    ("old", "new", "last_day"),
    [
        ({}, {}, date(2026, 11, 21)),
        ({}, {"effective_date": date(2026, 1, 1)}, date(2025, 12, 31)),
        ({"effective_date": date(2026, 6, 1)}, {"effective_date": date(2026, 1, 1)}, date(2026, 11, 21)),
        ({"effective_date": date(2026, 11, 22)}, {}, date(2026, 11, 22)),
        ({"termination_date": date(2025, 6, 30)}, {"effective_date": date(2026, 1, 1)}, date(2025, 6, 30)),
    ],
)
def test_it_ends_the_old_one_the_day_before(old: dict[str, date], new: dict[str, date], last_day: date) -> None:
    assert coverage._last_day(Coverage(**old), Coverage(**new), date(2026, 11, 22)) == last_day


def test_it_edits(desk: Client, aetna: Coverage) -> None:
    url = reverse("coverage-edit", args=[aetna.code])
    assert 'value="W123"' in desk.get(url).content.decode()
    desk.post(url, FORM | {"member_id": "W999", "version": "1", "termination_date": "12/31/2026"})
    aetna.refresh_from_db()
    assert (aetna.member_id, aetna.termination_date, aetna.version) == ("W999", date(2026, 12, 31), 2)
    assert aetna.member_id_fingerprint == member_id_fingerprint("W999")


def test_it_keeps_two_clerks_apart(desk: Client, aetna: Coverage) -> None:
    url = reverse("coverage-edit", args=[aetna.code])
    desk.post(url, FORM | {"member_id": "THEIRS", "version": "1"})
    page = desk.post(url, FORM | {"member_id": "MINE", "version": "1"})
    text = page.content.decode()
    aetna.refresh_from_db()
    assert (page.status_code, aetna.member_id) == (409, "THEIRS")
    assert "Somebody else changed this" in text and "THEIRS" in text and 'value="MINE"' in text


def test_it_takes_out_and_brings_back_what_was_replaced(desk: Client, cast: Cast, aetna: Coverage) -> None:
    newer = coverage.add_coverage(
        patient=aetna.patient,
        clinic=cast.clinic_a,
        by=cast.alice,
        placing=Placing(OnFile.REPLACE, aetna),
        today=date(2026, 11, 22),
        payer=Payer.objects.create(name="Cigna"),
    )
    url = reverse("coverage-remove", args=[newer.code])
    assert b"The coverage it replaced is in use again." in desk.get(url).content
    desk.post(url, {"version": "1"})
    newer.refresh_from_db()
    aetna.refresh_from_db()
    assert (newer.status, aetna.status, aetna.termination_date) == ("REMOVED", "CURRENT", None)


@pytest.fixture
def chain(cast: Cast, aetna: Coverage) -> Any:
    """Adds a coverage that replaces another one, Aetna's to begin with."""
    payer = Payer.objects.create(name="Cigna")

    def replace(old: Coverage, **columns: Any) -> Coverage:
        return coverage.add_coverage(
            patient=aetna.patient,
            clinic=cast.clinic_a,
            by=cast.alice,
            placing=Placing(OnFile.REPLACE, old),
            today=date(2026, 11, 22),
            payer=payer,
            **columns,
        )

    return replace


def take_out(cast: Cast, row: Coverage) -> None:
    row.refresh_from_db()
    coverage.remove_coverage(row, clinic=cast.clinic_a, by=cast.alice, version=row.version)


def in_use() -> list[int]:
    return list(Coverage.objects.current().values_list("pk", flat=True))


def test_it_brings_nothing_back_beside_a_later_coverage(desk: Client, cast: Cast, aetna: Coverage, chain: Any) -> None:
    second = chain(aetna)
    third = chain(second)
    assert b"is in use again" not in desk.get(reverse("coverage-remove", args=[second.code])).content
    take_out(cast, second)
    assert in_use() == [third.pk]
    take_out(cast, third)
    assert in_use() == []


def test_it_brings_nothing_back_while_a_replacement_is_still_to_start(cast: Cast, aetna: Coverage, chain: Any) -> None:
    second = chain(aetna)
    third = chain(second, effective_date=date(2027, 1, 1))
    take_out(cast, second)
    assert in_use() == [third.pk]


def test_it_does_not_bring_back_what_a_person_took_out(cast: Cast, aetna: Coverage, chain: Any) -> None:
    second = chain(aetna)
    take_out(cast, aetna)
    take_out(cast, second)
    assert in_use() == []


@pytest.mark.parametrize("starts", [None, date(2027, 1, 1)])
def test_one_coverage_is_replaced_once(aetna: Coverage, chain: Any, starts: date | None) -> None:
    stale = Coverage.objects.get(pk=aetna.pk)
    chain(aetna, effective_date=starts)
    with pytest.raises(coverage.DecisionMissing):
        chain(stale)
    with pytest.raises(coverage.DecisionMissing):
        chain(None)
    assert Coverage.objects.count() == 2


def test_the_record_goes_by_dates(desk: Client, aetna: Coverage, chain: Any) -> None:
    starts = aetna.clinic.today(timezone.now()) + timedelta(days=40)
    later = chain(aetna, effective_date=starts)
    page = desk.get(reverse("patient-detail", args=[aetna.patient.code]))
    assert page.context["current"] == [aetna, later] and page.context["ended"] == []
    assert b"Primary \xc2\xb7 starts later" in page.content
    Coverage.objects.filter(pk=aetna.pk).update(termination_date=starts - timedelta(days=90))
    page = desk.get(reverse("patient-detail", args=[aetna.patient.code]))
    assert page.context["current"] == [later] and page.context["ended"] == [aetna]


def test_it_writes_down_that_the_patient_pays(desk: Client, emily: Patient) -> None:
    desk.post(reverse("coverage-self-pay", args=[emily.code]))
    made = Coverage.objects.get()
    assert (made.type, made.payer, made.payer_name) == ("SELF_PAY", None, "The patient pays")
    assert b"The patient pays" in desk.get(reverse("patient-detail", args=[emily.code])).content
    assert desk.get(reverse("coverage-edit", args=[made.code])).status_code == 302


def test_it_replaces_insurance_by_self_pay(desk: Client, aetna: Coverage) -> None:
    url = reverse("coverage-self-pay", args=[aetna.patient.code])
    assert b"Say what happens" in desk.post(url).content
    desk.post(url, {"on_file": f"REPLACE:{aetna.code}"})
    assert Coverage.objects.current().get().type == "SELF_PAY"


@pytest.mark.parametrize("columns", [{"type": "INSURANCE"}, {"type": "SELF_PAY", "payer": True}])
def test_the_database_knows_who_pays(cast: Cast, emily: Patient, columns: dict[str, Any]) -> None:
    if columns.get("payer"):
        columns = columns | {"payer": Payer.objects.create(name="Aetna")}
    with pytest.raises(IntegrityError), transaction.atomic():
        Coverage.objects.create(patient=emily, clinic=cast.clinic_a, **columns)


def test_a_coverage_follows_the_patient_and_its_card_does_not(
    desk: Client, other_desk: Client, cast: Cast, checked: Any
) -> None:
    from intake.services import patients, review

    review.confirm_card(
        checked,
        by=cast.alice,
        version=None,
        subscriber=review.Subscriber("SELF"),
        placing=Placing(),
        now=timezone.now(),
    )
    made = Coverage.objects.get()
    url = reverse("coverage-detail", args=[made.code])
    assert other_desk.get(url).status_code == 404
    patients.link_patient(
        clinic=cast.clinic_b, by=cast.charlie, first_name="Emily", last_name="Dickinson", birth_date=date(1986, 3, 15)
    )
    page = other_desk.get(url)
    assert page.status_code == 200 and b"From a card scanned in another clinic." in page.content
    assert str(checked.code) not in page.content.decode()
    assert other_desk.get(reverse("card-review", args=[checked.code])).status_code == 404
