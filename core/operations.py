"""What the Operations page shows, read from commands and their attempts."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Max, Q, QuerySet

from core import commands
from core.context import is_sandbox
from core.http import host_of
from core.models import Command, CommandAttempt
from core.vendors import VENDORS

WINDOW = timedelta(hours=1)
_GOOD = ["DONE", "LATER", "REFUSED"]
_BAD = ["UNCLEAR", "NOT_SENT", "LOST"]


@dataclass(frozen=True)
class VendorHealth:
    """How one vendor has answered within the last hour."""

    name: str
    where: str
    state: str
    sentence: str
    last_ok_at: datetime | None
    failures: int


def commands_of(clinic_pk: int) -> QuerySet[Command]:
    """Return the outside work of one clinic, newest first."""
    kinds = [handler.kind for handler in commands.handlers()]
    rows = Command.objects.filter(clinic_pk=clinic_pk, kind__in=kinds)
    return rows.defer("request").order_by("-created_at")


def vendors(*, now: datetime) -> list[VendorHealth]:
    """Return the state of each vendor that has handlers, from the attempts of the last hour."""
    kinds: dict[str, list[str]] = {}
    for handler in commands.handlers():
        kinds.setdefault(handler.vendor, []).append(handler.kind)
    return [_health(vendor, kinds[vendor], now) for vendor in VENDORS if vendor in kinds]


def _health(vendor: str, kinds: list[str], now: datetime) -> VendorHealth:
    tries = CommandAttempt.objects.filter(command__kind__in=kinds, started_at__gt=now - WINDOW)
    seen = tries.aggregate(
        good=Count("pk", filter=Q(outcome__in=_GOOD)),
        bad=Count("pk", filter=Q(outcome__in=_BAD)),
        last_ok=Max("ended_at", filter=Q(outcome__in=_GOOD)),
        last_bad=Max("ended_at", filter=Q(outcome__in=_BAD)),
    )
    state, sentence = _words(seen)
    known = VENDORS[vendor]
    return VendorHealth(known.name, _where(known.url), state, sentence, seen["last_ok"], seen["bad"])


def _where(url: str) -> str:
    """Return where a vendor is, for people."""
    host = host_of(url)
    if not is_sandbox(url):
        return host
    return "sandbox on this machine" if host in _THIS_MACHINE else f"sandbox at {host}"


_THIS_MACHINE = frozenset({"127.0.0.1", "::1", "localhost"})


def _words(seen: dict[str, Any]) -> tuple[str, str]:
    if not seen["good"] and not seen["bad"]:
        return "none", "Nothing was asked within the last hour."
    if not seen["bad"]:
        return "done", f"It answers: {seen['good']} of {seen['good']} within the last hour."
    if seen["last_ok"] and seen["last_ok"] > seen["last_bad"]:
        return (
            "waiting",
            f"It answers again; {seen['bad']} of {seen['good'] + seen['bad']} failed within the last hour.",
        )
    return "blocked", "It does not answer. Work waits and goes out by itself; everything can be done by hand."


def lines(rows: Iterable[Command]) -> list[dict[str, Any]]:
    """Return what the page shows of each command."""
    return [_line(command) for command in rows]


def _line(command: Command) -> dict[str, Any]:
    handler = commands.handler_of(command)
    return {
        "code": command.code,
        "label": handler.label,
        "vendor": VENDORS[handler.vendor].name,
        "sentence": command.Status(command.status).label,
        "created_at": command.created_at,
        "due_at": command.due_at,
        "attempts": command.attempts,
        "reason": command.reason,
        "can_retry": command.status == "FAILED" and handler.may_retry(command),
    }


def recent_attempts(rows: QuerySet[Command]) -> list[dict[str, Any]]:
    """Return the newest tries of these commands, with what came of each.

    Whatever is asked for until it is ready is one line a command, with how often it was not.
    """
    tries = (
        CommandAttempt.objects.filter(command__in=rows.values("pk")).select_related("command").defer("command__request")
    )
    shown: list[dict[str, Any]] = []
    folded: dict[int, dict[str, Any]] = {}
    for attempt in tries.order_by("-started_at", "-pk")[:_LOOKED_AT]:
        line = folded.get(attempt.command_id) if attempt.outcome == _NOT_READY else None
        if line is not None:
            line["count"] += 1
            continue
        shown.append(line := _try(attempt))
        if attempt.outcome == _NOT_READY:
            folded[attempt.command_id] = line
    return shown[:_MOST_TRIES]


_LOOKED_AT, _MOST_TRIES, _NOT_READY = 300, 30, "LATER"


def _try(attempt: CommandAttempt) -> dict[str, Any]:
    return {
        "label": commands.handler_of(attempt.command).label,
        "started_at": attempt.started_at,
        "outcome": attempt.get_outcome_display() or "being done",
        "http_status": attempt.http_status,
        "milliseconds": attempt.milliseconds,
        "count": 1,
    }
