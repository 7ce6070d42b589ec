"""Webhooks: what a vendor tells its customers by itself, queued in the store and delivered by some threads.

Each address hears one thing at a time, so that one that does not answer delays nobody else's.

A delivery is tried again, later and later, until the receiver answers 2xx or the tries are used up; a restart loses
none. Waiting goes by the sandbox's clock, so that moving it brings the next try.
"""

from __future__ import annotations

import http.client
import ipaddress
import logging
import os
import socket
import threading
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from sandbox import NAME, VENDORS, clock
from sandbox.background import Pool
from sandbox.indexes import Index
from sandbox.state import Store, load, store
from sandbox.switches import switch

logger = logging.getLogger("sandbox")

Doc = dict[str, Any]
Sign = Callable[[str, bytes, datetime], Mapping[str, str]]

COLLECTION = "deliveries"
# What is still to be tried, apart, so that looking for it costs the same however many have arrived.
_WAITING = "deliveries_waiting"
COLLECTIONS = (COLLECTION, _WAITING)
# Seconds after each failure (docs/vendors/cardscan.md); when they are used up, the delivery is given up.
RETRY_SECONDS = (5, 300, 1800, 7200, 18_000, 36_000, 36_000)
ANSWER_SECONDS = 15.0
_LOOK_AGAIN = 600.0
_THREADS = 6
KEPT = 500  # of each vendor
_SPARE = 100  # so that forgetting is rare
_signers: dict[str, Sign] = {}
_in_use: dict[str, Callable[[Store], set[str]]] = {}
_pauses: dict[str, tuple[float, ...]] = {}
# The addresses that are being told something just now.
_busy: set[str] = set()
_choosing = threading.Lock()


class _Still(Index[tuple[datetime, str]]):
    """What is still to be tried of a vendor: when, and where to."""

    def entry_of(self, key: str, doc: Doc) -> tuple[datetime, str]:
        return datetime.fromisoformat(doc["next_at"]), str(doc["address"])


_still = {vendor: _Still(vendor, _WAITING) for vendor in VENDORS}


class NotAllowed(Exception):
    """The address is none that the sandbox may call; the message says why."""


def must_be_allowed(url: str) -> None:
    """Check that webhooks may go to an address: this machine, a host of SANDBOX_WEBHOOK_HOSTS, or any if told so.

    Raises:
        NotAllowed: it is no http(s) address that can be sent, or of another machine without SANDBOX_ALLOW_REMOTE=1.
    """
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        raise NotAllowed("This is no address.") from None
    if not (url.isascii() and url.isprintable()) or " " in url:  # no request could say it
        raise NotAllowed("In an address blanks, and letters beyond ASCII, are written like %20.")
    if parts.scheme not in ("http", "https") or not host:
        raise NotAllowed("The address of a webhook begins with http:// or https:// and names a host.")
    listed = [name.strip().lower() for name in os.environ.get("SANDBOX_WEBHOOK_HOSTS", "").split(",")]
    if os.environ.get("SANDBOX_ALLOW_REMOTE") != "1" and host not in listed and not is_this_machine(host):
        raise NotAllowed("The sandbox calls this machine only. SANDBOX_WEBHOOK_HOSTS names others that it may call.")


def is_this_machine(host: str) -> bool:
    """Tell whether a host, as an address names it, is the machine that the sandbox runs on."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def sign_with(vendor: str, sign: Sign) -> None:
    """Register how a vendor signs: `sign(delivery id, body, now) -> headers`, called anew before every try."""
    _signers[vendor] = sign


def retry_with(vendor: str, pauses: Iterable[float]) -> None:
    """Register the seconds after each failure at which a vendor tries again; else they are RETRY_SECONDS."""
    _pauses[vendor] = tuple(pauses)


def keep_for(vendor: str, in_use: Callable[[Store], set[str]]) -> None:
    """Register which deliveries a vendor's rules still look at; others are forgotten when they are no longer listed."""
    _in_use[vendor] = in_use


def send(vendor: str, url: str, body: bytes, headers: Mapping[str, str]) -> str:
    """Queue one delivery and return its id; it is tried at once.

    Args:
        vendor: who sends it, such as "cardscan"; a reset of the vendor forgets it.
        url: where to.
        body: the JSON document, byte for byte as it is signed.
        headers: sent as they are with every try, beside those of `sign_with`.

    Raises:
        NotAllowed: as `must_be_allowed`.
    """
    must_be_allowed(url)
    delivery_id, now = f"msg_{uuid.uuid4().hex}", clock.now().isoformat()
    kept = {"url": url, "body": body.decode(), "headers": dict(headers), "tries": [], "created_at": now}
    with store().transaction():
        _wait(vendor, delivery_id, kept, now)
        store().afterwards(courier.wake_one)
    return delivery_id


def _wait(vendor: str, delivery_id: str, kept: Doc, next_at: str) -> None:
    store().put(vendor, COLLECTION, delivery_id, kept | {"state": "waiting", "next_at": next_at})
    parts = urlsplit(kept["url"])
    address = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}".lower()
    store().put(vendor, _WAITING, delivery_id, {"address": address, "next_at": next_at})


def all_deliveries() -> list[Doc]:
    """Return the last deliveries without their bodies, headers and queries, by vendor, oldest first."""
    return [
        _shown(vendor, key, kept)
        for vendor in VENDORS
        for key, kept in reversed(store().last(vendor, COLLECTION, KEPT))
    ]


def send_again(delivery_id: str) -> bool:
    """Have a delivery tried at once, also one that arrived or was given up; return whether there is such a one."""
    with store().transaction():
        for vendor in VENDORS:
            kept = store().get(vendor, COLLECTION, delivery_id)
            if kept is not None:
                _wait(vendor, delivery_id, kept, clock.now().isoformat())
                store().afterwards(courier.wake_one)
                return True
    return False


def _shown(vendor: str, key: str, kept: Doc) -> Doc:
    parts = urlsplit(kept["url"])
    told = load(kept["body"]) if kept["body"].startswith("{") else {}
    return {
        "id": key,
        "vendor": vendor,
        "to": f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}",
        "type": told.get("type"),
        "state": kept["state"],
        "tries": kept["tries"],
        "next_at": kept["next_at"],
        "created_at": kept["created_at"],
    }


def deliver_due() -> float:
    """Try the delivery that is due first and whose address is free; return the seconds until the next is due."""
    with _choosing:
        free = [one for one in _waiting() if one[3] not in _busy]
        if not free:
            return _LOOK_AGAIN  # whoever is busy looks again afterwards
        due, vendor, key, address = min(free, key=lambda one: one[0])
        wait = (due - clock.now()).total_seconds()
        if wait > 0:
            return min(wait, _LOOK_AGAIN)
        _busy.add(address)
        if any(one[3] != address for one in free):
            courier.wake_one()  # to look after the rest, now or when it is due
    try:
        _deliver(vendor, key)
    finally:
        with _choosing:
            _busy.discard(address)
    return 0.0


def _waiting() -> list[tuple[datetime, str, str, str]]:
    """Return (when it is due, vendor, delivery id, address) of what is still to be tried."""
    waiting = []
    for vendor, index in _still.items():
        with index.entries() as entries:
            waiting += [(due, vendor, key, address) for key, (due, address) in entries.items()]
    return waiting


def _deliver(vendor: str, key: str) -> None:
    kept = store().get(vendor, COLLECTION, key)
    if kept is None:  # forgotten by a reset meanwhile
        return
    outcome = _try(vendor, key, kept)
    logger.info("%s.webhook %s", vendor, outcome)
    _note(vendor, key, outcome)


def _try(vendor: str, key: str, kept: Doc) -> str:
    """Send a delivery once; return the status that came, or what went wrong."""
    parts, body = urlsplit(kept["url"]), kept["body"].encode()
    sign = _signers.get(vendor)
    headers = {"Content-Type": "application/json", "User-Agent": NAME, **kept["headers"]}
    headers |= dict(sign(key, body, clock.now())) if sign else {}
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    late = threading.Event()
    try:
        with (
            closing(kind(parts.hostname or "", parts.port, timeout=ANSWER_SECONDS)) as connection,
            _ended_in_time(connection, late),
        ):
            connection.request("POST", path, body, headers)
            status = str(connection.getresponse().status)
        return TimeoutError.__name__ if late.is_set() else status
    except (OSError, http.client.HTTPException, ValueError) as error:
        return TimeoutError.__name__ if late.is_set() else type(error).__name__


@contextmanager
def _ended_in_time(connection: http.client.HTTPConnection, late: threading.Event) -> Iterator[None]:
    """End a connection that takes too long altogether; its own limit is for each piece, and pieces can be small."""

    def end() -> None:
        late.set()
        if connection.sock is not None:
            with suppress(OSError):  # it may have ended just now
                connection.sock.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(ANSWER_SECONDS, end)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _note(vendor: str, key: str, outcome: str) -> None:
    now = clock.now()
    pauses = switch(vendor, "webhook_retry_seconds", list(_pauses.get(vendor, RETRY_SECONDS)))
    with store().transaction():
        kept = store().get(vendor, COLLECTION, key)
        if kept is None:  # forgotten by a reset meanwhile
            return
        kept["tries"].append({"at": now.isoformat(), "outcome": outcome})
        failures = len(kept["tries"])
        if not outcome.startswith("2") and failures <= len(pauses):
            _wait(vendor, key, kept, (now + timedelta(seconds=float(pauses[failures - 1]))).isoformat())
            return
        state = "delivered" if outcome.startswith("2") else "given up"
        store().put(vendor, COLLECTION, key, kept | {"state": state, "next_at": None})
        store().delete(vendor, _WAITING, key)
        _forget_the_oldest(vendor)


def _forget_the_oldest(vendor: str) -> None:
    """Keep what is listed, what still waits, and what the vendor's rules look at."""
    if store().count(vendor, COLLECTION) < KEPT + _SPARE:
        return
    in_use = _in_use[vendor](store()) if vendor in _in_use else set()
    for key, kept in store().items(vendor, COLLECTION)[:-KEPT]:
        if kept["state"] != "waiting" and key not in in_use:
            store().delete(vendor, COLLECTION, key)


courier = Pool("webhooks", deliver_due, _THREADS)
