"""Django's handle on core."""

from django.apps import AppConfig


class CoreConfig(AppConfig):
    """Registers the system checks, the work on webhooks, and the night's work."""

    name = "core"

    def ready(self) -> None:
        """Load the checks and the inbox; have old messages forgotten."""
        from core import checks, tidying, webhooks  # noqa: F401 (they register themselves)

        tidying.register(webhooks.forget_old)
