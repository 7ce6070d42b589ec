"""Real services for the tests, started privately on free loopback ports: Redis and an S3 server."""

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.sandbox_process import DIRECT
from tests.with_postgres import free_port


def wait_for(port: int, process: subprocess.Popen, seconds: float = 30.0) -> None:
    """Wait until something listens on the port."""
    ends = time.monotonic() + seconds
    while time.monotonic() < ends and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 0.2).close()
            return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError(f"Nothing listens on port {port}.")


@contextmanager
def redis() -> Iterator[str]:
    """Yield the REDIS_URL of a private server that keeps an append-only file, as the deployment's does."""
    folder, port = Path(tempfile.mkdtemp(prefix="frontdesk-redis-")), free_port()
    options = ["--port", str(port), "--bind", "127.0.0.1", "--dir", str(folder), "--appendonly", "yes"]
    server = subprocess.Popen(["redis-server", *options, "--maxmemory-policy", "noeviction"], stdout=subprocess.DEVNULL)
    try:
        wait_for(port, server)
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        server.terminate()
        server.wait(10)
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def s3(config: Path) -> Iterator[str]:
    """Yield the STORAGE_URL of a private SeaweedFS with the identities of `config`."""
    folder = Path(tempfile.mkdtemp(prefix="frontdesk-s3-"))
    ports = {name: free_port() for name in ("s3", "master", "filer", "volume")}
    weed = str(Path(sys.executable).with_name("weed"))
    server = subprocess.Popen(
        [
            *(weed, f"-logdir={folder}", "mini", f"-dir={folder}/data", "-ip=127.0.0.1", "-ip.bind=127.0.0.1"),
            *(f"-{name}.port={port}" for name, port in ports.items()),
            *(f"-s3.config={config}", "-admin.ui=false", "-webdav=false", "-master.telemetry=false"),
        ],
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        wait_for(ports["s3"], server, 60)
        _wait_for_s3(ports["s3"])
        key = json.loads(config.read_text())["identities"][0]["credentials"][0]
        url = f"s3://{key['accessKey']}:{key['secretKey']}@127.0.0.1:{ports['s3']}/frontdesk?tls=0"
        yield url
    finally:
        os.killpg(server.pid, 9)
        server.wait(10)
        shutil.rmtree(folder, ignore_errors=True)


def _wait_for_s3(port: int) -> None:
    """The port listens before the identities are loaded; a plain answer (even 403) means it is ready."""
    ends = time.monotonic() + 30
    while time.monotonic() < ends:
        try:
            DIRECT.open(f"http://127.0.0.1:{port}/", timeout=2).close()
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("The S3 server did not get ready.")
