"""Reads settings from the environment; a bad value is refused with the name of its variable."""

import base64
import contextlib
import math
import os
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import dj_database_url
from django.core.exceptions import ImproperlyConfigured

T = TypeVar("T", int, float, Decimal)
_TRUE, _FALSE = {"1", "true", "yes", "on"}, {"0", "false", "no", "off", ""}


def text(name: str, default: str = "") -> str:
    """Return the variable, or the content of the file named by NAME_FILE (for secrets), or the default.

    Raises ImproperlyConfigured when NAME_FILE is empty, or names a file that is empty or cannot be read: a secret that
    got lost on its way must not be taken for one that was not given.
    """
    file = os.environ.get(f"{name}_FILE")
    if file is None:
        return os.environ.get(name, default).strip()
    if not file.strip():
        raise ImproperlyConfigured(f"{name}_FILE is empty; it must name a file.")
    if content := _read(name, Path(file)):
        return content
    raise ImproperlyConfigured(f"{name}_FILE names an empty file.")


def _read(name: str, file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise ImproperlyConfigured(f"{name}_FILE names a file that cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError:
        raise ImproperlyConfigured(f"{name}_FILE names a file that is not text (UTF-8).") from None


def flag(name: str, default: bool = False) -> bool:
    """Return the variable as yes or no. Raises ImproperlyConfigured for anything but 1/0, true/false, on/off."""
    value = text(name, "1" if default else "0").lower()
    if value in _TRUE | _FALSE:
        return value in _TRUE
    raise ImproperlyConfigured(f"{name} must be 1 or 0, not {value!r}.")


def integer(name: str, default: int, *, least: int = 0) -> int:
    """Return the variable as a whole number of at least `least`."""
    return _number(name, str(default), int, least, "a whole number")


def port(name: str, default: int) -> int:
    """Return the variable as a port number."""
    number = integer(name, default, least=1)
    if number > 65535:
        raise ImproperlyConfigured(f"{name} must be at most 65535, not {number}.")
    return number


def seconds(name: str, default: float, *, least: float = 0.0) -> float:
    """Return the variable as a number of seconds of at least `least`."""
    return _number(name, str(default), float, least, "a number of seconds")


def dollars(name: str, default: str) -> Decimal:
    """Return the variable as an amount of money."""
    return _number(name, default, Decimal, Decimal(0), "an amount such as 50000.00")


def _number(name: str, default: str, kind: Callable[[str], T], least: T, words: str) -> T:
    value = text(name, default)
    try:
        number = kind(value)
        is_finite = math.isfinite(number)
    except (ValueError, ArithmeticError):
        is_finite = False
    if not is_finite:
        raise ImproperlyConfigured(f"{name} must be {words}, not {value!r}.")
    if number < least:
        raise ImproperlyConfigured(f"{name} must be at least {least}, not {value!r}.")
    return number


def words(name: str, default: str = "") -> list[str]:
    """Return the variable split at commas, blanks removed."""
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def signing_secrets(name: str) -> list[str]:
    """Return the variable as secrets of webhooks, `whsec_` and base64, split at commas and lines: the newest may stand
    beside the one before it. The refusal of another shape does not show it."""
    found = text(name).replace(",", " ").split()
    for secret in found:
        try:
            key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
        except ValueError:
            key = b""
        if len(key) < 16:
            raise ImproperlyConfigured(f"{name} must look like whsec_ and the base64 of at least 16 bytes.")
    return found


def pairs(name: str, default: str = "") -> dict[str, str]:
    """Return `A=x,B=y` as a mapping. Raises ImproperlyConfigured for an item without an equals sign."""
    found: dict[str, str] = {}
    for item in words(name, default):
        key, equals, value = item.partition("=")
        if not equals or not key.strip() or not value.strip():
            raise ImproperlyConfigured(f"{name} must look like ACCT1=key,ACCT2=key.")
        found[key.strip()] = value.strip()
    return found


def url(name: str, default: str = "") -> str:
    """Return the variable as an http(s) address without a trailing slash. It may be empty where the default is."""
    value = text(name, default).rstrip("/")
    if (value or default) and not _is_address(value, {"http", "https"}):
        raise ImproperlyConfigured(f"{name} must be an address that begins with http:// or https://, not {value!r}.")
    return value


def socket_url(name: str) -> str:
    """Return the variable as the address of a websocket, or nothing."""
    value = text(name).rstrip("/")
    if value and not _is_address(value, {"ws", "wss"}):
        raise ImproperlyConfigured(f"{name} must be an address that begins with ws:// or wss://, not {value!r}.")
    return value


def redis(name: str) -> str:
    """Return the variable as the address of a Redis, or nothing. The refusal does not show it: it holds a password."""
    value = text(name)
    if value and not _is_address(value, {"redis", "rediss"}):
        raise ImproperlyConfigured(f"{name} must look like redis://:password@host:6379/0.")
    return value


def database(name: str, default: str) -> dict[str, Any]:
    """Return the variable, the address of a PostgreSQL or SQLite database, as Django wants it. See redis() for why the
    refusal does not show it."""
    found: dict[str, Any] = {}
    with contextlib.suppress(ValueError):  # refused below, like any other
        found = dict(dj_database_url.parse(text(name) or default, conn_max_age=600, conn_health_checks=True))
    if not found.get("NAME") or not found["ENGINE"].endswith(("postgresql", "sqlite3")):
        raise ImproperlyConfigured(f"{name} must look like postgres://user:password@host:5432/name.")
    return found


def _is_address(value: str, schemes: set[str]) -> bool:
    try:
        parts = urlsplit(value)
        return parts.scheme in schemes and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def one_of(name: str, choices: set[str], default: str) -> str:
    """Return the variable, which must be one of the choices."""
    value = text(name, default)
    if value not in choices:
        raise ImproperlyConfigured(f"{name} must be one of {', '.join(sorted(choices))}, not {value!r}.")
    return value
