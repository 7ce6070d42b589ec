"""The pages of a phone call: drafting, finishing, refusing, correcting."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from core.models import AuditEvent, Command
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


def test_a_call_that_says_not_covered_has_no_copay(client: Client, cast: Cast) -> None:
    row = make.coverage(cast.clinic_a)
    client.force_login(cast.alice)
    body = make.typed(cast.clinic_a, row, service_covered="N", service_type_code="PT") | {"finish": "1"}
    client.post(reverse("capture-start", args=[row.code]), body)
    check = EligibilityCheck.objects.get()
    assert (check.answer, check.reason, check.copay) == ("ACTIVE", "NOT_COVERED", None)
    html = page(client, cast.alice, "check-detail", check.code)
    assert "does not cover physical therapy" in html and "Active, but physical therapy is not covered" in html


def test_a_form_sent_twice_is_one_call(client: Client, cast: Cast) -> None:
    row = make.coverage(cast.clinic_a)
    html = page(client, cast.alice, "capture-start", row.code)
    (form,) = re.findall(r'name="form" value="([^"]+)"', html)
    body = make.typed(cast.clinic_a, row) | {"form": form}
    address = reverse("capture-start", args=[row.code])
    first, second = (client.post(address, body | {"finish": "1"}) for _ in range(2))
    assert ManualCapture.objects.count() == EligibilityCheck.objects.count() == 1
    assert second.status_code == 302 and second.url == first.url


def test_an_older_copy_of_the_form_loses_nothing(client: Client, cast: Cast) -> None:
    row = make.coverage(cast.clinic_a)
    client.force_login(cast.alice)
    address, form = reverse("capture-start", args=[row.code]), str(uuid4())
    client.post(address, {"draft": "1", "form": form, "in_network_copay": "20"})
    again = client.post(address, {"draft": "1", "form": form, "in_network_copay": "30"})
    assert again.status_code == 409 and 'value="30"' in again.content.decode()
    same = client.post(address, {"draft": "1", "form": form, "in_network_copay": "20"})
    capture = ManualCapture.objects.get()
    assert same.url == reverse("capture-edit", args=[capture.code])


NUMBERS = ("100.001", "1e9999", "NaN", "150", "-1", "1e-9", "Infinity", "x", "0.001", "99999999999")


@pytest.mark.parametrize("number", NUMBERS)
def test_a_number_that_is_none_has_a_sentence_beside_it(client: Client, cast: Cast, number: str) -> None:
    row = make.coverage(cast.clinic_a)
    client.force_login(cast.alice)
    names = ["in_network_coinsurance_percent", "in_network_visits", "in_network_family_deductible", "in_network_copay"]
    body = make.typed(cast.clinic_a, row, **dict.fromkeys(names, number)) | {"finish": "1"}
    response = client.post(reverse("capture-start", args=[row.code]), body)
    html = response.content.decode()
    assert response.status_code == 422 and "%(" not in html
    if number != "150":
        assert "Write a whole number." in html or "A number of visits is" in html
        assert "Write dollars and cents" in html or "An amount is" in html
    if number not in ("1e-9", "0.001") or "percentage between" in html:
        assert "20 means 20 percent." in html
    page(client, cast.alice, "capture-detail", ManualCapture.objects.get().code)


@pytest.mark.parametrize("moment", ["0001-01-01T00:00+14:00", "9999-12-31T23:59-14:00", "2026-13-45T00:00"])
def test_a_call_at_the_edge_of_time_is_refused(client: Client, cast: Cast, moment: str) -> None:
    row = make.coverage(cast.clinic_a)
    client.force_login(cast.alice)
    body = make.typed(cast.clinic_a, row, called_at=moment) | {"finish": "1"}
    assert client.post(reverse("capture-start", args=[row.code]), body).status_code == 422
    page(client, cast.alice, "capture-detail", ManualCapture.objects.get().code)


def test_what_was_said_is_written_out(client: Client, cast: Cast) -> None:
    row = make.coverage(cast.clinic_a, spry_patient_id=None)
    capture = make.finished(cast.clinic_a, row, cast.alice)
    capture.typed |= {
        "called_at": "2026-11-21T20:15",
        "in_network_individual_deductible": "1500",
        "plan_start_date": "2026-01-01",
    }
    capture.save(update_fields=["typed"])
    html = page(client, cast.alice, "capture-detail", capture.code)
    for words in ("$1,500.00", "21 Nov 2026, 20:15", "1 Jan 2026", "$25.10", "20 %"):
        assert f"<dd>{words}</dd>" in html, words


# ---- nobody knows whether SPRY has it -------------------------------------------------------------------------------


@pytest.fixture
def unclear(cast: Cast) -> ManualCapture:
    """A call whose sending is unclear and that nobody looks for any more."""
    capture = make.finished(cast.clinic_a, make.coverage(cast.clinic_a), cast.alice)
    Command.objects.update(status="UNCLEAR")
    ManualCapture.objects.update(status="UNCLEAR", refused_message="SPRY refused our search (HTTP 403).")
    capture.refresh_from_db()
    return capture


def decide(client: Client, user: Any, capture: ManualCapture, **body: str) -> Any:
    client.force_login(user)
    response = client.post(reverse("capture-send", args=[capture.code]), body)
    capture.refresh_from_db()
    return response


def test_an_unclear_call_says_so_and_asks_an_admin(client: Client, cast: Cast, unclear: ManualCapture) -> None:
    html = page(client, cast.ana, "capture-detail", unclear.code)
    assert "nobody looks for it any more" in html and "hx-trigger" not in html and "It is at SPRY" in html
    assert "It is at SPRY" not in page(client, cast.alice, "capture-detail", unclear.code)
    decide(client, cast.alice, unclear, decision="look")
    assert unclear.status == "UNCLEAR"


def test_an_admin_has_it_looked_for_again(client: Client, cast: Cast, unclear: ManualCapture) -> None:
    decide(client, cast.ana, unclear, decision="look")
    assert unclear.status == "UNKNOWN"
    assert Command.objects.filter(kind="eligibility.capture.resolve", status="DUE").count() == 1


def test_an_admin_says_that_it_is_at_spry(client: Client, cast: Cast, unclear: ManualCapture) -> None:
    for missing in ({"why": "Seen there."}, {"enquiry_id": "E-1"}):
        assert decide(client, cast.ana, unclear, decision="there", **missing).status_code == 422
        assert unclear.status == "UNCLEAR"
    decide(client, cast.ana, unclear, decision="there", enquiry_id="E-1", why="Seen there.")
    assert (unclear.status, unclear.enquiry_id, unclear.decided_why) == ("SAVED", "E-1", "Seen there.")
    assert Command.objects.get().status == "DONE"
    assert AuditEvent.objects.get(action="eligibility.capture.decided").actor == cast.ana


def test_a_number_of_another_call_is_refused(client: Client, cast: Cast, unclear: ManualCapture) -> None:
    other = make.finished(cast.clinic_a, make.coverage(cast.clinic_a), cast.alice)
    ManualCapture.objects.filter(pk=other.pk).update(enquiry_id="E-1")
    answer = decide(client, cast.ana, unclear, decision="there", enquiry_id="E-1", why="Seen there.")
    assert answer.status_code == 422 and "Another call is filed" in answer.content.decode()
    assert unclear.status == "UNCLEAR"


def test_an_admin_says_that_it_is_not_there(client: Client, cast: Cast, unclear: ManualCapture) -> None:
    decide(client, cast.ana, unclear, decision="not_there", why="Searched by name.")
    assert (unclear.status, Command.objects.get().status) == ("QUEUED", "DUE")
    again = decide(client, cast.ana, unclear, decision="not_there", why="Twice.")
    assert again.status_code == 302 and unclear.decided_why == "Searched by name."


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
