"""The TCP front: sits between the socket and uvicorn and plays what no ASGI application can.

Every connection goes through a `Front`, which hands bytes to uvicorn's protocol unchanged. When an answer's head
carries the internal header `x-sandbox-fault`, its `Wire` resets the connection (RST, not FIN) or lets the answer drip.
`refuse` closes the listening socket for a while, so that connections are refused.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import signal
import socket
import struct
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

from sandbox import NAME

_MARK = b"\r\nx-sandbox-fault: "
_NO_LINGER = struct.pack("ii", 1, 0)


class Wire:
    """A connection's transport as uvicorn sees it; everything it does not do itself is the real transport's."""

    def __init__(self, transport: asyncio.Transport, front: Front) -> None:
        """Wrap `transport` for the protocols behind `front`."""
        self._transport = transport
        self._front = front
        self._drip: Drip | None = None

    def __getattr__(self, name: str) -> Any:
        """Hand everything else on to the real transport."""
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        """Send bytes on, unless the head among them orders a fault."""
        if self._drip is not None:
            self._drip.add(data)
            return
        plan, data = _plan_of(data)
        if plan is None:
            self._transport.write(data)
        elif plan["do"] == "reset":
            self._reset()
        else:
            self._drip = Drip(self._transport, pause=float(plan["pause"]), size=int(plan["bytes"]))
            self._drip.add(data)

    def writelines(self, parts: Iterable[bytes]) -> None:
        """Send several pieces on."""
        self.write(b"".join(parts))

    def close(self) -> None:
        """Close, after the last drop if the answer drips."""
        if self._drip is not None:
            self._drip.close_after()
        else:
            self._transport.close()

    def set_protocol(self, protocol: asyncio.Protocol) -> None:
        """Hand the connection to another protocol: a websocket takes over."""
        self._front.inner = protocol

    def get_protocol(self) -> asyncio.BaseProtocol:
        """Return the protocol that has the connection."""
        return self._front.inner

    def _reset(self) -> None:
        raw = self._transport.get_extra_info("socket")
        with contextlib.suppress(OSError):  # the client may have gone already
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
        self._transport.abort()


class Drip:
    """Lets bytes out a few at a time."""

    def __init__(self, transport: asyncio.Transport, *, pause: float, size: int) -> None:
        """Send `size` bytes every `pause` seconds over `transport`."""
        self._transport = transport
        self._pause, self._size = pause, max(1, size)
        self._waiting = bytearray()
        self._closing = False
        asyncio.get_running_loop().call_soon(self._drop)

    def add(self, data: bytes) -> None:
        """Let these bytes drip too."""
        self._waiting += data

    def close_after(self) -> None:
        """Close the connection when nothing is left."""
        self._closing = True

    def _drop(self) -> None:
        if self._transport.is_closing():
            return
        if self._waiting:
            self._transport.write(bytes(self._waiting[: self._size]))
            del self._waiting[: self._size]
        if self._closing and not self._waiting:
            self._transport.close()
        else:
            asyncio.get_running_loop().call_later(self._pause, self._drop)


class Front(asyncio.Protocol):
    """One connection: hands what happens on the socket to the protocol behind it."""

    def __init__(self, inner: asyncio.Protocol) -> None:
        """Stand before `inner`, uvicorn's protocol."""
        self.inner = inner

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Give the protocol behind a transport that can play faults."""
        self.inner.connection_made(Wire(transport, self))  # type: ignore[arg-type]

    def data_received(self, data: bytes) -> None:
        """Pass bytes in."""
        self.inner.data_received(data)

    def eof_received(self) -> bool | None:
        """Pass the client's end of sending in."""
        return self.inner.eof_received()

    def connection_lost(self, exc: Exception | None) -> None:
        """Pass the end of the connection in."""
        self.inner.connection_lost(exc)

    def pause_writing(self) -> None:
        """Pass in that the client reads slowly."""
        self.inner.pause_writing()

    def resume_writing(self) -> None:
        """Pass in that the client has caught up."""
        self.inner.resume_writing()


def _plan_of(data: bytes) -> tuple[dict[str, Any] | None, bytes]:
    """Return the fault that an answer's head orders, and the bytes without that order."""
    if not data.startswith(b"HTTP/1.") or _MARK not in data.partition(b"\r\n\r\n")[0]:
        return None, data
    before, _, rest = data.partition(_MARK)
    order, _, after = rest.partition(b"\r\n")
    return json.loads(order), before + b"\r\n" + after


def _behind_a_front(**options: Any) -> Front:
    return Front(H11Protocol(**options))


class SandboxServer(uvicorn.Server):
    """uvicorn behind the front: ends with 0 on SIGTERM and Ctrl-C, and can refuse connections for a while."""

    def __init__(self, app: ASGIApp, listener: socket.socket, on_start: Callable[[], None]) -> None:
        """Serve `app` on `listener`, a bound socket; `on_start` is called once it listens."""
        _process["server"] = self
        super().__init__(
            uvicorn.Config(
                app,
                http=_behind_a_front,  # type: ignore[arg-type]
                lifespan="on",
                log_config=None,
                access_log=False,
                server_header=False,
                headers=[("Server", NAME)],
                timeout_keep_alive=75,
                timeout_graceful_shutdown=2,
                backlog=512,
            )
        )
        self._listener = listener
        self._on_start = on_start

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, then say so."""
        self._loop = asyncio.get_running_loop()
        await super().startup(sockets=[self._listener])
        self._on_start()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """End in order on a signal, and do not raise it again afterwards: a stopped sandbox is no failure."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self.handle_exit)
        yield

    def refuse(self, seconds: float) -> None:
        """Refuse new connections for some seconds and end the idle ones; in a moment, so that the order is answered."""
        self._loop.call_soon_threadsafe(self._loop.call_later, 0.05, self._stop_listening, seconds)

    def _stop_listening(self, seconds: float) -> None:
        address = self._listener.getsockname()
        for server in self.servers:
            server.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        # Bound and not listening: connections are refused, and nobody else can take the port meanwhile.
        self._listener = listening_socket(*address[:2])
        self._loop.call_later(seconds, self._listen_again)

    def _listen_again(self) -> None:
        self._reopening = asyncio.ensure_future(self._reopen())

    async def _reopen(self) -> None:
        def connected() -> Front:
            return _behind_a_front(
                config=self.config, server_state=self.server_state, app_state=self.lifespan.state, _loop=self._loop
            )

        self.servers = [await self._loop.create_server(connected, sock=self._listener, backlog=self.config.backlog)]


_process: dict[str, SandboxServer] = {}


def refuse(seconds: float) -> None:
    """Have this process refuse connections for some seconds; may be called from any thread."""
    _process["server"].refuse(seconds)


def listening_socket(host: str, port: int) -> socket.socket:
    """Return a socket bound to the address; it listens once a server is made of it.

    Raises:
        OSError: the port is taken or the address is not this machine's.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Named as TCP, because asyncio turns Nagle's delay off only then; without that every answer takes 40 ms more.
    bound = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.bind((host, port))
    bound.setblocking(False)
    return bound
