"""How long things take: by switch, else a default, else nothing at all with SANDBOX_FAST=1."""

from __future__ import annotations

import os

from sandbox.candid.questions import Question
from sandbox.candid.seeds import Seed
from sandbox.switches import switch


def seconds(name: str, default: float) -> float:
    """Return what the switch says, in seconds; not set it is `default`, or 0 with SANDBOX_FAST=1."""
    told = switch("candid", name, None)
    if told is not None:
        return float(told)
    return 0.0 if os.environ.get("SANDBOX_FAST") == "1" else default


def of_payer(question: Question) -> float:
    """Return how long the payer takes over a question: 0.2 to 0.6 s, the same for the same member."""
    member = Seed(f"{question.payer_id} {question.subscriber.member_id}")
    return seconds("latency_seconds", 0.2 + member.number("latency", 400) / 1000)
