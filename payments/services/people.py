"""Who may do what with a batch. Superusers are people too: nothing here exempts them."""

from __future__ import annotations

from clinic.models import Clinic, Membership, Role, User
from payments.models import PaymentBatch
from payments.services.refusals import NotAllowed


def must_prepare(by: User, clinic: Clinic) -> None:
    """Raise NotAllowed unless the person builds payments in this clinic: billing or an admin."""
    if _role(by, clinic) not in (Role.BILLING, Role.ADMIN):
        raise NotAllowed("Payments are prepared by billing or an admin of this clinic.")


def must_administer(by: User, clinic: Clinic) -> None:
    """Raise NotAllowed unless the person is an admin of this clinic."""
    if _role(by, clinic) != Role.ADMIN:
        raise NotAllowed("Only an admin of this clinic does this.")


def must_check(by: User, batch: PaymentBatch) -> None:
    """Raise NotAllowed unless the person is an admin of the clinic who had no hand in making the batch."""
    must_administer(by, batch.clinic)
    if is_maker(by, batch):
        raise NotAllowed("You had a hand in making this batch, so someone else has to do this.")


def may_check(by: User, batch: PaymentBatch) -> bool:
    """Whether the person may approve and release this batch."""
    return _role(by, batch.clinic) == Role.ADMIN and not is_maker(by, batch)


def is_maker(by: User, batch: PaymentBatch) -> bool:
    """Whether the person made the batch, changed a payment in it, or submitted it."""
    return by.pk in (batch.created_by_id, batch.submitted_by_id) or batch.makers.filter(pk=by.pk).exists()


def checkers_of(batch: PaymentBatch) -> int:
    """Return how many people could approve this batch."""
    admins = Membership.objects.filter(clinic=batch.clinic, role=Role.ADMIN, user__is_active=True)
    made = [batch.created_by_id, batch.submitted_by_id, *batch.makers.values_list("pk", flat=True)]
    return admins.exclude(user__in=[pk for pk in made if pk]).count()


def _role(by: User, clinic: Clinic) -> str | None:
    if not by.is_active:
        return None
    return Membership.objects.filter(user=by, clinic=clinic).values_list("role", flat=True).first()
