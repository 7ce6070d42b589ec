"""Speaks to the sandbox's Candid over HTTP, as the product does."""

import json
from decimal import Decimal
from typing import Any

import requests
import simplejson

from tests.sandbox import described
from tests.sandbox_process import SandboxProcess

NPI = "1999999984"
CLIENT = {"client_id": "candid-sandbox", "client_secret": "candid-sandbox-secret"}


def person(first: str, last: str, member_id: str | None = None, born: str | None = None) -> dict[str, Any]:
    """Return a subscriber or dependent as the request describes one."""
    doc = {"first_name": first, "last_name": last, "member_id": member_id, "date_of_birth": born}
    return {key: value for key, value in doc.items() if value is not None}


class Candid:
    """A client with one token."""

    def __init__(self, sandbox: SandboxProcess) -> None:
        self.sandbox = sandbox
        self.url = f"{sandbox.url}/candid"
        self.http = described.session()
        answer = self.http.post(f"{self.url}/api/auth/v2/token", json=CLIENT, timeout=20)
        self.http.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"

    def post(self, doc: Any, **how: Any) -> requests.Response:
        """Ask with any body."""
        return self.http.post(f"{self.url}/eligibility-checks/v1", json=doc, timeout=20, **how)

    def call(self, method: str, path: str, doc: Any = None, **how: Any) -> requests.Response:
        """Make any call below /candid; `doc` is sent as JSON unless it is None."""
        if doc is not None:
            how["data"] = json.dumps(doc)
            how["headers"] = {"Content-Type": "application/json"}
        return self.http.request(method, f"{self.url}/{path}", timeout=30, **how)

    def body(self, payer_id: str, subscriber: dict[str, Any], **more: Any) -> dict[str, Any]:
        """Return a request body; `service` and `day` make the encounter."""
        encounter = {"date_of_service": more.pop("day", None), "service_type_codes": [more.pop("service", "30")]}
        provider = {"organization_name": "Riverside Clinic", "npi": NPI}
        doc = {"payer_id": payer_id, "provider": provider, "subscriber": subscriber, "encounter": encounter}
        return doc | more

    def ask(self, payer_id: str, subscriber: dict[str, Any], **more: Any) -> dict[str, Any]:
        """Ask one question and return the answer, numbers with a point as Decimal."""
        answer = self.post(self.body(payer_id, subscriber, **more))
        assert answer.status_code == 200, answer.text
        return exact(answer)

    def search(self, **params: Any) -> requests.Response:
        """Search payers."""
        return self.http.get(f"{self.url}/eligibility-checks/v1/payer/search", params=params, timeout=20)

    def enrol(self, **details: Any) -> str:
        """Have the sandbox know the member of a card."""
        return self.http.post(f"{self.url}/__sandbox__/members", json=details, timeout=20).json()["member"]

    def held(self, collection: str) -> int:
        """Return how many documents of a collection the sandbox holds."""
        state = self.sandbox.call("GET", "state")
        return sum(
            line["count"] for line in state["held"] if (line["vendor"], line["collection"]) == ("candid", collection)
        )


def exact(answer: requests.Response) -> dict[str, Any]:
    """Return the JSON of an answer with exact numbers."""
    doc: dict[str, Any] = simplejson.loads(answer.content, use_decimal=True)
    return doc


def status(answer: dict[str, Any]) -> str | None:
    """Return the parsed status, None if nothing was parsed."""
    parsed = answer["parsed_response"]
    return None if parsed is None else parsed["eligibility_status"]


def codes(answer: dict[str, Any]) -> list[str]:
    """Return the AAA codes of an answer, in order."""
    return [error["errorDetails"]["code?"] for error in answer["errors"] or []]


def rows(answer: dict[str, Any], code: str, **wanted: str) -> list[dict[str, Any]]:
    """Return the raw rows of a benefit code with these values."""
    return [
        row
        for row in answer["response"]["benefitsInformation"]
        if row["code"] == code and all(row.get(key, "") == value for key, value in wanted.items())
    ]


def service(answer: dict[str, Any], code: str) -> dict[str, Any]:
    """Return the parsed coverage of one service."""
    found = [one for one in answer["parsed_response"]["benefits"]["service_specific_coverage"]]
    return next(one for one in found if one["service_code"] == code)


def in_network(answer: dict[str, Any]) -> dict[str, Any]:
    """Return the parsed yearly amounts in network."""
    coverage: dict[str, Any] = answer["parsed_response"]["benefits"]["plan_coverage"]["in_network"]
    return coverage


def money(text: str) -> Decimal:
    """Return an amount of the raw answer."""
    return Decimal(text)
