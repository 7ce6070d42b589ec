"""The Celery application. Messages are hints: they carry a command's id and nothing else."""

import os
from typing import Any

from celery import Celery
from celery.signals import task_postrun, task_prerun, worker_ready
from django.db import close_old_connections

from core import garbage

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "core.settings")

app = Celery("frontdesk")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@task_prerun.connect
@task_postrun.connect
def tidy_connections(**_: Any) -> None:
    """Close a database connection that is broken or old, and have the next one tried: as around a request."""
    close_old_connections()


@worker_ready.connect
def begin(**_: Any) -> None:
    """Every task and handler is loaded."""
    garbage.leave_the_program_alone()
