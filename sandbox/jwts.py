"""Bearer tokens of the sandbox's vendors: HS256 JWTs that expire by the sandbox's clock."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

import jwt

from sandbox import clock


class BadToken(Exception):
    """The bearer token is missing, forged, for somebody else, or expired."""


def issue(key: str, audience: str, claims: dict[str, Any], lifetime: int, now: datetime) -> str:
    """Return a signed token that is good for `lifetime` seconds from `now`."""
    times = {"iat": int(now.timestamp()), "exp": int((now + timedelta(seconds=lifetime)).timestamp())}
    return jwt.encode({**claims, **times, "aud": audience}, key, algorithm="HS256")


def read(key: str, audience: str, authorization: str) -> dict[str, Any]:
    """Return the claims of an `Authorization: Bearer …` header.

    Only HS256 is accepted, so a token that says `alg: none` is refused however well it is made.

    Raises:
        BadToken: it is missing, forged, for another audience, or expired.
    """
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise BadToken("no bearer token")
    claims = _signed_claims(key, audience, token.strip())
    if claims["exp"] <= clock.now().timestamp():
        raise BadToken("expired")
    return dict(claims)


# A client sends the same token with every call; its signature is as good the second time.
@lru_cache(maxsize=500)
def _signed_claims(key: str, audience: str, token: str) -> dict[str, Any]:
    # PyJWT compares with the machine's clock; the sandbox's own can be moved, so the caller compares.
    options: Any = {"verify_exp": False, "verify_iat": False, "require": ["exp", "aud"]}
    try:
        return jwt.decode(token, key, algorithms=["HS256"], audience=audience, options=options)
    except jwt.InvalidTokenError as error:
        raise BadToken(type(error).__name__) from error
