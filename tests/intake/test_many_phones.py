"""Fifty phones at once, and one link opened by everybody: a running Frontdesk, on SQLite and on PostgreSQL."""

import io
import json
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass

import pytest
from PIL import Image

from demo.client import Api, Browser
from intake.services.handoff import ENDED
from intake.views.phone import TOO_OFTEN
from tests.intake.cards import photo
from tests.phones import Phone, WebAlone, at_once, hand_over, own_postgres

pytestmark = [pytest.mark.real, pytest.mark.sqlite_only]  # each database has a program of its own
PHONES, OPENINGS = 50, 100


@dataclass
class Running:
    """A Frontdesk, and who works there."""

    url: str
    api: Api
    desk: Browser


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def running(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The web server as `make run` starts it, on either database; nothing is read here, so nobody else is needed."""
    with ExitStack() as stack:
        environment: dict[str, str] = {}
        if request.param == "postgres":
            try:
                environment |= stack.enter_context(own_postgres())
            except FileNotFoundError as missing:
                pytest.skip(str(missing))
        instance = WebAlone(tmp_path_factory.mktemp("phones") / "data", environment=environment)
        stack.callback(instance.stop)
        instance.start()
        logins = json.loads((instance.data / "demo.json").read_text())
        desk = Browser(instance.url, logins["logins"]["frontdesk"], logins["password"])
        yield Running(instance.url, Api(instance.url, logins["tokens"]["frontdesk"]), desk)


def test_fifty_phones_at_once_lose_nothing(running: Running) -> None:
    handed = [hand_over(running.api, running.desk, number) for number in range(PHONES)]
    pictures = [photo(640 + number, 400) for number in range(PHONES)]

    def take(number: int) -> list[int]:
        phone = Phone(running.url).ready()
        opened = phone.open(handed[number].token)
        return [opened.status_code, phone.send("front", pictures[number]).status_code]

    assert at_once(range(PHONES), take) == [[200, 200]] * PHONES
    for number, one in enumerate(handed):
        seen = running.desk.page(f"/cards/{one.code}/photos/front/").content
        assert Image.open(io.BytesIO(seen)).width == 640 + number, "each desk sees its own phone's photo"
        standing = running.desk.page(f"/cards/{one.code}/phone/status/?stamp=")
        assert "A phone is taking the photos" in standing.text
        assert standing.headers["HX-Trigger"] == "photos-changed"


def test_a_scanner_that_looks_at_a_link_uses_nothing_up(running: Running) -> None:
    """Mail and chat programs fetch a link before a person does; the token is behind the # and never reaches us."""
    handed = hand_over(running.api, running.desk, 2000)
    scanner = Phone(running.url)
    for method in ("HEAD", "GET", "OPTIONS"):
        scanner.session.request(method, f"{running.url}/c/#{handed.token}", timeout=60)
        scanner.session.request(method, f"{running.url}/c/open/?token={handed.token}", timeout=60)
    assert Phone(running.url).ready().open(handed.token).url.endswith("/c/card/")


def test_of_a_hundred_openings_of_one_link_one_wins(running: Running) -> None:
    handed = hand_over(running.api, running.desk, 1000)
    phones = [Phone(running.url).ready() for _ in range(OPENINGS)]
    answers = at_once(phones, lambda phone: phone.open(handed.token))
    words = Counter(
        "in" if answer.url.endswith("/c/card/") else ENDED if ENDED in answer.text else answer.text
        for answer in answers
    )
    too_often = sum(count for text, count in words.items() if TOO_OFTEN in text)
    assert words["in"] == 1
    assert words[ENDED] + too_often == OPENINGS - 1 and words[ENDED] >= 1
    winner = phones[next(n for n, answer in enumerate(answers) if answer.url.endswith("/c/card/"))]
    assert winner.send("front", photo()).ok
    loser = next(phone for phone in phones if phone is not winner)
    assert not loser.session.get(f"{running.url}/c/card/", timeout=60).ok
