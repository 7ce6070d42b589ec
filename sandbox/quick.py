"""Short work: done at once where it need not wait, else in a thread.

Going to a thread and back takes longer than most work of the sandbox, above all on a busy machine.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar

from starlette.concurrency import run_in_threadpool

from sandbox.state import store

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


async def quickly(work: Callable[Arguments, Result], *args: Arguments.args, **kwargs: Arguments.kwargs) -> Result:
    """Do work that takes a millisecond or so and may write, without making the event loop wait for another writer."""
    if store().is_free:
        return work(*args, **kwargs)
    return await run_in_threadpool(work, *args, **kwargs)
