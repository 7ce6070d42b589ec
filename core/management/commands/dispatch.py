"""`manage.py dispatch`: the dispatcher, beside the workers, and the listeners for what vendors tell by themselves."""

import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand

from core import dispatcher, garbage, listeners

GOODBYE = 5.0  # seconds a listener gets to close its connection


class Command(BaseCommand):
    """Run the dispatcher and the listeners until they are told to stop."""

    help = "Send workers what is due, what a crash left behind, and what a vendor says has happened."

    def handle(self, *args: Any, **options: Any) -> None:
        """Run until SIGTERM or SIGINT."""
        garbage.leave_the_program_alone()
        stop = threading.Event()
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, lambda *_: stop.set())
        threads = listeners.start(stop)
        dispatcher.run_for_ever(stop)
        for thread in threads:
            thread.join(GOODBYE)
