"""The rows of intake: who is treated, when, who pays, and the cards that say so."""

from .cards import CardExtra, CardField, CardImage, CardMovedOn, CardScan
from .coverage import Coverage, Payer, PayerAlias, member_id_fingerprint, payer_name_key
from .handoff import PhoneLink
from .history import CoverageVersion, keep_version
from .people import Appointment, Patient, folded_name
from .stocktake import Finding, ListedCard, Stocktake

__all__ = [
    "Appointment",
    "CardExtra",
    "CardField",
    "CardImage",
    "CardMovedOn",
    "CardScan",
    "Coverage",
    "CoverageVersion",
    "Finding",
    "ListedCard",
    "Patient",
    "Payer",
    "PayerAlias",
    "PhoneLink",
    "Stocktake",
    "folded_name",
    "keep_version",
    "member_id_fingerprint",
    "payer_name_key",
]
