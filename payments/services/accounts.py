"""Accounts: add one, say whether it holds, freeze and thaw it. Admins only."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from clinic.models import Clinic, User
from core import audit
from payments.models import PaymentAccount
from payments.services import moves
from payments.services.people import must_administer
from payments.services.refusals import WrongState
from payments.states import ENDED, BatchStatus

# Batches whose way to the money does not hang on whether the account holds.
_OUT_OF_REACH = frozenset({*ENDED, BatchStatus.DRAFT, BatchStatus.RELEASED})
DEMO_ACCOUNTS = [("Claims account", "ACCT1", "SUBACCT1", True), ("Instant account", "ACCT2", "SUBACCT2", False)]


def add_account(
    *, clinic: Clinic, name: str, short_code: str, sub_account_short_code: str, holds: bool, by: User | None
) -> PaymentAccount:
    """Save an account of the organization; `by` is None during set-up. Raises NotAllowed, WrongState."""
    if by is not None:
        must_administer(by, clinic)
    with transaction.atomic():
        account, made = PaymentAccount.objects.get_or_create(
            organization=clinic.organization,
            short_code=short_code,
            sub_account_short_code=sub_account_short_code,
            defaults={"name": name, "holds": holds},
        )
        if not made and by is not None:
            raise WrongState("This account is there already.")
        audit.record(by, "payments.account.added", account, clinic=clinic, holds=holds)
    return account


def set_holds(*, clinic: Clinic, account: PaymentAccount, holds: bool, by: User) -> None:
    """Write down whether the vendor holds started batches of this account; it counts once a look has seen one held.

    Raises NotAllowed, WrongState while a batch of it is submitted or on its way.
    """
    must_administer(by, clinic)
    with transaction.atomic():
        PaymentAccount.objects.select_for_update().get(pk=account.pk)
        if account.batches.exclude(status__in=_OUT_OF_REACH).exists():
            raise WrongState("A batch of this account is submitted or on its way. Change this once it has ended.")
        PaymentAccount.objects.filter(pk=account.pk).update(holds=holds, hold_proven_at=None)
        audit.record(by, "payments.account.hold_set", account, clinic=clinic, holds=holds)
    account.refresh_from_db()


def freeze(*, clinic: Clinic, account: PaymentAccount, reason: str, by: User, now: datetime) -> None:
    """Let nothing leave the account. Raises NotAllowed, WrongState without a reason."""
    must_administer(by, clinic)
    if not reason.strip():
        raise WrongState("Write why the account is frozen; others will read it.")
    with transaction.atomic():
        moves.freeze(account, reason=reason.strip(), by=by, now=now)


def thaw(*, clinic: Clinic, account: PaymentAccount, by: User) -> None:
    """Let the account send again. Raises NotAllowed."""
    must_administer(by, clinic)
    with transaction.atomic():
        moves.thaw(account, by=by)


def add_first_account(clinic: Clinic, answers: dict[str, Any]) -> None:
    """Save the account that the first set-up names. It counts as paying at once until an admin says that it holds."""
    if answers.get("account"):
        add_account(
            clinic=clinic,
            name=answers["account"],
            short_code=answers["account"],
            sub_account_short_code=answers.get("sub_account", ""),
            holds=False,
            by=None,
        )


def add_demo_accounts(clinic: Clinic, now: datetime) -> None:
    """Save the sandbox's two accounts for the demo: one that holds, one that does not.

    The sandbox's hold is known, so its account counts as proven from the start.
    """
    for name, short_code, sub_account, holds in DEMO_ACCOUNTS:
        PaymentAccount.objects.update_or_create(
            organization=clinic.organization,
            short_code=short_code,
            sub_account_short_code=sub_account,
            defaults={"name": name, "holds": holds, "hold_proven_at": now if holds else None},
        )
