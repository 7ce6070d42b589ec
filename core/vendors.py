"""The outside services: what they are called, which setting has their address, and whether they take our key."""

from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings

from core import http


@dataclass(frozen=True)
class Vendor:
    """An outside service: its name for people, and the setting that holds its address."""

    name: str
    setting: str

    @property
    def url(self) -> str:
        """Its base address."""
        return str(getattr(settings, self.setting))


VENDORS = {
    "cardscan": Vendor("CardScan.ai", "CARDSCAN_URL"),
    "candid": Vendor("Candid Health", "CANDID_PRE_ENCOUNTER_URL"),
    "spry": Vendor("SPRY", "SPRY_URL"),
    "optum": Vendor("Optum Financial", "PAYMENTS_BASE_URL"),
}
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
    name = VENDORS[vendor].name
    try:
        check()
    except http.VendorError as error:
        refused = isinstance(error, http.Rejected) and error.status in (401, 403)
        return KeyCheck(name, False, f"It refuses our key (HTTP {error.status})." if refused else f"It {error.why}.")
    return KeyCheck(name, True, "It takes our key.")
