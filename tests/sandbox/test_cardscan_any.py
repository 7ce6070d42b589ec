"""Whatever is sent to the sandbox's CardScan, the answer is one of the vendor's, in the vendor's shape."""

import base64
import itertools
import json
import xml.etree.ElementTree as ElementTree
from typing import Any

import pytest
import requests
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.sandbox import described, odd, raw
from tests.sandbox.cardscan_vendor import FRONT, KEY, Vendor, picture
from tests.sandbox_process import SandboxProcess

pytestmark = pytest.mark.real

QUIET = settings(
    max_examples=60, derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck)
)
BODIES: dict[str, Any] = {
    "/cards": {
        "enable_backside_scan": True,
        "enable_livescan": False,
        "backside": {"scanning": "optional"},
        "metadata": {"reference": "1"},
    },
    "/cards/{card_id}/generate-upload-url": {
        "orientation": "front",
        "capture_type": "manual",
        "metadata": {"captureType": "manual"},
    },
    "/cards/{card_id}/performance": {"ms": 12},
    "/cards/{card_id}/flag": {"flag_type": "other", "message": "odd"},
    "/scans/{scan_id}/metadata": {"captureType": "manual"},
    "/eligibility": {
        "card_id": "{card_id}",
        "eligibility": {
            "provider": {"npi": "1952535221", "organization_name": "Clinic", "first_name": "N", "last_name": "W"},
            "subscriber": {"first_name": "Emily", "last_name": "Dickinson", "date_of_birth": "18301210"},
        },
    },
}


@pytest.fixture
def vendor(sandbox: SandboxProcess) -> Vendor:
    return Vendor(sandbox)


@pytest.fixture
def ids(vendor: Vendor) -> dict[str, str]:
    """A card and a scan that exist."""
    card_id = vendor.create()
    return {"card_id": card_id, "scan_id": vendor.issue(card_id)["scan_id"]}


def assert_vendors(answer: requests.Response, *statuses: int) -> None:
    """Hold that an answer is one of these statuses, with a document that fits it."""
    assert answer.status_code in statuses, (answer.status_code, answer.text)
    if answer.status_code >= 400:
        error = answer.json()
        assert set(error) == {"message", "type", "code"}
        assert (type(error["message"]), type(error["type"]), type(error["code"])) == (str, str, int)
        assert answer.headers["content-type"] == "application/json"


@pytest.mark.parametrize("path", BODIES)
def test_a_body_may_be_anything(vendor: Vendor, ids: dict[str, str], path: str) -> None:
    document = json.loads(json.dumps(BODIES[path]).replace("{card_id}", ids["card_id"]))
    places = odd.paths_of(document)

    @QUIET
    @given(place=st.sampled_from(places), text=odd.texts)
    def ask(place: tuple[Any, ...], text: str) -> None:
        body = odd.with_text(document, place, text)
        assert_vendors(vendor.call("POST", path.format(**ids), body=body), 200, 201, 400, 404)

    ask()


@pytest.mark.parametrize("path", ["/cards/{}", "/scans/{}/metadata", "/eligibility/{}", "/{}", "/cards/{}/upload"])
def test_an_id_may_be_anything(vendor: Vendor, path: str) -> None:
    method = "POST" if path.endswith(("metadata", "upload")) else "GET"

    @QUIET
    @given(segment=odd.segments)
    def ask(segment: str) -> None:
        quoted = requests.utils.quote(segment, safe="")
        if quoted not in (".", ".."):
            assert_vendors(vendor.call(method, path.format(quoted)), 200, 400, 404, 405)

    ask()


@pytest.mark.parametrize("query", ["limit", "cursor", "query", "user_id", "token", "expiration", "orientation"])
def test_a_query_may_be_anything(vendor: Vendor, ids: dict[str, str], query: str) -> None:
    calls = {
        "limit": ("GET", "/cards"),
        "cursor": ("GET", "/eligibility"),
        "query": ("GET", "/cards/search"),
        "user_id": ("GET", "/access-token"),
        "token": ("GET", "/validate-magic-link"),
        "expiration": ("GET", "/generate-upload-url"),
        "orientation": ("POST", f"/cards/{ids['card_id']}/upload"),
    }
    method, path = calls[query]
    known = base64.urlsafe_b64encode(ids["card_id"].encode()).decode()

    @QUIET
    @given(value=st.one_of(st.text(max_size=30), st.sampled_from(["9" * 5000, "-1", "1e3", "\x00", "٣", known, "=="])))
    def ask(value: str) -> None:
        value = value.encode(errors="replace").decode()
        assert_vendors(vendor.call(method, path, **{query: value}), 200, 400, 404)

    ask()


@pytest.mark.parametrize("token", ["\x01", "é", "a.b.c", "." * 3000, "eyJhbGciOiJub25lIn0.e30.", "Bearer"])
def test_a_token_may_be_anything(sandbox: SandboxProcess, token: str) -> None:
    headers = {"Authorization": b"Bearer " + token.encode()}
    answer = requests.get(f"{sandbox.url}/cardscan/v1/cards", headers=headers, timeout=20)
    if token == "\x01":
        assert answer.status_code in (400, 403)  # the HTTP server itself may refuse it
    else:
        assert_vendors(answer, 401, 403)


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"])
def test_another_method_is_refused(vendor: Vendor, method: str) -> None:
    answer = vendor.call(method, "/cards")
    assert_vendors(answer, 405)
    assert answer.headers["allow"] == "GET, HEAD, POST"
    form = vendor.session.request(method, f"{vendor.sandbox.url}/cardscan/uploads/bucket", timeout=20)
    assert (form.status_code, form.headers["allow"]) == (405, "POST")
    photo = vendor.session.request(method, f"{vendor.sandbox.url}/cardscan/images/key", timeout=20)
    assert (photo.status_code, photo.headers["allow"]) == (405, "GET, HEAD")
    assert {ElementTree.fromstring(one.text).findtext("Code") for one in (form, photo)} == {"MethodNotAllowed"}


@pytest.mark.parametrize("host", ["[", "a b:c", "", "[::1"])
def test_a_host_may_be_anything(sandbox: SandboxProcess, host: str) -> None:
    request = raw.http("GET", "/cardscan/v1/generate-magic-link", Authorization=f"Bearer {KEY}", Host=host)
    seen = raw.ask(sandbox, request)
    assert (seen.status, seen.doc["magic_link"].startswith(f"{sandbox.url}/")) == (200, True)


@pytest.mark.parametrize("content_type", ["text/plain", "application/xml", "multipart/form-data", "", "x" * 200])
def test_the_type_of_a_body_is_not_looked_at(vendor: Vendor, content_type: str) -> None:
    vendor.session.headers["Content-Type"] = content_type
    assert_vendors(vendor.call("POST", "/cards", body={"enable_backside_scan": True}), 201)
    assert_vendors(vendor.call("POST", "/cards", body=b"<card/>"), 400)


@pytest.mark.parametrize(
    ("content_type", "body", "code"),
    [
        ("multipart/form-data", b"--x", "MalformedPOSTRequest"),
        ("multipart/form-data; boundary=x", b"no form at all", "MalformedPOSTRequest"),
        ("multipart/form-data; boundary=x", b"--x--", "InvalidArgument"),
        ("multipart/form-data; boundary=" + "x" * 500, b"--" + b"x" * 500 + b"--", "MalformedPOSTRequest"),
        ("application/x-www-form-urlencoded", b"key=1", "InvalidArgument"),
        ("application/json", b"{}", "InvalidArgument"),
        ("multipart/form-data; boundary=x; charset=nonsense", b"--x--", "InvalidArgument"),
        (
            "multipart/form-data; boundary=x",
            b"".join(b'--x\r\nContent-Disposition: form-data; name="%d"\r\n\r\n\r\n' % n for n in range(60)) + b"--x--",
            "MalformedPOSTRequest",
        ),
    ],
)
def test_a_form_may_be_anything(vendor: Vendor, content_type: str, body: bytes, code: str) -> None:
    url = f"{vendor.sandbox.url}/cardscan/uploads/bucket"
    answer = described.session().post(url, data=body, headers={"Content-Type": content_type}, timeout=20)
    assert (answer.status_code, answer.headers["content-type"]) == (400, "application/xml")
    assert ElementTree.fromstring(answer.text).findtext("Code") == code


@pytest.mark.parametrize("size", [21_500_000, 30_000_000])
def test_a_form_of_any_size_is_answered(vendor: Vendor, size: int) -> None:
    answer = vendor.post_form(vendor.issue(vendor.create()), b"\xff\xd8\xff" + bytes(size))
    assert answer.status_code == 400
    assert ElementTree.fromstring(answer.text).findtext("Code") == "EntityTooLarge"


def test_a_form_that_does_not_say_its_length_has_a_limit(vendor: Vendor) -> None:
    edge = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.jpg"\r\n\r\n'
    parts = itertools.chain([edge], itertools.repeat(bytes(1_000_000), 60))
    url = f"{vendor.sandbox.url}/cardscan/uploads/bucket"
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    answer = described.session().post(url, data=parts, headers=headers, timeout=20)
    assert "Content-Length" not in answer.request.headers
    assert answer.status_code == 400
    assert ElementTree.fromstring(answer.text).findtext("Code") == "EntityTooLarge"


@pytest.mark.parametrize(("size", "status"), [(21_000_000, 413), (29_000_000, 413)])
def test_a_direct_upload_of_any_size_is_answered(vendor: Vendor, size: int, status: int) -> None:
    query = {"orientation": "front", "capture_type": "api"}
    path = f"/cards/{vendor.create()}/upload"
    assert_vendors(vendor.call("POST", path, body=b"\xff\xd8\xff" + bytes(size), **query), status)


def test_a_photo_may_come_as_webp_or_in_lines_of_base64(vendor: Vendor) -> None:
    query = {"orientation": "front", "capture_type": "api"}
    for photo in (picture(*FRONT, form="WEBP"), base64.encodebytes(picture(*FRONT))):
        card_id = vendor.create()
        assert_vendors(vendor.call("POST", f"/cards/{card_id}/upload", body=photo, **query), 200)
        assert vendor.wait(card_id)["details"]["member_number"]["value"] == "128845682"


@pytest.mark.parametrize(
    "frame",
    [
        "[" * 5000,
        '{"action": "register", "card_id": "\\ud800"}',
        '{"action": "register", "card_id": ["x"]}',
        "\x00",
        "1",
    ],
)
def test_a_frame_may_be_anything(vendor: Vendor, frame: str) -> None:
    listener = vendor.listen()
    listener.socket.send(frame)
    listener.socket.send_binary(b"\xff\x00")
    assert listener.settle() == []
    listener.close()


def test_the_key_is_none_of_the_log(sandbox: SandboxProcess, vendor: Vendor) -> None:
    vendor.call("GET", "/cards/search", query="dickinson")
    vendor.call("GET", "/validate-magic-link", token="a-secret-token")
    log = (sandbox.data / "sandbox.log").read_text()
    assert not any(secret in log for secret in (KEY, "dickinson", "a-secret-token"))
