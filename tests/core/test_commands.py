"""The engine: claim, call, record. Everything outside work relies on is shown here with handlers of our own."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from clinic.models import Organization
from core import commands, handlers
from core.commands import Done, Failed, Later, NotWanted
from core.http import NotSent, OutcomeUnknown, Rejected, Throttled
from core.models import Command, CommandAttempt
from tests.core.scripted import Asks, Once, Scripted, _registered, fresh, make
from tests.intake.writers import crossing, meanwhile

__all__ = ["_registered", "make"]
pytestmark = pytest.mark.django_db


def outcomes(command: Command) -> list[str]:
    return list(command.tries.order_by("fence").values_list("outcome", flat=True))


def test_it_does_the_work_once(make):
    command = make("test.ask", Done())
    assert commands.run(command.pk) is True
    assert commands.run(command.pk) is False
    assert fresh(command).status == "DONE"
    assert Scripted.told == ["claim", "call", "record"]
    assert outcomes(command) == ["DONE"]
    assert command.request == b"frozen"


def test_it_needs_a_transaction_around_its_row(transactional_db):
    target = Organization.objects.create(name="Target")
    with pytest.raises(transaction.TransactionManagementError):
        commands.create("test.ask", target)


def test_it_refuses_a_kind_without_a_handler(make):
    with pytest.raises(LookupError):
        make("test.unknown")


def test_it_allows_one_open_command_per_row(make):
    command = make()
    target = Organization.objects.get(pk=command.target_pk)
    with pytest.raises(IntegrityError), transaction.atomic():
        commands.create("test.ask", target)
    assert commands.open_for("test.ask", target) == command


def test_it_calls_outside_any_transaction(make, transactional_db):
    seen = []

    def call():
        seen.append(transaction.get_connection().in_atomic_block)
        return Done()

    command = make("test.ask", call)
    commands.run(command.pk)
    assert seen == [False]


def test_it_waits_without_counting_failures(make):
    at = timezone.now() + timedelta(minutes=1)
    command = make("test.ask", Later(at), Done())
    commands.run(command.pk)
    assert (fresh(command).status, command.due_at, command.failures) == ("DUE", at, 0)
    assert commands.run(command.pk) is False, "it is not due yet"
    assert commands.run(command.pk, now=at) is True
    assert fresh(command).status == "DONE"


def test_it_cancels_what_is_no_longer_wanted(make):
    command = make("test.ask", NotWanted("The card was discarded."))
    assert commands.run(command.pk) is False
    assert (fresh(command).status, command.reason) == ("CANCELLED", "The card was discarded.")
    assert Scripted.told == ["claim"]


def test_a_dead_workers_question_that_is_no_longer_wanted_is_cancelled_and_its_try_is_lost(make):
    command = make("test.ask", NotWanted("The card was discarded."))
    began = timezone.now()
    Command.objects.filter(pk=command.pk).update(status="CLAIMED", fence=1, lease_until=began - timedelta(seconds=1))
    CommandAttempt.objects.create(command=command, fence=1, started_at=began)
    assert commands.run(command.pk) is False
    assert (fresh(command).status, command.lease_until) == ("CANCELLED", None)
    assert outcomes(command) == ["LOST"]


def test_what_is_claimed_by_another_worker_meanwhile_is_not_cancelled(make, monkeypatch):
    command = make("test.ask")

    def unwanted(self, command, *, now):
        raise NotWanted("Only this worker thinks so.")

    monkeypatch.setattr(Scripted, "claim", unwanted)
    dropped = commands._drop

    def after_another_claim(pk, why, now, **how):
        Command.objects.filter(pk=pk).update(status="CLAIMED", fence=1, lease_until=now + timedelta(seconds=50))
        dropped(pk, why, now, **how)

    monkeypatch.setattr(commands, "_drop", after_another_claim)
    assert commands.run(command.pk) is False
    assert fresh(command).status == "CLAIMED"


@pytest.mark.parametrize("kind", ["test.ask", "test.keyed", "test.once"])
def test_what_was_certainly_not_sent_goes_again(make, kind):
    command = make(kind, NotSent("candid", "could not be reached"), Done())
    commands.run(command.pk)
    assert (fresh(command).status, command.failures) == ("DUE", 1)
    assert command.reason == "Candid Health could not be reached."
    commands.run(command.pk, now=command.due_at)
    assert fresh(command).status == "DONE"
    assert outcomes(command) == ["NOT_SENT", "DONE"]


def test_a_throttled_question_waits_as_long_as_asked(make):
    error = Throttled("candid", "asks us to wait", status=429)
    error.retry_after = 90.0
    command = make("test.ask", error, Done())
    commands.run(command.pk)
    assert fresh(command).due_at > timezone.now() + timedelta(seconds=80)


def test_money_that_was_throttled_is_unclear(make):
    command = make("test.once", Throttled("optum", "asks us to wait", status=429))
    commands.run(command.pk)
    assert fresh(command).status == "UNCLEAR"


def test_a_question_with_an_unclear_end_is_asked_again_until_tries_are_used_up(make):
    unknown = [OutcomeUnknown("candid", "broke the connection") for _ in range(3)]
    command = make("test.ask", *unknown)
    for _ in range(3):
        commands.run(command.pk, now=fresh(command).due_at)
    assert (fresh(command).status, command.reason) == ("FAILED", "Candid Health broke the connection.")
    assert Scripted.told.count("retrying") == 2
    assert Scripted.told[-1] == "gave up"


@pytest.mark.parametrize("kind", ["test.keyed", "test.once"])
def test_an_unclear_end_of_an_effect_is_never_sent_again_by_itself(make, kind):
    command = make(kind, OutcomeUnknown("optum", "broke the connection"), Done())
    commands.run(command.pk)
    assert fresh(command).status == "UNCLEAR"
    assert commands.run(command.pk, now=timezone.now() + timedelta(days=1)) is False
    assert Scripted.told.count("call") == 1


def test_a_refusal_ends_it(make):
    command = make("test.ask", Rejected("candid", "refused the request", status=400))
    commands.run(command.pk)
    assert (fresh(command).status, command.reason) == ("FAILED", "Refused, and why.")


@pytest.mark.parametrize(("kind", "status"), [("test.ask", "DUE"), ("test.once", "UNCLEAR")])
def test_our_own_fault_counts_as_an_unclear_end(make, kind, status, caplog):
    command = make(kind, ValueError("Emily Dickinson"))
    commands.run(command.pk)
    assert fresh(command).status == status
    assert outcomes(command) == ["BROKEN"]
    assert "ValueError at" in caplog.text
    assert "Emily" not in caplog.text


def test_a_fault_while_recording_leaves_nothing_half_written(make):
    command = make("test.once", "broken")
    commands.run(command.pk)
    assert fresh(command).status == "UNCLEAR"
    assert not Organization.objects.filter(name="half written").exists()


def test_a_claim_that_breaks_is_tried_again_and_then_shown_as_failed(make, caplog):
    command = make("test.once", *[ValueError("Emily Dickinson")] * 9)
    Scripted.breaks_at_claim = True
    try:
        for _ in range(commands.SHELVED_TRIES):
            assert commands.run(command.pk, now=fresh(command).due_at) is False
    finally:
        Scripted.breaks_at_claim = False
    assert (fresh(command).status, command.reason) == ("FAILED", commands.OUR_FAULT)
    assert "call" not in Scripted.told
    assert "Emily" not in caplog.text


def test_a_claim_that_breaks_leaves_another_workers_claim_alone(make, monkeypatch):
    command = make("test.once", Done())
    claim = commands._claim

    def broken(command_id, now, **how):
        assert claim(command_id, now) is not None, "another worker was quicker"
        raise ValueError

    monkeypatch.setattr(commands, "_claim", broken)
    assert commands.run(command.pk) is False
    assert (fresh(command).status, command.fence) == ("CLAIMED", 1)


@pytest.mark.parametrize(("kind", "status"), [("test.ask", "CLAIMED"), ("test.once", "UNCLEAR")])
def test_a_lost_lease_whose_handler_breaks_is_never_sent_from_there(make, monkeypatch, kind, status):
    command = make(kind, Done())
    now = timezone.now()
    commands._claim(command.pk, now)

    def broken(command_id, now, **how):
        raise ValueError

    monkeypatch.setattr(commands, "_claim", broken)
    later = now + timedelta(seconds=Once.deadline + 31)
    assert commands.run(command.pk, now=later) is False
    assert fresh(command).status == status
    assert "call" not in Scripted.told


def test_a_handler_that_cannot_even_be_unclear_leaves_it_for_a_person(make):
    command = make("test.once", "broken twice")
    commands.run(command.pk)
    assert (fresh(command).status, command.reason) == ("UNCLEAR", commands.OUR_FAULT)


def test_a_handler_that_cannot_even_be_unclear_is_not_asked_for_ever(make, monkeypatch):
    def broken(self, command, **how):
        raise ZeroDivisionError

    monkeypatch.setattr(Scripted, "retrying", broken)
    command = make("test.ask", *[NotSent("candid", "could not be reached")] * 9)
    for count in range(1, Asks.tries):
        assert commands.run(command.pk)
        assert (fresh(command).status, command.failures) == ("DUE", count)
        assert not commands.run(command.pk, early=True), "the pause after our own fault stays"
        Command.objects.filter(pk=command.pk).update(due_at=timezone.now())
    assert commands.run(command.pk)
    assert fresh(command).status == "FAILED"


def test_work_of_an_app_that_is_switched_off_waits(make, monkeypatch):
    command = make("test.ask", Done())
    monkeypatch.delitem(handlers._handlers, "test.ask")
    assert not commands.due(now=timezone.now()).filter(pk=command.pk).exists()
    assert commands.run(command.pk) is False
    assert fresh(command).status == "DUE"


def test_a_worker_that_died_in_the_middle_of_a_question_is_replaced(make):
    command = make("test.ask", Done(), Done())
    assert commands._claim(command.pk, timezone.now()) is not None
    assert commands.run(command.pk) is False, "its lease still runs"
    later = timezone.now() + timedelta(seconds=Asks.deadline + 31)
    assert commands.run(command.pk, now=later) is True
    assert fresh(command).status == "DONE"
    assert outcomes(command) == ["LOST", "DONE"]


@pytest.mark.parametrize("kind", ["test.keyed", "test.once"])
def test_a_worker_that_died_in_the_middle_of_an_effect_leaves_it_unclear(make, kind):
    command = make(kind, Done())
    commands._claim(command.pk, timezone.now())
    later = timezone.now() + timedelta(seconds=Once.deadline + 31)
    assert commands.run(command.pk, now=later) is False
    assert fresh(command).status == "UNCLEAR"
    assert "call" not in Scripted.told
    assert outcomes(command) == ["LOST"]


def test_a_late_worker_changes_nothing(make):
    def slow():
        later = timezone.now() + timedelta(seconds=Asks.deadline + 31)
        Scripted.script.insert(0, Done())
        assert commands.run(command.pk, now=later)
        return Failed("the late answer")

    command = make("test.ask", slow)
    commands.run(command.pk)
    assert fresh(command).status == "DONE"
    assert outcomes(command) == ["LATE", "DONE"]


def test_two_workers_claim_it_once(make):
    command = make("test.ask", Done())
    now = timezone.now()
    assert commands._claim(command.pk, now) is not None
    assert commands._claim(command.pk, now) is None


def test_one_live_attempt_is_a_constraint(make):
    command = make()
    CommandAttempt.objects.create(command=command, fence=1, started_at=timezone.now())
    with pytest.raises(IntegrityError), transaction.atomic():
        CommandAttempt.objects.create(command=command, fence=2, started_at=timezone.now())


def test_a_resolver_settles_what_is_unclear(make):
    command = make("test.keyed", OutcomeUnknown("optum", "broke the connection"), Done())
    commands.run(command.pk)
    now = timezone.now()
    assert commands.settle(command.pk, Later(now, "It is certain that it did not happen."), now=now) is True
    assert commands.settle(command.pk, Done(), now=now) is False, "it is not unclear any more"
    commands.run(command.pk, now=now)
    assert fresh(command).status == "DONE"


def test_a_person_sets_a_failed_question_going_again(make):
    command = make("test.ask", Failed("No."), Done())
    commands.run(command.pk)
    assert commands.retry(command, by=None, now=timezone.now()) is True
    commands.run(command.pk, now=timezone.now())
    assert fresh(command).status == "DONE"


def test_a_retry_gives_way_to_a_command_that_is_created_at_that_moment(make):
    command = make("test.ask", Failed("No."))
    commands.run(command.pk)
    target = Organization.objects.get(pk=command.target_pk)
    with meanwhile(lambda: commands.create("test.ask", target), 'FROM "core_command"'):
        assert commands.retry(command, by=None, now=timezone.now()) is False
    assert fresh(command).status == "FAILED"


@pytest.mark.postgres_only
def test_of_a_retry_and_a_new_command_at_one_moment_the_first_counts(make, transactional_db):
    command = make("test.ask", Failed("No."))
    commands.run(command.pk)
    target, rows = Organization.objects.get(pk=command.target_pk), "core_command"

    def look_again():
        with transaction.atomic():
            return commands.create("test.ask", target)

    def try_again():
        return commands.retry(command, by=None, now=timezone.now())

    new, is_retried = crossing(look_again, rows, try_again, rows, turns=True)
    assert (commands.open_for("test.ask", target), is_retried) == (new, False)
    commands.cancel(new, reason="Not wanted.", now=timezone.now())
    is_retried, refused = crossing(try_again, rows, look_again, rows, turns=True)
    assert is_retried is True and isinstance(refused, IntegrityError)
    assert commands.open_for("test.ask", target) == command


def test_a_person_cannot_repeat_an_effect_from_the_operations_page(make):
    command = make("test.once", Failed("No."))
    commands.run(command.pk)
    assert commands.retry(command, by=None, now=timezone.now()) is False
    assert fresh(command).status == "FAILED"


def test_cancelling_works_only_before_it_is_sent(make):
    command = make("test.ask", Done())
    commands._claim(command.pk, timezone.now())
    assert commands.cancel(command, reason="Too late.", now=timezone.now()) is False
    other = make("test.ask")
    assert commands.cancel(other, reason="Not needed.", now=timezone.now()) is True
    assert commands.run(other.pk) is False
