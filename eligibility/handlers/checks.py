"""Asks a payer, and asks again while the payer cannot answer."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Q

from core import commands, http
from core.commands import Done, Failed, Handler, Later, Next, NotWanted, Policy
from core.models import Command

from ..answers import GAVE_UP, OUR_SETUP, UNAVAILABLE, Evidence, judge
from ..choices import CheckStatus
from ..models import EligibilityCheck
from ..reply import Reply
from ..services.checks import KIND
from ..services.results import finish, set_columns, verdict_columns, write_answer
from ..vendors.candid import client, wire
from ..vendors.candid.client import DEADLINE

# Waits after the first, the second and every further failed try; PATIENCE is how long they go on.
QUICK_WAITS = (5.0, 30.0)
SLOW_WAIT = 15 * 60.0
PATIENCE = timedelta(hours=8)
_LINE_WAIT = 1.0  # seconds until we look again whether a line to Candid is free


@dataclass(frozen=True)
class Heard:
    """One answer of Candid: what it says and the raw document."""

    reply: Reply
    document: Any


NO_LINE = "no line"


@commands.register
class AskPayer(Handler):
    """One eligibility question to a payer. A question may be asked twice; its answer is shown once."""

    kind = KIND
    label = "Ask the payer about a coverage"
    vendor = "candid"
    policy = Policy.ASK_AGAIN
    deadline = DEADLINE + 40.0  # the token, perhaps twice, and the question
    tries = 2 + round(PATIENCE.total_seconds() / SLOW_WAIT)

    def claim(self, command: Command, *, now: datetime) -> None:
        """Say that the payer is being asked."""
        check = _check(command)
        if not check.is_open:
            raise NotWanted("The check has its answer already.")
        lost = check.status == CheckStatus.RUNNING  # the worker that asked before is gone: that was a try too
        set_columns(
            check,
            status=CheckStatus.RUNNING,
            started_at=now,
            next_try_at=None,
            initiated_at=check.initiated_at or now,
            tries=check.tries + 1 if lost else check.tries,
        )

    def call(self, command: Command) -> Heard | str:
        """Ask; on a repeated try an answer that the lost one brought is welcome too."""
        check = _check(command)
        if not _has_line(check):
            return NO_LINE
        since = check.initiated_at if check.tries else None
        answer = client().check(wire.build_request(check.request or {}, existing_after=since))
        document = answer.json()
        if answer.status >= 400:
            problem = wire.parse_refusal(answer.status, document)
            return Heard(Reply(Evidence(problems=(problem,))), document)
        try:
            return Heard(wire.parse_answer(document, service_type_code=check.service_type_code), document)
        except wire.Unreadable:
            raise http.OutcomeUnknown("candid", "sent an answer that could not be read", status=200) from None

    def record(self, command: Command, answer: Heard | str, *, now: datetime) -> Next:
        """Write the answer down, or when the payer will be asked again."""
        check = _check(command)
        if isinstance(answer, str):
            set_columns(check, status=CheckStatus.QUEUED)
            return Later(now + timedelta(seconds=_LINE_WAIT), "All lines to Candid are busy.")
        evidence = answer.reply.evidence
        verdict = judge(evidence, service_type_code=check.service_type_code, day=check.date_of_service)
        if not verdict.ask_again:
            write_answer(check, answer.reply, response=answer.document, now=now)
            return Done()
        return self._again(check, verdict_columns(verdict), answer.document, now)

    def _again(self, check: EligibilityCheck, columns: dict[str, Any], document: Any, now: datetime) -> Next:
        at = now + timedelta(seconds=self.backoff(check.tries + 1))
        if check.initiated_at is not None and at > check.initiated_at + PATIENCE:
            finish(check, GAVE_UP, now=now, response=document)
            return Done()
        set_columns(
            check, status=CheckStatus.WAITING, next_try_at=at, tries=check.tries + 1, response=document, **columns
        )
        return Later(at, "The payer cannot answer now.")

    def rejected(self, command: Command, error: http.Rejected, *, now: datetime) -> Next:
        """Candid refuses us, not the question: an admin has to look at the credentials."""
        finish(_check(command), OUR_SETUP, now=now)
        return Failed(f"Candid refused our request (HTTP {error.status}). Check its credentials.")

    def retrying(self, command: Command, *, reason: str, at: datetime, now: datetime) -> None:
        """Show when the payer is asked again."""
        check = _check(command)
        columns = verdict_columns(UNAVAILABLE)
        set_columns(check, status=CheckStatus.WAITING, next_try_at=at, tries=check.tries + 1, **columns)

    def gave_up(self, command: Command, *, reason: str, now: datetime) -> None:
        """Say that we stopped asking."""
        finish(_check(command), GAVE_UP, now=now)

    def may_retry(self, command: Command) -> bool:
        """A failed question may be asked again while it is the newest: a later row has asked or answered it anew."""
        return EligibilityCheck.objects.filter(pk=command.target_pk).newest_of_their_question().exists()

    def restart(self, command: Command, *, now: datetime) -> None:
        """Take the answer "our set-up" or "gave up" back, with its review, while the question is asked again."""
        fresh = {"answer": "", "reason": "", "owner": "", "tries": 0, "initiated_at": None, "answered_at": None}
        set_columns(_check(command), status=CheckStatus.QUEUED, reviewed_at=None, reviewed_by=None, **fresh)

    def backoff(self, failures: int) -> float:
        """Return 5 s, 30 s, then about a quarter of an hour."""
        if failures <= len(QUICK_WAITS):
            return QUICK_WAITS[failures - 1]
        return SLOW_WAIT * random.uniform(0.95, 1.0)  # noqa: S311 (spreads load, guards nothing)


def _check(command: Command) -> EligibilityCheck:
    return EligibilityCheck.objects.select_related("clinic", "appointment").get(pk=command.target_pk)


def _has_line(check: EligibilityCheck) -> bool:
    """Whether fewer than CANDID_CONCURRENCY questions that began before this one are still being asked.

    Counted in the database, so it holds across workers. A worker that died is forgotten when its lease has ended.
    """
    if check.started_at is None:
        return True
    alive = check.started_at - timedelta(seconds=AskPayer.deadline) - commands.LEASE_MARGIN
    earlier = Q(started_at__lt=check.started_at) | Q(started_at=check.started_at, pk__lt=check.pk)
    running = EligibilityCheck.objects.filter(earlier, status=CheckStatus.RUNNING, started_at__gt=alive)
    return running.count() < settings.CANDID_CONCURRENCY
