"""Fifty phones that send a photo in the same moment, against phones that do it one after another."""

import json
import tempfile
from contextlib import ExitStack
from pathlib import Path

from bench.measure import Figure, seconds
from demo.client import Api, Browser
from demo.instance import Instance
from tests.intake.cards import photo
from tests.phones import Handed, Phone, at_once, hand_over, own_postgres

PHONES, IN_TURN = 50, 10


def run() -> list[Figure]:
    """Send photos to the program on PostgreSQL: how many get lost, and what a crowd costs."""
    with ExitStack() as stack:
        environment = {"SANDBOX_FAST": "1", "LOG_LEVEL": "WARNING", **stack.enter_context(own_postgres())}
        instance = Instance(Path(tempfile.mkdtemp(prefix="frontdesk-bench-phones-")), environment=environment)
        stack.callback(instance.stop)
        instance.start()
        return _crowd(instance)


def _crowd(instance: Instance) -> list[Figure]:
    logins = json.loads((instance.data / "demo.json").read_text())
    desk = Browser(instance.url, logins["logins"]["frontdesk"], logins["password"])
    api, jpeg = Api(instance.url, logins["tokens"]["frontdesk"]), photo()
    handed = [hand_over(api, desk, number) for number in range(PHONES + IN_TURN + 1)]

    def take(one: Handed) -> bool:
        phone = Phone(instance.url).ready()
        return phone.open(one.token).ok and phone.send("front", jpeg).ok

    take(handed.pop())  # the first child for photos
    alone = seconds(lambda: [take(handed.pop()) for _ in range(IN_TURN)]) / IN_TURN
    taken: list[bool] = []
    crowd = seconds(lambda: taken.extend(at_once(handed, take)))
    lost = sum(not (sent and _seen(desk, one)) for sent, one in zip(taken, handed, strict=True))
    note = f"{crowd:.1f} s for {PHONES}, {alone:.2f} s for one alone"
    return [
        Figure("fifty phones at once: photos lost", lost, 0, "photos"),
        Figure("fifty phones at once / one after another", crowd / (PHONES * alone), 1.0, note=note),
    ]


def _seen(desk: Browser, one: Handed) -> bool:
    """Return whether the desk sees the photo of a card."""
    return desk.session.get(f"{desk.url}/cards/{one.code}/photos/front/", timeout=60).ok
