"""Coverages over the API: every field in and out, injuries, and where values come from."""

from typing import Any

import pytest

from intake.models import Coverage, Patient
from tests.conftest import Cast
from tests.intake.test_api import Api

FULL: dict[str, Any] = {
    "payer": {"name": "Aetna"},
    "member_id": "W1",
    "plan_type": "13",
    "employer": "Mill & Sons",
    "provider_phone": "800-555-0101",
    "member_phone": "800-555-0102",
    "claims_address": "PO Box 7, Peoria, IL 61601",
    "copays": {"office_visit": "25.00", "urgent_care": "75.50"},
    "rx_id": "RX9",
    "relationship": "LIFE_PARTNER",
    "subscriber_first_name": "Ann",
    "subscriber_last_name": "Lee",
    "subscriber_birth_date": "1960-05-08",
    "subscriber_sex": "FEMALE",
    "subscriber_address_line": "12 Oak Street",
    "subscriber_city": "Peoria",
    "subscriber_state": "il",
    "subscriber_postal_code": "61601",
}
CLAIM: dict[str, Any] = {
    "type": "LIABILITY",
    "payer": {"name": "Road Mutual"},
    "claim_number": "A-7",
    "injury_date": "2026-11-02",
    "injury_state": "IL",
    "adjuster_name": "Pat Quill",
    "adjuster_phone": "312-555-0100",
}


@pytest.fixture
def api(cast: Cast) -> Api:
    return Api(cast.alice, cast.clinic_a)


def test_every_field_comes_back(api: Api, emily: Patient) -> None:
    answer = api("POST", "/coverages/", FULL | {"patient": str(emily.code)})
    said = answer.json()
    assert answer.status_code == 201 and said["relationship_code"] == "53"
    for name, value in FULL.items():
        if name not in {"payer", "subscriber_state"}:
            assert said[name] == value, name
    assert said["subscriber_state"] == "IL"
    assert (said["sources"]["copays.office_visit"], said["sources"]["payer"]) == ("PERSON", "PERSON")
    assert api("GET", f"/coverages/{said['code']}/").json() == said


def test_an_injury_needs_its_claim_and_stands_beside_the_line(api: Api, emily: Patient) -> None:
    api("POST", "/coverages/", FULL | {"patient": str(emily.code)})
    answer = api("POST", "/coverages/", CLAIM | {"patient": str(emily.code)})
    assert (answer.status_code, answer.json()["priority"]) == (201, "UNRANKED")
    assert answer.json()["effective_date"] == "2026-11-02"
    less = api("POST", "/coverages/", {"patient": str(emily.code), "type": "WORKERS_COMP", "payer": {"name": "X"}})
    assert set(less.json()["errors"]) == {"claim_number", "employer", "injury_date"}


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"copays": {"haircut": "5"}}, "copays"),
        ({"copays": {"office_visit": "lots"}}, "copays"),
        ({"copays": {"office_visit": "-1"}}, "copays"),
        ({"plan_type": "99"}, "plan_type"),
        ({"subscriber_state": "XX"}, "subscriber_state"),
        ({"subscriber_postal_code": "1"}, "subscriber_postal_code"),
        ({"relationship": "COUSIN"}, "relationship"),
    ],
)
def test_it_names_the_field_that_is_wrong(api: Api, emily: Patient, change: dict[str, Any], name: str) -> None:
    answer = api("POST", "/coverages/", FULL | change | {"patient": str(emily.code)})
    assert answer.status_code == 400 and name in answer.json()["errors"]
    assert not Coverage.objects.exists()
