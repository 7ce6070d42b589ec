"""Looking inside the sandbox: its page, and the same as JSON."""

from pathlib import Path

import pytest
import requests

from sandbox.state import open_store
from sandbox.switch_table import SWITCHES
from tests.sandbox.cardscan_vendor import FRONT, Vendor, picture
from tests.sandbox.raw import CALLS, ask
from tests.sandbox.waiting import wait_until
from tests.sandbox_process import SandboxProcess

pytestmark = pytest.mark.real


def window(sandbox: SandboxProcess, method: str, path: str, **options: object) -> requests.Response:
    """Speak to /__sandbox__/…"""
    return requests.request(method, f"{sandbox.url}/__sandbox__/{path}", timeout=20, allow_redirects=False, **options)


# The page


def test_the_page_says_what_it_is_and_what_the_vendors_hold(sandbox: SandboxProcess) -> None:
    Vendor(sandbox).create()
    sandbox.fault("candid", "check", "500_after", times=3)
    page = window(sandbox, "GET", "")
    assert page.headers["Server"] == "frontdesk-sandbox"
    assert "Nothing here reaches a real vendor" in page.text
    assert "cards <b>1</b>" in page.text
    assert "candid.check" in page.text


def test_the_page_shows_no_person_and_no_secret(sandbox: SandboxProcess) -> None:
    vendor = Vendor(sandbox)
    card_id = vendor.create(metadata={"note": "for EMILY"})
    token = vendor.call("GET", "/access-token", user_id="emily-the-user").json()["Token"]
    vendor.upload(card_id, picture(*FRONT))
    vendor.wait(card_id)
    page = window(sandbox, "GET", "").text.lower()
    assert "<summary>members" in page and "<summary>scans" in page
    # Not even the beginning of a number, a photo's address in its storage, or what the sandbox does by itself.
    unwanted = ("emily", "128845682", "128…", token.lower(), ".jpg", "timed jobs")
    assert not [word for word in unwanted if word in page]


def test_the_buttons_of_the_page_lead_back_to_it(sandbox: SandboxProcess) -> None:
    form = {"vendor": "spry", "route": "*", "kind": "429", "times": "2", "options": '{"retry_after": 9}'}
    answer = window(sandbox, "POST", "faults", data=form)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/__sandbox__/?done=fault#done")
    (rule,) = sandbox.call("GET", "faults")["faults"]
    assert (rule["times"], rule["options"]) == (2, {"retry_after": 9})
    window(sandbox, "POST", "faults", data={"_method": "DELETE"})
    assert sandbox.call("GET", "faults") == {"faults": []}
    window(sandbox, "POST", "switches", data={"vendor": "payments", "name": "strict", "value": "true", "_as": "json"})
    assert sandbox.call("GET", "state")["switches"] == [{"vendor": "payments", "name": "strict", "value": True}]


@pytest.mark.parametrize(
    ("path", "form", "part", "said"),
    [
        ("clock", {"now": "2031-05-06 07:08"}, "clock", "The clock was moved."),
        ("switches", {"switch": "spry.ids", "value": "counted"}, "switches", "The switch is set."),
        ("switches", {"switch": "spry.ids", "value": ""}, "switches", "The switch is at its default again."),
        ("scenarios", {"ready": "inactive"}, "scenarios", "The scenario is kept."),
        ("reset", {"vendor": "spry"}, "again", "It is empty again."),
    ],
)
def test_the_page_says_what_was_done_where_it_was_done(
    sandbox: SandboxProcess, path: str, form: dict[str, str], part: str, said: str
) -> None:
    answer = requests.post(f"{sandbox.url}/__sandbox__/{path}", data=form, timeout=20)
    assert answer.url.endswith("#done")
    section = answer.text.partition(f'<section id="{part}">')[2].partition("</section>")[0]
    assert said in section.partition('id="done"')[2].partition("</p>")[0]
    assert "<title>Frontdesk sandbox" in answer.text


@pytest.mark.parametrize(
    ("path", "form", "field"),
    [
        ("faults", {"place": "", "kind": "429"}, "faults-place"),
        ("faults", {"place": "*.*", "kind": ""}, "faults-kind"),
        ("faults", {"place": "*.*", "kind": "refused", "times": "3"}, "faults-times"),
        ("faults", {"place": "spry.*", "kind": "429", "options": "seconds"}, "faults-options"),
        ("faults", {"place": "spry.*", "kind": "429", "options": '{"seconds": "\\ud800"}'}, "faults-options"),
        ("clock", {"now": "tomorrow"}, "clock-now"),
        ("switches", {"switch": "", "value": "1"}, "switches-switch"),
        ("switches", {"switch": "payments.strict", "value": "yes"}, "switches-value"),
        ("scenarios", {"place": "candid.check", "name": ""}, "name"),
    ],
)
def test_the_page_begins_with_what_is_wrong(
    sandbox: SandboxProcess, path: str, form: dict[str, str], field: str
) -> None:
    page = window(sandbox, "POST", path, data=form)
    assert page.status_code == 422
    assert "<title>Error: " in page.text
    summary, _, rest = page.text.partition("<main>")[2].partition("</div>")
    assert summary.strip().startswith("<div") and "autofocus" in summary
    assert f'href="#{field}"' in summary
    assert "aria-invalid" in rest.partition(f'id="{field}"')[2].partition(">")[0]
    state = sandbox.call("GET", "state")
    assert (state["faults"], state["switches"], state["scenarios"]) == ([], [], [])


def test_the_page_says_all_that_is_wrong_at_once(sandbox: SandboxProcess) -> None:
    form = {"place": "", "kind": "", "times": "x", "skip": "y", "options": "z"}
    page = window(sandbox, "POST", "faults", data=form).text
    assert not [name for name in form if f'href="#faults-{name}"' not in page]


def test_a_button_for_what_is_gone_leads_to_the_page_that_says_so(sandbox: SandboxProcess) -> None:
    for path in ("scenarios/nothing", "webhooks/nothing"):
        page = window(sandbox, "POST", path, data={"do": "remove"})
        assert (page.status_code, page.headers["Content-Type"].partition(";")[0]) == (422, "text/html")
        assert "<title>Error: " in page.text and "There is no such" in page.text


def test_its_forms_begin_with_nothing_chosen(sandbox: SandboxProcess) -> None:
    page = window(sandbox, "GET", "").text
    for field in ("faults-place", "faults-kind", "switches-switch"):
        assert page.partition(f'<select id="{field}"')[2].partition("</option>")[0].endswith(">Choose…"), field


def test_what_a_vendor_alone_plays_can_be_chosen(sandbox: SandboxProcess) -> None:
    form = {"place": "cardscan.payer", "kind": "stuck", "times": "1", "skip": "0", "options": ""}
    page = window(sandbox, "GET", "").text
    assert all(f'<option value="{form[name]}"' in page for name in ("place", "kind"))
    assert window(sandbox, "POST", "faults", data=form).status_code == 303
    assert sandbox.call("GET", "faults")["faults"][0]["route"] == "payer"


def test_the_page_offers_every_switch_and_says_what_is_wrong_with_a_value(sandbox: SandboxProcess) -> None:
    form = {"switch": "spry.ids", "value": '"counted"', "_as": "json"}
    assert window(sandbox, "POST", "switches", data=form).status_code == 303
    assert sandbox.call("GET", "state")["switches"] == [{"vendor": "spry", "name": "ids", "value": "counted"}]
    page = window(sandbox, "POST", "switches", data=form | {"value": "7"})
    assert page.status_code == 422
    assert "ids is one of random, counted." in page.text
    assert not [one.key for one in SWITCHES if f'value="{one.key}"' not in page.text]


@pytest.mark.parametrize("headers", [{"Origin": "https://elsewhere.test"}, {"Host": "rebound.test"}])
def test_other_web_sites_cannot_use_it(sandbox: SandboxProcess, headers: dict[str, str]) -> None:
    card_id = Vendor(sandbox).create()
    assert window(sandbox, "POST", "reset", headers=headers, data=b"{}").status_code == 403
    assert Vendor(sandbox).card(card_id)


def test_no_other_page_may_frame_it(sandbox: SandboxProcess) -> None:
    for path in ("", "page.css", "state"):
        headers = window(sandbox, "GET", path).headers
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"


# The JSON


def test_it_forgets_everything(sandbox: SandboxProcess) -> None:
    Vendor(sandbox).create()
    sandbox.fault("cardscan", "create", "429")
    sandbox.switch("payments", "strict", True)
    sandbox.call("POST", "clock", {"advance_seconds": 86400})
    sandbox.reset()
    state = sandbox.call("GET", "state")
    assert (state["held"], state["faults"], state["switches"]) == ([], [], [])


def test_it_forgets_one_vendor_with_its_faults_and_switches(sandbox: SandboxProcess) -> None:
    Vendor(sandbox).create()
    for vendor in ("cardscan", "spry"):
        sandbox.fault(vendor, "*", "429")
        sandbox.switch(vendor, "token_seconds", 60)
    sandbox.call("POST", "reset", {"vendor": "cardscan"})
    state = sandbox.call("GET", "state")
    assert "cardscan" not in {held["vendor"] for held in state["held"]}
    assert [rule["vendor"] for rule in state["faults"]] == ["spry"]
    assert [switch["vendor"] for switch in state["switches"]] == ["spry"]


def test_it_takes_one_fault_back_and_leaves_the_others(sandbox: SandboxProcess) -> None:
    for kind in ("429", "500_before", "413"):
        sandbox.fault("spry", "search", kind)
    ids = {rule["kind"]: rule["id"] for rule in sandbox.call("GET", "faults")["faults"]}
    sandbox.call("DELETE", f"faults/{ids['500_before']}")
    assert window(sandbox, "DELETE", f"faults/{ids['500_before']}").status_code == 404
    assert f'action="/__sandbox__/faults/{ids["413"]}"' in window(sandbox, "GET", "").text
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert window(sandbox, "POST", f"faults/{ids['413']}", headers=form).status_code == 303
    assert [rule["kind"] for rule in sandbox.call("GET", "faults")["faults"]] == ["429"]


def test_it_lets_one_port_take_connections_again(sandbox: SandboxProcess) -> None:
    for vendor in ("spry", "candid"):
        sandbox.fault(vendor, "*", "refused", None, seconds=600)
    wait_until(lambda: len(sandbox.call("GET", "faults")["faults"]) == 2)
    sandbox.call("DELETE", "faults/refused.spry")
    wait_until(lambda: [rule["vendor"] for rule in sandbox.call("GET", "faults")["faults"]] == ["candid"])
    sandbox.call("DELETE", "faults/refused.candid")
    wait_until(lambda: sandbox.call("GET", "faults")["faults"] == [])


def test_it_moves_the_clock(sandbox: SandboxProcess) -> None:
    moved = sandbox.call("POST", "clock", {"now": "2031-05-06T07:08:09Z"})
    assert moved["now"].startswith("2031-05-06T07:08:")
    card_id = Vendor(sandbox).create()
    assert Vendor(sandbox).card(card_id)["created_at"].startswith("2031-05-06 07:08:")
    assert sandbox.call("POST", "clock", {"reset": True})["now"] < "2031"


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("faults", b'{"vendor": "acme", "route": "*", "kind": "429"}'),
        ("faults", b'{"route": "*"}'),
        ("faults", b"nonsense"),
        ("clock", b"{}"),
        ("clock", b'{"now": "tomorrow"}'),
        ("switches", b'{"vendor": "spry"}'),
        ("switches", b'{"vendor": "spry", "name": "anything", "value": 1}'),
        ("switches", b'{"vendor": "spry", "name": "token_seconds", "value": "soon"}'),
        ("switches", b'{"vendor": "spry", "name": "strict", "value": "yes"}'),
        ("switches", b'{"vendor": "candid", "name": "rate_limit", "value": "abc"}'),
        ("switches", b'{"vendor": "candid", "name": "percent_scale", "value": "2"}'),
        ("switches", b'{"vendor": "payments", "name": "webhook_retry_seconds", "value": 5}'),
        ("switches", b'{"vendor": "payments", "name": "webhook_retry_seconds", "value": ["a"]}'),
        ("switches", b'{"vendor": "payments", "name": "create_status", "value": 500}'),
        ("switches", b'{"vendor": "cardscan", "name": "webhooks", "value": [7]}'),
        ("reset", b'{"vendor": "acme"}'),
        ("reset", b"[]"),
        ("reset", b'{"vendor": "a", "x": "\\ud800"}'),
        ("scenarios", b'{"ready": "payer-down", "name": "a\\ud800"}'),
        ("scenarios", b'{"name": NaN}'),
        ("faults", b'{"vendor": "spry", "route": "*", "kind": "429", "times": 1.5}'),
        ("faults", b'{"vendor": "spry", "route": "*", "kind": "refused", "times": 5}'),
        ("faults", b'{"vendor": "spry", "route": "*", "kind": "refused", "times": null, "skip": 2}'),
        ("faults", b'{"vendor": "spry", "route": "*", "kind": "refused", "times": "abc"}'),
        ("faults", b'{"vendor": "spry", "route": "*", "kind": "429", "options": {"retry_after": " 5"}}'),
        ("faults", b'{"vendor": "spry", "route": "*", "kind": "redirect", "options": {"location": " x "}}'),
        ("faults", b'{"vendor": "spry", "route": "*", "kind": "slow_drip", "options": {"pause": "long"}}'),
        ("faults", b'{"vendor": "spry", "route": "nowhere", "kind": "429"}'),
        ("faults", b'{"vendor": "spry", "route": "*", "kind": "429", "times": 0}'),
        ("faults", b'{"vendor": "payments", "route": "release", "kind": "typo_kind"}'),
        ("faults", b'{"vendor": "payments", "route": "nope", "kind": "stale_reads"}'),
        ("faults", b'{"vendor": "payments", "route": "release", "kind": "partial_add"}'),
        ("faults", b'{"vendor": "spry", "route": "capture", "kind": "stuck"}'),
        ("faults", b'{"vendor": "cardscan", "route": "process", "kind": "429"}'),
        ("faults", b'{"vendor": "*", "route": "*", "kind": "typo_kind"}'),
        ("faults", b'{"vendor": "spry", "route": "*", "kind": "429", "options": {"secnods": 5}}'),
        ("faults", b'{"vendor": "spry", "route": "*", "kind": "500_before", "seconds": 5}'),
        ("faults", b'{"vendor": "payments", "route": "add", "kind": "partial_add", "options": {"share": "half"}}'),
        ("faults", b'{"vendor": "spry", "route": "*", "kind": "slow_drip", "options": {"bytes": "2.5"}}'),
        ("clock", b'{"advance_seconds": 1e300}'),
        ("clock", b'{"now": "9999-01-01T00:00:00Z"}'),
        ("scenarios", b"{}"),
        ("scenarios", b'{"ready": "nothing"}'),
    ],
)
def test_it_says_no_to_nonsense(sandbox: SandboxProcess, path: str, body: bytes) -> None:
    answer = window(sandbox, "POST", path, data=body)
    assert answer.status_code == 400
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["detail"].endswith(".")


@pytest.mark.parametrize(
    ("vendor", "route", "kind", "options"),
    [
        ("payments", "add", "partial_add", {"share": 0.5}),
        ("payments", "*", "other_2xx", {"status": 207}),
        ("payments", "batch", "unknown_status", {"word": "Parked"}),
        ("spry", "search", "stale_reads", {}),
        ("cardscan", "process", "slow", {"seconds": 3}),
        ("cardscan", "payer", "stuck", {}),
        ("cardscan", "socket", "silent", {}),
        ("*", "*", "slow_before", {"seconds": 2}),
    ],
)
def test_it_takes_the_faults_that_somebody_plays(
    sandbox: SandboxProcess, vendor: str, route: str, kind: str, options: dict[str, object]
) -> None:
    sandbox.fault(vendor, route, kind, **options)
    (rule,) = sandbox.call("GET", "faults")["faults"]
    assert (rule["vendor"], rule["route"], rule["kind"], rule["options"]) == (vendor, route, kind, options)


def test_the_page_says_beside_the_field_what_is_wrong(sandbox: SandboxProcess) -> None:
    form = {"place": "spry.capture", "kind": "big_body", "times": "often", "options": "megabytes=1"}
    answer = window(sandbox, "POST", "faults", data=form)
    assert answer.status_code == 422
    field = answer.text.partition('id="faults-times"')[2].partition("</div>")[0]
    assert 'value="often"' in field
    assert "times is a whole number from 1 to 1000000." in field
    assert sandbox.call("GET", "faults") == {"faults": []}


def test_it_is_healthy(sandbox: SandboxProcess) -> None:
    assert sandbox.call("GET", "health")["ok"] is True


def test_it_knows_no_timings_of_a_card_that_is_not_there(sandbox: SandboxProcess) -> None:
    assert window(sandbox, "GET", "cards/nothing").status_code == 404


@pytest.mark.parametrize(
    ("method", "path", "status", "allow"),
    [
        ("DELETE", "clock", 405, "POST"),
        ("PATCH", "faults", 405, "DELETE, GET, HEAD, POST"),
        ("GET", "nowhere", 404, None),
        ("GET", "payments/nowhere", 404, None),
        ("GET", "state/", 404, None),
    ],
)
def test_its_dead_ends_are_problems_too(
    sandbox: SandboxProcess, method: str, path: str, status: int, allow: str | None
) -> None:
    answer = window(sandbox, method, path)
    assert (answer.status_code, answer.headers.get("Allow")) == (status, allow)
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_a_scenario_that_cannot_be_read_costs_the_window_nothing(tmp_path: Path) -> None:
    store = open_store(tmp_path / "sandbox.sqlite3")
    window_ = {"from": "10:00+00:00", "until": "11:00+00:00", "daily": True}
    broken = {
        "id": "b1",
        "name": "Broken",
        "vendor": "spry",
        "route": "token",
        "subject": {},
        "steps": [{"times": None}],
    }
    store.put("sandbox", "scenarios", "b1", broken | {"latency": None, "window": window_, "at": [0, 0]})
    sandbox = SandboxProcess(tmp_path)
    page = window(sandbox, "GET", "")
    assert page.status_code == 200
    assert "Cannot be read, and is not played" in page.text
    assert window(sandbox, "GET", "?edit=b1").status_code == 200
    (kept,) = sandbox.call("GET", "scenarios")["scenarios"]
    assert (kept["broken"], kept["open"], kept["next"]) == (True, False, None)
    assert sandbox.call("GET", "state")["scenarios"]
    assert ask(sandbox, CALLS["spry.token"](sandbox)).status == 200
    assert window(sandbox, "POST", "scenarios/b1", data={"do": "remove"}).status_code == 303
    assert sandbox.call("GET", "scenarios")["scenarios"] == []
    sandbox.stop()
