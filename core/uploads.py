"""Uploaded tables between preview and import: kept sealed, for whoever uploaded them, for a day."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from core.models import UploadedTable
from core.tables import WHAT_IS_WRONG, Row, Table, header_key, write_table

KEPT = timedelta(days=1)


class UploadGone(Exception):
    """There is no such upload of this person in this clinic, or it is more than a day old."""


def keep(table: Table, *, purpose: str, clinic_pk: int, by: Any) -> UploadedTable:
    """Keep an uploaded table until it is imported."""
    return UploadedTable.objects.create(
        purpose=purpose, clinic_pk=clinic_pk, by=by, headers=table.headers, rows=_packed(table.rows)
    )


def kept(code: UUID, *, purpose: str, clinic_pk: int, by: Any, now: datetime) -> UploadedTable:
    """Return an upload. Raises UploadGone."""
    rows = UploadedTable.objects.filter(code=code, purpose=purpose, clinic_pk=clinic_pk, by=by)
    found = rows.filter(created_at__gt=now - KEPT).first()
    if found is None:
        raise UploadGone
    return found


@transaction.atomic
def take(upload: UploadedTable, *, now: datetime) -> bool:
    """Begin to import an upload, in the transaction of the import; False when somebody began before."""
    return UploadedTable.objects.filter(pk=upload.pk, done_at=None).update(done_at=now) == 1


def finish(upload: UploadedTable, refused: Iterable[Row], counts: dict[str, int]) -> None:
    """Keep of an imported table only what was refused, and how many rows came to what."""
    upload.rows, upload.counts = _packed(refused), counts
    upload.save(update_fields=["rows", "counts"])


def table_of(upload: UploadedTable) -> Table:
    """Return what was uploaded, or what was refused of it."""
    return Table(upload.headers, [Row(number, cells, tuple(problems)) for number, cells, problems in upload.rows])


def refused_file(upload: UploadedTable) -> bytes:
    """Return the refused rows as a CSV file: their columns as they were, and what is wrong with each."""
    table = table_of(upload)
    mine = [place for place, header in enumerate(table.headers) if header_key(header) != header_key(WHAT_IS_WRONG)]
    headers = [*(table.headers[place] for place in mine), WHAT_IS_WRONG]
    return write_table(headers, ([*(row.cells[i] for i in mine), " ".join(row.problems)] for row in table.rows))


def sweep(now: datetime) -> int:
    """Delete uploads of more than a day ago; return how many. Run every night."""
    return UploadedTable.objects.filter(created_at__lt=now - KEPT).delete()[0]


def _packed(rows: Iterable[Row]) -> list[list[Any]]:
    return [[row.number, row.cells, list(row.problems)] for row in rows]
