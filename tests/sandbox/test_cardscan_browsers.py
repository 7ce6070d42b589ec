"""Pages of other origins and the sandbox's CardScan: what the vendor's widget needs, and who is not let in."""

import pytest
import requests

from tests.sandbox.cardscan_vendor import FRONT, KEY, Vendor, picture
from tests.sandbox.described import spoilt
from tests.sandbox_process import SandboxProcess

pytestmark = pytest.mark.real

NEAR = ["http://localhost:3000", "https://localhost", "http://127.0.0.1:5173", "http://[::1]:8080"]
FAR = ["https://evil.example", "null", "http://localhost.evil.example", "http://127.0.0.1.evil.example", "http://["]
ALLOWS = "access-control-allow-origin"


@pytest.fixture
def vendor(sandbox: SandboxProcess) -> Vendor:
    return Vendor(sandbox)


def asked_before(vendor: Vendor, origin: str, path: str, method: str, headers: str) -> requests.Response:
    """Ask as a browser does before a page's call."""
    asking = {"Origin": origin, "Access-Control-Request-Method": method, "Access-Control-Request-Headers": headers}
    return requests.options(f"{vendor.sandbox.url}/cardscan{path}", headers=asking, timeout=20)


@pytest.mark.parametrize("origin", NEAR)
@pytest.mark.parametrize(("method", "path"), [("POST", "/v1/cards"), ("DELETE", "/v1/cards/a"), ("GET", "/v1/cards")])
def test_a_page_of_this_machine_may_call(vendor: Vendor, origin: str, method: str, path: str) -> None:
    answer = asked_before(vendor, origin, path, method, "authorization, content-type")
    assert (answer.status_code, answer.headers[ALLOWS]) == (200, "*")
    assert method in answer.headers["access-control-allow-methods"]
    assert answer.headers["access-control-allow-headers"] == "authorization, content-type"


def test_a_page_reads_answers_and_errors(vendor: Vendor) -> None:
    vendor.session.headers["Origin"] = NEAR[0]
    made = vendor.call("POST", "/cards", body={})
    missing = vendor.call("GET", "/cards/nothing")
    assert [(one.status_code, one.headers[ALLOWS]) for one in (made, missing)] == [(201, "*"), (404, "*")]
    vendor.sandbox.fault("cardscan", "list", "429", retry_after="5")
    with spoilt(perhaps=True):
        busy = vendor.call("GET", "/cards")
    assert (busy.status_code, busy.headers[ALLOWS]) == (429, "*")
    assert "Retry-After" in busy.headers["access-control-expose-headers"]
    form = vendor.post_form(vendor.issue(made.json()["card_id"]), picture(*FRONT))
    assert (form.status_code, form.headers[ALLOWS]) == (204, "*")


@pytest.mark.parametrize("origin", FAR)
def test_a_page_from_elsewhere_reads_nothing(vendor: Vendor, origin: str) -> None:
    answer = asked_before(vendor, origin, "/v1/cards", "POST", "authorization")
    assert (answer.status_code, answer.json()["code"]) == (405, 405)
    assert ALLOWS not in answer.headers
    headers = {"Origin": origin, "Authorization": f"Bearer {KEY}"}
    listed = requests.get(f"{vendor.sandbox.url}/cardscan/v1/cards", headers=headers, timeout=20)
    assert (listed.status_code, ALLOWS in listed.headers) == (200, False)
