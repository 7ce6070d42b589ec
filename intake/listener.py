"""Listens to CardScan for every card that is waited for: one websocket for all waits. See docs/ARCHITECTURE.md.

It runs beside the dispatcher (core.listeners). What it hears makes a command look at once, and nothing more; what it
misses is found by looking. Two may run, and none may be there.
"""

from __future__ import annotations

import logging
import random
import threading
import time
from datetime import datetime

from django.conf import settings
from django.db import OperationalError, close_old_connections
from django.utils import timezone

from core import heartbeats

from .models import CardImage
from .services import events
from .vendors.cardscan.socket import CardScanSocket, SocketGone

logger = logging.getLogger("frontdesk.listeners")
# Between two looks for cards to register: while one is on its way, and while there is none.
LOOK_SOON, LOOK_IDLE = 0.1, 0.25
SAY_SOMETHING_EVERY = 30.0
LONGEST_PAUSE = 30.0  # seconds before the websocket is opened again


def listen(stop: threading.Event) -> None:
    """Listen until `stop` is set; whatever ends the connection, it is opened again after a growing pause."""
    if not settings.CARDSCAN_LISTEN:
        stop.wait()
        return
    failures = 0
    while not stop.is_set():
        opened = time.monotonic()
        try:
            with CardScanSocket() as socket:
                _Listening(socket).until(stop)
        except SocketGone as gone:
            logger.warning("%s; cards are looked at instead", gone)
        except OperationalError as error:
            logger.warning("the database did not answer: %s", type(error).__name__)
            close_old_connections()
        failures = 0 if time.monotonic() - opened > LONGEST_PAUSE else failures + 1
        stop.wait(min(LONGEST_PAUSE, 0.25 * 2 ** min(failures, 8)) * random.uniform(0.5, 1))  # noqa: S311 (spreads load)
    heartbeats.rest(events.LISTENER)


class _Listening:
    """One connection: what is registered on it, and when something is to be done next."""

    def __init__(self, socket: CardScanSocket) -> None:
        self.socket = socket
        self.registered: set[str] = set()
        self.look_at = self.beat_at = 0.0
        self.speak_at = time.monotonic() + SAY_SOMETHING_EVERY

    def until(self, stop: threading.Event) -> None:
        """Register, listen and beat until `stop` is set. Raises SocketGone, OperationalError."""
        while not stop.is_set():
            self._do_what_is_due(time.monotonic())
            event = self.socket.next_event(max(0.0, self.look_at - time.monotonic()))
            if event is not None:
                events.card_changed(event, now=timezone.now())

    def _do_what_is_due(self, moment: float) -> None:
        if moment >= self.look_at:
            waits = self._register(timezone.now())
            self.look_at = moment + (LOOK_SOON if waits else LOOK_IDLE)
        if moment >= self.beat_at:  # after the first look: who is said to listen has registered every card
            heartbeats.beat(events.LISTENER, now=timezone.now())
            self.beat_at = moment + events.BEAT_EVERY.total_seconds()
        if moment >= self.speak_at:
            self.socket.ping()
            self.speak_at = moment + SAY_SOMETHING_EVERY

    def _register(self, now: datetime) -> bool:
        """Register the cards that are not yet; return whether any card is waited for."""
        awaited = events.awaited()
        for vendor_card_id, pk in awaited.items():
            if vendor_card_id and vendor_card_id not in self.registered:
                self.socket.register(vendor_card_id)
                self._look_once(pk, now)
        self.registered = set(awaited) - {""}
        return bool(awaited)

    def _look_once(self, pk: int, now: datetime) -> None:
        """Have a card looked at whose photo was on its way before anybody listened for it."""
        if CardImage.objects.filter(card=pk, sends__gt=0).exists():
            events.look_now(pk, now=now)
