"""Talks to Candid: the token, the check, the payer search. Bytes are wire.py's business."""

from __future__ import annotations

import threading
from collections.abc import Collection
from typing import Any

import simplejson
from django.conf import settings

from core.http import OutcomeUnknown, Rejected, VendorAnswer, VendorSession

from ..tokens import Token, TokenCache, lives_until
from . import wire

DEADLINE = 130.0  # seconds: the clearinghouse holds a question up to two minutes (docs/vendors/candid.md)
SEARCH_DEADLINE = 8.0  # seconds: a person is waiting for the list
REFUSALS = frozenset({400, 404, 422})
_TOKEN_MARGIN = 120.0
_tokens = TokenCache()


class Candid:
    """Candid's pre-encounter API for one thread; tokens are shared by the process."""

    def __init__(self, *, api_url: str, pre_encounter_url: str, client_id: str, client_secret: str) -> None:
        self._key = (api_url, client_id)
        self._secret = client_secret
        self._api = VendorSession("candid", api_url, read=20, total=20)
        self._pre_encounter = VendorSession("candid", pre_encounter_url, read=DEADLINE, total=DEADLINE)

    def check(self, request: bytes) -> VendorAnswer:
        """Ask one question; return the answer: 200, or 400, 404 or 422 with what is objected to.

        Raises core.http's errors; Rejected 401 only after a fresh token was refused as well.
        """
        return self._ask("POST", "eligibility-checks/v1", json_bytes=request, answers=REFUSALS)

    def search_payers(self, words: str, *, page_size: int = 20) -> list[wire.FoundPayer]:
        """Return payers of the clearinghouse by name, number or alias, best first. Raises core.http's errors."""
        params = {"query": words, "page_size": page_size}
        answer = self._ask("GET", "eligibility-checks/v1/payer/search", params=params, total=SEARCH_DEADLINE)
        try:
            return wire.parse_payers(answer.json())
        except wire.Unreadable:
            raise _unreadable(answer) from None

    def _ask(self, method: str, path: str, *, answers: Collection[int] = (), **options: Any) -> VendorAnswer:
        token = _tokens.get(self._key, self._fetch)
        try:
            return self._once(token, method, path, answers=answers, **options)
        except Rejected as error:
            if error.status != 401:
                raise
        _tokens.drop(self._key, token)
        return self._once(_tokens.get(self._key, self._fetch), method, path, answers=answers, **options)

    def _once(self, token: Token, method: str, path: str, **options: Any) -> VendorAnswer:
        return self._pre_encounter.ask(method, path, headers={"Authorization": f"Bearer {token.bearer}"}, **options)

    def check_key(self) -> None:
        """Ask for a token; raises core.http's errors when the credentials are not taken."""
        self._fetch()

    def _fetch(self) -> Token:
        # https://docs.joincandidhealth.com (auth v2): no grant type, no scope
        body = simplejson.dumps({"client_id": self._key[1], "client_secret": self._secret}).encode()
        answer = self._api.ask("POST", "api/auth/v2/token", json_bytes=body)
        try:
            bearer, seconds = wire.parse_token(answer.json())
        except wire.Unreadable:
            raise _unreadable(answer) from None
        return Token(bearer, lives_until(seconds, _TOKEN_MARGIN))


def _unreadable(answer: VendorAnswer) -> OutcomeUnknown:
    why = "sent an answer that could not be read"
    return OutcomeUnknown(answer.vendor, why, status=answer.status, request_id=answer.request_id)


_mine = threading.local()


def client() -> Candid:
    """Return this thread's client for the host and credentials in the settings."""
    wanted = {
        "api_url": settings.CANDID_API_URL,
        "pre_encounter_url": settings.CANDID_PRE_ENCOUNTER_URL,
        "client_id": settings.CANDID_CLIENT_ID,
        "client_secret": settings.CANDID_CLIENT_SECRET,
    }
    if getattr(_mine, "wanted", None) != wanted:
        _mine.wanted, _mine.client = wanted, Candid(**wanted)
    return _mine.client
