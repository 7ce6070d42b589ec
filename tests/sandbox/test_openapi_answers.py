"""The main job of each vendor, with every answer compared with the OpenAPI document."""

from collections import Counter
from typing import Any

import pytest
import requests

from tests.payments_data import make_batch
from tests.sandbox.candid_vendor import Candid, person
from tests.sandbox.cardscan_vendor import BACK, FRONT, picture
from tests.sandbox.cardscan_vendor import Vendor as CardScan
from tests.sandbox.described import described, hook, operation_of
from tests.sandbox.payments_vendor import Vendor as Payments
from tests.sandbox.spry_vendor import CAPTURE, Spry
from tests.sandbox_process import SandboxProcess

pytestmark = pytest.mark.real


class Walk:
    """Checks every answer of some sessions and counts the calls by name and status."""

    def __init__(self, *sessions: requests.Session) -> None:
        self.seen: Counter[str] = Counter()
        for session in sessions:
            session.hooks["response"] = self._note

    def _note(self, answer: requests.Response, **options: Any) -> None:
        hook(answer, **options)
        self.seen[f"{operation_of(answer)['operationId']} {answer.status_code}"] += 1


def test_a_card(sandbox: SandboxProcess) -> None:
    vendor = CardScan(sandbox)
    walk = Walk(vendor.session)
    card_id = vendor.create(enable_backside_scan=True)
    vendor.upload(card_id, picture(*FRONT))
    vendor.upload(card_id, picture(*BACK), "back")
    vendor.wait(card_id, "completed", "enriched")
    sandbox.call("POST", "clock", {"advance_seconds": 60})
    vendor.wait(card_id, "enriched")
    vendor.call("GET", "/cards")
    vendor.call("GET", "/cards/search", query="EMILY")
    vendor.call("GET", "/cards/search")
    vendor.call("GET", "/access-token", user_id="one")
    vendor.call("POST", f"/cards/{card_id}/flag", body={"flag_type": "other"})
    vendor.call("DELETE", f"/cards/{card_id}")
    vendor.call("GET", f"/cards/{card_id}")
    vendor.call("GET", "/cards/nothing")
    vendor.session.get(f"{sandbox.url}/cardscan/v1/cards", timeout=20)
    assert walk.seen["cardscan.get 404"] == walk.seen["cardscan.list 401"] == walk.seen["cardscan.delete 204"] == 1
    assert walk.seen["cardscan.upload 204"] == 2


def test_a_check(sandbox: SandboxProcess) -> None:
    vendor = Candid(sandbox)
    walk = Walk(vendor.http)
    vendor.ask("60054", person("Ellen", "Moore", "W123456789", "1980-02-03"))
    vendor.ask("60054", person("Ellen", "Moore", "AAA75", "1980-02-03"))
    vendor.ask("00000", person("Ellen", "Moore", "W1", "1980-02-03"))
    vendor.post({})
    vendor.search(query="aetna")
    vendor.search(query="aetna", page_size=0)
    del vendor.http.headers["Authorization"]
    vendor.post({})
    assert walk.seen["candid.check 200"] == 3
    assert walk.seen["candid.check 401"] == 1
    assert len(walk.seen) >= 5


def test_a_phone_call(sandbox: SandboxProcess) -> None:
    vendor = Spry(sandbox)
    described(vendor.token())
    described(vendor.token(client_secret="wrong"))
    walk = Walk(vendor.http)
    vendor.capture(CAPTURE)
    vendor.capture({})
    vendor.found()
    vendor.search()
    vendor.send(b"nonsense", "text/plain")
    assert walk.seen["spry.capture 200"] == walk.seen["spry.search 200"] == 1
    assert sum(walk.seen.values()) == 5


def test_a_batch(sandbox: SandboxProcess) -> None:
    vendor = Payments(sandbox)
    walk = Walk(vendor.session)
    made = make_batch(2)
    batch_id = vendor.loaded(made)
    vendor.create(made.total, made.count)
    vendor.add(batch_id, made.payments)
    vendor.start(batch_id)
    vendor.release(batch_id)
    vendor.release("nothing")
    for path in ("", f"/{batch_id}", f"/{batch_id}/details", "/nothing"):
        vendor.call("GET", f"/payments/batch{path}")
    vendor.call("POST", "/payments/batch", {})
    vendor.call("POST", "/payments/batch", b"nonsense")
    del vendor.session.headers["API-Key"]
    vendor.call("GET", "/payments/batch")
    assert walk.seen["payments.create 409"] == walk.seen["payments.batch 404"] == walk.seen["payments.batches 401"] == 1
    assert walk.seen["payments.release 204"] == 1
