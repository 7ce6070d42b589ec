"""Many phones at once before a running Frontdesk, over HTTP as phones are: for a test and for a benchmark."""

import base64
import re
import secrets
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Barrier
from typing import Self, TypeVar

import requests

from core.management.commands.serve import web_command
from demo.client import Api, Browser, direct
from demo.instance import ROOT, Instance
from tests.with_postgres import postgres

T, R = TypeVar("T"), TypeVar("R")
_CSRF = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
_LINK = re.compile(r"/c/#([\w-]{43})")
WAIT = 90.0  # seconds for one answer; what is waited for takes a part of it


@contextmanager
def own_postgres() -> Iterator[dict[str, str]]:
    """Yield the settings of an installation on a PostgreSQL of its own. Raises FileNotFoundError without one."""
    installed = shutil.which("initdb")
    binaries = [Path(installed).resolve()] if installed else sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not binaries:
        raise FileNotFoundError("PostgreSQL is not installed.")
    sealing = [f"{name}:{base64.b64encode(secrets.token_bytes(32)).decode()}" for name in ("k1", "lookup")]
    with postgres(binaries[-1].parent) as url:
        yield {
            "DATABASE_URL": url,
            "SECRET_KEY": secrets.token_urlsafe(64),
            "SEALING_KEYS": ",".join(sealing),
        }


class WebAlone(Instance):
    """The web server as `make run` starts it, without the processes beside it, for what needs none of them."""

    def command(self) -> list[str]:
        """Return the web server's command line."""
        return web_command("127.0.0.1", self.port)

    def start(self) -> Self:
        """Prepare the database as `make run` does, then start it. Raises DidNotStart."""
        prepare = [sys.executable, str(ROOT / "manage.py"), "prepare"]
        subprocess.run(prepare, cwd=ROOT, env=self.settings(), check=True, stdout=subprocess.DEVNULL)
        return super().start()


@dataclass
class Handed:
    """A card of one patient that was handed to a phone: its public code, and the token behind the code."""

    code: str
    token: str


class Phone:
    """A browser that nobody signed in with."""

    def __init__(self, url: str) -> None:
        self.url, self.session = url, direct()

    def _csrf(self, path: str) -> str:
        found = _CSRF.search(self.session.get(self.url + path, timeout=WAIT).text)
        assert found is not None, f"{path} has no form"
        return found.group(1)

    def ready(self) -> "Phone":
        """Load the page that a code leads to."""
        self.csrf = self._csrf("/c/")
        return self

    def open(self, token: str) -> requests.Response:
        """Post the token, as the page's script does."""
        data = {"token": token, "csrfmiddlewaretoken": self.csrf}
        return self.session.post(f"{self.url}/c/open/", data=data, headers={"Referer": self.url}, timeout=WAIT)

    def send(self, side: str, jpeg: bytes) -> requests.Response:
        """Send a photo."""
        data = {"csrfmiddlewaretoken": self._csrf("/c/card/")}
        files = {"photo": ("IMG_0001.jpg", jpeg, "image/jpeg")}
        return self.session.post(
            f"{self.url}/c/card/{side}/", data=data, files=files, headers={"Referer": self.url}, timeout=WAIT
        )


def hand_over(api: Api, desk: Browser, number: int) -> Handed:
    """Register a patient, begin a card and show its code."""
    person = {"first_name": "Phone", "last_name": f"Number{number}", "birth_date": "1980-01-01", "if_known": "register"}
    card = api.post("card-scans/", {"patient": api.post("patients/", person)["code"]})["code"]
    page = desk.submit(f"/cards/{card}/phone/", {}, seen_on=f"/cards/{card}/capture/").text
    (token, *_) = _LINK.findall(page)
    return Handed(card, token)


def at_once(work: Sequence[T], do: Callable[[T], R]) -> list[R]:
    """Call `do(one)` for every one of `work`, all in the same moment; return what came of each."""
    start = Barrier(len(work))

    def begin(one: T) -> R:
        start.wait()
        return do(one)

    with ThreadPoolExecutor(len(work)) as pool:
        return list(pool.map(begin, work))
