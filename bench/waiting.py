"""How long a card waits after CardScan is done with it, over a line of 30 ms: with events, without, and a lost one.

The program runs as in production (PostgreSQL, Redis) and embedded; the sandbox says itself when it was done. The limit
of a wait is one and a half round trips: half of one for the event, one for the look. The vendor's own client scans the
same card over the same line in turn with us.
"""

import random
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import psutil
import psycopg
import requests

from bench.measure import Figure
from demo.client import Api, direct, wait_for
from demo.instance import ROOT, Instance
from tests.phones import own_postgres
from tests.services import redis
from tests.with_postgres import free_port

ONE_WAY = 0.015  # seconds
KEY = "sk_test_cardscan_ai_sandbox_0001"
SCANS, SDK_SCANS, POLLED, EMBEDDED = 40, 10, 14, 12
READ_IN = 0.5  # seconds that the sandbox adds to what it takes itself; nobody waits meanwhile
DOCS_POLL = 2.0  # seconds between two looks, as the vendor's documents have it
_SQL = (
    "SELECT c.vendor_card_id, c.started_at, i.answered_at FROM intake_cardscan c"
    " JOIN intake_cardimage i ON i.card_id = c.id WHERE c.code = {} AND c.status = 'REVIEW'"
)


@dataclass
class Scanned:
    """One scan, in seconds: after the vendor was done, in all, and what the vendor took itself."""

    waited: float
    whole: float
    vendor: float

    @property
    def ours(self) -> float:
        """All but the vendor's own time."""
        return self.whole - self.vendor


@dataclass
class Bench:
    """A running program whose way to CardScan is long."""

    instance: Instance
    line: int
    photo: Path
    database: str = ""
    api: Api = field(init=False)
    #: one connection for all looks: opening one takes the processor as long as what is measured
    rows: psycopg.Connection[Any] | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        import json

        logins = json.loads((self.instance.data / "demo.json").read_text())
        self.api = Api(self.instance.url, logins["tokens"]["frontdesk"])
        if self.database:
            self.rows = psycopg.connect(self.database, autocommit=True)

    def control(self, method: str, path: str, body: Any = None) -> Any:
        """Speak to the sandbox's window, not over the line."""
        answer = requests.request(method, f"{self.instance.sandbox_url}/__sandbox__/{path}", json=body, timeout=30)
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def switch(self, name: str, value: Any) -> None:
        """Change how the sandbox's CardScan behaves."""
        self.control("POST", "switches", {"vendor": "cardscan", "name": name, "value": value})

    def scan(self) -> Scanned:
        """Scan one card and return how long it took."""
        person = {"first_name": "Bench", "last_name": "Mark", "birth_date": "1980-01-01", "if_known": "register"}
        patient = self.api.post("patients/", person)["code"]
        card = self.api.post("card-scans/", {"patient": patient})["code"]
        photo = {"file": ("front.png", self.photo.read_bytes())}
        self.api.post(f"card-scans/{card}/images/", files=photo, data={"side": "front"})
        self.api.post(f"card-scans/{card}/start/")
        vendor_id, started, answered = wait_for(lambda: self._row(card), bool, what="The scan", seconds=60)
        done, took = self.truth(vendor_id)
        return Scanned(answered - done, answered - started, took)

    def _row(self, card: str) -> tuple[str, float, float] | None:
        """Return (the vendor's id, when it was started, when it was seen to be read), None while it is not."""
        if self.rows:
            row = self.rows.execute(_SQL.format("%s"), [card]).fetchone()
        else:
            file = f"file:{self.instance.data / 'frontdesk.sqlite3'}?mode=ro"
            with closing(sqlite3.connect(file, uri=True, timeout=20)) as lite:
                row = lite.execute(_SQL.format("?"), [card.replace("-", "")]).fetchone()
        return None if row is None else (row[0], _seconds(row[1]), _seconds(row[2]))

    def truth(self, vendor_id: str) -> tuple[float, float]:
        """Return when the sandbox was done with a card, and the seconds it took."""
        told = self.control("GET", f"cards/{vendor_id}")
        done = max(float(times["finished"]) for times in told["sides"].values())
        return done, float(told["processing_seconds"])

    def round_trip(self) -> float:
        """Return the seconds of one small call over the line on a connection that is open."""
        with direct() as session:
            times = []
            for _ in range(12):
                begun = time.perf_counter()
                session.get(f"http://127.0.0.1:{self.line}/cardscan/v1/health", timeout=20)
                times.append(time.perf_counter() - begun)
        return statistics.median(times[2:])

    def renew_listener(self) -> None:
        """End the dispatcher, and with it the websocket; the supervisor starts another one."""
        assert self.instance.process is not None
        for child in psutil.Process(self.instance.process.pid).children():
            if "dispatch" in child.cmdline():
                child.terminate()
                child.wait(20)
        time.sleep(4)


def _seconds(moment: Any) -> float:
    if isinstance(moment, str):
        moment = datetime.fromisoformat(f"{moment}+00:00")
    return float(moment.timestamp())


@contextmanager
def _program(photo: Path, **environment: str) -> Iterator[Bench]:
    """Run the whole program, CardScan at the other end of the line."""
    line, sandbox = free_port(), free_port()
    folder = Path(tempfile.mkdtemp(prefix="frontdesk-bench-waiting-"))
    here = {"CARDSCAN_URL": f"http://127.0.0.1:{line}/cardscan/v1", "SANDBOX_FAST": "1", "LOG_LEVEL": "WARNING"}
    command = [sys.executable, "-m", "bench.slow_line", str(line), str(sandbox), str(ONE_WAY)]
    proxy = subprocess.Popen(command, cwd=ROOT)
    instance = Instance(folder, free_port(), sandbox, here | environment)
    bench: Bench | None = None
    try:
        instance.start()
        bench = Bench(instance, line, photo, environment.get("DATABASE_URL", ""))
        bench.switch("extra_seconds", READ_IN)
        bench.scan()  # the reader's models, connections, the first child for photos
        yield bench
    finally:
        if bench and bench.rows:
            bench.rows.close()
        instance.stop()
        proxy.terminate()
        proxy.wait()


def _p95(values: list[float]) -> float:
    return sorted(values)[max(0, round(0.95 * len(values)) - 1)]


def _sdk(bench: Bench) -> Callable[[], Scanned]:
    """Return a function that scans the card with the vendor's own client, one client for all scans."""
    from cardscan_client import ApiClient, CardScanApi, Configuration

    configuration = Configuration(
        host=f"http://127.0.0.1:{bench.line}/cardscan/v1",
        access_token=KEY,
        websocket_url=f"ws://127.0.0.1:{bench.line}/cardscan/ws",
    )
    api = CardScanApi(api_client=ApiClient(configuration=configuration))

    def scan() -> Scanned:
        begun = time.time()
        card = api.full_scan(str(bench.photo))
        ended = time.time()
        done, took = bench.truth(card.card_id)
        return Scanned(ended - done, ended - begun, took)

    return scan


def _with_events(bench: Bench) -> list[Figure]:
    limit, sdk = 1.5 * bench.round_trip(), _sdk(bench)
    sdk()
    ours, theirs = [], []
    for number in range(SCANS):
        ours.append(bench.scan())
        if number < SDK_SCANS:
            theirs.append(sdk())
    waits = [one.waited for one in ours]
    added, sdk_added = (statistics.median(one.ours for one in some) for some in (ours, theirs))
    note = f"{1000 * _p95(waits):.0f} ms, half of them within {1000 * statistics.median(waits):.0f} ms"
    whole = f"{1000 * added:.0f} ms against {1000 * sdk_added:.0f} ms"
    return [
        Figure("card: wait after CardScan was done, p95 / 1.5 round trips", _p95(waits) / limit, 1.4, note=note),
        Figure("card: all but the vendor's time / the vendor's own client", added / sdk_added, 0.65, note=whole),
    ]


def _lost(bench: Bench) -> Figure:
    rule = {"vendor": "cardscan", "route": "socket", "kind": "silent", "times": None, "options": {}}
    bench.control("POST", "faults", rule)
    bench.renew_listener()
    waited = bench.scan().waited
    bench.control("DELETE", "faults")
    return Figure("card: found after a lost event", waited, 6.0, "s")


def _polled(bench: Bench) -> list[Figure]:
    """Look without events; the vendor takes 2 to 6 seconds, the same ones in every run."""
    chance, scans = random.Random(20), []
    round_trip = bench.round_trip()
    for _ in range(POLLED):
        bench.switch("extra_seconds", chance.uniform(1.5, 5.5))
        scans.append(bench.scan())
    mean, vendor = (statistics.mean(some) for some in zip(*((one.waited, one.vendor) for one in scans), strict=True))
    docs = statistics.mean(-one.vendor % DOCS_POLL + round_trip for one in scans)
    note = f"{1000 * mean:.0f} ms of {vendor:.1f} s"
    return [
        Figure("card without events: mean wait / the vendor's time", 100 * mean / vendor, 8.0, "%", note=note),
        Figure("card without events: mean wait / looking every 2 s", mean / docs, 0.3),
    ]


def run() -> list[Figure]:
    """Measure the deployment with and without events, then the embedded default."""
    folder = Path(tempfile.mkdtemp(prefix="frontdesk-bench-card-"))
    draw = [sys.executable, "-m", "sandbox.cardscan.demo_card", str(folder / "f.png"), str(folder / "b.png")]
    subprocess.run(draw, cwd=ROOT, check=True)
    photo = folder / "f.png"
    figures: list[Figure] = []
    with ExitStack() as stack:
        grown_up = {**stack.enter_context(own_postgres()), "REDIS_URL": stack.enter_context(redis())}
        with _program(photo, **grown_up) as bench:
            figures += [*_with_events(bench), _lost(bench)]
    with ExitStack() as stack:
        grown_up = {**stack.enter_context(own_postgres()), "REDIS_URL": stack.enter_context(redis())}
        with _program(photo, CARDSCAN_LISTEN="0", **grown_up) as bench:
            figures += _polled(bench)
    with _program(photo) as bench:
        limit = 1.5 * bench.round_trip()
        waits = [bench.scan().waited for _ in range(EMBEDDED)]
        note = f"{1000 * _p95(waits):.0f} ms"
        what = "card, embedded: wait after CardScan was done, p95 / 1.5 round trips"
        figures.append(Figure(what, _p95(waits) / limit, 6.0, note=note))
    return figures
