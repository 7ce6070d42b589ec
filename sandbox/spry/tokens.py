"""SPRY's OAuth: who gets a token, and whose token a request carries (docs/vendors/spry.md).

A token is a JWT (HS256) that says the organisation, the clinics and what its bearer may do.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlencode, urlsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from sandbox import clock, jwts, webhooks
from sandbox.answers import answer
from sandbox.quick import quickly
from sandbox.spry import rules
from sandbox.spry.answers import Doc, short_body
from sandbox.spry.bodies import Refused, invalid
from sandbox.state import store
from sandbox.switches import switch

CLIENT_ID = "spry-sandbox"
CLIENT_SECRET = "spry-sandbox-secret"
LIFETIME = 3600
CODE_SECONDS = 600
REFRESH_SECONDS = 30 * 24 * 3600
_SIGNING_KEY = "the sandbox's spry tokens are signed with this public text"
_AUDIENCE = "spry-sandbox-api"
_REFRESH_AUDIENCE = "spry-sandbox-refresh"
_SCOPES = ("read", "write")


async def token_v2(request: Request) -> Response:
    """Hand out a token for the client's id and secret, alone or with the code of a user who has agreed."""
    return await quickly(_hand_out, await _form(request))


async def token_v1(request: Request) -> Response:
    """Hand out a token for a refresh token; an access token is taken as its own, as SPRY shows no other with it."""
    form = await _form(request)
    if form.get("grant_type") != "refresh_token":
        raise invalid("grant_type must be refresh_token")
    _must_know_client(form)
    return _token(_scope_of_refresh(_needed(form, "refresh_token")))


async def authorize(request: Request) -> Response:
    """Send a user back to the client with a code, as if they had signed in and agreed at once."""
    return await quickly(_agree, request.query_params)


def _hand_out(form: Mapping[str, str]) -> Response:
    grant = form.get("grant_type")
    if grant not in ("client_credentials", "authorization_code"):
        raise invalid("grant_type must be client_credentials or authorization_code")
    _must_know_client(form)
    if grant == "client_credentials":
        return _token(_scope(form.get("scope", "read write")))
    scope = _scope_of_code(form)
    return _token(scope, refresh_token=_issue(scope, _REFRESH_AUDIENCE, REFRESH_SECONDS))


def _agree(query: Mapping[str, str]) -> Response:
    if query.get("response_type") != "code":
        raise invalid("response_type must be code")
    if _needed(query, "client_id") != CLIENT_ID:
        raise Refused(401, 4001, "client_id is wrong")
    back, code = _needed(query, "redirect_uri"), secrets.token_urlsafe(24)
    try:
        webhooks.must_be_allowed(back)
    except webhooks.NotAllowed as error:
        raise invalid(f"redirect_uri: {error}") from error
    expires = clock.now() + timedelta(seconds=CODE_SECONDS)
    scope = _scope(query.get("scope", "read write"))
    store().put("spry", "codes", code, {"redirect_uri": back, "scope": scope, "expires": expires.isoformat()})
    told = {"code": code} | ({"state": query["state"]} if "state" in query else {})
    return RedirectResponse(f"{back}{'&' if urlsplit(back).query else '?'}{urlencode(told)}", 302)


def claims_of(request: Request) -> Doc:
    """Return what the bearer token of a request says.

    Raises:
        Refused: 401 when it is missing, forged, unsigned or expired.
    """
    try:
        return jwts.read(_SIGNING_KEY, _AUDIENCE, request.headers.get("authorization", ""))
    except jwts.BadToken as error:
        raise Refused(401, 4001, "The access token is missing, wrong or expired") from error


def _needed(given: Mapping[str, str], name: str) -> str:
    if not given.get(name):
        raise invalid(f"{name} is required")
    return given[name]


def _must_know_client(form: Mapping[str, str]) -> None:
    if (_needed(form, "client_id"), _needed(form, "client_secret")) != (CLIENT_ID, CLIENT_SECRET):
        raise Refused(401, 4001, "client_id or client_secret is wrong")


def _scope(asked: str) -> str:
    """Return what of the asked scope there is."""
    allowed = [word for word in _SCOPES if word in asked.split()]
    if not allowed:
        raise invalid("scope must be read, write or both")
    return " ".join(allowed)


def _scope_of_code(form: Mapping[str, str]) -> str:
    """Use up an authorization code and return what its user has agreed to."""
    code = _needed(form, "code")
    with store().transaction():
        kept = store().get("spry", "codes", code)
        store().delete("spry", "codes", code)
    if kept is None or datetime.fromisoformat(kept["expires"]) <= clock.now():
        raise Refused(401, 4001, "The code is wrong, used or expired")
    if form.get("redirect_uri") != kept["redirect_uri"]:
        raise invalid("redirect_uri must be the one the code was asked with")
    return str(kept["scope"])


def _scope_of_refresh(token: str) -> str:
    for audience in (_REFRESH_AUDIENCE, _AUDIENCE):
        try:
            return str(jwts.read(_SIGNING_KEY, audience, f"Bearer {token}")["scope"])
        except jwts.BadToken:
            continue
    raise Refused(401, 4001, "The refresh token is wrong or expired")


def _told_of(scope: str) -> Doc:
    return {
        "scope": scope,
        "organisation_id": rules.ORGANISATION_ID,
        "user_id": 4711,
        "roles": ["API_USER"],
        "clinic_id_list": list(rules.CLINIC_IDS),
        "name": "Sandbox client",
    }


def _issue(scope: str, audience: str, lifetime: int) -> str:
    return jwts.issue(_SIGNING_KEY, audience, _told_of(scope), lifetime, clock.now())


def _token(scope: str, **further: str) -> Response:
    lifetime = int(switch("spry", "token_seconds", LIFETIME))
    text = _issue(scope, _AUDIENCE, lifetime)
    head = {"access_token": text, "token_type": "Bearer", "expires_in": lifetime}
    return answer({**head, **_told_of(scope), **further})


async def _form(request: Request) -> dict[str, str]:
    if not request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        raise Refused(415, 4015, "The content type must be application/x-www-form-urlencoded")
    try:
        form = parse_qs((await short_body(request)).decode("utf-8", "replace"), max_num_fields=100)
    except ValueError as error:
        raise invalid("The form has too many fields") from error
    return {name: values[0] for name, values in form.items()}
