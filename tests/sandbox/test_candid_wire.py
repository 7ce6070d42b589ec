"""The sandbox's Candid: token, envelopes, limits, payer search."""

import base64
import json
import re
from difflib import SequenceMatcher
from pathlib import Path

import pytest
import requests

from sandbox import gate, openapi, state
from sandbox.candid import http, payer_search, payers
from tests.sandbox.candid_vendor import CLIENT, Candid, codes, exact, person, status
from tests.sandbox.described import session, spoilt
from tests.sandbox_process import ROOT, SandboxProcess

pytestmark = pytest.mark.real
JANE = person("Jane", "Doe", "AETNA12345", "2004-04-04")


@pytest.fixture
def candid(sandbox: SandboxProcess) -> Candid:
    return Candid(sandbox)


# Token


def test_it_gives_a_token_for_json_and_for_a_form(candid: Candid) -> None:
    for how in ({"json": CLIENT}, {"data": CLIENT}):
        answer = session().post(f"{candid.url}/api/auth/v2/token", timeout=20, **how)
        assert answer.status_code == 200
        token = answer.json()
        assert (token["expires_in"], token["token_type"], sorted(token)) == (
            18000,
            "Bearer",
            ["access_token", "expires_in", "token_type"],
        )


@pytest.mark.parametrize(
    ("body", "kind", "expected", "name"),
    [
        (b'{"client_id":"candid-sandbox","client_secret":"wrong"}', "application/json", 401, "UnauthorizedError"),
        (b"no json", "application/json", 401, "UnauthorizedError"),
        (b"<x/>", "application/xml", 415, "InvalidContentTypeError"),
    ],
)
def test_it_refuses_a_bad_token_request(candid: Candid, body: bytes, kind: str, expected: int, name: str) -> None:
    url = f"{candid.url}/api/auth/v2/token"
    answer = session().post(url, data=body, headers={"Content-Type": kind}, timeout=20)
    assert (answer.status_code, answer.json()["errorName"]) == (expected, name)
    assert answer.json()["content"]["message"]


def test_it_limits_how_often_a_token_is_asked_for(candid: Candid) -> None:
    candid.sandbox.switch("candid", "token_limit", 2)
    statuses = [session().post(f"{candid.url}/api/auth/v2/token", json=CLIENT, timeout=20).status_code for _ in "12"]
    assert statuses == [200, 429]


def test_it_refuses_an_expired_token(candid: Candid) -> None:
    assert candid.search(query="aetna").status_code == 200
    candid.sandbox.call("POST", "clock", {"advance_seconds": 18_001})
    answer = candid.search(query="aetna")
    assert (answer.status_code, answer.json()["errorName"]) == (401, "UnauthorizedError")


def test_it_refuses_forged_and_missing_tokens(candid: Candid) -> None:
    real = candid.http.headers["Authorization"]
    _head, claims, _signature = real.removeprefix("Bearer ").split(".")
    none = base64.urlsafe_b64encode(json.dumps({"alg": "none", "typ": "JWT"}).encode()).rstrip(b"=").decode()
    for forged in ("", "Bearer ", "Bearer x.y.z", f"Bearer {none}.{claims}.", f"{real[:-4]}AAAA", f"Basic {real}"):
        candid.http.headers["Authorization"] = forged
        assert candid.post(candid.body("60054", JANE)).status_code == 401, forged
    assert candid.held("checks") == 0


# Requests


@pytest.mark.parametrize(
    ("path", "value", "field"),
    [
        ("payer_id", None, "payer_id"),
        ("payer_id", 60054, "payer_id"),
        ("provider", None, "provider"),
        ("provider", [], "provider"),
        ("provider.npi", None, "provider.npi"),
        ("subscriber", None, "subscriber"),
        ("subscriber.first_name", None, "subscriber.first_name"),
        ("subscriber.last_name", 7, "subscriber.last_name"),
        ("subscriber.member_id", 123, "subscriber.member_id"),
        ("subscriber.date_of_birth", "20040404", "subscriber.date_of_birth"),
        ("subscriber.date_of_birth", "2004-02-30", "subscriber.date_of_birth"),
        ("dependent", {"first_name": "Jo"}, "dependent.last_name"),
        ("encounter.date_of_service", "today", "encounter.date_of_service"),
        ("encounter.service_type_codes", "30", "encounter.service_type_codes"),
        ("encounter.service_type_codes", [30], "encounter.service_type_codes"),
        ("get_existing_check_initiated_after", "2026-01-01T00:00:00", "get_existing_check_initiated_after"),
        ("submitter_transaction_identifier", 5, "submitter_transaction_identifier"),
    ],
)
def test_it_names_the_wrong_field(candid: Candid, path: str, value: object, field: str) -> None:
    body = candid.body("60054", dict(JANE))
    *outer, key = path.split(".")
    place = body[outer[0]] if outer else body
    place[key] = value
    answer = candid.post(body)
    assert (answer.status_code, answer.json()["errorName"]) == (422, "UnprocessableEntityError")
    assert answer.json()["content"]["message"].startswith(f"{field}: ")


def test_it_refuses_what_is_no_json(candid: Candid) -> None:
    for raw, expected in ((b"{", 400), (b"[]", 422), (b'{"payer_id": NaN}', 400), (b"[" * 100_000, 400)):
        answer = candid.http.post(f"{candid.url}/eligibility-checks/v1", data=raw, timeout=20)
        assert answer.status_code == expected, raw[:20]


def test_it_takes_null_for_left_out_and_tells_no_secret_again(candid: Candid) -> None:
    body = candid.body("60054", JANE, dependent=None, portal_username="u", portal_password="secret", source="frontdesk")
    answer = candid.post(body)
    assert status(exact(answer)) == "ACTIVE"
    assert "secret" not in answer.text
    assert answer.json()["request"]["source"] == "frontdesk"


def test_it_answers_a_field_error_on_demand(candid: Candid) -> None:
    answer = candid.post(candid.body("60054", person("Jane", "Doe", "HTTP400-date_of_birth")))
    assert answer.status_code == 400
    assert answer.json()["content"]["message"].startswith("subscriber.date_of_birth")
    assert candid.post(candid.body("60054", person("Jane", "Doe", "HTTP422-npi"))).status_code == 422


# Limits and faults


def test_it_lets_a_thousand_calls_through_in_ten_seconds(candid: Candid) -> None:
    candid.sandbox.switch("candid", "rate_limit", 3)
    answers = [candid.search(query="aetna") for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert answers[3].json()["errorName"] == "TooManyRequestsError"
    assert "Retry-After" not in answers[3].headers


@spoilt()
def test_it_speaks_candids_envelope_in_faults(candid: Candid) -> None:
    candid.sandbox.fault("candid", "check", "500_after")
    answer = candid.post(candid.body("60054", JANE))
    assert (answer.status_code, answer.json()["errorName"]) == (500, "InternalError")
    assert candid.held("checks") == 1
    assert candid.post(candid.body("60054", JANE)).status_code == 200


def test_it_waits_as_long_as_the_switch_says(candid: Candid) -> None:
    candid.sandbox.switch("candid", "latency_seconds", 0.3)
    assert candid.post(candid.body("60054", JANE)).elapsed.total_seconds() >= 0.3


def test_other_web_sites_may_not_look_inside(candid: Candid) -> None:
    for headers in ({"Origin": "https://evil.example"}, {"Host": "evil.example"}):
        for path in ("candid/__sandbox__/members", "spry/__sandbox__/records"):
            assert requests.get(f"{candid.sandbox.url}/{path}", headers=headers, timeout=20).status_code == 403


# Unknown payers


def test_it_answers_an_unknown_payer_without_looking_further(candid: Candid) -> None:
    body = candid.body("BAD_PAYER_ID", person("Jane", "Doe", "AETNA12345", "20040404"))
    answer = exact(candid.post(body))
    assert (codes(answer), answer["errors"][0]["source"], answer["parsed_response"]) == (["79"], "STEDI", None)
    assert "BAD_PAYER_ID is not configured" in answer["errors"][0]["errorDetails"]["possibleResolutions?"]
    assert "request" not in answer
    candid.sandbox.switch("candid", "bad_payer_status", 400)
    refused = candid.post(body)
    assert (refused.status_code, "not configured" in refused.json()["message"]) == (400, True)


# Payer search


def test_its_directory_is_large_and_without_doubles() -> None:
    everything = payers.directory()
    assert len(everything) >= 200
    known = [one.upper() for payer in everything for one in (payer.payer_id, payer.stedi_id, *payer.aliases)]
    assert len(known) == len(set(known))
    by_support = {payer.eligibility for payer in everything}
    assert by_support == {"SUPPORTED", "NOT_SUPPORTED", "ENROLLMENT_REQUIRED"}
    assert all(payer.name and payer.coverage_types for payer in everything)
    assert all(re.fullmatch(r"[A-Z]{5}", payer.stedi_id) for payer in everything)
    assert all(re.fullmatch(r"[A-Z0-9-]{2,12}", one) for payer in everything for one in payer.ids)
    names = [name for payer in everything for name in set(payers.plain_names(payer))]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    "query", ["aetan", "unted helthcare", "blue sheild of californai", "kaser permanente", "metlfe"]
)
def test_a_misspelt_name_is_found_as_if_every_name_had_been_looked_at(query: str) -> None:
    likeness = {
        payer: max(SequenceMatcher(None, name, query).ratio() for name in payers.plain_names(payer))
        for payer in payers.directory()
    }
    best = max(likeness.values())
    found = payer_search.search(query)
    assert found and likeness[found[0][1]] == best


def test_every_route_and_its_description_is_written_down(tmp_path: Path) -> None:
    state.open_store(tmp_path / "sandbox.sqlite3")
    described = openapi.operations(openapi.part("candid"))
    text = (ROOT / "docs" / "vendors" / "candid.md").read_text()
    names = gate.names(http.routes())
    assert sorted(names) == sorted(operation["operationId"] for _path, _method, operation in described)
    assert [name for name in names if f"`{name.removeprefix('candid.')}`" not in text] == []


@pytest.mark.parametrize(
    ("query", "payer_id"),
    [
        ("Aetna", "60054"),
        ("60054", "60054"),
        ("hpqrs", "60054"),
        ("84980", "G84980"),
        ("UHC", "87726"),
        ("united health care", "87726"),
        ("bcbs texas", "G84980"),
        ("Medi-Cal", "100065"),
        ("Atena", "60054"),
        ("cigna", "62308"),
        ("Humana", "61101"),
    ],
)
def test_it_finds_a_payer_by_name_id_alias_and_misspelt(candid: Candid, query: str, payer_id: str) -> None:
    page = candid.search(query=query).json()
    first = page["items"][0]
    assert first["payer"]["primary_payer_id"] == payer_id
    assert isinstance(first["score"], int)
    assert payer_id in first["payer"]["aliases"]
    assert first["payer"]["transaction_support"]["eligibilityCheck"]


def test_it_finds_nothing_for_nonsense(candid: Candid) -> None:
    assert candid.search(query="xyzzy qqq").json() | {"stats": None} == {
        "items": [],
        "stats": None,
        "total": 0,
        "next_page_token": None,
        "prev_page_token": None,
    }


def test_it_pages_through_everything_once(candid: Candid) -> None:
    seen, token, pages = [], None, 0
    while pages == 0 or token:
        page = candid.search(page_size=100, page_token=token).json()
        seen += [item["payer"]["stedi_id"] for item in page["items"]]
        token, pages = page["next_page_token"], pages + 1
    assert len(seen) == len(set(seen)) == page["total"] == len(payers.directory())
    assert len(candid.search().json()["items"]) == 20


@pytest.mark.parametrize(
    "params",
    [{"page_size": "0"}, {"page_size": "101"}, {"page_size": "x"}, {"page_token": "x"}, {"page_token": "eHg="}],
)
def test_it_refuses_a_wrong_page(candid: Candid, params: dict[str, str]) -> None:
    assert candid.search(query="a", **params).status_code in (400, 422)
