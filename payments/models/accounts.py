"""Accounts that pay. Their keys are settings (PAYMENTS_API_KEYS), never rows."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from clinic.models import Organization, User
from core.models import Coded


class PaymentAccount(Coded):
    """An account at the vendor and what we know of it.

    `holds` says whether the vendor keeps a started batch until its release; it is an agreement with the vendor that no
    request shows. Until a look has read a batch as held, the account is treated as one that pays when it is started.
    A frozen account sends nothing.
    """

    organization = models.ForeignKey(Organization, models.PROTECT, related_name="payment_accounts")
    name = models.CharField(max_length=60)
    short_code = models.CharField(max_length=50)
    sub_account_short_code = models.CharField(max_length=50)
    holds = models.BooleanField(default=False)
    hold_proven_at = models.DateTimeField(null=True)  # when a look last read a batch of it as held
    frozen_at = models.DateTimeField(null=True)
    frozen_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    frozen_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "short_code", "sub_account_short_code"], name="one_row_per_payment_account"
            ),
            models.CheckConstraint(
                condition=Q(frozen_at__isnull=True) | ~Q(frozen_reason=""), name="frozen_account_has_a_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"PaymentAccount #{self.pk}"

    @property
    def surely_holds(self) -> bool:
        """Whether it is said, was seen, and can be looked at again that starting pays nothing."""
        return self.holds and self.hold_proven_at is not None and settings.PAYMENTS_STATUS_READS

    @property
    def is_frozen(self) -> bool:
        """Whether nothing leaves it."""
        return self.frozen_at is not None
