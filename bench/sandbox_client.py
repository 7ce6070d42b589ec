"""A client that costs next to nothing: one connection, requests as bytes."""

import contextlib
import json
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Server:
    """A running server: its process and port."""

    process: subprocess.Popen
    port: int


@contextlib.contextmanager
def running(*module: str) -> Iterator[Server]:
    """Run `python -m module…` until the end of the block; its first line ends with the port."""
    process = subprocess.Popen(
        [sys.executable, "-m", *module],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "SANDBOX_FAST": "1"},
    )
    try:
        assert process.stdout is not None
        yield Server(process, int(process.stdout.readline().decode().strip().rpartition(":")[2]))
    finally:
        process.terminate()
        process.wait()


def data_folder() -> str:
    """Return a new folder for the state of a sandbox."""
    return tempfile.mkdtemp(prefix="frontdesk-bench-sandbox-")


def sandbox(*options: str, data: str = "") -> contextlib.AbstractContextManager[Server]:
    """Run a sandbox with a data folder of its own, or with one that has been prepared."""
    return running("sandbox", "--port", "0", "--data", data or data_folder(), *options)


def request(method: str, path: str, body: bytes = b"", **headers: str) -> bytes:
    """Return a request as bytes; underscores in the names of headers are dashes."""
    named = {"Host": "127.0.0.1", "Content-Length": str(len(body))}
    named |= {name.replace("_", "-"): value for name, value in headers.items()}
    lines = "".join(f"{name}: {value}\r\n" for name, value in named.items())
    return f"{method} {path} HTTP/1.1\r\n{lines}\r\n".encode() + body


class Connection:
    """One connection that is kept open."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=60)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self, asked: bytes) -> tuple[int, bytes]:
        """Send a request and return (status, body)."""
        self.socket.sendall(asked)
        received = b""
        while b"\r\n\r\n" not in received:
            received += self._more()
        head, _, body = received.partition(b"\r\n\r\n")
        lengths = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
        size = int(lengths[0].partition(b":")[2]) if lengths else 0
        while len(body) < size:
            body += self._more()
        return int(head.split()[1]), body

    def document(self, asked: bytes) -> Any:
        """Send a request that has to succeed and return the document of the answer, None if it has none."""
        status, body = self.ask(asked)
        assert status < 300, (status, asked[:200], body[:300])
        return json.loads(body) if body else None

    def _more(self) -> bytes:
        piece = self.socket.recv(1 << 20)
        if not piece:
            raise ConnectionError("The server closed the connection.")
        return piece

    def close(self) -> None:
        """Close it."""
        self.socket.close()
