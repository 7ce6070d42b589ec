"""What the sandbox remembers: documents, switches, the clock and fault rules."""

import threading
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from sandbox import clock, faults, switches
from sandbox.state import Store, open_store


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """The store of this process, empty."""
    return open_store(tmp_path / "sandbox.sqlite3")


# Documents


def test_it_keeps_amounts_exact(store: Store) -> None:
    store.put("payments", "batches", "1", {"total": Decimal("1234567890.10"), "count": 2})
    assert store.get("payments", "batches", "1") == {"total": Decimal("1234567890.10"), "count": 2}
    assert str(store.get("payments", "batches", "1")["total"]) == "1234567890.10"


def test_it_remembers_after_a_restart(store: Store) -> None:
    store.put("candid", "checks", "a", {"n": 1})
    assert Store(store.path).get("candid", "checks", "a") == {"n": 1}


def test_it_lists_in_the_order_of_making_also_after_a_change(store: Store) -> None:
    for key in "bca":
        store.put("spry", "captures", key, {"key": key})
    store.put("spry", "captures", "b", {"key": "B"})
    assert store.items("spry", "captures") == [("b", {"key": "B"}), ("c", {"key": "c"}), ("a", {"key": "a"})]
    assert [key for key, _doc in store.last("spry", "captures", 2)] == ["a", "c"]
    assert store.count("spry", "captures") == 3


def test_it_deletes_once(store: Store) -> None:
    store.put("spry", "captures", "a", {})
    assert (store.delete("spry", "captures", "a"), store.delete("spry", "captures", "a")) == (True, False)
    assert store.get("spry", "captures", "a") is None


def test_it_undoes_a_transaction_that_fails(store: Store) -> None:
    with pytest.raises(ZeroDivisionError), store.transaction():
        store.put("spry", "captures", "a", {})
        with store.transaction():
            store.put("spry", "captures", "b", {})
        raise ZeroDivisionError
    assert store.items("spry", "captures") == []
    store.put("spry", "captures", "c", {})
    assert Store(store.path).count("spry", "captures") == 1


def test_it_tells_afterwards_what_was_really_written(store: Store) -> None:
    told: list[object] = []
    with store.transaction(), store.transaction():
        store.put("spry", "captures", "a", {})
        store.afterwards(lambda: told.append(Store(store.path).get("spry", "captures", "a")))
        assert told == []
    assert told == [{}]
    with pytest.raises(ZeroDivisionError), store.transaction():
        store.afterwards(lambda: told.append("never"))
        raise ZeroDivisionError
    store.afterwards(lambda: told.append("at once"))
    assert told == [{}, "at once"]


def test_it_lets_one_writer_at_a_time_read_and_write(store: Store) -> None:
    store.put("payments", "counters", "n", {"n": 0})

    def add_ten() -> None:
        for _ in range(10):
            with store.transaction():
                doc = store.get("payments", "counters", "n")
                store.put("payments", "counters", "n", {"n": doc["n"] + 1})

    threads = [threading.Thread(target=add_ten) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert store.get("payments", "counters", "n") == {"n": 40}


def test_it_forgets_one_vendor_or_all(store: Store) -> None:
    told: list[str | None] = []
    store.on_reset(told.append)
    store.put("spry", "captures", "a", {})
    store.put("candid", "checks", "a", {})
    store.reset("spry")
    assert store.collections() == [("candid", "checks", 1)]
    store.reset()
    assert (store.collections(), told) == ([], ["spry", None])


# Switches and clock


def test_it_undoes_settings_with_their_transaction(store: Store) -> None:
    switches.set_switch("payments", "strict", True)
    with pytest.raises(ZeroDivisionError), store.transaction():
        switches.set_switch("payments", "strict", None)
        faults.add("payments", "add", "429")
        raise ZeroDivisionError
    assert switches.switch("payments", "strict", False) is True
    assert faults.all_rules() == []


def test_it_reads_a_switch_at_every_call(store: Store) -> None:
    assert switches.switch("payments", "strict", False) is False
    switches.set_switch("payments", "strict", True)
    assert switches.switch("payments", "strict", False) is True
    switches.set_switch("payments", "strict", None)
    assert switches.switch("payments", "strict", False) is False


def test_it_moves_the_clock_and_puts_it_back(store: Store) -> None:
    told: list[datetime] = []
    clock.on_move(lambda: told.append(clock.now()))
    moment = datetime(2030, 1, 2, 3, 4, tzinfo=UTC)
    assert abs((clock.move_to(moment) - moment).total_seconds()) < 5
    assert clock.now() >= moment
    clock.advance(86400)
    assert clock.now().date().isoformat() == "2030-01-03"
    assert clock.back_to_real_time().year < 2030
    assert [moment.year for moment in told[:2]] == [2030, 2030]


# Fault rules


def test_it_uses_a_rule_up(store: Store) -> None:
    faults.add("payments", "add", "500_after", times=2)
    assert faults.take("payments", "release", "500_after") is None
    assert faults.take("candid", "add", "500_after") is None
    assert faults.take("payments", "add", "500_after") == {"kind": "500_after"}
    assert faults.take("payments", "add", "500_after") is not None
    assert faults.take("payments", "add", "500_after") is None


def test_it_lets_calls_pass_first(store: Store) -> None:
    faults.add("payments", "add", "stale_reads", skip=2, seconds=3)
    taken = [faults.take("payments", "add", "stale_reads") for _ in range(4)]
    assert taken == [None, None, {"kind": "stale_reads", "seconds": 3}, None]


def test_it_hits_every_call_until_it_is_cleared(store: Store) -> None:
    faults.add("*", "*", "429", times=None)
    assert all(faults.take("spry", "capture", "429") for _ in range(3))
    faults.clear()
    assert faults.take("spry", "capture", "429") is None


def test_it_clears_the_rules_of_one_vendor(store: Store) -> None:
    faults.add("spry", "*", "429")
    faults.add("candid", "*", "429")
    faults.clear("spry")
    assert [rule["vendor"] for rule in faults.all_rules()] == ["candid"]


def test_it_takes_the_oldest_of_several_kinds(store: Store) -> None:
    faults.add("spry", "capture", "500_before")
    faults.add("spry", "capture", "429")
    kinds = ("429", "500_before")
    assert [faults.take_one_of("spry", "capture", kinds)["kind"] for _ in range(2)] == ["500_before", "429"]


def test_it_takes_a_rule_as_often_as_it_says_however_many_ask(store: Store) -> None:
    faults.add("payments", "release", "500_after", times=20)
    taken: list[object] = []

    def ask() -> None:
        taken.extend(faults.take("payments", "release", "500_after") for _ in range(10))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(rule is not None for rule in taken) == 20
