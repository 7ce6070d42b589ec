"""What all failures have in common: the stage, and what must hold however they end."""

from collections.abc import Iterator
from typing import Any

import pytest

from core.commands import OUR_FAULT
from core.models import Command, CommandAttempt
from tests.faults.stage import Clock, Stage
from tests.payments.conftest import desk as desk
from tests.sandbox_process import SandboxProcess

# Written on purpose when a batch needs a person; everything else above a warning would be a fault of our own.
ALARMS = "frontdesk.payments"


@pytest.fixture
def stage(
    sandbox_process: SandboxProcess,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    db: None,
) -> Iterator[Stage]:
    """The stage. At the end nothing is stuck and no fault is our own. CardScan keeps the cards it has."""
    for vendor in ("candid", "spry", "payments"):
        sandbox_process.call("POST", "reset", {"vendor": vendor})
    sandbox_process.call("DELETE", "faults")
    sandbox_process.call("POST", "clock", {"reset": True})
    yield Stage(sandbox_process, settings, Clock(sandbox_process, monkeypatch))
    assert not Command.objects.filter(status=Command.Status.CLAIMED).exists()
    assert not CommandAttempt.objects.filter(outcome__in=["", "BROKEN", "LOST", "LATE"]).exists()
    assert not Command.objects.filter(reason=OUR_FAULT).exists()
    loud = [record for record in caplog.get_records("call") if record.levelno >= 40 and record.name != ALARMS]
    assert not loud
