"""Two people: whoever had a hand in making a batch neither approves nor releases it, whatever else they may do."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from clinic.models import Membership, Role, User
from payments.models import Approval, Payment, PaymentBatch
from payments.models.payments import PaymentFrozen
from payments.reading import read_payments
from payments.services import accounts, approvals, drafts, orders, submitting
from payments.services.approvals import LAPSES_AFTER, Seen
from payments.services.frozen import is_approved
from payments.services.refusals import ChangedSinceSeen, NotAllowed, WrongState
from payments.states import BatchStatus
from tests.payments.conftest import Desk, fresh, seen
from tests.payments_data import dumps, make_batch

pytestmark = pytest.mark.django_db
S = BatchStatus


@pytest.fixture
def submitted(desk: Desk) -> PaymentBatch:
    return desk.submit(desk.draft(2))


def make_admin(user: User) -> None:
    Membership.objects.filter(user=user).update(role=Role.ADMIN)


def no_commit(action: Callable[[], Any]) -> None:
    """The database itself refuses."""
    with pytest.raises(IntegrityError), transaction.atomic():
        action()


def test_front_desk_prepares_no_payments(desk: Desk) -> None:
    with pytest.raises(NotAllowed):
        desk.create(dumps({"payments": make_batch(1).payments}), desk.account, by=desk.cast.alice)


def test_someone_from_another_clinic_does_nothing(desk: Desk, submitted: PaymentBatch) -> None:
    Membership.objects.filter(user=desk.cast.charlie).update(role=Role.ADMIN)
    with pytest.raises(NotAllowed):
        desk.approve(submitted, desk.cast.charlie)
    with pytest.raises(NotAllowed):
        desk.create(dumps({"payments": make_batch(1).payments}), desk.account, by=desk.cast.charlie)


def test_billing_approves_and_releases_nothing(desk: Desk, submitted: PaymentBatch) -> None:
    other = User.objects.create_user("ben@clinic.test", name="Ben")
    Membership.objects.create(user=other, clinic=desk.cast.clinic_a, role=Role.BILLING)
    with pytest.raises(NotAllowed):
        desk.approve(submitted, other)
    PaymentBatch.objects.filter(pk=submitted.pk).update(status=S.HELD)
    with pytest.raises(NotAllowed):
        desk.release(submitted, other)


@pytest.mark.parametrize("superuser", [False, True])
def test_the_maker_does_not_approve_even_as_admin_or_superuser(
    desk: Desk, submitted: PaymentBatch, superuser: bool
) -> None:
    make_admin(desk.cast.bo)
    User.objects.filter(pk=desk.cast.bo.pk).update(is_superuser=superuser)
    desk.cast.bo.refresh_from_db()
    with pytest.raises(NotAllowed):
        desk.approve(submitted, desk.cast.bo)
    PaymentBatch.objects.filter(pk=submitted.pk).update(status=S.HELD)
    with pytest.raises(NotAllowed):
        desk.release(submitted, desk.cast.bo)
    assert not submitted.approvals.exists()


def test_whoever_submitted_does_not_approve(desk: Desk) -> None:
    batch = desk.submit(desk.draft(1), by=desk.cast.ana)
    with pytest.raises(NotAllowed):
        desk.approve(batch, desk.cast.ana)
    assert desk.approve(batch, desk.cast.ade).status == S.APPROVED


def test_whoever_added_or_took_out_a_payment_does_not_approve(desk: Desk) -> None:
    batch, now = desk.draft(2), timezone.now()
    given = read_payments(dumps({"payments": make_batch(1, prefix="MORE").payments}))
    drafts.add_payments(batch=batch, given=given, by=desk.cast.ana, now=now)
    drafts.remove_payment(batch=batch, payment=batch.payments.last(), by=desk.cast.ade, now=now)
    batch = desk.submit(fresh(batch))
    for editor in (desk.cast.ana, desk.cast.ade):
        with pytest.raises(NotAllowed):
            desk.approve(batch, editor)


def test_the_database_refuses_a_makers_signature(desk: Desk, submitted: PaymentBatch) -> None:
    bo, rows = desk.cast.bo, PaymentBatch.objects.filter(pk=submitted.pk)
    no_commit(lambda: rows.update(approved_by=bo))
    no_commit(lambda: rows.update(released_by=bo))
    no_commit(lambda: rows.update(submitted_by=desk.cast.ana, approved_by=desk.cast.ana))
    figures = {"content_hash": "x", "total": 1, "count": 1, "at": timezone.now(), "lapses_at": timezone.now()}
    no_commit(lambda: Approval.objects.create(batch=submitted, by=bo, submitted_by=bo, **figures))


def test_the_database_refuses_a_second_use_of_a_key(desk: Desk, submitted: PaymentBatch) -> None:
    payment = submitted.payments.first()
    no_commit(lambda: submitted.payments.exclude(pk=payment.pk).update(issuer_reference_id=payment.issuer_reference_id))
    other = desk.draft(1, prefix="OTHER")
    rows = PaymentBatch.objects.filter(pk=other.pk)
    no_commit(lambda: rows.update(client_request_id=submitted.client_request_id))
    no_commit(lambda: rows.update(status="PAID"))


def test_an_approval_is_bound_to_what_was_seen(desk: Desk, submitted: PaymentBatch) -> None:
    right = seen(submitted)
    for wrong in (
        Seen("0" * 64, right.total, right.count),
        Seen(right.content_hash, right.total + Decimal("0.01"), right.count),
        Seen(right.content_hash, right.total, right.count + 1),
    ):
        with pytest.raises(ChangedSinceSeen):
            approvals.approve(batch=submitted, seen=wrong, by=desk.cast.ana, now=timezone.now())
    assert fresh(submitted).status == S.SUBMITTED


def test_a_changed_byte_makes_approval_impossible(desk: Desk, submitted: PaymentBatch) -> None:
    payment = submitted.payments.first()
    content = bytes(payment.content).replace(b"DATA", b"DATB")
    Payment.objects.filter(pk=payment.pk).update(content=content)
    with pytest.raises(ChangedSinceSeen):
        desk.approve(submitted)


def test_a_submitted_payment_never_changes(desk: Desk, submitted: PaymentBatch) -> None:
    payment = submitted.payments.first()
    payment.amount += 1
    with pytest.raises(PaymentFrozen):
        payment.save()
    given = read_payments(dumps({"payments": make_batch(1, prefix="MORE").payments}))
    with pytest.raises(WrongState):
        drafts.add_payments(batch=submitted, given=given, by=desk.cast.bo, now=timezone.now())
    with pytest.raises(WrongState):
        drafts.remove_payment(batch=submitted, payment=payment, by=desk.cast.bo, now=timezone.now())


def test_taking_a_batch_back_voids_its_approval(desk: Desk, settings: Any) -> None:
    settings.PAYMENTS_SECOND_APPROVAL_OVER = Decimal("1.00")
    batch = desk.approve(desk.submit(desk.draft(2)))
    assert batch.status == S.SUBMITTED  # one of two
    submitting.take_back(batch=batch, by=desk.cast.bo, now=timezone.now())
    assert batch.approvals.get().voided_at is not None
    batch = desk.submit(fresh(batch))
    assert desk.approve(batch).status == S.SUBMITTED
    assert desk.approve(batch, desk.cast.ade).status == S.APPROVED


def test_a_large_batch_takes_two_people(desk: Desk, settings: Any) -> None:
    batch = desk.submit(desk.draft(2))
    settings.PAYMENTS_SECOND_APPROVAL_OVER = batch.total - Decimal("0.01")
    assert desk.approve(batch).status == S.SUBMITTED
    with pytest.raises(WrongState, match="someone else"):
        desk.approve(batch)
    assert desk.approve(batch, desk.cast.ade).status == S.APPROVED
    settings.PAYMENTS_SECOND_APPROVAL_OVER = batch.total
    other = desk.submit(desk.draft(2, prefix="OTHER"))
    assert (other.total, desk.approve(other).status) == (batch.total, S.APPROVED)


def test_an_approval_lapses(desk: Desk, submitted: PaymentBatch) -> None:
    batch = desk.approve(submitted)
    now = timezone.now()
    assert is_approved(batch, now)
    assert not is_approved(batch, now + LAPSES_AFTER)
    batch.approvals.update(lapses_at=now)
    desk.work()
    (command,) = batch.commands.all()
    assert (command.status, "lapsed" in command.reason) == ("CANCELLED", True)
    assert orders.is_stalled(fresh(batch))
    desk.approve(batch, desk.cast.ade)  # approved anew, it is on its way again
    assert batch.commands.filter(status="DUE").count() == 1


def test_an_approval_can_be_withdrawn_while_nothing_is_sent(desk: Desk, submitted: PaymentBatch) -> None:
    batch, now = desk.approve(submitted), timezone.now()
    approvals.withdraw(batch=batch, reason="Wrong week.", by=desk.cast.ade, now=now)
    batch = fresh(batch)
    assert (batch.status, batch.approved_by) == (S.SUBMITTED, None)
    assert batch.commands.get().status == "CANCELLED"
    assert not is_approved(batch, now)


def test_a_rejected_batch_is_copied_with_new_keys(desk: Desk, submitted: PaymentBatch) -> None:
    now = timezone.now()
    submitting.reject(batch=submitted, reason="Two payees are wrong.", by=desk.cast.ana, now=now)
    copy = drafts.copy_batch(batch=fresh(submitted), by=desk.cast.bo, now=now)
    old, new = list(submitted.payments.all()), list(copy.payments.all())
    assert copy.client_request_id != submitted.client_request_id
    assert [payment.issuer_reference_id for payment in new] == [f"{payment.issuer_reference_id}-C2" for payment in old]
    assert not {payment.issuer_payment_id for payment in new} & {payment.issuer_payment_id for payment in old}
    assert (copy.total, copy.status, copy.copy_of) == (submitted.total, S.DRAFT, submitted)
    again = drafts.copy_batch(batch=fresh(submitted), by=desk.cast.bo, now=now)
    assert again.payments.first().issuer_reference_id.endswith("-C3")


def test_keys_of_a_batch_that_was_never_sent_may_be_used_again(desk: Desk) -> None:
    batch = desk.draft(2)
    drafts.discard(batch=batch, by=desk.cast.bo, now=timezone.now())
    other = desk.draft(2)
    submitting.give_up(batch=desk.submit(other), reason="Twice.", by=desk.cast.bo, now=timezone.now())
    assert desk.draft(2).status == S.DRAFT


def test_only_admins_touch_accounts(desk: Desk) -> None:
    clinic, now = desk.cast.clinic_a, timezone.now()
    with pytest.raises(NotAllowed):
        accounts.freeze(clinic=clinic, account=desk.account, reason="Audit.", by=desk.cast.bo, now=now)
    with pytest.raises(WrongState):
        accounts.freeze(clinic=clinic, account=desk.account, reason=" ", by=desk.cast.ana, now=now)
    accounts.freeze(clinic=clinic, account=desk.account, reason="Audit.", by=desk.cast.ana, now=now)
    assert desk.account.is_frozen
    accounts.thaw(clinic=clinic, account=desk.account, by=desk.cast.ana)
    assert not desk.account.is_frozen
    desk.approved(desk.draft())
    PaymentBatch.objects.update(status=S.HELD)
    with pytest.raises(WrongState):
        accounts.set_holds(clinic=clinic, account=desk.account, holds=False, by=desk.cast.ana)


def test_the_trail_tells_who_did_what(desk: Desk, submitted: PaymentBatch) -> None:
    desk.approve(submitted)
    steps = [(step.old, step.new, step.by) for step in submitted.transitions.all()]
    assert steps == [(S.DRAFT, S.SUBMITTED, desk.cast.bo), (S.SUBMITTED, S.APPROVED, desk.cast.ana)]
    with pytest.raises(TypeError):
        submitted.transitions.first().save()


def test_half_a_day_before_it_lapses_an_approval_still_counts(desk: Desk, submitted: PaymentBatch) -> None:
    batch = desk.approve(submitted)
    assert is_approved(batch, timezone.now() + LAPSES_AFTER - timedelta(hours=12))
