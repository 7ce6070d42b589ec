"""Django's handle on clinic."""

from django.apps import AppConfig


class ClinicConfig(AppConfig):
    """The organization and its people."""

    name = "clinic"

    def ready(self) -> None:
        """Register how the API's description shows tokens."""
        from clinic import api_schema  # noqa: F401 (registers itself)
