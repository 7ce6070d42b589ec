"""Payment batches over the API: make, add, submit, read; never approve, never release."""

from typing import Any

import pytest
from django.conf import settings as django_settings
from django.test import Client
from django.urls import get_resolver, reverse
from django.utils import timezone

from clinic import tokens
from clinic.models import User
from payments.models import PaymentBatch
from payments.states import BatchStatus
from tests.payments.conftest import Desk, fresh
from tests.payments_data import dumps, make_batch, make_payment, make_request

pytestmark = pytest.mark.django_db
S = BatchStatus
LIST = "/api/v1/payment-batches/"


class Machine:
    """A program with somebody's token."""

    def __init__(self, desk: Desk, user: User) -> None:
        clinic = desk.cast.clinic_b if user == desk.cast.charlie else desk.cast.clinic_a
        token = tokens.issue(user=user, clinic=clinic, name="test", by=None, now=timezone.now())
        self.client, self.headers = Client(), {"Authorization": f"Bearer {token}"}

    def get(self, path: str) -> Any:
        return self.client.get(path, headers=self.headers)

    def post(self, path: str, body: Any, **headers: str) -> Any:
        raw = body if isinstance(body, bytes) else dumps(body)
        return self.client.post(path, raw, "application/json", headers={**self.headers, **headers})


@pytest.fixture
def bo(desk: Desk) -> Machine:
    return Machine(desk, desk.cast.bo)


def body(count: int = 2, prefix: str = "API", **more: Any) -> dict[str, Any]:
    made = make_batch(count, prefix=prefix)
    around = {"accountShortCode": "ACCT1", "totalAmount": made.total, "numberOfPayments": made.count}
    return {**around, "payments": made.payments, **more}


def test_a_batch_is_made_added_to_and_submitted(desk: Desk, bo: Machine) -> None:
    made = bo.post(LIST, body())
    assert made.status_code == 201
    document = made.json()
    assert (document["status"], document["count"], document["total"]) == ("DRAFT", 2, "500.73")
    path = f"{LIST}{document['code']}/"
    more = make_batch(1, prefix="MORE")
    assert bo.post(f"{path}payments/", {"payments": more.payments}).json()["count"] == 3
    assert bo.post(f"{path}submit/", {}).json()["status"] == "SUBMITTED"
    assert bo.get(path).json()["content_hash"] != ""
    listed = bo.get(LIST).json()
    assert [item["code"] for item in listed["results"]] == [document["code"]]
    batch = PaymentBatch.objects.get()
    assert desk.approve(batch).status == S.APPROVED


def test_a_single_payment_is_a_batch_of_one(bo: Machine) -> None:
    document = bo.post(LIST, make_request(1)).json()
    assert (document["is_single"], document["count"]) == (True, 1)
    assert document["client_request_id"] == "FDT-REQUEST-1"
    again = bo.post(LIST, make_request(1))
    assert again.status_code == 422
    assert {finding["rule"] for finding in again.json()["findings"]} == {"V22", "V23"}


def test_rules_that_are_broken_come_with_place_and_amount(bo: Machine) -> None:
    broken = body()
    broken["payments"][1]["paymentDetails"]["amount"] += 1
    answer = bo.post(LIST, broken)
    assert answer.status_code == 422
    assert answer["Content-Type"] == "application/problem+json"
    found = {finding["rule"]: finding for finding in answer.json()["findings"]}
    assert found["V12"]["path"] == "payments[1].paymentDetails.amount"
    assert found["V12"]["off_by"] == "1.00"
    assert found["T1"]["off_by"] == "-1.00"
    assert not PaymentBatch.objects.exists()


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b'{"payments":[{"amount":NaN}]}', b'{"payments":3}'])
def test_what_cannot_be_read_is_a_400(bo: Machine, raw: bytes) -> None:
    answer = bo.post(LIST, raw)
    assert (answer.status_code, answer.json()["title"]) == (400, "The payments cannot be read")


def test_15_mb_are_taken_at_once(bo: Machine) -> None:
    big = body(3600)
    assert len(dumps(big)) > 15_000_000
    assert bo.post(LIST, big).json()["count"] == 3600


def test_warnings_want_reasons(bo: Machine) -> None:
    payment = make_payment(1)
    payment["payeeDetails"]["name"] = "Willow: Bend"
    made = bo.post(LIST, {"payments": [payment], "accountShortCode": "ACCT1"}).json()
    assert [warning["rule"] for warning in made["warnings"]] == ["V2"]
    path = f"{LIST}{made['code']}/submit/"
    refused = bo.post(path, {})
    assert (refused.status_code, refused.json()["rules"]) == (422, ["V2"])
    assert bo.post(path, {"reasons": {"V2": "Registered like that."}}).json()["status"] == "SUBMITTED"


def test_the_account_has_to_be_clear(bo: Machine) -> None:
    unclear = body()
    unclear.pop("accountShortCode")
    for wanted in (unclear, body(accountShortCode="ACCT9")):
        answer = bo.post(LIST, wanted)
        assert (answer.status_code, answer.json()["title"]) == (422, "Which account pays is not clear")


def test_the_same_idempotency_key_makes_one_batch(bo: Machine) -> None:
    first, second = (bo.post(LIST, body(), **{"Idempotency-Key": "k1"}) for _ in range(2))
    assert first.json()["code"] == second.json()["code"]
    assert PaymentBatch.objects.count() == 1


def test_no_address_approves_or_releases(desk: Desk) -> None:
    names = {str(name) for name in get_resolver("payments.api_urls").reverse_dict if isinstance(name, str)}
    assert names == {
        "api-payment-batches",
        "api-payment-batch",
        "api-payment-batch-add",
        "api-payment-batch-submit",
    }
    batch = desk.submit(desk.draft(1))
    machine = Machine(desk, desk.cast.ana)
    for page in ("batch-approve", "batch-release", "batch-again", "batch-settle"):
        answer = machine.post(reverse(page, args=[batch.code]), {"reason": "A machine says so."})
        assert answer.status_code in (302, 403)  # a token opens no page
    assert fresh(batch).status == S.SUBMITTED


def test_others_see_nothing(desk: Desk, bo: Machine) -> None:
    code = bo.post(LIST, body()).json()["code"]
    assert Machine(desk, desk.cast.alice).get(LIST).status_code == 403
    assert Machine(desk, desk.cast.charlie).get(f"{LIST}{code}/").status_code == 403
    assert Client().get(LIST).status_code == 401
    assert "payments" in django_settings.INSTALLED_APPS
