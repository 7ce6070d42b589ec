"""Speaks to the sandbox's SPRY over HTTP, as the product does."""

from typing import Any

import requests
import simplejson

from tests.sandbox import described
from tests.sandbox_process import SandboxProcess

CLIENT = {"client_id": "spry-sandbox", "client_secret": "spry-sandbox-secret"}
NETWORK = {
    "individual_deductible_year": 1000,
    "individual_deductible_remaining": 0,
    "family_deductible_year": 2000,
    "family_deductible_remaining": 500,
    "co_insurance": 20,
    "co_pay": 25,
    "limitation": {"no_of_total_visits": 20, "no_of_visits_remaining": 17, "amount_remaining": 0},
}
CAPTURE: dict[str, Any] = {
    "patient_id": 12345,
    "organisation_id": 67,
    "clinic_id": 89,
    "insurance_card_number": "ZZT0042",
    "service_code": "PT",
    "prior_authorization_required": "N",
    "physical_therapy_coverage": "Y",
    "call_respondent": "R. Agent",
    "plan_details": {"payer_id": "00077", "active": True, "plan_start_date": "2026-01-01"},
    "in_network": NETWORK,
}


def capture_with(path: str, value: Any) -> dict[str, Any]:
    """Return the capture with one value changed; `path` is dotted."""
    doc: dict[str, Any] = simplejson.loads(simplejson.dumps(CAPTURE))
    *outer, key = path.split(".")
    place = doc
    for name in outer:
        place = place.setdefault(name, {})
    place[key] = value
    return doc


class Spry:
    """A client with one token."""

    def __init__(self, sandbox: SandboxProcess, **token: str) -> None:
        self.sandbox = sandbox
        self.url = f"{sandbox.url}/spry"
        self.http = described.session()
        answer = self.token(**token)
        self.http.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"

    def token(self, version: str = "v2", **form: str) -> requests.Response:
        """Ask for a token."""
        data = {"grant_type": "client_credentials", "scope": "read write"} | CLIENT | form
        return described.session().post(f"{self.url}/apis/{version}/oauth/token", data=data, timeout=20)

    def send(self, raw: bytes, kind: str = "application/json") -> requests.Response:
        """Capture with these very bytes."""
        url = f"{self.url}/apis/eligibility/v2/insurance/eligibility/offline"
        return self.http.post(url, data=raw, headers={"Content-Type": kind}, timeout=20)

    def capture(self, doc: dict[str, Any]) -> requests.Response:
        """Capture a phone call."""
        return self.send(simplejson.dumps(doc, use_decimal=True).encode())

    def search(self, **params: Any) -> requests.Response:
        """Search what was captured."""
        url = f"{self.url}/apis/eligibility/v2/insurance/eligibility/search"
        return self.http.get(url, params=params, timeout=20)

    def found(self, number: str = "ZZT0042", patient_id: int = 12345, **params: Any) -> list[dict[str, Any]]:
        """Return the content of a search with exact numbers."""
        answer = self.search(patient_id=patient_id, insurance_number=number, **params)
        assert answer.status_code == 200, answer.text
        content: list[dict[str, Any]] = simplejson.loads(answer.content, use_decimal=True)["data"]["content"]
        return content

    def records(self) -> list[dict[str, Any]]:
        """Return everything that was kept."""
        answer = requests.get(f"{self.url}/__sandbox__/records", timeout=20)
        records: list[dict[str, Any]] = simplejson.loads(answer.content, use_decimal=True)["records"]
        return records


def told(answer: requests.Response) -> tuple[int, int, str]:
    """Return (HTTP status, code, message) of an error."""
    doc = answer.json()
    assert doc["data"] is None
    return answer.status_code, doc["code"], doc["message"]
