"""The sandbox's claim payments follow scenarios: they refuse, or fail, the calls that they are about."""

from typing import Any

import pytest

from tests.payments_data import make_batch
from tests.sandbox.described import spoilt
from tests.sandbox.payments_vendor import Vendor, problem
from tests.sandbox_process import SandboxProcess

pytestmark = pytest.mark.real


@pytest.fixture
def vendor(sandbox: SandboxProcess) -> Vendor:
    return Vendor(sandbox)


def scenario(vendor: Vendor, route: str, subject: dict[str, str], *steps: dict[str, Any]) -> None:
    doc = {"name": "A scenario", "vendor": "payments", "route": route, "subject": subject, "steps": list(steps)}
    vendor.sandbox.call("POST", "scenarios", doc)


def test_a_scenario_refuses_the_calls_of_one_account(vendor: Vendor) -> None:
    refusal = {"times": 1, "answer": {"refuse": 422, "detail": "The payee is blocked."}}
    scenario(vendor, "add", {"account": "ACCT1"}, refusal)
    made = make_batch(1)
    other = Vendor(vendor.sandbox, "ACCT2")
    assert other.add(other.created(made), made.payments).status_code == 200
    batch_id = vendor.created(made)
    assert problem(vendor.add(batch_id, made.payments), 422)["detail"] == "The payee is blocked."
    assert vendor.get(f"/payments/batch/{batch_id}")["currentNumberOfPayments"] == 0
    assert vendor.add(batch_id, made.payments).status_code == 200


@spoilt()
def test_a_scenario_pays_one_batch_and_does_not_say_so(vendor: Vendor) -> None:
    first, second = vendor.held(1, "A"), vendor.held(1, "B")
    scenario(vendor, "release", {"batch_id": second}, {"times": 1, "fault": {"kind": "500_after"}})
    assert vendor.release(first).status_code == 204
    assert vendor.release(second).status_code == 500
    assert vendor.times() == [1, 1]


@spoilt()
def test_a_scenario_fails_and_then_lets_it_pass(vendor: Vendor) -> None:
    batch_id = vendor.held(1)
    scenario(vendor, "*", {}, {"times": 1, "fault": {"kind": "502_html"}}, {"times": 1})
    assert vendor.release(batch_id).status_code == 502
    assert vendor.release(batch_id).status_code == 204
    assert vendor.times() == [1]
