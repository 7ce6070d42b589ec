"""The calls of the sandbox that are measured: one or more of each kind, as bytes, with the status they end in."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime

from bench.sandbox_client import Connection, request

CARDSCAN = {"Authorization": "Bearer sk_test_cardscan_ai_sandbox_0001"}
PAYMENTS = {"API_Key": "payments-sandbox-key", "Content_Type": "application/json"}
SPRY_FORM = b"grant_type=client_credentials&client_id=spry-sandbox&client_secret=spry-sandbox-secret"
CANDID_BODY = b'{"client_id": "candid-sandbox", "client_secret": "candid-sandbox-secret"}'
TOKENS = {
    "candid": request("POST", "/candid/api/auth/v2/token", CANDID_BODY, Content_Type="application/json"),
    "spry": request("POST", "/spry/apis/v2/oauth/token", SPRY_FORM, Content_Type="application/x-www-form-urlencoded"),
}

CAPTURE = json.dumps(
    {
        "patient_id": 12345,
        "organisation_id": 67,
        "clinic_id": 89,
        "insurance_card_number": "ZZT0042",
        "service_code": "PT",
        "prior_authorization_required": "N",
        "physical_therapy_coverage": "Y",
        "call_respondent": "R. Agent",
        "plan_details": {"payer_id": "00077", "active": True, "plan_start_date": "2026-01-01"},
        "in_network": {"deductible": 500, "coinsurance": 20},
    }
).encode()


def bearer(connection: Connection, vendor: str) -> dict[str, str]:
    """Return the headers of a client of Candid or SPRY."""
    token = json.loads(connection.ask(TOKENS[vendor])[1])["access_token"]
    return {"Authorization": f"Bearer {token}", "Content_Type": "application/json"}


def check_body(number: int = 0) -> bytes:
    """Return one eligibility question; another number is another member."""
    doc = {
        "payer_id": "60054",
        "provider": {"organization_name": "Riverside Clinic", "npi": "1999999984"},
        "subscriber": {
            "first_name": "Ellen",
            "last_name": "Moore",
            "member_id": f"W{100_000_000 + number}",
            "date_of_birth": "1980-02-03",
        },
        "encounter": {"date_of_service": f"{datetime.now(UTC):%Y-%m-%d}", "service_type_codes": ["30"]},
    }
    return json.dumps(doc).encode()


def calls(connection: Connection) -> Iterator[tuple[str, bytes]]:
    """Prepare a sandbox and return (name, request) of every call that is measured."""
    for vendor, name in (("candid", "rate_limit"), ("candid", "token_limit")):
        body = json.dumps({"vendor": vendor, "name": name, "value": 10_000_000}).encode()
        connection.ask(request("POST", "/__sandbox__/switches", body))
    yield from _cardscan(connection)
    yield from _candid(connection)
    yield from _spry(connection)
    yield from _payments(connection)


def _cardscan(connection: Connection) -> Iterator[tuple[str, bytes]]:
    cards = "/cardscan/v1/cards"
    for _ in range(20):
        card = json.loads(connection.ask(request("POST", cards, b"{}", **CARDSCAN))[1])["card_id"]
    side, flag = b'{"orientation": "front"}', b'{"flag_type": "other"}'
    yield "cardscan.list of 20", request("GET", f"{cards}?limit=10", **CARDSCAN)
    yield "cardscan.search in 20", request("GET", f"{cards}/search?query=aetna", **CARDSCAN)
    yield "cardscan.access_token", request("GET", "/cardscan/v1/access-token?user_id=bench", **CARDSCAN)
    yield "cardscan.create", request("POST", cards, b"{}", **CARDSCAN)
    yield "cardscan.get", request("GET", f"{cards}/{card}", **CARDSCAN)
    yield "cardscan.flag", request("POST", f"{cards}/{card}/flag", flag, **CARDSCAN)
    yield "cardscan.upload_url", request("POST", f"{cards}/{card}/generate-upload-url", side, **CARDSCAN)
    yield "cardscan.eligibility_list", request("GET", "/cardscan/v1/eligibility", **CARDSCAN)


def _candid(connection: Connection) -> Iterator[tuple[str, bytes]]:
    headers = bearer(connection, "candid")
    yield "candid.token", TOKENS["candid"]
    yield "candid.check", request("POST", "/candid/eligibility-checks/v1", check_body(), **headers)
    yield "candid.get_multi", request("GET", "/candid/eligibility-checks/v1/get-multi?page_token=&limit=1", **headers)
    yield "candid.recommendations", request("GET", "/candid/eligibility-checks/v1/recommendation", **headers)
    yield "candid.payer_search", request("GET", "/candid/eligibility-checks/v1/payer/search?query=aetna", **headers)


def _spry(connection: Connection) -> Iterator[tuple[str, bytes]]:
    headers = bearer(connection, "spry")
    path = "/spry/apis/eligibility/v2/insurance/eligibility"
    yield "spry.token", TOKENS["spry"]
    yield "spry.capture", request("POST", f"{path}/offline", CAPTURE, **headers)
    yield "spry.search", request("GET", f"{path}/search?patient_id=12345&insurance_number=OTHER", **headers)


def _payments(connection: Connection) -> Iterator[tuple[str, bytes]]:
    batches = "/payments/api/v1/payments/batch"
    doc = {"clientRequestId": "BENCH-1", "accountShortCode": "ACCT1", "subAccountShortCode": "SUBACCT1"}
    made = json.dumps(doc | {"totalAmount": 12.5, "numberOfPayments": 1}).encode()
    batch = json.loads(connection.ask(request("POST", batches, made, **PAYMENTS))[1])["batchId"]
    yield "payments.create", request("POST", batches, made, **PAYMENTS)  # the second time it is a conflict
    yield "payments.batches", request("GET", batches, **PAYMENTS)
    yield "payments.batch_details", request("GET", f"{batches}/{batch}/details", **PAYMENTS)
    yield "payments.release", request("POST", f"{batches}/{batch}/release", b'{"batchId": "none"}', **PAYMENTS)
    yield "payments.batch", request("GET", f"{batches}/{batch}", **PAYMENTS)
