"""Which world this installation speaks to: live, test, or the sandbox."""

from urllib.parse import urlsplit

from django.conf import settings

from core.vendors import VENDORS

_LIVE = {
    "api.cardscan.ai",
    "pre-api.joincandidhealth.com",
    "api.joincandidhealth.com",
    "provider.sprypt.com",
}
# The settings that hold an outside service's address; Candid has two of them.
ADDRESSES = [*(vendor.setting for vendor in VENDORS.values()), "CANDID_API_URL"]
_NOT_LIVE_WORDS = ("sandbox", "staging", "test", "localhost")


def is_sandbox(url: str) -> bool:
    """Whether the address is our own sandbox: the loopback, or the SANDBOX_URL's host."""
    host = urlsplit(url).hostname
    return host in {"127.0.0.1", "localhost", "::1", urlsplit(settings.SANDBOX_URL).hostname}


def _is_live(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    return host in _LIVE or not (is_sandbox(url) or any(word in host for word in _NOT_LIVE_WORDS))


def _urls() -> list[str]:
    return [getattr(settings, name) for name in ADDRESSES]


def world() -> str:
    """Return which world this is: `sandbox` when every vendor is ours, `live` when every one is real, else `test`."""
    if all(is_sandbox(url) for url in _urls()):
        return "sandbox"
    return "live" if all(_is_live(url) for url in _urls()) else "test"


def is_live() -> bool:
    """Whether any vendor is a live one."""
    return any(_is_live(url) for url in _urls())


def banner() -> str:
    """Return the sentence shown on every page while anything but live is set, or nothing."""
    return {
        "sandbox": "Sandbox: no vendor is real here, and no money moves.",
        "test": "Test: at least one vendor is a test service. Do not enter real patients.",
        "live": "",
    }[world()]
