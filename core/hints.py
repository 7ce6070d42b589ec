"""Messages to the workers. A message says "look at this command" and may be lost without harm."""

import logging

from django.db import transaction
from kombu.exceptions import OperationalError

logger = logging.getLogger("frontdesk.commands")


def send(command_id: int, *, early: bool = False) -> bool:
    """Send the hint now; return False when the broker cannot be reached (the dispatcher sends it again).

    With `early` the command is looked at before its time: see core/waking.py.
    """
    from core import tasks

    told = {"early": True} if early else {}
    try:
        tasks.run_command.delay(command_id=command_id, **told)
    except (OperationalError, OSError) as error:
        logger.warning("no hint for command %s: the broker did not take it (%s)", command_id, type(error).__name__)
        return False
    return True


def send_on_commit(command_id: int, *, early: bool = False) -> None:
    """Send the hint once the surrounding transaction has committed."""
    transaction.on_commit(lambda: send(command_id, early=early), robust=True)
