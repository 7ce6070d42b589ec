"""The rows of intake: who is treated, when, who pays, and the cards that say so."""

from .accuracy import FieldOutcome, FieldRule, Rekey
from .cards import CardExtra, CardField, CardImage, CardMovedOn, CardScan
from .coverage import Coverage, member_id_fingerprint
from .flags import CardFlag
from .handoff import PhoneLink
from .history import CoverageVersion, keep_version
from .keeping import Deletion, DeletionStep, LegalHold, Retention
from .loose import LoosePhoto
from .merging import PatientMerge, TwoPeople
from .payers import Payer, PayerAlias, PayerMerge, payer_name_key
from .people import MergedAway, Patient, PatientName, folded_name, mrn_key, phone_fingerprint, whole_name
from .registration import RegistrationRule
from .stocktake import Finding, ListedCard, Stocktake
from .vendor_link import VendorLink
from .visits import Appointment, AppointmentChange

__all__ = [
    "Appointment",
    "AppointmentChange",
    "CardExtra",
    "CardField",
    "CardFlag",
    "CardImage",
    "CardMovedOn",
    "CardScan",
    "Coverage",
    "CoverageVersion",
    "Deletion",
    "DeletionStep",
    "FieldOutcome",
    "FieldRule",
    "Finding",
    "LegalHold",
    "ListedCard",
    "LoosePhoto",
    "MergedAway",
    "Patient",
    "PatientMerge",
    "PatientName",
    "Payer",
    "PayerAlias",
    "PayerMerge",
    "PhoneLink",
    "RegistrationRule",
    "Rekey",
    "Retention",
    "Stocktake",
    "TwoPeople",
    "VendorLink",
    "folded_name",
    "keep_version",
    "member_id_fingerprint",
    "mrn_key",
    "payer_name_key",
    "phone_fingerprint",
    "whole_name",
]
