"""What needs attention, for whom; Today's light; who may see what."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from eligibility.models import EligibilityCheck
from eligibility.today import light
from intake.models import Appointment, Coverage
from tests.conftest import Cast

from . import make

pytestmark = pytest.mark.django_db


def worklist(client: Client, user: Any) -> str:
    client.force_login(user)
    return client.get(reverse("worklist")).content.decode()


def test_an_empty_worklist_says_so(client: Client, cast: Cast) -> None:
    assert "Nothing needs attention" in worklist(client, cast.bo)


def test_it_groups_by_who_acts_and_by_the_answer(client: Client, cast: Cast) -> None:
    make.answered(cast.clinic_a, make.coverage(cast.clinic_a), make.rejected("75"))
    make.answered(cast.clinic_a, make.coverage(cast.clinic_a), make.rejected("43"))
    make.answered(cast.clinic_a, make.coverage(cast.clinic_a), {"response": None})
    make.answered(cast.clinic_a, make.coverage(cast.clinic_a, last_name="Fine"), make.ACTIVE)
    html = worklist(client, cast.bo)
    places = [html.index(words) for words in (">Front desk<", "Not found", ">Billing<", ">Admin<")]
    assert places == sorted(places)
    assert "Fine" not in html


def test_an_active_answer_with_an_open_correction_is_on_it(client: Client, cast: Cast) -> None:
    correction = {"property": "subscriber.last_name", "request_value": "Doe", "corrected_value": "DOH"}
    document = make.ACTIVE | {"request_corrections": [correction]}
    check = make.answered(cast.clinic_a, make.coverage(cast.clinic_a), document)
    assert "Active, with something to decide" in worklist(client, cast.bo)
    check.corrections.update(decision="KEPT")
    assert "Nothing needs attention" in worklist(client, cast.bo)


def test_a_question_that_was_asked_anew_leaves_it(client: Client, cast: Cast) -> None:
    row = make.coverage(cast.clinic_a)
    make.answered(cast.clinic_a, row, make.rejected("75"))
    make.answered(cast.clinic_a, row, make.ACTIVE)
    assert "Nothing needs attention" in worklist(client, cast.bo)


def test_checks_of_a_coverage_that_was_taken_out_leave_it(client: Client, cast: Cast) -> None:
    row = make.coverage(cast.clinic_a)
    make.answered(cast.clinic_a, row, make.rejected("75"))
    Coverage.objects.filter(pk=row.pk).update(status="REMOVED")
    assert "Nothing needs attention" in worklist(client, cast.bo)


def test_billing_marks_a_check_as_reviewed(client: Client, cast: Cast) -> None:
    check = make.answered(cast.clinic_a, make.coverage(cast.clinic_a), make.rejected("75"))
    address = reverse("check-review", args=[check.code])
    client.force_login(cast.alice)
    assert client.post(address).status_code == 403
    client.force_login(cast.bo)
    client.post(address, {"from": "worklist"})
    check.refresh_from_db()
    assert check.reviewed_by == cast.bo and check.reviewed_at is not None
    assert "Nothing needs attention" in worklist(client, cast.bo)


def test_it_needs_as_many_queries_for_thirty_rows_as_for_three(
    client: Client, cast: Cast, django_assert_max_num_queries: Any
) -> None:
    client.force_login(cast.bo)

    def count() -> int:
        with django_assert_max_num_queries(30) as captured:
            client.get(reverse("worklist"))
        return len(captured)

    for number in range(3):
        make.answered(cast.clinic_a, make.coverage(cast.clinic_a, f"A{number}"), make.rejected("75"))
    few = count()
    for number in range(27):
        make.answered(cast.clinic_a, make.coverage(cast.clinic_a, f"B{number}"), make.rejected("75"))
    assert count() == few


# ---- Today ----------------------------------------------------------------------------------------------------------


def lit(cast: Cast, row: Coverage, **visit: Any) -> tuple[Appointment, Any]:
    appointment = make.visit(cast.clinic_a, row.patient, visit_type="OTHER", **visit)
    return appointment, light(cast.clinic_a, [appointment]).get(appointment.pk)


@pytest.mark.parametrize(
    ("document", "state", "sentence", "action"),
    [
        (make.ACTIVE, "done", "Active", ""),
        (make.INACTIVE, "blocked", "Not active", "See answer"),
        (make.rejected("75"), "needs-you", "Not found, check the data", "See answer"),
        (make.rejected("04"), "needs-you", "Payer has to be called", "Call payer"),
        ({"response": None}, "needs-you", "The answer is not clear", "Call payer"),
    ],
)
def test_the_light_of_each_answer(cast: Cast, document: dict[str, Any], state: str, sentence: str, action: str) -> None:
    row = make.coverage(cast.clinic_a)
    make.answered(cast.clinic_a, row, document)
    _, shown = lit(cast, row)
    assert (shown.state, shown.sentence, shown.action) == (state, sentence, action)


def test_the_light_names_the_copay(cast: Cast) -> None:
    row = make.coverage(cast.clinic_a)
    check = make.answered(cast.clinic_a, row, make.ACTIVE)
    EligibilityCheck.objects.filter(pk=check.pk).update(copay="25.00")
    assert lit(cast, row)[1].sentence == "Active, $25 copay"


def test_a_visit_nobody_asked_about_can_be_asked_about_with_one_press(client: Client, cast: Cast) -> None:
    row = make.coverage(cast.clinic_a)
    _, shown = lit(cast, row)
    assert shown.action == "Check coverage"
    client.force_login(cast.alice)
    client.post(shown.url, dict(shown.form))
    check = EligibilityCheck.objects.get()
    assert (check.coverage, check.date_of_service, check.service_type_code) == (row, cast.clinic_a.today(), "30")


@pytest.mark.parametrize(
    ("row", "column", "value"),
    [
        ("coverage", "member_id", "OTHER999"),
        ("coverage", "relationship", "CHILD"),
        ("coverage", "payer", "other"),
        ("patient", "last_name", "Doeman"),
        ("patient", "birth_date", "2004-04-05"),
    ],
)
def test_an_answer_about_other_data_is_no_answer(cast: Cast, row: str, column: str, value: str) -> None:
    coverage = make.coverage(cast.clinic_a)
    make.answered(cast.clinic_a, coverage, make.ACTIVE)
    assert lit(cast, coverage)[1].sentence == "Active"
    target = coverage if row == "coverage" else coverage.patient
    changed = make.coverage(cast.clinic_a, payer_id="00010").payer if column == "payer" else value
    target.change(None, **{column: changed})
    shown = lit(cast, Coverage.objects.select_related("patient").get(pk=coverage.pk))[1]
    assert (shown.sentence, shown.action) == ("Not asked yet", "Check coverage")


def test_a_subscriber_who_was_changed_is_other_data(cast: Cast) -> None:
    holder = {"relationship": "CHILD", "subscriber_first_name": "John", "subscriber_last_name": "Doe"}
    coverage = make.coverage(cast.clinic_a, **holder)
    make.answered(cast.clinic_a, coverage, make.ACTIVE)
    coverage.change(None, subscriber_last_name="Roe")
    assert lit(cast, coverage)[1].sentence == "Not asked yet"


def test_only_the_plans_answer_stands_in_for_the_visits_and_without_its_copay(cast: Cast) -> None:
    coverage = make.coverage(cast.clinic_a)
    make.answered(cast.clinic_a, coverage, make.ACTIVE, "35")
    visit = make.visit(cast.clinic_a, coverage.patient, visit_type="PHYSICAL_THERAPY")
    assert light(cast.clinic_a, [visit])[visit.pk].sentence == "Not asked yet"
    check = make.answered(cast.clinic_a, coverage, make.ACTIVE, "30")
    EligibilityCheck.objects.filter(pk=check.pk).update(copay="25.00")
    shown = light(cast.clinic_a, [visit])[visit.pk]
    assert (shown.state, shown.sentence, shown.action) == ("done", "Plan active, visit not asked", "Check coverage")
    assert ("service_type_code", "PT") in shown.form


def test_a_service_that_is_not_covered_has_no_green_light(cast: Cast) -> None:
    coverage = make.coverage(cast.clinic_a)
    missing = {"non_covered_details": [{"type": "NON_COVERED", "service_type_codes": ["PT"]}]}
    document = {"response": None, "parsed_response": {"eligibility_status": "ACTIVE", "benefits": missing}}
    make.answered(cast.clinic_a, coverage, document, "PT")
    visit = make.visit(cast.clinic_a, coverage.patient, visit_type="PHYSICAL_THERAPY")
    shown = light(cast.clinic_a, [visit])[visit.pk]
    assert (shown.state, shown.sentence) == ("needs-you", "Active, but physical therapy is not covered")


def test_an_answer_for_another_day_is_not_this_visits(cast: Cast) -> None:
    row = make.coverage(cast.clinic_a)
    check = make.answered(cast.clinic_a, row, make.ACTIVE)
    EligibilityCheck.objects.filter(pk=check.pk).update(date_of_service=cast.clinic_a.today() - timedelta(days=1))
    assert lit(cast, row)[1].sentence == "Not asked yet"


def test_a_payer_that_is_down_shows_when_it_is_asked_again(cast: Cast) -> None:
    row = make.coverage(cast.clinic_a)
    check = make.asked(cast.clinic_a, row, cast.alice)
    at = timezone.now().astimezone(cast.clinic_a.zone)
    EligibilityCheck.objects.filter(pk=check.pk).update(
        status="WAITING", answer="PAYER_UNAVAILABLE", reason="ASKING_AGAIN", next_try_at=at
    )
    _, shown = lit(cast, row)
    assert (shown.state, shown.sentence) == ("waiting", f"Payer cannot answer, retry {at:%H:%M}")
    assert shown.action == "Call payer"


def test_a_patient_who_pays_has_a_grey_light(cast: Cast) -> None:
    row = make.coverage(cast.clinic_a)
    Coverage.objects.filter(pk=row.pk).update(type="SELF_PAY", payer=None)
    assert lit(cast, row)[1].state == "none"


def test_lights_need_a_constant_number_of_queries(cast: Cast, django_assert_num_queries: Any) -> None:
    for number in range(12):
        row = make.coverage(cast.clinic_a, f"M{number}")
        make.answered(cast.clinic_a, row, make.ACTIVE)
        make.visit(cast.clinic_a, row.patient)
    visits = list(Appointment.objects.select_related("clinic", "patient"))
    with django_assert_num_queries(2):
        assert len(light(cast.clinic_a, visits)) == 12


# ---- who may see what -----------------------------------------------------------------------------------------------


def addresses(cast: Cast) -> list[tuple[str, str]]:
    """Return every address about a row of clinic A, with the method it takes."""
    row = make.coverage(cast.clinic_a)
    correction = {"property": "subscriber.last_name", "request_value": "Doe", "corrected_value": "DOH"}
    check = make.answered(cast.clinic_a, row, make.rejected("75") | {"request_corrections": [correction]})
    capture = make.finished(cast.clinic_a, row, cast.alice)
    of_coverage = [("coverage-checks", "get"), ("check-start", "post"), ("capture-start", "get")]
    of_check = [("check-detail", "get"), ("check-status", "get"), ("check-again", "post"), ("check-review", "post")]
    of_capture = [
        ("capture-detail", "get"),
        ("capture-status", "get"),
        ("capture-edit", "get"),
        ("capture-correct", "post"),
        ("capture-send", "post"),
        ("capture-discard", "post"),
    ]
    found = [(reverse(name, args=[row.code]), method) for name, method in of_coverage]
    found += [(reverse(name, args=[check.code]), method) for name, method in [*of_check, ("check-raw", "get")]]
    found += [(reverse(name, args=[capture.code]), method) for name, method in of_capture]
    decide = reverse("correction-decide", args=[check.code, check.corrections.get().code])
    return [*found, (decide, "post")]


def test_another_clinic_sees_none_of_it(client: Client, cast: Cast) -> None:
    for address, method in addresses(cast):
        client.force_login(cast.charlie)
        status = getattr(client, method)(address).status_code
        only_billing = address.endswith(
            ("/review/", "/raw/")
        )  # Charlie works at the desk: refused before anything is read
        assert status == (403 if only_billing else 404), address


def test_linking_a_patient_shows_the_other_clinic_nothing_of_this_one(client: Client, cast: Cast) -> None:
    found = addresses(cast)
    for check in EligibilityCheck.objects.select_related("coverage__patient"):
        check.coverage.patient.clinics.add(cast.clinic_b)
    row = Coverage.objects.get()
    client.force_login(cast.charlie)
    for address, method in found:
        if "/coverages/" in address:
            continue
        status = getattr(client, method)(address).status_code
        assert status == (403 if address.endswith(("/review/", "/raw/")) else 404), address
    html = client.get(reverse("coverage-checks", args=[row.code])).content.decode()
    assert "Nobody has asked about this coverage yet" in html and "not finished" not in html
    visit = make.visit(cast.clinic_b, row.patient, visit_type="OTHER")
    assert light(cast.clinic_b, [visit])[visit.pk].sentence == "Not asked yet"


def test_an_open_question_of_another_clinic_is_not_this_ones(client: Client, cast: Cast) -> None:
    row = make.coverage(cast.clinic_a)
    row.patient.clinics.add(cast.clinic_b)
    theirs = make.asked(cast.clinic_a, row, cast.alice)
    mine = make.asked(cast.clinic_b, row, cast.charlie)
    assert mine.pk != theirs.pk and mine.clinic == cast.clinic_b


def test_nobody_sees_any_of_it_without_signing_in(client: Client, cast: Cast) -> None:
    for address, method in [*addresses(cast), (reverse("worklist"), "get"), (reverse("payer-search"), "get")]:
        client.logout()
        response = getattr(client, method)(address)
        assert response.status_code == 302 and "/accounts/login/" in response.url


def test_an_admin_reads_and_asks_nobody(client: Client, cast: Cast) -> None:
    client.force_login(cast.ana)
    for address, method in addresses(cast):
        status = getattr(client, method)(address).status_code
        name = address.rstrip("/").rsplit("/", 1)[-1]
        acting = name in {"start", "again", "review", "edit", "correct", "discard"} or "/corrections/" in address
        assert status == (403 if acting else 200 if method == "get" else 302), address
