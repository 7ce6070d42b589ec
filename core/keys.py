"""The two secrets of an installation: Django's key and the sealing keys.

Given in the environment (or in a file named by SECRET_KEY_FILE and SEALING_KEYS_FILE) for a real deployment;
the embedded default makes them once and keeps them in DATA_DIR. Where the database or the files are shared, no process
makes keys of its own, which the others would not have. Losing the sealing keys loses what they sealed.
"""

import base64
import os
import secrets
from collections.abc import Callable
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from core import env

LOOKUP = "lookup"


def secret_key(data_dir: Path) -> str:
    """Return Django's signing key, made and kept in `data_dir` when the environment gives none."""
    return env.text("SECRET_KEY") or _own("SECRET_KEY", data_dir, lambda: secrets.token_urlsafe(64))


def sealing_keys(data_dir: Path) -> tuple[dict[str, bytes], bytes]:
    """Return the sealing keys by id, the newest first (it seals, all of them open), and the key of look-ups.

    The text is one `id:base64-of-32-bytes` a line (or comma). The line with the id `lookup` makes the fingerprints by
    which sealed values are found; it seals nothing and never changes, so that sealing keys can be rotated.
    Raises ImproperlyConfigured for anything else.
    """
    written = env.text("SEALING_KEYS") or _own("SEALING_KEYS", data_dir, new_keys)
    pairs = [_parse(line) for line in written.replace(",", "\n").splitlines() if line.strip()]
    keys = dict(pairs)
    if len(keys) < len(pairs):
        raise ImproperlyConfigured("SEALING_KEYS holds two keys with the same id; each needs an id of its own.")
    lookup = keys.pop(LOOKUP, None)
    if lookup is None or not keys:
        raise ImproperlyConfigured(
            f"SEALING_KEYS needs a line {LOOKUP}:base64-of-32-bytes, which never changes, and others that seal."
        )
    return keys, lookup


def new_keys() -> str:
    """Return fresh lines for SEALING_KEYS."""
    return "\n".join(f"{key_id}:{base64.b64encode(secrets.token_bytes(32)).decode()}" for key_id in ("k1", LOOKUP))


def _parse(line: str) -> tuple[str, bytes]:
    key_id, _, encoded = line.strip().partition(":")
    try:
        key = base64.b64decode(encoded, validate=True)
    except ValueError:
        key = b""
    if not (key_id.isascii() and key_id.isalnum()) or len(key_id) > 8 or len(key) != 32:
        raise ImproperlyConfigured(
            "SEALING_KEYS must be lines of id:base64-of-32-bytes; the id is 1 to 8 letters a-z or digits."
        )
    return key_id, key


def _own(name: str, data_dir: Path, make: Callable[[], str]) -> str:
    """Return the embedded default's key of that name. Raises ImproperlyConfigured when the installation is not that."""
    if env.text("DATABASE_URL") or env.text("STORAGE_URL"):
        raise ImproperlyConfigured(
            f"{name} is missing. With DATABASE_URL or STORAGE_URL, every process must be given the same {name}"
            f" (or {name}_FILE)."
        )
    return _kept(data_dir / name.lower(), make)


def _kept(path: Path, make: Callable[[], str]) -> str:
    """Return the file's content; the first process to ask makes it, and a half-written file is never seen."""
    if not path.exists():
        draft = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(make())
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text(encoding="utf-8").strip()
