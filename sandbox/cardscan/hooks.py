"""CardScan's webhooks: what is told about a card or an eligibility check, to whom, and how it is signed.

Contract section 7. Payloads carry ids and no data; the signature is Svix's, which is an assumption. Delivering is the
work of `sandbox.webhooks`.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import logging
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from sandbox import webhooks
from sandbox.cardscan import payer_match, times
from sandbox.cardscan.problems import Error
from sandbox.state import dump
from sandbox.switches import switch

logger = logging.getLogger("sandbox")

Doc = dict[str, Any]

SECRET = "whsec_" + base64.b64encode(b"frontdesk-sandbox-cardscan-hooks").decode()
_PREFIX = "whsec_"


def tell(kind: str, record: Mapping[str, Any], error: Error | None = None) -> None:
    """Queue a webhook for every endpoint that wants it; inside the transaction that makes it true.

    Args:
        kind: such as "card.completed" or "eligibility.error".
        record: the card or the eligibility check.
        error: why it has failed, for the events that say so.
    """
    urls = list(_endpoints(kind))
    if not urls:
        return
    body = dump(_payload(kind, record, error)).encode()
    for url in urls:
        try:
            webhooks.send("cardscan", url, body, {})
        except webhooks.NotAllowed as refused:
            logger.warning("cardscan.webhook not sent: %s", refused)


def sign(delivery_id: str, body: bytes, now: datetime) -> dict[str, str]:
    """Return Svix's headers for one try of a delivery.

    The time is the machine's and not the sandbox's, whose clock can be moved: receivers refuse what is older than five
    minutes by their own.
    """
    del now
    secret = str(switch("cardscan", "webhook_secret", SECRET))
    return signed(secret, delivery_id, int(datetime.now(UTC).timestamp()), body)


def signed(secret: str, delivery_id: str, seconds: int, body: bytes) -> dict[str, str]:
    """Return Svix's headers, under both names that it gives them: id, time and HMAC-SHA256 of both and the body.

    Args:
        secret: `whsec_` and the key in base64.
        delivery_id: the same for every try of a delivery.
        seconds: since 1970.
        body: as it is sent.
    """
    text = f"{delivery_id}.{seconds}.".encode() + body
    digest = hmac.new(_key(secret), text, hashlib.sha256).digest()
    signature = f"v1,{base64.b64encode(digest).decode()}"
    headers = {"id": delivery_id, "timestamp": str(seconds), "signature": signature}
    return {f"{brand}-{name}": value for brand in ("svix", "webhook") for name, value in headers.items()}


def _key(secret: str) -> bytes:
    """Return the bytes of a secret; one that is not base64 is taken as it is."""
    try:
        return base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        return secret.encode()


def _endpoints(kind: str) -> Iterator[str]:
    """Find the addresses of the switch `webhooks`: texts, or {"url", "events"} for some events alone."""
    wanted: Any = switch("cardscan", "webhooks", [])
    for one in wanted if isinstance(wanted, list) else [wanted]:
        endpoint = {"url": one} if isinstance(one, str) else one
        events = endpoint.get("events") if isinstance(endpoint, dict) else []
        if events is None or (isinstance(events, list) and kind in events):
            yield str(endpoint.get("url"))


def _payload(kind: str, record: Mapping[str, Any], error: Error | None) -> Doc:
    doc: Doc = {"type": kind, "card_id": record["card_id"]}
    if kind.startswith("eligibility."):
        doc["eligibility_id"] = record["eligibility_id"]
    elif error is None:
        doc["configuration"] = {
            "enable_backside_scan": record["backside"] != "disabled",
            "enable_livescan": record["livescan"],
            "enable_payer_match": payer_match.is_enabled(),
        }
    doc |= {
        "created_at": record["created_at"],
        "updated_at": times.now(),
        "deleted": record["deleted"],
        "session_id": record["session_id"] or "",
        "user_id": record["user_id"] or record["identity"],
    }
    return doc | ({"error": {"error": error["type"], "message": error["message"]}} if error else {})
