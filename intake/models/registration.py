"""What a clinic asks for when somebody is registered."""

from __future__ import annotations

from django.db import models

from core.models import Versioned


class RegistrationRule(Versioned):
    """The columns of a patient's record that a clinic requires; a clinic without a row requires none."""

    clinic = models.OneToOneField("clinic.Clinic", on_delete=models.CASCADE, related_name="+")
    required = models.JSONField(default=list)

    def __str__(self) -> str:
        """Return the row's number."""
        return f"RegistrationRule #{self.pk}"
