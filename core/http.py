"""The one door out. Every call to a vendor goes through a VendorSession.

It gives one base URL, a connect and a read timeout, a total deadline that also ends a slow drip, a cap on the
size of an answer, no redirects, no retries, a log line without personal data, and four ways to fail that answer
the only question a caller has: did it happen?
"""

import contextvars
import functools
import logging
import socket
import threading
import time
import uuid
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import Any, Self
from urllib.parse import urlsplit

import requests
import urllib3
from django.conf import settings
from django.utils import timezone
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from core import __version__, strict_json

logger = logging.getLogger("frontdesk.vendors")
_PIECE = 64 * 1024


class VendorError(Exception):
    """A call that gave no usable answer. Carries vendor, status and request id; never a body.

    `retry_after` is how many seconds the vendor asks us to wait, None when it does not say.
    """

    retry_after: float | None = None

    def __init__(self, vendor: str, why: str, *, status: int | None = None, request_id: str = "") -> None:
        super().__init__(f"{vendor}: {why}")
        self.vendor, self.why, self.status, self.request_id = vendor, why, status, request_id

    @classmethod
    def because(cls, error: "VendorError", why: str) -> Self:
        """Return an error of this kind that has its cause in another, such as that of a call that had to come first."""
        found = cls(error.vendor, why, status=error.status, request_id=error.request_id)
        found.retry_after = error.retry_after
        return found


class NotSent(VendorError):
    """No connection was made, or the vendor surely did nothing: the same may be sent again."""


class Throttled(VendorError):
    """The vendor asks us to wait; nothing happened."""


class Rejected(VendorError):
    """The vendor refused the request as it is; asking again the same way is of no use."""


class OutcomeUnknown(VendorError):
    """The request may or may not have been carried out."""


@dataclass(frozen=True)
class VendorAnswer:
    """What came back: status, headers, the whole body, our request id, and how long it took in milliseconds."""

    vendor: str
    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    request_id: str
    milliseconds: int

    def json(self) -> Any:
        """Return the body as JSON with exact Decimals. Raises OutcomeUnknown for what core.strict_json refuses."""
        try:
            return strict_json.read(self.body)
        except ValueError:
            why = "sent an answer that could not be read"
            raise OutcomeUnknown(self.vendor, why, status=self.status, request_id=self.request_id) from None


@dataclass
class Exchange:
    """What the attempt log keeps of a command's last call: never a body, never an address with a query."""

    status: int | None = None
    milliseconds: int = 0
    request_id: str = ""
    calls: int = 0


_exchange: contextvars.ContextVar[Exchange | None] = contextvars.ContextVar("exchange", default=None)


@contextmanager
def watched() -> Iterator[Exchange]:
    """Collect what the calls made inside the block did, for the attempt log."""
    exchange = Exchange()
    token = _exchange.set(exchange)
    try:
        yield exchange
    finally:
        _exchange.reset(token)


class _Deadline:
    """Ends a call at a fixed moment by shutting its socket, whatever the other side is doing."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.ends = time.monotonic() + seconds
        self.passed = self.sent = False
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None
        self._timer = threading.Timer(seconds, self._cut)
        self._timer.daemon = True

    def __enter__(self) -> "_Deadline":
        _current.deadline = self
        self._timer.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._timer.cancel()
        _current.deadline = None
        self.watch(None)  # the connection may be another call's by now

    def watch(self, sock: socket.socket | None) -> None:
        """Remember the socket that the call uses; cut it at once when the deadline has passed already."""
        with self._lock:
            self._socket = sock
            if self.passed:
                _shut(sock)

    def _cut(self) -> None:
        with self._lock:
            self.passed = True
            _shut(self._socket)


class _Current(threading.local):
    deadline: _Deadline | None = None


_current = _Current()


def _shut(sock: socket.socket | None) -> None:
    if sock is None:
        return
    try:
        # The plain socket below TLS: SSLSocket.shutdown would first try to speak to the other side.
        socket.socket.shutdown(sock, socket.SHUT_RDWR)
    except OSError:
        return  # it is closed already, which is all we want


class _Watched:
    """A connection that shows its socket to the call's deadline before each request."""

    sock: socket.socket | None

    def connect(self) -> None:
        super().connect()  # type: ignore[misc]
        self._show()

    def request(self, *args: Any, **kwargs: Any) -> None:
        if self.sock is None:
            self.connect()
        self._show()
        if (deadline := _current.deadline) is not None:
            deadline.sent = True  # from here on the vendor may have got something
        super().request(*args, **kwargs)  # type: ignore[misc]

    def _show(self) -> None:
        if (deadline := _current.deadline) is not None:
            deadline.watch(self.sock)


class _WatchedHTTP(_Watched, HTTPConnection):
    pass


class _WatchedHTTPS(_Watched, HTTPSConnection):
    pass


class _HTTPPool(HTTPConnectionPool):
    ConnectionCls = _WatchedHTTP


class _HTTPSPool(HTTPSConnectionPool):
    ConnectionCls = _WatchedHTTPS


class _Adapter(HTTPAdapter):
    """Watched connections."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _HTTPPool, "https": _HTTPSPool}


@functools.cache
def _kept_alive() -> _Adapter:
    """Return the connections of this process that are kept alive, for all threads: each call takes the one that was
    used last. Were they kept by thread, most calls would find theirs closed by the vendor and open a new one."""
    return _Adapter(max_retries=0, pool_connections=10, pool_maxsize=settings.CELERY_WORKER_CONCURRENCY)


class VendorSession(requests.Session):
    """The way to one vendor. One session belongs to one thread; the connections below it are the process's."""

    def __init__(
        self,
        vendor: str,
        base_url: str,
        *,
        connect: float = 5.0,
        read: float = 20.0,
        total: float = 20.0,
        max_bytes: int = 20_000_000,
        keep_alive: bool = True,
    ) -> None:
        """Open nothing yet. Times in seconds; `keep_alive=False` uses a fresh connection for every call, so that a
        connection the vendor closed in the meantime never makes an outcome unclear."""
        super().__init__()
        self.vendor, self.base_url = vendor, base_url.rstrip("/")
        self.timeouts, self.total, self.max_bytes = (connect, read), total, max_bytes
        self.trust_env = False  # no proxy and no .netrc from the environment
        self.headers["User-Agent"] = f"frontdesk/{__version__}"
        if not keep_alive:
            self.headers["Connection"] = "close"
        adapter = _kept_alive() if keep_alive else _Adapter(max_retries=0)
        self.mount("http://", adapter)
        self.mount("https://", adapter)

    def ask(
        self,
        method: str,
        path: str,
        *,
        answers: Collection[int] = (),
        absolute_url: str = "",
        json_bytes: bytes | None = None,
        total: float | None = None,
        headers: Mapping[str, str] | None = None,
        **options: Any,
    ) -> VendorAnswer:
        """Call the vendor and return its answer: any 2xx, and the statuses in `answers`.

        `path` follows the base URL; `absolute_url` replaces both for an address the vendor issued. `json_bytes` is
        sent as it is. `params`, `data` and `files` go to requests. `total` overrides the session's deadline (seconds).
        Raises NotSent, Throttled, Rejected or OutcomeUnknown.
        """
        request_id = uuid.uuid4().hex
        sent = {"X-Request-Id": request_id, **(headers or {})}
        if json_bytes is not None:
            options["data"], sent["Content-Type"] = json_bytes, "application/json"
        url = absolute_url or f"{self.base_url}/{path.lstrip('/')}"
        started = time.monotonic()
        try:
            answer = self._exchange(method, url, request_id, started, total or self.total, headers=sent, **options)
        except VendorError as error:
            self._note(method, error.status, started, request_id, type(error).__name__)
            raise
        self._note(method, answer.status, started, request_id, "answered")
        return self._sorted(answer, answers)

    def _exchange(
        self, method: str, url: str, request_id: str, started: float, total: float, **options: Any
    ) -> VendorAnswer:
        with _Deadline(total * settings.DEADLINE_SCALE) as deadline:
            try:
                connect, read = self.timeouts
                with self.request(
                    method, url, timeout=(min(connect, total), read), stream=True, allow_redirects=False, **options
                ) as response:
                    body = self._read(response, deadline)
            except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
                raise self._failure(error, deadline, request_id) from None
        milliseconds = round((time.monotonic() - started) * 1000)
        return VendorAnswer(self.vendor, response.status_code, response.headers, body, request_id, milliseconds)

    def _read(self, response: requests.Response, deadline: _Deadline) -> bytes:
        pieces, size = [], 0
        declared = response.headers.get("Content-Length", "")
        if declared.isdecimal() and int(declared[:20]) > self.max_bytes:
            raise requests.exceptions.ContentDecodingError("too big")  # before a byte of it is kept
        for piece in response.iter_content(_PIECE):
            size += len(piece)
            if size > self.max_bytes:
                raise requests.exceptions.ContentDecodingError("too big")
            if time.monotonic() > deadline.ends:
                raise requests.exceptions.ReadTimeout("deadline")
            pieces.append(piece)
        if deadline.passed:  # what was cut off looks like an answer that ended
            raise requests.exceptions.ReadTimeout("deadline")
        return b"".join(pieces)

    def _failure(self, error: Exception, deadline: _Deadline, request_id: str) -> VendorError:
        if not deadline.sent:
            return NotSent(self.vendor, "could not be reached", request_id=request_id)
        if deadline.passed or isinstance(error, requests.Timeout):
            why = f"did not answer within {deadline.seconds:g} s"
        elif isinstance(error, requests.exceptions.ContentDecodingError):
            why = "sent an answer that is too big or damaged"
        else:
            why = "broke the connection"
        return OutcomeUnknown(self.vendor, why, request_id=request_id)

    def _sorted(self, answer: VendorAnswer, answers: Collection[int]) -> VendorAnswer:
        status = answer.status
        if 200 <= status < 300 or status in answers:
            return answer
        known: dict[str, Any] = {"status": status, "request_id": answer.request_id}
        if status == 429:
            throttled = Throttled(self.vendor, "asks us to wait", **known)
            throttled.retry_after = retry_after(answer.headers.get("Retry-After"))
            raise throttled
        if 400 <= status < 500 and status != 408:
            raise Rejected(self.vendor, f"refused the request (HTTP {status})", **known)
        unknown = OutcomeUnknown(self.vendor, f"answered with HTTP {status}", **known)
        unknown.retry_after = retry_after(answer.headers.get("Retry-After"))  # 503 may say when it is over
        raise unknown

    def _note(self, method: str, status: int | None, started: float, request_id: str, outcome: str) -> None:
        milliseconds = round((time.monotonic() - started) * 1000)
        logger.info("%s %s %s %s %d ms %s", self.vendor, method, status or "-", outcome, milliseconds, request_id)
        if (exchange := _exchange.get()) is not None:
            exchange.status, exchange.milliseconds, exchange.request_id = status, milliseconds, request_id
            exchange.calls += 1


def retry_after(header: str | None) -> float | None:
    """Return the seconds that a Retry-After header asks for (a number or a date), between 0 and one hour."""
    if not header:
        return None
    try:
        wait = float(header)
    except ValueError:
        try:
            wait = (parsedate_to_datetime(header) - timezone.now()).total_seconds()
        except (TypeError, ValueError, OverflowError):
            return None
    if wait != wait:
        return None
    return min(max(wait, 0.0), 3600.0)


def host_of(url: str) -> str:
    """Return the host of an address, for people; no path, no query, no credentials."""
    return urlsplit(url).hostname or ""
