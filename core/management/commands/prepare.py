"""`manage.py prepare`: make ready what the processes need: tables, folders or bucket, static files, the demo."""

import hashlib
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.files.storage import storages
from django.core.management import call_command
from django.core.management.base import BaseCommand

from core.storage import SealedStorage


class Command(BaseCommand):
    """Run before the processes start; running it again changes nothing."""

    help = "Migrate, make the broker's folders and the bucket, collect static files, make the demo with DEMO=1."

    def handle(self, *args: Any, **options: Any) -> None:
        """Prepare everything."""
        call_command("migrate", interactive=False, verbosity=0)
        if not settings.REDIS_URL:
            for folder in ("messages", "processed", "control"):
                (settings.BROKER_DIR / folder).mkdir(parents=True, exist_ok=True, mode=0o700)
        files = storages["default"]
        if settings.STORAGE_URL and isinstance(files, SealedStorage):
            files.ensure_bucket()
        if settings.DEMO:
            call_command("setup", demo=True, verbosity=0)
        _collect_static()


def _collect_static() -> None:
    """Collect the static files, unless they are the ones collected last time: it is half of a start."""
    stamp = Path(settings.STATIC_ROOT) / ".collected"
    found = _fingerprint()
    if stamp.exists() and stamp.read_text(encoding="utf-8") == found:
        return
    call_command("collectstatic", interactive=False, verbosity=0)
    stamp.write_text(found, encoding="utf-8")


def _fingerprint() -> str:
    """Return a digest of every static file's name, size and time of change."""
    digest = hashlib.sha256()
    for finder in get_finders():
        for path, storage in sorted(finder.list([]), key=lambda pair: pair[0]):
            stat = Path(storage.path(path)).stat()
            digest.update(f"{path}\0{stat.st_size}\0{stat.st_mtime_ns}\n".encode())
    return digest.hexdigest()
