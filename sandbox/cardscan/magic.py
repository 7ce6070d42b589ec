"""Magic links: a telephone goes on with the scan that a desktop began (contract section 8)."""

from __future__ import annotations

import secrets
import uuid
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sandbox import clock
from sandbox.cardscan import access
from sandbox.cardscan.access import Caller
from sandbox.cardscan.problems import Problem
from sandbox.cardscan.times import stamp
from sandbox.state import store
from sandbox.switches import switch

_PLACE = ("cardscan", "magic_links")


def issue(caller: Caller, base: str) -> dict[str, Any]:
    """Return a link for the calling user, good for an hour or as long as the switch `magic_link_seconds` says.

    Args:
        caller: who asks; cards scanned through the link belong to the same identity and session.
        base: the sandbox's own address of CardScan.
    """
    token = secrets.token_urlsafe(32)
    expires = clock.now() + timedelta(seconds=float(switch("cardscan", "magic_link_seconds", 3600)))
    kept = {"identity": caller.identity, "user_id": caller.user_id, "expires_at": stamp(expires)}
    store().put(*_PLACE, token, kept | {"session_id": caller.session_id or str(uuid.uuid4())})
    return {"magic_link": f"{base}/capture/?token={token}", "token": token, "expires_at": stamp(expires)}


def validate(token: str | None) -> dict[str, str]:
    """Return a session token that may scan, and nothing else, for the user who asked for the link.

    Raises:
        Problem: 400 without a token, 404 for an unknown one, 410 for one whose time is over.
    """
    if not token:
        raise Problem(400, "token is required")
    kept = store().get(*_PLACE, token)
    if kept is None:
        raise Problem(404, "Magic link not found")
    if datetime.fromisoformat(kept["expires_at"]) <= clock.now():
        raise Problem(410, "The magic link has expired")
    user = Caller(kept["identity"], is_account=False, user_id=kept["user_id"], session_id=kept["session_id"])
    return {"Token": access.token_of(replace(user, scans_only=True)), "IdentityId": user.identity}
