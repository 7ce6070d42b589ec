"""Speaks to the sandbox's CardScan as its customers do: over HTTP, the upload form and the websocket."""

from __future__ import annotations

import io
import json
import time
from collections import deque
from functools import cache
from typing import Any

import requests
import websocket
from PIL import Image, ImageDraw, ImageFont

from tests.sandbox import described
from tests.sandbox_process import SandboxProcess

KEY = "sk_test_cardscan_ai_sandbox_0001"
FRONT = (
    "UnitedHealthcare",
    "Member: EMILY DICKINSON",
    "Member ID: 128845682",
    "Group Number: 98755",
    "Payer ID: 87726",
)
BACK = ("For members: 1-800-555-0134", "Providers: 1-877-555-0199", "RxBIN: 610279   RxPCN: 9987")
FINISHED = ("completed", "enriched", "error", "frontside_failed", "backside_failed", "unknown")


@cache
def picture(*lines: str, form: str = "JPEG") -> bytes:
    """Return a picture with some lines of print, as a file."""
    page = Image.new("RGB", (1000, 630), "white")
    pen = ImageDraw.Draw(page)
    for number, line in enumerate(lines):
        pen.text((60, 60 + 90 * number), line, fill="black", font=ImageFont.load_default(38))
    out = io.BytesIO()
    page.save(out, form, quality=90)
    return out.getvalue()


@cache
def landscape() -> bytes:
    """Return a picture without a word on it."""
    out = io.BytesIO()
    Image.linear_gradient("L").convert("RGB").resize((600, 400)).save(out, "JPEG")
    return out.getvalue()


class Vendor:
    """A customer of CardScan with one key or token; every call returns the answer, whatever its status."""

    def __init__(self, sandbox: SandboxProcess, token: str = KEY) -> None:
        self.sandbox, self.token = sandbox, token
        self.session = described.session()

    def call(self, method: str, path: str, *, body: Any = None, timeout: float = 20, **query: Any) -> requests.Response:
        """Make a call below /v1; `body` is a document, bytes, or nothing."""
        data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        headers = {"Authorization": f"Bearer {self.token}"}
        url = f"{self.sandbox.url}/cardscan/v1{path}"
        return self.session.request(
            method, url, data=data, params=query, headers=headers, timeout=timeout, allow_redirects=False
        )

    def create(self, **wish: Any) -> str:
        """Make a card; return its id."""
        answer = self.call("POST", "/cards", body=wish)
        assert answer.status_code == 201, answer.text
        return answer.json()["card_id"]

    def card(self, card_id: str) -> Any:
        """Return a card as it is now."""
        answer = self.call("GET", f"/cards/{card_id}")
        assert answer.status_code == 200, answer.text
        return answer.json()

    def issue(self, card_id: str, side: str = "front", **query: Any) -> Any:
        """Return an upload address and its fields."""
        answer = self.call("POST", f"/cards/{card_id}/generate-upload-url", body={"orientation": side}, **query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def upload(self, card_id: str, photo: bytes, side: str = "front") -> str:
        """Send the photo of a side through the form; return the scan's id."""
        issued = self.issue(card_id, side)
        answer = self.post_form(issued, photo)
        assert answer.status_code == 204, answer.text
        return issued["scan_id"]

    def post_form(self, issued: Any, photo: bytes | None, **changes: Any) -> requests.Response:
        """Post the form of an upload address; `changes` replace fields by name, None leaves one out."""
        fields = {**issued["upload_parameters"], **{name.replace("_", "-"): value for name, value in changes.items()}}
        parts = [(name, (None, value)) for name, value in fields.items() if value is not None]
        if photo is not None:
            parts.append(("file", ("card.jpg", photo, "image/jpeg")))
        return self.session.post(issued["upload_url"], files=parts, timeout=20)

    def wait(self, card_id: str, *states: str, seconds: float = 60) -> Any:
        """Ask for a card until it is in one of the states; return it."""
        ends = time.monotonic() + seconds
        while (card := self.card(card_id))["state"] not in (states or FINISHED):
            assert time.monotonic() < ends, f"The card stays {card['state']}."
            time.sleep(0.05)
        return card

    def listen(self, *, path: str = "/cardscan/ws") -> Listener:
        """Open a websocket."""
        return Listener(f"{self.sandbox.url.replace('http', 'ws', 1)}{path}?token={self.token}")


class Listener:
    """An open websocket; frames that came while it waited for a pong are kept and read first."""

    def __init__(self, address: str) -> None:
        self.socket = websocket.create_connection(address, timeout=60)
        self.kept: deque[str] = deque()

    def register(self, card_id: str) -> None:
        """Ask for the events of a card, and wait until the sandbox knows: it does not acknowledge."""
        self.socket.send(json.dumps({"card_id": card_id, "action": "register"}))
        self.settle()

    def settle(self) -> list[str]:
        """Wait until everything sent so far was dealt with, by a ping; return the frames that are kept until read."""
        self.socket.send("ping")
        while (text := self.socket.recv()) != "pong":
            self.kept.append(text)
        return list(self.kept)

    def text(self) -> str:
        """Return the next frame as it came."""
        return self.kept.popleft() if self.kept else str(self.socket.recv())

    def frame(self) -> Any:
        """Return the next frame's document."""
        return json.loads(self.text())

    def until(self, *states: str, kind: str = "card") -> list[Any]:
        """Read frames up to the event of this kind in one of these states; return all of them."""
        frames: list[Any] = []
        while not frames or (frames[-1]["type"], frames[-1]["state"]) not in [(kind, state) for state in states]:
            frames.append(self.frame())
        return frames

    def close(self) -> None:
        """Close the socket."""
        self.socket.close()


def card_states(frames: list[Any]) -> list[str]:
    """Return the states of the card events among some frames."""
    return [frame["state"] for frame in frames if frame["type"] == "card"]
