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


def run_for_ever(stop: threading.Event) -> None:
    """Look four times a second until `stop` is set; a database that is away for a while is waited for."""
    while not stop.wait(LOOK_EVERY):
        try:
            dispatch(now=timezone.now())
        except OperationalError as error:
            logger.warning("the database did not answer: %s", type(error).__name__)
            close_old_connections()
            stop.wait(2)
