"""The photos: files beside the store, presigned addresses to read them, gone after a day."""

from __future__ import annotations

import hmac
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from sandbox import clock
from sandbox.cardscan.access import signature
from sandbox.cardscan.problems import UploadRefused
from sandbox.state import store

KEPT = timedelta(days=1)
URL_SECONDS = 86400
NO_PICTURE = "application/octet-stream"
_STAMP = "%Y%m%dT%H%M%SZ"


class NoPhoto(Exception):
    """The photo of a scan is not there: never uploaded, or purged."""


def _file(scan_id: str) -> Path:
    return store().path.parent / "photos" / scan_id


def save(scan_id: str, photo: bytes) -> None:
    """Keep the photo of a scan; a process killed meanwhile leaves all of it or nothing."""
    target = _file(scan_id)
    target.parent.mkdir(mode=0o700, exist_ok=True)
    unfinished = target.with_suffix(".part")
    unfinished.write_bytes(photo)
    unfinished.replace(target)


def load(scan_id: str) -> bytes:
    """Return the photo of a scan.

    Raises:
        NoPhoto: it is not there.
    """
    try:
        return _file(scan_id).read_bytes()
    except FileNotFoundError:
        raise NoPhoto(scan_id) from None


def size(key: str) -> int:
    """Return how many bytes the photo behind a key has, 0 if it is not there."""
    try:
        return _file(_scan_of(key)).stat().st_size
    except (OSError, ValueError):  # a key may be anything
        return 0


def _scan_of(key: str) -> str:
    return key.rpartition("/")[2]


def forget(scan_id: str) -> None:
    """Remove the photo of a scan, if it is there."""
    _file(scan_id).unlink(missing_ok=True)


def purge() -> int:
    """Remove the photos whose day is over and those of no known scan; return how many went."""
    oldest = clock.now() - KEPT
    # Nobody is between a photo and the scan it is of meanwhile, so that it is not taken for a stray.
    with store().transaction():
        files = list(_file("any").parent.glob("*"))
        scans = store().items("cardscan", "scans")
    kept = {scan_id for scan_id, scan in scans if datetime.fromisoformat(scan["created_at"]) > oldest}
    gone = [file for file in files if file.stem not in kept]  # the stem, so that unfinished ones go too
    for file in gone:
        file.unlink(missing_ok=True)
    return len(gone)


def kind(photo: bytes) -> str:
    """Return the media type that the first bytes say."""
    if photo.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if photo.startswith(b"RIFF") and photo[8:12] == b"WEBP":
        return "image/webp"
    return "image/jpeg" if photo.startswith(b"\xff\xd8\xff") else NO_PICTURE


def address(base: str, scan: dict[str, Any]) -> str:
    """Return a presigned address of a scan's photo, good for a day; `base` is the sandbox's own address."""
    stamp = clock.now().strftime(_STAMP)
    query = {
        "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
        "X-Amz-Date": stamp,
        "X-Amz-Expires": URL_SECONDS,
        "X-Amz-SignedHeaders": "host",
        "X-Amz-Signature": signature(f"{scan['key']} {stamp} {URL_SECONDS}"),
    }
    return f"{base}/images/{quote(scan['key'], safe='/')}?{urlencode(query)}"


def read_presigned(key: str, query: dict[str, str]) -> bytes:
    """Return the photo behind a presigned address.

    Raises:
        UploadRefused: S3's AccessDenied when the signature is wrong or too old, NoSuchKey when the photo is gone.
    """
    stamp, seconds = query.get("X-Amz-Date", ""), query.get("X-Amz-Expires", "")
    expected = signature(f"{key} {stamp} {seconds}")
    if not hmac.compare_digest(expected.encode(), query.get("X-Amz-Signature", "").encode()):
        raise UploadRefused(403, "AccessDenied", "Access Denied")
    issued = datetime.strptime(stamp, _STAMP).replace(tzinfo=UTC)
    if clock.now() > issued + timedelta(seconds=int(seconds)):
        raise UploadRefused(403, "AccessDenied", "Request has expired")
    try:
        return load(_scan_of(key))
    except NoPhoto:
        raise UploadRefused(404, "NoSuchKey", "The specified key does not exist.") from None
