"""Django's handle on clinic."""

from django.apps import AppConfig


class ClinicConfig(AppConfig):
    """The organization and its people."""

    name = "clinic"
