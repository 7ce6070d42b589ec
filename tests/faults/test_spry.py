"""SPRY fails: a phone call that was written down is one record there in the end, and its page says where it stands."""

from __future__ import annotations

import json
import urllib.request
from typing import Any

import pytest

from clinic.models import User
from core.models import Command
from eligibility.models import ManualCapture
from eligibility.services import look_again, send_capture
from tests.conftest import Cast
from tests.eligibility import make
from tests.faults.plays import Group, Play
from tests.faults.stage import Stage, must_say, next_try, page
from tests.faults.table import Case, End, Lasting, cases, lasting

pytestmark = [pytest.mark.real, pytest.mark.django_db]


def records(stage: Stage) -> list[dict[str, Any]]:
    with urllib.request.urlopen(f"{stage.sandbox.url}/spry/__sandbox__/records", timeout=10) as answer:
        return json.loads(answer.read())["records"]


def fresh(capture: ManualCapture) -> ManualCapture:
    return ManualCapture.objects.select_related("clinic__organization", "coverage__patient").get(pk=capture.pk)


def written_down(cast: Cast, stage: Stage, scene: str) -> ManualCapture:
    """Finish a phone call, and bring it to just before the call to SPRY."""
    capture = make.finished(cast.clinic_a, make.coverage(cast.clinic_a), cast.alice)
    if scene == "token":
        stage.sandbox.fault("spry", "capture", "401")  # the token that is kept is good no longer
    if scene == "search":
        stage.sandbox.fault("spry", "capture", "500_after")
        stage.work(until=lambda: fresh(capture).status == "UNKNOWN")
    return capture


def must_say_where_it_stands(case: Case, capture: ManualCapture, by: User) -> None:
    """It waits with its next try, or it is being looked for; its benefits are in use all the while."""
    text = page(by, "capture-detail", capture.code)
    must_say(text, case.route.meanwhile)
    if case.end is End.AGAIN and case.route.scene != "search":
        assert capture.status == "QUEUED"
        at = next_try(capture.next_try_at, case.play, never_before=3.5)
        assert f"SPRY could not take it; we try again at {at.astimezone(capture.clinic.zone):%H:%M}." in text
    else:
        assert capture.status == "UNKNOWN"
        assert "The call is saved here; we look for it at SPRY." in text
        if case.end is End.AGAIN:
            next_try(Command.objects.get(status="DUE").due_at, case.play)
    assert capture.eligibility_check is not None and capture.eligibility_check.answer == "ACTIVE"


@pytest.mark.parametrize("case", cases("spry"), ids=str)
def test_a_phone_call_is_one_record(cast: Cast, stage: Stage, case: Case) -> None:
    capture = written_down(cast, stage, case.route.scene)
    stage.meet("spry", case.route.name, case.play, deadline=case.route.deadline)
    if case.end is End.AT_ONCE:
        assert fresh(capture).status == "SAVED"
    else:
        must_say_where_it_stands(case, fresh(capture), cast.alice)
    was_done = case.route.scene == "search" or case.play.group in (Group.DONE, Group.LATE)
    if case.route.scene != "token":
        assert len(records(stage)) == was_done
    stage.work()
    (record,) = records(stage)
    capture = fresh(capture)
    assert (capture.status, capture.enquiry_id) == ("SAVED", record["eligibility_enquiry_id"])
    assert (capture.flag, capture.refused_message) == ("", "")
    assert capture.sends == (2 if case.end is End.SENT_AGAIN else 1)
    assert not Command.objects.exclude(status="DONE").exists()


@pytest.mark.parametrize(("row", "play"), lasting("spry"), ids=str)
def test_a_phone_call_that_does_not_get_through_is_left_to_a_person(
    cast: Cast, stage: Stage, row: Lasting, play: Play
) -> None:
    capture = written_down(cast, stage, row.scene)
    with stage.failing("spry", row.route.name, play, deadline=row.route.deadline, times=None):
        stage.work()
    capture = fresh(capture)
    assert (capture.status, capture.refused_message) == (row.state, row.sentence)
    text = page(cast.ana if row.state == "UNCLEAR" else cast.alice, "capture-detail", capture.code)
    assert row.sentence in text
    must_say(text, row.by_hand)
    if row.state == "UNCLEAR":
        look_again(capture, by=cast.ana)
    else:
        assert records(stage) == []
        send_capture(capture, by=cast.alice)
    stage.work()
    assert fresh(capture).status == "SAVED" and len(records(stage)) == 1
