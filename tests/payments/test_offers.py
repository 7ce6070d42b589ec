"""What a batch's page offers and says while an order is on its way, and figures that stay what they were."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from clinic.models import User
from core import commands
from core.models import Command
from payments import presenting
from payments.models import PaymentBatch
from payments.services.moves import move
from payments.states import Actor, BatchStatus
from tests.payments.conftest import Desk, fresh

pytestmark = pytest.mark.django_db
S = BatchStatus


def held(desk: Desk, prefix: str = "FDT") -> PaymentBatch:
    """A batch that waits for its release, as far as the pages can tell."""
    batch = desk.approved(desk.draft(2, prefix=prefix))
    batch.commands.update(status="DONE")
    PaymentBatch.objects.filter(pk=batch.pk).update(status=S.HELD, vendor_batch_id=f"at-{prefix}", kept=True)
    return fresh(batch)


def page(user: User, batch: PaymentBatch) -> str:
    """The batch's page as the person sees it."""
    client = Client()
    client.force_login(user)
    return " ".join(client.get(reverse("batch-detail", args=[batch.code])).content.decode().split())


def listed(user: User, show: str) -> str:
    """One tab of the list of batches."""
    client = Client()
    client.force_login(user)
    return " ".join(client.get(reverse("batch-list"), {"show": show}).content.decode().split())


def released(batch: PaymentBatch) -> PaymentBatch:
    """Take the batch on to where its money has left."""
    batch = fresh(batch)
    for new in (S.RELEASING, S.RELEASED):
        move(batch, new, actor=Actor.MACHINE, now=timezone.now())
    return fresh(batch)


def test_an_ordered_release_is_on_its_way_and_offers_nothing_that_is_refused(desk: Desk) -> None:
    batch = held(desk)
    waits = page(desk.cast.ade, batch)
    for words in ("Held, waits for release", "Release…", "Withdraw the approval", "Cancel at the vendor"):
        assert words in waits
    desk.release(batch)
    ordered = page(desk.cast.ade, batch)
    assert "Release ordered, on its way" in ordered
    assert f"Release ordered by {desk.cast.ade.name}." in ordered
    assert "Stop what waits to be sent" in ordered
    for words in ("Held, waits for release", "Nothing is paid until", "Release…", "Cancel at the vendor"):
        assert words not in ordered
    now = timezone.now()
    Command.objects.filter(kind="payments.release").update(status="CLAIMED", lease_until=now + timedelta(minutes=1))
    claimed = page(desk.cast.ade, batch)
    for words in ("Release…", "Stop what waits", "Withdraw the approval", "Cancel at the vendor"):
        assert words not in claimed


def test_the_list_says_the_same_as_the_page(desk: Desk) -> None:
    batch = held(desk)
    assert "Held, waits for release" in listed(desk.cast.bo, "needs-you")
    assert str(batch.code) not in listed(desk.cast.bo, "moving")
    desk.release(batch)
    assert str(batch.code) not in listed(desk.cast.bo, "needs-you")
    assert "Release ordered, on its way" in listed(desk.cast.bo, "moving")


def test_an_open_order_is_the_only_way_on_from_a_review(desk: Desk) -> None:
    batch = held(desk)
    fields = {"status": S.NEEDS_REVIEW, "came_from": S.RELEASING, "may_send_again": True, "reason": "Not known."}
    PaymentBatch.objects.filter(pk=batch.pk).update(**fields)
    offered = ("Release again", "Cancel at the vendor", "Write down what the vendor said")
    assert all(words in page(desk.cast.ade, batch) for words in offered)
    commands.create("payments.cancel", batch, clinic=batch.clinic, by=desk.cast.ade)
    ordered = page(desk.cast.ade, batch)
    assert "Cancellation ordered, on its way" in ordered
    assert not any(words in ordered for words in offered)


def test_whoever_signed_is_not_asked_again(desk: Desk, settings: Any) -> None:
    settings.PAYMENTS_SECOND_APPROVAL_OVER = 1
    batch = desk.submit(desk.draft(2))
    assert "Reject…" in page(desk.cast.ana, batch)
    desk.approve(batch)
    signed, other = page(desk.cast.ana, batch), page(desk.cast.ade, batch)
    assert "You have approved it. It takes a second person." in signed
    assert "Reject…" not in signed and "Reject…" in other


def test_the_checkers_figures_stay_what_they_were_at_submission(desk: Desk) -> None:
    first, second = held(desk, "ONE"), desk.submit(desk.draft(2, prefix="TWO"))
    signed = presenting.checkers_figures(second)
    assert (signed["new_count"], signed["before"]) == (2, None)
    released(first)
    assert presenting.checkers_figures(fresh(second)) == signed
    third = desk.submit(desk.draft(2, prefix="SIX"))
    later = presenting.checkers_figures(third)
    assert (later["new_count"], later["before"]) == (0, first)
    desk.approve(second).commands.update(status="DONE")
    PaymentBatch.objects.filter(pk=second.pk).update(status=S.HELD, kept=True)
    released(second)
    PaymentBatch.objects.filter(pk=first.pk).update(status=S.NEEDS_REVIEW)  # what is told of it later changes nothing
    assert presenting.checkers_figures(fresh(third)) == later
    assert "as of" in page(desk.cast.ana, third)


def test_a_released_batch_says_when_it_is_looked_at_next(desk: Desk) -> None:
    batch = released(held(desk))
    assert "looks at the vendor next" not in page(desk.cast.bo, batch)
    commands.create("payments.look", batch, clinic=batch.clinic, due_at=timezone.now() + timedelta(minutes=5))
    assert "Frontdesk looks at the vendor next at" in page(desk.cast.bo, batch)
