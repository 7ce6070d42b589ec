"""The intake app."""

from django.apps import AppConfig


class IntakeConfig(AppConfig):
    """Patients, appointments, payers, cards and coverage."""

    name = "intake"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the handlers of the work that CardScan does for us, the demo's day, the night's work, and how
        CardScan reaches us by itself."""
        from clinic.setup import demo_seeds
        from core import listeners, tidying, webhooks
        from core.vendors import register_check

        from . import demo, handlers, happenings, hooks, listener  # noqa: F401
        from .services import keeping
        from .services.late_rows import gather
        from .services.loose import sweep_loose
        from .services.stocktake import begin_nightly
        from .services.sweep import sweep_photos
        from .services.vendor_link import forget_over
        from .vendors import cardscan

        happenings.register()
        demo_seeds.append(demo.seed)
        tidying.register(gather)
        tidying.register(sweep_loose)
        tidying.register(sweep_photos)
        tidying.register(forget_over)
        tidying.register(begin_nightly)
        for work in (keeping.tidy_photos, keeping.chase_vendor, keeping.verify_nightly):
            tidying.register(work)
        listeners.register("cardscan", listener.listen)
        webhooks.register("cardscan", hooks.INBOX)
        register_check("cardscan", lambda: cardscan.client().check_key())
