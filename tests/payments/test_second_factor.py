"""Whoever has a second factor shows it anew before money is approved, released or sent again."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from clinic.models import User
from payments.models import PaymentBatch
from payments.services import orders
from payments.states import BatchStatus
from tests.payments.conftest import Desk, fresh, seen

pytestmark = pytest.mark.django_db
STALE = 301  # seconds; a second factor is fresh for five minutes


@pytest.fixture(autouse=True)
def _no_limit_on_codes(settings: Any) -> None:
    settings.ACCOUNT_RATE_LIMITS = False  # or the third sign-in of a test has to wait for the next time step


def codes_of(user: User) -> list[str]:
    TOTP.activate(user, "JBSWY3DPEHPK3PXP")
    return RecoveryCodes.activate(user).get_unused_codes()


def signed_in(user: User, code: str) -> Client:
    """Sign in through the pages, with the second factor."""
    client = Client()
    client.post(reverse("account_login"), {"login": user.email, "password": "correct horse battery"})
    client.post(reverse("mfa_authenticate"), {"code": code})
    assert client.session["_auth_user_id"] == str(user.pk)
    return client


def go_stale(client: Client) -> None:
    session = client.session
    for record in session[AUTHENTICATION_METHODS_SESSION_KEY]:
        record["at"] -= STALE
    session.save()


def press(client: Client, name: str, batch: PaymentBatch, **fields: str) -> Any:
    now = seen(fresh(batch))
    figures = {"content_hash": now.content_hash, "total": str(now.total), "count": str(now.count)}
    return client.post(reverse(name, args=[batch.code]), figures | fields)


def sent_to_the_code_page(response: Any, then: str) -> None:
    address = urlsplit(response["Location"])
    assert (response.status_code, address.path) == (302, reverse("mfa_reauthenticate"))
    assert parse_qs(address.query)["next"] == [then]


def test_an_approval_needs_it_fresh_and_comes_back_to_the_batch(desk: Desk) -> None:
    batch = desk.submit(desk.draft(2))
    first, second, *_ = codes_of(desk.cast.ana)
    client = signed_in(desk.cast.ana, first)
    go_stale(client)
    back = reverse("batch-detail", args=[batch.code])
    asked = press(client, "batch-approve", batch)
    sent_to_the_code_page(asked, back)
    assert fresh(batch).status == BatchStatus.SUBMITTED

    given = client.post(asked["Location"], {"code": second})
    assert given["Location"] == back
    assert fresh(batch).status == BatchStatus.SUBMITTED, "nobody's press is kept while they look for their code"
    press(client, "batch-approve", batch)
    assert fresh(batch).status == BatchStatus.APPROVED


def test_a_wrong_code_opens_nothing(desk: Desk) -> None:
    batch = desk.submit(desk.draft(2))
    client = signed_in(desk.cast.ana, codes_of(desk.cast.ana)[0])
    go_stale(client)
    asked = press(client, "batch-approve", batch)
    assert client.post(asked["Location"], {"code": "123456"}).status_code == 200
    sent_to_the_code_page(press(client, "batch-approve", batch), reverse("batch-detail", args=[batch.code]))


def test_the_password_alone_does_not_make_it_fresh(desk: Desk) -> None:
    batch = desk.submit(desk.draft(2))
    client = signed_in(desk.cast.ana, codes_of(desk.cast.ana)[0])
    go_stale(client)
    client.post(reverse("account_reauthenticate"), {"password": "correct horse battery"})
    assert press(client, "batch-approve", batch)["Location"].startswith(reverse("mfa_reauthenticate"))
    assert fresh(batch).status == BatchStatus.SUBMITTED


def held(desk: Desk) -> PaymentBatch:
    """A batch that stands at the vendor, as far as the pages can tell."""
    batch = desk.approved(desk.draft(2))
    batch.commands.update(status="DONE")
    PaymentBatch.objects.filter(pk=batch.pk).update(status=BatchStatus.HELD, vendor_batch_id="b1")
    return fresh(batch)


@pytest.mark.parametrize("ask", ["get", "post"])
def test_the_release_page_asks_for_it_before_it_shows_anything(desk: Desk, ask: str) -> None:
    batch = held(desk)
    client = signed_in(desk.cast.ade, codes_of(desk.cast.ade)[0])
    go_stale(client)
    page = reverse("batch-release", args=[batch.code])
    answer = client.get(page) if ask == "get" else press(client, "batch-release", batch, sure="on")
    sent_to_the_code_page(answer, page)
    assert not batch.commands.filter(kind="payments.release").exists()


def test_fresh_from_signing_in_is_fresh(desk: Desk) -> None:
    batch = held(desk)
    client = signed_in(desk.cast.ade, codes_of(desk.cast.ade)[0])
    press(client, "batch-release", batch, sure="on")
    assert batch.commands.filter(kind="payments.release").count() == 1


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("batch-again", {"reason": "The vendor says it never came."}),
        ("batch-settle", {"reason": "Told by telephone.", "to": "RELEASED"}),
    ],
)
def test_so_do_sending_again_and_settling(desk: Desk, name: str, fields: dict[str, str]) -> None:
    batch = held(desk)
    orders.release(batch=batch, seen=seen(batch), by=desk.cast.ade, now=timezone.now())
    PaymentBatch.objects.filter(pk=batch.pk).update(status=BatchStatus.NEEDS_REVIEW)
    client = signed_in(desk.cast.ade, codes_of(desk.cast.ade)[0])
    go_stale(client)
    sent_to_the_code_page(press(client, name, batch, **fields), reverse("batch-detail", args=[batch.code]))
    assert fresh(batch).status == BatchStatus.NEEDS_REVIEW


def test_without_a_second_factor_nobody_is_asked_for_one(desk: Desk, client: Client) -> None:
    batch = desk.submit(desk.draft(2))
    client.force_login(desk.cast.ana)
    press(client, "batch-approve", batch)
    assert fresh(batch).status == BatchStatus.APPROVED
