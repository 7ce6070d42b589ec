"""`manage.py check_vendors`: try every vendor's key."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from core.vendors import check_keys


class Command(BaseCommand):
    """Ask each vendor something harmless with our key."""

    help = "Try every vendor's key and say what each vendor answered."

    def handle(self, *args: Any, **options: Any) -> None:
        """Print a line a vendor; exit with 1 when one refuses."""
        results = check_keys()
        for result in results:
            self.stdout.write(f"{'ok ' if result.ok else 'BAD'}  {result.name}: {result.sentence}")
        if not all(result.ok for result in results):
            raise CommandError("At least one vendor does not take our key.")
