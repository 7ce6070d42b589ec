"""The sandbox's CardScan on its websocket: who may listen, what is sent, and what is not."""

import pytest
import websocket

from tests.sandbox.cardscan_vendor import FRONT, Vendor, card_states, picture
from tests.sandbox_process import SandboxProcess

pytestmark = pytest.mark.real


@pytest.fixture
def vendor(sandbox: SandboxProcess) -> Vendor:
    return Vendor(sandbox)


@pytest.mark.parametrize(("token", "status"), [("", 401), ("sk_test_cardscan_ai_other", 403)])
def test_a_socket_needs_a_key(sandbox: SandboxProcess, token: str, status: int) -> None:
    with pytest.raises(websocket.WebSocketBadStatusException) as refused:
        Vendor(sandbox, token).listen()
    assert refused.value.status_code == status


@pytest.mark.parametrize("path", ["/", "/ws", "/v1/ws", "/cardscan", "/cardscan/", "/cardscan/ws", "/cardscan/v1/ws"])
def test_a_socket_opens_wherever_clients_look_for_it(vendor: Vendor, path: str) -> None:
    listener = vendor.listen(path=path)
    assert listener.settle() == []
    listener.close()


def test_registering_is_not_answered_and_nothing_is_repeated(vendor: Vendor) -> None:
    card_id = vendor.create()
    vendor.upload(card_id, picture(*FRONT))
    vendor.wait(card_id, "completed")
    listener = vendor.listen()
    listener.register(card_id)
    for text in ("no json", "[]", '{"action": "register"}', '{"action": "register", "card_id": "nothing"}'):
        listener.socket.send(text)
    assert listener.settle() == []
    listener.close()


def test_events_reach_whoever_may_hear_them(vendor: Vendor) -> None:
    token = vendor.call("GET", "/access-token", user_id="a").json()
    stranger = Vendor(vendor.sandbox, vendor.call("GET", "/access-token", user_id="b").json()["Token"])
    user = Vendor(vendor.sandbox, token["Token"])
    own, other, account = user.listen(), stranger.listen(), vendor.listen()
    card_id = user.create()
    (first,) = own.until("pending")
    assert (first["card_id"], first["session_id"]) == (card_id, token["session_id"])
    other.register(card_id)
    account.register(card_id)
    assert account.settle() == []
    user.upload(card_id, picture(*FRONT))
    assert card_states(own.until("completed")) == card_states(account.until("completed"))
    assert other.settle() == []
    for listener in (own, other, account):
        listener.close()


def test_a_socket_can_be_silent(vendor: Vendor) -> None:
    vendor.sandbox.fault("cardscan", "socket", "silent")
    card_id = vendor.create()
    listener = vendor.listen()
    listener.register(card_id)
    vendor.upload(card_id, picture(*FRONT))
    vendor.wait(card_id)
    assert listener.settle() == []
    listener.close()


# Time and kills
