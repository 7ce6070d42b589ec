"""While somebody else writes for long, the sandbox's SPRY goes on answering everybody else."""

import asyncio
import contextlib
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from sandbox import faults
from sandbox.spry import http
from sandbox.state import open_store, store
from tests import own_loop
from tests.sandbox.spry_vendor import CAPTURE, CLIENT

BACK = "http://127.0.0.1:9/back"
AGREE = {"response_type": "code", "client_id": CLIENT["client_id"], "redirect_uri": BACK, "scope": "read write"}
CODE = CLIENT | {"grant_type": "authorization_code", "code": "the-code", "redirect_uri": BACK}
LATER = "2999-01-01T00:00:00+00:00"


@contextlib.contextmanager
def somebody_writes() -> Iterator[threading.Event]:
    """Hold the writer's lock; the event that is given lets go of it. Who waits for it on the loop fails the test."""
    holds, may_go, gave_up = threading.Event(), threading.Event(), threading.Event()

    def write() -> None:
        with store().transaction():
            holds.set()
            if not may_go.wait(20):
                gave_up.set()

    writer = threading.Thread(target=write)
    writer.start()
    holds.wait()
    try:
        yield may_go
    finally:
        may_go.set()
        writer.join()
        assert not gave_up.is_set(), "The event loop waited for the writer."


async def bearer(client: httpx.AsyncClient) -> dict[str, str]:
    answer = await client.post("/apis/v2/oauth/token", data=CLIENT | {"grant_type": "client_credentials"})
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}


async def ask(client: httpx.AsyncClient, call: str) -> httpx.Response:
    if call == "agree":
        return await client.get("/apis/v2/oauth/authorize", params=AGREE)
    if call == "code":
        return await client.post("/apis/v2/oauth/token", data=CODE)
    path = f"/apis/eligibility/v2/insurance/eligibility/{'search' if call == 'search' else 'offline'}"
    if call == "search":
        return await client.get(path, params={"patient_id": 12345, "insurance_number": "ZZT0042"})
    return await client.post(path, json=CAPTURE)


async def asked_while_somebody_writes(call: str) -> int:
    """Return the status of a call that has to write, made while another call is answered at once."""
    transport = httpx.ASGITransport(app=Starlette(routes=http.routes()))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        client.headers.update(await bearer(client))
        with somebody_writes() as may_go:
            waiting = asyncio.create_task(ask(client, call))
            for _turn in range(50):
                await asyncio.sleep(0)
            other = await client.get("/nothing")
            assert (other.status_code, waiting.done()) == (404, False)
            may_go.set()
            return (await waiting).status_code


@pytest.mark.parametrize(
    ("call", "status"), [("agree", 302), ("code", 200), ("capture", 200), ("search", 503), ("fault", 503)]
)
def test_a_call_that_must_wait_for_a_writer_holds_up_no_other(tmp_path: Path, call: str, status: int) -> None:
    open_store(tmp_path / "sandbox.sqlite")
    store().put("spry", "codes", "the-code", {"redirect_uri": BACK, "scope": "read", "expires": LATER})
    if call in ("search", "fault"):
        faults.add("spry", "*", "503_html")
    assert own_loop.run(asked_while_somebody_writes(call)) == status
