"""CardScan's webhooks: how they are recognised, and what they mean to us. See docs/vendors/cardscan.md."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings

from core import webhooks

from .services import events
from .vendors.cardscan import wire


def _message_id(headers: Mapping[str, str], body: bytes, now: datetime) -> str:
    return webhooks.svix_message_id(headers, body, now, settings.CARDSCAN_WEBHOOK_SECRETS)


def _handle(document: dict[str, Any], now: datetime) -> None:
    event = wire.parse_webhook(document)
    if event is not None:
        events.card_changed(event, now=now)


INBOX = webhooks.Inbox(_message_id, _handle, is_open=lambda: bool(settings.CARDSCAN_WEBHOOK_SECRETS))
