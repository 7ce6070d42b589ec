"""A task's connection to the database: kept for the next one, and closed when it is broken."""

import pytest
from celery.fixups.django import DjangoWorkerFixup
from celery.signals import task_postrun, task_prerun
from django.db import connections

from core.celery import app

pytestmark = pytest.mark.django_db


def test_celery_does_not_open_one_for_every_task(monkeypatch):
    closed: list[str] = []
    around = DjangoWorkerFixup(app)
    monkeypatch.setattr(around, "_close_database", lambda: closed.append("closed"))
    for _ in range(100):
        around.close_database()
    assert not closed


@pytest.mark.parametrize("moment", [task_prerun, task_postrun])
@pytest.mark.parametrize("usable", [True, False])
def test_a_broken_one_is_closed_around_a_task(monkeypatch, moment, usable):
    closed: list[str] = []
    mine = connections.create_connection("default")
    mine.ensure_connection()
    monkeypatch.setattr(connections, "all", lambda **_: [mine])
    monkeypatch.setattr(mine, "is_usable", lambda: usable)
    monkeypatch.setattr(mine, "close", lambda: closed.append("closed"))
    mine.errors_occurred = True
    moment.send(None)
    assert closed == ([] if usable else ["closed"])
    type(mine).close(mine)
