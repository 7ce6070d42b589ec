"""What a vendor tells makes a command that waits look at once; without the event it looks later.

One that waits is left as it is: its hint says that it may be done before its time. When it would have looked anyhow
stays written down, so a hint that gets lost costs that wait and nothing else.
"""

from collections.abc import Collection, Iterable
from datetime import datetime

from django.db.models import Case, F, Q, QuerySet, Value, When

from core import hints
from core.claiming import unhurried
from core.handlers import Policy, handler_of_kind
from core.models import Command

Status = Command.Status
Waiting = tuple[int, str, int]  # a command that waits: its row, its status, its failures in a row


def waiting(found: QuerySet[Command], kinds: Collection[str]) -> QuerySet[Command, Waiting]:
    """Return those of the found commands that wait and are of these kinds, as `wake` takes them.

    Raises ValueError for a kind that may not be asked again.
    """
    for kind in kinds:
        if handler_of_kind(kind).policy is not Policy.ASK_AGAIN:
            raise ValueError(f"{kind} cannot be woken: it may not be repeated.")
    rows = found.filter(status__in=(Status.DUE, Status.CLAIMED), kind__in=kinds)
    return rows.values_list("pk", "status", "failures")


def wake(seen: Iterable[Waiting], *, now: datetime) -> bool:
    """Have what waits, as `waiting` returned it, look at once. Return whether anything waits.

    One that is being done looks once more, whatever it finds now, so that an event that comes while it records "not
    ready yet" is not lost. A pause after a failure stays. An event that comes twice costs one look more.
    """
    seen = list(seen)
    if busy := [pk for pk, status, _ in seen if status == Status.CLAIMED]:
        _have_look_again(busy, now)
    for pk, status, failures in seen:
        if failures == 0:
            hints.send_on_commit(pk, early=status == Status.DUE)
    return bool(seen)


def _have_look_again(pks: Collection[int], now: datetime) -> None:
    """One statement: whichever of it and the recording comes first, the other finds the row as that left it."""
    unhurt = Q(unhurried(), status=Status.DUE, due_at__gt=now)
    Command.objects.filter(pk__in=pks, status__in=(Status.DUE, Status.CLAIMED)).update(
        woken_at=now,
        due_at=Case(When(unhurt, then=Value(now)), default=F("due_at")),
        hinted_at=Case(When(unhurt, then=None), default=F("hinted_at")),
    )
