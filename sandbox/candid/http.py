"""Candid's HTTP: which path does what, in the vendor's envelopes (docs/vendors/candid.md)."""

from __future__ import annotations

import asyncio
from urllib.parse import parse_qs

from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route

from sandbox import dead_end, faults
from sandbox.bodies import KILOBYTE, MEGABYTE, read_body
from sandbox.candid import (
    answers,
    batches,
    benefits_order,
    checks,
    coverages,
    discovery,
    history,
    listing,
    payer_search,
    recommendations,
    window,
)
from sandbox.candid.answers import MOST_BYTES, answer, doc_of, guarded, refusal, refusing
from sandbox.candid.fields import BadRequest, Part, json_of
from sandbox.guards import OnlyFromHere
from sandbox.quick import quickly
from sandbox.state import store
from sandbox.switches import switch

CLIENT_ID = "candid-sandbox"
CLIENT_SECRET = "candid-sandbox-secret"
LIFETIME = 18_000
# Ten thousand checks of three kilobytes.
_MOST_OF_BATCH = 30 * MEGABYTE
# So many checks, or kilobytes of them, are worked on at once; the event loop does not wait for more.
_FEW = 5
_CHECKS = "/eligibility-checks/v1"
_COVERAGES = "/coverages/v1"


def routes() -> list[BaseRoute]:
    """Return Candid's routes; both of its hosts are served under the one prefix."""
    store().on_reset(lambda vendor: answers.calls.forget())
    store().on_reset(history.forget)
    faults.speak("candid", answers.error_doc)
    spoken = [
        Route("/api/auth/v2/token", refusing(token), methods=["POST"], name="candid.token"),
        _route("POST", _CHECKS, check, "check"),
        _route("POST", f"{_CHECKS}/batch", batch, "batch"),
        _route("GET", f"{_CHECKS}/batch/{{batch_id}}", poll_batch, "poll_batch"),
        _route("GET", f"{_CHECKS}/payer/search", search, "payer_search"),
        _route("GET", f"{_CHECKS}/recommendation", read_recommendations, "recommendations"),
        _route("POST", f"{_CHECKS}/recommendation", create_recommendation, "create_recommendation"),
        _route("PUT", f"{_CHECKS}/recommendation/{{recommendation_id}}/{{version}}/vote", vote, "vote"),
        # The documentation has the last slash; without it is the same.
        *(_route("GET", f"{_CHECKS}/get-multi{slash}", get_multi, "get_multi") for slash in ("/", "")),
        _route("POST", f"{_CHECKS}/insurance-discovery", discover, "insurance_discovery"),
        _route("POST", f"{_CHECKS}/coordination-of-benefits", coordinate, "coordination_of_benefits"),
        _route("POST", f"{_COVERAGES}/insurance-discovery-passthrough", begin_discovery, "begin_discovery"),
        _route("GET", f"{_COVERAGES}/insurance-discovery/{{check_id}}", read_discovery, "read_discovery"),
        # The documentation prints two slashes, the SDK sends one.
        *(_route("POST", f"{_COVERAGES}{bar}{{id}}/eligibility", begin_check, "coverage_check") for bar in ("/", "//")),
        *(
            _route("GET", f"{_COVERAGES}{bar}{{id}}/eligibility/{{check_id}}", read_check, "coverage_answer")
            for bar in ("/", "//")
        ),
        Mount("/__sandbox__", routes=window.routes(), middleware=[Middleware(OnlyFromHere)]),
    ]
    return dead_end.closed(spoken, refusal)


def _route(method: str, path: str, endpoint: answers.Endpoint, name: str) -> BaseRoute:
    return Route(path, guarded(endpoint), methods=[method], name=f"candid.{name}")


async def token(request: Request) -> Response:
    """Hand out an access token for the client's id and secret, sent as JSON or as a form."""
    most = int(switch("candid", "token_limit", 300))
    if not answers.calls.allows(f"token {answers.caller(request)}", most=most, seconds=60):
        return refusal(429, "Tokens are requested too often. Keep the token until it expires.")
    given = _credentials(request.headers.get("content-type", ""), await read_body(request, MOST_BYTES))
    if given is None:
        return refusal(415, "Send application/json or application/x-www-form-urlencoded.")
    if given != (CLIENT_ID, CLIENT_SECRET):
        return refusal(401, "The client id or secret is wrong.")
    lifetime = int(switch("candid", "token_seconds", LIFETIME))
    text = answers.new_token(CLIENT_ID, lifetime)
    return answer({"access_token": text, "expires_in": lifetime, "token_type": "Bearer"})


async def check(request: Request) -> Response:
    """Run one eligibility check and answer as late as the payer does."""
    doc = await doc_of(request)
    reply = await quickly(checks.check, doc)
    if reply.seconds:
        await asyncio.sleep(reply.seconds)
    return Response(reply.text, reply.status, media_type="application/json")


async def batch(request: Request) -> Response:
    """Take a batch of checks."""
    raw = await read_body(request, _MOST_OF_BATCH)
    run = quickly if len(raw) <= _FEW * KILOBYTE else run_in_threadpool
    return answer(await run(lambda: batches.submit(json_of(raw))))


async def poll_batch(request: Request) -> Response:
    """Answer a page of the checks of a batch that are done."""
    batch_id = request.path_params["batch_id"]
    run = quickly if batches.size(batch_id) <= _FEW else run_in_threadpool
    page = await run(batches.poll, batch_id, request.query_params)
    return refusal(404, "There is no such batch.") if page is None else answer(page)


async def search(request: Request) -> Response:
    """Answer one page of payers that fit the text."""
    return answer(payer_search.page(request.query_params))


async def read_recommendations(request: Request) -> Response:
    """Answer the latest recommendation of each type."""
    query = request.query_params
    return answer(await quickly(recommendations.latest, query.get("filters", ""), query.get("type", "")))


async def create_recommendation(request: Request) -> Response:
    """Keep a recommendation."""
    return answer(await quickly(recommendations.create, await doc_of(request)))


async def vote(request: Request) -> Response:
    """Keep a vote about a recommendation."""
    given = request.path_params
    try:
        doc = await doc_of(request)
        voted = await quickly(recommendations.vote, given["recommendation_id"], given["version"], doc)
    except recommendations.NotFound:
        return refusal(404, "There is no such recommendation.")
    except recommendations.VersionConflict as conflict:
        said = f"The latest version is {conflict.latest}; send the next one."
        return refusal(409, said, latest_version=conflict.latest)
    return answer(voted)


async def get_multi(request: Request) -> Response:
    """Answer one page of the checks that were made."""
    query = request.query_params
    run = quickly if listing.is_short(query, _FEW) else run_in_threadpool
    return answer(await run(listing.page, query))


async def discover(request: Request) -> Response:
    """Find out who a person is insured with."""
    return answer(await quickly(discovery.discover, await doc_of(request)))


async def begin_discovery(request: Request) -> Response:
    """Begin to find out who a person is insured with."""
    return answer(await quickly(discovery.begin, await doc_of(request)))


async def read_discovery(request: Request) -> Response:
    """Answer how a discovery stands."""
    try:
        return answer(await quickly(discovery.read, request.path_params["check_id"]))
    except discovery.NotFound:
        return refusal(404, "There is no such insurance discovery.")


async def coordinate(request: Request) -> Response:
    """Find out which of two payers pays first."""
    return answer(await quickly(benefits_order.coordinate, await doc_of(request)))


async def begin_check(request: Request) -> Response:
    """Begin a check of a coverage."""
    doc = await doc_of(request)
    try:
        return answer(await quickly(coverages.begin, request.path_params["id"], doc))
    except coverages.NotFound as missing:
        return refusal(404, str(missing))


async def read_check(request: Request) -> Response:
    """Answer how a check of a coverage stands."""
    given = request.path_params
    try:
        return answer(await quickly(coverages.read, given["id"], given["check_id"]))
    except coverages.NotFound as missing:
        return refusal(404, str(missing))


def _credentials(content_type: str, body: bytes) -> tuple[str, str] | None:
    """Return (client id, secret) of a token request, or None if its type is neither JSON nor a form."""
    kind = content_type.partition(";")[0].strip().lower()
    if kind == "application/x-www-form-urlencoded":
        form = parse_qs(body.decode("utf-8", "replace"))
        return form.get("client_id", [""])[0], form.get("client_secret", [""])[0]
    if kind != "application/json":
        return None
    try:
        doc = Part.of(json_of(body)).doc
    except BadRequest:
        return "", ""
    return str(doc.get("client_id", "")), str(doc.get("client_secret", ""))
