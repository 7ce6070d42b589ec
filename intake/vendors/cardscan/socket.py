"""CardScan's websocket: cards are registered, and events come. See docs/vendors/cardscan.md."""

from __future__ import annotations

from types import TracebackType
from typing import Self
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus
from websockets.sync.client import connect

from core import __version__

from . import wire

OPEN_WITHIN = 10.0  # seconds for the connection, TLS and the handshake together
# The other side has to answer a ping within the same time, else the connection counts as gone.
PING_EVERY = 5.0
MOST_BYTES = 64 * 1024  # of one frame; events are small
# The vendor has hosts of their own for it (its SDK).
_HOSTS = {"api.cardscan.ai": "wss://ws.cardscan.ai", "sandbox.cardscan.ai": "wss://sandbox-ws.cardscan.ai"}


class SocketGone(Exception):
    """There is no connection, or no longer; the message says why and holds no address, since the key is in it."""


class CardScanSocket:
    """One websocket with our key. Belongs to one thread."""

    def __init__(self) -> None:
        """Connect. Raises SocketGone."""
        base = base_url()
        address = f"{base}{'' if urlsplit(base).path else '/'}?{urlencode({'token': settings.CARDSCAN_API_KEY})}"
        try:
            self._opening = connect(
                address,
                legacy=False,
                compression=None,
                proxy=None,  # as core.http does: nothing from the environment
                user_agent_header=f"frontdesk/{__version__}",
                open_timeout=OPEN_WITHIN,
                ping_interval=PING_EVERY,
                ping_timeout=PING_EVERY,
                close_timeout=2,
                max_size=MOST_BYTES,
            )
            self._socket = self._opening.__enter__()
        except InvalidStatus as refused:
            raise SocketGone(f"CardScan refused the websocket (HTTP {refused.response.status_code})") from None
        except (OSError, InvalidHandshake) as error:
            raise SocketGone(f"CardScan's websocket could not be opened ({type(error).__name__})") from None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._opening.__exit__(kind, error, trace)

    def register(self, card_id: str) -> None:
        """Ask for a card's events; nothing is answered. Raises SocketGone."""
        self._send(wire.build_register(card_id))

    def ping(self) -> None:
        """Say something, as the vendor's widget does, so that nobody on the way takes the connection for idle."""
        self._send(wire.PING)

    def next_event(self, seconds: float) -> wire.Event | None:
        """Return the next event, None when nothing about a card came within some seconds. Raises SocketGone."""
        try:
            return wire.parse_frame(self._socket.recv(timeout=seconds))
        except TimeoutError:
            return None
        except ConnectionClosed:
            raise SocketGone("CardScan's websocket was closed") from None

    def _send(self, text: str) -> None:
        try:
            self._socket.send(text)
        except (ConnectionClosed, OSError):
            raise SocketGone("CardScan's websocket was closed") from None


def base_url() -> str:
    """Return the address of the websocket, without the key."""
    if settings.CARDSCAN_SOCKET_URL:
        return str(settings.CARDSCAN_SOCKET_URL)
    rest = urlsplit(settings.CARDSCAN_URL)
    if rest.hostname in _HOSTS:
        return _HOSTS[rest.hostname]
    scheme = "wss" if rest.scheme == "https" else "ws"
    return f"{scheme}://{rest.netloc}{rest.path.removesuffix('/v1')}/ws"
