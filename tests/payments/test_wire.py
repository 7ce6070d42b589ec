"""The vendor's words: exact bytes out, and what each answer means."""

import json
from decimal import Decimal

import pytest

from payments import canonical
from payments.vendors.optum import wire
from payments.vendors.optum.wire import Outcome, Standing
from tests.payments_data import make_payment

BATCH = {
    "batchId": "48dc20ff1d97977e65209b927d28dc6b",
    "clientRequestId": "BMADE",
    "batchStatus": "Held",
    "expectedBatchTotal": Decimal("12342.10"),
    "expectedNumberOfPayments": 2500,
    "currentBatchTotal": 12342,
    "currentNumberOfPayments": 2499,
    "somethingNew": None,
}


def test_a_batch_is_created_with_exact_totals() -> None:
    body = wire.create_body(
        client_request_id="BMADE", account="ACCT1", sub_account="SUBACCT1", total=Decimal("12342.10"), count=2500
    )
    assert body == (
        b'{"clientRequestId":"BMADE","accountShortCode":"ACCT1","subAccountShortCode":"SUBACCT1",'
        b'"totalAmount":12342.10,"numberOfPayments":2500}'
    )


def test_payments_go_in_byte_for_byte() -> None:
    first, second = (canonical.to_bytes(make_payment(n)) for n in (1, 2))
    assert wire.add_body([first, second]) == b'{"payments":[' + first + b"," + second + b"]}"
    single = wire.single_body(client_request_id="B1", account="ACCT1", sub_account="SUBACCT1", payment=first)
    assert single.endswith(b'"payment":' + first + b"}")
    assert json.loads(single)["accountShortCode"] == "ACCT1"


def test_a_release_names_the_real_batch_and_the_person() -> None:
    assert wire.release_body(batch_id="b1", released_by="ana@clinic.test") == (
        b'{"batchId":"b1","releasedBy":"ana@clinic.test"}'
    )
    with pytest.raises(ValueError):
        wire.release_body(batch_id="b1", released_by="")


def test_no_path_holds_a_double_slash() -> None:
    assert wire.path() == "payments"
    assert wire.path("batch", "b1", "start") == "payments/batch/b1/start"
    for odd in ("", "a/b"):
        with pytest.raises(ValueError):
            wire.path("batch", odd, "start")


@pytest.mark.parametrize("status", [200, 201, 202])
def test_any_2xx_with_the_ids_is_done(status: int) -> None:
    answer = wire.read_answer(status, b'{"batchId":"b1","paymentId":"p1"}', needs=("batchId", "paymentId"))
    assert (answer.outcome, answer.batch_id, answer.payment_id) == (Outcome.DONE, "b1", "p1")


@pytest.mark.parametrize(
    "body", [b"", b"{}", b"[]", b'{"batchId":null}', b'{"batchId":7}', b'{"batchId":"a/b"}', b'{"batchId', b"<html>"]
)
def test_a_2xx_without_its_id_is_unusable(body: bytes) -> None:
    assert wire.read_answer(200, body, needs=("batchId",)).outcome is Outcome.UNUSABLE


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (400, Outcome.INVALID),
        (401, Outcome.KEY_REFUSED),
        (403, Outcome.KEY_REFUSED),
        (404, Outcome.MISSING),
        (409, Outcome.DUPLICATE),
        (413, Outcome.TOO_BIG),
        (422, Outcome.INVALID),
    ],
)
def test_refusals_have_one_meaning_each(status: int, outcome: Outcome) -> None:
    assert wire.read_answer(status, b"", needs=("batchId",)).outcome is outcome
    assert wire.read_empty_answer(status).outcome is outcome


@pytest.mark.parametrize("status", [200, 201, 202, 206])
def test_only_204_is_done_for_an_order(status: int) -> None:
    assert wire.read_empty_answer(204).outcome is Outcome.DONE
    assert wire.read_empty_answer(status).outcome is Outcome.UNUSABLE


def test_the_places_of_a_refusal_are_kept_and_its_sentences_are_not() -> None:
    body = b'{"errors":{"payments[3].paymentDetails.amount":["John Doe owes 12"]},"detail":"John Doe"}'
    assert wire.read_answer(400, body).places == ("payments[3].paymentDetails.amount",)


@pytest.mark.parametrize(
    ("word", "standing"),
    [
        ("Created", Standing.CREATED),
        ("HELD", Standing.HELD),
        ("Funding", Standing.BEYOND_HELD),
        ("Loading", Standing.BEYOND_HELD),
        ("Completed", Standing.FINISHED),
        ("Cancelled", Standing.CANCELLED),
        ("Distributing", Standing.UNKNOWN),
    ],
)
def test_every_status_word_has_one_meaning(word: str, standing: Standing) -> None:
    assert wire.read_batch(BATCH | {"batchStatus": word}).standing is standing


def test_a_batch_is_read_with_exact_totals() -> None:
    remote = wire.read_batch(BATCH)
    assert (remote.expected_total, remote.current_total) == (Decimal("12342.10"), Decimal(12342))
    assert (remote.expected_count, remote.current_count) == (2500, 2499)


@pytest.mark.parametrize("name", [name for name in BATCH if name != "somethingNew"])
@pytest.mark.parametrize("value", [None, [], True, Decimal("1e30"), -(10**12), ""])
def test_a_batch_without_what_we_need_is_unusable(name: str, value: object) -> None:
    with pytest.raises(wire.Unusable, match=name):
        wire.read_batch(BATCH | {name: value})


def test_an_id_that_is_none_of_the_vendors_is_unusable() -> None:
    for odd in ("x" * 65, "a/b", "é"):
        with pytest.raises(wire.Unusable, match="batchId"):
            wire.read_batch(BATCH | {"batchId": odd})


def test_a_batch_is_found_by_our_request_id() -> None:
    other = BATCH | {"clientRequestId": "BOTHER"}
    for document in ([other, BATCH], {"batches": [BATCH, other]}):
        found = wire.find_in_list(document, "BMADE")
        assert found is not None
        assert found.batch_id == BATCH["batchId"]
    assert wire.find_in_list([other], "BMADE") is None
    for odd in ([BATCH, BATCH], {"items": []}, None):
        with pytest.raises(wire.Unusable):
            wire.find_in_list(odd, "BMADE")


def test_payment_ids_are_read_by_reference() -> None:
    payments = [{"issuerReferenceId": "R1", "paymentId": "p1", "status": "Loaded"}]
    found = {"R1": wire.RemotePayment("p1", "Loaded")}
    assert wire.payments_in({"payments": payments, **BATCH}) == wire.payments_in(payments) == found
