"""What we add to a scan: from the desk's start to fields on the page, less the sandbox's own processing time."""

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import requests

from bench.measure import Figure
from demo.client import Api
from demo.instance import ROOT, Instance

ROUNDS = 4


def _scan(desk: Api, sandbox: str, photo: bytes) -> tuple[float, float]:
    """Return the seconds of one scan as the desk sees it, and the sandbox's own processing seconds."""
    person = {"first_name": "Bench", "last_name": "Mark", "birth_date": "1980-01-01", "if_known": "register"}
    patient = desk.post("patients/", person)
    card = desk.post("card-scans/", {"patient": patient["code"]})
    where = f"card-scans/{card['code']}/"
    desk.post(f"{where}images/", files={"file": ("front.png", photo)}, data={"side": "front"})
    started = time.perf_counter()
    desk.post(f"{where}start/")
    while desk.get(where)["status"] not in {"REVIEW", "FAILED"}:
        time.sleep(0.02)
    whole = time.perf_counter() - started
    key = {"Authorization": "Bearer sk_test_cardscan_ai_sandbox_0001"}
    newest = requests.get(f"{sandbox}/cardscan/v1/cards", {"limit": 1}, headers=key, timeout=20).json()["cards"][0]
    timings = requests.get(f"{sandbox}/__sandbox__/cards/{newest['card_id']}", timeout=20).json()
    return whole, float(timings["processing_seconds"])


def run(instance: Instance, logins: dict) -> list[Figure]:
    """Return the median scan over the median of the sandbox's own time."""
    folder = Path(tempfile.mkdtemp(prefix="frontdesk-bench-card-"))
    command = [sys.executable, "-m", "sandbox.cardscan.demo_card", str(folder / "f.png"), str(folder / "b.png")]
    subprocess.run(command, cwd=ROOT, check=True)
    photo = (folder / "f.png").read_bytes()
    desk = Api(instance.url, logins["tokens"]["frontdesk"])
    _scan(desk, instance.sandbox_url, photo)
    pairs = [_scan(desk, instance.sandbox_url, photo) for _ in range(ROUNDS)]
    whole = statistics.median(a for a, _ in pairs)
    own = statistics.median(b for _, b in pairs)
    note = f"{whole:.2f} s against {own:.2f} s"
    return [Figure("scan, start to fields / the sandbox's own time", whole / own, 1.4, note=note)]
