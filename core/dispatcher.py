"""Sends the hints that got lost: whatever is due, or whose lease has run out. Two may run at once."""

import logging
import threading
from datetime import datetime, timedelta
from functools import cache

from django.db import OperationalError, close_old_connections
from django.db.models import DateTimeField, F, Q
from django.utils import timezone

from core import commands, hints
from core.compiled import Compiled, Place
from core.handlers import kinds
from core.models import Command

logger = logging.getLogger("frontdesk.dispatcher")
LOOK_EVERY = 0.25  # seconds
HINT_AGAIN = timedelta(seconds=10)  # a hint nobody took by then is taken for lost
MOST = 200
_NOW = Place("now", DateTimeField())


def dispatch(*, now: datetime) -> int:
    """Send a hint for every command that needs one; return how many were sent."""
    ids = [pk for (pk,) in _unsent(kinds()).rows(now=now, lost=now - HINT_AGAIN)]
    if ids:
        Command.objects.filter(pk__in=ids).update(hinted_at=now)
    return sum(hints.send(pk) for pk in ids)


def until_next(*, now: datetime) -> float:
    """Return the seconds until the next look: LOOK_EVERY, or less when something is due before."""
    coming = _coming().rows(now=now)
    return min([LOOK_EVERY, *((due_at - now).total_seconds() for (due_at,) in coming)])


@cache
def _unsent(_: tuple[str, ...]) -> Compiled:
    """The oldest commands, of the kinds known now, that are due and whose hint was not sent, or is `lost` since."""
    unsent = Q(hinted_at=None) | Q(hinted_at__lt=F("due_at")) | Q(hinted_at__lt=Place("lost", DateTimeField()))
    return Compiled(commands.due(now=_NOW).filter(unsent).values_list("pk")[:MOST])


@cache
def _coming() -> Compiled:
    """When the next command is due."""
    coming = Command.objects.filter(status=Command.Status.DUE, due_at__gt=_NOW).order_by("due_at")
    return Compiled(coming.values_list("due_at")[:1])


def run_for_ever(stop: threading.Event) -> None:
    """Look when something is due, at least four times a second, until `stop` is set; a database that is away for a
    while is waited for."""
    wait = 0.0
    while not stop.wait(wait):
        wait = LOOK_EVERY
        try:
            now = timezone.now()
            dispatch(now=now)
            wait = until_next(now=now)
        except OperationalError as error:
            logger.warning("the database did not answer: %s", type(error).__name__)
            close_old_connections()
            stop.wait(2)
