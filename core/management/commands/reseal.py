"""`manage.py reseal`: seal everything under the newest key, so that an older one can be retired."""

from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.core.files.storage import default_storage
from django.core.management.base import BaseCommand
from django.db import connection, models, transaction

from core import sealed
from core.sealed import SealedField
from core.storage import SealedStorage

BATCH = 200


class Command(BaseCommand):
    """Go over every sealed column and file."""

    help = "Seal every sealed value and file under the newest of SEALING_KEYS."

    def handle(self, *args: Any, **options: Any) -> None:
        """Reseal and say how much there was to do."""
        values = sum(_reseal_model(model) for model in apps.get_models()) + _reseal_second_factors()
        files = sum(_reseal_files(model) for model in apps.get_models())
        self.stdout.write(f"Resealed {values} rows and {files} files. Older keys may be removed from SEALING_KEYS now.")


def _reseal_model(model: type[models.Model]) -> int:
    fields = [f.attname for f in model._meta.local_concrete_fields if isinstance(f, SealedField)]
    if not fields:
        return 0
    changed, last = 0, 0
    while True:
        # Read and write under one lock, so that an edit made meanwhile is not written over.
        with transaction.atomic():
            rows = list(model._base_manager.select_for_update().filter(pk__gt=last).order_by("pk")[:BATCH])
            changed += sum(_reseal_row(row, fields) for row in rows)
        if not rows:
            return changed
        last = rows[-1].pk


def _reseal_row(row: models.Model, fields: list[str]) -> bool:
    if _is_current(row, fields):
        return False
    values = {field: getattr(row, field) for field in fields}
    return type(row)._base_manager.filter(pk=row.pk).update(**values) == 1


def _is_current(row: models.Model, fields: list[str]) -> bool:
    """Look at the stored bytes, which the ORM would open; what is empty is not sealed."""
    quote, meta = connection.ops.quote_name, row._meta
    columns = ", ".join(quote(str(f.column)) for f in meta.local_concrete_fields if f.attname in fields)
    query = f"SELECT {columns} FROM {quote(meta.db_table)} WHERE id = %s"  # noqa: S608 (our own names)
    with connection.cursor() as cursor:
        cursor.execute(query, [row.pk])
        return all(not stored or sealed.is_current(bytes(stored)) for stored in cursor.fetchone())


@transaction.atomic
def _reseal_second_factors() -> int:
    """Seal anew what allauth keeps sealed in a JSON column (clinic.accounts.SealedSecrets)."""
    adapter, rows = get_adapter(), list(Authenticator.objects.select_for_update())
    for row in rows:
        secrets = {name: row.data[name] for name in ("secret", "seed") if name in row.data}
        row.data |= {name: adapter.encrypt(adapter.decrypt(secret)) for name, secret in secrets.items()}
        row.save(update_fields=["data"])
    return len(rows)


def _reseal_files(model: type[models.Model]) -> int:
    fields = [f.attname for f in model._meta.local_concrete_fields if isinstance(f, models.FileField)]
    storage = default_storage._wrapped if hasattr(default_storage, "_wrapped") else default_storage
    if not fields or not isinstance(storage, SealedStorage):
        return 0
    names = (getattr(row, f).name for row in model._base_manager.iterator() for f in fields if getattr(row, f))
    return sum(storage.reseal(name) for name in names)
