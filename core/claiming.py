"""What may be claimed, and the two statements that claim it: every step of all outside work begins with them."""

from datetime import datetime
from functools import cache

from django.db.models import BigIntegerField, DateTimeField, F, Q

from core.compiled import CompiledGet, CompiledUpdate, Place
from core.models import Command

Status = Command.Status
_PK, _FENCE = Place("pk", BigIntegerField()), Place("fence", BigIntegerField())
_WAS, _LEASE = Place("was", Command._meta.get_field("status")), Place("lease", DateTimeField())
_NOW = Place("now", DateTimeField())


def ready(now: datetime | Place, *, early: bool = False) -> Q:
    """What may be claimed: its time has come, or its lease has run out; `early` also what waits and has not failed."""
    time_has_come = Q(due_at__lte=now) | unhurried() if early else Q(due_at__lte=now)
    return Q(time_has_come, status=Status.DUE) | Q(status=Status.CLAIMED, lease_until__lt=now)


def unhurried() -> Q:
    """What waits for its time and for no other reason: a pause after a failure, ours or the vendor's, is kept."""
    return Q(failures=0, reason="")


def find(command_id: int, now: datetime, *, early: bool) -> Command | None:
    """Return the command if it may be claimed."""
    return _found(early).first(pk=command_id, now=now)


def take(command: Command, lease: datetime, now: datetime, *, early: bool) -> bool:
    """Give the command to this worker until `lease`, by one conditional UPDATE: whoever changes the row has it.

    Return False when somebody else was quicker. On success the command is as its row, but for what an event may have
    changed meanwhile, which no handler looks at.
    """
    if _taken(early).run(pk=command.pk, fence=command.fence, was=command.status, lease=lease, now=now) != 1:
        return False
    command.status, command.fence, command.lease_until = Status.CLAIMED, command.fence + 1, lease
    return True


@cache
def _found(early: bool) -> CompiledGet[Command]:
    return CompiledGet(Command.objects.filter(ready(_NOW, early=early), pk=_PK))


@cache
def _taken(early: bool) -> CompiledUpdate:
    rows = Command.objects.filter(ready(_NOW, early=early), pk=_PK, fence=_FENCE, status=_WAS)
    return CompiledUpdate(rows, status=Status.CLAIMED, fence=F("fence") + 1, lease_until=_LEASE, woken_at=None)
