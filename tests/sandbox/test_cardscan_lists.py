"""CardScan's lists read the cards of a page and no others, however many there are."""

from pathlib import Path
from typing import Any

import pytest

from sandbox.cardscan import cards
from sandbox.cardscan.access import API_KEY, Caller, caller_of_token
from sandbox.cardscan.problems import Problem
from sandbox.state import Store, open_store

MANY = 10_000
ACCOUNT = caller_of_token(API_KEY)
ANA, BO = (Caller(identity, is_account=False) for identity in ("ana", "bo"))


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return open_store(tmp_path / "sandbox.sqlite3")


def keep(number: int, caller: Caller = ACCOUNT, **more: Any) -> None:
    card_id = f"card-{number}"
    cards.keep({"card_id": card_id, "deleted": False, "identity": caller.identity, **more})


def ids(caller: Caller, **query: Any) -> list[str]:
    found, _about = cards.page(caller, **{"limit": 200, "cursor": None, **query})
    return [card["card_id"] for card in found]


def test_a_page_reads_its_own_cards_alone(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    with store.transaction():
        for number in range(MANY):
            keep(number, (ANA, BO)[number % 2])
    ids(ACCOUNT, limit=1)  # from now on it is known what there is
    read: list[int] = []
    find = Store.find

    def counted(self: Store, vendor: str, collection: str, keys: list[str]) -> dict[str, Any]:
        read.append(len(keys))
        return find(self, vendor, collection, keys)

    monkeypatch.setattr(Store, "find", counted)
    monkeypatch.delattr(Store, "items")
    found, about = cards.page(ACCOUNT, limit=10, cursor=None)
    assert [card["card_id"] for card in found] == [f"card-{MANY - 1 - place}" for place in range(10)]
    assert (about["total"], read) == (MANY, [10])
    further, about = cards.page(ANA, limit=3, cursor=about["next_cursor"])
    assert [card["card_id"] for card in further] == ["card-9988", "card-9986", "card-9984"]
    assert (about["total"], read) == (MANY // 2, [10, 3])


def test_what_changes_between_two_pages_moves_no_other_card(store: Store) -> None:
    for number in range(6):
        keep(number, ANA)
    _found, about = cards.page(ANA, limit=2, cursor=None)
    keep(6, ANA)
    keep(4, ANA, deleted=True)  # the cursor itself
    keep(2, ANA, state="completed")
    assert ids(ANA, cursor=about["next_cursor"]) == ["card-3", "card-2", "card-1", "card-0"]
    assert ids(ANA) == ["card-6", "card-5", "card-3", "card-2", "card-1", "card-0"]
    assert ids(BO) == []


def test_it_goes_on_after_a_restart_also_behind_a_card_that_was_deleted(store: Store) -> None:
    for number in range(4):
        keep(number)
    _found, about = cards.page(ACCOUNT, limit=2, cursor=None)
    keep(2, deleted=True)
    open_store(store.path)
    assert ids(ACCOUNT, cursor=about["next_cursor"]) == ["card-1", "card-0"]
    with pytest.raises(Problem):
        ids(ACCOUNT, cursor="bm90aGluZw==")


def test_a_search_finds_what_a_card_says_now(store: Store) -> None:
    keep(1, details={"payer_name": {"value": "Aetna"}})
    keep(2, details={"member_name": {"value": "ANA AETNAS"}})
    assert ids(ACCOUNT, text="aetna") == ["card-2", "card-1"]
    keep(1, details={"payer_name": {"value": "Cigna"}})
    assert (ids(ACCOUNT, text="AETNA"), ids(ACCOUNT, text="cigna")) == (["card-2"], ["card-1"])
    store.reset("cardscan")
    assert ids(ACCOUNT) == []
