"""The sandbox's CardScan over HTTP: who may ask, cards, lists, upload addresses and the form behind them."""

import base64
import xml.etree.ElementTree as ElementTree
from typing import Any

import pytest
import requests

from tests.sandbox import described
from tests.sandbox.cardscan_vendor import FRONT, KEY, Vendor, picture
from tests.sandbox_process import SandboxProcess

pytestmark = pytest.mark.real

PARAMETERS = {
    "Content-Type",
    "Content-Disposition",
    "x-amz-meta-cardscan-account-id",
    "x-amz-meta-cardscan-card-id",
    "x-amz-meta-cardscan-scan-id",
    "x-amz-meta-cardscan-user-id",
    "key",
    "x-amz-algorithm",
    "x-amz-credential",
    "x-amz-date",
    "x-amz-security-token",
    "policy",
    "x-amz-signature",
}


@pytest.fixture
def vendor(sandbox: SandboxProcess) -> Vendor:
    return Vendor(sandbox)


def session(vendor: Vendor, **query: str) -> tuple[Vendor, Any]:
    """Return a customer with a session token of their own, and what the token came with."""
    issued = vendor.call("GET", "/access-token", **query).json()
    return Vendor(vendor.sandbox, issued["Token"]), issued


def said(answer: requests.Response) -> tuple[int, str, str]:
    """Return status, code and message of an answer of the storage."""
    error = ElementTree.fromstring(answer.text)
    return answer.status_code, error.findtext("Code") or "", error.findtext("Message") or ""


# Who may ask


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer ", f"Basic {KEY}", KEY])
def test_it_asks_for_a_bearer_token(sandbox: SandboxProcess, header: str | None) -> None:
    headers = {} if header is None else {"Authorization": header}
    answer = described.session().get(f"{sandbox.url}/cardscan/v1/cards", headers=headers, timeout=20)
    assert answer.status_code == 401
    assert answer.json() == {
        "message": "Unknown authorization error - please check your token format and try again",
        "type": "Unauthorized",
        "code": 401,
    }


def test_it_does_not_know_another_key(sandbox: SandboxProcess) -> None:
    answer = Vendor(sandbox, "sk_test_cardscan_ai_other").call("GET", "/cards")
    assert answer.status_code == 403
    assert answer.json() == {"message": "API Key is not registered", "type": "Unauthorized", "code": 401}


def test_a_user_keeps_one_identity_over_many_tokens(vendor: Vendor) -> None:
    first, second = (session(vendor, user_id="u-1")[1] for _ in range(2))
    stranger = session(vendor)[1]
    assert first["IdentityId"] == second["IdentityId"] != stranger["IdentityId"]
    assert first["IdentityId"].startswith("us-east-1:")
    assert first["session_id"] != second["session_id"]


def test_a_session_sees_its_own_cards_alone(vendor: Vendor) -> None:
    mine, theirs = session(vendor, user_id="a")[0], session(vendor, user_id="b")[0]
    own, other = mine.create(), theirs.create()
    assert mine.call("GET", f"/cards/{other}").status_code == 403
    assert mine.call("DELETE", f"/cards/{other}").status_code == 403
    assert [card["card_id"] for card in mine.call("GET", "/cards").json()["cards"]] == [own]
    assert [card["card_id"] for card in vendor.call("GET", "/cards").json()["cards"]] == [other, own]


def test_a_session_cannot_issue_tokens(vendor: Vendor) -> None:
    assert session(vendor)[0].call("GET", "/access-token").status_code == 403


def test_a_session_ends(sandbox: SandboxProcess, vendor: Vendor) -> None:
    user = session(vendor)[0]
    sandbox.call("POST", "clock", {"advance_seconds": 3500})
    assert user.call("GET", "/cards").status_code == 200
    sandbox.call("POST", "clock", {"advance_seconds": 200})
    assert user.call("GET", "/cards").status_code == 401


# Cards


@pytest.mark.parametrize("body", [None, {}, {"enable_backside_scan": True, "metadata": {"ref": "42"}}])
def test_a_fresh_card_has_four_keys(vendor: Vendor, body: Any) -> None:
    answer = vendor.call("POST", "/cards", body=body)
    card = answer.json()
    assert answer.status_code == 201
    assert {**card, "card_id": "", "created_at": ""} == {
        "card_id": "",
        "state": "pending",
        "created_at": "",
        "deleted": False,
    }
    assert card["created_at"][10] == " "
    assert card["created_at"].endswith("+00:00")
    assert vendor.card(card["card_id"]) == card


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"enable_backside_scan": "yes"}, "enable_backside_scan must be a boolean"),
        ({"enable_livescan": 1}, "enable_livescan must be a boolean"),
        ({"metadata": "42"}, "metadata must be an object"),
        ({"backside": {"scanning": "maybe"}}, "backside.scanning must be one of required, optional, disabled"),
        ([], "The request body must be a JSON object"),
        (b"{", "The request body must be a JSON object"),
    ],
)
def test_it_refuses_a_card_it_does_not_understand(vendor: Vendor, body: Any, message: str) -> None:
    answer = vendor.call("POST", "/cards", body=body)
    assert (answer.status_code, answer.json()) == (400, {"message": message, "type": "Bad Request", "code": 400})


@pytest.mark.parametrize("path", ["/cards/nothing", "/nothing", "/cards/a/b/c"])
def test_what_is_not_there_is_not_found(vendor: Vendor, path: str) -> None:
    answer = vendor.call("GET", path)
    assert (answer.status_code, answer.json()["type"], answer.json()["code"]) == (404, "Not Found", 404)


def test_it_lists_by_pages_the_newest_first(vendor: Vendor) -> None:
    made = [vendor.create() for _ in range(5)]
    seen, query = [], {"limit": 2}
    while True:
        page = vendor.call("GET", "/cards", **query).json()
        seen += [card["card_id"] for card in page["cards"]]
        assert (page["response_metadata"]["limit"], page["response_metadata"]["total"]) == (2, 5)
        if "next_cursor" not in page["response_metadata"]:
            break
        query["cursor"] = page["response_metadata"]["next_cursor"]
    assert seen == made[::-1]


def test_a_page_goes_on_although_its_last_card_was_deleted(vendor: Vendor) -> None:
    made = [vendor.create() for _ in range(3)]
    page = vendor.call("GET", "/cards", limit=2).json()
    vendor.call("DELETE", f"/cards/{made[1]}")
    rest = vendor.call("GET", "/cards", limit=2, cursor=page["response_metadata"]["next_cursor"]).json()
    assert [card["card_id"] for card in rest["cards"]] == [made[0]]


@pytest.mark.parametrize("query", [{"limit": 0}, {"limit": 201}, {"limit": "x"}, {"cursor": "bm90aGluZw=="}])
def test_it_refuses_a_page_that_cannot_be(vendor: Vendor, query: dict[str, Any]) -> None:
    assert vendor.call("GET", "/cards", **query).status_code == 400


def test_a_search_needs_a_text(vendor: Vendor) -> None:
    assert vendor.call("GET", "/cards/search").status_code == 400


def test_a_deleted_card_keeps_its_bare_record(vendor: Vendor) -> None:
    card_id = vendor.create()
    answer = vendor.call("DELETE", f"/cards/{card_id}")
    assert (answer.status_code, answer.content) == (204, b"")
    assert vendor.card(card_id)["deleted"] is True
    assert vendor.call("DELETE", f"/cards/{card_id}").status_code == 404
    assert vendor.call("GET", "/cards").json()["cards"] == []
    url = f"/cards/{card_id}/generate-upload-url"
    assert vendor.call("POST", url, body={"orientation": "front"}).status_code == 404


def test_it_takes_what_clients_tell(vendor: Vendor) -> None:
    card_id = vendor.create()
    scan_id = vendor.issue(card_id)["scan_id"]
    flag = f"/cards/{card_id}/flag"
    assert vendor.call("POST", f"/cards/{card_id}/performance", body={"ms": 12}).status_code == 200
    assert vendor.call("POST", f"/scans/{scan_id}/metadata", body={"captureType": "manual"}).status_code == 200
    assert vendor.call("POST", "/scans/nothing/metadata", body={}).status_code == 404
    assert vendor.call("POST", flag, body={"flag_type": "unreadable_text"}).status_code == 200
    assert vendor.call("POST", flag, body={"flag_type": "ugly"}).status_code == 400


# Upload addresses


def test_an_upload_address_comes_with_every_field(vendor: Vendor) -> None:
    card_id = vendor.create()
    first, second = vendor.issue(card_id), vendor.issue(card_id)
    assert set(first) == {"card_id", "scan_id", "upload_url", "upload_parameters"}
    assert set(first["upload_parameters"]) == PARAMETERS
    assert all(isinstance(value, str) and value for value in first["upload_parameters"].values())
    assert first["scan_id"] != second["scan_id"]
    assert first["upload_url"].startswith(vendor.sandbox.url)
    assert first["upload_parameters"]["key"].endswith(f"/{card_id}/{first['scan_id']}")


def test_a_users_upload_names_the_user(vendor: Vendor) -> None:
    user, token = session(vendor, user_id="u-77")
    fields = user.issue(user.create())["upload_parameters"]
    assert fields["x-amz-meta-cardscan-developer-user-id"] == "u-77"
    assert fields["x-amz-meta-cardscan-user-id"] == token["IdentityId"]


@pytest.mark.parametrize(
    ("body", "query"),
    [
        ({}, {}),
        ({"orientation": "left"}, {}),
        ({"orientation": "front", "capture_type": "drone"}, {}),
        ({"orientation": "front"}, {"expiration": 99}),
        ({"orientation": "front"}, {"expiration": 3601}),
        ({"orientation": "back"}, {}),
    ],
)
def test_it_refuses_an_upload_address_that_cannot_be(vendor: Vendor, body: Any, query: dict[str, Any]) -> None:
    path = f"/cards/{vendor.create()}/generate-upload-url"
    assert vendor.call("POST", path, body=body, **query).status_code == 400


def test_the_older_address_makes_its_card(vendor: Vendor) -> None:
    assert vendor.call("GET", "/generate-upload-url").status_code == 400
    issued = vendor.call("GET", "/generate-upload-url", expiration=600).json()
    assert vendor.card(issued["card_id"])["state"] == "pending"


# The form


def test_the_form_is_answered_with_nothing(vendor: Vendor) -> None:
    answer = vendor.post_form(vendor.issue(vendor.create()), picture(*FRONT))
    assert (answer.status_code, answer.content) == (204, b"")


def test_the_form_needs_no_authorization_and_no_content_type(vendor: Vendor) -> None:
    issued = vendor.issue(vendor.create())
    files = {"file": picture(*FRONT)}
    answer = vendor.session.post(issued["upload_url"], data=issued["upload_parameters"], files=files, timeout=20)
    assert answer.status_code == 204


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"key": "elsewhere"}, (403, "AccessDenied")),
        ({"Content_Type": "image/gif"}, (403, "AccessDenied")),
        ({"x_amz_meta_cardscan_scan_id": "another"}, (403, "AccessDenied")),
        ({"x_amz_security_token": None}, (403, "AccessDenied")),
        ({"x_amz_signature": "0" * 64}, (403, "AccessDenied")),
        ({"policy": base64.b64encode(b'{"conditions": []}').decode()}, (403, "AccessDenied")),
        ({"acl": "public-read"}, (403, "AccessDenied")),
        ({"policy": None}, (400, "InvalidArgument")),
        ({"key": None}, (400, "InvalidArgument")),
    ],
)
def test_the_form_must_be_what_was_issued(vendor: Vendor, changes: Any, expected: tuple[int, str]) -> None:
    card_id = vendor.create()
    answer = vendor.post_form(vendor.issue(card_id), picture(*FRONT), **changes)
    assert said(answer)[:2] == expected
    assert vendor.card(card_id)["state"] == "pending"


@pytest.mark.parametrize(
    ("photo", "expected"),
    [
        (None, (400, "InvalidArgument")),
        (b"", (400, "EntityTooSmall")),
        (b"\xff\xd8\xff" + bytes(20 * 1024 * 1024), (400, "EntityTooLarge")),
    ],
)
def test_the_form_must_carry_a_photo_of_a_fair_size(vendor: Vendor, photo: Any, expected: tuple[int, str]) -> None:
    card_id = vendor.create()
    assert said(vendor.post_form(vendor.issue(card_id), photo))[:2] == expected
    assert vendor.card(card_id)["state"] == "pending"


def test_fields_behind_the_file_do_not_count(vendor: Vendor) -> None:
    issued = vendor.issue(vendor.create())
    file = ("file", ("card.jpg", picture(*FRONT), "image/jpeg"))
    parts = [(name, (None, value)) for name, value in issued["upload_parameters"].items()]
    answer = vendor.session.post(issued["upload_url"], files=[file, *parts], timeout=20)
    assert said(answer)[:2] == (400, "InvalidArgument")


def test_files_behind_the_file_do_not_count(vendor: Vendor) -> None:
    issued = vendor.issue(vendor.create())
    parts = [(name, (None, value)) for name, value in issued["upload_parameters"].items()]
    files = [("file", ("card.jpg", picture(*FRONT), "image/jpeg")), ("file", ("more.jpg", b"more", "image/jpeg"))]
    assert vendor.session.post(issued["upload_url"], files=parts + files, timeout=20).status_code == 204


def test_a_file_of_another_name_is_not_allowed(vendor: Vendor) -> None:
    issued = vendor.issue(vendor.create())
    parts = [(name, (None, value)) for name, value in issued["upload_parameters"].items()]
    files = [("photo", ("card.jpg", b"more", "image/jpeg")), ("file", ("card.jpg", picture(*FRONT), "image/jpeg"))]
    assert said(vendor.session.post(issued["upload_url"], files=parts + files, timeout=20))[:2] == (403, "AccessDenied")


def test_an_upload_address_runs_out(vendor: Vendor) -> None:
    issued = vendor.issue(vendor.create(), expiration=100)
    vendor.sandbox.call("POST", "clock", {"advance_seconds": 101})
    status, code, message = said(vendor.post_form(issued, picture(*FRONT)))
    assert (status, code) == (403, "AccessDenied")
    assert message.endswith("Policy expired.")


def test_only_a_form_can_be_posted(vendor: Vendor) -> None:
    issued = vendor.issue(vendor.create())
    assert said(vendor.session.post(issued["upload_url"], data=picture(*FRONT), timeout=20))[:2] == (
        400,
        "InvalidArgument",
    )
    assert vendor.session.put(issued["upload_url"], data=picture(*FRONT), timeout=20).status_code == 405


# Direct upload


@pytest.mark.parametrize("encode", [bytes, base64.b64encode])
def test_a_photo_can_be_sent_directly(vendor: Vendor, encode: Any) -> None:
    card_id = vendor.create()
    query = {"orientation": "front", "capture_type": "api", "scanCount": 3}
    answer = vendor.call("POST", f"/cards/{card_id}/upload", body=encode(picture(*FRONT)), **query)
    assert answer.status_code == 200
    assert (answer.json()["card_id"], answer.json()["metadata"]["ocr_latency"].isdigit()) == (card_id, True)
    assert vendor.card(card_id)["state"] != "pending"


@pytest.mark.parametrize("body", [b"", b"%PDF-1.7 no picture", b"&&&"])
def test_a_direct_upload_must_be_a_picture(vendor: Vendor, body: bytes) -> None:
    query = {"orientation": "front", "capture_type": "api"}
    assert vendor.call("POST", f"/cards/{vendor.create()}/upload", body=body, **query).status_code == 400
