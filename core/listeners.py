"""What listens to vendors for the whole program: threads beside the dispatcher, one per vendor.

An app registers its listener from AppConfig.ready(). A listener only shortens waits: without it everything is found by
looking. It runs in the dispatcher's process, which is small, is supervised already, and may be there twice.
"""

import logging
import threading
from collections.abc import Callable

from django.db import close_old_connections

logger = logging.getLogger("frontdesk.listeners")
AGAIN_AFTER = 5.0  # seconds after a listener broke
_registered: dict[str, Callable[[threading.Event], None]] = {}


def register(name: str, listen: Callable[[threading.Event], None]) -> None:
    """Have `listen(stop)` run beside the dispatcher; it returns once `stop` is set."""
    _registered[name] = listen


def start(stop: threading.Event) -> list[threading.Thread]:
    """Start every listener in a thread of its own."""
    threads = [
        threading.Thread(target=_keep_listening, args=(name, listen, stop), name=f"listener-{name}", daemon=True)
        for name, listen in _registered.items()
    ]
    for thread in threads:
        thread.start()
    return threads


def _keep_listening(name: str, listen: Callable[[threading.Event], None], stop: threading.Event) -> None:
    """Run a listener until `stop` is set, also when it breaks: its end would be noticed by nobody."""
    while not stop.is_set():
        try:
            listen(stop)
        except Exception as broken:
            # The type alone: addresses and frames are not for the log.
            logger.error("the listener for %s broke: %s", name, type(broken).__name__)
            close_old_connections()
            stop.wait(AGAIN_AFTER)
