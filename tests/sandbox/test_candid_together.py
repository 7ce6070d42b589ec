"""The sandbox's Candid does a check once, also when several ask at once, and keeps it whole or not at all."""

import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.sandbox.candid_vendor import Candid, exact, person
from tests.sandbox.described import spoilt
from tests.sandbox_process import SandboxProcess

pytestmark = pytest.mark.real
V1 = "eligibility-checks/v1"
POLLS = 8
# No recommendation can be written while this stands.
_FULL = """
CREATE TRIGGER full BEFORE INSERT ON documents WHEN new.collection = 'recommendations'
BEGIN SELECT RAISE(ABORT, 'full'); END
"""


@pytest.fixture
def candid(sandbox: SandboxProcess) -> Candid:
    return Candid(sandbox)


def whoever(member_id: str) -> dict[str, Any]:
    return person("Jane", "Doe", member_id, "1990-01-01")


def submitted(candid: Candid, *member_ids: str) -> str:
    """Return the id of a batch with one check for each member id, each of them another question."""
    checks = [
        candid.body("60054", whoever(member_id), day=f"2026-{1 + place // 28:02}-{1 + place % 28:02}")
        for place, member_id in enumerate(member_ids)
    ]
    return str(candid.call("POST", f"{V1}/batch", checks).json()["batch_id"])


def polled_at_once(candid: Candid, batch_id: str) -> list[dict[str, Any]]:
    """Return what each of several polls gets that begin at the same moment."""
    clients = [Candid(candid.sandbox) for _ in range(POLLS)]
    barrier = threading.Barrier(POLLS)

    def poll(client: Candid) -> dict[str, Any]:
        barrier.wait(20)
        return exact(client.call("GET", f"{V1}/batch/{batch_id}"))

    with ThreadPoolExecutor(POLLS) as pool:
        return list(pool.map(poll, clients))


def test_polls_at_once_do_a_check_once(candid: Candid) -> None:
    batch_id = submitted(candid, *["RECOVERS", "AUTOUPDATED", "OTHERPAYER"] * 10)
    first, *others = polled_at_once(candid, batch_id)
    assert all(other == first for other in others)
    assert exact(candid.call("GET", f"{V1}/batch/{batch_id}")) == first
    assert (candid.held("checks"), candid.held("recommendations")) == (30, 10)
    assert [bool(item["errors"]) for item in first["items"][::3]] == [True] * 10
    assert candid.call("GET", f"{V1}/get-multi/").json()["total"] == 30


@spoilt()
def test_a_check_whose_recommendation_cannot_be_kept_is_not_kept_either(candid: Candid) -> None:
    batch_id = submitted(candid, "OTHERPAYER")
    candid.call("GET", f"{V1}/get-multi/")  # from now on the list is known in memory
    database = sqlite3.connect(candid.sandbox.data / "sandbox.sqlite3", isolation_level=None)
    database.execute(_FULL)
    try:
        assert candid.call("GET", f"{V1}/batch/{batch_id}").status_code == 500
        assert candid.post(candid.body("60054", whoever("OTHERPAYER"))).status_code == 500
    finally:
        database.execute("DROP TRIGGER full")
        database.close()
    assert candid.held("checks") == candid.held("benefits") == candid.held("recommendations") == 0
    assert candid.call("GET", f"{V1}/get-multi/").json()["total"] == 0
    (item,) = candid.call("GET", f"{V1}/batch/{batch_id}").json()["items"]
    (found,) = candid.call("GET", f"{V1}/recommendation").json()
    assert found["eligibility_check_id"] == item["response"]["id"]
    assert candid.call("GET", f"{V1}/get-multi/").json()["items"] == [item]
