"""The eligibility app."""

from django.apps import AppConfig


class EligibilityConfig(AppConfig):
    """Checks, benefits, phone captures, the worklist."""

    name = "eligibility"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the handlers of outside work, eligibility's light on Today, and what it tells of a patient."""
        from core.vendors import register_check
        from intake.services.relations import register_noun
        from intake.stamps import register_stamp
        from intake.today import register_light

        from . import handlers, happenings  # noqa: F401
        from .today import light, stamp
        from .vendors import candid, spry

        register_light(light)
        register_stamp(stamp)
        happenings.register()
        register_noun("eligibility.eligibilitycheck", "check", "checks")
        register_noun("eligibility.manualcapture", "call", "calls")
        register_check("candid", lambda: candid.client().check_key())
        register_check("spry", lambda: spry.client().check_key())
