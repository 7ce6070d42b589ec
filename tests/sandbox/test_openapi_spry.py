"""SPRY: every answer that the document describes is given at least once, and is as described."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from tests.sandbox.described import noted, pairs
from tests.sandbox.spry_vendor import CAPTURE, CLIENT, Spry
from tests.sandbox_process import SandboxProcess

pytestmark = pytest.mark.real
BACK = "http://127.0.0.1:9/back"
AGREE = {"response_type": "code", "client_id": CLIENT["client_id"], "redirect_uri": BACK}
LONG = 64 * 1024 + 1


@pytest.fixture
def spry(sandbox: SandboxProcess) -> Spry:
    return Spry(sandbox)


def test_every_answer_that_is_described_is_given(spry: Spry) -> None:
    with noted() as notes:
        get_tokens(spry)
        keep_and_find(spry)
        refuse(spry)
        follow_scenarios(spry)
        call_too_often(spry)
    assert sorted(pairs("spry") - notes.seen) == []


def answered(answer: requests.Response, status: int) -> requests.Response:
    assert answer.status_code == status, answer.text
    return answer


def get_tokens(spry: Spry) -> None:
    """Tokens of a client and of a user, and what is refused on the way."""
    code = parse_qs(urlsplit(answered(agree(spry), 302).headers["Location"]).query)["code"][0]
    token = answered(spry.token(grant_type="authorization_code", code=code, redirect_uri=BACK), 200).json()
    refresh = {"grant_type": "refresh_token", "refresh_token": token["refresh_token"]}
    answered(spry.token(), 200)
    answered(spry.token("v1", **refresh), 200)
    for version in ("v2", "v1"):
        answered(spry.token(version, grant_type="x"), 400)
        answered(spry.token(version, **(refresh if version == "v1" else {}), client_secret="wrong"), 401)
        answered(spry.token(version, more="x" * LONG), 413)
        answered(spry.http.post(f"{spry.url}/apis/{version}/oauth/token", json=CLIENT, timeout=20), 415)
    answered(agree(spry, response_type="token"), 400)
    answered(agree(spry, client_id="wrong"), 401)


def agree(spry: Spry, **changes: str) -> requests.Response:
    address = f"{spry.url}/apis/v2/oauth/authorize"
    return spry.http.get(address, params=AGREE | changes, timeout=20, allow_redirects=False)


def keep_and_find(spry: Spry) -> None:
    """Records with everything in them and with hardly anything, read back."""
    everything: dict[str, Any] = CAPTURE | {
        "out_of_network": CAPTURE["in_network"],
        "subscriber_details": {"first_name": "Jane", "sex": "FEMALE", "date_of_birth": "1985-04-15"},
        "notes": "Called twice.",
        "call_reference_number": 7,
        "appointment_id": 5001,
    }
    for doc in (CAPTURE, everything, CAPTURE | {"plan_details": {"active": False}}):
        answered(spry.capture(doc), 200)
    assert len(spry.found()) == 3


def refuse(spry: Spry) -> None:
    """What a capture and a search refuse."""
    answered(spry.capture({}), 400)
    answered(spry.search(), 400)
    answered(spry.capture(CAPTURE | {"clinic_id": 91}), 403)
    answered(spry.capture(CAPTURE | {"appointment_id": 5002}), 409)
    answered(spry.send(b" " * LONG), 413)
    answered(spry.send(b"{}", "text/plain"), 415)
    spry.sandbox.switch("spry", "strict", True)
    answered(spry.capture(CAPTURE | {"patient_id": 1}), 404)
    answered(Spry(spry.sandbox, scope="write").search(patient_id=12345, insurance_number="ZZT0042"), 403)
    nobody = Spry(spry.sandbox)
    del nobody.http.headers["Authorization"]
    answered(nobody.capture(CAPTURE), 401)
    answered(nobody.search(), 401)


def follow_scenarios(spry: Spry) -> None:
    """A scenario has a capture refused with a status, or fail inside a 200."""
    steps = [{"answer": {"code": code, "message": "no"}, "times": 1} for code in (4029, 2999)]
    scenario = {"name": "Trouble", "vendor": "spry", "route": "capture", "subject": {}, "steps": steps}
    spry.sandbox.call("POST", "scenarios", scenario)
    answered(spry.capture(CAPTURE), 429)
    answered(spry.capture(CAPTURE), 200)


def call_too_often(spry: Spry) -> None:
    """No limit is documented, so that only a fault answers 429."""
    for route in ("token", "token_v1", "authorize", "search"):
        spry.sandbox.fault("spry", route, "429")
    for answer in (spry.token(), spry.token("v1"), agree(spry), spry.search()):
        answered(answer, 429)
