"""The sandbox's SPRY: who gets a token, and what a token is good for."""

import base64
import json
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
import requests

from tests.sandbox.described import session
from tests.sandbox.spry_vendor import CAPTURE, CLIENT, Spry, told
from tests.sandbox_process import SandboxProcess

pytestmark = pytest.mark.real


@pytest.fixture
def spry(sandbox: SandboxProcess) -> Spry:
    return Spry(sandbox)


def test_it_gives_a_token_that_says_whose_it_is(spry: Spry) -> None:
    token = spry.token().json()
    assert (token["token_type"], token["expires_in"], token["scope"]) == ("Bearer", 3600, "read write")
    assert (token["organisation_id"], token["clinic_id_list"]) == (67, [89, 90])
    head = jwt.get_unverified_header(token["access_token"])
    claims = jwt.decode(token["access_token"], options={"verify_signature": False})
    assert (head["alg"], claims["exp"] - claims["iat"]) == ("HS256", 3600)


@pytest.mark.parametrize(
    ("form", "expected"),
    [({"client_secret": "x"}, 401), ({"client_id": "x"}, 401), ({"grant_type": "password"}, 400)],
)
def test_it_refuses_a_bad_token_request(spry: Spry, form: dict[str, str], expected: int) -> None:
    assert spry.token(**form).status_code == expected


def test_it_refreshes_on_the_older_path(spry: Spry) -> None:
    token = spry.http.headers["Authorization"].removeprefix("Bearer ")
    answer = spry.token("v1", grant_type="refresh_token", refresh_token=token)
    assert (answer.status_code, answer.json()["scope"]) == (200, "read write")
    assert told(spry.token("v1", grant_type="refresh_token", refresh_token="x"))[:2] == (401, 4001)


def test_it_refuses_expired_forged_and_unsigned_tokens(spry: Spry) -> None:
    good = spry.http.headers["Authorization"].removeprefix("Bearer ")
    claims = good.split(".")[1]
    none = base64.urlsafe_b64encode(json.dumps({"alg": "none"}).encode()).rstrip(b"=").decode()
    later = datetime.now(UTC) + timedelta(hours=1)
    other_key = jwt.encode({"exp": later, "aud": "spry-sandbox-api"}, "another key of enough bytes, surely", "HS256")
    for forged in ("", f"{none}.{claims}.", other_key, good[:-3] + "abc", "x"):
        spry.http.headers["Authorization"] = f"Bearer {forged}"
        assert told(spry.capture(CAPTURE))[:2] == (401, 4001)
    spry.http.headers["Authorization"] = f"Bearer {good}"
    spry.sandbox.call("POST", "clock", {"advance_seconds": 3601})
    assert told(spry.capture(CAPTURE))[:2] == (401, 4001)
    assert spry.records() == []


@pytest.mark.parametrize(("scope", "write", "read"), [("read", 403, 200), ("write", 200, 403)])
def test_a_token_may_do_what_its_scope_says(sandbox: SandboxProcess, scope: str, write: int, read: int) -> None:
    spry = Spry(sandbox, scope=scope)
    assert spry.capture(CAPTURE).status_code == write
    assert spry.search(patient_id=1, insurance_number="A").status_code == read


def test_it_refuses_a_token_request_that_is_no_form(spry: Spry) -> None:
    answer = session().post(f"{spry.url}/apis/v2/oauth/token", json=CLIENT, timeout=20)
    assert told(answer)[:2] == (415, 4015)


@pytest.mark.parametrize("name", ["client_id", "client_secret"])
@pytest.mark.parametrize("version", ["v1", "v2"])
def test_it_names_what_a_token_request_lacks(spry: Spry, version: str, name: str) -> None:
    grant = "refresh_token" if version == "v1" else "client_credentials"
    answer = spry.token(version, grant_type=grant, **{name: ""})
    assert told(answer) == (400, 4000, f"{name} is required")


def test_it_refuses_a_scope_that_does_not_exist(spry: Spry) -> None:
    assert told(spry.token(scope="admin")) == (400, 4000, "scope must be read, write or both")
    assert spry.token(scope="admin read").json()["scope"] == "read"


def test_a_refresh_needs_the_client_and_keeps_the_scope(sandbox: SandboxProcess) -> None:
    spry = Spry(sandbox, scope="read")
    token = spry.http.headers["Authorization"].removeprefix("Bearer ")
    wrong = spry.token("v1", grant_type="refresh_token", refresh_token=token, client_secret="x")
    assert told(wrong)[:2] == (401, 4001)
    answer = spry.token("v1", grant_type="refresh_token", refresh_token=token, scope="read write")
    assert answer.json()["scope"] == "read"
    missing = spry.token("v1", grant_type="refresh_token")
    assert told(missing) == (400, 4000, "refresh_token is required")


# A user's token


def ask_for_code(spry: Spry, **changes: str) -> requests.Response:
    """Open the page on which a user agrees."""
    query = {"response_type": "code", "client_id": CLIENT["client_id"], "scope": "read", "state": "a b&c"}
    query |= {"redirect_uri": "http://127.0.0.1:9/back?x=1"} | changes
    return session().get(f"{spry.url}/apis/v2/oauth/authorize", params=query, timeout=20, allow_redirects=False)


def test_a_user_agrees_and_the_client_gets_a_token_once(spry: Spry) -> None:
    answer = ask_for_code(spry)
    back = urlsplit(answer.headers["Location"])
    told_of = {name: values[0] for name, values in parse_qs(back.query).items()}
    assert (answer.status_code, back.netloc, told_of["x"], told_of["state"]) == (302, "127.0.0.1:9", "1", "a b&c")
    form = {"grant_type": "authorization_code", "code": told_of["code"], "redirect_uri": "http://127.0.0.1:9/back?x=1"}
    token = spry.token(**form).json()
    assert token["scope"] == "read"
    assert told(spry.token(**form))[:2] == (401, 4001)
    again = spry.token("v1", grant_type="refresh_token", refresh_token=token["refresh_token"])
    assert again.json()["scope"] == "read"
    spry.http.headers["Authorization"] = f"Bearer {token['refresh_token']}"
    assert told(spry.capture(CAPTURE))[:2] == (401, 4001)


def test_a_code_lasts_ten_minutes_and_belongs_to_its_address(spry: Spry) -> None:
    def code() -> str:
        return parse_qs(urlsplit(ask_for_code(spry).headers["Location"]).query)["code"][0]

    elsewhere = {"grant_type": "authorization_code", "redirect_uri": "http://127.0.0.1:9/other"}
    assert told(spry.token(**elsewhere, code=code()))[:2] == (400, 4000)
    late = code()
    spry.sandbox.call("POST", "clock", {"advance_seconds": 601})
    form = {"grant_type": "authorization_code", "redirect_uri": "http://127.0.0.1:9/back?x=1"}
    assert told(spry.token(**form, code=late))[:2] == (401, 4001)


@pytest.mark.parametrize(
    ("changes", "status", "message"),
    [
        ({"response_type": "token"}, 400, "response_type must be code"),
        ({"client_id": ""}, 400, "client_id is required"),
        ({"client_id": "x"}, 401, "client_id is wrong"),
        ({"redirect_uri": ""}, 400, "redirect_uri is required"),
        ({"redirect_uri": "https://elsewhere.example/"}, 400, "redirect_uri: The sandbox calls this machine only."),
        ({"scope": "admin"}, 400, "scope must be read, write or both"),
    ],
)
def test_it_sends_nobody_back_from_a_wrong_request(
    spry: Spry, changes: dict[str, str], status: int, message: str
) -> None:
    found, _code, said = told(ask_for_code(spry, **changes))
    assert (found, said.startswith(message)) == (status, True)
