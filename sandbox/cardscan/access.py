"""Who calls: the account's API key, or the session token of one of its users (contract sections 1 and 2)."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import jwt

from sandbox import clock
from sandbox.cardscan.problems import Problem
from sandbox.indexes import Index
from sandbox.state import store
from sandbox.switches import switch

API_KEY = "sk_test_cardscan_ai_sandbox_0001"
ACCOUNT_ID = "5b0c6a5e-3c1a-4f0e-9a3b-66d1f4f7c901"
ACCOUNT_IDENTITY = "us-east-1:0d2f7c66-8a41-4c2b-b1de-2f1a9c7e4a10"


@dataclass(frozen=True)
class Caller:
    """Who a request comes from.

    Attributes:
        is_account: the API key, which sees every card; a session token sees those of its identity.
        scans_only: the token of a magic link, which scans and sees the cards of its own session alone.
    """

    identity: str
    is_account: bool
    user_id: str | None = None
    session_id: str | None = None
    scans_only: bool = False

    def may_see(self, record: dict[str, Any]) -> bool:
        """Tell whether a card or an eligibility check is this caller's to see."""
        if self.scans_only and record["session_id"] != self.session_id:
            return False
        return self.is_account or record["identity"] == self.identity


NOBODY = Caller("", is_account=False)


def signature(text: str) -> str:
    """Return our HMAC-SHA256 of a text, 64 hex digits; what carries it was issued here."""
    return hmac.new(_secret().encode(), text.encode(), hashlib.sha256).hexdigest()


def caller_of_header(authorization: str | None) -> Caller:
    """Return who sends an Authorization header.

    Raises:
        Problem: 401 when it is missing, blank or not `Bearer …`; else as `caller_of_token`.
    """
    scheme, _, token = (authorization or "").strip().partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise Problem(401, "Unknown authorization error - please check your token format and try again")
    return caller_of_token(token.strip())


def caller_of_token(token: str) -> Caller:
    """Return who has an API key or a session token.

    Raises:
        Problem: 403 when the key is not registered (its body says 401, like the vendor's), 401 when a session is over.
    """
    if hmac.compare_digest(token.encode(), API_KEY.encode()):
        return Caller(ACCOUNT_IDENTITY, is_account=True)
    try:
        # The sandbox's clock can be moved, so the expiry is compared below and not by the library.
        claims = jwt.decode(token, _secret(), algorithms=["HS256"], options={"verify_exp": False, "verify_iat": False})
    except (jwt.InvalidTokenError, RecursionError):
        raise Problem(403, "API Key is not registered", type="Unauthorized", code=401) from None
    if claims["exp"] <= clock.now().timestamp():
        raise Problem(401, "The session token has expired")
    who = {name: claims[name] for name in ("user_id", "session_id", "scans_only")}
    return Caller(claims["sub"], is_account=False, **who)


def issue_token(caller: Caller, user_id: str | None) -> dict[str, str]:
    """Return a session token for one user of the account; the same `user_id` always gets the same identity.

    Raises:
        Problem: 403 when a session token asks instead of the API key.
    """
    if not caller.is_account:
        raise Problem(403, "Only an API key may issue session tokens")
    session_id = str(uuid.uuid4())
    user = Caller(_identity_of(user_id), is_account=False, user_id=user_id, session_id=session_id)
    return {"Token": token_of(user), "IdentityId": user.identity, "session_id": session_id}


def token_of(user: Caller) -> str:
    """Return a token for a user's session; it is good for an hour, or as long as the switch `token_seconds` says."""
    issued = clock.now()
    expires = issued + timedelta(seconds=float(switch("cardscan", "token_seconds", 3600)))
    claims: dict[str, Any] = {"sub": user.identity, "user_id": user.user_id, "session_id": user.session_id}
    claims |= {"scans_only": user.scans_only, "iat": int(issued.timestamp()), "exp": int(expires.timestamp())}
    return jwt.encode(claims, _secret(), algorithm="HS256")


def _identity_of(user_id: str | None) -> str:
    fresh = f"us-east-1:{uuid.uuid4()}"
    return _kept("users", user_id, "identity", lambda: fresh) if user_id else fresh


def _kept(collection: str, key: str, name: str, make: Callable[[], str]) -> str:
    """Return what is kept under a key; it is made by the first who asks, once."""
    known = store().get("cardscan", collection, key)
    if known is None:
        with store().transaction():
            known = store().get("cardscan", collection, key) or {name: make()}
            store().put("cardscan", collection, key, known)
    return str(known[name])


class _Secrets(Index[str]):
    """What tokens and addresses are signed with."""

    def entry_of(self, key: str, doc: dict[str, Any]) -> str:
        return str(doc["value"])


_secrets = _Secrets("cardscan", "secrets")


def _secret() -> str:
    with _secrets.entries() as entries:
        known = entries.get("signing")
    return known or _kept("secrets", "signing", "value", lambda: secrets.token_hex(32))
