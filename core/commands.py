"""The one way outside work is done: claim, call, record.

A request saves a Command row and, on commit, sends a message with its id. Whoever gets the message claims the row
with one conditional UPDATE, calls the vendor outside any transaction, and records the outcome under the same fence.
A lost message, a flushed broker or a killed worker costs seconds: the dispatcher sends whatever is due or whose
lease has run out. docs/ARCHITECTURE.md tells the whole story.
"""

import logging
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, InterfaceError, OperationalError, models, transaction
from django.db.models import Case, F, Q, Value, When
from django.utils import timezone

from core import claiming, hints, http
from core.compiled import Place
from core.handlers import (
    Done,
    Failed,
    Handler,
    Later,
    Next,
    NotWanted,
    Policy,
    Unclear,
    handler_of,
    handlers,
    is_known,
    kinds,
    register,
)
from core.models import Command, CommandAttempt
from core.vendors import VENDORS

__all__ = [
    "Done",
    "Failed",
    "Handler",
    "Later",
    "Next",
    "NotWanted",
    "Policy",
    "Unclear",
    "handler_of",
    "handlers",
    "register",
]
logger = logging.getLogger("frontdesk.commands")
Status, Outcome = Command.Status, CommandAttempt.Outcome
LEASE_MARGIN = timedelta(seconds=30)
SHELVED_TRIES = 8
OUR_FAULT = "Frontdesk itself failed; the log names the place."


def create(
    kind: str,
    target: models.Model,
    *,
    clinic: models.Model | None = None,
    by: Any = None,
    request: bytes | None = None,
    due_at: datetime | None = None,
) -> Command:
    """Save a command for the row `target`, inside the caller's transaction, and send the hint on commit.

    `request` holds the frozen bytes where bytes matter. Raises IntegrityError when one is open for the row.
    """
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("A command is created together with the row it works for.")
    if not is_known(kind):
        raise LookupError(f"No handler for {kind}.")
    command = Command.objects.create(
        kind=kind,
        target_pk=target.pk,
        clinic_pk=clinic.pk if clinic else None,
        request=request,
        due_at=due_at or timezone.now(),
        created_by=by,
        hinted_at=None if due_at else timezone.now(),
    )
    if due_at is None:
        hints.send_on_commit(command.pk)
    return command


def create_unless_open(kind: str, target: models.Model, **options: Any) -> Command | None:
    """Do as `create`, but return None when one is open for the row, also one that somebody made at this moment."""
    with suppress(IntegrityError), transaction.atomic():
        return create(kind, target, **options)
    return None


def open_for(kind: str, target: models.Model, *, hold: bool = False) -> Command | None:
    """Return the open command of this kind for the row, if any; with `hold`, locked for this transaction."""
    rows = Command.objects.select_for_update() if hold else Command.objects
    return rows.filter(kind=kind, target_pk=target.pk, status__in=Command.OPEN).first()


def run(command_id: int, *, now: datetime | None = None, early: bool = False) -> bool:
    """Do the command if it is due or its lease ran out; `early`: also before its time, if it only asks and has not
    failed. Return False when there was nothing to claim."""
    now = now or timezone.now()
    try:
        command = _claim(command_id, now, early=early)
    except NotWanted as why:
        _drop(command_id, why, now, early=early)
        return False
    except (OperationalError, InterfaceError):
        raise  # the database is away: the command is as it was, and the dispatcher comes again
    except Exception as broken:
        logger.error("command %s could not be claimed: %s", command_id, _where(broken))
        _shelve(command_id, now)
        return False
    if command is None:
        return False
    answer: Any = None
    error: Exception | None = None
    with http.watched() as exchange:
        try:
            answer = handler_of(command).call(command)
        except http.VendorError as failure:
            error = failure
        except Exception as failure:
            # The type alone: a message or a traceback's values may hold personal data.
            logger.error("command %s (%s) broke: %s", command.pk, command.kind, _where(failure))
            error = failure
    _record(command, error, answer, exchange)
    return True


def run_due(*, limit: int = 100, now: datetime | None = None) -> int:
    """Do what is due, one after another, in this process; return how many were done."""
    ids = list(due(now=now or timezone.now()).values_list("pk", flat=True)[:limit])
    return sum(run(pk, now=now) for pk in ids)


def lease_of(handler: Handler) -> timedelta:
    """Return how long a claimed command belongs to its worker: the vendor's total deadline and a margin."""
    return (timedelta(seconds=handler.deadline) + LEASE_MARGIN) * settings.DEADLINE_SCALE


def due(*, now: datetime | Place) -> models.QuerySet[Command]:
    """Return the commands whose time has come or whose lease has run out, oldest first."""
    return Command.objects.filter(claiming.ready(now), kind__in=kinds()).order_by("due_at", "pk")


def is_due(command_id: int, *, now: datetime) -> bool:
    """Return whether the command may be claimed again already."""
    return due(now=now).filter(pk=command_id).exists()


def settle(command_id: int, outcome: Next, *, now: datetime) -> bool:
    """Move an UNCLEAR command on, for a resolver or a person, inside a transaction.

    Later sends the same bytes again at that time. Return False when it is not unclear any more.
    """
    command = Command.objects.select_for_update().filter(pk=command_id, status=Status.UNCLEAR).first()
    if command is None:
        return False
    _move(command, outcome, now)
    return True


def cancel(command: Command, *, reason: str, now: datetime) -> bool:
    """Cancel a command that has not been sent; return False when it is being done or has ended."""
    changed = Command.objects.filter(pk=command.pk, status=Status.DUE).update(
        status=Status.CANCELLED, reason=reason[:300], finished_at=now
    )
    return changed == 1


def retry(command: Command, *, by: Any, now: datetime) -> bool:
    """Set a failed command going again, if its handler allows it; return whether it was.

    It is not where somebody has the same done by another command at this moment, since the database takes one, or has
    decided what became of it.
    """
    handler = handler_of(command)
    with suppress(IntegrityError, NotWanted), transaction.atomic():
        if not handler.may_retry(command) or open_like(command):
            return False
        changed = Command.objects.filter(pk=command.pk, status=Status.FAILED).update(
            status=Status.DUE, due_at=now, failures=0, reason="", finished_at=None, hinted_at=now
        )
        if changed:
            handler.restart(command, now=now)
            hints.send_on_commit(command.pk)
        return changed == 1
    return False


def open_like(command: Command) -> bool:
    """Whether another command of the same kind is open for the same row."""
    others = Command.objects.filter(kind=command.kind, target_pk=command.target_pk, status__in=Command.OPEN)
    return others.exclude(pk=command.pk).exists()


# ---- the three steps ----------------------------------------------------------------------------------------------


@transaction.atomic(durable=True)
def _claim(command_id: int, now: datetime, *, early: bool = False) -> Command | None:
    """Take the command for this worker. NotWanted leaves all as it was."""
    command = claiming.find(command_id, now, early=early)
    if command is None or not is_known(command.kind):
        return None
    handler, was = handler_of(command), command.status
    if early and handler.policy is not Policy.ASK_AGAIN:
        return None  # only a question may be asked before its time
    if not claiming.take(command, timezone.now() + lease_of(handler), now, early=early):
        return None
    if was == Status.CLAIMED:
        command.tries.filter(ended_at=None).update(ended_at=now, outcome=Outcome.LOST)
        if handler.policy is not Policy.ASK_AGAIN:
            # The worker died in the middle: it may have happened. Never sent again from here.
            _move(command, handler.unclear(command, reason="The worker stopped in the middle.", now=now), now)
            return None
    handler.claim(command, now=now)
    CommandAttempt.objects.create(command=command, fence=command.fence, started_at=timezone.now())
    return command


@transaction.atomic(durable=True)
def _drop(command_id: int, why: NotWanted, now: datetime, *, early: bool = False) -> None:
    """End a command whose handler does not want it done any more, unless somebody else has claimed it meanwhile."""
    dropped = Command.objects.filter(claiming.ready(now, early=early), pk=command_id).update(
        status=Status.CANCELLED, lease_until=None, reason=str(why)[:300], finished_at=now
    )
    if dropped:
        CommandAttempt.objects.filter(command=command_id, ended_at=None).update(ended_at=now, outcome=Outcome.LOST)


@transaction.atomic(durable=True)
def _shelve(command_id: int, now: datetime) -> None:
    """Our own code broke while claiming. Touch the command only while it may still be claimed: another worker may
    have it by now. What was due was not sent and is tried again; what a dead worker left stays unclear."""
    before = due(now=now).filter(pk=command_id).defer("request").select_for_update().first()
    if before is None:
        return
    held, handler = Command.objects.filter(pk=command_id), handler_of(before)
    if before.status == Status.CLAIMED and handler.policy is not Policy.ASK_AGAIN:
        held.update(status=Status.UNCLEAR, lease_until=None, reason=OUR_FAULT)
    elif before.failures + 1 >= SHELVED_TRIES:
        held.update(status=Status.FAILED, lease_until=None, reason=OUR_FAULT, finished_at=now)
    else:
        later = now + timedelta(seconds=2 ** (before.failures + 1))
        wait = {"due_at": later} if before.status == Status.DUE else {"lease_until": later}
        held.update(failures=before.failures + 1, reason=OUR_FAULT, **wait)


@transaction.atomic(durable=True)
def _record(command: Command, error: Exception | None, answer: Any, exchange: http.Exchange) -> None:
    """Write the outcome if the command is still ours; a late worker changes nothing but its own attempt."""
    now = timezone.now()
    held = Command.objects.filter(pk=command.pk, fence=command.fence, status=Status.CLAIMED)
    if held.update(lease_until=now) != 1:
        _note(command, Outcome.LATE, exchange, now)
        return
    try:
        with transaction.atomic():
            outcome = _judge(command, error, answer, now)
    except Exception as broken:
        logger.error("command %s (%s) could not be recorded: %s", command.pk, command.kind, _where(broken))
        error = broken
        outcome = _judge_broken(command, broken, now)
    _note(command, _outcome_word(error, outcome), exchange, now)
    _move(command, outcome, now)


def _judge_broken(command: Command, broken: Exception, now: datetime) -> Next:
    """Recording broke: judge that as an unclear end, and when the handler cannot even take that, say so."""
    try:
        with transaction.atomic():
            return _judge(command, broken, None, now)
    except Exception as again:
        logger.error("command %s (%s) could not be judged: %s", command.pk, command.kind, _where(again))
        handler, failures = handler_of(command), command.failures + 1
        Command.objects.filter(pk=command.pk).update(failures=failures)
        once_more = handler.policy is Policy.ASK_AGAIN and failures < handler.tries
        return Later(now + timedelta(seconds=60), OUR_FAULT) if once_more else Unclear(OUR_FAULT)


def _judge(command: Command, error: Exception | None, answer: Any, now: datetime) -> Next:
    """Say what becomes of the command: the handler for answers, the policy for failures."""
    handler = handler_of(command)
    if error is None:
        return handler.record(command, answer, now=now)
    if isinstance(error, http.Rejected):
        return handler.rejected(command, error, now=now)
    certain = isinstance(error, http.NotSent) or (
        isinstance(error, http.Throttled) and handler.policy is not Policy.ONCE
    )
    reason = _sentence(error)
    if not certain and handler.policy is not Policy.ASK_AGAIN:
        return handler.unclear(command, reason=reason, now=now)
    return _again(command, handler, error, reason, now)


def _again(command: Command, handler: Handler, error: Exception, reason: str, now: datetime) -> Next:
    failures = command.failures + 1
    Command.objects.filter(pk=command.pk).update(failures=failures)
    if failures >= handler.tries:
        handler.gave_up(command, reason=reason, now=now)
        return Failed(reason)
    wait = handler.backoff(failures)
    if isinstance(error, http.VendorError) and error.retry_after is not None:
        wait = max(wait, error.retry_after)
    at = now + timedelta(seconds=wait)
    handler.retrying(command, reason=reason, at=at, now=now)
    return Later(at, reason)


def _move(command: Command, outcome: Next, now: datetime) -> None:
    """Write what becomes of the command."""
    if isinstance(outcome, Later):
        _put_off(command, outcome, now)
    elif isinstance(outcome, Done):
        _finish(command, Status.DONE, "", now)
    elif isinstance(outcome, Failed):
        _finish(command, Status.FAILED, outcome.reason, now)
    else:
        Command.objects.filter(pk=command.pk).update(
            status=Status.UNCLEAR, lease_until=None, reason=outcome.reason[:300]
        )


def _put_off(command: Command, outcome: Later, now: datetime) -> None:
    """Let it wait; if it was woken while it was being done, not at all."""
    changes: dict[str, Any] = {"due_at": outcome.at}
    if not outcome.reason:
        woken = Q(woken_at__isnull=False)
        changes = {
            "failures": 0,
            "due_at": Case(When(woken, then=Value(min(outcome.at, now))), default=Value(outcome.at)),
            "hinted_at": Case(When(woken, then=None), default=F("hinted_at")),
        }
    Command.objects.filter(pk=command.pk).update(
        status=Status.DUE, lease_until=None, reason=outcome.reason[:300], **changes
    )


def _finish(command: Command, status: str, reason: str, now: datetime) -> None:
    Command.objects.filter(pk=command.pk).update(status=status, lease_until=None, reason=reason[:300], finished_at=now)


def _note(command: Command, outcome: str, exchange: http.Exchange, now: datetime) -> None:
    command.tries.filter(fence=command.fence).update(
        ended_at=now,
        outcome=outcome,
        http_status=exchange.status,
        milliseconds=exchange.milliseconds,
        request_id=exchange.request_id,
    )


_OUTCOMES: list[tuple[type[Exception], str]] = [
    (http.NotSent, Outcome.NOT_SENT),
    (http.Throttled, Outcome.THROTTLED),
    (http.Rejected, Outcome.REFUSED),
    (http.OutcomeUnknown, Outcome.UNCLEAR),
    (Exception, Outcome.BROKEN),
]


def _outcome_word(error: Exception | None, outcome: Next) -> str:
    if error is not None:
        return next(word for kind, word in _OUTCOMES if isinstance(error, kind))
    words: dict[type, str] = {Done: Outcome.DONE, Later: Outcome.LATER, Failed: Outcome.REFUSED}
    return words.get(type(outcome), Outcome.UNCLEAR)


def _sentence(error: Exception) -> str:
    if isinstance(error, http.VendorError):
        return f"{VENDORS[error.vendor].name} {error.why}."
    return OUR_FAULT


def _where(error: Exception) -> str:
    """Return the error's type and the innermost line it came from; never its message."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else "?"
    return f"{type(error).__name__} at {place}"
