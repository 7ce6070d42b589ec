"""Candid's part of the sandbox's window: members of cards, and coverages; no part of the vendor's API."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from sandbox import members
from sandbox.candid import coverages
from sandbox.candid.answers import answer, doc_of, refusing
from sandbox.candid.fields import Part
from sandbox.state import store


def routes() -> list[BaseRoute]:
    """Return the routes for people and tests, to be mounted at /candid/__sandbox__."""
    return [
        Route("/members", list_members, methods=["GET"]),
        Route("/members", refusing(enrol_member), methods=["POST"]),
        Route("/coverages", list_coverages, methods=["GET"]),
        Route("/coverages", refusing(keep_coverage), methods=["POST"]),
    ]


def list_members(request: Request) -> Response:
    """Show the members of cards the sandbox has read."""
    return answer({"members": [doc for _key, doc in store().items("candid", "members")]})


async def enrol_member(request: Request) -> Response:
    """Enrol a member as if the sandbox had read the card: {"member_number": …, "member_name": …, "payer_id": …}."""
    key = await run_in_threadpool(members.enrol, Part.of(await doc_of(request)).doc)
    return answer({"member": key}, 201 if key else 422)


def list_coverages(request: Request) -> Response:
    """Show every coverage that is on file, with its id."""
    return answer({"coverages": coverages.on_file()})


async def keep_coverage(request: Request) -> Response:
    """Put a coverage on file: the payer_id, subscriber and dependent of a check's request."""
    coverage_id = await run_in_threadpool(coverages.put_on_file, await doc_of(request))
    return answer({"coverage_id": coverage_id}, 201)
