"""Schemathesis asks every operation odd questions, half of them about things that are there.

Nothing ends in a 5xx or in a mistake in the log, and every answer is as described.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from typing import Any

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
from tests.sandbox import described, things
from tests.sandbox.candid_vendor import Candid
from tests.sandbox.cardscan_vendor import KEY
from tests.sandbox.payments_vendor import KEYS
from tests.sandbox.spry_vendor import Spry
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
QUIET = settings(
    max_examples=EXAMPLES,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
# Stands for half a surrogate pair, which is legal JSON and which no client here would write.
HALF = "@half@"
# What no schema would send, in the place of any value.
ODD = (None, True, -1, 0, 10**30, -(10**400), 1e308, 5e-324, "", " ", "\x00", HALF, "A" * 3000, [], {"": [{}]})
DEEP = "[" * 3000 + "]" * 3000
BODIES: dict[str, bytes] = {
    "nothing": b"",
    "blank": b" \n",
    "half": b'{"card_id": "',
    "no UTF-8": b'{"a": "\xff\xfe"}',
    "half a pair": b'{"a": "\\ud800", "card_id": "\\udfff", "batchId": "\\ud83d"}',
    "NaN": b'{"a": NaN, "b": -Infinity}',
    "a huge number": b'{"patient_id": 1e99999999, "numberOfPayments": ' + b"9" * 5000 + b"}",
    "a key twice": b'{"batchId": null, "batchId": "b", "payer_id": "1", "payer_id": 2, "notes": 1, "notes": 2}',
    "very deep": f'{{"payments": {DEEP}, "metadata": {DEEP}}}'.encode(),
    "a list": b"[[], {}, null]",
    "a text": b'"text"',
    "a form": b"grant_type=client_credentials&client_id=%FF&client_secret=%00&client_id=x",
}
TYPES = (None, "", "application/json", "application/json; charset=utf-16", "text/plain", "multipart/form-data", "\xe9")
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW")


def asked() -> list[tuple[str, str, GenerationMode]]:
    """Return every operation with right questions, and with wrong ones where there is anything to get wrong.

    The vendors come before the window, whose orders change them, and what takes things away comes last.
    """
    found = []
    for path, method, operation in openapi.operations(openapi.document()):
        has_questions = "{" in path or "parameters" in operation or "requestBody" in operation
        modes = list(GenerationMode) if has_questions else [GenerationMode.POSITIVE]
        found += [(path, method, mode) for mode in modes]
    return sorted(found, key=lambda one: (one[1] == "delete" or one[0].endswith("/reset"), one[0][1] == "_"))


@pytest.fixture(scope="module")
def known(sandbox_process: SandboxProcess) -> dict[str, things.Known]:
    """Return what is there, by vendor."""
    sandbox_process.reset()
    for name in ("rate_limit", "token_limit"):
        sandbox_process.switch("candid", name, 1_000_000)
    return things.everything(sandbox_process)


@pytest.fixture(scope="module")
def headers(sandbox_process: SandboxProcess, known: dict[str, things.Known]) -> Callable[[str], dict[str, str]]:
    """Return the credentials for a path."""
    bearers = {
        "cardscan": f"Bearer {KEY}",
        "candid": str(Candid(sandbox_process).http.headers["Authorization"]),
        "spry": str(Spry(sandbox_process).http.headers["Authorization"]),
    }
    keys = {vendor: {"Authorization": bearer} for vendor, bearer in bearers.items()}
    return lambda path: keys.get(path.split("/")[1], {"API-Key": KEYS["ACCT1"]})


@pytest.fixture(scope="module")
def session() -> requests.Session:
    """One session for all, which compares every answer of a vendor with the document."""
    return described.session()


@pytest.fixture(autouse=True)
def _as_it_was(sandbox_process: SandboxProcess, known: dict[str, things.Known]) -> Iterator[None]:
    yield
    sandbox_process.call("DELETE", "faults")
    for scenario in sandbox_process.call("GET", "scenarios")["scenarios"]:
        if scenario["id"] not in known[""]["scenario_id"]:
            sandbox_process.call("POST", f"scenarios/{scenario['id']}", {"do": "remove"})
    sandbox_process.call("POST", "clock", {"reset": True})


@pytest.fixture(scope="module", autouse=True)
def _no_mistake_in_the_log(sandbox_process: SandboxProcess) -> Iterator[None]:
    log = sandbox_process.data / "sandbox.log"
    before = log.stat().st_size
    yield
    told = log.read_bytes()[before:].decode(errors="replace").splitlines()
    assert [line for line in told if " failed: " in line or "Traceback" in line or " ERROR " in line] == []


@pytest.mark.parametrize("path", [path for path in openapi.document()["paths"] if not path.startswith("/__sandbox__")])
def test_nothing_that_is_sent_to_an_address_breaks_it(
    sandbox_process: SandboxProcess,
    headers: Callable[[str], dict[str, str]],
    known: dict[str, things.Known],
    session: requests.Session,
    path: str,
) -> None:
    there = known[path.split("/")[1]]
    url = sandbox_process.url + re.sub(r"{(\w+)}", lambda name: requests.utils.quote(str(there[name[1]][0])), path)
    methods = [method.upper() for way, method, _operation in openapi.operations(openapi.document()) if way == path]

    def send(method: str, body: bytes = b"{}", kind: str | None = "application/json", **more: str) -> int:
        named = headers(path) | ({} if kind is None else {"Content-Type": kind.encode("latin-1")})
        how: dict[str, Any] = {"allow_redirects": False, "timeout": 20}
        return session.request(method, url, data=body, headers=named | more, **how).status_code

    for method in set(METHODS) - set(methods):
        assert send(method) < 500
    for method in set(methods) - {"DELETE"}:
        assert all(send(method, body) < 500 for body in BODIES.values())
        assert all(send(method, kind=kind) < 500 for kind in TYPES)
        assert send(method, Authorization="Bearer \xff", **{"API-Key": "\xff"}) < 500
        assert session.request(method, url, data=b"{}", timeout=20, allow_redirects=False).status_code < 500


@pytest.mark.parametrize(("path", "method", "mode"), asked())
def test_it_answers_as_it_says(
    sandbox_process: SandboxProcess,
    headers: Callable[[str], dict[str, str]],
    known: dict[str, things.Known],
    session: requests.Session,
    path: str,
    method: str,
    mode: GenerationMode,
) -> None:
    operation = SHORT[path][method.upper()]
    there = known.get(path.split("/")[1], known[""])

    @QUIET
    @given(case=operation.as_strategy(generation_mode=mode), luck=st.randoms(use_true_random=False))
    def ask(case: Any, luck: random.Random) -> None:
        case.path_parameters = about(case.path_parameters or {}, there, luck)
        case.query = about(case.query or {}, there, luck)
        if isinstance(case.body, dict | list):
            case.body = about(case.body, there, luck, odd=mode is GenerationMode.NEGATIVE)
        assume(not _ends_it(case.body))
        how = {"session": session, "auth": _with_half_pairs, "allow_redirects": False, "timeout": 20}
        response = case.call(base_url=sandbox_process.url, headers=headers(path), **how)
        case.operation = SCHEMA[path][method.upper()]
        case.validate_response(response, checks=CHECKS)

    ask()


def about(value: Any, there: things.Known, luck: random.Random, *, odd: bool = False) -> Any:
    """Return a document half of whose values are replaced by what is there; if `odd`, some others by odd ones."""
    if isinstance(value, list):
        return [about(one, there, luck, odd=odd) for one in value]
    if not isinstance(value, dict):
        return luck.choice(ODD) if odd and luck.random() < 0.1 else value
    return {
        name: luck.choice(there[name]) if name in there and luck.random() < 0.5 else about(inner, there, luck, odd=odd)
        for name, inner in value.items()
    }


def _with_half_pairs(request: requests.PreparedRequest) -> requests.PreparedRequest:
    if isinstance(request.body, bytes):
        request.body = request.body.replace(HALF.encode(), b"\\ud800")
    return request


def _ends_it(body: Any) -> bool:
    """Tell whether an order of the window would end the conversation: refused connections, a vendor forgotten."""
    return isinstance(body, dict) and (body.get("kind") in ("refused", "*"))
