"""Access tokens that threads share."""

import threading
import time

import pytest

from core.http import OutcomeUnknown, Throttled
from eligibility.vendors.tokens import Token, TokenCache

KEY = ("https://vendor.example", "client")


def together(cache: TokenCache, fetch, threads: int = 6) -> list[object]:
    """Have several threads ask for the token at the same time; return what each got or failed with."""
    asking, results = threading.Semaphore(0), []

    def when_all_have_asked() -> Token:
        for _ in range(threads):
            asking.acquire()
        time.sleep(0.2)  # the last of them has said that it asks, and is a step away from it
        return fetch()

    def ask() -> None:
        asking.release()
        try:
            results.append(cache.get(KEY, when_all_have_asked))
        except OutcomeUnknown as error:
            results.append(error)

    running = [threading.Thread(target=ask) for _ in range(threads)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    return results


def test_who_waited_for_a_token_that_did_not_come_does_not_wait_again() -> None:
    fetched = []

    def fetch() -> Token:
        fetched.append(None)
        error = OutcomeUnknown("spry", "did not answer within 20 s")
        error.retry_after = 7.0
        raise error

    cache = TokenCache()
    results = together(cache, fetch)
    assert len(fetched) == 1
    assert [str(result) for result in results] == ["spry: did not answer within 20 s"] * 6
    assert {result.retry_after for result in results} == {7.0}
    assert len({id(result) for result in results}) == 6  # an exception belongs to one thread
    with pytest.raises(OutcomeUnknown):
        cache.get(KEY, fetch)
    assert len(fetched) == 2  # who comes later tries for itself


def test_one_thread_fetches_for_all() -> None:
    token = Token("t", time.monotonic() + 60)
    cache, fetched = TokenCache(), []

    def fetch() -> Token:
        fetched.append(None)
        return token

    assert together(cache, fetch) == [token] * 6
    assert len(fetched) == 1


def test_a_failure_of_before_is_forgotten_with_the_next_token() -> None:
    cache, token = TokenCache(), Token("t", time.monotonic() + 60)

    def fails() -> Token:
        raise Throttled("candid", "asks us to wait")

    with pytest.raises(Throttled):
        cache.get(KEY, fails)
    assert cache.get(KEY, lambda: token) is token
