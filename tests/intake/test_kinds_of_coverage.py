"""Kinds of coverage: what answers for one injury stands beside the line, and values know where they come from."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from core.models import EditedMeanwhile
from intake.coverage_words import RELATIONSHIP_CODES, Relationship, Source, Type, plan_type_of
from intake.models import Appointment, Coverage, Patient, Payer
from intake.services import coverage
from intake.services.coverage import OnFile, Placing
from tests.conftest import Cast

TODAY = date(2026, 11, 22)


def covered(cast: Cast, patient: Patient, payer: str, **columns: object) -> Coverage:
    """Return a coverage of the patient; the first is primary, others come after."""
    placing = Placing(OnFile.SECONDARY) if coverage.current_coverages(patient) else Placing()
    columns = {"payer": Payer.objects.get_or_create(name=payer)[0], **columns}
    return coverage.add_coverage(
        patient=patient, clinic=cast.clinic_a, by=cast.alice, placing=placing, today=TODAY, **columns
    )


def claim(cast: Cast, patient: Patient) -> Coverage:
    """Return the insurance of an injury at work."""
    columns = {"type": Type.WORKERS_COMP, "claim_number": "WC-77", "injury_date": date(2026, 11, 2)}
    return covered(cast, patient, "State Fund", **columns)


def visit(cast: Cast, patient: Patient, injury: Coverage | None = None) -> Appointment:
    starts = datetime(2026, 11, 22, 16, 0, tzinfo=UTC)
    return Appointment.objects.create(clinic=cast.clinic_a, patient=patient, starts_at=starts, injury=injury)


def test_an_injury_counts_for_its_own_visits_alone(cast: Cast, emily: Patient) -> None:
    plan, injury = covered(cast, emily, "Aetna", member_id="A1"), claim(cast, emily)
    assert (injury.priority, injury.plan_type) == ("UNRANKED", "WC")
    other, its = visit(cast, emily), visit(cast, emily, injury)
    assert Coverage.objects.for_visits([other, its]) == {other.pk: plan, its.pk: injury}


def test_an_injury_alone_is_nobodys_health_insurance(cast: Cast, emily: Patient) -> None:
    injury = claim(cast, emily)
    assert Coverage.objects.for_visits([visit(cast, emily)]) == {}
    assert coverage.current_coverages(emily) == []
    with pytest.raises(IntegrityError), transaction.atomic():
        Coverage.objects.filter(pk=injury.pk).update(priority="PRIMARY")


def test_a_claim_that_was_taken_out_counts_for_no_visit(cast: Cast, emily: Patient) -> None:
    plan, injury = covered(cast, emily, "Aetna", member_id="A1"), claim(cast, emily)
    its = visit(cast, emily, injury)
    coverage.remove_coverage(injury, clinic=cast.clinic_a, by=cast.alice, version=injury.version)
    assert Coverage.objects.for_visits([its]) == {its.pk: plan}


def test_values_know_where_they_come_from(cast: Cast, emily: Patient) -> None:
    mine = covered(cast, emily, "Aetna", member_id="A1", group_number="G1", read=frozenset({"member_id"}))
    came = {name: entry["from"] for name, entry in mine.sources.items()}
    assert came["member_id"] == Source.CARD and came["group_number"] == Source.PERSON
    assert came["subscriber_first_name"] == Source.PATIENT and "plan_name" not in came
    values = {"group_number": "G2", "member_id": "A1", "plan_name": "Choice"}
    coverage.edit_coverage(mine, clinic=cast.clinic_a, by=cast.bo, version=1, source=Source.PAYER, **values)
    mine.refresh_from_db()
    assert {name: mine.sources[name]["from"] for name in values} == {
        "group_number": "PAYER",
        "member_id": "CARD",
        "plan_name": "PAYER",
    }
    assert mine.sources["plan_name"]["by"] == cast.bo.pk


def test_the_subscribers_address_is_kept_for_somebody_else_alone(cast: Cast, emily: Patient) -> None:
    other = {"relationship": "CHILD", "subscriber_first_name": "Ann", "subscriber_city": "Peoria"}
    mine = covered(cast, emily, "Aetna", member_id="A1", **other)
    assert mine.subscriber_city == "Peoria" and mine.relationship_code == "19"
    coverage.edit_coverage(mine, clinic=cast.clinic_a, by=cast.alice, version=1, relationship="SELF")
    mine.refresh_from_db()
    assert (mine.subscriber_first_name, mine.subscriber_city) == ("Emily", "")


def test_the_order_is_changed_with_its_history(cast: Cast, emily: Patient) -> None:
    first, second = covered(cast, emily, "Aetna", member_id="A1"), covered(cast, emily, "Cigna", member_id="C1")
    order = [(second, 1), (first, 1)]
    moved = coverage.put_in_order(emily, order, clinic=cast.clinic_a, by=cast.alice, why="PERSON")
    assert [(row.payer_name, row.priority) for row in moved] == [("Cigna", "PRIMARY"), ("Aetna", "SECONDARY")]
    assert [version.said["priority"] for version in first.versions.all()] == ["PRIMARY", "SECONDARY"]
    with pytest.raises(EditedMeanwhile):
        coverage.put_in_order(emily, order, clinic=cast.clinic_a, by=cast.alice, why="PERSON")
    with pytest.raises(EditedMeanwhile):
        coverage.put_in_order(emily, [(second, 2)], clinic=cast.clinic_a, by=cast.alice, why="PERSON")


def test_amounts_are_exact_and_what_is_not_there_is_not_stated(cast: Cast, emily: Patient) -> None:
    mine = covered(cast, emily, "Aetna", member_id="A1", copays={"office_visit": Decimal("25.10")})
    mine.refresh_from_db()
    assert (mine.copay("office_visit"), mine.copay("urgent_care")) == (Decimal("25.10"), None)


def test_every_relationship_has_its_code() -> None:
    assert set(RELATIONSHIP_CODES) == set(Relationship.values)
    assert sorted(RELATIONSHIP_CODES.values()) == ["01", "18", "19", "20", "21", "39", "40", "53", "G8"]


@pytest.mark.parametrize(
    ("printed", "code"),
    [
        ("PPO", "12"),
        ("Choice Plus POS", "13"),
        ("Medicare Advantage (HMO)", "16"),
        ("HMO", "HM"),
        ("Community Medicaid", "MC"),
        ("POSSIBLE", ""),
        ("", ""),
    ],
)
def test_plan_types_are_known_by_their_printed_words(printed: str, code: str) -> None:
    assert plan_type_of(printed) == code
