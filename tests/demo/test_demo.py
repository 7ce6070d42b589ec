"""`make demo` itself, as a person runs it: a fresh instance, a running one, and what it refuses."""

import json
import os
import subprocess
import sys
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from demo.instance import ROOT, Instance, free_port, own_environment
from tests.cards.scenes import landscape

pytestmark = pytest.mark.real


def demo(tmp_path: Path, *arguments: str, **environment: str) -> tuple[int, dict, str]:
    """Run the demo; return its exit code, its last line as JSON, and everything it said."""
    settings = {"DATA_DIR": str(tmp_path / "none"), "PORT": str(free_port()), "SANDBOX_PORT": str(free_port())}
    run = subprocess.run(
        [sys.executable, "-m", "demo", *arguments],
        cwd=ROOT,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "core.settings", **settings, **environment},
        capture_output=True,
        text=True,
        timeout=400,
    )
    assert run.stdout, run.stderr
    return run.returncode, json.loads(run.stdout.splitlines()[-1]), run.stdout + run.stderr


@pytest.mark.parametrize("name", ["PORT", "SANDBOX_PORT"])
@pytest.mark.parametrize("value", ["abc", "70000"])
def test_a_port_that_is_none_is_refused_by_name(tmp_path, name, value):
    code, last, said = demo(tmp_path, **{name: value})
    assert (code, last["ok"]) == (1, False)
    assert last["problem"] == f"{name} must be a port number, not {value!r}."
    assert "Traceback" not in said


def test_an_instance_that_does_not_start_says_why(tmp_path):
    code, last, said = demo(tmp_path, WORKER_THREADS="many")
    assert (code, last["ok"]) == (1, False)
    assert "WORKER_THREADS must be a whole number" in last["problem"]
    assert "Traceback" not in said


def test_an_instance_of_its_own_touches_nobody_elses_data(monkeypatch):
    theirs = {
        "DATABASE_URL": "postgres://clinic/real",
        "REDIS_URL": "redis://clinic",
        "STORAGE_URL": "s3://clinic/real",
        "SPRY_URL": "https://provider.example",
        "PAYMENTS_API_KEYS": "ACCT1=real",
        "SEALING_KEYS_FILE": "/run/secrets/real",
        "HOST": "0.0.0.0",
    }
    for name, value in theirs.items():
        monkeypatch.setenv(name, value)
    assert not theirs.items() & own_environment().items()


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    """An instance that runs already."""
    instance = Instance(tmp_path_factory.mktemp("running")).start()
    yield instance
    instance.stop()


def against(instance: Instance) -> dict[str, str]:
    return {"DATA_DIR": str(instance.data), "PORT": str(instance.port), "SANDBOX_PORT": str(instance.sandbox_port)}


def test_it_does_the_whole_job_on_a_fresh_instance(tmp_path):
    code, last, said = demo(tmp_path)
    assert code == 0, said
    assert last["ok"] is True
    assert last["fields"]["member_number"]["value"] == last["coverage"]["member_id"]
    assert 0 <= last["fields"]["member_number"]["score"] <= 1
    assert last["eligibility"]["answer"] == "ACTIVE"
    assert last["eligibility"]["copay"].count(".") == 1
    assert last["eligibility"]["deductible_remaining"]
    assert last["manual_capture"]["eligibility_enquiry_id"]
    assert last["payment_batch"]["status"] in {"RELEASED", "RECONCILED"}
    assert last["payment_batch"]["vendor_batch_id"]
    assert last["payment_batch"]["times_money_left"] == 1
    assert len(last["seconds"]) == 8
    assert "a fresh one is started" in said


def test_it_works_again_and_again_on_a_running_instance(tmp_path, running):
    for _ in range(2):
        code, last, said = demo(tmp_path, **against(running))
        assert code == 0, said
        assert last["payment_batch"]["times_money_left"] == 1
    assert running.process.poll() is None, "it is left running"


def test_a_picture_that_is_no_card_stops_it_with_a_reason(tmp_path, running):
    picture = tmp_path / "landscape.jpg"
    landscape().save(picture, quality=90)
    code, last, said = demo(tmp_path, "--card", str(picture), **against(running))
    assert code == 1
    assert last["ok"] is False
    assert "could not be read" in last["problem"]
    assert "Traceback" not in said


@pytest.mark.parametrize("name", ["missing.jpg", "text.jpg"])
def test_a_file_that_is_no_photo_stops_it_with_a_reason(tmp_path, running, name):
    (tmp_path / "text.jpg").write_text("no photo")
    code, last, said = demo(tmp_path, "--card", str(tmp_path / name), **against(running))
    assert (code, last["ok"]) == (1, False)
    assert last["problem"]
    assert "Traceback" not in said


@contextmanager
def answering(body):
    """Answer every GET with the body, as whoever has the port; yield the port."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args):
            return

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield str(server.server_address[1])
    finally:
        server.shutdown()
        server.server_close()


def test_it_refuses_an_instance_with_a_real_vendor(tmp_path):
    with answering(b'{"status": "ok", "world": "test"}') as port:
        code, last, _ = demo(tmp_path, PORT=port)
    assert code == 1
    assert "not the sandbox" in last["problem"]


@pytest.mark.parametrize("body", [b"hello", b"[]"])
def test_an_answer_that_nobody_foresaw_stops_it_with_a_reason(tmp_path, body):
    with answering(body) as port:
        code, last, said = demo(tmp_path, PORT=port)
    assert (code, last["ok"]) == (1, False)
    assert "not as the demo expects it" in last["problem"]
    assert "Traceback" not in said
