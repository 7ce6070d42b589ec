"""How long things take: by switch, else a default, else nothing at all with SANDBOX_FAST=1."""

from __future__ import annotations

import os
from functools import lru_cache

from sandbox.candid.questions import Question
from sandbox.candid.seeds import Seed
from sandbox.switches import switch

_FAST = os.environ.get("SANDBOX_FAST") == "1"


def seconds(name: str, default: float) -> float:
    """Return what the switch says, in seconds; not set it is `default`, or 0 with SANDBOX_FAST=1."""
    told = switch("candid", name, None)
    if told is not None:
        return float(told)
    return 0.0 if _FAST else default


def of_payer(question: Question) -> float:
    """Return how long the payer takes over a question: 0.2 to 0.6 s, the same for the same member."""
    return seconds("latency_seconds", 0.2 + _of_member(question.payer_id, question.subscriber.member_id))


@lru_cache(maxsize=4000)
def _of_member(payer_id: str, member_id: str) -> float:
    return Seed(f"{payer_id} {member_id}").number("latency", 400) / 1000
