"""Runs the sandbox as its own process, as a person would, and speaks to its control page."""

import json
import os
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # no proxy from the environment


class SandboxProcess:
    """A running sandbox on a free port with a data folder of its own."""

    def __init__(self, data: Path | None = None, port: int = 0, *options: str) -> None:
        self.data = data or Path(tempfile.mkdtemp(prefix="frontdesk-sandbox-"))
        self.log = (self.data / "sandbox.log").open("ab")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "sandbox", "--port", str(port), "--data", str(self.data), *options],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=self.log,
            env={**os.environ, "SANDBOX_FAST": "1"},
        )
        assert self.process.stdout is not None
        self.url = ""
        for line in self.process.stdout:
            if b"listening on " in line:
                self.url = line.decode().split("listening on ", 1)[1].split()[0].strip()
                break
        if not self.url:
            raise RuntimeError(f"The sandbox did not start; see {self.data / 'sandbox.log'}.")

    def stop(self) -> None:
        """End the process."""
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.log.close()

    def kill(self) -> None:
        """End the process without warning (SIGKILL)."""
        self.process.kill()
        self.process.wait()

    # ---- the control API ---------------------------------------------------------------------------------------

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """Speak to /__sandbox__/… and return the JSON answer."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(
            f"{self.url}/__sandbox__/{path}", data, {"Content-Type": "application/json"}, method=method
        )
        with DIRECT.open(request, timeout=20) as response:
            return json.loads(response.read() or b"null")

    def reset(self) -> None:
        """Forget everything: rows, faults, switches, the clock."""
        self.call("POST", "reset", {})

    def fault(self, vendor: str, route: str, kind: str, times: int | None = 1, **options: Any) -> None:
        """Play a fault on the next `times` calls of the route (`*` for any)."""
        rule = {"vendor": vendor, "route": route, "kind": kind, "times": times, "options": options}
        self.call("POST", "faults", rule)

    def switch(self, vendor: str, name: str, value: Any) -> None:
        """Set one of the vendor's switches."""
        self.call("POST", "switches", {"vendor": vendor, "name": name, "value": value})

    def ledger(self) -> dict[str, Any]:
        """Return how often money left per payment reference."""
        return self.call("GET", "payments/ledger")
