"""CardScan.ai reads card photos. docs/vendors/cardscan.md says what is called and what each answer means."""

from .client import DEADLINE, UPLOAD_DEADLINE, CardScanClient, client
from .wire import Meaning, ReadField, ScannedCard

__all__ = ["DEADLINE", "UPLOAD_DEADLINE", "CardScanClient", "Meaning", "ReadField", "ScannedCard", "client"]
