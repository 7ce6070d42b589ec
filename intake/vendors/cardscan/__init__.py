"""CardScan.ai reads card photos. docs/vendors/cardscan.md says what is called and what each answer means."""

from .client import CardScanClient, client
from .wire import Meaning, ReadField, ScannedCard

__all__ = ["CardScanClient", "Meaning", "ReadField", "ScannedCard", "client"]
