"""Checks with their benefits, and phone captures."""

from .captures import ManualCapture
from .checks import EligibilityCheck
from .results import Benefit, PayerCorrection, RelatedEntity

__all__ = ["Benefit", "EligibilityCheck", "ManualCapture", "PayerCorrection", "RelatedEntity"]
