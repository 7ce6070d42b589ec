"""Every kind of fault at every vendor, and at the storage of photos, seen on a bare socket."""

import email.utils
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest

from sandbox import faults
from tests.sandbox.cardscan_vendor import KEY
from tests.sandbox.raw import CALLS, WORK, Seen, ask, http
from tests.sandbox_process import SandboxProcess

pytestmark = pytest.mark.real

# Short, so that nobody waits.
OPTIONS: dict[str, dict[str, Any]] = {
    "slow_before": {"seconds": 0.05},
    "black_hole_before": {"seconds": 0.05},
    "black_hole_after": {"seconds": 0.05},
    "slow_first_byte": {"seconds": 0.05},
    "slow_drip": {"pause": 0.05, "bytes": 60},
    "big_body": {"megabytes": 2},
}


def is_reset(seen: Seen) -> bool:
    """Nothing came, and the connection was reset."""
    return (seen.ended, seen.status, seen.body) == ("reset", 0, b"")


def is_right(seen: Seen) -> bool:
    """The answer came as it should."""
    return seen.ended == "closed" and seen.status in (200, 201, 204)


def is_error(status: int) -> Callable[[Seen], bool]:
    """The answer is an error with something to read in it."""
    return lambda seen: seen.ended == "closed" and seen.status == status and len(seen.body) > 20


def is_half(seen: Seen) -> bool:
    """The document ends in the middle."""
    return is_right(seen) and len(seen.body) == int(seen.headers["content-length"]) and not seen.body.endswith(b"}")


def is_page(seen: Seen) -> bool:
    """A page that says who shows it."""
    return (seen.status, seen.headers["content-type"]) == (502, "text/html") and b"frontdesk-sandbox" in seen.body


def types_of(value: Any, at: str = "") -> Iterator[tuple[str, type]]:
    """Find the type of every value inside a document, by its place; of a list that of its first item."""
    yield at, type(value)
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from types_of(inner, f"{at}.{name}")
    elif isinstance(value, list) and value:
        yield from types_of(value[0], f"{at}.0")


def has_wrong_types(seen: Seen, right: Seen) -> bool:
    """Every value but null and objects has another type than in the right answer; one without a document has some."""
    wanted, found = (dict(types_of(one.doc if one.body else {"ok": True})) for one in (right, seen))
    plain = [at for at, kind in wanted.items() if kind not in (dict, type(None)) and at in found]
    return is_right(seen) and bool(plain) and all(found[at] is not wanted[at] for at in plain)


def has_a_key_twice(seen: Seen) -> bool:
    """The first key comes again."""
    first = seen.body.split(b'"')[1]
    return is_right(seen) and seen.body.startswith(b'{"' + first + b'":null,"' + first + b'":')


def is_error_with_200(seen: Seen) -> bool:
    """The status says all is well, the document says it is not."""
    return seen.status == 200 and b"rror" in seen.body


def is_big(seen: Seen) -> bool:
    """Very much came, and no more and no less than was promised."""
    return is_right(seen) and len(seen.body) == int(seen.headers["content-length"]) > 2_000_000


LOOKS: dict[str, Callable[[Seen], bool]] = {
    "refused": is_reset,
    "reset_before": is_reset,
    "reset_after": is_reset,
    "black_hole_before": is_reset,
    "black_hole_after": is_reset,
    "slow_before": is_right,
    "slow_first_byte": is_right,
    "slow_drip": lambda seen: is_right(seen) and seen.pieces > 1,
    "500_before": is_error(500),
    "500_after": is_error(500),
    "502_html": is_page,
    "429": lambda seen: is_error(429)(seen) and seen.headers["retry-after"] == "1",
    "401": is_error(401),
    "403": is_error(403),
    "413": is_error(413),
    "truncated_json": is_half,
    "wrong_types": is_right,
    "duplicate_keys": has_a_key_twice,
    "200_error_body": is_error_with_200,
    "big_body": is_big,
    "redirect": lambda seen: seen.status == 302 and bool(seen.headers["location"]),
}


def test_every_kind_is_looked_at() -> None:
    assert set(LOOKS) == set(faults.GATE_KINDS)


@pytest.mark.parametrize("kind", LOOKS)
@pytest.mark.parametrize("route", CALLS)
def test_it_goes_wrong_once_and_then_right(sandbox: SandboxProcess, route: str, kind: str) -> None:
    request = CALLS[route](sandbox)
    sandbox.fault(*route.split("."), kind, **OPTIONS.get(kind, {}))
    seen = ask(sandbox, request)
    assert LOOKS[kind](seen), seen
    assert "x-sandbox-fault" not in seen.headers
    assert is_right(ask(sandbox, request))


@pytest.mark.parametrize("route", CALLS)
def test_every_value_has_another_type(sandbox: SandboxProcess, route: str) -> None:
    request = CALLS[route](sandbox)
    right = ask(sandbox, CALLS[route](sandbox))
    sandbox.fault(*route.split("."), "wrong_types")
    seen = ask(sandbox, request)
    assert has_wrong_types(seen, right), seen
    assert not has_wrong_types(right, right)


def held(sandbox: SandboxProcess, vendor: str) -> list[dict[str, Any]]:
    """Return how much a vendor holds, which tells whether it has worked."""
    return [one for one in sandbox.call("GET", "state")["held"] if one["vendor"] == vendor]


@pytest.mark.parametrize("kind", [kind for kind in faults.GATE_KINDS if kind != "big_body"])
@pytest.mark.parametrize("route", WORK)
def test_the_work_is_done_or_not(sandbox: SandboxProcess, route: str, kind: str) -> None:
    vendor, _, name = route.partition(".")
    request = WORK[route](sandbox)
    before = held(sandbox, vendor)
    sandbox.fault(vendor, name, kind, **OPTIONS.get(kind, {}))
    ask(sandbox, request)
    assert (held(sandbox, vendor) == before) is (kind in faults.BEFORE_KINDS)


@pytest.mark.parametrize("kind", ["500_before", "500_after", "429", "413"])
def test_the_storage_speaks_xml(sandbox: SandboxProcess, kind: str) -> None:
    request = CALLS["cardscan.upload"](sandbox)
    sandbox.fault("cardscan", "upload", kind)
    assert b"<Error><Code>" in ask(sandbox, request).body


def test_payments_speaks_of_problems(sandbox: SandboxProcess) -> None:
    sandbox.fault("payments", "batches", "500_before")
    assert ask(sandbox, CALLS["payments.batches"](sandbox)).headers["content-type"] == "application/problem+json"


def test_a_big_body_has_50_megabytes_by_itself(sandbox: SandboxProcess) -> None:
    sandbox.fault("spry", "token", "big_body")
    assert len(ask(sandbox, CALLS["spry.token"](sandbox)).body) > 50_000_000


@pytest.mark.parametrize(
    ("vendor", "said"), [("cardscan", "message"), ("candid", "errorName"), ("spry", "code"), ("payments", "title")]
)
def test_an_odd_address_is_nowhere_in_the_vendors_words(sandbox: SandboxProcess, vendor: str, said: str) -> None:
    for path in ("v1/a%0Ab", "v1/a%0A"):
        seen = ask(sandbox, http("GET", f"/{vendor}/{path}"))
        assert seen.status == 404
        assert said in seen.doc


@pytest.mark.parametrize("kind", ["500_before", "429", "redirect", "200_error_body", "reset_before"])
def test_a_client_may_say_all_of_a_long_request_first(sandbox: SandboxProcess, kind: str) -> None:
    sandbox.fault("cardscan", "create", kind)
    body = b'{"metadata": "' + b"x" * 20_000_000 + b'"}'
    seen = ask(sandbox, http("POST", "/cardscan/v1/cards", body, Authorization=f"Bearer {KEY}"))
    assert LOOKS[kind](seen), seen


@pytest.mark.parametrize("request_", [b"nonsense\r\n\r\n", b"GET / HTTP/1.1\r\n\r\n", b"GET /a b c HTTP/1.1\r\n\r\n"])
def test_what_is_no_http_is_told_so(sandbox: SandboxProcess, request_: bytes) -> None:
    seen = ask(sandbox, request_)
    assert (seen.status, seen.headers["server"], seen.ended) == (400, "frontdesk-sandbox", "closed")


# 429


@pytest.mark.parametrize(
    ("wish", "said"),
    [(7, "7"), ("absent", None), (None, None), ("negative", "-5"), ("huge", "99999999999"), ("soon", "soon")],
)
def test_it_says_when_to_come_again(sandbox: SandboxProcess, wish: Any, said: str | None) -> None:
    sandbox.fault("candid", "token", "429", retry_after=wish)
    assert ask(sandbox, CALLS["candid.token"](sandbox)).headers.get("retry-after") == said


def test_it_says_when_to_come_again_by_a_date(sandbox: SandboxProcess) -> None:
    sandbox.fault("candid", "token", "429", retry_after="date", seconds=3600)
    request, before = CALLS["candid.token"](sandbox), int(time.time())
    said = ask(sandbox, request).headers["retry-after"]
    assert before <= email.utils.parsedate_to_datetime(said).timestamp() - 3600 <= time.time()


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_it_redirects_in_every_way(sandbox: SandboxProcess, status: int) -> None:
    sandbox.fault("spry", "token", "redirect", status=status, location="/elsewhere")
    seen = ask(sandbox, CALLS["spry.token"](sandbox))
    assert (seen.status, seen.headers["location"]) == (status, "/elsewhere")


# A vendor's own port


def connects(sandbox: SandboxProcess, port: int) -> bool:
    """Tell whether a connection to a port is taken."""
    try:
        ask(sandbox, b"GET /cardscan/v1/cards HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n", port=port)
    except ConnectionRefusedError:
        return False
    return True


def until(sandbox: SandboxProcess, port: int, wanted: bool) -> bool:
    """Connect until it goes as wanted, for at most 20 seconds."""
    ends = time.monotonic() + 20
    while connects(sandbox, port) is not wanted and time.monotonic() < ends:
        time.sleep(0.01)
    return connects(sandbox, port) is wanted


def test_one_vendor_refuses_at_its_own_port(sandbox: SandboxProcess) -> None:
    ports = sandbox.call("GET", "health")["ports"]
    shared = urlsplit(sandbox.url).port
    assert set(ports) == {"*", "cardscan", "candid", "spry", "payments"}
    sandbox.fault("spry", "*", "refused", seconds=600)
    assert until(sandbox, ports["spry"], wanted=False)
    # Over the port that all share a connection can only be taken and reset.
    assert is_reset(ask(sandbox, CALLS["spry.token"](sandbox)))
    assert is_right(ask(sandbox, CALLS["candid.token"](sandbox)))
    assert connects(sandbox, ports["candid"])
    assert connects(sandbox, shared or 0)
    assert [rule["kind"] for rule in sandbox.call("GET", "faults")["faults"]] == ["refused"]
    sandbox.reset()
    assert until(sandbox, ports["spry"], wanted=True)
    assert is_right(ask(sandbox, CALLS["spry.token"](sandbox)))


def test_a_vendor_refuses_again_and_longer(sandbox: SandboxProcess) -> None:
    port = sandbox.call("GET", "health")["ports"]["candid"]
    sandbox.fault("candid", "*", "refused", seconds=0.2)
    sandbox.fault("candid", "*", "refused", seconds=600)
    # Ordered later and for longer than the first: when this one is over, the first would be, too.
    sandbox.fault("spry", "*", "refused", seconds=0.4)
    assert until(sandbox, port, wanted=False)
    ends = time.monotonic() + 20
    while len(refusing := sandbox.call("GET", "faults")["faults"]) > 1 and time.monotonic() < ends:
        time.sleep(0.01)
    assert [rule["vendor"] for rule in refusing] == ["candid"]
    assert not connects(sandbox, port)
    sandbox.call("DELETE", "faults?vendor=candid")
    assert until(sandbox, port, wanted=True)
