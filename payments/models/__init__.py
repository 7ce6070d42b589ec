"""The rows of claim payments."""

from payments.models.accounts import PaymentAccount
from payments.models.batches import Approval, PaymentBatch, Transition, VendorLook
from payments.models.payments import Payment, PaymentChunk, PaymentWarning, WarningReason

__all__ = [
    "Approval",
    "Payment",
    "PaymentAccount",
    "PaymentBatch",
    "PaymentChunk",
    "PaymentWarning",
    "Transition",
    "VendorLook",
    "WarningReason",
]
