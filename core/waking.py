"""What a vendor tells makes a command that waits look at once; without the event it looks later."""

from collections.abc import Collection
from datetime import datetime

from django.db.models import Case, F, Q, QuerySet, Value, When

from core import hints
from core.handlers import Policy, handler_of_kind
from core.models import Command

Status = Command.Status


def wake(found: QuerySet[Command], kinds: Collection[str], *, now: datetime) -> bool:
    """Have those of the found commands look at once that wait and are of these kinds. Return whether one waits.

    One that is being done looks once more, whatever it finds now, so that an event that comes while it records "not
    ready yet" is not lost. A pause after a failure stays. Raises ValueError for a kind that may not be asked again.
    """
    for kind in kinds:
        if handler_of_kind(kind).policy is not Policy.ASK_AGAIN:
            raise ValueError(f"{kind} cannot be woken: it may not be repeated.")
    waiting = Q(status__in=(Status.DUE, Status.CLAIMED), kind__in=kinds)
    seen = list(found.filter(waiting).values_list("pk", "due_at", "failures"))
    if not seen:
        return False
    unhurt = Q(status=Status.DUE, due_at__gt=now, failures=0)
    # One statement: whichever of it and the recording comes first, the other finds the row as that left it.
    woken = Command.objects.filter(waiting, pk__in=[pk for pk, *_ in seen]).update(
        woken_at=now,
        due_at=Case(When(unhurt, then=Value(now)), default=F("due_at")),
        hinted_at=Case(When(unhurt, then=None), default=F("hinted_at")),
    )
    for pk, due_at, failures in seen:
        if failures == 0 or due_at <= now:
            hints.send_on_commit(pk)  # for one that is being done, too: a hint too many is none
    return bool(woken)
