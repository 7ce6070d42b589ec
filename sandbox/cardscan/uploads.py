"""Upload addresses and the S3-style form behind them (contract sections 3.3 to 3.5)."""

from __future__ import annotations

import base64
import binascii
import hmac
import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sandbox import clock
from sandbox.cardscan import access, photos, times
from sandbox.cardscan.cards import SIDES, Card
from sandbox.cardscan.problems import Problem, UploadRefused
from sandbox.state import dump, load, store

MOST_BYTES = 20 * 1024 * 1024
CAPTURE_TYPES = ("manual", "automatic", "selectedFile", "api")
BUCKET = "cardscan-sandbox-uploads-us-east-1"
_META = "x-amz-meta-cardscan-"
_SCAN_FIELD = _META + "scan-id"
# Part of the form, and not covered by the policy they carry.
_UNCOVERED = ("policy", "x-amz-signature")


def issue(card: Card, wish: dict[str, Any], *, seconds: int, base: str) -> dict[str, Any]:
    """Return an upload address and its form fields, for one side of a card; every call makes a new scan.

    Args:
        card: the card it is for.
        wish: `orientation`, and perhaps `capture_type` and `metadata`.
        seconds: how long the address is good, 100 to 3600.
        base: the sandbox's own address of CardScan.

    Raises:
        Problem: 400 when a field is wrong, or the card was made without a back.
    """
    scan = new_scan(card, wish)
    expires = clock.now() + timedelta(seconds=seconds)
    parameters = _parameters(scan, card, expires)
    return {
        "card_id": card["card_id"],
        "scan_id": scan["scan_id"],
        "upload_url": f"{base}/uploads/{BUCKET}",
        "upload_parameters": parameters,
    }


def new_scan(card: Card, wish: dict[str, Any]) -> dict[str, Any]:
    """Make and keep the record of one photo to come.

    Raises:
        Problem: as `issue`.
    """
    side, capture = wish.get("orientation"), wish.get("capture_type", "manual")
    if side not in SIDES:
        raise Problem(400, "orientation must be one of front, back")
    if capture not in CAPTURE_TYPES:
        raise Problem(400, f"capture_type must be one of {', '.join(CAPTURE_TYPES)}")
    if side == "back" and card["backside"] == "disabled":
        raise Problem(400, "Backside scanning is not enabled for this card")
    scan_id = str(uuid.uuid4())
    scan = {
        "scan_id": scan_id,
        "card_id": card["card_id"],
        "orientation": side,
        "capture_type": capture,
        "metadata": wish.get("metadata") or {},
        "key": f"{access.ACCOUNT_ID}/{card['identity']}/{card['card_id']}/{scan_id}",
        "state": "issued",
        "created_at": times.now(),
    }
    store().put("cardscan", "scans", scan_id, scan)
    return scan


def _parameters(scan: dict[str, Any], card: Card, expires: datetime) -> dict[str, str]:
    now = clock.now()
    covered = {
        "Content-Type": "image/jpeg",
        "Content-Disposition": f'attachment; filename="{scan["scan_id"]}.jpg"',
        _META + "account-id": access.ACCOUNT_ID,
        _META + "card-id": card["card_id"],
        _SCAN_FIELD: scan["scan_id"],
        _META + "user-id": card["identity"],
    }
    if card.get("user_id"):
        covered[_META + "developer-user-id"] = card["user_id"]
    covered |= {
        "key": scan["key"],
        "x-amz-algorithm": "AWS4-HMAC-SHA256",
        "x-amz-credential": f"SANDBOX/{now:%Y%m%d}/us-east-1/s3/aws4_request",
        "x-amz-date": f"{now:%Y%m%dT%H%M%SZ}",
        "x-amz-security-token": access.signature(scan["scan_id"]),
    }
    conditions: list[Any] = [{name: value} for name, value in covered.items()]
    conditions.append(["content-length-range", 1, MOST_BYTES])
    rules = dump({"expiration": expires.isoformat(), "conditions": conditions})
    policy = base64.b64encode(rules.encode()).decode()
    return covered | {"policy": policy, "x-amz-signature": access.signature(policy)}


def check_form(fields: Mapping[str, str], photo: bytes | None) -> dict[str, Any]:
    """Check a posted form as S3 would and return the scan it is for.

    Args:
        fields: the text fields that came before the file; S3 ignores what comes after it.
        photo: the file's bytes, or None when there was no part named `file`.

    Raises:
        UploadRefused: AccessDenied, InvalidArgument, EntityTooSmall or EntityTooLarge.
    """
    for name in ("key", "policy", "x-amz-signature"):
        if name not in fields:
            raise UploadRefused(400, "InvalidArgument", f"Bucket POST must contain a field named '{name}'.")
    if photo is None:
        raise UploadRefused(400, "InvalidArgument", "POST requires exactly one file upload per request.")
    _check_policy(fields)
    if not photo:
        raise UploadRefused(400, "EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size")
    if len(photo) > MOST_BYTES:
        raise UploadRefused(400, "EntityTooLarge", "Your proposed upload exceeds the maximum allowed size")
    scan = store().get("cardscan", "scans", fields.get(_SCAN_FIELD, ""))
    if scan is None:
        raise UploadRefused(403, "AccessDenied", "Access Denied")
    return scan


def _check_policy(fields: Mapping[str, str]) -> None:
    expected = access.signature(fields["policy"])
    if not hmac.compare_digest(expected.encode(), fields["x-amz-signature"].encode()):
        raise UploadRefused(403, "AccessDenied", "The request signature we calculated does not match the one provided.")
    rules = load(base64.b64decode(fields["policy"]))
    if clock.now() > datetime.fromisoformat(rules["expiration"]):
        raise UploadRefused(403, "AccessDenied", "Invalid according to Policy: Policy expired.")
    covered = {name: value for rule in rules["conditions"] if isinstance(rule, dict) for name, value in rule.items()}
    for name, value in covered.items():
        if fields.get(name) != value:
            said = f"Invalid according to Policy: Policy Condition failed: eq, ${name}"
            raise UploadRefused(403, "AccessDenied", said)
    extra = sorted(set(fields) - set(covered) - set(_UNCOVERED))
    if extra:
        raise UploadRefused(403, "AccessDenied", "Invalid according to Policy: Extra input fields.")


def direct_photo(body: bytes) -> bytes:
    """Return the photo of a direct upload: raw bytes, or the same in base64.

    Raises:
        Problem: 400 when it is empty or neither, 413 when it is too big.
    """
    if photos.kind(body) == photos.NO_PICTURE:
        try:
            body = base64.b64decode(b"".join(body.split()), validate=True)
        except (binascii.Error, ValueError):
            raise Problem(400, "The body must be a JPEG, raw or in base64") from None
    if not body:
        raise Problem(400, "The body must be a JPEG, raw or in base64")
    if len(body) > MOST_BYTES:
        raise Problem(413, "The photo is too large")
    return body
