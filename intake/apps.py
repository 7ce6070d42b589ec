"""The intake app."""

from django.apps import AppConfig


class IntakeConfig(AppConfig):
    """Patients, appointments, payers, cards and coverage."""

    name = "intake"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the handlers of the work that CardScan does for us, and the demo's day."""
        from clinic.setup import demo_seeds
        from core.vendors import register_check

        from . import demo, handlers  # noqa: F401
        from .vendors import cardscan

        demo_seeds.append(demo.seed)
        register_check("cardscan", lambda: cardscan.client().check_key())
