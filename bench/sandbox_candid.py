"""The calls of the sandbox's Candid that are measured."""

import itertools
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from bench.sandbox_calls import TOKENS, Asked, again, anew, as_bytes, bearer
from bench.sandbox_client import Connection, request

CHECKS = "/candid/eligibility-checks/v1"
_COVERAGES = "/candid/coverages/v1"
_NPI = "1999999984"
_PERSON = {"first_name": "Ellen", "last_name": "Moore"}
_RECOMMENDATION = {
    "eligibility_check_id": "ec_1",
    "patient": _PERSON,
    "recommendation": {"type": "COPAY_ESTIMATION", "payload": {"exposition": "x", "structured_response": 2500}},
}
_SOUGHT = "NINA SOLE"
_DISCOVERY = {
    "provider": {"npi": _NPI},
    "subscriber": {"first_name": "Nina", "last_name": "Sole", "date_of_birth": "19800203"},
}


def check_doc(number: int = 0) -> dict[str, Any]:
    """Return one eligibility question; another number is another member."""
    return {
        "payer_id": "60054",
        "provider": {"organization_name": "Riverside Clinic", "npi": _NPI},
        "subscriber": _PERSON | {"member_id": f"W{100_000_000 + number}", "date_of_birth": "1980-02-03"},
        "encounter": {"date_of_service": f"{datetime.now(UTC):%Y-%m-%d}", "service_type_codes": ["30"]},
    }


def calls(connection: Connection) -> Iterator[Asked]:
    """Prepare a sandbox and return its calls; no member is asked about before the first check of a new one."""
    headers = bearer(connection, "candid")
    yield "candid.token", again(TOKENS["candid"])
    yield from _checks(connection, headers)
    yield from _recommendations(connection, headers)
    yield from _findings(connection, headers)
    yield from _coverages(connection, headers)


def _checks(connection: Connection, headers: dict[str, str]) -> Iterator[Asked]:
    def of_new_member(number: int) -> bytes:
        doc = check_doc()
        name = f"{number:04d}".translate(str.maketrans("0123456789", "ABCDEFGHIJ"))
        doc["subscriber"]["last_name"] = name
        doc["subscriber"]["member_id"] = _enrol(connection, f"E{500_000_000 + number}", f"ELLEN {name}")
        return request("POST", CHECKS, as_bytes(doc), **headers)

    batch = request("POST", f"{CHECKS}/batch", as_bytes([check_doc()]), **headers)
    _enrol(connection, "W100000000", "ELLEN MOORE")
    polled = f"{CHECKS}/batch/{connection.document(batch)['batch_id']}"
    yield "candid.check", again(request("POST", CHECKS, as_bytes(check_doc()), **headers))
    yield "candid.check of a new member", anew(of_new_member)
    yield "candid.check of nobody", anew(lambda n: request("POST", CHECKS, as_bytes(check_doc(n + 1)), **headers))
    yield "candid.batch", again(batch)
    yield "candid.poll_batch", again(request("GET", polled, **headers))
    yield "candid.get_multi", again(request("GET", f"{CHECKS}/get-multi/?page_token=&limit=1", **headers))
    yield "candid.payer_search", again(request("GET", f"{CHECKS}/payer/search?query=aetna", **headers))


def _enrol(connection: Connection, number: str, name: str) -> str:
    """Let a card be known as one that was read; return its member number."""
    card = {"member_number": number, "member_name": name, "payer_id": "60054"}
    connection.document(request("POST", "/candid/__sandbox__/members", as_bytes(card)))
    return number


def _recommendations(connection: Connection, headers: dict[str, str]) -> Iterator[Asked]:
    address = f"{CHECKS}/recommendation"
    create = request("POST", address, as_bytes(_RECOMMENDATION), **headers)
    kept = connection.document(create)["id"]
    vote = as_bytes({"user_id": "ana", "value": "UPVOTE"})
    yield "candid.recommendations", again(request("GET", address, **headers))
    yield "candid.create_recommendation", again(create)
    yield "candid.vote", anew(lambda number: request("PUT", f"{address}/{kept}/{number + 2}/vote", vote, **headers))


def _findings(connection: Connection, headers: dict[str, str]) -> Iterator[Asked]:
    other = {
        "trading_partner_service_id": "60054",
        "provider": {"npi": _NPI, "organization_name": "Riverside Clinic"},
        "subscriber": _PERSON | {"member_id": "W100000000", "date_of_birth": "19800203"},
        "encounter": {},
    }
    asked = as_bytes(_DISCOVERY)
    _enrol(connection, "S1", _SOUGHT)
    begin = request("POST", f"{_COVERAGES}/insurance-discovery-passthrough", asked, **headers)
    begun = connection.document(begin)["check_id"]
    coordinate = request("POST", f"{CHECKS}/coordination-of-benefits", as_bytes(other), **headers)
    yield "candid.insurance_discovery", again(request("POST", f"{CHECKS}/insurance-discovery", asked, **headers))
    yield "candid.coordination_of_benefits", again(coordinate)
    yield "candid.begin_discovery", again(begin)
    yield "candid.read_discovery", again(request("GET", f"{_COVERAGES}/insurance-discovery/{begun}", **headers))


def _coverages(connection: Connection, headers: dict[str, str]) -> Iterator[Asked]:
    on_file = connection.document(request("GET", "/candid/__sandbox__/coverages"))["coverages"][0]["coverage_id"]
    address = f"{_COVERAGES}/{on_file}/eligibility"
    doc = {"service_code": "30", "npi": _NPI, "date_of_service": f"{datetime.now(UTC):%Y-%m-%d}"}
    begin = request("POST", address, as_bytes(doc), **headers)

    def first(number: int) -> bytes:
        return request("GET", f"{address}/{connection.document(begin)['check_id']}", **headers)

    yield "candid.coverage_check", again(begin)
    yield "candid.coverage_answer, the first time", anew(first)
    yield "candid.coverage_answer", itertools.repeat(first(0))
