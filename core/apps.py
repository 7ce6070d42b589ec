"""Django's handle on core."""

from django.apps import AppConfig


class CoreConfig(AppConfig):
    """Registers the system checks."""

    name = "core"

    def ready(self) -> None:
        """Load the checks."""
        from core import checks  # noqa: F401 (registers itself)
