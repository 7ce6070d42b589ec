"""The payment pages through HTTP: who may see and press what, and what they say."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from clinic.models import Membership, Role, User
from payments.models import PaymentBatch
from payments.services import submitting
from payments.states import BatchStatus
from tests.payments.conftest import Desk, fresh, seen
from tests.payments_data import dumps, make_batch, make_payment

pytestmark = pytest.mark.django_db
S = BatchStatus
Browser = Callable[[User], Client]


@pytest.fixture
def browser() -> Browser:
    """A signed-in browser."""

    def of(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return of


def url(name: str, batch: PaymentBatch, *more: Any) -> str:
    return reverse(name, args=[batch.code, *more])


def figures(batch: PaymentBatch) -> dict[str, str]:
    now = seen(batch)
    return {"content_hash": now.content_hash, "total": str(now.total), "count": str(now.count)}


def text(response: Any) -> str:
    return " ".join(response.content.decode().split())


GETS = ["batch-detail", "batch-status", "batch-payments", "batch-add", "batch-release"]
POSTS = [
    "batch-submit",
    "batch-take-back",
    "batch-discard",
    "batch-give-up",
    "batch-copy",
    "batch-approve",
    "batch-withdraw",
    "batch-reject",
    "batch-release",
    "batch-again",
    "batch-cancel",
    "batch-settle",
    "batch-ask",
    "batch-resume",
    "batch-stop",
]
CHECKERS_ONLY = {"batch-approve", "batch-withdraw", "batch-reject", "batch-release", "batch-again"}
CHECKERS_ONLY |= {"batch-cancel", "batch-settle"}


def test_another_clinic_sees_nothing(desk: Desk, browser: Browser) -> None:
    batch = desk.draft(1)
    Membership.objects.filter(user=desk.cast.charlie).update(role=Role.ADMIN)
    client = browser(desk.cast.charlie)
    for name in GETS:
        assert client.get(url(name, batch)).status_code == 404
    for name in POSTS:
        assert client.post(url(name, batch), {"reason": "A long enough reason."}).status_code == 404
    payment = batch.payments.get()
    assert client.get(url("payment-detail", batch, payment.code)).status_code == 404
    assert str(batch.code) not in text(client.get(reverse("batch-list")))


def test_the_front_desk_has_no_payments(desk: Desk, browser: Browser) -> None:
    batch = desk.draft(1)
    client = browser(desk.cast.alice)
    for name in GETS:
        assert client.get(url(name, batch)).status_code == 403
    for name in POSTS:
        assert client.post(url(name, batch)).status_code == 403
    for name in ("batch-list", "batch-new", "payment-sample", "account-list"):
        assert client.get(reverse(name)).status_code == 403


def test_billing_presses_nothing_that_is_a_checkers(desk: Desk, browser: Browser) -> None:
    batch = desk.submit(desk.draft(1))
    client = browser(desk.cast.bo)
    for name in CHECKERS_ONLY:
        assert client.post(url(name, batch), {**figures(batch), "reason": "Because I say so."}).status_code == 403
    account = desk.account
    for name in ("account-freeze", "account-thaw", "account-holds"):
        assert client.post(reverse(name, args=[account.code])).status_code == 403
    assert fresh(batch).status == S.SUBMITTED


def test_signed_out_people_are_led_to_the_door(desk: Desk) -> None:
    assert Client().get(url("batch-detail", desk.draft(1))).status_code == 302


def test_the_sample_is_one_press_and_a_file(desk: Desk, browser: Browser) -> None:
    client = browser(desk.cast.bo)
    sample = client.get(reverse("payment-sample"))
    assert sample["Content-Disposition"].startswith("attachment")
    form = {"account": desk.account.pk}
    file = SimpleUploadedFile("sample.json", sample.content, "application/json")
    first = client.post(reverse("batch-new"), {**form, "file": file}, follow=True)
    second = client.post(reverse("batch-new"), {**form, "use_sample": "1"}, follow=True)
    for response in (first, second):
        assert "$1,271.25" in text(response)
        assert "Every rule is kept" in text(response)
    assert PaymentBatch.objects.count() == 2


def test_errors_are_told_by_payment_and_place_with_the_amount(desk: Desk, browser: Browser) -> None:
    payments = make_batch(2).payments
    payments[1]["paymentDetails"]["amount"] += 5
    payments[0]["payeeDetails"]["npiId"] = "1234567890"
    pasted = dumps({"payments": payments}).decode()
    response = browser(desk.cast.bo).post(reverse("batch-new"), {"account": desk.account.pk, "text": pasted})
    page = text(response)
    assert response.status_code == 422
    assert "2 errors" in page
    assert "Payment 2, FDT000000001" in page
    assert "The payment is $5.00 too high" in page
    assert "This is no NPI" in page
    assert "Nothing was saved" in page
    assert "FDT000000001" in page  # what was pasted is still there
    assert not PaymentBatch.objects.exists()


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({}, "Choose a file, paste JSON, or use the sample."),
        ({"text": "{"}, "is not JSON"),
        ({"text": '{"payments":[{"a":NaN}]}'}, "payments[0].a: NaN and Infinity are no amounts."),
        ({"text": '{"payments":[]}'}, "There is no payment in it"),
        ({"text": "x", "control_total": "1.001"}, "no more than 2 decimal places"),
    ],
)
def test_what_cannot_be_read_is_told_beside_the_field(
    desk: Desk, browser: Browser, given: dict[str, str], sentence: str
) -> None:
    response = browser(desk.cast.bo).post(reverse("batch-new"), {"account": desk.account.pk, **given})
    assert sentence in text(response).replace("&quot;", '"')
    assert response.status_code == 422


def test_control_totals_block_with_the_amount_they_are_off(desk: Desk, browser: Browser) -> None:
    made = make_batch(2)
    form = {"account": desk.account.pk, "text": dumps({"payments": made.payments}).decode()}
    totals = {"control_total": str(made.total + 1), "control_count": "3"}
    page = text(browser(desk.cast.bo).post(reverse("batch-new"), {**form, **totals}))
    assert "the control total is $1.00 too high" in page
    assert "The control count says 3, there are 2: the count is 1 too high" in page


def test_a_file_for_another_account_is_refused(desk: Desk, browser: Browser) -> None:
    raw = dumps({"payments": make_batch(1).payments, "accountShortCode": "ACCT9"}).decode()
    page = text(browser(desk.cast.bo).post(reverse("batch-new"), {"account": desk.account.pk, "text": raw}))
    assert "The file names “ACCT9”" in page


def test_warnings_need_a_written_reason(desk: Desk, browser: Browser) -> None:
    payment = make_payment(1)
    payment["payeeDetails"]["name"] = "Willow: Bend"
    batch = desk.create(dumps({"payments": [payment]}), desk.account)
    client = browser(desk.cast.bo)
    assert "A remittance file uses" in text(client.get(url("batch-detail", batch)))
    refused = client.post(url("batch-submit", batch), {"reason_V2": "  "})
    assert refused.status_code == 422
    assert "Write why this may stand." in text(refused)
    assert fresh(batch).status == S.DRAFT
    client.post(url("batch-submit", batch), {"reason_V2": "It is the registered name."})
    assert fresh(batch).status == S.SUBMITTED
    page = text(browser(desk.cast.ana).get(url("batch-detail", batch)))
    assert "It is the registered name." in page


def test_the_two_person_rule_is_on_the_page(desk: Desk, browser: Browser) -> None:
    batch = desk.submit(desk.draft(2))
    for user, sentence in (
        (desk.cast.bo, "You had a hand in making this batch"),
        (desk.cast.ana, "You did not make this batch: you may approve it."),
    ):
        page = text(browser(user).get(url("batch-detail", batch)))
        assert "Made by Bo Lindqvist. Waiting for someone else to approve." in page
        assert sentence in page


def test_a_batch_that_nobody_can_approve_says_so(desk: Desk, browser: Browser) -> None:
    batch = desk.draft(1)
    for admin in (desk.cast.ana, desk.cast.ade):
        batch.makers.add(admin)
    batch = desk.submit(batch)
    assert "Nobody can approve this batch" in text(browser(desk.cast.ana).get(url("batch-detail", batch)))


def test_an_approval_of_other_figures_is_refused(desk: Desk, browser: Browser) -> None:
    batch = desk.submit(desk.draft(2))
    client = browser(desk.cast.ana)
    response = client.post(url("batch-approve", batch), {**figures(batch), "total": "1.00"}, follow=True)
    assert "not the one you looked at" in text(response)
    client.post(url("batch-approve", batch), figures(batch))
    assert fresh(batch).status == S.APPROVED


def held(desk: Desk) -> PaymentBatch:
    """A batch that stands at the vendor, as far as the pages can tell."""
    batch = desk.approved(desk.draft(2))
    batch.commands.update(status="DONE")
    PaymentBatch.objects.filter(pk=batch.pk).update(status=S.HELD, vendor_batch_id="b1")
    return fresh(batch)


def test_release_asks_twice_and_says_what_will_happen(desk: Desk, browser: Browser) -> None:
    batch = held(desk)
    client = browser(desk.cast.ade)
    assert "Release…" in text(client.get(url("batch-detail", batch)))
    page = text(client.get(url("batch-release", batch)))
    assert "2 payees get 2 payments." in page
    assert "Account ACCT1 (ACCT1 / SUBACCT1)" in page
    assert desk.cast.ade.email in page
    refused = client.post(url("batch-release", batch), figures(batch))
    assert "Nothing was released." in text(refused)
    assert not batch.commands.filter(kind="payments.release").exists()
    client.post(url("batch-release", batch), {**figures(batch), "sure": "on"})
    assert batch.commands.get(kind="payments.release").created_by == desk.cast.ade


def test_two_presses_make_one_release(desk: Desk, browser: Browser) -> None:
    batch = held(desk)
    form = {**figures(batch), "sure": "on"}
    browser(desk.cast.ade).post(url("batch-release", batch), form)
    answer = browser(desk.cast.ana).post(url("batch-release", batch), form, follow=True)
    assert "waits to be sent for this batch" in text(answer)
    assert batch.commands.filter(kind="payments.release").count() == 1
    assert fresh(batch).released_by == desk.cast.ade


def test_the_maker_finds_no_release(desk: Desk, browser: Browser) -> None:
    batch = held(desk)
    Membership.objects.filter(user=desk.cast.bo).update(role=Role.ADMIN)
    client = browser(desk.cast.bo)
    assert "Release…" not in text(client.get(url("batch-detail", batch)))
    client.post(url("batch-release", batch), {**figures(batch), "sure": "on"})
    assert not batch.commands.filter(kind="payments.release").exists()


def test_what_stands_in_the_way_is_named(desk: Desk, browser: Browser, settings: Any) -> None:
    batch = held(desk)
    client = browser(desk.cast.ade)
    client.post(reverse("account-freeze", args=[desk.account.code]), {"reason": "Bank asked."})
    settings.PAYMENTS_OUTBOUND_ENABLED = False
    batch.approvals.update(lapses_at=timezone.now())
    page = text(client.get(url("batch-detail", batch)))
    for sentence in ("The account is frozen", "Bank asked.", "Sending is switched off", "does not count any more"):
        assert sentence in page
    answer = client.post(url("batch-release", batch), {**figures(batch), "sure": "on"}, follow=True)
    assert "Sending payments is switched off" in text(answer)


def review(desk: Desk, came_from: str, again: bool) -> PaymentBatch:
    batch = held(desk)
    fields = {"status": S.NEEDS_REVIEW, "came_from": came_from, "may_send_again": again, "reason": "It is not known."}
    PaymentBatch.objects.filter(pk=batch.pk).update(**fields)
    return fresh(batch)


def test_the_review_page_says_what_is_known_and_what_each_button_does(desk: Desk, browser: Browser) -> None:
    batch = review(desk, S.RELEASING, again=False)
    page = text(browser(desk.cast.ade).get(url("batch-detail", batch)))
    for sentence in (
        "It is not known.",
        "Reads the batch. Changes nothing there.",
        "a second one could pay twice",
        "Tells the vendor to cancel the batch.",
        "Use it only after speaking to the vendor",
    ):
        assert sentence in page
    assert "Release again" not in page
    batch = review_again(batch)
    assert "Release again" in text(browser(desk.cast.ade).get(url("batch-detail", batch)))
    maker = text(browser(desk.cast.bo).get(url("batch-detail", batch)))
    assert "Release again" not in maker
    assert "Ask the vendor" in maker


def review_again(batch: PaymentBatch) -> PaymentBatch:
    PaymentBatch.objects.filter(pk=batch.pk).update(may_send_again=True)
    return fresh(batch)


def test_a_word_from_the_telephone_settles_with_a_reason(desk: Desk, browser: Browser) -> None:
    batch = review(desk, S.RELEASING, again=False)
    client = browser(desk.cast.ade)
    short = client.post(url("batch-settle", batch), {"to": "RELEASED", "reason": "yes"}, follow=True)
    assert "Write the reason in a few words" in text(short)
    client.post(url("batch-settle", batch), {"to": "CANCELLED", "reason": "Mrs. Hale of Optum, 10:40, ref 7781."})
    batch = fresh(batch)
    assert (batch.status, batch.transitions.last().by) == (S.CANCELLED, desk.cast.ade)
    client.post(url("batch-copy", batch))
    assert PaymentBatch.objects.filter(copy_of=batch).count() == 1


def test_live_part_stops_asking_when_nothing_moves(desk: Desk, browser: Browser) -> None:
    batch = desk.approved(desk.draft(1))
    client = browser(desk.cast.bo)
    assert 'hx-trigger="every 2s"' in text(client.get(url("batch-detail", batch)))
    assert "HX-Refresh" not in client.get(url("batch-status", batch))
    batch.commands.update(status="DONE")
    PaymentBatch.objects.filter(pk=batch.pk).update(status=S.HELD)
    assert client.get(url("batch-status", batch))["HX-Refresh"] == "true"
    assert "every 2s" not in text(client.get(url("batch-detail", batch)))


def test_a_payment_is_shown_with_its_lines_and_the_look_is_recorded(desk: Desk, browser: Browser) -> None:
    from core.models import AuditEvent

    batch = desk.draft(5)
    payment = batch.payments.last()
    page = text(browser(desk.cast.bo).get(url("payment-detail", batch, payment.code)))
    assert "CO-45" in page
    assert "taken from the payment" in page
    assert "900512364" not in page
    event = AuditEvent.objects.get(action="payments.payment.viewed")
    assert (event.actor, event.target_pk) == (desk.cast.bo, payment.pk)


def test_a_list_of_batches_takes_the_same_queries_for_two_as_for_six(
    desk: Desk, browser: Browser, django_assert_max_num_queries: Any
) -> None:
    for n in range(6):
        desk.draft(1, prefix=f"N{n}")
    client = browser(desk.cast.bo)
    with django_assert_max_num_queries(12):
        assert "6" in text(client.get(reverse("batch-list")))


def test_a_rejected_batch_says_why(desk: Desk, browser: Browser) -> None:
    batch = desk.submit(desk.draft(1))
    client = browser(desk.cast.ana)
    assert "write the reason first" in text(client.post(url("batch-reject", batch), follow=True))
    submitting.reject(batch=batch, reason="Wrong account.", by=desk.cast.ana, now=timezone.now())
    assert "Rejected. Wrong account." in text(client.get(url("batch-detail", batch)))
