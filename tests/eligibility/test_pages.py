"""The pages of eligibility: what they say, who may open them, and how many queries they need."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from core.models import AuditEvent, Command
from eligibility.benefits import BenefitLine
from eligibility.choices import Kind
from eligibility.models import Benefit, EligibilityCheck
from eligibility.today import light
from intake.models import Coverage
from tests.conftest import Cast

from . import make

pytestmark = pytest.mark.django_db

FULL = {
    "response": {"benefitsInformation": [{"code": "1", "serviceTypeCodes": ["30"]}]},
    "request_corrections": [
        {"property": "subscriber.date_of_birth", "request_value": "2004-04-04", "corrected_value": "2004-04-05"},
        {"property": "subscriber.last_name", "request_value": "Doe", "corrected_value": "DOEMAN"},
        {"property": "subscriber.shoe_size", "request_value": "42", "corrected_value": "43"},
    ],
    "parsed_response": {
        "eligibility_status": "ACTIVE",
        "plan_metadata": {
            "plan_name": "Open Choice",
            "group_number": "012345",
            "start_date": "2026-01-01",
            "end_date": "2026-12-31",
            "plan_dates": [{"field_name": "planBegin", "start_date": "2026-01-01"}],
        },
        "benefits": {
            "plan_coverage": {
                "in_network": {"deductible": {"individual": 1500}, "deductible_remaining": {"individual": 640}}
            },
            "service_specific_coverage": [
                {"service_code": "30", "in_network": {"copay": {"individual": 25}, "coinsurance": {"individual": 20}}}
            ],
            "non_covered_details": [{"type": "NON_COVERED", "service_type_codes": ["AL"]}],
            "benefits_related_entities": [
                {
                    "entityIdentifier": "Primary Care Provider",
                    "entityName": "DOUGH",
                    "contactInformation": [{"mode": "Telephone", "value": "8005550100"}],
                }
            ],
            "notes": "SUBJECT TO THE TERMS",
        },
    },
}


def page(client: Client, user: Any, name: str, *args: Any, status: int = 200) -> str:
    client.force_login(user)
    response = client.get(reverse(name, args=args))
    assert response.status_code == status
    return response.content.decode()


# ---- an answer ------------------------------------------------------------------------------------------------------


def test_an_active_answer_shows_everything_that_was_said(client: Client, cast: Cast) -> None:
    check = make.answered(cast.clinic_a, make.coverage(cast.clinic_a), FULL)
    html = page(client, cast.alice, "check-detail", check.code)
    for words in (
        "Aetna says this coverage is active on",
        "Open Choice",
        "Group 012345",
        "1 Jan 2026 to 31 Dec 2026",
        "$25",
        "Coinsurance 20 %",
        "$640 of $1,500 left",
        "The patient pays about $25 today.",
        "Vision",
        "DOUGH",
        "Telephone 8005550100",
        "SUBJECT TO THE TERMS",
        "Plan begin",
        "DOEMAN",
    ):
        assert words in html, words
    assert "hx-trigger" not in html
    assert AuditEvent.objects.filter(action="eligibility.check.viewed", target_pk=check.pk, actor=cast.alice).exists()


@pytest.mark.parametrize(
    ("document", "words"),
    [
        (make.rejected("75"), "The patient may well be insured."),
        (make.rejected("43"), "An admin fixes this."),
        (make.rejected("04"), "does not answer this question electronically"),
        ({"response": None}, "Billing reads the full answer."),
        (make.INACTIVE, "not active on"),
    ],
)
def test_each_answer_has_its_sentence(client: Client, cast: Cast, document: dict[str, Any], words: str) -> None:
    check = make.answered(cast.clinic_a, make.coverage(cast.clinic_a), document)
    html = page(client, cast.alice, "check-detail", check.code)
    assert words in html
    assert ("not active" in html.lower()) is (document is make.INACTIVE)


def not_covered() -> dict[str, Any]:
    """Return an active answer that states a copay for physical therapy and that it is not covered."""
    service = {"service_code": "PT", "in_network": {"copay": {"individual": 25}}}
    missing = {"type": "NON_COVERED", "service_type_codes": ["PT"]}
    benefits = {"service_specific_coverage": [service], "non_covered_details": [missing]}
    return {"response": None, "parsed_response": {"eligibility_status": "ACTIVE", "benefits": benefits}}


def test_a_service_that_is_not_covered_is_no_green_answer(client: Client, cast: Cast) -> None:
    check = make.answered(cast.clinic_a, make.coverage(cast.clinic_a), not_covered(), "PT")
    assert (check.answer, check.reason, check.owner, check.copay) == ("ACTIVE", "NOT_COVERED", "DESK", None)
    html = page(client, cast.alice, "check-detail", check.code)
    assert "Active, but physical therapy is not covered" in html and "answer--needs-you" in html
    assert "but physical therapy is not covered. Call Aetna." in html
    assert "The patient pays about" not in html
    assert "Active, but not covered" in page(client, cast.bo, "worklist")


def _with_yearly_maximum(left: int, copay: int | None) -> dict[str, Any]:
    """Return an active answer with what is left of the out-of-pocket maximum, and perhaps a copay."""
    yearly = {"oop_max": {"individual": 5000}, "oop_max_remaining": {"individual": left}}
    service = {"service_code": "98", "in_network": {"copay": {"individual": copay}} if copay else {}}
    found = {"plan_coverage": {"in_network": yearly}, "service_specific_coverage": [service]}
    return {"response": None, "parsed_response": {"eligibility_status": "ACTIVE", "benefits": found}}


@pytest.mark.parametrize(
    ("left", "copay", "headline", "on_today"),
    [
        (800, 15, "The patient pays about $15 today.", "Active, $15 copay"),
        (0, 15, "Ask Aetna before taking the $15 copay.", "Active, out-of-pocket maximum met"),
        (0, None, "Ask Aetna before taking money.", "Active, out-of-pocket maximum met"),
    ],
)
def test_a_yearly_maximum_that_is_met_is_the_headline(
    client: Client, cast: Cast, left: int, copay: int | None, headline: str, on_today: str
) -> None:
    coverage = make.coverage(cast.clinic_a)
    visit = make.visit(cast.clinic_a, coverage.patient)
    check = make.answered(cast.clinic_a, coverage, _with_yearly_maximum(left, copay), visit.service_type_code)
    assert check.out_of_pocket_met is (left == 0)
    found = page(client, cast.alice, "check-detail", check.code)
    assert headline in found
    assert ("The out-of-pocket maximum is met" in found.split("Why?")[0]) is (left == 0)
    assert ("The patient pays about" in found) is (left > 0)
    assert light(cast.clinic_a, [visit])[visit.pk].sentence == on_today


def test_amounts_that_differ_are_all_shown_and_none_is_drawn(client: Client, cast: Cast) -> None:
    check = make.answered(cast.clinic_a, make.coverage(cast.clinic_a), make.ACTIVE)
    for amount in ("1500", "500"):
        line = BenefitLine(
            Kind.DEDUCTIBLE, Decimal(amount), coverage_level="INDIVIDUAL", period="YEAR", in_network=True
        )
        Benefit.of(check, line).save()
    html = page(client, cast.alice, "check-detail", check.code)
    assert "$1,500.00" in html and "$500.00" in html and "Deductible, year" in html


def test_what_the_payer_did_not_say_is_said_to_be_missing(client: Client, cast: Cast) -> None:
    check = make.answered(cast.clinic_a, make.coverage(cast.clinic_a), make.ACTIVE)
    html = page(client, cast.alice, "check-detail", check.code)
    assert "not stated" in html and "$0" not in html
    assert "The payer did not say what the patient pays for whole plan." in html


def test_a_page_that_waits_asks_for_news_and_then_loads_anew(client: Client, cast: Cast) -> None:
    check = make.asked(cast.clinic_a, make.coverage(cast.clinic_a), cast.alice)
    html = page(client, cast.alice, "check-detail", check.code)
    assert 'hx-trigger="every 2s"' in html
    address = reverse("check-status", args=[check.code])
    assert "HX-Refresh" not in client.get(address, {"shown": "Waiting for its turn"}).headers
    EligibilityCheck.objects.filter(pk=check.pk).update(status="RUNNING")
    assert client.get(address, {"shown": "Waiting for its turn"}).headers["HX-Refresh"] == "true"


def test_the_raw_answer_is_for_billing_and_reading_it_is_recorded(client: Client, cast: Cast) -> None:
    check = make.answered(cast.clinic_a, make.coverage(cast.clinic_a), FULL)
    page(client, cast.alice, "check-raw", check.code, status=403)
    html = page(client, cast.bo, "check-raw", check.code)
    assert "subscriber.shoe_size" in html
    assert AuditEvent.objects.filter(action="eligibility.check.raw_viewed", actor=cast.bo).count() == 1


def test_the_thread_shows_every_time_it_was_asked(client: Client, cast: Cast) -> None:
    row = make.coverage(cast.clinic_a)
    first = make.answered(cast.clinic_a, row, make.rejected("75"))
    second = make.answered(cast.clinic_a, row, make.ACTIVE)
    html = page(client, cast.alice, "check-detail", second.code)
    assert reverse("check-detail", args=[first.code]) in html


def test_an_answer_about_other_data_is_marked(client: Client, cast: Cast) -> None:
    row = make.coverage(cast.clinic_a)
    first = make.answered(cast.clinic_a, row, make.ACTIVE)
    Coverage.objects.filter(pk=row.pk).update(member_id="OTHER999")
    second = make.answered(cast.clinic_a, Coverage.objects.get(pk=row.pk), make.ACTIVE)
    assert "This was asked with other data" in page(client, cast.alice, "check-detail", first.code)
    html = page(client, cast.alice, "check-detail", second.code)
    assert "This was asked with other data" not in html and html.count("asked with other data") == 1
    assert page(client, cast.alice, "coverage-checks", row.code).count("asked with other data") == 1


def test_asking_anew_with_other_data_does_not_wait_for_the_old_question(client: Client, cast: Cast) -> None:
    row = make.coverage(cast.clinic_a)
    check = make.asked(cast.clinic_a, row, cast.alice, "98")
    EligibilityCheck.objects.update(status="WAITING", answer="PAYER_UNAVAILABLE", reason="ASKING_AGAIN")
    Coverage.objects.filter(pk=row.pk).update(member_id="OTHER999")
    client.force_login(cast.alice)
    start(client, cast, row)
    check.refresh_from_db()
    assert check.status == "QUEUED" and not check.is_outdated
    assert check.request["subscriber"]["member_id"] == "OTHER999"


# ---- corrections ----------------------------------------------------------------------------------------------------


def decide(client: Client, check: EligibilityCheck, path: str, decision: str) -> int:
    row = check.corrections.get(path=path)
    return client.post(reverse("correction-decide", args=[check.code, row.code]), {"decision": decision}).status_code


def test_accepting_a_correction_changes_the_record_it_is_about(client: Client, cast: Cast) -> None:
    coverage = make.coverage(cast.clinic_a)
    check = make.answered(cast.clinic_a, coverage, FULL)
    client.force_login(cast.alice)
    assert decide(client, check, "subscriber.date_of_birth", "accept") == 302
    assert decide(client, check, "subscriber.last_name", "keep") == 302
    assert decide(client, check, "subscriber.shoe_size", "accept") == 302
    assert not EligibilityCheck.objects.get(pk=check.pk).is_outdated  # the payer's own value changes nothing for it
    coverage = Coverage.objects.select_related("patient").get(pk=coverage.pk)
    assert f"{coverage.patient.birth_date}" == "2004-04-05" == f"{coverage.subscriber_birth_date}"
    assert coverage.patient.last_name == "Doe"
    decisions = dict(check.corrections.values_list("path", "decision"))
    assert decisions == {
        "subscriber.date_of_birth": "ACCEPTED",
        "subscriber.last_name": "KEPT",
        "subscriber.shoe_size": "OPEN",
    }


def test_a_dependents_policy_holder_is_corrected_on_the_coverage(client: Client, cast: Cast) -> None:
    holder = {"relationship": "CHILD", "subscriber_first_name": "John", "subscriber_last_name": "Doe"}
    coverage = make.coverage(cast.clinic_a, **holder)
    check = make.answered(cast.clinic_a, coverage, FULL)
    client.force_login(cast.bo)
    decide(client, check, "subscriber.last_name", "accept")
    coverage = Coverage.objects.select_related("patient").get(pk=coverage.pk)
    assert (coverage.subscriber_last_name, coverage.patient.last_name) == ("Doeman", "Doe")


def test_a_correction_is_decided_once(client: Client, cast: Cast) -> None:
    check = make.answered(cast.clinic_a, make.coverage(cast.clinic_a), FULL)
    client.force_login(cast.alice)
    decide(client, check, "subscriber.last_name", "keep")
    decide(client, check, "subscriber.last_name", "accept")
    assert check.corrections.get(path="subscriber.last_name").decision == "KEPT"


# ---- asking ---------------------------------------------------------------------------------------------------------


def start(client: Client, cast: Cast, row: Coverage, **values: Any) -> Any:
    known = {"date_of_service": cast.clinic_a.today().isoformat(), "service_type_code": "98"}
    return client.post(reverse("check-start", args=[row.code]), known | values)


def test_the_desk_asks_and_lands_on_the_answers_page(client: Client, cast: Cast) -> None:
    row = make.coverage(cast.clinic_a)
    visit = make.visit(cast.clinic_a, row.patient)
    client.force_login(cast.alice)
    response = start(client, cast, row, appointment=str(visit.code))
    check = EligibilityCheck.objects.get()
    assert response.url == reverse("check-detail", args=[check.code])
    assert (check.appointment, check.requested_by) == (visit, cast.alice)
    assert Command.objects.get().kind == "eligibility.check"


def test_the_same_question_is_asked_once_at_a_time(client: Client, cast: Cast) -> None:
    row = make.coverage(cast.clinic_a)
    client.force_login(cast.alice)
    first = start(client, cast, row)
    assert start(client, cast, row).url == first.url
    assert EligibilityCheck.objects.count() == Command.objects.count() == 1


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"date_of_service": "1999-01-01"}, "within the last three years"),
        ({"date_of_service": "soon"}, "Write the date as"),
        ({"service_type_code": "QQ"}, "Select a valid choice"),
    ],
)
def test_a_wrong_question_says_so_beside_the_field(
    client: Client, cast: Cast, values: dict[str, str], words: str
) -> None:
    client.force_login(cast.alice)
    response = start(client, cast, make.coverage(cast.clinic_a), **values)
    assert response.status_code == 422 and words in response.content.decode()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"status": "REMOVED"}, "This coverage was taken out"),
        ({"payer": ""}, "has no payer id yet"),
        ({"member_id": ""}, "has no member number"),
        ({"relationship": "SPOUSE"}, "Someone else holds this policy"),
        ({"clinic_npi": ""}, "The clinic has no NPI"),
    ],
)
def test_a_question_that_lacks_something_says_what(
    client: Client, cast: Cast, changes: dict[str, str], words: str
) -> None:
    row = make.coverage(cast.clinic_a)
    if "payer" in changes:
        row.payer.edi_payer_id = ""
        row.payer.save()
    elif "clinic_npi" in changes:
        cast.clinic_a.npi = cast.organization.npi = ""
        cast.clinic_a.save()
        cast.organization.save()
    else:
        row.change(None, **changes)
    client.force_login(cast.alice)
    response = start(client, cast, row)
    assert response.status_code == 422 and words in response.content.decode()
    assert not EligibilityCheck.objects.exists()


def test_a_payer_that_asks_for_the_treating_provider_gets_them(client: Client, cast: Cast, settings: Any) -> None:
    settings.CANDID_RENDERING_PROVIDER_FOR = ["60054"]
    row = make.coverage(cast.clinic_a)
    visit = make.visit(cast.clinic_a, row.patient, provider=cast.provider)
    client.force_login(cast.alice)
    start(client, cast, row, appointment=str(visit.code))
    provider = EligibilityCheck.objects.get().request["provider"]
    assert provider == {"npi": "2000000002", "first_name": "Nora", "last_name": "Whitfield"}


def test_somebody_elses_visit_is_not_taken_for_this_one(client: Client, cast: Cast) -> None:
    row, other = make.coverage(cast.clinic_a), make.coverage(cast.clinic_a)
    visit = make.visit(cast.clinic_a, other.patient)
    client.force_login(cast.alice)
    start(client, cast, row, appointment=str(visit.code))
    assert EligibilityCheck.objects.get().appointment is None


def test_the_coverage_shows_what_was_asked_and_told(client: Client, cast: Cast) -> None:
    row = make.coverage(cast.clinic_a)
    html = page(client, cast.alice, "coverage-checks", row.code)
    assert "Nobody has asked about this coverage yet" in html and "Check coverage" in html
    make.answered(cast.clinic_a, row, FULL)
    make.finished(cast.clinic_a, row, cast.alice)
    html = page(client, cast.ana, "coverage-checks", row.code)
    assert "Asked the payer" in html and "Phone call" in html and "Check coverage" not in html
