"""The inbox for what vendors tell us by themselves: checked, kept once, answered at once, worked on by a command.

A vendor's app registers an `Inbox` from AppConfig.ready(): how a message is recognised as the vendor's, and what it
means. Nothing of a message is believed but that something happened: whoever handles it asks the vendor.
"""

import base64
import binascii
import hashlib
import hmac
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from core import commands, http, strict_json
from core.commands import Done, Handler, NotWanted, Policy
from core.models import Command, WebhookEvent

logger = logging.getLogger("frontdesk.webhooks")
MOST_BYTES = 64 * 1024  # of one message; they carry ids
TOLERANCE = timedelta(minutes=5)  # between the vendor's clock and ours, and for the way
KEPT = timedelta(days=30)  # longer than any vendor tries again
TAKE = "core.webhook.take"
_inboxes: dict[str, "Inbox"] = {}


class NotTheirs(Exception):
    """The message is not the vendor's, or too old to say."""


@dataclass(frozen=True)
class Inbox:
    """How one vendor's messages are taken.

    `message_id(headers, body, now)` returns the vendor's id of a message, or raises NotTheirs. `handle(document, now)`
    does what the message asks for, inside a transaction; it must not mind being called again. `is_open` says whether
    there is a secret to check with.
    """

    message_id: Callable[[Mapping[str, str], bytes, datetime], str]
    handle: Callable[[dict[str, Any], datetime], object]
    is_open: Callable[[], bool]


def register(vendor: str, inbox: Inbox) -> None:
    """Have the vendor's messages taken at /hooks/<vendor>/."""
    _inboxes[vendor] = inbox


def inbox_of(vendor: str) -> Inbox | None:
    """Return the vendor's inbox, None when it has none or no secret is set."""
    inbox = _inboxes.get(vendor)
    return inbox if inbox is not None and inbox.is_open() else None


def receive(vendor: str, headers: Mapping[str, str], body: bytes, *, now: datetime) -> bool:
    """Keep a message and have it worked on; return False when it is here already. Raises NotTheirs."""
    message_id = _inboxes[vendor].message_id(headers, body, now)
    try:
        with transaction.atomic():
            event = WebhookEvent.objects.create(vendor=vendor, message_id=message_id, payload=body, received_at=now)
            commands.create(TAKE, event)
    except IntegrityError:
        return False
    return True


def forget_old() -> None:
    """Remove what is older than any vendor tries again; the night's tidying."""
    WebhookEvent.objects.filter(received_at__lt=timezone.now() - KEPT).delete()


def svix_message_id(headers: Mapping[str, str], body: bytes, now: datetime, secrets: list[str]) -> str:
    """Return the id of a message signed as Svix signs (docs.svix.com, "Verifying payloads"), with any of the secrets.

    Both names of the headers are taken. Raises NotTheirs when a header is missing, no signature fits, or the time is
    more than TOLERANCE off.
    """
    for brand in ("svix", "webhook"):
        message_id, sent_at, signed = (headers.get(f"{brand}-{part}", "") for part in ("id", "timestamp", "signature"))
        if message_id and sent_at and signed:
            break
    else:
        raise NotTheirs("unsigned")
    if not (sent_at.isascii() and sent_at.isdigit() and len(sent_at) <= 12) or len(message_id) > 200:
        raise NotTheirs("unreadable")
    text = f"{message_id}.{sent_at}.".encode() + body
    wanted = [hmac.new(key, text, hashlib.sha256).digest() for key in map(_svix_key, secrets)]
    given = [_decoded(one.removeprefix("v1,")) for one in signed.split()[:20] if one.startswith("v1,")]
    # Every pair is compared, so that the time says nothing about which fits.
    if not any([hmac.compare_digest(ours, theirs) for ours in wanted for theirs in given]):
        raise NotTheirs("not signed with our secret")
    if abs(now.timestamp() - int(sent_at)) > TOLERANCE.total_seconds():
        raise NotTheirs("too old or too new")
    return message_id


def _svix_key(secret: str) -> bytes:
    return base64.b64decode(secret.removeprefix("whsec_"), validate=True)


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""


@commands.register
class TakeEvent(Handler):
    """Do what a message asks for. Nothing is asked of any vendor here: whatever has to be asked is its own command."""

    kind = TAKE
    label = "Take in what a vendor told us"
    vendor = ""
    policy = Policy.ASK_AGAIN
    deadline = 20.0

    def claim(self, command: Command, *, now: datetime) -> None:
        """A message that was forgotten asks for nothing. Raises NotWanted."""
        if not WebhookEvent.objects.filter(pk=command.target_pk).exists():
            raise NotWanted("The message is not kept any more.")

    def call(self, command: Command) -> None:
        """Ask nobody."""

    def record(self, command: Command, answer: None, *, now: datetime) -> commands.Next:
        """Have the vendor's app handle it."""
        event = WebhookEvent.objects.get(pk=command.target_pk)
        document = _document(event)
        if document is not None and event.vendor in _inboxes:
            _inboxes[event.vendor].handle(document, now)
        WebhookEvent.objects.filter(pk=event.pk).update(processed_at=now)
        return Done()

    def rejected(self, command: Command, error: http.Rejected, *, now: datetime) -> commands.Next:
        """Nobody is asked, so nobody refuses."""
        raise error


def _document(event: WebhookEvent) -> dict[str, Any] | None:
    """Return the JSON object of a message; what is signed and is none is kept and means nothing to us."""
    try:
        document = strict_json.read(bytes(event.payload))
    except ValueError:
        logger.warning("message %s of %s is no JSON", event.pk, event.vendor)
        return None
    return document if isinstance(document, dict) else None
