"""Starts and stops a whole Frontdesk as a person would: `manage.py serve` on ports of its own."""

import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import requests

from demo.client import direct

ROOT = Path(__file__).resolve().parent.parent
START_WITHIN, STOP_WITHIN = 120.0, 90.0  # seconds; whoever serves gives its children a minute to finish
LAST_LINES = 20
# How the settings begin that tie a Frontdesk to somebody's data, keys, vendors or address. An instance of one's own
# takes none of them from the environment around it.
OUTSIDE = (
    *("DATABASE_URL", "REDIS_URL", "STORAGE_URL", "STATIC_ROOT", "SECRET_KEY", "SEALING_KEYS"),
    *("SANDBOX_URL", "SANDBOX_DATA", "CARDSCAN_", "CANDID_", "SPRY_", "PAYMENTS_", "EMAIL_", "DEFAULT_FROM_EMAIL"),
    *("PUBLIC_URL", "ALLOWED_HOSTS", "CSRF_TRUSTED_ORIGINS", "BEHIND_PROXY", "SECURE_COOKIES"),
)


class DidNotStart(Exception):
    """The instance ended or stayed silent; the last lines of its log say why."""


def free_port() -> int:
    """Return a loopback port that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def own_environment() -> dict[str, str]:
    """Return our environment without the settings of OUTSIDE, for an instance with data and vendors of its own."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(OUTSIDE)}
    return kept | {"DEMO": "1", "HOST": "127.0.0.1", "DJANGO_SETTINGS_MODULE": "core.settings"}


@dataclass
class Instance:
    """A running Frontdesk with its data folder. Extra settings go into its environment, and win."""

    data: Path
    port: int = field(default_factory=free_port)
    sandbox_port: int = field(default_factory=free_port)
    environment: dict[str, str] = field(default_factory=dict)
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def url(self) -> str:
        """The address of its pages and API."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def sandbox_url(self) -> str:
        """The address of its sandbox."""
        return f"http://127.0.0.1:{self.sandbox_port}"

    @property
    def log(self) -> Path:
        """Where its output goes."""
        return self.data / "instance.log"

    def command(self) -> list[str]:
        """Return what is run: the whole program."""
        return [sys.executable, str(ROOT / "manage.py"), "serve"]

    def settings(self) -> dict[str, str]:
        """Return the environment that it runs in."""
        own = {"DATA_DIR": str(self.data), "PORT": str(self.port), "SANDBOX_PORT": str(self.sandbox_port)}
        return own_environment() | own | self.environment

    def start(self) -> Self:
        """Start it and wait until it answers. Raises DidNotStart."""
        self.data.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603 (our own command)
                self.command(), cwd=ROOT, env=self.settings(), stdout=log, stderr=log
            )
        ends = time.monotonic() + START_WITHIN
        while not is_ready(self.url):
            if self.process.poll() is not None or time.monotonic() > ends:
                self.stop()
                raise DidNotStart(f"Frontdesk did not start. Its last lines:\n{self._last_lines()}")
            time.sleep(0.1)
        return self

    def _last_lines(self) -> str:
        return "\n".join(self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-LAST_LINES:])

    def stop(self) -> None:
        """Stop it as Ctrl-C would, and for certain after a minute and a half."""
        if self.process is None:
            return
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(STOP_WITHIN)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None


def is_ready(url: str) -> bool:
    """Whether a Frontdesk answers at the address."""
    try:
        return direct().get(f"{url}/health/", timeout=5, allow_redirects=False).status_code == 200
    except requests.RequestException:
        return False
