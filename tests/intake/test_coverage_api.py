"""Coverages over the API: every field in and out, injuries, and where values come from."""

from typing import Any

import pytest

from intake.models import Coverage, Patient, member_id_fingerprint
from tests.conftest import Cast
from tests.intake.test_api import Api
from tests.intake.writers import between

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


# ---- changing one ----------------------------------------------------------------------------------------------------


@pytest.fixture
def plan(api: Api, emily: Patient) -> dict[str, Any]:
    said: dict[str, Any] = api("POST", "/coverages/", FULL | {"patient": str(emily.code)}).json()
    return said


@pytest.fixture
def claim(api: Api, emily: Patient) -> dict[str, Any]:
    said: dict[str, Any] = api("POST", "/coverages/", CLAIM | {"patient": str(emily.code)}).json()
    return said


def test_what_is_sent_changes_and_the_rest_stays(api: Api, plan: dict[str, Any]) -> None:
    sent = {
        "version": plan["version"],
        "member_id": "W2",
        "copays": {"office_visit": "30.00"},
        "payer": {"name": "Cigna"},
        "effective_date": "2026-01-01",
        "termination_date": "2026-12-31",
    }
    answer = api("PATCH", f"/coverages/{plan['code']}/", sent)
    said = answer.json()
    assert answer.status_code == 200 and said["version"] == plan["version"] + 1
    assert (said["member_id"], said["copays"], said["payer"]["name"]) == ("W2", {"office_visit": "30.00"}, "Cigna")
    assert (said["effective_date"], said["termination_date"]) == ("2026-01-01", "2026-12-31")
    changed = {"version", "member_id", "copays", "payer", "effective_date", "termination_date", "sources"}
    assert {name: said[name] for name in said if name not in changed} == {
        name: plan[name] for name in plan if name not in changed
    }
    assert said["sources"]["effective_date"] == "PERSON"
    assert Coverage.objects.get(member_id_fingerprint=member_id_fingerprint("W2")).code.hex == said["code"].replace(
        "-", ""
    )
    assert api("GET", f"/coverages/{plan['code']}/").json() == said


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"effective_date": "2026-05-01", "termination_date": "2026-04-30"}, "termination_date"),
        ({"member_id": " "}, "member_id"),
        ({"subscriber_last_name": ""}, "subscriber_last_name"),
        ({"claim_number": "A-1"}, "claim_number"),
        ({"type": "LIABILITY"}, "type"),
        ({"copays": {"haircut": "1.00"}}, "copays"),
        ({"payer": {"name": "---"}}, "payer"),
        ({"subscriber_state": "XX"}, "subscriber_state"),
    ],
)
def test_a_change_that_would_not_be_right_changes_nothing(
    api: Api, plan: dict[str, Any], sent: dict[str, Any], field: str
) -> None:
    answer = api("PATCH", f"/coverages/{plan['code']}/", sent)
    assert answer.status_code == 400 and field in answer.json()["errors"], answer.json()
    assert api("GET", f"/coverages/{plan['code']}/").json() == plan


def test_a_claim_keeps_holding_from_the_day_of_its_injury(api: Api, claim: dict[str, Any]) -> None:
    address = f"/coverages/{claim['code']}/"
    said = api("PATCH", address, {"injury_date": "2026-11-01", "termination_date": "2026-11-20"}).json()
    assert (said["effective_date"], said["injury_date"]) == ("2026-11-01", "2026-11-01")
    assert api("PATCH", address, {"termination_date": "2026-10-31"}).status_code == 400
    assert api("PATCH", address, {"injury_date": "2099-01-01"}).status_code == 400
    for other in ("INSURANCE", "SELF_PAY"):
        refused = api("PATCH", address, {"type": other})
        assert refused.status_code == 400 and refused.json()["errors"].keys() == {"type"}, other
    work = {"type": "WORKERS_COMP", "employer": "Mill & Sons"}
    assert api("PATCH", address, {"type": "WORKERS_COMP"}).json()["errors"].keys() == {"employer"}
    assert api("PATCH", address, work).json()["type"] == "WORKERS_COMP"


def test_of_two_programs_at_once_the_second_is_told(api: Api, cast: Cast, plan: dict[str, Any]) -> None:
    """Neither names a version; the other one comes between this one's reading and its writing."""
    address, other = f"/coverages/{plan['code']}/", Api(cast.alice, cast.clinic_a)
    with between("intake_coverage", lambda: other("PATCH", address, {"member_id": "W7"})) as came:
        answer = api("PATCH", address, {"group_number": "G9"})
    assert (came[0].status_code, answer.status_code) == (200, 409)
    row = Coverage.objects.get(code=plan["code"])
    assert (row.member_id, row.group_number) == ("W7", "")
    assert row.member_id_fingerprint == member_id_fingerprint("W7")


def test_who_may_change_it_and_when(api: Api, cast: Cast, emily: Patient, plan: dict[str, Any]) -> None:
    address = f"/coverages/{plan['code']}/"
    assert Api(cast.bo, cast.clinic_a)("PATCH", address, {"member_id": "W9"}).status_code == 403
    assert Api(cast.charlie, cast.clinic_b)("PATCH", address, {"member_id": "W9"}).status_code == 404
    assert api("PATCH", address, {"version": plan["version"], "group_number": "G"}).status_code == 200
    assert api("PATCH", address, {"version": plan["version"], "group_number": "H"}).status_code == 409
    pays = {"patient": str(emily.code), "type": "SELF_PAY", "on_file": "SECONDARY"}
    own = api("POST", "/coverages/", pays).json()
    assert api("PATCH", f"/coverages/{own['code']}/", {"member_id": "W9"}).status_code == 409
    assert api("GET", address).json()["group_number"] == "G"
