"""Scenarios over HTTP: their API, the editor of the page, and how the gate plays them."""

from html.parser import HTMLParser
from typing import Any

import pytest
import requests

from sandbox import scenario_library
from tests.sandbox.candid_vendor import Candid, codes, person, status
from tests.sandbox.cardscan_vendor import Vendor as CardScan
from tests.sandbox.described import spoilt
from tests.sandbox.raw import CALLS, ask
from tests.sandbox_process import SandboxProcess

pytestmark = pytest.mark.real

MEMBER = person("Ellen", "Moore", "W123456789", "1980-02-03")


def window(sandbox: SandboxProcess, method: str, path: str, **options: Any) -> requests.Response:
    """Speak to /__sandbox__/scenarios…"""
    url = f"{sandbox.url}/__sandbox__/scenarios{path}"
    return requests.request(method, url, timeout=20, allow_redirects=False, **options)


def add(sandbox: SandboxProcess, **scenario: Any) -> str:
    """Add a scenario; return its id."""
    return str(sandbox.call("POST", "scenarios", {"name": "One", **scenario})["id"])


def candid(sandbox: SandboxProcess, **scenario: Any) -> str:
    """Add a scenario about Candid's checks."""
    return add(sandbox, vendor="candid", route="check", **scenario)


# Played


@spoilt()
def test_a_payer_behaves_step_by_step(sandbox: SandboxProcess) -> None:
    steps = [
        {"times": 1, "fault": {"kind": "429", "retry_after": "absent"}},
        {"times": 1, "fault": {"kind": "500_after"}},
        {"times": 1, "fault": {"kind": "truncated_json"}},
        {"times": 1, "answer": {"aaa": "75"}},
        {"times": 1, "answer": {"status": "ACTIVE", "copay": "40.00"}},
    ]
    scenario_id = candid(sandbox, subject={"payer_name": "Aetna"}, steps=steps)
    vendor = Candid(sandbox)
    body = vendor.body("60054", MEMBER)
    assert [vendor.post(body).status_code for _ in range(2)] == [429, 500]
    with pytest.raises(ValueError):
        vendor.post(body).json()
    assert status(vendor.ask("87726", MEMBER)) is not None  # another payer is as usual
    assert codes(vendor.ask("60054", MEMBER)) == ["75"]
    answered = vendor.ask("60054", MEMBER)
    assert status(answered) == "ACTIVE"
    assert "40" in str(answered["parsed_response"])
    assert sandbox.call("GET", f"scenarios/{scenario_id}")["next"] is None


def test_a_payer_that_says_nothing_has_done_nothing(sandbox: SandboxProcess) -> None:
    candid(sandbox, steps=[{"times": 1, "fault": {"kind": "black_hole_before", "seconds": 0.05}}])
    vendor = Candid(sandbox)
    with pytest.raises(requests.ConnectionError):
        vendor.post(vendor.body("60054", MEMBER))
    assert vendor.held("checks") == 0
    vendor.ask("60054", MEMBER)
    assert vendor.held("checks") == 1


@pytest.mark.parametrize("route", CALLS)
def test_every_vendor_plays_it(sandbox: SandboxProcess, route: str) -> None:
    request = CALLS[route](sandbox)
    vendor, _, name = route.partition(".")
    add(sandbox, vendor=vendor, route=name, steps=[{"times": 1, "fault": {"kind": "502_html"}}])
    add(sandbox, vendor=vendor, route="*", steps=[{"times": 1, "fault": {"kind": "reset_after"}}])
    seen = [ask(sandbox, request) for _ in range(3)]
    assert [(one.status, one.ended) for one in seen[:2]] == [(502, "closed"), (0, "reset")]
    assert seen[2].status in (200, 201, 204)


def test_a_latency_delays_the_answer(sandbox: SandboxProcess) -> None:
    add(sandbox, vendor="cardscan", route="list", latency={"kind": "fixed", "seconds": 30})
    with pytest.raises(requests.ReadTimeout):
        CardScan(sandbox).call("GET", "/cards", timeout=0.3)
    assert CardScan(sandbox).create()


def test_a_websocket_plays_it(sandbox: SandboxProcess) -> None:
    add(sandbox, vendor="cardscan", route="socket", steps=[{"times": 1, "fault": {"kind": "reset_before"}}])
    with pytest.raises(ConnectionResetError):
        CardScan(sandbox).listen()
    CardScan(sandbox).listen().close()


def test_a_payer_is_down_from_ten_to_eleven(sandbox: SandboxProcess) -> None:
    sandbox.call("POST", "clock", {"now": "2031-05-06T09:59:00Z"})
    sandbox.call("POST", "scenarios", {"ready": "closed-in-the-morning"})
    seen = []
    for _ in range(3):
        seen.append(ask(sandbox, CALLS["candid.token"](sandbox)).status)
        sandbox.call("POST", "clock", {"advance_seconds": 3600})
    assert seen == [200, 502, 200]


def test_a_restart_keeps_it(tmp_path: Any) -> None:
    first = SandboxProcess(tmp_path)
    add(first, vendor="spry", route="token", steps=[{"times": 2, "fault": {"kind": "500_before"}}])
    assert ask(first, CALLS["spry.token"](first)).status == 500
    first.kill()
    second = SandboxProcess(tmp_path)
    assert [ask(second, CALLS["spry.token"](second)).status for _ in range(2)] == [500, 200]
    second.stop()


# The API


def test_it_lists_and_changes_and_removes(sandbox: SandboxProcess) -> None:
    scenario_id = candid(sandbox, steps=[{"times": 2}, {}])
    doc = sandbox.call("GET", f"scenarios/{scenario_id}")
    assert doc["next"] == {"step": 0, "calls_left": 2}
    assert sandbox.call("POST", f"scenarios/{scenario_id}", {"do": "pause"})["paused"] is True
    changed = sandbox.call("PUT", f"scenarios/{scenario_id}", {"name": "Two", "vendor": "spry", "route": "capture"})
    assert (changed["id"], changed["name"], changed["steps"]) == (scenario_id, "Two", [{"times": None}])
    assert window(sandbox, "DELETE", f"/{scenario_id}").status_code == 204
    assert sandbox.call("GET", "scenarios")["scenarios"] == []


@pytest.mark.parametrize("ready", [ready.key for ready in scenario_library.READY])
def test_what_is_ready_can_be_used(sandbox: SandboxProcess, ready: str) -> None:
    assert sandbox.call("POST", "scenarios", {"ready": ready})["next"]["step"] == 0


def test_its_problems_name_the_place(sandbox: SandboxProcess) -> None:
    wrong = {"name": "One", "vendor": "candid", "route": "check", "steps": [{"times": 0}]}
    answer = window(sandbox, "POST", "", json=wrong)
    assert answer.status_code == 400
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert list(answer.json()["errors"]) == ["steps[0].times"]


@pytest.mark.parametrize(("method", "body"), [("GET", None), ("PUT", {}), ("DELETE", None), ("POST", {"do": "pause"})])
def test_it_knows_no_other(sandbox: SandboxProcess, method: str, body: Any) -> None:
    assert window(sandbox, method, "/nothing", json=body).status_code == 404


def test_a_reset_takes_it_back(sandbox: SandboxProcess) -> None:
    candid(sandbox)
    add(sandbox, vendor="spry", route="*")
    sandbox.call("POST", "reset", {"vendor": "candid"})
    assert [one["vendor"] for one in sandbox.call("GET", "scenarios")["scenarios"]] == ["spry"]
    sandbox.reset()
    assert sandbox.call("GET", "scenarios")["scenarios"] == []


# The page

EDITOR = {
    "name": "Aetna in the morning",
    "place": "candid.check",
    "subject[0].name": "payer_name",
    "subject[0].value": "Aetna",
    "subject[1].name": "",
    "subject[1].value": "",
    "steps[0].times": "2",
    "steps[0].what": "429",
    "steps[0].details": "retry_after=date, seconds=30",
    "steps[1].times": "",
    "steps[1].what": "answer",
    "steps[1].details": "status=ACTIVE, copay=40.00",
    "steps[2].times": "",
    "steps[2].what": "",
    "steps[2].details": "",
    "latency.kind": "lognormal",
    "latency.first": "2",
    "latency.second": "9.5",
    "window.from": "10:00",
    "window.until": "11:00",
    "window.daily": "true",
}


def test_the_editor_makes_a_scenario(sandbox: SandboxProcess) -> None:
    assert window(sandbox, "POST", "", data=EDITOR).status_code == 303
    (kept,) = sandbox.call("GET", "scenarios")["scenarios"]
    assert (kept["vendor"], kept["route"], kept["subject"]) == ("candid", "check", {"payer_name": "Aetna"})
    assert kept["steps"] == [
        {"times": 2, "fault": {"kind": "429", "retry_after": "date", "seconds": 30}},
        {"times": None, "answer": {"status": "ACTIVE", "copay": "40.00"}},
    ]
    assert kept["latency"] == {"kind": "lognormal", "median": 2.0, "p95": 9.5}
    assert kept["window"] == {"from": "10:00", "until": "11:00", "daily": True}


def test_the_editor_changes_a_scenario(sandbox: SandboxProcess) -> None:
    scenario_id = candid(sandbox, subject={"member_id": "W1"}, steps=[{"times": 3, "answer": {"aaa": "42"}}])
    page = requests.get(f"{sandbox.url}/__sandbox__/?edit={scenario_id}", timeout=20).text
    assert "Change the scenario" in page
    assert 'value="aaa=42"' in page
    assert window(sandbox, "POST", f"/{scenario_id}", data=EDITOR | {"_method": "PUT"}).status_code == 303
    assert sandbox.call("GET", f"scenarios/{scenario_id}")["name"] == "Aetna in the morning"


def test_the_editor_says_beside_the_field_what_is_wrong(sandbox: SandboxProcess) -> None:
    wrong = {"steps[0].times": "often", "steps[1].details": "copay=<b>", "latency.second": "1", "window.from": "25:00"}
    answer = window(sandbox, "POST", "", data=EDITOR | wrong)
    assert answer.status_code == 422
    for name in wrong:
        field = answer.text.partition(f'id="{name}"')[2].partition("</div>")[0]
        assert "aria-invalid" in field and "▲" in field, name
    assert 'value="often"' in answer.text
    assert "copay=&lt;b&gt;" in answer.text
    assert sandbox.call("GET", "scenarios")["scenarios"] == []


@pytest.mark.parametrize(
    ("sent", "fields"),
    [
        ({"subject[1].value": "87726"}, ["subject[1].name"]),
        ({"subject[1].name": "payer_name", "subject[1].value": "Cigna"}, ["subject[1].name"]),
        ({"subject[0].value": ""}, ["subject[0].value"]),
        ({"steps[2].times": "3"}, ["steps[2].what"]),
        ({"steps[2].details": "copay=40"}, ["steps[2].what"]),
        ({"steps[0].times": ""}, ["steps[0].times"]),
        ({"steps[1].details": "40"}, ["steps[1].details"]),
        ({"steps[1].details": "copay=40, copay=50"}, ["steps[1].details"]),
        ({"steps[1].details": ""}, ["steps[1].details"]),
        ({"steps[1].what": "usual"}, ["steps[1].details"]),
        ({"latency.kind": ""}, ["latency.kind"]),
        ({"latency.kind": "fixed"}, ["latency.second"]),
        ({"window.from": "", "window.until": ""}, ["window.from"]),
        ({"window.from": "10:00Z"}, ["window.from"]),
    ],
)
def test_the_editor_drops_nothing_that_was_said(
    sandbox: SandboxProcess, sent: dict[str, str], fields: list[str]
) -> None:
    page = window(sandbox, "POST", "", data=EDITOR | sent)
    assert page.status_code == 422
    for name in fields:
        assert "aria-invalid" in page.text.partition(f' id="{name}"')[2].partition(">")[0], name
        assert f'href="#{name}"' in page.text
    assert all(f'value="{value}"' in page.text for value in sent.values() if value)
    assert sandbox.call("GET", "scenarios")["scenarios"] == []


@pytest.mark.parametrize(
    "step",
    [
        {"times": 1, "fault": {"kind": "429", "retry_after": None}},
        {"times": 1, "fault": {"kind": "429", "retry_after": "5"}},
        {"times": 1, "fault": {"kind": "429", "retry_after": 5}},
        {"times": 1, "fault": {"kind": "redirect", "location": 'a, b="c\\d", e=1', "status": 307}},
        {"times": 2, "answer": {"refuse": "422", "detail": "The account is closed, come again"}},
        {"times": 2, "answer": {"detail": "1.0", "refuse": "422.0"}},
        {"times": None},
    ],
)
def test_what_the_editor_shows_it_takes_back(sandbox: SandboxProcess, step: dict[str, Any]) -> None:
    scenario_id = add(sandbox, vendor="payments", route="create", steps=[step])
    kept = sandbox.call("GET", f"scenarios/{scenario_id}")
    form = fields_of(requests.get(f"{sandbox.url}/__sandbox__/?edit={scenario_id}", timeout=20).text)
    assert window(sandbox, "POST", f"/{scenario_id}", data=form).status_code == 303
    assert sandbox.call("GET", f"scenarios/{scenario_id}") == kept


class _Fields(HTMLParser):
    """Reads the fields of the editor as a browser would send them."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: dict[str, str] = {}
        self.inside = False
        self.select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "form":
            self.inside = found.get("class") == "editor"
        elif self.inside and tag == "input" and (found.get("type") != "checkbox" or "checked" in found):
            self.sent[str(found["name"])] = found.get("value") or ""
        elif self.inside and tag == "select":
            self.select = str(found["name"])
        elif self.inside and tag == "option" and (self.select not in self.sent or "selected" in found):
            self.sent[self.select] = found.get("value") or ""


def fields_of(page: str) -> dict[str, str]:
    """Return what the editor of a page would send."""
    reader = _Fields()
    reader.feed(page)
    return reader.sent


def test_the_buttons_of_a_scenario(sandbox: SandboxProcess) -> None:
    assert window(sandbox, "POST", "", data={"ready": "inactive"}).status_code == 303
    (kept,) = sandbox.call("GET", "scenarios")["scenarios"]
    for wish, paused in (("pause", True), ("resume", False), ("restart", False)):
        assert window(sandbox, "POST", f"/{kept['id']}", data={"do": wish}).status_code == 303
        assert sandbox.call("GET", f"scenarios/{kept['id']}")["paused"] is paused
    window(sandbox, "POST", f"/{kept['id']}", data={"do": "remove"})
    assert sandbox.call("GET", "scenarios")["scenarios"] == []
