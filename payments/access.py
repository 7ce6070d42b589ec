"""Who may see which row: everything of payments leaves the database through here. Another clinic's row is 404."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404

from clinic.models import Clinic
from payments.models import Payment, PaymentAccount, PaymentBatch

_PEOPLE = ("created_by", "submitted_by", "approved_by", "released_by")


def batches_for(clinic: Clinic) -> QuerySet[PaymentBatch]:
    """Return this clinic's batches with their account and the people who moved them."""
    return PaymentBatch.objects.filter(clinic=clinic).select_related("account", "clinic", "copy_of", *_PEOPLE)


def get_batch(clinic: Clinic, code: UUID) -> PaymentBatch:
    """Return a batch of this clinic; raises Http404."""
    return get_object_or_404(batches_for(clinic), code=code)


def get_payment(batch: PaymentBatch, code: UUID) -> Payment:
    """Return a payment of this batch; raises Http404."""
    return get_object_or_404(Payment.objects.filter(batch=batch).select_related("batch", "chunk"), code=code)


def accounts_for(clinic: Clinic) -> QuerySet[PaymentAccount]:
    """Return the accounts of this clinic's organization."""
    return PaymentAccount.objects.filter(organization=clinic.organization_id).select_related("frozen_by")


def get_account(clinic: Clinic, code: UUID) -> PaymentAccount:
    """Return an account of this clinic's organization; raises Http404."""
    return get_object_or_404(accounts_for(clinic), code=code)
