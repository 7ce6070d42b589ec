"""`manage.py prepare`: make ready what the processes need: tables, folders or bucket, static files, the demo."""

from typing import Any

from django.conf import settings
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
        call_command("collectstatic", interactive=False, verbosity=0)
