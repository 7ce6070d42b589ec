"""Recommendations of the sandbox's Candid name the coverage that they are about, and are found by it."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.sandbox.candid_vendor import NPI, Candid, person
from tests.sandbox_process import SandboxProcess

pytestmark = pytest.mark.real
ADDRESS = "eligibility-checks/v1/recommendation"
COVERAGE = "0c6a2f0e-93f6-4f7e-9a43-2a1f3b0c9d5e"


@pytest.fixture
def candid(sandbox: SandboxProcess) -> Candid:
    return Candid(sandbox)


def found(candid: Candid, filters: str) -> list[dict[str, Any]]:
    """Return the recommendations that a filter lets through."""
    recommendations: list[dict[str, Any]] = candid.call("GET", ADDRESS, params={"filters": filters}).json()
    return recommendations


def test_the_check_of_a_coverage_leaves_a_recommendation_that_names_it(candid: Candid) -> None:
    subscriber = person("Any", "Body", "OTHERPAYER", "1990-01-01")
    kept = candid.call("POST", "__sandbox__/coverages", {"payer_id": "60054", "subscriber": subscriber}).json()
    asked = {"service_code": "30", "date_of_service": datetime.now(UTC).date().isoformat(), "npi": NPI}
    path = f"coverages/v1/{kept['coverage_id']}/eligibility"
    check_id = candid.call("POST", path, asked).json()["check_id"]
    candid.call("GET", f"{path}/{check_id}")
    (recommendation,) = found(candid, f"coverageId|eq|{kept['coverage_id']}")
    assert recommendation["coverage_id"] == kept["coverage_id"]
    assert recommendation["eligibility_check_id"] == check_id
    assert found(candid, f"coverageId|eq|{COVERAGE}") == []


def test_a_check_without_a_coverage_leaves_one_that_names_none(candid: Candid) -> None:
    candid.ask("60054", person("Any", "Body", "OTHERPAYER", "1990-01-01"))
    (recommendation,) = found(candid, "")
    assert "coverage_id" not in recommendation


def test_whoever_makes_a_recommendation_may_name_the_coverage(candid: Candid) -> None:
    doc = {
        "eligibility_check_id": "c",
        "coverage_id": COVERAGE.upper(),
        "patient": {},
        "recommendation": {"type": "COORDINATION_OF_BENEFITS", "payload": None},
    }
    made = candid.call("POST", ADDRESS, doc).json()
    assert made["coverage_id"] == COVERAGE
    assert found(candid, f"coverageId|eq|{COVERAGE},eligibilityCheckId|eq|c") == [made]
    for wrong in ("", "c", 7, COVERAGE.replace("-", "")):
        answer = candid.call("POST", ADDRESS, doc | {"coverage_id": wrong})
        assert answer.status_code == 422
        assert answer.json()["content"]["message"].startswith("coverage_id: ")
