"""Runs the whole program as a clinic does: `manage.py serve`, on free ports, with the demo clinic in a new folder."""

import json
import queue
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from pathlib import Path
from typing import Any

from demo.instance import ROOT, free_port, own_environment
from tests.sandbox_process import DIRECT

START_WITHIN = 90.0  # seconds


class Program:
    """Web, worker, dispatcher and sandbox, with the demo clinic in an empty database."""

    def __init__(self) -> None:
        self.data = Path(tempfile.mkdtemp(prefix="frontdesk-browser-"))
        port, sandbox_port = free_port(), free_port()
        self.url, self.sandbox_url = f"http://127.0.0.1:{port}", f"http://127.0.0.1:{sandbox_port}"
        self.lines: list[str] = []
        self.process = subprocess.Popen(
            [sys.executable, str(ROOT / "manage.py"), "serve", "--port", str(port)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=self._environment(sandbox_port),
            text=True,
        )
        self._wait_for("Press Ctrl-C to stop")
        demo = json.loads((self.data / "demo.json").read_text(encoding="utf-8"))
        self.password: str = demo["password"]
        self.logins: dict[str, str] = demo["logins"]

    def _environment(self, sandbox_port: int) -> dict[str, str]:
        return own_environment() | {
            "DATA_DIR": str(self.data),
            "SANDBOX_PORT": str(sandbox_port),
            "SANDBOX_FAST": "1",
            "PAYMENTS_QUIET_SECONDS": "1",
            "LOG_LEVEL": "WARNING",
        }

    def _wait_for(self, words: str) -> None:
        arrived: queue.Queue[str | None] = queue.Queue()
        threading.Thread(target=self._read, args=(arrived,), daemon=True).start()
        ends = time.monotonic() + START_WITHIN
        while time.monotonic() < ends:
            line = arrived.get(timeout=START_WITHIN)
            if line is None:
                break
            if words in line:
                return
        self.stop()
        raise RuntimeError("Frontdesk did not start:\n" + "".join(self.lines[-40:]))

    def _read(self, arrived: "queue.Queue[str | None]") -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line)
            arrived.put(line)
        arrived.put(None)

    def control(self, method: str, path: str, body: Any = None) -> Any:
        """Speak to the sandbox's control page (/__sandbox__/…) and return its JSON answer."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(
            f"{self.sandbox_url}/__sandbox__/{path}", data, {"Content-Type": "application/json"}, method=method
        )
        with DIRECT.open(request, timeout=20) as response:
            return json.loads(response.read() or b"null")

    def times_money_left(self) -> int:
        """Return how many payments have left at the sandbox, each as often as it left."""
        return sum(row["times_money_left"] for row in self.control("GET", "payments/ledger").values())

    def stop(self) -> None:
        """End every process of the program."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
