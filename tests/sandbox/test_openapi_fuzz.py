"""Schemathesis asks every operation odd questions: nothing ends in a 5xx, and every status is one that is described."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from sandbox import openapi
from tests.sandbox.candid_vendor import CLIENT
from tests.sandbox.cardscan_vendor import KEY
from tests.sandbox.cardscan_vendor import Vendor as CardScan
from tests.sandbox.payments_vendor import KEYS
from tests.sandbox_process import SandboxProcess

pytestmark = pytest.mark.real


def with_short_lists(doc: Any) -> Any:
    """Return a document in which every list has at most two items, or as many as it needs."""
    if isinstance(doc, list):
        return [with_short_lists(one) for one in doc]
    if not isinstance(doc, dict):
        return doc
    short = {name: with_short_lists(value) for name, value in doc.items()}
    if doc.get("type") == "array":
        short["maxItems"] = max(doc.get("minItems", 0), min(doc.get("maxItems", 2), 2))
    return short


SCHEMA = schemathesis.openapi.from_dict(openapi.document())
# What is asked is made of this one: long lists of payments with all their lines would take minutes to make.
SHORT = schemathesis.openapi.from_dict(with_short_lists(openapi.document()))
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
EXAMPLES = 8


def asked() -> list[tuple[str, str, GenerationMode]]:
    """Return every operation with right questions, and with wrong ones where there is anything to get wrong."""
    found = []
    for path, method, operation in openapi.operations(openapi.document()):
        has_questions = "{" in path or "parameters" in operation or "requestBody" in operation
        modes = list(GenerationMode) if has_questions else [GenerationMode.POSITIVE]
        found += [(path, method, mode) for mode in modes]
    return found


QUIET = settings(
    max_examples=EXAMPLES,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def headers(sandbox_process: SandboxProcess) -> Callable[[str], dict[str, str]]:
    """Return the credentials for a path."""
    sandbox_process.reset()
    base = sandbox_process.url
    candid = requests.post(f"{base}/candid/api/auth/v2/token", json=CLIENT, timeout=20).json()["access_token"]
    form = {"grant_type": "client_credentials", "client_id": "spry-sandbox", "client_secret": "spry-sandbox-secret"}
    spry = requests.post(f"{base}/spry/apis/v2/oauth/token", data=form, timeout=20).json()["access_token"]
    known = {"cardscan": KEY, "candid": candid, "spry": spry}
    bearers = {vendor: {"Authorization": f"Bearer {token}"} for vendor, token in known.items()}
    return lambda path: bearers.get(path.split("/")[1], {"API-Key": KEYS["ACCT1"]})


@pytest.fixture(scope="module")
def ids(sandbox_process: SandboxProcess) -> dict[str, str]:
    """Return ids that exist, by the names of the parameters of paths."""
    return {"card_id": CardScan(sandbox_process).create()}


@pytest.fixture(autouse=True)
def _as_it_was(sandbox_process: SandboxProcess) -> Any:
    yield
    sandbox_process.call("DELETE", "faults")
    for scenario in sandbox_process.call("GET", "scenarios")["scenarios"]:
        sandbox_process.call("POST", f"scenarios/{scenario['id']}", {"do": "remove"})
    sandbox_process.call("POST", "clock", {"reset": True})


@pytest.mark.parametrize(("path", "method", "mode"), asked())
def test_it_answers_as_it_says(
    sandbox_process: SandboxProcess,
    headers: Callable[[str], dict[str, str]],
    ids: dict[str, str],
    path: str,
    method: str,
    mode: GenerationMode,
) -> None:
    operation = SHORT[path][method.upper()]

    @QUIET
    @given(case=operation.as_strategy(generation_mode=mode), known=st.booleans())
    def ask(case: Any, known: bool) -> None:
        assume(not _ends_it(case.body))
        if known:
            case.path_parameters = {**(case.path_parameters or {}), **_known(path, ids)}
        response = case.call(base_url=sandbox_process.url, headers=headers(path), timeout=20)
        case.operation = SCHEMA[path][method.upper()]
        case.validate_response(response, checks=CHECKS)

    ask()


def _known(path: str, ids: dict[str, str]) -> dict[str, str]:
    return {name: quote(value) for name, value in ids.items() if f"{{{name}}}" in path}


def _ends_it(body: Any) -> bool:
    """Tell whether an order of the window would end the conversation: refused connections, a vendor forgotten."""
    return isinstance(body, dict) and (body.get("kind") in ("refused", "*"))
