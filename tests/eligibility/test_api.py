"""Checks and phone calls over the API: the same services, problems as documents, another clinic's row is 404."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from clinic.tokens import issue
from eligibility.models import EligibilityCheck, ManualCapture
from tests.conftest import Cast

from . import make

pytestmark = pytest.mark.django_db
CHECKS, CAPTURES = "/api/v1/eligibility-checks/", "/api/v1/manual-captures/"


class Api:
    """The API as one user of one clinic."""

    def __init__(self, user: Any, clinic: Any) -> None:
        token = issue(user=user, clinic=clinic, name="test", by=None, now=timezone.now())
        self.client = Client(headers={"Authorization": f"Bearer {token}"})

    def get(self, path: str, **query: Any) -> Any:
        return self.client.get(path, query)

    def post(self, path: str, **body: Any) -> Any:
        return self.client.post(path, body, content_type="application/json")


@pytest.fixture
def api(cast: Cast) -> Api:
    """Alice's."""
    return Api(cast.alice, cast.clinic_a)


def test_it_asks_for_the_visit_and_tells_the_answer(cast: Cast, api: Api) -> None:
    row = make.coverage(cast.clinic_a)
    visit = make.visit(cast.clinic_a, row.patient, visit_type="PHYSICAL_THERAPY")
    made = api.post(CHECKS, coverage=str(row.code), appointment=str(visit.code))
    assert made.status_code == 201
    body = made.json()
    assert (body["status"], body["service_type_code"]) == ("QUEUED", "PT")
    assert body["date_of_service"] == cast.clinic_a.today().isoformat()
    check = EligibilityCheck.objects.get()
    copay = {
        "type": "COPAY",
        "coverageLevel": "INDIVIDUAL",
        "unit": "CURRENCY",
        "value": 25,
        "additional_notes": "VISIT",
    }
    found = {"service_specific_coverage": [{"service_code": "PT", "in_network_flat": [copay]}]}
    found["plan_coverage"] = {"in_network": {"deductible_remaining": {"individual": 640}}}
    document = {"response": None, "parsed_response": {"eligibility_status": "ACTIVE", "benefits": found}}
    EligibilityCheck.objects.filter(pk=check.pk).delete()
    check = make.answered(cast.clinic_a, row, document, "PT")
    body = api.get(f"{CHECKS}{check.code}/").json()
    assert (body["answer"], body["copay"], body["deductible_remaining"]) == ("ACTIVE", "25.00", "640.00")
    assert body["copays"] == [{"amount": "25.00", "notes": "VISIT"}]
    assert {line["kind"] for line in body["benefits"]} == {"COPAY", "DEDUCTIBLE"}
    assert body["sentence"].startswith("Aetna says this coverage is active on")


def test_the_same_question_twice_is_a_conflict_that_names_the_first(cast: Cast, api: Api) -> None:
    row = make.coverage(cast.clinic_a)
    first = api.post(CHECKS, coverage=str(row.code))
    again = api.post(CHECKS, coverage=str(row.code))
    assert again.status_code == 409 and again.json()["check"] == first.json()["code"]
    assert again.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01"])
def test_a_day_nobody_is_asked_about_is_refused(cast: Cast, api: Api, day: str) -> None:
    answer = api.post(CHECKS, coverage=str(make.coverage(cast.clinic_a).code), date_of_service=day)
    assert answer.status_code == 400 and list(answer.json()["errors"]) == ["date_of_service"]


def test_a_question_that_lacks_something_says_which_value(cast: Cast, api: Api) -> None:
    row = make.coverage(cast.clinic_a, "")
    answer = api.post(CHECKS, coverage=str(row.code))
    assert answer.status_code == 400 and list(answer.json()["errors"]) == ["member_id"]
    answer = api.post(CHECKS, coverage=str(row.code), service_type_code="QQ", date_of_service="soon")
    assert sorted(answer.json()["errors"]) == ["date_of_service", "service_type_code"]


def test_lists_can_be_narrowed(cast: Cast, api: Api) -> None:
    one, two = make.coverage(cast.clinic_a, "A"), make.coverage(cast.clinic_a, "B")
    make.answered(cast.clinic_a, one, make.ACTIVE)
    make.answered(cast.clinic_a, two, make.rejected("75"))
    assert len(api.get(CHECKS).json()["results"]) == 2
    assert [row["answer"] for row in api.get(CHECKS, coverage=str(one.code)).json()["results"]] == ["ACTIVE"]
    assert [row["answer"] for row in api.get(CHECKS, needs_attention="true").json()["results"]] == ["NOT_FOUND"]


def call(**changes: Any) -> dict[str, Any]:
    return {
        "member_id_confirmed": True,
        "plan_active": "Y",
        "prior_authorization": "N",
        "in_network_copay": 25,
    } | changes


def test_a_call_is_written_down_and_finished(cast: Cast, api: Api) -> None:
    row = make.coverage(cast.clinic_a)
    made = api.post(CAPTURES, coverage=str(row.code), call=call())
    assert made.status_code == 201 and made.json()["status"] == "DRAFT"
    done = api.post(f"{CAPTURES}{made.json()['code']}/finish/")
    assert done.status_code == 200, done.content
    assert done.json()["status"] == "QUEUED" and done.json()["eligibility_enquiry_id"] is None
    check = EligibilityCheck.objects.get()
    assert (str(check.code), str(check.copay)) == (done.json()["check"], "25.00")
    ManualCapture.objects.update(status="SAVED", enquiry_id="elig-1")
    assert api.get(f"{CAPTURES}{made.json()['code']}/").json()["eligibility_enquiry_id"] == "elig-1"


def test_a_call_that_breaks_a_rule_names_the_field(cast: Cast, api: Api) -> None:
    row = make.coverage(cast.clinic_a)
    made = api.post(CAPTURES, coverage=str(row.code), call=call(in_network_copay="much", plan_active=True))
    refused = api.post(f"{CAPTURES}{made.json()['code']}/finish/")
    assert refused.status_code == 400
    assert sorted(refused.json()["errors"]) == ["in_network_copay", "plan_active"]


def test_what_is_unlikely_wants_a_confirmation(cast: Cast, api: Api) -> None:
    row = make.coverage(cast.clinic_a)
    made = api.post(CAPTURES, coverage=str(row.code), call=call(in_network_coinsurance_percent=0.2))
    finish = f"{CAPTURES}{made.json()['code']}/finish/"
    assert list(api.post(finish).json()["warnings"]) == ["in_network_small_share"]
    assert api.post(finish, override=["in_network_small_share"]).status_code == 200
    assert api.post(finish).status_code == 409


def test_another_clinic_sees_nothing(cast: Cast, api: Api) -> None:
    row = make.coverage(cast.clinic_a)
    check = make.answered(cast.clinic_a, row, make.ACTIVE)
    capture = make.finished(cast.clinic_a, row, cast.alice)
    other = Api(cast.charlie, cast.clinic_b)
    assert other.get(f"{CHECKS}{check.code}/").status_code == 404
    assert other.get(f"{CAPTURES}{capture.code}/").status_code == 404
    assert other.post(f"{CAPTURES}{capture.code}/finish/").status_code == 404
    assert other.post(CHECKS, coverage=str(row.code)).status_code == 404
    assert other.post(CAPTURES, coverage=str(row.code)).status_code == 404
    assert other.get(CHECKS).json()["results"] == other.get(CAPTURES).json()["results"] == []


def test_an_admins_key_opens_nothing(cast: Cast) -> None:
    row = make.coverage(cast.clinic_a)
    admin = Api(cast.ana, cast.clinic_a)
    assert admin.get(CHECKS).status_code == 401
    assert admin.post(CHECKS, coverage=str(row.code)).status_code == 401
    assert admin.post(CAPTURES, coverage=str(row.code)).status_code == 401


def test_a_visit_of_somebody_else_is_refused(cast: Cast, api: Api) -> None:
    row, other = make.coverage(cast.clinic_a), make.coverage(cast.clinic_a)
    visit = make.visit(cast.clinic_a, other.patient, starts_at=timezone.now() + timedelta(hours=1))
    answer = api.post(CHECKS, coverage=str(row.code), appointment=str(visit.code))
    assert list(answer.json()["errors"]) == ["appointment"]
