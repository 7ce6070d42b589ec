"""The fault of a vendor that takes its time and works all the same: `slow_before`."""

from __future__ import annotations

import asyncio

from starlette.concurrency import run_in_threadpool

from sandbox import faults

KIND = "slow_before"


async def wait_before_work(vendor: str, route: str) -> None:
    """Wait as long as a `slow_before` rule of this route says (option seconds, 1); the caller then does its work.

    Call it when the request has been read: who has sent it all may go, and the work is done nevertheless.
    """
    if not faults.waits(vendor, route, (KIND,)):
        return
    rule = await run_in_threadpool(faults.take, vendor, route, KIND)
    if rule is not None:
        await asyncio.sleep(float(rule.get("seconds", 1)))
