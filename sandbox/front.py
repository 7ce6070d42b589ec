"""The TCP front: sits between the socket and uvicorn and plays what no ASGI application can.

Every connection goes through a `Front`, which hands bytes to uvicorn's protocol unchanged. The application finds the
connection's `Wire` in `scope["state"]["wire"]` and may have it reset (RST, not FIN) or let the answer drip.
`refuse` closes a listening socket for a while, so that connections are refused: the one that all vendors share, or the
vendor's own.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
import struct
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import h11
import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Response
from websockets.server import ServerProtocol

from sandbox import NAME

_NO_LINGER = struct.pack("ii", 1, 0)
SHARED = "*"
BACKLOG = 512


class Wire:
    """A connection's transport as uvicorn sees it; everything it does not do itself is the real transport's."""

    def __init__(self, front: Front) -> None:
        """Stand between a transport to come and the protocols behind `front`."""
        self._front = front
        self._transport: asyncio.Transport
        self.write: Callable[[bytes], None]
        self.close: Callable[[], None]

    def open(self, transport: asyncio.Transport) -> None:
        """Begin with a transport."""
        self._transport = transport
        # Straight to the transport, as every call pays for what is in between.
        self.write, self.close = transport.write, transport.close

    def __getattr__(self, name: str) -> Any:
        """Hand everything else on to the real transport."""
        return getattr(self._transport, name)

    def writelines(self, parts: Iterable[bytes]) -> None:
        """Send several pieces on."""
        self.write(b"".join(parts))

    def set_protocol(self, protocol: asyncio.Protocol) -> None:
        """Hand the connection to another protocol: a websocket takes over."""
        self._front.inner = protocol

    def get_protocol(self) -> asyncio.BaseProtocol:
        """Return the protocol that has the connection."""
        return self._front.inner

    def drip(self, *, pause: float, size: int) -> None:
        """Send what is written from now on `size` bytes at a time, every `pause` seconds."""
        drip = Drip(self._transport, pause=pause, size=size)
        self.write, self.close = drip.add, drip.close_after

    def reset(self) -> None:
        """Reset the connection; what is not yet sent is lost."""
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


class Protocol(H11Protocol):
    """uvicorn's protocol, which says who it is also when it cannot read a request."""

    def send_400_response(self, msg: str) -> None:
        """Answer what is not HTTP, and close."""
        headers = [*self.server_state.default_headers, (b"content-type", b"text/plain"), (b"connection", b"close")]
        response = h11.Response(status_code=400, headers=headers, reason=b"Bad Request")
        for event in (response, h11.Data(data=msg.encode("ascii")), h11.EndOfMessage()):
            self.transport.write(self.conn.send(event) or b"")
        self.transport.close()


class Handshake(ServerProtocol):
    """The beginning of a websocket, which says who it is also when it is refused."""

    def send_response(self, response: Response) -> None:
        """Send the answer to an opening."""
        response.headers.setdefault("Server", NAME)
        super().send_response(response)


class SocketProtocol(WebSocketsSansIOProtocol):
    """uvicorn's websocket protocol with our handshake."""

    def __init__(self, **options: Any) -> None:
        """Options are uvicorn's."""
        super().__init__(**options)
        # Without extensions: each socket would keep two compressors, and what the vendor tells in a frame is short.
        self.conn = Handshake(extensions=[], max_size=self.config.ws_max_size, logger=self.logger)

    async def send(self, message: Any) -> None:
        """Send what the application says."""
        await super().send(message)
        if self.close_sent:  # uvicorn takes a refused opening for one that the application forgot
            self.handshake_complete = True


class Front(asyncio.Protocol):
    """One connection: hands what happens on the socket to the protocol behind it."""

    def __init__(self, *, app_state: dict[str, Any], **options: Any) -> None:
        """Stand before uvicorn's protocol, which gets these options."""
        self._wire = Wire(self)
        self.inner: asyncio.Protocol = Protocol(app_state=app_state | {"wire": self._wire}, **options)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Give the protocol behind a transport that can play faults."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 (for the types; a stream socket has no other)
        self._wire.open(transport)
        self.inner.connection_made(self._wire)  # type: ignore[arg-type]

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


class SandboxServer(uvicorn.Server):
    """uvicorn behind the front: ends with 0 on SIGTERM and Ctrl-C, and can refuse connections for a while."""

    def __init__(self, app: ASGIApp, listeners: Mapping[str, socket.socket], on_start: Callable[[], None]) -> None:
        """Serve `app`.

        Args:
            app: the application; every port serves all of it.
            listeners: bound sockets: SHARED, and one by each vendor's name, which can be closed alone.
            on_start: called once they all listen.
        """
        _process["server"] = self
        super().__init__(
            uvicorn.Config(
                app,
                http=Front,
                ws=SocketProtocol,
                lifespan="on",
                log_config=None,
                access_log=False,
                server_header=False,
                headers=[("Server", NAME)],
                timeout_keep_alive=75,
                timeout_graceful_shutdown=2,
                backlog=BACKLOG,
            )
        )
        self._listeners = dict(listeners)
        self._on_start = on_start
        self._servers: dict[str, asyncio.Server] = {}
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def ports(self) -> dict[str, int]:
        """The ports, by the names of the listeners."""
        return {name: int(listener.getsockname()[1]) for name, listener in self._listeners.items()}

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, then say so."""
        self._loop = asyncio.get_running_loop()
        await super().startup(sockets=list(self._listeners.values()))
        self._servers = dict(zip(self._listeners, self.servers, strict=True))
        self._on_start()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """End in order on a signal, and do not raise it again afterwards: a stopped sandbox is no failure."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self.handle_exit)
        yield

    def refuse(self, name: str, seconds: float) -> None:
        """Refuse new connections for some seconds and end the idle ones; from any thread.

        Args:
            name: of a listener; SHARED means all of them.
            seconds: how long; a new order replaces an old one.
        """
        self._loop.call_soon_threadsafe(self._refuse, list(self._listeners) if name == SHARED else [name], seconds)

    def stop_refusing(self, name: str) -> None:
        """Take connections again at a listener, or at all of them for SHARED; from any thread."""
        self._loop.call_soon_threadsafe(self._take_again, list(refusing) if name == SHARED else [name])

    def _refuse(self, names: list[str], seconds: float) -> None:
        for name in names:
            if name in refusing:
                self._timers[name].cancel()
            else:
                # In a moment, so that the order itself is answered.
                self._loop.call_later(0.05, self._close, name)
            self._timers[name] = self._loop.call_later(seconds, self._take_again, [name])
            refusing[name] = seconds

    def _close(self, name: str) -> None:
        if name not in refusing:  # taken back meanwhile
            return
        host, port = self._listeners[name].getsockname()[:2]
        self._servers.pop(name).close()
        for connection in list(self.server_state.connections):
            if connection.transport.get_extra_info("sockname")[1] == port:
                connection.shutdown()
        # Bound and not listening: connections are refused, and nobody else can take the port meanwhile.
        self._listeners[name] = bound_socket(host, port)

    def _take_again(self, names: list[str]) -> None:
        for name in [name for name in names if name in refusing]:
            del refusing[name]
            self._timers.pop(name).cancel()
            if name not in self._servers:
                task = self._loop.create_task(self._listen(name))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)

    async def _listen(self, name: str) -> None:
        def connected() -> Front:
            state = self.lifespan.state
            return Front(config=self.config, server_state=self.server_state, app_state=state, _loop=self._loop)

        backlog = self.config.backlog
        self._servers[name] = await self._loop.create_server(connected, sock=self._listeners[name], backlog=backlog)
        self.servers = list(self._servers.values())


_process: dict[str, SandboxServer] = {}
# Which listeners refuse connections just now, and for how many seconds they were told to.
refusing: dict[str, float] = {}


def refuses(vendor: str) -> bool:
    """Tell whether a vendor refuses connections just now: over the port that all share, it resets them instead."""
    return vendor in refusing


def refuse(vendor: str, seconds: float) -> None:
    """Have this process refuse connections for some seconds, those of one vendor or all (SHARED); from any thread."""
    _process["server"].refuse(vendor, seconds)


def stop_refusing(vendor: str | None) -> None:
    """Have this process take the connections of a vendor again, or all; from any thread."""
    _process["server"].stop_refusing(vendor or SHARED)


def ports() -> dict[str, int]:
    """Return the ports of this process: SHARED, and each vendor's own."""
    return _process["server"].ports


def listening_socket(host: str, port: int) -> socket.socket:
    """Return a socket that listens at the address; who connects waits until a server is made of it.

    Raises:
        OSError: the port is taken or the address is not this machine's.
    """
    bound = bound_socket(host, port)
    bound.listen(BACKLOG)  # at once, since two sockets may be bound to one port as long as neither listens
    return bound


def bound_socket(host: str, port: int) -> socket.socket:
    """Return a socket that is bound to the address and does not listen: who connects is refused.

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
