"""The sandbox's documents name what the sandbox can do."""

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from sandbox import VENDORS, faults, gate, inspect, openapi, players
from sandbox.cardscan import http as cardscan
from sandbox.switch_table import SWITCHES, Declared
from tests.sandbox_process import ROOT, SandboxProcess

SANDBOX, CARDSCAN = ROOT / "docs" / "sandbox.md", ROOT / "docs" / "vendors" / "cardscan.md"


@pytest.mark.parametrize("kind", faults.GATE_KINDS)
def test_every_kind_of_fault_is_described(kind: str) -> None:
    assert f"`{kind}`" in SANDBOX.read_text()


def test_every_kind_of_fault_can_be_played() -> None:
    assert (set(players.BEFORE), set(players.AFTER)) == (set(faults.BEFORE_KINDS), set(faults.AFTER_KINDS))
    assert faults.GATE_KINDS == faults.ANSWER_KINDS | faults.WAIT_KINDS


PAGES = {"cardscan": "cardscan", "candid": "candid", "spry": "spry", "payments": "optum"}


@pytest.mark.parametrize("switch", SWITCHES, ids=lambda one: str(one.key))
def test_every_switch_is_described_beside_its_vendor(switch: Declared) -> None:
    assert f"`{switch.name}`" in (ROOT / "docs" / "vendors" / f"{PAGES[switch.vendor]}.md").read_text()


def asked_for() -> Iterator[tuple[str, str, str]]:
    """Find (vendor, name, default as it is written) of every switch that the vendors' rules ask for."""
    call = re.compile(r'switch\(\s*("\w+"|vendor|VENDOR), "(\w+)", ([^()\n]+(?:\([^()\n]*\))?[^()\n]*)\)')
    for path in sorted((ROOT / "sandbox").rglob("*.py")):
        text = path.read_text()
        for vendor, name, default in call.findall(text):
            owner = vendor.strip('"') if vendor.startswith('"') else path.parent.name
            yield owner, name, default
        yield from (("payments", *found) for found in re.findall(r'desk\.switch\("(\w+)", ([^()]+)\)', text))
        yield from (("payments", *found) for found in re.findall(r'self\.switch\("(\w+)", ([^()]+)\)', text))


def test_every_switch_that_is_asked_for_is_declared_with_its_default() -> None:
    declared = {(one.vendor, one.name): one.default for one in SWITCHES}
    found = [one for one in asked_for() if one[0] in VENDORS]
    assert len(found) > 25
    for vendor, name, default in found:
        assert (vendor, name) in declared, (vendor, name)
        if not re.search("[a-zA-Z_]{2}", default.replace("True", "").replace("False", "").replace("None", "")):
            assert ast.literal_eval(default) == declared[vendor, name], (vendor, name, default)


@pytest.mark.parametrize("name", gate.names(cardscan.routes()))
def test_every_route_of_cardscan_is_named(name: str) -> None:
    assert f"`{name.removeprefix('cardscan.')}`" in CARDSCAN.read_text()


@pytest.mark.parametrize(
    "path", [route.path for route in inspect.routes()[0].routes if route.path not in ("/", "/page.css")]
)
def test_every_address_of_the_window_is_described(path: str) -> None:
    assert f"/__sandbox__{path.replace('{', '<').replace('}', '>')}" in SANDBOX.read_text()


def test_it_says_what_is_documented_and_what_is_our_guess() -> None:
    text = SANDBOX.read_text()
    assert text == openapi.with_shapes(text), "run: python -m sandbox.openapi docs/sandbox.md"


@pytest.mark.real
def test_its_examples_work_as_curl_sends_them(sandbox: SandboxProcess) -> None:
    examples = re.findall(r"curl localhost:8900/__sandbox__/(\w+) -d '(.*?)'", SANDBOX.read_text(), re.DOTALL)
    assert len(examples) >= 5
    set_ = {"scenarios": 0, "faults": 0}
    for path, body in examples:
        # What `curl -d` calls everything that it sends.
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        answer = requests.post(f"{sandbox.url}/__sandbox__/{path}", body, headers=headers, timeout=20)
        assert answer.headers["Content-Type"] == "application/json", (path, answer.text[:300])
        if path == "clock":
            assert answer.json()["now"][:16] == json.loads(body)["now"][:16]
        else:
            set_[path] += 1
        assert {name: len(sandbox.call("GET", name)[name]) for name in set_} == set_


def test_the_links_between_the_documents_lead_somewhere() -> None:
    for document in (SANDBOX, CARDSCAN):
        targets = [part.partition(")")[0] for part in document.read_text().split("](")[1:]]
        missing = [target for target in targets if not (document.parent / Path(target.partition("#")[0])).exists()]
        assert not missing
