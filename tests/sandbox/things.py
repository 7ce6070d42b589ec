"""One real thing of every kind that a vendor of the sandbox keeps, for tests that ask any call about any of them."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from tests.payments_data import make_batch, make_request
from tests.sandbox.candid_vendor import CLIENT as CANDID_CLIENT
from tests.sandbox.candid_vendor import NPI, Candid, person
from tests.sandbox.cardscan_vendor import FRONT, picture
from tests.sandbox.cardscan_vendor import Vendor as CardScan
from tests.sandbox.payments_vendor import Vendor as Payments
from tests.sandbox.spry_vendor import CAPTURE, CLIENT, Spry
from tests.sandbox_process import SandboxProcess

# By the name of a parameter or of a member of a body: values of it that mean something.
Known = dict[str, list[Any]]
BACK = "http://127.0.0.1:9/back"
V1 = "eligibility-checks/v1"
# Ids whose checks end in every way (docs/vendors/candid.md).
OUTCOMES = ("AETNA12345", "INACTIVE6", "UNKNOWN", "OTHERPAYER", "AAA-75", "AAA-42-79", "CANDID-npi", "UNPARSED")
# What recommendations say, by their type.
FINDINGS: dict[str, Any] = {
    "MEDICARE_ADVANTAGE": {"payer_id": "60054", "payer_name": "Aetna"},
    "COORDINATION_OF_BENEFITS": None,
    "COPAY_ESTIMATION": {"exposition": "As printed.", "structured_response": 2500},
    "USER_CONFIGURED_PROMPTS": {
        "results": [{"user_prompt_id": "p", "prompt_name": "n", "structured_response": True, "exposition": "e"}]
    },
}


def everything(sandbox: SandboxProcess) -> dict[str, Known]:
    """Have every vendor keep one thing of each kind; return what is there by vendor, the window's as ""."""
    found = {
        "cardscan": of_cardscan(sandbox),
        "candid": of_candid(sandbox),
        "spry": of_spry(sandbox),
        "payments": of_payments(sandbox),
    }
    return found | {"": of_window(sandbox, found)}


def of_cardscan(sandbox: SandboxProcess) -> Known:
    """A card that was read, one that waits and one that is deleted; a check, a link, a token and a photo."""
    sandbox.switch("cardscan", "eligibility_seconds", 0)
    vendor = CardScan(sandbox)
    read, waiting, deleted = vendor.create(), vendor.create(enable_backside_scan=True), vendor.create()
    scan_id = vendor.upload(read, picture(*FRONT))
    issued = vendor.issue(waiting)
    vendor.call("DELETE", f"/cards/{deleted}")
    photo = urlsplit(vendor.wait(read, "completed", "enriched")["images"]["front"]["url"])
    wish = {"provider": {"npi": "1952535221", "organization_name": "Clinic"}}
    wish["subscriber"] = {"first_name": "Emily", "last_name": "Dickinson", "date_of_birth": "18301210"}
    checks = [
        vendor.call("POST", "/eligibility", body={"card_id": read, "eligibility": wish}).json()["eligibility_id"]
        for _number in range(2)
    ]
    return {
        "card_id": [read, read, waiting, deleted],
        "scan_id": [scan_id, issued["scan_id"]],
        "eligibility_id": checks,
        "token": [vendor.call("GET", "/generate-magic-link").json()["token"]],
        "key": [unquote(photo.path.removeprefix("/cardscan/images/"))],
        "bucket": [issued["upload_url"].rpartition("/")[2]],
        "cursor": [vendor.call("GET", "/cards", limit=1).json()["response_metadata"]["next_cursor"]],
        "user_id": ["u-1"],
        "query": ["DICKINSON"],
        "expiration": [600],
        "limit": [1],
        **{name: values for name, values in parse_qs(photo.query).items()},
    }


def of_candid(sandbox: SandboxProcess) -> Known:
    """Checks of every outcome, a batch of them, recommendations, a discovery, and a coverage with its check."""
    for name in ("batch_seconds", "coverage_seconds", "discovery_seconds"):
        sandbox.switch("candid", name, 0)
    vendor = Candid(sandbox)
    bodies = [vendor.body("60054", person("Jane", "Doe", one, "2004-04-04")) for one in OUTCOMES]
    for body in bodies:
        vendor.post(body)
    for doc in recommendations():
        vendor.call("POST", f"{V1}/recommendation", doc)
    coverage_id = vendor.call("GET", "__sandbox__/coverages").json()["coverages"][0]["coverage_id"]
    asked = {"service_code": "30", "date_of_service": "2026-01-05", "npi": NPI}
    begun = vendor.call("POST", f"coverages/v1/{coverage_id}/eligibility", asked).json()["check_id"]
    sought = {"provider": {"npi": NPI}, "subscriber": {"first_name": "Jane", "last_name": "Doe"}}
    discovery = vendor.call("POST", "coverages/v1/insurance-discovery-passthrough", sought).json()["check_id"]
    return {
        "batch_id": [vendor.call("POST", f"{V1}/batch", bodies).json()["batch_id"]],
        "recommendation_id": [one["id"] for one in vendor.call("GET", f"{V1}/recommendation").json()],
        "version": ["2", "1"],
        "id": [coverage_id],
        "check_id": [begun, discovery],
        "page_token": [vendor.search(query="aetna", page_size=1).json()["next_page_token"]],
        "query": ["aetna"],
        "filters": ["patient.memberId|eq|OTHERPAYER"],
        "payer_id": ["60054", "87726"],
        "trading_partner_service_id": ["60054"],
        "member_id": [*OUTCOMES, "COBPRIMARY", "COBNONE"],
        "npi": [NPI],
        "service_code": ["30"],
        "service_type_codes": [["30"], ["98"]],
        "date_of_service": ["2026-01-05", "20260105"],
        "date_of_birth": ["2004-04-04", "20040404"],
        "client_id": [CANDID_CLIENT["client_id"]],
        "client_secret": [CANDID_CLIENT["client_secret"]],
    }


def recommendations() -> list[dict[str, Any]]:
    """Return what makes one recommendation of every type."""
    about = {"eligibility_check_id": "c", "patient": {"mrn": "1"}}
    return [about | {"recommendation": {"type": kind, "payload": payload}} for kind, payload in FINDINGS.items()]


def of_spry(sandbox: SandboxProcess) -> Known:
    """A patient with a record, the code of a user who has agreed, and a token that brings another one."""
    vendor = Spry(sandbox)
    vendor.capture(CAPTURE)
    query = {"response_type": "code", "client_id": CLIENT["client_id"], "redirect_uri": BACK}

    def code() -> str:
        answer = vendor.http.get(f"{vendor.url}/apis/v2/oauth/authorize", params=query, allow_redirects=False)
        return parse_qs(urlsplit(answer.headers["Location"]).query)["code"][0]

    form = {"grant_type": "authorization_code", "redirect_uri": BACK}
    return {
        "patient_id": [12345, 901],
        "insurance_number": [CAPTURE["insurance_card_number"]],
        "insurance_card_number": [CAPTURE["insurance_card_number"]],
        "organisation_id": [67],
        "clinic_id": [89, 90, 91],
        "appointment_id": [5001, 5002],
        "code": [code()],
        "refresh_token": [vendor.token(**form, code=code()).json()["refresh_token"]],
        "redirect_uri": [BACK],
        "scope": ["read", "read write"],
        **{name: [value] for name, value in CLIENT.items()},
    }


def of_payments(sandbox: SandboxProcess) -> Known:
    """Batches made, held and paid, their payments and a single one, and a subscription that missed an event."""
    vendor = Payments(sandbox)
    subscribed = {"url": "http://127.0.0.1:9/", "eventNames": ["batch_created"], "auth": {"apiKey": {"key": "k"}}}
    subscription = vendor.call("POST", "/event-api/subscriptions", subscribed).json()["id"]
    single = vendor.call("POST", "/payments", make_request(21)).json()
    batches = [vendor.held(1, "FIRST"), vendor.created(make_batch(1)), vendor.held(2, "HELD"), vendor.held(2, "PAID")]
    vendor.release(batches[-1])
    payments = [
        payment["paymentId"]
        for batch_id in (*batches, single["batchId"])
        for payment in vendor.get(f"/payments/batch/{batch_id}/details")["payments"]
    ]
    events = [one["id"] for one in vendor.get(f"/event-api/subscriptions/{subscription}/missed-events")]
    return {
        "batch_id": [*batches, single["batchId"]],
        "batchId": [*batches, single["batchId"]],
        "payment_id": payments,
        "paymentIds": [payments[:1], payments],
        "subscription_id": [subscription],
        "ids": [events],
        "clientRequestId": ["REQUEST-1", "REQUEST-HELD"],
        "batchStatus": ["Held"],
        "pageSize": [1],
        "accountShortCode": ["ACCT1"],
        "subAccountShortCode": ["SUBACCT1"],
        "url": ["http://127.0.0.1:9/"],
    }


def of_window(sandbox: SandboxProcess, found: dict[str, Known]) -> Known:
    """The card and the batches again, a webhook, a scenario and the names that orders of the window are about."""
    (webhook, *_others) = sandbox.call("GET", "webhooks")["webhooks"]
    # About nobody, so that it spoils no answer.
    doc = {"name": "Nobody", "vendor": "payments", "route": "batch", "subject": {"batch_id": "nobody"}, "steps": [{}]}
    scenario = sandbox.call("POST", "scenarios", doc)
    return {
        "card_id": found["cardscan"]["card_id"],
        "delivery_id": [webhook["id"]],
        "scenario_id": [scenario["id"]],
        "edit": [scenario["id"]],
        "batchId": found["payments"]["batchId"],
    }
