"""Wiring and what has no domain: settings, commands, the door to vendors, sealing, audit, money."""

__version__ = "0.1.0"

from core.celery import app as celery_app

__all__ = ["__version__", "celery_app"]
