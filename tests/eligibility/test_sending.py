"""Phone calls and the real sandbox of SPRY: one call, one record, whatever happens on the way."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from core import commands
from core.http import Exchange
from core.models import Command
from eligibility.models import ManualCapture
from eligibility.services import correct_capture, look_again, send_capture
from eligibility.services.unclear import RESOLVE
from tests.conftest import Cast
from tests.sandbox_process import SandboxProcess

from . import make

pytestmark = [pytest.mark.real, pytest.mark.django_db]


@pytest.fixture(autouse=True)
def _quick(settings: Any) -> None:
    settings.SPRY_RESOLVE_SECONDS = 0.05


def records(sandbox: SandboxProcess) -> list[dict[str, Any]]:
    with urllib.request.urlopen(f"{sandbox.url}/spry/__sandbox__/records", timeout=10) as answer:
        return json.loads(answer.read())["records"]


def read(capture: ManualCapture) -> ManualCapture:
    return ManualCapture.objects.select_related("clinic__organization", "coverage__patient").get(pk=capture.pk)


def run_all(seconds: float = 20.0) -> None:
    """Do everything, whenever it is due, until nothing is open."""
    ends = timezone.now() + timedelta(seconds=seconds)
    while Command.objects.filter(status__in=["DUE", "CLAIMED"]).exists():
        assert timezone.now() < ends
        Command.objects.filter(status="DUE").update(due_at=timezone.now())
        commands.run_due()


def test_a_finished_call_is_saved_at_spry(cast: Cast, sandbox: SandboxProcess, work: Callable) -> None:
    capture = make.finished(cast.clinic_a, make.coverage(cast.clinic_a), cast.alice)
    assert capture.status == "QUEUED" and len(capture.payload_hash) == 64
    work()
    capture = read(capture)
    (record,) = records(sandbox)
    assert capture.status == "SAVED"
    assert capture.enquiry_id == record["eligibility_enquiry_id"]
    assert record["in_network"]["individual_deductible_remaining"] == 0


@pytest.mark.parametrize("kind", ["reset_after", "500_after", "truncated_json", "wrong_types"])
def test_an_answer_lost_after_saving_ends_as_one_record(cast: Cast, sandbox: SandboxProcess, kind: str) -> None:
    sandbox.fault("spry", "capture", kind)
    capture = make.finished(cast.clinic_a, make.coverage(cast.clinic_a), cast.alice)
    commands.run_due()
    assert read(capture).status == "UNKNOWN"
    run_all()
    (record,) = records(sandbox)
    capture = read(capture)
    assert (capture.status, capture.enquiry_id) == ("SAVED", record["eligibility_enquiry_id"])
    assert not Command.objects.exclude(status="DONE").exists()


def test_a_time_out_after_saving_ends_as_one_record(cast: Cast, sandbox: SandboxProcess, settings: Any) -> None:
    settings.DEADLINE_SCALE = 0.04
    sandbox.fault("spry", "capture", "black_hole_after", seconds=3)
    capture = make.finished(cast.clinic_a, make.coverage(cast.clinic_a), cast.alice)
    run_all()
    assert read(capture).status == "SAVED" and len(records(sandbox)) == 1


@pytest.mark.parametrize("kind", ["black_hole_before", "reset_before", "500_before", "502_html"])
def test_an_answer_lost_before_saving_ends_as_one_record(
    cast: Cast, sandbox: SandboxProcess, settings: Any, kind: str
) -> None:
    settings.DEADLINE_SCALE = 0.04
    sandbox.fault("spry", "capture", kind, **({"seconds": 3} if "hole" in kind else {}))
    capture = make.finished(cast.clinic_a, make.coverage(cast.clinic_a), cast.alice)
    run_all()
    capture = read(capture)
    assert (capture.status, capture.sends, len(records(sandbox))) == ("SAVED", 2, 1)


def test_it_looks_three_times_before_it_sends_again(cast: Cast, sandbox: SandboxProcess) -> None:
    sandbox.fault("spry", "capture", "500_after")
    sandbox.fault("spry", "search", "stale_reads", times=2)
    capture = make.finished(cast.clinic_a, make.coverage(cast.clinic_a), cast.alice)
    run_all()
    assert (read(capture).status, read(capture).sends, len(records(sandbox))) == ("SAVED", 1, 1)


def test_a_search_that_is_refused_leaves_it_unclear(cast: Cast, sandbox: SandboxProcess) -> None:
    sandbox.fault("spry", "capture", "500_after")
    sandbox.fault("spry", "search", "403", times=1)
    capture = make.finished(cast.clinic_a, make.coverage(cast.clinic_a), cast.alice)
    run_all()
    capture = read(capture)
    assert capture.status == "UNCLEAR" and not capture.is_moving
    assert "refused our search" in capture.refused_message
    look_again(capture, by=cast.ana)
    run_all()
    assert (read(capture).status, len(records(sandbox))) == ("SAVED", 1)


def test_a_retry_leaves_a_capture_alone_that_somebody_has_decided_at_that_moment(
    cast: Cast, sandbox: SandboxProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    sandbox.fault("spry", "capture", "500_after")
    sandbox.fault("spry", "search", "403", times=1)
    capture = make.finished(cast.clinic_a, make.coverage(cast.clinic_a), cast.alice)
    run_all()
    search = Command.objects.get(kind=RESOLVE)

    def decided(command: Command) -> bool:
        ManualCapture.objects.filter(pk=capture.pk).update(status="QUEUED")
        return True

    monkeypatch.setattr(commands.handler_of(search), "may_retry", decided)
    assert not commands.retry(search, by=cast.ana, now=timezone.now())
    search.refresh_from_db()
    assert search.status == "FAILED"


def test_two_records_are_kept_once_and_flagged(cast: Cast, sandbox: SandboxProcess) -> None:
    sandbox.fault("spry", "capture", "500_after", times=2)
    sandbox.fault("spry", "search", "stale_reads", times=3)
    capture = make.finished(cast.clinic_a, make.coverage(cast.clinic_a), cast.alice)
    run_all()
    capture = read(capture)
    assert len(records(sandbox)) == 2
    assert (capture.status, capture.flag) == ("SAVED", "TWICE")


def test_a_record_of_another_call_is_not_taken_for_this_one(cast: Cast, sandbox: SandboxProcess) -> None:
    row = make.coverage(cast.clinic_a)
    first = make.finished(cast.clinic_a, row, cast.alice)
    run_all()
    sandbox.fault("spry", "capture", "500_before")
    second = make.finished(cast.clinic_a, row, cast.alice)
    run_all()
    assert len(records(sandbox)) == 2
    assert read(first).enquiry_id != read(second).enquiry_id


def test_a_dead_worker_leaves_one_record(cast: Cast, sandbox: SandboxProcess) -> None:
    capture = make.finished(cast.clinic_a, make.coverage(cast.clinic_a), cast.alice)
    command = Command.objects.get(kind="eligibility.capture.send")
    claimed = commands._claim(command.pk, timezone.now())
    assert claimed is not None
    commands.handler_of(claimed).call(claimed)  # SPRY saved it, and the worker died before writing it down
    Command.objects.filter(pk=command.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
    run_all()
    assert (read(capture).status, len(records(sandbox))) == ("SAVED", 1)


def test_success_for_somebody_else_is_no_success(cast: Cast, sandbox: SandboxProcess) -> None:
    sandbox.fault("spry", "capture", "someone_else")
    sandbox.fault("spry", "search", "stale_reads", times=3)
    capture = make.finished(cast.clinic_a, make.coverage(cast.clinic_a), cast.alice)
    run_all()
    capture = read(capture)
    assert (capture.status, capture.flag, capture.enquiry_id) == ("REJECTED", "SOMEONE_ELSE", "")
    assert "someone else" in capture.refused_message
    assert len(records(sandbox)) == 1


def test_success_for_somebody_else_is_settled_by_what_spry_shows(cast: Cast, sandbox: SandboxProcess) -> None:
    sandbox.fault("spry", "capture", "someone_else")
    capture = make.finished(cast.clinic_a, make.coverage(cast.clinic_a), cast.alice)
    run_all()
    assert (read(capture).status, read(capture).flag) == ("SAVED", "SOMEONE_ELSE")


def test_a_refusal_inside_http_200_is_a_refusal(cast: Cast, sandbox: SandboxProcess) -> None:
    sandbox.fault("spry", "capture", "2999")
    capture = make.finished(cast.clinic_a, make.coverage(cast.clinic_a), cast.alice)
    run_all()
    capture = read(capture)
    assert (capture.status, capture.refused_code) == ("REJECTED", 2999)
    assert records(sandbox) == []
    send_capture(capture, by=cast.ana)
    run_all()
    assert read(capture).status == "SAVED" and len(records(sandbox)) == 1


def test_a_throttled_call_waits_and_is_sent_once(cast: Cast, sandbox: SandboxProcess) -> None:
    sandbox.fault("spry", "capture", "429", retry_after=7)
    capture = make.finished(cast.clinic_a, make.coverage(cast.clinic_a), cast.alice)
    commands.run_due()
    capture = read(capture)
    assert capture.status == "QUEUED" and capture.next_try_at > timezone.now() + timedelta(seconds=5)
    run_all()
    assert read(capture).status == "SAVED" and len(records(sandbox)) == 1


@pytest.mark.parametrize("kind", ["500_before", "429", "reset_before", "truncated_json"])
def test_trouble_with_the_token_means_that_nothing_was_sent(cast: Cast, sandbox: SandboxProcess, kind: str) -> None:
    sandbox.fault("spry", "capture", "401")  # the cached token is refused, so a fresh one is asked for
    sandbox.fault("spry", "token", kind)
    capture = make.finished(cast.clinic_a, make.coverage(cast.clinic_a), cast.alice)
    commands.run_due()
    assert read(capture).status == "QUEUED"
    run_all()
    assert read(capture).status == "SAVED" and len(records(sandbox)) == 1


def test_a_token_that_ran_out_is_replaced_once(cast: Cast, sandbox: SandboxProcess) -> None:
    sandbox.fault("spry", "capture", "401")
    capture = make.finished(cast.clinic_a, make.coverage(cast.clinic_a), cast.alice)
    commands.run_due()
    assert read(capture).status == "SAVED"


@pytest.mark.parametrize(("kind", "times"), [("401", 2), ("403", 1)])
def test_credentials_that_are_refused_end_it_with_a_reason(
    cast: Cast, sandbox: SandboxProcess, kind: str, times: int
) -> None:
    sandbox.fault("spry", "capture", kind, times=times)
    capture = make.finished(cast.clinic_a, make.coverage(cast.clinic_a), cast.alice)
    run_all()
    assert read(capture).status == "REJECTED" and read(capture).refused_message
    assert records(sandbox) == []


def test_a_clinic_the_credentials_are_not_good_for_is_refused_here(cast: Cast, sandbox: SandboxProcess) -> None:
    cast.clinic_a.spry_clinic_id = 91
    cast.clinic_a.save()
    capture = make.finished(cast.clinic_a, make.coverage(cast.clinic_a), cast.alice)
    run_all()
    assert "not good for this clinic" in read(capture).refused_message
    assert records(sandbox) == []


def test_without_sprys_numbers_a_call_is_used_here_and_sent_later(
    cast: Cast, sandbox: SandboxProcess, work: Callable
) -> None:
    row = make.coverage(cast.clinic_a, spry_patient_id=None)
    capture = make.finished(cast.clinic_a, row, cast.alice)
    assert capture.status == "SAVED_HERE" and work() == 0
    assert capture.eligibility_check.answer == "ACTIVE"
    row.patient.change(None, spry_patient_id=901)
    send_capture(read(capture), by=cast.alice)
    work()
    assert read(capture).status == "SAVED" and len(records(sandbox)) == 1


def test_a_correction_is_a_new_call_that_replaces_the_old(cast: Cast, sandbox: SandboxProcess) -> None:
    row = make.coverage(cast.clinic_a)
    old = make.finished(cast.clinic_a, row, cast.alice)
    run_all()
    draft = correct_capture(read(old), clinic=cast.clinic_a, by=cast.bo)
    assert draft.replaces_id == old.pk and draft.typed == read(old).typed
    assert correct_capture(read(old), clinic=cast.clinic_a, by=cast.bo).pk == draft.pk
    new = make.finish_draft(draft, cast.bo, in_network_copay="40")
    run_all()
    assert (read(old).status, read(new).status) == ("SUPERSEDED", "SAVED")
    assert len(records(sandbox)) == 2
    assert [check.copay for check in row.checks.order_by("pk")] == [make.dollars("25.10"), make.dollars("40.00")]


def test_two_workers_send_one_call_once(cast: Cast, sandbox: SandboxProcess) -> None:
    capture = make.finished(cast.clinic_a, make.coverage(cast.clinic_a), cast.alice)
    command = Command.objects.get(kind="eligibility.capture.send")
    mine = commands._claim(command.pk, timezone.now())
    assert mine is not None
    assert not commands.run(command.pk)  # the other worker got the same message
    answer = commands.handler_of(mine).call(mine)
    assert not commands.run(command.pk)  # and once more, while SPRY has answered and nothing is written down
    commands._record(mine, None, answer, Exchange())
    assert read(capture).status == "SAVED" and len(records(sandbox)) == 1
