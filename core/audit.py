"""The audit trail: one line you can see, in the same transaction as what it tells of."""

import contextvars
from collections.abc import Iterable
from typing import Any

from django.db import models
from django.utils import timezone

from core.models import AuditEvent

# Set by middleware for a request; empty in a worker.
origin: contextvars.ContextVar[tuple[str, str | None]] = contextvars.ContextVar("origin", default=("WORKER", None))


def record(
    actor: Any, action: str, target: models.Model | None = None, *, clinic: models.Model | None = None, **facts: Any
) -> None:
    """Append an event: who (None: the machine), a dotted action, on which row, facts without personal data."""
    _event(actor, action, target, clinic, facts).save(force_insert=True)


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
