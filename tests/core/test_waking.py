"""Waking a command that waits: what happened at the vendor is looked at now, and no event is lost on the way."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from core import commands, heartbeats, hints, tasks, waking
from core.commands import Done, Failed, Later, NotWanted
from core.http import NotSent
from core.models import Command
from tests.core.scripted import Asks, _registered, fresh, make

__all__ = ["_registered", "make"]
pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def sent(monkeypatch) -> list[tuple[int, bool]]:
    """The hints that went out: the command's id, and whether it may be done before its time."""
    told: list[tuple[int, bool]] = []
    monkeypatch.setattr(hints, "send_on_commit", lambda pk, early=False: told.append((pk, early)))
    return told


def wake(command: Command) -> bool:
    found = Command.objects.filter(target_pk=command.target_pk)
    return waking.wake(waking.waiting(found, [command.kind]), now=timezone.now())


def test_what_waits_is_done_before_its_time(make, sent):
    far = timezone.now() + MINUTE
    command = make("test.ask", Later(far), Done())
    commands.run(command.pk)
    sent.clear()
    assert wake(command)
    assert sent == [(command.pk, True)]
    assert fresh(command).due_at == far, "when its hint gets lost it looks as it would have"
    assert not commands.run(command.pk), "without that hint its time has not come"
    tasks.run_command(command_id=command.pk, early=True)
    assert fresh(command).status == "DONE"


def test_an_early_hint_is_for_one_look(make, sent):
    far = timezone.now() + MINUTE
    command = make("test.ask", Later(far), Later(far), Done())
    commands.run(command.pk)
    tasks.run_command(command_id=command.pk, early=True)
    assert fresh(command).status == "DUE" and command.tries.count() == 2


def test_the_hint_says_that_it_is_early(monkeypatch, make):
    told: list[dict[str, Any]] = []
    monkeypatch.setattr(tasks.run_command, "delay", lambda **message: told.append(message))
    hints.send(1, early=True)
    hints.send(2)
    assert told == [{"command_id": 1, "early": True}, {"command_id": 2}]


@pytest.mark.parametrize("kind", ["test.keyed", "test.once"])
def test_an_early_hint_does_nothing_for_what_may_not_be_repeated(make, kind):
    command = make(kind, Done())
    Command.objects.filter(pk=command.pk).update(due_at=timezone.now() + MINUTE)
    assert not commands.run(command.pk, early=True)
    assert fresh(command).status == "DUE" and not command.tries.exists()


def test_an_early_hint_does_not_shorten_the_pause_after_a_failure(make):
    command = make("test.ask", NotSent("candid", "could not be reached"), Done())
    commands.run(command.pk)
    assert not commands.run(command.pk, early=True)
    assert fresh(command).status == "DUE" and command.failures == 1


def test_what_is_not_wanted_any_more_ends_at_an_early_hint_too(make):
    command = make("test.ask", Later(timezone.now() + MINUTE), NotWanted("No more."))
    commands.run(command.pk)
    assert not commands.run(command.pk, early=True)
    assert fresh(command).status == "CANCELLED"


def test_an_event_that_comes_while_it_is_done_makes_it_look_once_more(make, sent):
    far = timezone.now() + MINUTE
    command = make("test.ask", lambda: wake(command) and Later(far), Later(far), Done())
    sent.clear()
    commands.run(command.pk)
    assert commands.is_due(command.pk, now=timezone.now()), "its worker goes on with it"
    assert fresh(command).hinted_at is None, "and without that worker the dispatcher sends it"
    commands.run(command.pk)
    assert fresh(command).due_at == far, "once, not for ever"


def test_an_event_before_it_is_claimed_asks_for_no_second_look(make, sent):
    far = timezone.now() + MINUTE
    command = make("test.ask", Later(far))
    wake(command)
    commands.run(command.pk)
    assert fresh(command).due_at == far


def test_the_hint_of_an_event_reaches_the_broker_as_early(make, monkeypatch, django_capture_on_commit_callbacks):
    command = make("test.ask", Later(timezone.now() + MINUTE))
    commands.run(command.pk)
    told: list[dict[str, Any]] = []
    monkeypatch.setattr(tasks.run_command, "delay", lambda **message: told.append(message))
    with django_capture_on_commit_callbacks(execute=True):
        wake(command)
    assert told == [{"command_id": command.pk, "early": True}]


def test_one_event_while_it_is_done_makes_one_more_look(make, sent):
    far = timezone.now() + MINUTE
    command = make("test.ask", lambda: wake(command) and Later(far), Later(far), Done())
    sent.clear()
    tasks.run_command(command_id=command.pk)
    assert sent == [(command.pk, False)], "its worker goes on with it; an early hint would make a third look"
    tasks.run_command(command_id=command.pk)
    assert command.tries.count() == 2


@pytest.mark.parametrize(
    ("outcome", "woken"),
    [(lambda far: Later(far), True), (lambda far: Later(far, "Our own fault."), False)],
    ids=["waits", "pauses after a failure"],
)
def test_an_event_that_is_told_just_after_the_recording_is_not_lost(make, sent, outcome, woken):
    """The event's row was read while the command was being done; its UPDATE finds it waiting."""
    far = timezone.now() + MINUTE
    command = make("test.ask", outcome(far))
    seen: list[waking.Waiting] = []

    def look() -> Any:
        seen.extend(waking.waiting(Command.objects.filter(pk=command.pk), [command.kind]))
        return outcome(far)

    Asks.script[:] = [look]
    commands.run(command.pk)
    assert [status for _, status, _ in seen] == ["CLAIMED"] and fresh(command).due_at == far
    sent.clear()
    assert waking.wake(seen, now=timezone.now())
    assert (fresh(command).due_at <= timezone.now(), command.hinted_at is None) == (woken, woken)


def test_a_pause_after_a_failure_stays(make, sent):
    command = make("test.ask", NotSent("candid", "could not be reached"))
    commands.run(command.pk)
    sent.clear()
    due_at = fresh(command).due_at
    assert wake(command)
    assert fresh(command).due_at == due_at and not sent


def test_an_event_during_a_failure_does_not_shorten_the_pause(make, sent):
    def fails():
        wake(command)
        raise NotSent("candid", "could not be reached")

    command = make("test.ask", fails)
    commands.run(command.pk)
    assert fresh(command).due_at > timezone.now() + timedelta(seconds=5)


def test_what_has_ended_is_not_woken(make, sent):
    command = make("test.ask", Failed("Refused."))
    commands.run(command.pk)
    sent.clear()
    assert not wake(command) and not sent
    assert fresh(command).status == "FAILED"


@pytest.mark.parametrize("kind", ["test.keyed", "test.once"])
def test_what_may_not_be_repeated_is_never_woken(make, kind):
    command = make(kind)
    with pytest.raises(ValueError, match="cannot be woken"):
        wake(command)


def test_a_heart_that_stops_is_noticed():
    now = timezone.now()
    within = timedelta(seconds=6)
    assert not heartbeats.is_beating("test", within=within, now=now)
    for moment in (now, now + timedelta(seconds=2)):
        heartbeats.beat("test", now=moment)
    assert heartbeats.is_beating("test", within=within, now=now + timedelta(seconds=7))
    assert not heartbeats.is_beating("test", within=within, now=now + timedelta(seconds=9))
    heartbeats.rest("test")
    assert not heartbeats.is_beating("test", within=within, now=now + timedelta(seconds=3))


def test_a_worker_goes_on_with_what_has_its_next_step_already(make, sent):
    command = make("test.ask", lambda: Later(timezone.now()), lambda: Later(timezone.now()), Done())
    tasks.run_command(command_id=command.pk)
    assert fresh(command).status == "DONE"
    assert command.tries.count() == 3


def test_a_worker_lets_others_have_their_turn(make, monkeypatch):
    again: list[int] = []
    monkeypatch.setattr(hints, "send", again.append)
    command = make("test.ask", *[lambda: Later(timezone.now())] * 20)
    tasks.run_command(command_id=command.pk)
    assert command.tries.count() == tasks.MOST_STEPS and again == [command.pk]


def test_a_worker_waits_for_what_failed(make, sent):
    command = make("test.ask", NotSent("candid", "could not be reached"), Done())
    tasks.run_command(command_id=command.pk)
    assert fresh(command).status == "DUE" and command.tries.count() == 1
