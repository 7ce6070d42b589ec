"""Every call of the sandbox's vendors, as the bytes that are sent: with a name, and anew for every turn.

What a turn needs before it (a batch to be released, a card to be deleted) is made while nobody measures.
"""

import itertools
import json
from collections.abc import Callable, Iterator
from typing import Any

from bench.sandbox_client import Connection, request
from tests.sandbox.spry_vendor import CAPTURE

# A call's name and what to send, turn by turn.
Asked = tuple[str, Iterator[bytes]]

SPRY_FORM = b"grant_type=client_credentials&client_id=spry-sandbox&client_secret=spry-sandbox-secret"
CANDID_BODY = b'{"client_id": "candid-sandbox", "client_secret": "candid-sandbox-secret"}'
_FORM = "application/x-www-form-urlencoded"
TOKENS = {
    "candid": request("POST", "/candid/api/auth/v2/token", CANDID_BODY, Content_Type="application/json"),
    "spry": request("POST", "/spry/apis/v2/oauth/token", SPRY_FORM, Content_Type=_FORM),
}


def bearer(connection: Connection, vendor: str) -> dict[str, str]:
    """Return the headers of a client of Candid or SPRY."""
    token = connection.document(TOKENS[vendor])["access_token"]
    return {"Authorization": f"Bearer {token}", "Content_Type": "application/json"}


def again(asked: bytes) -> Iterator[bytes]:
    """Send the same in every turn."""
    return itertools.repeat(asked)


def anew(make: Callable[[int], bytes]) -> Iterator[bytes]:
    """Send what `make` returns for the number of the turn."""
    return map(make, itertools.count())


def as_bytes(doc: Any) -> bytes:
    """Return a document as JSON."""
    return json.dumps(doc).encode()


# As many calls as come are taken, and what CardScan does in the background for one waits until all are measured.
_SWITCHES = (
    ("candid", "rate_limit", 10_000_000),
    ("candid", "token_limit", 10_000_000),
    ("cardscan", "eligibility_seconds", 600),
)


def prepare(connection: Connection) -> None:
    """Let a sandbox do nothing but the calls that are measured."""
    for vendor, name, value in _SWITCHES:
        body = as_bytes({"vendor": vendor, "name": name, "value": value})
        connection.document(request("POST", "/__sandbox__/switches", body))


def spry(connection: Connection) -> Iterator[Asked]:
    """Return the calls of SPRY."""
    headers = bearer(connection, "spry")
    path = "/spry/apis/eligibility/v2/insurance/eligibility"
    authorize = "/spry/apis/v2/oauth/authorize?response_type=code&client_id=spry-sandbox&state=s"
    capture = request("POST", f"{path}/offline", as_bytes(CAPTURE), **headers)
    for number in range(3):
        other = CAPTURE | {"insurance_card_number": "ZZT0043", "clinic_id": 89 + number % 2}
        connection.document(request("POST", f"{path}/offline", as_bytes(other), **headers))
    yield "spry.token", again(TOKENS["spry"])
    yield "spry.token_v1", again(TOKENS["spry"].replace(b"/v2/", b"/v1/", 1))
    yield "spry.authorize", again(request("GET", f"{authorize}&redirect_uri=http%3A%2F%2F127.0.0.1%2Fback"))
    yield "spry.capture", again(capture)
    yield "spry.search", again(request("GET", f"{path}/search?patient_id=12345&insurance_number=ZZT0043", **headers))
