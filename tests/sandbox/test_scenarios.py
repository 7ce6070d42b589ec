"""Scenarios: which calls they are about, their steps, latencies and windows of time."""

import statistics
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from sandbox import clock, scenario_library, scenarios
from sandbox.scenario_forms import Refused, scenario_of
from sandbox.state import Store, open_store

NAMES = [
    "candid.check",
    "candid.token",
    "cardscan.upload",
    "cardscan.direct_upload",
    "payments.release",
    "payments.create",
    "spry.capture",
]
NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
AETNA = {"payer_id": "60054", "payer_name": "Aetna Better Health", "member_id": "w1", "last_name": "Moore"}


@pytest.fixture(autouse=True)
def store(tmp_path: Path) -> Iterator[Store]:
    """The store of this process, empty, and no call in hand."""
    yield open_store(tmp_path / "sandbox.sqlite3")
    scenarios.PLACES.pop("payments.create", None)


def made(**changes: Any) -> dict[str, Any]:
    """Return a scenario about Candid's checks as it is kept."""
    return scenario_of({"name": "One", "vendor": "candid", "route": "check", **changes}, NAMES, NOW)


def keep(**changes: Any) -> str:
    """Keep a scenario; return its id."""
    return str(scenarios.keep(made(**changes))["id"])


def asked(subject: dict[str, str] | None = None, route: str = "check") -> scenarios.Step | None:
    """Ask as a vendor's rules do outside of any call."""
    return scenarios.next_step("candid", route, AETNA if subject is None else subject)


def wrong(**changes: Any) -> dict[str, str]:
    """Return what is wrong with a scenario."""
    with pytest.raises(Refused) as caught:
        made(**changes)
    assert all(sentence.endswith(".") for sentence in caught.value.errors.values())
    return caught.value.errors


# Steps


def test_its_steps_come_one_after_the_other() -> None:
    keep(steps=[{"times": 2, "fault": {"kind": "500_after"}}, {"times": 1, "answer": {"copay": "40.00"}}])
    taken = [asked() for _ in range(4)]
    assert [step and step.fault for step in taken] == [{"kind": "500_after"}] * 2 + [None, None]
    assert [step and step.answer for step in taken] == [{}, {}, {"copay": "40.00"}, None]


def test_a_step_without_times_stays() -> None:
    keep(steps=[{"answer": {"status": "INACTIVE"}}])
    assert all(asked() for _ in range(5))


def test_the_next_scenario_goes_on_where_one_is_over() -> None:
    keep(steps=[{"times": 1, "answer": {"aaa": "75"}}])
    keep(steps=[{"times": 1, "answer": {"aaa": "42"}}])
    assert [step.answer["aaa"] for step in (asked(), asked()) if step] == ["75", "42"]


def test_it_begins_again_and_rests() -> None:
    scenario_id = keep(steps=[{"times": 1, "answer": {"aaa": "75"}}])
    assert asked() and not asked()
    scenarios.restart(scenario_id)
    scenarios.pause(scenario_id, True)
    assert not asked()
    scenarios.pause(scenario_id, False)
    assert asked()


def test_a_restart_of_the_sandbox_keeps_how_far_it_was(store: Store) -> None:
    keep(steps=[{"times": 2, "answer": {"aaa": "75"}}])
    assert asked()
    open_store(store.path)
    assert asked() and not asked()


def test_many_callers_share_its_steps() -> None:
    keep(steps=[{"times": 20, "answer": {"aaa": "75"}}, {"times": 5, "answer": {"aaa": "42"}}])
    taken: list[str] = []

    def ask() -> None:
        taken.extend(step.answer["aaa"] for step in (asked() for _ in range(10)) if step)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (taken.count("75"), taken.count("42")) == (20, 5)


# Calls


@pytest.mark.parametrize(
    ("subject", "fits"),
    [
        ({"payer_name": "aetna"}, True),
        ({"payer_name": "AETNA BETTER HEALTH"}, True),
        ({"payer_name": "aet"}, False),
        ({"payer_id": "60054"}, True),
        ({"payer_id": "6005"}, False),
        ({"member_id": "W1", "payer_id": "60054"}, True),
        ({"member_id": "W1", "payer_id": "87726"}, False),
        ({"service_type": "30"}, False),
    ],
)
def test_it_is_about_the_named_calls_alone(subject: dict[str, str], fits: bool) -> None:
    keep(subject=subject)
    assert (asked() is not None) is fits


def test_it_is_about_one_route_or_all() -> None:
    keep(steps=[{"times": 1}])
    assert asked(route="token") is None
    keep(route="*", steps=[{"times": 1}])
    assert asked(route="token", subject={}) is not None


def test_reading_a_card_is_no_route() -> None:
    scenarios.keep(scenario_of({"name": "All", "vendor": "cardscan", "route": "*"}, [*NAMES, "cardscan.read"], NOW))
    assert scenarios.next_step("cardscan", "read", {"card_id": "1"}) is None


def test_before_the_work_the_call_is_interrupted() -> None:
    keep(steps=[{"times": 1, "fault": {"kind": "429", "retry_after": "date"}}])
    order = scenarios.listen()
    with pytest.raises(scenarios.Interrupted):
        asked()
    assert order.fault == {"kind": "429", "retry_after": "date"}


def test_a_fault_rule_goes_first() -> None:
    keep(steps=[{"times": 1}])
    scenarios.listen().fault = {"kind": "500_after"}
    assert asked() is None
    scenarios.listen()
    assert asked() is not None


@pytest.mark.parametrize(
    "spoilt",
    [
        {"window": {"from": "10:00+00:00", "until": "11:00+00:00", "daily": True}},
        {"window": {"from": "10:00", "until": "10:00Z"}},
        {"latency": {"kind": "lognormal", "median": 0, "p95": 0}},
        {"steps": [{"times": None, "fault": {"kind": "no longer known"}}]},
        {"steps": [{"times": None, "fault": {"kind": "black_hole_before", "seconds": "long"}}]},
        {"steps": [{}]},
        {"subject": None},
        {"at": []},
    ],
)
def test_one_that_cannot_be_played_costs_nobody_a_call(spoilt: dict[str, Any]) -> None:
    scenarios.keep(made() | spoilt)
    if "at" in spoilt:
        (kept,) = scenarios.all_scenarios()
        scenarios.store().put("sandbox", "scenarios", kept["id"], kept | spoilt)
    keep(steps=[{"times": 1, "answer": {"aaa": "42"}}])
    step = asked()
    assert step is not None and step.answer == {"aaa": "42"}
    assert asked() is None
    scenarios.clear("candid")
    assert scenarios.all_scenarios() == []


# Latency


def test_a_latency_is_drawn_from_its_distribution() -> None:
    assert scenarios.draw(None) == 0
    assert scenarios.draw({"kind": "fixed", "seconds": 1.5}) == 1.5
    uniform = [scenarios.draw({"kind": "uniform", "low": 1, "high": 3}) for _ in range(500)]
    assert 1 <= min(uniform) < 1.3 < 2.7 < max(uniform) <= 3
    late = sorted(scenarios.draw({"kind": "lognormal", "median": 2, "p95": 10}) for _ in range(20_000))
    assert 1.9 < statistics.median(late) < 2.1
    assert 9 < late[19_000] < 11


def test_no_latency_is_endless() -> None:
    assert max(scenarios.draw({"kind": "lognormal", "median": 500, "p95": 600}) for _ in range(2000)) <= 600


# Windows


@pytest.mark.parametrize(
    ("window", "at", "is_open"),
    [
        ({"from": "10:00", "until": "11:00"}, "09:59:59", False),
        ({"from": "10:00", "until": "11:00"}, "10:00:00", True),
        ({"from": "10:00", "until": "11:00"}, "11:00:00", False),
        ({"from": "22:00", "until": "02:00"}, "23:00:00", True),
        ({"from": "22:00", "until": "02:00"}, "01:59:59", True),
        ({"from": "22:00", "until": "02:00"}, "12:00:00", False),
    ],
)
def test_a_window_of_every_day(window: dict[str, str], at: str, is_open: bool) -> None:
    kept = made(window=window | {"daily": True})["window"]
    for day in ("2026-11-22", "2027-02-03"):
        assert scenarios.is_open(kept, datetime.fromisoformat(f"{day}T{at}+00:00")) is is_open


@pytest.mark.parametrize(
    ("begins", "ends", "day"),
    [("10:00", "11:00", 22), ("09:00", "10:00", 22), ("08:00", "09:00", 23), ("22:00", "02:00", 22)],
)
def test_a_window_of_once_is_the_next_one(begins: str, ends: str, day: int) -> None:
    kept = made(window={"from": begins, "until": ends})["window"]
    assert kept["from"] == f"2026-11-{day}T{begins}:00+00:00"
    start = datetime.fromisoformat(kept["from"])
    assert scenarios.is_open(kept, start) and not scenarios.is_open(kept, start + timedelta(days=1))


@pytest.mark.parametrize(("at", "is_open"), [("03:00:09", False), ("03:00:10", True), ("03:00:40", False)])
def test_a_window_of_every_day_may_be_one_of_seconds(at: str, is_open: bool) -> None:
    kept = made(window={"from": "3:00:10", "until": "03:00:40", "daily": True})["window"]
    assert kept == {"from": "03:00:10", "until": "03:00:40", "daily": True}
    assert scenarios.is_open(kept, datetime.fromisoformat(f"2026-11-22T{at}+00:00")) is is_open


def test_a_window_of_once_is_kept_in_utc_and_passes() -> None:
    kept = made(window={"from": "2026-11-22T10:00+02:00", "until": "2026-11-22T09:00"})["window"]
    assert (kept["from"], kept["until"]) == ("2026-11-22T08:00:00+00:00", "2026-11-22T09:00:00+00:00")
    assert scenarios.is_past(kept, NOW) and not scenarios.is_past(kept, NOW - timedelta(hours=1))
    assert not scenarios.is_past(made(window={"from": "08:00", "until": "09:00", "daily": True})["window"], NOW)


def test_a_window_goes_by_the_sandboxs_clock() -> None:
    clock.move_to(datetime(2030, 1, 1, 9, 0, tzinfo=UTC))
    keep(window={"from": "10:00", "until": "11:00", "daily": True})
    assert asked() is None
    clock.advance(3600)
    assert asked() is not None
    clock.advance(3600)
    assert asked() is None


def test_an_amount_may_be_written_as_people_do() -> None:
    kept = made(steps=[{"answer": {"copay": "$40", "plan_name": "$aver"}}])
    assert kept["steps"][0]["answer"] == {"copay": "40", "plan_name": "$aver"}


# What is not accepted


@pytest.mark.parametrize(
    ("changes", "at"),
    [
        ({"name": ""}, "name"),
        ({"vendor": "acme"}, "vendor"),
        ({"route": "nowhere"}, "route"),
        ({"subject": {"colour": "red"}}, "subject.colour"),
        ({"route": "token", "subject": {"payer_id": "1"}}, "subject.payer_id"),
        ({"steps": "none"}, "steps"),
        ({"steps": [1]}, "steps[0]"),
        ({"steps": [{"times": 0}]}, "steps[0].times"),
        ({"steps": [{"times": 1}, {"times": True}]}, "steps[1].times"),
        ({"steps": [{"fault": {"kind": "500_before"}}, {}]}, "steps[0].times"),
        ({"steps": [{"fault": {"kind": "nonsense"}}]}, "steps[0].fault.kind"),
        ({"steps": [{"fault": {"kind": "slow_drip", "pause": "long"}}]}, "steps[0].fault.pause"),
        ({"steps": [{"fault": {"kind": "500_before", "seconds": 1}}]}, "steps[0].fault.seconds"),
        ({"steps": [{"fault": {"kind": "redirect", "status": 200}}]}, "steps[0].fault.status"),
        ({"steps": [{"fault": {"kind": "redirect", "location": "a\r\nb: c"}}]}, "steps[0].fault.location"),
        ({"steps": [{"answer": {"copay": "4.123"}}]}, "steps[0].answer.copay"),
        ({"steps": [{"answer": {"status": "MAYBE"}}]}, "steps[0].answer.status"),
        ({"vendor": "spry", "route": "capture", "steps": [{"answer": {"code": "2999.5"}}]}, "steps[0].answer.code"),
        ({"vendor": "payments", "route": "create", "steps": [{"answer": {"refuse": "700"}}]}, "steps[0].answer.refuse"),
        (
            {"vendor": "payments", "route": "create", "steps": [{"answer": {"refuse": "422.5"}}]},
            "steps[0].answer.refuse",
        ),
        ({"steps": [{"fault": {"kind": "429", "retry_after": " 5"}}]}, "steps[0].fault.retry_after"),
        ({"steps": [{"answer": {"colour": "red"}}]}, "steps[0].answer.colour"),
        ({"route": "token", "steps": [{"answer": {"status": "ACTIVE"}}]}, "steps[0].answer"),
        ({"latency": {"kind": "normal"}}, "latency.kind"),
        ({"latency": {"kind": "fixed"}}, "latency.seconds"),
        ({"latency": {"kind": "uniform", "low": 3, "high": 1}}, "latency.high"),
        ({"latency": {"kind": "lognormal", "median": 0, "p95": 1}}, "latency.median"),
        ({"latency": {"kind": "fixed", "seconds": "NaN"}}, "latency.seconds"),
        ({"window": {"from": "10:00"}}, "window.until"),
        ({"window": {"from": "10:00", "until": "10:00"}}, "window.until"),
        ({"window": {"from": "10:00Z", "until": "11:00", "daily": True}}, "window.from"),
        ({"window": {"from": "10:00", "until": "11:00+02:00", "daily": True}}, "window.until"),
        ({"window": {"from": "10:00", "until": "24:00", "daily": True}}, "window.until"),
        ({"window": {"from": "0001-01-01T00:00+14:00", "until": "2026-11-22T10:00"}}, "window.from"),
        ({"window": {"from": "2026-11-22T10:00", "until": "2026-11-22T09:00"}}, "window.until"),
        ({"window": {"from": "2026-11-22T10:00", "until": "11:00"}}, "window.until"),
        ({"window": {"from": "2026-11-22T10:00", "until": "2026-11-23T10:00", "daily": True}}, "window.daily"),
    ],
)
def test_it_says_what_is_wrong_and_where(changes: dict[str, Any], at: str) -> None:
    scenarios.ask_at("payments", "create", scenarios.Place(("account",), ("refuse", "detail")))
    assert list(wrong(**changes)) == [at]


def test_what_is_ready_makes_sense() -> None:
    scenarios.ask_at("payments", "create", scenarios.Place(("account",), ("refuse", "detail")))
    kept = [scenario_of(ready.doc, NAMES, NOW) for ready in scenario_library.READY]
    assert len({ready.key for ready in scenario_library.READY}) == len(kept) >= 10
