"""The sandbox as a program: how it starts and ends, and what it logs."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from tests.sandbox.cardscan_vendor import Vendor
from tests.sandbox_process import ROOT, SandboxProcess

pytestmark = pytest.mark.real


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the sandbox to its end."""
    return subprocess.run(
        [sys.executable, "-m", "sandbox", *arguments],
        cwd=ROOT,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "example.test"])
def test_it_listens_on_this_machine_alone(tmp_path: Path, host: str) -> None:
    done = run("--port", "0", "--host", host, "--data", str(tmp_path), SANDBOX_ALLOW_REMOTE="")
    assert done.returncode == 2
    assert "SANDBOX_ALLOW_REMOTE=1" in done.stderr


def test_it_says_when_its_port_is_taken(sandbox: SandboxProcess, tmp_path: Path) -> None:
    done = run("--port", sandbox.url.rpartition(":")[2], "--data", str(tmp_path))
    assert done.returncode == 2
    assert "Choose another --port" in done.stderr


def test_it_says_when_the_port_of_a_vendor_is_taken(sandbox: SandboxProcess, tmp_path: Path) -> None:
    taken = sandbox.call("GET", "health")["ports"]["cardscan"]
    done = run("--port", "0", "--vendor-ports", str(taken), "--data", str(tmp_path))
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert f":{taken} " in done.stderr and "Choose another --vendor-ports" in done.stderr


@pytest.mark.parametrize(
    ("option", "value"), [("--port", "70000"), ("--port", "-1"), ("--port", "x"), ("--vendor-ports", "65534")]
)
def test_it_says_what_a_port_is(tmp_path: Path, option: str, value: str) -> None:
    done = run("--data", str(tmp_path), option, value)
    assert done.returncode == 2
    assert f"argument {option}: {value} is no port from 0 to " in done.stderr


def test_two_cannot_have_one_folder(sandbox: SandboxProcess) -> None:
    done = run("--port", "0", "--data", str(sandbox.data))
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert f"Another sandbox uses {sandbox.data}." in done.stderr


def test_it_says_when_its_folder_is_none(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    (tmp_path / "sandbox.sqlite3").write_text("This is no database. " * 100)
    for folder in (tmp_path / "file", tmp_path):
        done = run("--port", "0", "--data", str(folder))
        assert (done.returncode, done.stderr.count("\n")) == (2, 1)
        assert f"cannot keep its state in {folder} (" in done.stderr


def test_it_ends_in_order_when_told_to_and_goes_on_where_it_was(tmp_path: Path) -> None:
    first = SandboxProcess(tmp_path)
    card_id = Vendor(first).create()
    listener = Vendor(first).listen()
    first.stop()
    assert first.process.returncode == 0
    listener.close()
    second = SandboxProcess(tmp_path)
    assert Vendor(second).card(card_id)["state"] == "pending"
    second.stop()


def test_its_log_names_the_route_and_no_person(sandbox: SandboxProcess) -> None:
    vendor = Vendor(sandbox)
    vendor.call("GET", "/cards/search", query="zacharias-findling")
    vendor.listen().close()
    log = (sandbox.data / "sandbox.log").read_text()
    assert "frontdesk-sandbox cardscan.search 200" in log
    assert "zacharias-findling" not in log
    assert "token=" not in log


def test_every_line_of_its_log_says_who_it_is(sandbox: SandboxProcess) -> None:
    requests.post(f"{sandbox.url}/__sandbox__/faults", data={"place": ""}, timeout=20)
    headers = {"Content-Type": "multipart/form-data; boundary=edge"}
    requests.post(f"{sandbox.url}/cardscan/uploads/bucket", data=b"no form", headers=headers, timeout=20)
    sandbox.call("GET", "health")
    lines = (sandbox.data / "sandbox.log").read_text().splitlines()
    assert [line for line in lines if " frontdesk-sandbox window.set_fault 422 " in line]
    assert not [line for line in lines if " frontdesk-sandbox " not in line]
    assert not [line for line in lines if "boundary" in line]


def test_without_the_reader_it_says_so(tmp_path: Path) -> None:
    sandbox = SandboxProcess(tmp_path, 0, "--without-reader")
    assert sandbox.call("GET", "health")["reader"] == "off"
    sandbox.stop()
