"""What is looked for in the store is known in memory too, and is never anything else than what the store has."""

import threading
from pathlib import Path

import pytest

from sandbox.candid import history, plan_texts
from sandbox.indexes import Index
from sandbox.state import Doc, Store, open_store


class Names(Index[str]):
    """The documents that have a name, by it."""

    def __init__(self) -> None:
        super().__init__("spry", "people")
        self.keys: dict[str, str] = {}

    def entry_of(self, key: str, doc: Doc) -> str | None:
        return doc.get("name")

    def added(self, key: str, entry: str) -> None:
        self.keys[entry] = key

    def removed(self, key: str, entry: str) -> None:
        del self.keys[entry]

    def emptied(self) -> None:
        self.keys = {}

    def known(self) -> tuple[dict[str, str], dict[str, str]]:
        with self.entries() as entries:
            return dict(entries), dict(self.keys)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return open_store(tmp_path / "sandbox.sqlite3")


def test_it_knows_what_was_there_and_what_is_written_since(store: Store) -> None:
    store.put("spry", "people", "1", {"name": "Ana"})
    names = Names()
    assert names.known() == ({"1": "Ana"}, {"Ana": "1"})
    store.put("spry", "people", "2", {"name": "Bo"})
    store.put("spry", "people", "1", {"name": "Cleo"})
    store.put("spry", "people", "3", {})
    store.put("spry", "others", "4", {"name": "Dan"})
    assert names.known() == ({"1": "Cleo", "2": "Bo"}, {"Cleo": "1", "Bo": "2"})
    store.delete("spry", "people", "2")
    assert names.known() == ({"1": "Cleo"}, {"Cleo": "1"})


def test_nobody_knows_what_is_not_committed_or_was_undone(store: Store) -> None:
    names, seen = Names(), []
    names.known()
    with pytest.raises(ZeroDivisionError), store.transaction():
        store.put("spry", "people", "1", {"name": "Ana"})
        other = threading.Thread(target=lambda: seen.append(names.known()))
        other.start()
        other.join()
        raise ZeroDivisionError
    assert [*seen, names.known()] == [({}, {})] * 2


def test_what_is_first_looked_up_amid_a_transaction_that_fails_is_read_again(store: Store) -> None:
    names = Names()
    with pytest.raises(ZeroDivisionError), store.transaction():
        store.put("spry", "people", "1", {"name": "Ana"})
        assert names.known() == ({"1": "Ana"}, {"Ana": "1"})
        raise ZeroDivisionError
    assert names.known() == ({}, {})


def test_it_forgets_before_anybody_writes_again(store: Store) -> None:
    names = Names()
    store.put("spry", "people", "1", {"name": "Ana"})
    names.known()
    store.on_reset(lambda vendor: store.put("spry", "people", "2", {"name": "Bo"}))
    store.reset("spry")
    assert names.known() == ({"2": "Bo"}, {"Bo": "2"})


def test_another_store_is_read_anew(store: Store, tmp_path: Path) -> None:
    names = Names()
    store.put("spry", "people", "1", {"name": "Ana"})
    names.known()
    open_store(tmp_path / "other.sqlite3")
    assert names.known() == ({}, {})


def test_benefits_are_kept_again_by_whoever_comes_right_after_a_reset(store: Store) -> None:
    """Whoever waits for the reset must not find the benefits known that it has just thrown away."""
    texts = plan_texts.BenefitTexts("key", plan_texts.Benefits("", "PR", ()), '"a":1', '"b":2')
    waiting = threading.Thread(target=history.keep_benefits, args=(texts,))

    def begin_to_wait(vendor: str | None) -> None:
        waiting.start()
        waiting.join(0.2)

    store.on_reset(begin_to_wait)
    store.on_reset(history.forget)
    history.keep_benefits(texts)
    store.reset("candid")
    waiting.join()
    assert store.get("candid", "benefits", "key") == {"raw": '"a":1', "parsed": '"b":2'}


def test_it_finds_several_documents_at_once(store: Store) -> None:
    for number in range(1200):
        store.put("payments", "references:ACCT1", f"R{number}", {"id": number})
    wanted = [f"R{number}" for number in range(0, 2400, 2)]
    found = store.find("payments", "references:ACCT1", wanted)
    assert found == {f"R{number}": {"id": number} for number in range(0, 1200, 2)}
    assert store.find("payments", "references:ACCT2", wanted) == store.find("payments", "x", []) == {}


def test_it_tells_whether_a_collection_is_short(store: Store) -> None:
    for number in range(3):
        store.put("payments", "members:b", str(number), {})
    assert [store.has_at_most(most, "payments", "members:b") for most in (2, 3, 4)] == [False, True, True]
