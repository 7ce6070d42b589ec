"""A customer's server that receives webhooks, for tests."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import simplejson


@dataclass(frozen=True)
class Received:
    """One delivery as it came."""

    headers: dict[str, str]
    body: bytes

    @property
    def document(self) -> Any:
        """The body with exact numbers."""
        return simplejson.loads(self.body, use_decimal=True)


class Receiver:
    """Keeps what it receives and answers `status`."""

    def __init__(self) -> None:
        self.status = 200
        self.received: list[Received] = []
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.received.append(Received({name.lower(): value for name, value in self.headers.items()}, body))
                self.send_response(receiver.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:
                pass

        return Handler

    def types(self) -> list[str]:
        """Return the types of what was received, in the order it came."""
        return [one.document["type"] for one in self.received]

    def wait(self, until: Callable[[], bool], seconds: float = 20) -> None:
        """Wait until something holds.

        Raises:
            AssertionError: it does not, with what was received.
        """
        ends = time.monotonic() + seconds
        while not until():
            assert time.monotonic() < ends, self.types()
            time.sleep(0.02)


@contextmanager
def receiving() -> Iterator[Receiver]:
    """Run a receiver."""
    receiver = Receiver()
    thread = threading.Thread(target=receiver.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        receiver.server.shutdown()
        receiver.server.server_close()
        thread.join()
