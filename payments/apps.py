"""The payments app; PAYMENTS_ENABLED=0 leaves it out of the installed apps, and its pages go."""

from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    """Batches of claim payments."""

    name = "payments"
    default_auto_field = "django.db.models.BigAutoField"
