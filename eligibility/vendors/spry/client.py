"""Talks to SPRY: the token, the capture, the search. Bytes are wire.py's business."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from django.conf import settings

from core.http import NotSent, OutcomeUnknown, Rejected, Throttled, VendorAnswer, VendorSession

from ..tokens import Token, TokenCache, lives_until
from . import wire

DEADLINE = 20.0  # seconds, one call
_REFUSALS = frozenset({400, 403, 404, 409, 413, 415})
_TOKEN_MARGIN = 60.0
_CAPTURE = "apis/eligibility/v2/insurance/eligibility/offline"
_SEARCH = "apis/eligibility/v2/insurance/eligibility/search"
_tokens = TokenCache()


class Spry:
    """SPRY's API for one thread; tokens are shared by the process."""

    def __init__(self, *, url: str, client_id: str, client_secret: str) -> None:
        self._key = (url, client_id)
        self._secret = client_secret
        # No kept-alive connection: one that SPRY closed meanwhile would make a capture's outcome unclear.
        self._session = VendorSession("spry", url, read=DEADLINE, total=DEADLINE, keep_alive=False)

    def capture(self, body: bytes, numbers: wire.Numbers, member_id: str) -> wire.Saved | wire.Refused:
        """Send one capture.

        Raises NotSent when it certainly was not saved, as for 429, Rejected when a fresh token is refused as well,
        wire.SomeoneElse when success is reported for another patient, and OutcomeUnknown for everything that may have
        been saved.
        """
        token = self._token_before_sending()
        if problem := _outside(token, numbers):
            return problem
        try:
            answer = self._authorized(token, lambda headers: self._post(body, headers))
        except Throttled as error:
            raise NotSent.because(error, error.why) from None
        try:
            return wire.parse_capture(answer.status, _document(answer), numbers=numbers, member_id=member_id)
        except wire.Unreadable:
            raise _unreadable(answer) from None

    def search(self, patient_id: int, member_id: str) -> list[wire.Found]:
        """Return the manual captures SPRY keeps for a member. Raises core.http's errors."""
        params = {"patient_id": patient_id, "insurance_number": member_id, "channel_id": wire.CHANNEL}
        token = _tokens.get(self._key, self._fetch)
        answer = self._authorized(
            token, lambda headers: self._session.ask("GET", _SEARCH, params=params, answers={404}, headers=headers)
        )
        if answer.status == 404:
            return []
        try:
            return wire.parse_search(answer.json())
        except wire.Unreadable:
            raise _unreadable(answer) from None

    def _post(self, body: bytes, headers: dict[str, str]) -> VendorAnswer:
        return self._session.ask("POST", _CAPTURE, json_bytes=body, answers=_REFUSALS, headers=headers)

    def _token_before_sending(self) -> Token:
        """Return a token. However the token call fails, what needs it has not been sent: NotSent."""
        try:
            return _tokens.get(self._key, self._fetch)
        except (OutcomeUnknown, Throttled) as error:
            raise NotSent.because(error, f"gave no token: it {error.why}") from None

    def _authorized(self, token: Token, ask: Callable[[dict[str, str]], VendorAnswer]) -> VendorAnswer:
        """Ask with the token; when it is refused (401: nothing was done), ask once more with a fresh one."""
        try:
            return ask(_headers(token))
        except Rejected as error:
            if error.status != 401:
                raise
        _tokens.drop(self._key, token)
        return ask(_headers(self._token_before_sending()))

    def check_key(self) -> None:
        """Ask for a token; raises core.http's errors when the credentials are not taken."""
        self._fetch()

    def _fetch(self) -> Token:
        # https://api-docs.spryhealth.care (authentication): client credentials, form-encoded
        form = {
            "grant_type": "client_credentials",
            "client_id": self._key[1],
            "client_secret": self._secret,
            "scope": "read write",
        }
        answer = self._session.ask("POST", "apis/v2/oauth/token", data=form)
        try:
            grant = wire.parse_token(answer.json())
        except wire.Unreadable:
            raise _unreadable(answer) from None
        return Token(grant.bearer, lives_until(grant.seconds, _TOKEN_MARGIN), grant.organisation_id, grant.clinic_ids)


def _outside(token: Token, numbers: wire.Numbers) -> wire.Refused | None:
    """Refuse here what SPRY is bound to refuse: an organisation or clinic that the credentials are not good for."""
    if token.organization is not None and token.organization != numbers.organisation_id:
        return wire.Refused(None, "These SPRY credentials belong to another organisation number.", "")
    if token.clinics and numbers.clinic_id not in token.clinics:
        return wire.Refused(None, "These SPRY credentials are not good for this clinic's SPRY number.", "")
    return None


def _headers(token: Token) -> dict[str, str]:
    return {"Authorization": f"Bearer {token.bearer}", "Accept": "application/json"}


def _document(answer: VendorAnswer) -> Any:
    """Return the body as JSON; a refusal stays a refusal when its body is a web page."""
    try:
        return answer.json()
    except OutcomeUnknown:
        if answer.status < 300:
            raise
        return None


def _unreadable(answer: VendorAnswer) -> OutcomeUnknown:
    why = "sent an answer that could not be read"
    return OutcomeUnknown(answer.vendor, why, status=answer.status, request_id=answer.request_id)


_mine = threading.local()


def client() -> Spry:
    """Return this thread's client for the host and credentials in the settings."""
    wanted = {
        "url": settings.SPRY_URL,
        "client_id": settings.SPRY_CLIENT_ID,
        "client_secret": settings.SPRY_CLIENT_SECRET,
    }
    if getattr(_mine, "wanted", None) != wanted:
        _mine.wanted, _mine.client = wanted, Spry(**wanted)
    return _mine.client
