"""SPRY PT: keeps what a payer said on the phone (docs/vendors/spry.md)."""

from .client import Spry, client
from .wire import Found, Numbers, Refused, Saved

__all__ = ["Found", "Numbers", "Refused", "Saved", "Spry", "client"]
