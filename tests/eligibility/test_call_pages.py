"""The pages of a phone call: drafting, finishing, refusing, correcting."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from core.models import Command
from eligibility.models import EligibilityCheck, ManualCapture
from tests.conftest import Cast

from . import make

pytestmark = pytest.mark.django_db


def page(client: Client, user: Any, name: str, *args: Any, status: int = 200) -> str:
    client.force_login(user)
    response = client.get(reverse(name, args=args))
    assert response.status_code == status
    return response.content.decode()


def test_a_half_finished_call_is_kept_and_sent_nowhere(client: Client, cast: Cast) -> None:
    row = make.coverage(cast.clinic_a)
    client.force_login(cast.alice)
    client.post(reverse("capture-start", args=[row.code]), {"draft": "1", "in_network_copay": "twenty"})
    capture = ManualCapture.objects.get()
    assert capture.status == "DRAFT" and capture.typed == {"in_network_copay": "twenty"}
    assert "twenty" in page(client, cast.bo, "capture-edit", capture.code)
    assert not Command.objects.exists() and not EligibilityCheck.objects.exists()


def test_a_call_that_breaks_a_rule_is_kept_as_draft_with_the_reason_beside_the_field(
    client: Client, cast: Cast
) -> None:
    row = make.coverage(cast.clinic_a)
    client.force_login(cast.alice)
    body = make.typed(cast.clinic_a, row, in_network_visits_remaining="21") | {"finish": "1"}
    response = client.post(reverse("capture-start", args=[row.code]), body)
    assert response.status_code == 422
    html = response.content.decode()
    capture = ManualCapture.objects.get()
    assert "What is left cannot be more than the visits of the year." in html
    assert reverse("capture-edit", args=[capture.code]) in html
    assert capture.status == "DRAFT" and capture.typed["in_network_visits_remaining"] == "21"


def test_what_is_unlikely_wants_a_tick_and_the_tick_is_kept(client: Client, cast: Cast) -> None:
    row = make.coverage(cast.clinic_a)
    client.force_login(cast.alice)
    body = make.typed(cast.clinic_a, row, in_network_coinsurance_percent="0.2") | {"finish": "1"}
    response = client.post(reverse("capture-start", args=[row.code]), body)
    assert response.status_code == 422 and 'value="in_network_small_share"' in response.content.decode()
    capture = ManualCapture.objects.get()
    ticked = {"override": "in_network_small_share", "version": capture.version}
    client.post(reverse("capture-edit", args=[capture.code]), body | ticked)
    capture.refresh_from_db()
    assert (capture.status, capture.overridden) == ("QUEUED", ["in_network_small_share"])


def test_a_finished_call_is_an_answer_with_the_same_benefits(client: Client, cast: Cast) -> None:
    row = make.coverage(cast.clinic_a, spry_patient_id=None)
    client.force_login(cast.alice)
    client.post(reverse("capture-start", args=[row.code]), make.typed(cast.clinic_a, row) | {"finish": "1"})
    capture = ManualCapture.objects.select_related("eligibility_check").get()
    check = capture.eligibility_check
    assert (check.channel, check.answer, check.copay) == ("MANUAL_CAPTURE", "ACTIVE", Decimal("25.10"))
    assert check.deductible_remaining == Decimal(0)
    html = page(client, cast.alice, "capture-detail", capture.code)
    assert "Saved here; to send it to SPRY add the patient&#x27;s SPRY number." in html
    html = page(client, cast.alice, "check-detail", check.code)
    assert "as told on the phone" in html and "$0 of $1,000 left" in html


def test_a_call_about_an_answer_joins_its_thread(client: Client, cast: Cast) -> None:
    row = make.coverage(cast.clinic_a)
    check = make.answered(cast.clinic_a, row, make.rejected("04"), "UC")
    html = page(client, cast.alice, "check-detail", check.code)
    address = f"{reverse('capture-start', args=[row.code])}?check={check.code}"
    assert address in html
    assert '<option value="UC" selected>' in client.get(address).content.decode()


def test_a_phone_answer_may_stand_beside_an_open_question(client: Client, cast: Cast) -> None:
    row = make.coverage(cast.clinic_a)
    make.asked(cast.clinic_a, row, cast.alice)
    make.finished(cast.clinic_a, row, cast.alice)
    assert sorted(row.checks.values_list("status", flat=True)) == ["DONE", "QUEUED"]


def test_a_finished_call_cannot_be_written_over(client: Client, cast: Cast) -> None:
    row = make.coverage(cast.clinic_a)
    capture = make.finished(cast.clinic_a, row, cast.alice)
    client.force_login(cast.alice)
    body = make.typed(cast.clinic_a, row, in_network_copay="99")
    assert client.post(reverse("capture-edit", args=[capture.code]), body).status_code == 302
    client.post(reverse("capture-discard", args=[capture.code]))
    capture.refresh_from_db()
    assert capture.typed["in_network_copay"] == "25.10"


def test_two_people_on_one_draft_lose_nothing_unseen(client: Client, cast: Cast) -> None:
    row = make.coverage(cast.clinic_a)
    client.force_login(cast.alice)
    client.post(reverse("capture-start", args=[row.code]), {"draft": "1", "in_network_copay": "20"})
    capture = ManualCapture.objects.get()
    address = reverse("capture-edit", args=[capture.code])
    client.post(address, {"draft": "1", "in_network_copay": "30", "version": capture.version})
    late = client.post(address, {"draft": "1", "in_network_copay": "40", "version": capture.version})
    assert late.status_code == 409
    html = late.content.decode()
    assert "Somebody else saved this call" in html and "In network: copay: $30" in html and 'value="40"' in html
    capture.refresh_from_db()
    assert capture.typed["in_network_copay"] == "30"
    client.post(address, {"draft": "1", "in_network_copay": "40", "version": capture.version})
    capture.refresh_from_db()
    assert capture.typed["in_network_copay"] == "40"


def test_a_draft_can_be_thrown_away(client: Client, cast: Cast) -> None:
    row = make.coverage(cast.clinic_a)
    client.force_login(cast.alice)
    client.post(reverse("capture-start", args=[row.code]), {"draft": "1"})
    client.post(reverse("capture-discard", args=[ManualCapture.objects.get().code]))
    assert not ManualCapture.objects.exists()


def test_a_call_on_its_way_cannot_be_corrected_yet(client: Client, cast: Cast) -> None:
    capture = make.finished(cast.clinic_a, make.coverage(cast.clinic_a), cast.alice)
    client.force_login(cast.alice)
    client.post(reverse("capture-correct", args=[capture.code]))
    assert ManualCapture.objects.count() == 1


def test_only_an_admin_sends_a_refused_call_again(client: Client, cast: Cast) -> None:
    capture = make.finished(cast.clinic_a, make.coverage(cast.clinic_a), cast.alice)
    ManualCapture.objects.filter(pk=capture.pk).update(status="REJECTED")
    Command.objects.update(status="FAILED")
    for user, status in ((cast.alice, "REJECTED"), (cast.bo, "REJECTED"), (cast.ana, "QUEUED")):
        client.force_login(user)
        client.post(reverse("capture-send", args=[capture.code]))
        capture.refresh_from_db()
        assert capture.status == status
