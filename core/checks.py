"""System checks: what must not be wrong in a running installation. `manage.py check --deploy` runs them all."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register

from core.context import ADDRESSES, is_live, is_sandbox, world

LOOPBACK = {"localhost", "127.0.0.1", "::1"}
LIVE_HOSTS = {
    "CARDSCAN": "api.cardscan.ai",
    "CANDID": "pre-api.joincandidhealth.com",
    "SPRY": "provider.sprypt.com",
}


@register
def vendors_are_reached_safely(**kwargs: Any) -> list[CheckMessage]:
    """https everywhere except loopback and the sandbox's own container; no address with credentials or a query."""
    return list(_unsafe_urls())


def _stays_here(host: str | None) -> bool:
    """Whether plain http to the host leaves nothing: loopback, or the sandbox under a name without a dot, which only
    the network of the containers knows."""
    is_neighbour = host == urlsplit(settings.SANDBOX_URL).hostname and host is not None and host.isidentifier()
    return host in LOOPBACK or is_neighbour


def _unsafe_urls() -> Iterator[CheckMessage]:
    for name in ADDRESSES:
        parts = urlsplit(getattr(settings, name))
        if parts.scheme != "https" and not _stays_here(parts.hostname):
            yield Error(f"{name} must be an https address.", hint="Set it to an https address.", id="core.E001")
        if parts.username or parts.query:
            yield Error(f"{name} must hold no credentials and no query.", id="core.E002")
    socket = urlsplit(settings.CARDSCAN_SOCKET_URL)
    if socket.scheme == "ws" and not _stays_here(socket.hostname):
        yield Error("CARDSCAN_SOCKET_URL must be a wss address.", hint="Our key goes with it.", id="core.E008")


@register
def keys_fit_their_hosts(**kwargs: Any) -> list[CheckMessage]:
    """A test key with a live host, or the reverse, is refused."""
    found: list[CheckMessage] = []
    live_host = urlsplit(settings.CARDSCAN_URL).hostname == LIVE_HOSTS["CARDSCAN"]
    live_key = settings.CARDSCAN_API_KEY.startswith(("sk_live_", "secret_live_"))
    if live_host != live_key:
        found.append(
            Error(
                "CARDSCAN_API_KEY is a live key with a test host, or a test key with the live host.",
                hint="Set CARDSCAN_URL and CARDSCAN_API_KEY of the same environment.",
                id="core.E003",
            )
        )
    for name, used in (
        ("CANDID_CLIENT_SECRET", is_sandbox(settings.CANDID_PRE_ENCOUNTER_URL)),
        ("SPRY_CLIENT_SECRET", is_sandbox(settings.SPRY_URL)),
    ):
        if not used and "sandbox" in getattr(settings, name):
            found.append(
                Error(f"{name} is the sandbox's, but the address is not.", hint=f"Set {name}.", id="core.E004")
            )
    if not is_sandbox(settings.PAYMENTS_BASE_URL) and any("sandbox" in k for k in settings.PAYMENTS_API_KEYS.values()):
        found.append(Error("PAYMENTS_API_KEYS are the sandbox's, but the address is not.", id="core.E005"))
    return found


@register
def demo_stays_in_the_sandbox(**kwargs: Any) -> list[CheckMessage]:
    """Demo logins have a known password, so they may not exist beside a real vendor."""
    if settings.DEMO and world() != "sandbox":
        return [Error("DEMO=1 needs every vendor to be the sandbox.", hint="Unset DEMO.", id="core.E006")]
    return []


@register
def live_is_served_safely(**kwargs: Any) -> list[CheckMessage]:
    """An installation with a live vendor is behind TLS: without it, nothing is prepared and nothing starts."""
    if is_live() and not settings.SECURE_COOKIES:
        return [Error("A live installation needs TLS.", hint="Set PUBLIC_URL to its https address.", id="core.E007")]
    return []


@register
def data_is_ours_alone(**kwargs: Any) -> list[CheckMessage]:
    """Nobody else on the machine reads the folder of the data: the embedded database holds names and birth dates."""
    if settings.DATA_DIR.stat().st_mode & 0o077:
        folder = settings.DATA_DIR
        return [Warning("Others on this machine can read DATA_DIR.", hint=f"chmod 700 {folder}", id="core.W002")]
    return []


@register(deploy=True)
def keys_lie_elsewhere(**kwargs: Any) -> list[CheckMessage]:
    """An installation with a live vendor keeps its sealing keys outside DATA_DIR."""
    if is_live() and (settings.DATA_DIR / "sealing_keys").exists():
        return [
            Warning(
                "The sealing keys lie beside the data they seal.",
                hint="Move them to a secret file and name it by SEALING_KEYS_FILE.",
                id="core.W001",
            )
        ]
    return []
