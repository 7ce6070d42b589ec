"""`manage.py dispatch`: the dispatcher, beside the workers."""

import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand

from core import dispatcher


class Command(BaseCommand):
    """Run the dispatcher until it is told to stop."""

    help = "Send workers what is due, and what a crash left behind."

    def handle(self, *args: Any, **options: Any) -> None:
        """Run until SIGTERM or SIGINT."""
        stop = threading.Event()
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, lambda *_: stop.set())
        dispatcher.run_for_ever(stop)
