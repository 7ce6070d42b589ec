"""Whether each vendor takes our key: asked at set-up and by `manage.py check_vendors`."""

from collections.abc import Callable
from dataclasses import dataclass

from core import http
from core.operations import NAMES

_checks: dict[str, Callable[[], None]] = {}


@dataclass(frozen=True)
class KeyCheck:
    """What a vendor said to our key."""

    name: str
    ok: bool
    sentence: str


def register_check(vendor: str, check: Callable[[], None]) -> None:
    """Make known how to try the vendor's key: a harmless call that raises a core.http error when it fails."""
    _checks[vendor] = check


def check_keys() -> list[KeyCheck]:
    """Try every vendor's key, one after another."""
    return [_check(vendor, check) for vendor, check in _checks.items()]


def _check(vendor: str, check: Callable[[], None]) -> KeyCheck:
    name = NAMES.get(vendor, vendor)
    try:
        check()
    except http.Rejected as error:
        return KeyCheck(name, False, f"It refuses our key (HTTP {error.status}).")
    except http.VendorError as error:
        return KeyCheck(name, False, f"It {error.why}.")
    return KeyCheck(name, True, "It takes our key.")
