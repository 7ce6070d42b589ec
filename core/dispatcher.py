"""Sends the hints that got lost: whatever is due, or whose lease has run out. Two may run at once."""

import logging
import threading
from datetime import datetime, timedelta

from django.db import OperationalError, close_old_connections
from django.db.models import F, Q
from django.utils import timezone

from core import commands, hints
from core.models import Command

logger = logging.getLogger("frontdesk.dispatcher")
LOOK_EVERY = 0.25  # seconds
HINT_AGAIN = timedelta(seconds=10)  # a hint nobody took by then is taken for lost
MOST = 200


def dispatch(*, now: datetime) -> int:
    """Send a hint for every command that needs one; return how many were sent."""
    unsent = Q(hinted_at=None) | Q(hinted_at__lt=F("due_at")) | Q(hinted_at__lt=now - HINT_AGAIN)
    ids = list(commands.due(now=now).filter(unsent).values_list("pk", flat=True)[:MOST])
    if ids:
        Command.objects.filter(pk__in=ids).update(hinted_at=now)
    return sum(hints.send(pk) for pk in ids)


def until_next(*, now: datetime) -> float:
    """Return the seconds until the next look: LOOK_EVERY, or less when something is due before."""
    coming = Command.objects.filter(status=Command.Status.DUE, due_at__gt=now).order_by("due_at")
    due_at = coming.values_list("due_at", flat=True).first()
    return LOOK_EVERY if due_at is None else min(LOOK_EVERY, (due_at - now).total_seconds())


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
