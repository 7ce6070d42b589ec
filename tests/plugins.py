"""Loaded before the settings are read: real tests wait longer, plain tests have no network."""

import os
import socket
from collections.abc import Iterator
from typing import Any

import pytest

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # Playwright's loop runs in the tests' thread

_connect = socket.socket.connect


class NetworkUsed(AssertionError):
    """A plain test opened a connection; mark it `real` or give it no network."""


def _refuse(self: socket.socket, address: Any) -> None:
    if self.family == getattr(socket, "AF_UNIX", None):
        return _connect(self, address)
    raise NetworkUsed(f"A plain test connected to {address!r}.")


@pytest.fixture(autouse=True)
def _no_network(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    if request.node.get_closest_marker("real") is None and request.node.get_closest_marker("browser") is None:
        monkeypatch.setattr(socket.socket, "connect", _refuse)
    yield
