"""The sandbox's SPRY follows scenarios: it refuses, or fails, the calls that they are about."""

from typing import Any

import pytest

from tests.sandbox.described import spoilt
from tests.sandbox.spry_vendor import CAPTURE, Spry, told
from tests.sandbox_process import SandboxProcess

pytestmark = pytest.mark.real


@pytest.fixture
def spry(sandbox: SandboxProcess) -> Spry:
    return Spry(sandbox)


def scenario(spry: Spry, subject: dict[str, str], *steps: dict[str, Any]) -> None:
    doc = {"name": "A scenario", "vendor": "spry", "route": "capture", "subject": subject, "steps": list(steps)}
    spry.sandbox.call("POST", "scenarios", doc)


def test_a_scenario_refuses_inside_a_200_and_then_lets_it_pass(spry: Spry) -> None:
    scenario(spry, {"service_code": "OT"}, {"times": 1, "answer": {"code": 2999, "message": "Payer is closed"}})
    assert spry.capture(CAPTURE).status_code == 200
    other = CAPTURE | {"service_code": "OT"}
    assert told(spry.capture(other)) == (200, 2999, "Payer is closed")
    assert [record["service_code"] for record in spry.records()] == ["PT"]
    assert spry.capture(other).status_code == 200


@spoilt()
def test_a_scenario_plays_a_fault_for_one_patient(spry: Spry) -> None:
    scenario(spry, {"patient_id": "901"}, {"times": 1, "fault": {"kind": "500_after"}})
    assert spry.capture(CAPTURE).status_code == 200
    assert told(spry.capture(CAPTURE | {"patient_id": 901}))[:2] == (500, 5000)
    assert [record["patient_id"] for record in spry.records()] == [12345, 901]


@pytest.mark.parametrize(("code", "status"), [(4004, 404), (4029, 429), (5000, 500), (3001, 200)])
@spoilt(perhaps=True)
def test_a_scenario_refuses_with_the_status_of_its_code(spry: Spry, code: int, status: int) -> None:
    scenario(spry, {}, {"times": 1, "answer": {"code": code, "message": "no"}})
    assert told(spry.capture(CAPTURE)) == (status, code, "no")
