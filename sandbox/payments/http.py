"""The addresses of the claim payments service: requests in, `rules` and `reads` asked, answers out.

Every address has three prefixes, because the vendor's pages spell it in three ways, and takes more than one slash where
one belongs, because they print two (docs/vendors/optum.md).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route, compile_path

from sandbox import answers, clock, dead_end, faults, scenarios, webhooks
from sandbox.bodies import KILOBYTE, MEGABYTE, TooLong, read_body
from sandbox.exact import NotExact, read_json
from sandbox.payments import accounts, effects, events, guards, reads, records, rules, shapes, subscriptions
from sandbox.payments.accounts import VENDOR
from sandbox.payments.plans import OWN_FAULTS, Answer, Desk, Plan, carry_out
from sandbox.payments.problems import Problem
from sandbox.quick import quickly
from sandbox.state import store
from sandbox.switches import switch

Json = dict[str, Any]
Work = Callable[[Desk, Request, bytes], Answer]

PREFIXES = ("/api/v1", "/v1", "/api/issue/v1")
EVENT_PREFIXES = (*(f"{prefix}/event-api" for prefix in PREFIXES), "/api/event-api/v1")
SLASH = re.compile(r"(?<!\[\^)/")  # a slash of the path, not the one of "anything but a slash"
# More than a batch in one piece ever needs; the switch max_body_kb sets a smaller limit.
MOST_BYTES = 64 * MEGABYTE
# What takes a few milliseconds to check and keep; the event loop does not wait for more.
SHORT_BYTES = 20 * KILOBYTE
SHORT_COUNT = 20


# What scenarios know of a call, and what they can have it answer.
PLACE = scenarios.Place(("account", "batch_id", "payment_id", "subscription_id"), ("refuse", "detail"))


class LooseRoute(Route):
    """A route with several prefixes, that takes several slashes where one belongs and never redirects."""

    def __init__(self, prefixes: tuple[str, ...], path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        """Keep the route under its prefixes, of which the first is its name; options as for Starlette's Route."""
        super().__init__(prefixes[0] + path, endpoint, **options)
        spellings = "|".join(re.escape(prefix) for prefix in prefixes)
        rest = compile_path(path)[0].pattern.removeprefix("^")
        self.path_regex = re.compile(SLASH.sub("/+", f"^(?:{spellings}){rest}"))


def routes() -> list[BaseRoute]:
    """Return the routes of the service, to be mounted at /payments."""
    faults.speak(VENDOR, lambda status, message: Problem(status, message).document())
    webhooks.retry_with(VENDOR, subscriptions.RETRY_SECONDS)
    webhooks.keep_for(VENDOR, events.deliveries_in_use)
    for names, kinds in OWN_FAULTS:
        faults.plays(VENDOR, names, kinds)
    spoken = [*_payment_routes(), *_event_routes()]
    for route in spoken:
        scenarios.ask_at(VENDOR, route.name.partition(".")[2], PLACE)
    return dead_end.closed([*spoken], _refuse)


def _payment_routes() -> list[Route]:
    one, many = "/payments/{payment_id}", "/payments/batch/{batch_id}"
    return [
        # /payments/batch
        _route("POST", "/payments/batch", "create", _write(rules.create)),
        _route("GET", "/payments/batch", "batches", _read(reads.batches)),
        _route("GET", many, "batch", _read(reads.batch)),
        _route("PATCH", many, "change_totals", _write(rules.change_totals)),
        _route("GET", f"{many}/details", "batch_details", _read(reads.batch_details)),
        _route("POST", f"{many}/add", "add", _write(rules.add)),
        _route("POST", f"{many}/start", "start", _act(rules.start)),
        _route("POST", f"{many}/release", "release", _start_or_release),
        _route("POST", f"{many}/release-partial", "release_partial", _write(rules.release_partial)),
        _route("POST", f"{many}/cancel", "cancel", _act(rules.cancel)),
        # /payments
        _route("POST", "/payments", "single", _write(rules.single)),
        _route("GET", one, "payment", _read(reads.payment)),
        _route("GET", f"{one}/details", "payment_details", _read(reads.payment_details)),
        _route("POST", f"{one}/release", "release_single", _write(rules.release_single)),
        _route("POST", f"{one}/void", "void", _act(rules.void)),
        _route("POST", f"{one}/reissue", "reissue", _write(rules.reissue)),
        # /keys
        _route("POST", "/keys", "make_key", _act(rules.make_key)),
        _route("DELETE", "/keys", "revoke_key", _revoke_key),
    ]


def _event_routes() -> list[Route]:
    all_of_them, one = "/subscriptions", "/subscriptions/{subscription_id}"
    told = [
        ("POST", all_of_them, "subscribe", _tell(subscriptions.subscribe)),
        ("GET", all_of_them, "subscriptions", _read(subscriptions.subscriptions)),
        ("GET", one, "subscription", _read(subscriptions.subscription)),
        ("PUT", one, "change_subscription", _tell(subscriptions.change_subscription)),
        ("DELETE", one, "unsubscribe", _order(subscriptions.unsubscribe)),
        ("GET", f"{one}/missed-events", "missed_events", _read(subscriptions.missed_events)),
        ("POST", f"{one}/missed-events/acknowledge", "acknowledge", _tell(subscriptions.acknowledge)),
        ("POST", f"{one}/reopen", "reopen", _order(subscriptions.reopen)),
    ]
    return [_route(*call, prefixes=EVENT_PREFIXES) for call in told]


def sandbox_routes() -> list[BaseRoute]:
    """Return the routes for people and tests, to be mounted at /__sandbox__/payments."""
    return [Route("/tick", tick, methods=["POST"])]


async def tick(request: Request) -> Response:
    """Let time pass: POST {"batchId", "times", "loadFailed": [issuerReferenceId]}, each of them optional."""
    try:
        body = _parse(await read_body(request, SHORT_BYTES) or b"{}")
        guards.must_pass(shapes.tick(), body)
    except TooLong as error:
        return _refuse(413, str(error))
    except Problem as problem:
        return _respond(Answer(problem.status, problem.document()))
    times = 1 if body.get("times") is None else body["times"]
    moved = await run_in_threadpool(_tick, body.get("batchId"), body.get("loadFailed") or [], times)
    return _respond(Answer(200, {"moved": moved}))


def _tick(batch_id: str | None, load_failed: list[str], times: int) -> int:
    now = clock.now()
    effects.land(store(), now)
    moved = sum(
        effects.tick(store(), account.code, now, batch_id=batch_id, load_failed=load_failed)
        for _time in range(times)
        for account in accounts.ACCOUNTS
    )
    events.dispatch(store())
    return moved


def _refuse(status: int, message: str) -> Response:
    return _respond(Answer(status, Problem(status, message).document()))


def _route(method: str, path: str, name: str, work: Work, prefixes: tuple[str, ...] = PREFIXES) -> Route:
    endpoint = partial(_serve, work, name)
    return LooseRoute(prefixes, path, endpoint, methods=[method], name=f"{VENDOR}.{name}")


async def _serve(work: Work, route: str, request: Request) -> Response:
    """Answer one call, one writer at a time; in a thread, unless it is short."""
    try:
        body = await read_body(request, _most_bytes())
    except TooLong as error:
        return _refuse(413, str(error))
    run = quickly if len(body) <= SHORT_BYTES and _is_short(route, request.path_params) else run_in_threadpool
    return _respond(await run(_answer, work, route, request, body))


def _is_short(route: str, path: Json) -> bool:
    """Tell whether the collections that a call reads from end to end are short."""
    return all(store().has_at_most(SHORT_COUNT, VENDOR, name) for name in _read_through(route, path))


def _read_through(route: str, path: Json) -> list[str]:
    if route in ("batch_details", "start", "release", "release_partial"):
        return [f"members:{path['batch_id']}"]
    if route == "release_single":
        return [f"members:{batch_id}" for batch_id in records.batches_with(store(), path["payment_id"])]
    per_account = {"batches": "batches", "subscriptions": "subscriptions"}
    if route in per_account:
        return [f"{per_account[route]}:{account.code}" for account in accounts.ACCOUNTS]
    if "subscription_id" in path:
        return [f"{kind}:{path['subscription_id']}" for kind in ("sent", "missed")]
    return []


def _most_bytes() -> int:
    return min(int(switch(VENDOR, "max_body_kb", 0)) * KILOBYTE or MOST_BYTES, MOST_BYTES)


def _answer(work: Work, route: str, request: Request, body: bytes) -> Answer:
    now = clock.now()
    effects.land(store(), now)
    try:
        account = accounts.of_key(request.headers.get("API-Key"))
        desk = Desk(store(), account, now, partial(switch, VENDOR), partial(faults.take, VENDOR, route), route)
        _follow_scenario(desk, request)
        answer = work(desk, request, body)
        events.dispatch(store())
        return answer
    except Problem as problem:
        return Answer(problem.status, problem.document())


def _follow_scenario(desk: Desk, request: Request) -> None:
    """Refuse the call if a scenario has it so: {"refuse": status, "detail": …}."""
    subject = {"account": desk.account.code} | dict(request.path_params)
    step = scenarios.next_step(VENDOR, desk.route, subject)
    if step is not None and step.answer.get("refuse"):
        status = int(Decimal(step.answer["refuse"]))
        detail = str(step.answer.get("detail", "The service refuses this call."))
        raise Problem(status if 400 <= status < 600 else 422, detail)


def _write(rule: Callable[..., Plan]) -> Work:
    """Return the work of a call with a body."""

    def work(desk: Desk, request: Request, body: bytes) -> Answer:
        document = _parse(body)
        with desk.store.transaction():
            return carry_out(desk, rule(desk, document, **request.path_params))

    return work


def _act(rule: Callable[..., Plan]) -> Work:
    """Return the work of a call whose body, if any, says nothing."""

    def work(desk: Desk, request: Request, body: bytes) -> Answer:
        with desk.store.transaction():
            return carry_out(desk, rule(desk, **request.path_params))

    return work


def _tell(rule: Callable[..., Answer]) -> Work:
    """Return the work of a call with a body that no fault comes between, since no money is in it."""

    def work(desk: Desk, request: Request, body: bytes) -> Answer:
        document = _parse(body)
        with desk.store.transaction():
            return rule(desk, document, **request.path_params)

    return work


def _order(rule: Callable[..., Answer]) -> Work:
    """Return the work of such a call without a body."""

    def work(desk: Desk, request: Request, body: bytes) -> Answer:
        with desk.store.transaction():
            return rule(desk, **request.path_params)

    return work


def _read(read: Callable[..., Any]) -> Work:
    def work(desk: Desk, request: Request, body: bytes) -> Answer:
        with desk.store.transaction():  # a batch and its payments as they are at one moment
            return Answer(200, read(desk, request.query_params, **request.path_params))

    return work


def _start_or_release(desk: Desk, request: Request, body: bytes) -> Answer:
    """The vendor's page prints one address for both: without a body it starts the batch, with one it releases it."""
    work = _write(rules.release) if body.strip() else _act(rules.start)
    return work(desk, request, body)


def _revoke_key(desk: Desk, request: Request, body: bytes) -> Answer:
    accounts.revoke_key(desk.store, desk.account, request.headers["API-Key"])
    return Answer(204)


def _parse(body: bytes) -> Any:
    """Return the document of a body with exact numbers.

    Raises:
        Problem: 400 when it is no JSON.
    """
    try:
        return read_json(body)
    except NotExact as error:
        raise Problem(400, f"{error}.") from error


def _respond(answer: Answer) -> Response:
    if answer.dropped:
        scenarios.order_fault({"kind": "reset_after"})
        return Response(status_code=answer.status)
    if answer.body is None:
        return Response(status_code=answer.status)
    return answers.answer(answer.body, answer.status, answers.PROBLEM if answer.status >= 400 else answers.JSON)
