"""The eligibility app."""

from django.apps import AppConfig


class EligibilityConfig(AppConfig):
    """Checks, benefits, phone captures, the worklist."""

    name = "eligibility"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the handlers of outside work, and eligibility's light on Today."""
        from intake.today import register_light

        from . import handlers  # noqa: F401
        from .today import light

        register_light(light)
