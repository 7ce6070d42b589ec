"""The net below a merge: rows that came to a record after it was merged away are given to its survivor.

Whoever gives a row to a patient holds the record first (`Patient.hold`). A part of the program that forgot to would
leave a row where nobody finds it.
"""

from __future__ import annotations

import logging
from typing import Any

from django.db import transaction

from core import audit

from ..models import Patient, PatientMerge
from .relations import Relation, relations

logger = logging.getLogger("frontdesk.merging")


def gather() -> None:
    """Give every such row to the record that is used; the merge keeps it, so that undoing gives it back."""
    for one in relations():
        if one.is_single:
            continue
        for row in one.model._base_manager.filter(**{f"{one.column}__merged_into__isnull": False}):
            _give(one, row)


@transaction.atomic
def _give(one: Relation, row: Any) -> None:
    gone = Patient.every.select_for_update().get(pk=getattr(row, f"{one.column}_id"))
    done = PatientMerge.objects.select_for_update(of=("self",)).filter(gone=gone, undone_at=None).first()
    if done is None:
        return  # taken back meanwhile: the row is where it belongs
    survivor = gone.standing()
    if one.rows(gone).filter(pk=row.pk).update(**{one.column: survivor}) and done.survivor_id == survivor.pk:
        done.moved.setdefault(one.label, []).append(row.pk)
        done.save(update_fields=["moved"])
    logger.warning("%s %s came to a record after it was merged away", one.label, row.pk)
    audit.record(None, "intake.patient.late_row", survivor, gone=gone.pk, row=row.pk, relation=one.label)
