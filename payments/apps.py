"""The payments app; PAYMENTS_ENABLED=0 leaves it out of the installed apps, and its pages go."""

from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    """Batches of claim payments."""

    name = "payments"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the handlers, and what a fresh set-up and the demo get of payments."""
        from clinic import setup
        from core.vendors import register_check
        from payments import handlers  # noqa: F401
        from payments.services.accounts import add_demo_accounts, add_first_account
        from payments.vendors import optum

        register_check("optum", optum.check_keys)
        setup.after_setup.append(add_first_account)
        setup.demo_seeds.append(add_demo_accounts)
