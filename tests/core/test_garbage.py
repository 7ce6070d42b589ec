"""What a process has loaded is not looked through again and again while somebody waits."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
WEB = "import core.wsgi"
WORKER = (
    "import django; django.setup(); from celery.signals import worker_ready; import core.celery;"
    " worker_ready.send(sender=None)"
)
DISPATCHER = (
    "import sys, threading, django; django.setup(); from core import dispatcher, listeners;"
    " dispatcher.run_for_ever = lambda stop: None; listeners.start = lambda stop: [];"
    " from django.core.management import call_command; call_command('dispatch')"
)


@pytest.mark.parametrize("begin", [WEB, WORKER, DISPATCHER], ids=["web", "worker", "dispatcher"])
def test_a_process_that_has_begun_leaves_its_code_out_of_collections(begin: str, tmp_path: Path) -> None:
    look = "import gc; print(gc.get_freeze_count(), len(gc.get_objects()), gc.get_threshold()[0])"
    environment = {"DJANGO_SETTINGS_MODULE": "core.settings", "DATA_DIR": str(tmp_path), "PATH": "/usr/bin:/bin"}
    run = subprocess.run(
        [sys.executable, "-c", f"{begin}; {look}"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    left_out, looked_through, allocations = map(int, run.stdout.split()[-3:])
    assert left_out > 50_000 and looked_through < left_out / 10
    assert allocations > 700
