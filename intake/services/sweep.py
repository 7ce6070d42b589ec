"""Photos that nothing names: left behind by a crash between writing a file and writing its row, or deleting both."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.core.files.storage import default_storage
from django.utils import timezone

from core import audit

from ..models import CardImage, LoosePhoto
from ..models.cards import FOLDER

# A photo is stored a moment before its row names it.
YOUNG = timedelta(hours=1)


def sweep_photos(*, now: datetime | None = None) -> int:
    """Delete stored photos older than an hour that no row names; return how many. Run every night."""
    try:
        _, files = default_storage.listdir(FOLDER)
    except FileNotFoundError:  # no photo was ever kept here
        return 0
    # In this order: a photo may be given to a patient between the two, and is never taken back.
    named = {name for rows in (LoosePhoto, CardImage) for name in rows.objects.values_list("file", flat=True)}
    oldest = (now or timezone.now()) - YOUNG
    unnamed = [name for name in (f"{FOLDER}/{file}" for file in files) if name not in named]
    left_behind = [name for name in unnamed if default_storage.get_modified_time(name) < oldest]
    for name in left_behind:
        default_storage.delete(name)
    if left_behind:
        audit.record(None, "intake.photos.swept", photos=len(left_behind))
    return len(left_behind)
