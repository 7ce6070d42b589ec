"""Candid: every answer that the document describes is given at least once, and is as described."""

import re
from typing import Any

import pytest
import requests

from tests.sandbox import things
from tests.sandbox.candid_vendor import NPI, Candid, person
from tests.sandbox.described import described_by, noted, pairs
from tests.sandbox_process import SandboxProcess

pytestmark = pytest.mark.real
V1, COVERAGES = "eligibility-checks/v1", "coverages/v1"
JANE = person("Jane", "Doe", "AETNA12345", "2004-04-04")
# Ids that make the sandbox answer in every way it has (docs/vendors/candid.md).
MAGIC = (
    *(f"ACTIVE{code}" for code in "12345"),
    *(f"INACTIVE{code}" for code in "678"),
    *("UNKNOWN", "CONTRADICT", "OTHERPAYER", "ENDED", "MET", "TOTALSONLY", "MEDICARE", "DENTAL"),
    *("AUTOUPDATED", "CORRECTED", "UNPARSED", "RECOVERS", "AAA-75", "AAA-42-79", "AAA-42-W", "CANDID-npi"),
)
DISCOVERY = {
    "provider": {"npi": NPI},
    "subscriber": {"first_name": "Jane", "last_name": "Doe", "date_of_birth": "20040404", "gender": "F"},
}
COORDINATION = {
    "trading_partner_service_id": "60054",
    "provider": {"npi": NPI, "organization_name": "Clinic"},
    "subscriber": {"first_name": "Jane", "last_name": "Doe", "date_of_birth": "20040404", "member_id": "COBNONE"},
    "encounter": {"date_of_service": "20260101"},
}
COVERAGE = {"service_code": "30", "date_of_service": "2026-01-05", "npi": NPI}


@pytest.fixture
def candid(sandbox: SandboxProcess) -> Candid:
    sandbox.switch("candid", "rate_limit", 100_000)
    return Candid(sandbox)


def calls() -> list[tuple[str, str, str]]:
    """Return (name, method, path) of every call, each about something that is not there."""
    return [
        (operation["operationId"], method.upper(), re.sub(r"{\w+}", "nothing", path.lstrip("/")))
        for path, method, operation in described_by("candid")
    ]


def test_every_answer_that_is_described_is_given(candid: Candid) -> None:
    with noted() as notes:
        refuse_callers(candid)
        refuse_what_is_sent(candid)
        seek_what_is_not_there(candid)
        check(candid)
        check_coverages(candid)
        recommend(candid)
        find_out(candid)
    assert sorted(pairs("candid") - notes.seen) == []


def answered(answer: requests.Response, status: int = 200) -> Any:
    assert answer.status_code == status, answer.text
    return answer.json()


def refuse_callers(candid: Candid) -> None:
    """401 without a token, 429 beyond the limit, everywhere."""
    token = "/api/auth/v2/token"
    answered(candid.http.post(candid.url + token, json={}, timeout=20), 401)
    answered(candid.http.post(candid.url + token, data=b"x" * 1_000_001, timeout=20), 413)
    answered(candid.http.post(candid.url + token, data=b"x", timeout=20), 415)
    nobody = Candid(candid.sandbox)
    del nobody.http.headers["Authorization"]
    guarded = [call for call in calls() if call[0] != "candid.token"]
    for _name, method, path in guarded:
        answered(nobody.call(method, path), 401)
    candid.sandbox.switch("candid", "rate_limit", 0)
    candid.sandbox.switch("candid", "token_limit", 0)
    for _name, method, path in calls():
        answered(candid.call(method, path), 429)
    candid.sandbox.switch("candid", "rate_limit", 100_000)


def refuse_what_is_sent(candid: Candid) -> None:
    """400, 413 and 422, wherever there is something to get wrong."""
    for name, method, path in calls():
        if name in ("candid.token", "candid.poll_batch"):
            continue
        for status in {"400", "413", "422"} & {status for one, status in pairs("candid") if one == name}:
            answer = candid.http.request(method, f"{candid.url}/{path}", timeout=30, **wrong(name, status))
            assert answer.status_code == int(status), (name, answer.text)


def wrong(name: str, status: str) -> dict[str, Any]:
    """Return what a call is refused for with a status."""
    if name == "candid.recommendations":
        return {"params": {"filters": "nonsense"}}
    if name in ("candid.payer_search", "candid.get_multi"):
        return {"params": {"page_token": "?"} if status == "400" else {"page_size": 0, "limit": 0}}
    long = 30_000_001 if name == "candid.batch" else 1_000_001
    return {"data": {"400": b"[", "413": b" " * long, "422": b"{}"}[status]}


def seek_what_is_not_there(candid: Candid) -> None:
    """404, wherever something is sought."""
    vote = {"user_id": "u", "value": "UPVOTE"}
    answered(candid.call("GET", f"{V1}/batch/nothing"), 404)
    answered(candid.call("PUT", f"{V1}/recommendation/nothing/2/vote", vote), 404)
    answered(candid.call("GET", f"{COVERAGES}/insurance-discovery/nothing"), 404)
    answered(candid.call("POST", f"{COVERAGES}/nothing/eligibility", COVERAGE), 404)
    answered(candid.call("GET", f"{COVERAGES}/nothing/eligibility/nothing"), 404)


def check(candid: Candid) -> None:
    """Checks that end in every way, alone and in a batch, listed afterwards."""
    bodies = [candid.body("60054", person("Ellen", "Moore", one, "1980-02-03"), service="98") for one in MAGIC]
    bodies.append(candid.body("60054", JANE, dependent=person("Jo", "Doe", None, "2020-01-01")))
    bodies.append(candid.body("00000", JANE))
    for spelling in ("plain", "both", "question"):
        candid.sandbox.switch("candid", "detail_keys", spelling)
        for body in bodies:
            answered(candid.post(body))
    candid.sandbox.switch("candid", "bad_payer_status", 400)
    answered(candid.post(candid.body("00000", JANE)), 400)
    candid.sandbox.switch("candid", "batch_seconds", 0)
    batch_id = answered(candid.call("POST", f"{V1}/batch", bodies))["batch_id"]
    assert len(answered(candid.call("GET", f"{V1}/batch/{batch_id}"))["items"]) == len(bodies)
    answered(candid.call("GET", f"{V1}/batch/{batch_id}", params={"page_token": "?"}), 400)
    answered(candid.call("GET", f"{V1}/get-multi/", params={"limit": 100}))
    answered(candid.search(query="aetna", page_size=2))


def check_coverages(candid: Candid) -> None:
    """A check of every coverage that is on file, read before and after its time."""
    candid.enrol(member_number="128845682", member_name="EMILY DICKINSON", payer_id="87726")
    for kept in candid.call("GET", "__sandbox__/coverages").json()["coverages"]:
        path = f"{COVERAGES}/{kept['coverage_id']}/eligibility"
        begun = answered(candid.call("POST", path, COVERAGE))["check_id"]
        answered(candid.call("GET", f"{path}/{begun}"))
        candid.sandbox.call("POST", "clock", {"advance_seconds": 2})
        answered(candid.call("GET", f"{path}/{begun}"))


def recommend(candid: Candid) -> None:
    """A recommendation of every type, one of them voted on twice."""
    made = [answered(candid.call("POST", f"{V1}/recommendation", doc)) for doc in things.recommendations()][-1]
    path = f"{V1}/recommendation/{made['id']}/2/vote"
    for status in (200, 409):
        answered(candid.call("PUT", path, {"user_id": "u", "value": "UPVOTE"}), status)
    assert len(answered(candid.call("GET", f"{V1}/recommendation"))) == len(things.FINDINGS)


def find_out(candid: Candid) -> None:
    """Discoveries and coordinations with every outcome."""
    for outcome in ("PENDING", "ERROR", "UNKNOWN", "COMPLETE"):
        candid.sandbox.switch("candid", "discovery_status", outcome)
        for asked in (DISCOVERY, DISCOVERY | {"provider": {"npi": "1"}}):
            answered(candid.call("POST", f"{V1}/insurance-discovery", asked))
            begun = answered(candid.call("POST", f"{COVERAGES}/insurance-discovery-passthrough", asked))
            for seconds in (0, 4):
                candid.sandbox.call("POST", "clock", {"advance_seconds": seconds})
                answered(candid.call("GET", f"{COVERAGES}/insurance-discovery/{begun['check_id']}"))
    for one in ("COBPRIMARY", "COBUNDETERMINED", "COBNOBENEFIT", "COBNOTSUBJECT", "COBNONE", "NOBODY", "AAA-75"):
        asked = COORDINATION | {"subscriber": COORDINATION["subscriber"] | {"member_id": one}}
        answered(candid.call("POST", f"{V1}/coordination-of-benefits", asked))
