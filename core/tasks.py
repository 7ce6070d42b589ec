"""Celery tasks: five lines each. When to try again is a column, never Celery's."""

import logging
from datetime import timedelta
from typing import Any

from celery import shared_task
from django.core.management import call_command
from django.utils import timezone

from core import commands, hints, tidying, uploads
from core.models import KeptAnswer

logger = logging.getLogger("frontdesk.commands")


MOST_STEPS = 5  # in a row; then others have their turn


@shared_task
def run_command(*, command_id: int, early: bool = False, **kwargs: Any) -> None:
    """Claim, call and record one command; go on at once with one that has its next step already."""
    try:
        for step in range(MOST_STEPS):
            if not commands.run(command_id, early=early and step == 0):
                return
        if commands.is_due(command_id, now=timezone.now()):
            hints.send(command_id)
    except Exception:
        # The dispatcher comes again; Celery's own line would repeat the exception's message.
        logger.exception("command %s was not run", command_id)


@shared_task
def tidy(**kwargs: Any) -> None:
    """Remove what is only kept for a day: sessions, remembered API answers, uploads; then what the apps clear away."""
    call_command("clearsessions")
    KeptAnswer.objects.filter(created_at__lt=timezone.now() - timedelta(days=1)).delete()
    uploads.sweep(timezone.now())
    tidying.run()
