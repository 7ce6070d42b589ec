"""One call of each vendor as bytes on a bare socket, and what came back, byte for byte."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import requests

from tests.sandbox.candid_vendor import Candid, person
from tests.sandbox.cardscan_vendor import FRONT, KEY, Vendor, picture
from tests.sandbox.spry_vendor import CAPTURE, Spry
from tests.sandbox_process import SandboxProcess


@dataclass(frozen=True)
class Seen:
    """What a client saw: the answer as far as it came, and how the connection ended (closed, reset or silent)."""

    ended: str
    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    pieces: int = 0

    @property
    def doc(self) -> Any:
        """The JSON document of the body."""
        return json.loads(self.body)


def ask(sandbox: SandboxProcess, request: bytes, *, port: int | None = None, seconds: float = 20) -> Seen:
    """Send a request on a new connection and read until its end."""
    address = urlsplit(sandbox.url)
    with closing(socket.create_connection((address.hostname, port or address.port), timeout=seconds)) as connection:
        connection.sendall(request)
        received, ended, pieces = bytearray(), "closed", 0
        try:
            while piece := connection.recv(1 << 20):
                received += piece
                pieces += 1
        except ConnectionResetError:
            ended = "reset"
        except TimeoutError:
            ended = "silent"
    return _seen(bytes(received), ended, pieces)


def _seen(received: bytes, ended: str, pieces: int) -> Seen:
    if not received:
        return Seen(ended)
    head, _, body = received.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
    return Seen(ended, int(first.split()[1]), headers, body, pieces)


def http(method: str, path: str, body: bytes = b"", **headers: str) -> bytes:
    """Return a request that wants the connection closed after its answer."""
    named = {"Host": "127.0.0.1", "Connection": "close", "Content-Length": str(len(body))}
    named |= {name.replace("_", "-"): value for name, value in headers.items()}
    lines = "".join(f"{name}: {value}\r\n" for name, value in named.items())
    return f"{method} {path} HTTP/1.1\r\n{lines}\r\n".encode() + body


def _card(sandbox: SandboxProcess) -> bytes:
    return http("POST", "/cardscan/v1/cards", b"{}", Authorization=f"Bearer {KEY}")


def _upload(sandbox: SandboxProcess) -> bytes:
    vendor = Vendor(sandbox)
    issued = vendor.issue(vendor.create())
    parts = [f'Content-Disposition: form-data; name="{k}"\r\n\r\n{v}' for k, v in issued["upload_parameters"].items()]
    body = b"".join(f"--edge\r\n{part}\r\n".encode() for part in parts)
    body += b'--edge\r\nContent-Disposition: form-data; name="file"; filename="a.jpg"\r\n\r\n' + picture(*FRONT)
    path = urlsplit(issued["upload_url"]).path
    return http("POST", path, body + b"\r\n--edge--\r\n", Content_Type="multipart/form-data; boundary=edge")


def _candid_token(sandbox: SandboxProcess) -> bytes:
    body = b'{"client_id": "candid-sandbox", "client_secret": "candid-sandbox-secret"}'
    return http("POST", "/candid/api/auth/v2/token", body, Content_Type="application/json")


def _spry_token(sandbox: SandboxProcess) -> bytes:
    body = b"grant_type=client_credentials&client_id=spry-sandbox&client_secret=spry-sandbox-secret"
    return http("POST", "/spry/apis/v2/oauth/token", body, Content_Type="application/x-www-form-urlencoded")


def _batches(sandbox: SandboxProcess) -> bytes:
    return http("GET", "/payments/api/v1/payments/batch", API_Key="payments-sandbox-key")


# Route to a call of it that succeeds.
CALLS: dict[str, Callable[[SandboxProcess], bytes]] = {
    "cardscan.create": _card,
    "cardscan.upload": _upload,
    "candid.token": _candid_token,
    "spry.token": _spry_token,
    "payments.batches": _batches,
}


def _check(sandbox: SandboxProcess) -> bytes:
    vendor = Candid(sandbox)
    body = json.dumps(vendor.body("60054", person("Ellen", "Moore", "W123456789", "1980-02-03"))).encode()
    return http("POST", "/candid/eligibility-checks/v1", body, **_headers(vendor.http))


def _capture(sandbox: SandboxProcess) -> bytes:
    path = "/spry/apis/eligibility/v2/insurance/eligibility/offline"
    return http("POST", path, json.dumps(CAPTURE).encode(), **_headers(Spry(sandbox).http))


def _batch(sandbox: SandboxProcess) -> bytes:
    names = {"accountShortCode": "ACCT1", "subAccountShortCode": "SUBACCT1"}
    body = json.dumps({"clientRequestId": "R-1", **names, "totalAmount": 10.00, "numberOfPayments": 1}).encode()
    path = "/payments/api/v1/payments/batch"
    return http("POST", path, body, API_Key="payments-sandbox-key", Content_Type="application/json")


def _headers(session: requests.Session) -> dict[str, str]:
    return {"Authorization": str(session.headers["Authorization"]), "Content_Type": "application/json"}


# Route to a call of it that leaves something behind.
WORK: dict[str, Callable[[SandboxProcess], bytes]] = {
    "cardscan.create": _card,
    "candid.check": _check,
    "spry.capture": _capture,
    "payments.create": _batch,
}
