"""Reads settings from the environment; a bad value is refused with the name of its variable."""

import os
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TypeVar

from django.core.exceptions import ImproperlyConfigured

T = TypeVar("T")
_TRUE, _FALSE = {"1", "true", "yes", "on"}, {"0", "false", "no", "off", ""}


def text(name: str, default: str = "") -> str:
    """Return the variable, or the content of the file named by NAME_FILE (for secrets), or the default.

    Raises ImproperlyConfigured when NAME_FILE names a file that cannot be read.
    """
    if file := os.environ.get(f"{name}_FILE"):
        try:
            return Path(file).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise ImproperlyConfigured(f"{name}_FILE names a file that cannot be read: {error.strerror}.") from error
    return os.environ.get(name, default).strip()


def flag(name: str, default: bool = False) -> bool:
    """Return the variable as yes or no. Raises ImproperlyConfigured for anything but 1/0, true/false, on/off."""
    value = text(name, "1" if default else "0").lower()
    if value in _TRUE | _FALSE:
        return value in _TRUE
    raise ImproperlyConfigured(f"{name} must be 1 or 0, not {value!r}.")


def integer(name: str, default: int, *, least: int = 0) -> int:
    """Return the variable as a whole number of at least `least`."""
    return _number(name, str(default), int, least, "a whole number")


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
    except (ValueError, InvalidOperation) as error:
        raise ImproperlyConfigured(f"{name} must be {words}, not {value!r}.") from error
    if not number >= least:  # type: ignore[operator]
        raise ImproperlyConfigured(f"{name} must be at least {least}, not {value!r}.")
    return number


def words(name: str, default: str = "") -> list[str]:
    """Return the variable split at commas, blanks removed."""
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def pairs(name: str, default: str = "") -> dict[str, str]:
    """Return `A=x,B=y` as a mapping. Raises ImproperlyConfigured for an item without an equals sign."""
    found: dict[str, str] = {}
    for item in words(name, default):
        key, equals, value = item.partition("=")
        if not equals or not key.strip() or not value.strip():
            raise ImproperlyConfigured(f"{name} must look like ACCT1=key,ACCT2=key.")
        found[key.strip()] = value.strip()
    return found


def url(name: str, default: str) -> str:
    """Return the variable as an http(s) or ws(s) address without a trailing slash."""
    value = text(name, default).rstrip("/")
    if not value.startswith(("http://", "https://", "ws://", "wss://")):
        raise ImproperlyConfigured(f"{name} must be an address that begins with http:// or https://, not {value!r}.")
    return value


def one_of(name: str, choices: set[str], default: str) -> str:
    """Return the variable, which must be one of the choices."""
    value = text(name, default)
    if value not in choices:
        raise ImproperlyConfigured(f"{name} must be one of {', '.join(sorted(choices))}, not {value!r}.")
    return value
