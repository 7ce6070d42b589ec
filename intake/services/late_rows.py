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
from .merging import hold_records
from .relations import Relation, relations

logger = logging.getLogger("frontdesk.merging")


def gather() -> None:
    """Give every such row to the record that is used; the merges keep it, so that undoing them gives it back."""
    for one in relations():
        if one.is_single:
            continue
        for row in one.model._base_manager.filter(**{f"{one.column}__merged_into__isnull": False}):
            _give(one, row)


@transaction.atomic
def _give(one: Relation, row: Any) -> None:
    """Carry a row along every merge from its record to the one that is used, and keep it in each of them."""
    chain = _chain(getattr(row, one.column))
    if len(chain) == 1:
        return  # the merge was taken back since the row was found
    held = hold_records(*chain)
    following = [record.merged_into_id for record in held]
    if following != [*(record.pk for record in held[1:]), None]:
        return  # merged on or taken back meanwhile: the next night looks again
    gone, survivor = held[0], held[-1]
    if not one.rows(gone).filter(pk=row.pk).update(**{one.column: survivor}):
        return  # somebody gave it to another patient
    merges = PatientMerge.objects.select_for_update(of=("self",)).filter(gone__in=held[:-1], undone_at=None)
    for done in merges.order_by("pk"):
        done.moved.setdefault(one.label, []).append(row.pk)
        done.save(update_fields=["moved"])
    logger.warning("%s %s came to a record after it was merged away", one.label, row.pk)
    audit.record(None, "intake.patient.late_row", survivor, gone=gone.pk, row=row.pk, relation=one.label)


def _chain(record: Patient) -> list[Patient]:
    """Return the record and what it was merged into, one after another; the last is the one that is used."""
    chain = [record]
    while chain[-1].merged_into is not None:
        chain.append(chain[-1].merged_into)
    return chain
