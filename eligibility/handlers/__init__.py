"""Outside work of eligibility: asking payers, keeping phone calls at SPRY."""

from .captures import ResolveCapture, SendCapture
from .checks import AskPayer

__all__ = ["AskPayer", "ResolveCapture", "SendCapture"]
