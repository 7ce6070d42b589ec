"""The audit trail: one line you can see, in the same transaction as what it tells of."""

import contextvars
from collections.abc import Iterable
from functools import cache
from typing import Any

from django.db import connections, models, router
from django.utils import timezone

from core.models import AuditEvent

# Set by middleware for a request; empty in a worker.
origin: contextvars.ContextVar[tuple[str, str | None]] = contextvars.ContextVar("origin", default=("WORKER", None))


def record(
    actor: Any, action: str, target: models.Model | None = None, *, clinic: models.Model | None = None, **facts: Any
) -> None:
    """Append an event: who (None: the machine), a dotted action, on which row, facts without personal data."""
    event = _event(actor, action, target, clinic, facts)
    connection = connections[router.db_for_write(AuditEvent)]
    columns, insert = _statement()
    values = [column.get_db_prep_save(getattr(event, column.attname), connection) for column in columns]
    with connection.cursor() as cursor:
        cursor.execute(insert, values)


@cache
def _statement() -> tuple[list[Any], str]:
    """Return the columns and the INSERT of an event, put together once: it goes with whatever anybody does."""
    columns = [column for column in AuditEvent._meta.concrete_fields if not column.primary_key]
    names = ", ".join(f'"{column.column}"' for column in columns)
    places = ", ".join(["%s"] * len(columns))
    return columns, f'INSERT INTO "{AuditEvent._meta.db_table}" ({names}) VALUES ({places})'  # noqa: S608 (our names)


def record_many(
    actor: Any, action: str, targets: Iterable[models.Model], *, clinic: models.Model | None = None, **facts: Any
) -> None:
    """Append the same event for many rows with a few statements."""
    events = [_event(actor, action, target, clinic, facts) for target in targets]
    AuditEvent.objects.bulk_create(events, batch_size=500)


def _event(
    actor: Any, action: str, target: models.Model | None, clinic: models.Model | None, facts: dict[str, Any]
) -> AuditEvent:
    channel, address = origin.get()
    return AuditEvent(
        at=timezone.now(),
        actor=actor,
        action=action,
        target_type=target._meta.label_lower if target else "",
        target_pk=target.pk if target else None,
        clinic_pk=clinic.pk if clinic else None,
        channel=channel,
        address=address,
        facts=facts,
    )
