"""Whatever is sent to the sandbox's SPRY, no answer is a 5xx and every refusal is in its envelope."""

from typing import Any
from urllib.parse import urlencode

import pytest
import requests
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.sandbox import odd
from tests.sandbox.described import session
from tests.sandbox.spry_vendor import CAPTURE, CLIENT, NETWORK, Spry
from tests.sandbox_process import SandboxProcess

pytestmark = pytest.mark.real

QUIET = settings(max_examples=200, deadline=None, derandomize=True, database=None)
SUBSCRIBER = {"first_name": "A", "sex": "FEMALE", "date_of_birth": "1985-04-15", "state": "IL", "zip_code": "60601"}
FULL = CAPTURE | {
    "call_reference_number": 7,
    "last_eligibility_check_date": "2026-05-19T00:00:00",
    "notes": "x",
    "appointment_id": 5001,
    "subscriber_details": SUBSCRIBER,
    "out_of_network": NETWORK,
}


@pytest.fixture(scope="module")
def spry(sandbox_process: SandboxProcess) -> Spry:
    sandbox_process.reset()
    return Spry(sandbox_process)


def check(answer: requests.Response) -> None:
    """An answer is good, or a refusal in the envelope."""
    assert answer.status_code < 500, answer.text
    doc = answer.json()
    assert set(doc) == {"code", "message", "data"}
    assert (doc["code"] == 2000) == (answer.status_code == 200) == (doc["data"] is not None)


@pytest.mark.parametrize("strict", [False, True])
def test_no_body_breaks_a_capture(spry: Spry, strict: bool) -> None:
    spry.sandbox.switch("spry", "strict", strict)

    @QUIET
    @given(place=st.sampled_from(odd.paths_of(FULL)), text=odd.texts)
    def send(place: tuple[Any, ...], text: str) -> None:
        check(spry.send(odd.with_text(FULL, place, text)))

    send()


@given(patient=st.text(max_size=25), number=st.text(max_size=60), channel=st.text(max_size=10))
@QUIET
def test_no_question_breaks_a_search(spry: Spry, patient: str, number: str, channel: str) -> None:
    query = urlencode(
        {"patient_id": patient, "insurance_number": number, "channel_id": channel}, errors="surrogatepass"
    )
    check(spry.http.get(f"{spry.url}/apis/eligibility/v2/insurance/eligibility/search?{query}", timeout=20))


@given(name=st.sampled_from(["grant_type", "scope", "client_id", "refresh_token", "code"]), value=st.text(max_size=40))
@settings(QUIET, max_examples=60)
def test_no_form_breaks_a_token_request(spry: Spry, name: str, value: str) -> None:
    form = {"grant_type": "client_credentials", **CLIENT, name: value}
    data = urlencode(form, errors="surrogatepass")
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    for version in ("v1", "v2"):
        answer = session().post(f"{spry.url}/apis/{version}/oauth/token", data=data, headers=kind, timeout=20)
        assert answer.status_code in (200, 400, 401), answer.text


@given(token=st.text(st.characters(min_codepoint=33, max_codepoint=255), max_size=80))
@settings(QUIET, max_examples=60)
def test_no_token_breaks_a_call(spry: Spry, token: str) -> None:
    headers = {"Authorization": f"Bearer {token}".encode("latin-1")}
    url = f"{spry.url}/apis/eligibility/v2/insurance/eligibility/search"
    answer = session().get(url, headers=headers, timeout=20)
    assert (answer.status_code, answer.json()["code"]) == (401, 4001)
