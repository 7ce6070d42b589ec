"""A whole Frontdesk with its sandbox, each part in a process of its own, and the means to kill some of them."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import psutil
import requests

from demo.client import Api, Browser, wait_for
from demo.instance import Instance
from tests.with_postgres import free_port

PATIENCE = 150.0  # seconds for anything that has to happen; what really is waited for takes a part of it
# Deadlines are long, so that on a busy machine nothing times out before its kill, and everything finds a thread.
ENVIRONMENT = {
    "DEADLINE_SCALE": "4",
    "PAYMENTS_QUIET_SECONDS": "1",
    "SPRY_RESOLVE_SECONDS": "1",
    "SANDBOX_FAST": "1",
    "WORKER_THREADS": "32",
    "CANDID_CONCURRENCY": "10",
}
CARDSCAN_KEY = "sk_test_cardscan_ai_sandbox_0001"
PAYMENTS_KEYS = {"ACCT1": "payments-sandbox-key", "ACCT2": "payments-sandbox-key-2"}
Row = tuple[Any, ...]


class World:
    """One instance, its people, and a look into its database and into the sandbox."""

    def __init__(self, folder: Path, **environment: str) -> None:
        """Start nothing yet. `folder` is its DATA_DIR; `environment` adds settings."""
        self.instance = Instance(folder, free_port(), free_port(), ENVIRONMENT | environment)
        self.browsers: dict[str, Browser] = {}
        self.orphans: list[Row] = []

    def start(self) -> None:
        """Start it, also after a kill: on the same data and the same ports."""
        self.instance.start()
        self.logins = json.loads((self.instance.data / "demo.json").read_text(encoding="utf-8"))
        tokens = self.logins["tokens"]
        self.desk = Api(self.instance.url, tokens["frontdesk"])
        self.billing = Api(self.instance.url, tokens["billing"])

    def stop(self) -> None:
        """Stop it for good."""
        self.instance.stop()

    def admin(self, login: str) -> Browser:
        """Return the browser in which an admin is signed in."""
        if login not in self.browsers:
            self.browsers[login] = Browser(self.instance.url, self.logins["logins"][login], self.logins["password"])
        return self.browsers[login]

    # ---- processes -------------------------------------------------------------------------------------------------

    def _supervisor(self) -> psutil.Process:
        assert self.instance.process is not None
        return psutil.Process(self.instance.process.pid)

    def worker(self) -> psutil.Process:
        """Return the worker's process."""
        for child in self._supervisor().children():
            if {"celery", "worker"} <= set(child.cmdline()):
                return child
        raise LookupError("There is no worker.")

    def kill_worker(self) -> None:
        """SIGKILL the worker; the supervisor starts another one."""
        worker = self.worker()
        worker.kill()
        _gone([worker])
        self._note_orphans()

    def kill_everything(self) -> None:
        """SIGKILL the supervisor and everything below it, at once."""
        supervisor = self._supervisor()
        supervisor.suspend()  # so that it starts nothing again between the first kill and its own
        everyone = [*supervisor.children(recursive=True), supervisor]
        for process in everyone:
            process.kill()
        assert self.instance.process is not None
        self.instance.process.wait()
        self.instance.process = None
        _gone(everyone)
        self._note_orphans()

    def _note_orphans(self) -> None:
        self.orphans = self.rows("SELECT id, fence FROM core_command WHERE status = 'CLAIMED'")

    def let_leases_run_out(self) -> None:
        """Let the time pass that the leases of the killed worker still have: put their ends into the past."""
        sql = "UPDATE core_command SET lease_until = datetime('now', '-1 second') WHERE id = ? AND fence = ?"
        with closing(sqlite3.connect(self._database, timeout=20)) as connection, connection:
            connection.executemany(f"{sql} AND status = 'CLAIMED'", self.orphans)

    # ---- the database ----------------------------------------------------------------------------------------------

    @property
    def _database(self) -> Path:
        return self.instance.data / "frontdesk.sqlite3"

    def rows(self, sql: str, *values: Any) -> list[Row]:
        """Read the program's database."""
        with closing(sqlite3.connect(f"file:{self._database}?mode=ro", uri=True, timeout=20)) as connection:
            return connection.execute(sql, values).fetchall()

    def in_flight(self) -> dict[str, int]:
        """Return how many commands are being done at this moment, by kind."""
        return dict(self.rows("SELECT kind, count(*) FROM core_command WHERE status = 'CLAIMED' GROUP BY kind"))

    def lost(self) -> dict[str, int]:
        """Return how many tries ended because their worker was gone, by kind."""
        sql = (
            "SELECT c.kind, count(*) FROM core_commandattempt a JOIN core_command c ON c.id = a.command_id"
            " WHERE a.outcome = 'LOST' GROUP BY c.kind"
        )
        return dict(self.rows(sql))

    def open_commands(self) -> list[Row]:
        """Return kind, status and reason of what is still to be done soon.

        What waits for a far moment is left out: a released batch is looked at again every quarter of an hour.
        """
        sql = (
            "SELECT kind, status, reason FROM core_command WHERE status IN ('CLAIMED', 'UNCLEAR')"
            " OR (status = 'DUE' AND due_at < datetime('now', '+60 seconds'))"
        )
        return self.rows(sql)

    # ---- the sandbox -----------------------------------------------------------------------------------------------

    def control(self, method: str, path: str, body: Any = None) -> Any:
        """Speak to the sandbox's window."""
        answer = requests.request(method, f"{self.instance.sandbox_url}/__sandbox__/{path}", json=body, timeout=30)
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def fault(self, vendor: str, route: str, kind: str, times: int | None = 1, **options: Any) -> None:
        """Have the next `times` calls of a route go wrong."""
        rule = {"vendor": vendor, "route": route, "kind": kind, "times": times, "options": options}
        self.control("POST", "faults", rule)

    def switch(self, vendor: str, name: str, value: Any) -> None:
        """Change how a vendor behaves."""
        self.control("POST", "switches", {"vendor": vendor, "name": name, "value": value})

    def waiting_faults(self) -> int:
        """Return how many faults no call has met yet."""
        return len(self.control("GET", "faults")["faults"])

    def spry_records(self) -> list[dict[str, Any]]:
        """Return the phone calls that SPRY has kept."""
        return list(self._vendor("spry/__sandbox__/records")["records"])

    def cards(self) -> list[dict[str, Any]]:
        """Return the cards that CardScan has."""
        return list(self._vendor("cardscan/v1/cards", {"Authorization": f"Bearer {CARDSCAN_KEY}"})["cards"])

    def vendor_batches(self, account: str) -> list[dict[str, Any]]:
        """Return the payment batches that the vendor has of an account."""
        return list(self._vendor("payments/api/v1/payments/batch", {"API-Key": PAYMENTS_KEYS[account]})["batches"])

    def ledger(self) -> dict[str, dict[str, Any]]:
        """Return how often money left, by the payment's reference."""
        return dict(self.control("GET", "payments/ledger"))

    def _vendor(self, path: str, headers: dict[str, str] | None = None) -> Any:
        answer = requests.get(f"{self.instance.sandbox_url}/{path}", headers=headers, timeout=30)
        answer.raise_for_status()
        return answer.json()


def _gone(processes: list[psutil.Process]) -> None:
    """Wait until killed processes have given back what they held; one that nobody reaps stays as a zombie."""
    wait_for(lambda: [p for p in processes if _alive(p)], lambda left: not left, what="The kill", seconds=30)


def _alive(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
