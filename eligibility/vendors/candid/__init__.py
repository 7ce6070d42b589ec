"""Candid Health: real-time eligibility and payer search (docs/vendors/candid.md)."""

from .client import Candid, client
from .wire import FoundPayer, Member, Provider, Question

__all__ = ["Candid", "FoundPayer", "Member", "Provider", "Question", "client"]
