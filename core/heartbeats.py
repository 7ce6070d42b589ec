"""How one process knows that another is at work: a row with a time, and no guessing."""

from datetime import datetime, timedelta

from core.models import Heartbeat


def beat(name: str, *, now: datetime) -> None:
    """Say that `name` is at work."""
    if not Heartbeat.objects.filter(name=name).update(at=now):
        Heartbeat.objects.update_or_create(name=name, defaults={"at": now})


def rest(name: str) -> None:
    """Say that `name` is not at work any more; another one of the same name says so again in a moment."""
    Heartbeat.objects.filter(name=name).delete()


def is_beating(name: str, *, within: timedelta, now: datetime) -> bool:
    """Return whether `name` was at work within the last while."""
    return Heartbeat.objects.filter(name=name, at__gt=now - within).exists()
