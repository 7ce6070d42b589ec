"""The deployment of docker-compose.yml with a real PostgreSQL, Redis and S3: a scan, a check, a killed worker."""

import base64
import io
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest
import requests

from core.storage import SealedStorage
from demo.client import Api, wait_for
from demo.instance import is_ready
from sandbox.cardscan.demo_card import DemoCard, draw_front
from tests.grown_up.compose import ROOT, Compose
from tests.services import redis, s3
from tests.with_postgres import free_port, postgres

pytestmark = [pytest.mark.real, pytest.mark.sqlite_only]  # it brings a PostgreSQL of its own
BINARIES = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
PATIENCE = 120.0  # seconds
JPEG = b"\xff\xd8\xff"
READ = {"REVIEW", "FAILED"}
CIGNA = {"edi_payer_id": "62308", "name": "Cigna"}


@dataclass
class Deployment:
    """The running services, and where to look behind them."""

    compose: Compose
    url: str
    sandbox_url: str

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Read the database."""
        with psycopg.connect(self.compose.environment("web")["DATABASE_URL"]) as connection:
            return connection.execute(sql).fetchall()

    def sandbox(self, method: str, path: str, body: Any = None) -> Any:
        """Speak to the sandbox's own addresses."""
        answer = requests.request(method, f"{self.sandbox_url}/{path}", json=body, timeout=30)
        answer.raise_for_status()
        return answer.json()


@contextmanager
def _parts_around() -> Iterator[dict[str, str]]:
    """Start PostgreSQL, Redis and the S3 server; yield what stands for the host names of docker-compose.yml."""
    with postgres(BINARIES[-1].parent) as database, redis() as broker, s3(ROOT / "deploy" / "s3.json") as storage:
        with psycopg.connect(database, autocommit=True) as connection:
            connection.execute("CREATE DATABASE frontdesk")
        sandbox = str(free_port())
        yield {
            "postgres:5432": urlsplit(database).netloc.rpartition("@")[2],
            "redis:6379": urlsplit(broker).netloc,
            "s3:8333": urlsplit(storage).netloc.rpartition("@")[2],
            "0.0.0.0": "127.0.0.1",
            "8000": str(free_port()),
            "sandbox:8900": f"127.0.0.1:{sandbox}",
            "8900": sandbox,
        }


@pytest.fixture(scope="module")
def deployment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    """Everything of docker-compose.yml, prepared and started."""
    if not BINARIES or not shutil.which("redis-server"):
        pytest.skip("PostgreSQL or Redis is not installed.")
    folder = tmp_path_factory.mktemp("compose")
    with _parts_around() as places:
        # frontdesk.env of a rehearsal (docs/deploying.md), with short deadlines; and the demo's logins.
        env_file = {"SANDBOX_URL": "http://sandbox:8900", "DEADLINE_SCALE": "0.2", "SPRY_RESOLVE_SECONDS": "1"}
        compose = Compose(folder, places, env_file, {"DEMO": "1"})
        try:
            yield _started(compose)
        finally:
            compose.stop()


def _started(compose: Compose) -> Deployment:
    url, sandbox_url = f"http://127.0.0.1:{compose.places['8000']}", f"http://127.0.0.1:{compose.places['8900']}"
    compose.run("prepare")
    for service in ("sandbox", "web", "worker", "dispatcher", "beat"):
        compose.start(service)
    wait_for(lambda: is_ready(url), bool, what="The web server", seconds=PATIENCE)
    wait_for(lambda: _answers(f"{sandbox_url}/__sandbox__/health"), bool, what="The sandbox", seconds=PATIENCE)
    return Deployment(compose, url, sandbox_url)


def _answers(url: str) -> bool:
    try:
        return requests.get(url, timeout=5).ok
    except requests.RequestException:
        return False


@pytest.fixture(scope="module")
def desk(deployment: Deployment) -> Api:
    """The API as the front desk; the logins lie where `prepare` made them."""
    logins = json.loads((deployment.compose.folder / "prepare" / "demo.json").read_text())
    return Api(deployment.url, logins["tokens"]["frontdesk"])


def _patient(desk: Api, last_name: str) -> str:
    person = {"first_name": "Kim", "last_name": last_name, "birth_date": "1980-01-31", "spry_patient_id": 88_001}
    return str(desk.post("patients/", person)["code"])


def test_a_scan_lies_sealed_in_s3_and_its_rows_in_postgresql(deployment: Deployment, desk: Api, settings: Any) -> None:
    card = desk.post("card-scans/", {"patient": _patient(desk, "Scanned")})
    where = f"card-scans/{card['code']}/"
    photo = io.BytesIO()
    draw_front(DemoCard()).save(photo, "PNG")
    desk.post(f"{where}images/", files={"file": ("front.png", photo.getvalue())}, data={"side": "front"})
    desk.post(f"{where}start/")
    read = wait_for(lambda: desk.get(where), lambda c: c["status"] in READ, what="Reading", seconds=PATIENCE)
    assert read["fields"]["member_number"]["value"] == DemoCard().member_number
    [(name, status)] = deployment.rows(
        "SELECT i.file, c.status FROM intake_cardimage i JOIN intake_cardscan c ON c.id = i.card_id"
    )
    assert status == "REVIEW"
    environment = deployment.compose.environment("web")
    settings.STORAGE_URL = environment["STORAGE_URL"]
    settings.SEALING_KEYS = _keys(environment)
    storage = SealedStorage()
    with storage.below.open(name) as raw:
        kept = raw.read()
    assert JPEG not in kept[:1000], "what lies in S3 is no photo to whoever has no key"
    assert storage.open(name).read().startswith(JPEG)


def _keys(environment: dict[str, str]) -> dict[str, bytes]:
    lines = Path(environment["SEALING_KEYS_FILE"]).read_text().split()
    keys = dict(line.split(":", 1) for line in lines)
    return {key_id: base64.b64decode(key) for key_id, key in keys.items() if key_id != "lookup"}


def test_a_check_is_answered(deployment: Deployment, desk: Api) -> None:
    asked = {"patient": _patient(desk, "Checked"), "payer": CIGNA, "member_id": "ACTIVE1", "relationship": "SELF"}
    coverage = desk.post("coverages/", asked)["code"]
    where = f"eligibility-checks/{desk.post('eligibility-checks/', {'coverage': coverage})['code']}/"
    check = wait_for(lambda: desk.get(where), lambda c: c["status"] == "DONE", what="The check", seconds=PATIENCE)
    assert check["answer"] == "ACTIVE"
    assert deployment.rows("SELECT status, answer FROM eligibility_eligibilitycheck") == [("DONE", "ACTIVE")]


def test_a_worker_that_is_killed_in_the_middle_sends_a_call_once(deployment: Deployment, desk: Api) -> None:
    asked = {"patient": _patient(desk, "Called"), "payer": CIGNA, "member_id": "W1", "relationship": "SELF"}
    call = {"member_id_confirmed": "on", "plan_active": "Y", "prior_authorization": "N", "spoke_with": "R. Agent"}
    draft = desk.post("manual-captures/", {"coverage": desk.post("coverages/", asked)["code"], "call": call})
    where = f"manual-captures/{draft['code']}/"
    deployment.sandbox("POST", "__sandbox__/faults", {"vendor": "spry", "route": "capture", "kind": "black_hole_after"})
    desk.post(f"{where}finish/")
    wait_for(lambda: _records(deployment), len, what="The call", seconds=PATIENCE)
    deployment.compose.kill("worker")
    deployment.compose.start("worker")
    capture = wait_for(lambda: desk.get(where), lambda c: c["status"] == "SAVED", what="SPRY", seconds=PATIENCE)
    assert [record["eligibility_enquiry_id"] for record in _records(deployment)] == [capture["eligibility_enquiry_id"]]
    assert deployment.rows("SELECT outcome FROM core_commandattempt WHERE outcome = 'LOST'") == [("LOST",)]


def _records(deployment: Deployment) -> list[dict[str, Any]]:
    return list(deployment.sandbox("GET", "spry/__sandbox__/records")["records"])
