"""The sandbox's Candid on the wire: batches, recommendations, coverages, lists, and what it refuses."""

import copy
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.sandbox.candid_vendor import NPI, Candid, person
from tests.sandbox_process import SandboxProcess

pytestmark = pytest.mark.real
JANE = person("Jane", "Doe", "AETNA12345", "2004-04-04")
V1 = "eligibility-checks/v1"
TODAY = datetime.now(UTC).date().isoformat()


@pytest.fixture
def candid(sandbox: SandboxProcess) -> Candid:
    return Candid(sandbox)


def refused(answer: requests.Response) -> tuple[int, str, str]:
    """Return (status, errorName, message) of an error in Candid's envelope."""
    doc = answer.json()
    assert set(doc) == {"errorName", "content"}, answer.text
    return answer.status_code, doc["errorName"], doc["content"]["message"]


# Batches


def test_a_batch_names_the_check_that_is_wrong(candid: Candid) -> None:
    good = candid.body("60054", JANE)
    bad = candid.body("60054", JANE | {"date_of_birth": "20040404"})
    status, name, message = refused(candid.call("POST", f"{V1}/batch", [good, bad]))
    assert (status, name) == (422, "UnprocessableEntityError")
    assert message.startswith("[1].subscriber.date_of_birth: ")
    assert refused(candid.call("POST", f"{V1}/batch", [good, 7]))[2].startswith("[1]: ")
    assert refused(candid.call("POST", f"{V1}/batch", {"items": [good]}))[0] == 422
    assert candid.held("batches") == candid.held("batch_items") == 0


def test_a_batch_may_have_ten_thousand_checks_or_what_the_switch_says(candid: Candid) -> None:
    candid.sandbox.switch("candid", "batch_limit", 2)
    bodies = [candid.body("60054", JANE)] * 3
    status, name, message = refused(candid.call("POST", f"{V1}/batch", bodies))
    assert (status, name, "1 to 2" in message) == (400, "BadRequestError", True)
    assert candid.call("POST", f"{V1}/batch", bodies[:2]).status_code == 200
    candid.sandbox.switch("candid", "batch_limit", None)
    taken = candid.call("POST", f"{V1}/batch", bodies * 1000)
    page = candid.call("GET", f"{V1}/batch/{taken.json()['batch_id']}").json()
    assert (len(page["items"]), page["total"]) == (100, 3000)


def test_what_a_payer_cannot_answer_now_is_asked_again_for_hours(candid: Candid) -> None:
    candid.sandbox.switch("candid", "batch_retry_seconds", 8 * 3600)
    down = person("Jane", "Doe", "UHCAAA42", "2001-01-01")
    asked = [candid.body("87726", down), candid.body("60054", JANE)]
    batch_id = candid.call("POST", f"{V1}/batch", asked).json()["batch_id"]

    def members() -> list[str]:
        page = Candid(candid.sandbox).call("GET", f"{V1}/batch/{batch_id}").json()
        assert page["total"] == len(page["items"])
        return [item["request"]["subscriber"]["member_id"] for item in page["items"]]

    assert members() == ["AETNA12345"]
    candid.sandbox.call("POST", "clock", {"advance_seconds": 4 * 3600})
    assert members() == ["AETNA12345"]
    candid.sandbox.call("POST", "clock", {"advance_seconds": 4 * 3600})
    assert members() == ["AETNA12345", "UHCAAA42"]


def test_the_total_of_a_batch_is_what_is_found_or_what_was_sent(candid: Candid) -> None:
    candid.sandbox.switch("candid", "batch_seconds", 60)
    batch_id = candid.call("POST", f"{V1}/batch", [candid.body("60054", JANE)] * 3).json()["batch_id"]
    for total, expected in (("found", 0), ("submitted", 3)):
        candid.sandbox.switch("candid", "batch_total", total)
        page = candid.call("GET", f"{V1}/batch/{batch_id}").json()
        assert (page["items"], page["total"], page["next_page_token"]) == ([], expected, None)
    candid.sandbox.call("POST", "clock", {"advance_seconds": -3600})
    assert candid.call("GET", f"{V1}/batch/{batch_id}").json()["items"] == []


def test_a_batch_keeps_no_secret_and_its_checks_are_listed(candid: Candid) -> None:
    asked = candid.body("60054", JANE, portal_password="secret", submitter_transaction_identifier="row-1")
    batch_id = candid.call("POST", f"{V1}/batch", [asked]).json()["batch_id"]
    for _ in range(2):
        page = candid.call("GET", f"{V1}/batch/{batch_id}")
        assert "secret" not in page.text
    (item,) = page.json()["items"]
    assert candid.held("checks") == 1
    (listed,) = candid.call("GET", f"{V1}/get-multi/").json()["items"]
    assert listed == item


# Recommendations


def recommendation(kind: str, payload: Any, **more: Any) -> dict[str, Any]:
    doc = {"eligibility_check_id": "c", "patient": {}, "recommendation": {"type": kind, "payload": payload}}
    return doc | more


@pytest.mark.parametrize(
    ("doc", "field"),
    [
        (recommendation("NEW_TYPE", {}), "recommendation.type"),
        (recommendation("COPAY_ESTIMATION", {}), "recommendation.payload.exposition"),
        (
            recommendation("COPAY_ESTIMATION", {"exposition": "e", "structured_response": True}),
            "recommendation.payload.structured_response",
        ),
        (
            recommendation("COPAY_ESTIMATION", {"exposition": "e", "structured_response": 12.5}),
            "recommendation.payload.structured_response",
        ),
        (recommendation("MEDICARE_ADVANTAGE", {"payer_id": 5}), "recommendation.payload.payer_id"),
        (recommendation("USER_CONFIGURED_PROMPTS", {"results": {}}), "recommendation.payload.results"),
        (
            recommendation("USER_CONFIGURED_PROMPTS", {"results": [{"user_prompt_id": "p"}]}),
            "recommendation.payload.results[0].prompt_name",
        ),
        (recommendation("COPAY_ESTIMATION", {"exposition": "e"}, patient=None), "patient"),
        (
            recommendation("COPAY_ESTIMATION", {"exposition": "e"}, patient={"date_of_birth": "1/1/1990"}),
            "patient.date_of_birth",
        ),
        (recommendation("COPAY_ESTIMATION", {"exposition": "e"}, eligibility_check_id=""), "eligibility_check_id"),
    ],
)
def test_a_wrong_recommendation_is_refused(candid: Candid, doc: dict[str, Any], field: str) -> None:
    status, _name, message = refused(candid.call("POST", f"{V1}/recommendation", doc))
    assert (status, message.partition(": ")[0]) == (422, field)
    assert candid.held("recommendations") == 0


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ("", 1),
        ("patient.mrn|eq|123", 1),
        ("patient.firstName|contains|AN,patient.lastName|ieq|doe", 1),
        ("patient.firstName|eq|jane", 0),
        ("patient.mrn|in|1;123", 1),
        ("patient.dateOfBirth|gt|2000-01-01", 1),
        ("patient.dateOfBirth|lt|2000-01-01", 0),
        ("patient.memberId|eq|123", 0),
        ("eligibilityCheckId|eq|c", 1),
        ("coverageId|eq|c", 0),
    ],
)
def test_recommendations_are_filtered(candid: Candid, filters: str, found: int) -> None:
    patient = {"mrn": "123", "first_name": "Jane", "last_name": "Doe", "date_of_birth": "2004-04-04"}
    made = recommendation("COORDINATION_OF_BENEFITS", None, patient=patient)
    assert candid.call("POST", f"{V1}/recommendation", made).status_code == 200
    assert len(candid.call("GET", f"{V1}/recommendation", params={"filters": filters}).json()) == found


@pytest.mark.parametrize("filters", ["mrn", "patient.mrn|eq", "patient.mrn|like|1", "organization.id|eq|1", "|||", ","])
def test_a_filter_out_of_the_grammar_is_refused(candid: Candid, filters: str) -> None:
    answer = candid.call("GET", f"{V1}/recommendation", params={"filters": filters})
    assert refused(answer)[:2] == (400, "BadRequestError")


def test_a_conflict_tells_the_latest_version(candid: Candid) -> None:
    made = candid.call("POST", f"{V1}/recommendation", recommendation("COORDINATION_OF_BENEFITS", 1)).json()
    path = f"{V1}/recommendation/{made['id']}"
    late = candid.call("PUT", f"{path}/7/vote", {"user_id": "u", "value": "UPVOTE"})
    assert (late.status_code, late.json()["content"]["latest_version"]) == (409, 1)
    assert refused(candid.call("PUT", f"{path}/two/vote", {"user_id": "u", "value": "UPVOTE"}))[0] == 400
    assert refused(candid.call("PUT", f"{path}/2/vote", {"user_id": "u", "value": "MAYBE"}))[0] == 422
    assert refused(candid.call("PUT", f"{path}/2/vote", {"value": "UPVOTE"}))[2].startswith("user_id: ")


# Coverages


def test_a_coverage_can_be_put_on_file(candid: Candid) -> None:
    magic = person("Any", "Body", "INACTIVE6", "1990-01-01")
    answer = candid.call("POST", "__sandbox__/coverages", {"payer_id": "60054", "subscriber": magic})
    asked = {"service_code": "30", "date_of_service": TODAY, "npi": NPI}
    for slashes in ("/", "//"):  # the documentation prints two
        path = f"coverages/v1{slashes}{answer.json()['coverage_id']}/eligibility"
        begun = candid.call("POST", path, asked).json()
        assert begun["status"] == "PENDING"
        done = candid.call("GET", f"{path}/{begun['check_id']}").json()
        assert done["metadata"]["status"] == "COMPLETED"
        assert done["check"]["parsed_response"]["eligibility_status"] == "INACTIVE"
    assert refused(candid.call("POST", "__sandbox__/coverages", {"payer_id": "60054"}))[0] == 422


def test_the_member_of_a_card_has_a_coverage(candid: Candid) -> None:
    candid.enrol(member_number="C1", member_name="Robin Sample")
    candid.enrol(member_number="C2", member_name="Kim Sample", payer_id="60054")
    on_file = candid.call("GET", "__sandbox__/coverages").json()["coverages"]
    (kim,) = [one for one in on_file if one["subscriber"]["member_id"] == "C2"]
    asked = {"service_code": "98", "date_of_service": TODAY, "npi": NPI}
    path = f"coverages/v1/{kim['coverage_id'].upper()}/eligibility"
    begun = candid.call("POST", path, asked).json()
    check = candid.call("GET", f"{path}/{begun['check_id']}").json()["check"]
    assert check["parsed_response"]["plan_metadata"]["subscriber"]["first_name"] == "KIM"


@pytest.mark.parametrize(
    ("wrong", "status"),
    [
        ({"service_code": "ZZ"}, 422),
        ({"service_code": 30}, 422),
        ({"date_of_service": None}, 422),
        ({"date_of_service": "20261120"}, 422),
        ({"npi": ""}, 422),
    ],
)
def test_a_wrong_check_of_a_coverage_is_refused(candid: Candid, wrong: dict[str, Any], status: int) -> None:
    asked = {"service_code": "30", "date_of_service": TODAY, "npi": NPI} | wrong
    (first, *_others) = candid.call("GET", "__sandbox__/coverages").json()["coverages"]
    answer = candid.call("POST", f"coverages/v1/{first['coverage_id']}/eligibility", asked)
    assert refused(answer)[0] == status
    assert refused(answer)[2].startswith(f"{next(iter(wrong))}: ")


# Restarts


def test_a_restart_loses_nothing(tmp_path: Path) -> None:
    first = SandboxProcess(tmp_path)
    candid = Candid(first)
    asked = candid.ask("60054", JANE)
    batch_id = candid.call("POST", f"{V1}/batch", [candid.body("60054", JANE, service="98")] * 2).json()["batch_id"]
    done = candid.call("GET", f"{V1}/batch/{batch_id}").json()
    first.kill()
    second = SandboxProcess(tmp_path)
    try:
        candid = Candid(second)
        again = candid.ask("60054", JANE, get_existing_check_initiated_after="2026-01-01T00:00:00Z")
        assert again == asked
        assert candid.call("GET", f"{V1}/batch/{batch_id}").json() == done
        listed = candid.call("GET", f"{V1}/get-multi/").json()["items"]
        assert [item["response"]["id"] for item in listed[1:]] == [item["response"]["id"] for item in done["items"]]
        assert candid.ask("60054", JANE)["parsed_response"] == asked["parsed_response"]
    finally:
        second.stop()


# Addresses


def test_a_wrong_address_or_method_has_candids_envelope(candid: Candid) -> None:
    assert refused(candid.call("GET", "nothing"))[:2] == (404, "NotFoundError")
    assert refused(candid.call("POST", f"{V1}/", {}))[0] == 404  # a redirect would lose the body
    answer = candid.call("DELETE", V1)
    assert (refused(answer)[0], answer.headers["Allow"]) == (405, "POST")
    assert refused(candid.call("GET", f"{V1}/batch/nothing"))[:2] == (404, "NotFoundError")


def test_the_list_of_checks_answers_with_and_without_its_last_slash(candid: Candid) -> None:
    candid.ask("60054", JANE)
    for path in ("get-multi", "get-multi/"):
        page = candid.call("GET", f"{V1}/{path}", allow_redirects=False)
        assert (page.status_code, page.json()["total"]) == (200, 1)
    for wrong in ({"limit": "0"}, {"limit": "x"}, {"initiated_at_min": "yesterday"}, {"date_of_service": "1/1/26"}):
        assert refused(candid.call("GET", f"{V1}/get-multi/", params=wrong))[2].startswith(next(iter(wrong)))


def test_every_call_needs_a_token(candid: Candid) -> None:
    del candid.http.headers["Authorization"]
    paths = [("POST", V1), ("POST", f"{V1}/batch"), ("GET", f"{V1}/batch/b"), ("GET", f"{V1}/payer/search")]
    paths += [("GET", f"{V1}/recommendation"), ("POST", f"{V1}/recommendation"), ("GET", f"{V1}/get-multi/")]
    paths += [("PUT", f"{V1}/recommendation/r/2/vote"), ("POST", f"{V1}/insurance-discovery")]
    paths += [("POST", f"{V1}/coordination-of-benefits"), ("POST", "coverages/v1/c/eligibility")]
    paths += [("GET", "coverages/v1/c/eligibility/e"), ("POST", "coverages/v1/insurance-discovery-passthrough")]
    paths += [("GET", "coverages/v1/insurance-discovery/d")]
    for method, path in paths:
        assert refused(candid.call(method, path))[:2] == (401, "UnauthorizedError"), path


# Whatever a client sends

ODD = (
    None,
    "",
    " ",
    "x",
    "\ud800",
    "\x00",
    -1,
    0,
    10**30,
    1.5,
    True,
    [],
    [[]],
    {},
    {"a": None},
    ["30", 30],
    "é" * 3000,
)
BODIES: dict[str, Any] = {
    V1: {
        "payer_id": "60054",
        "provider": {"npi": NPI, "organization_name": "C", "first_name": "F", "last_name": "L"},
        "subscriber": JANE,
        "dependent": person("Jo", "Doe", "D", "2020-01-01"),
        "encounter": {"date_of_service": "2026-01-01", "service_type_codes": ["30"]},
        "get_existing_check_initiated_after": "2026-01-01T00:00:00Z",
        "submitter_transaction_identifier": "i",
        "source": "s",
        "portal_username": "u",
        "portal_password": "p",
    },
    f"{V1}/insurance-discovery": {
        "provider": {"npi": NPI},
        "subscriber": {"first_name": "Jane", "last_name": "Doe", "date_of_birth": "20040404", "ssn": "1", "gender": "F"}
        | {"address": {"address_1": "1", "city": "C", "postal_code": "1"}},
        "dependent": {"first_name": "Jo", "last_name": "Doe"},
        "encounter": {"date_of_service": "20260101"},
    },
    f"{V1}/coordination-of-benefits": {
        "trading_partner_service_id": "60054",
        "provider": {"npi": NPI, "organization_name": "C"},
        "subscriber": {"first_name": "Jane", "last_name": "Doe", "date_of_birth": "20040404", "member_id": "COBNONE"},
        "dependent": {"first_name": "Jo", "last_name": "Doe", "date_of_birth": "20200101"},
        "encounter": {"date_of_service": "20260101"},
    },
    f"{V1}/recommendation": recommendation("MEDICARE_ADVANTAGE", {"payer_id": "1"}, patient={"mrn": "1"}),
    "coverages/v1/c/eligibility": {"service_code": "30", "date_of_service": TODAY, "npi": NPI},
}


def places(doc: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the path of everything in a document, the document itself too."""
    inner = doc.items() if isinstance(doc, dict) else enumerate(doc) if isinstance(doc, list) else ()
    return [path, *(found for key, value in inner for found in places(value, (*path, key)))]


def put(doc: Any, path: tuple[Any, ...], value: Any) -> Any:
    """Return a copy of a document with another value at a path."""
    if not path:
        return value
    changed = copy.deepcopy(doc)
    inside = changed
    for key in path[:-1]:
        inside = inside[key]
    inside[path[-1]] = value
    return changed


@pytest.mark.parametrize("path", BODIES)
def test_odd_values_get_an_answer_or_a_refusal_in_the_envelope(candid: Candid, path: str) -> None:
    candid.sandbox.switch("candid", "rate_limit", 1_000_000)
    for place in places(BODIES[path]):
        for value in ODD:
            answer = candid.call("POST", path, put(BODIES[path], place, value))
            if answer.status_code != 200:
                assert refused(answer)[0] in (400, 404, 422), (place, value, answer.text)
            assert candid.sandbox.process.poll() is None


@pytest.mark.parametrize("day", ["0001-01-01", "1899-12-31", "2101-01-01", "9999-12-31"])
def test_no_date_is_too_far_away(candid: Candid, day: str) -> None:
    for member_id in ("AETNA12345", "CORRECTED", "CGMBCBSCA123", "ENDED", "ACTIVE1"):
        for payer_id in ("60054", "040"):
            candid.ask(payer_id, person("Jane", "Doe", member_id), day=day)
            candid.ask(payer_id, person("Jane", "Doe", member_id, day))


def test_deep_and_half_documents_are_refused(candid: Candid) -> None:
    deep = [b"[" * n + b"]" * n for n in (100, 900, 990, 2000, 100_000)]
    nested = [b'{"payer_id":"60054","x":' + raw + b"}" for raw in deep]
    halves = [b"", b"{", b'"', b"\xff\xfe", b'{"payer_id":"\\ud800"}', b'{"a":1e999999}', b'{"a":NaN}', b"null"]
    for path in (V1, f"{V1}/batch", f"{V1}/recommendation", f"{V1}/insurance-discovery"):
        for raw in (*deep, *nested, *halves):
            answer = candid.http.post(f"{candid.url}/{path}", data=raw, timeout=20)
            assert refused(answer)[0] in (400, 422), raw[:40]
    good = json.dumps(candid.body("60054", JANE))[1:].encode()
    for raw in deep:  # what is echoed has to be written again
        answer = candid.http.post(f"{candid.url}/{V1}", data=b'{"extra":' + raw + b"," + good, timeout=20)
        assert answer.status_code == 200 or refused(answer)[0] == 400, (len(raw), answer.text)
