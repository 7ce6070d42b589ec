"""Asking payers through the real sandbox: personas, rejections, outages, lost answers, our own credentials."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from core import commands
from core.http import Rejected
from core.models import Command
from eligibility.handlers import AskPayer
from eligibility.models import EligibilityCheck
from eligibility.services import CheckAlreadyOpen, ask_again, payers_like, review_check
from eligibility.vendors import candid, spry
from intake.models import Payer
from intake.services import payer_directory
from tests.conftest import Cast
from tests.intake.writers import meanwhile
from tests.sandbox_process import SandboxProcess

from . import make

pytestmark = [pytest.mark.real, pytest.mark.django_db]
D = Decimal
CHILD = {"first_name": "Jordan", "last_name": "Doe", "birth_date": date(2001, 7, 14), "relationship": "CHILD"}
UHC = {"payer_id": "87726", "first_name": "Jane", "last_name": "Doe", "birth_date": date(1971, 1, 1)}


def command_of(check: EligibilityCheck) -> Command:
    return Command.objects.filter(kind="eligibility.check", target_pk=check.pk).latest("pk")


def read(check: EligibilityCheck) -> EligibilityCheck:
    return EligibilityCheck.objects.select_related("coverage__payer", "clinic").get(pk=check.pk)


def asked_at_candid(sandbox: SandboxProcess) -> int:
    """Return how many checks Candid has run."""
    held = sandbox.call("GET", "state")["held"]
    return next((row["count"] for row in held if (row["vendor"], row["collection"]) == ("candid", "checks")), 0)


def try_now(check: EligibilityCheck) -> EligibilityCheck:
    """Do the check's command whenever it is due."""
    command = command_of(check)
    Command.objects.filter(pk=command.pk, status="DUE").update(due_at=timezone.now())
    commands.run(command.pk)
    return read(check)


# ---- answers --------------------------------------------------------------------------------------------------------


def test_it_keeps_plan_and_benefits_of_an_active_member(cast: Cast, sandbox: SandboxProcess, work: Callable) -> None:
    check = make.asked(cast.clinic_a, make.coverage(cast.clinic_a), cast.alice, "98")
    work()
    check = read(check)
    assert (check.status, check.answer, check.owner) == ("DONE", "ACTIVE", "")
    assert (check.plan_name, check.group_number) == ("Open Choice", "012345")
    assert (check.copay, check.deductible_remaining) == (D("25.00"), D("1250.50"))
    assert check.benefits.filter(kind="OUT_OF_POCKET_MAX", coverage_level="FAMILY").exists()
    assert check.benefits.filter(in_network=False, kind="DEDUCTIBLE").exists()
    assert check.response["parsed_response"]["eligibility_status"] == "ACTIVE"
    assert check.trading_partner


def test_it_asks_for_the_day_and_service_of_the_visit(cast: Cast, sandbox: SandboxProcess, work: Callable) -> None:
    row = make.coverage(cast.clinic_a)
    check = make.asked(cast.clinic_a, row, cast.alice, "PT")
    assert check.request["encounter"] == {
        "date_of_service": cast.clinic_a.today().isoformat(),
        "service_type_codes": ["PT"],
    }
    assert check.request["provider"] == {"npi": "1234567893", "organization_name": "Riverside Medical Group"}
    work()
    assert read(check).answer == "ACTIVE"


def test_a_dependent_is_asked_about_through_the_subscriber(cast: Cast, sandbox: SandboxProcess, work: Callable) -> None:
    subscriber = {"subscriber_first_name": "John", "subscriber_last_name": "Doe"}
    row = make.coverage(cast.clinic_a, "AETNA9wcSu", **CHILD, **subscriber, subscriber_birth_date=date(2000, 1, 1))
    check = make.asked(cast.clinic_a, row, cast.alice)
    assert check.request["dependent"]["first_name"] == "Jordan"
    assert "member_id" not in check.request["dependent"]
    work()
    assert read(check).answer == "ACTIVE"


def test_inactive_is_what_the_payer_says(cast: Cast, sandbox: SandboxProcess, work: Callable) -> None:
    check = make.asked(cast.clinic_a, make.coverage(cast.clinic_a, "UHCINACTIVE", **UHC), cast.alice)
    work()
    assert (read(check).answer, read(check).owner) == ("INACTIVE", "DESK")


@pytest.mark.parametrize(
    ("member_id", "answer", "reason"),
    [
        ("ACTIVE5", "ACTIVE", "INVESTIGATING"),
        ("INACTIVE7", "INACTIVE", "UPDATING"),
        ("INACTIVE8", "INACTIVE", "UPDATING"),
        ("UNKNOWN", "CALL_PAYER", "UNCLEAR"),
        ("UNPARSED", "CALL_PAYER", "UNCLEAR"),
        ("CONTRADICT", "CALL_PAYER", "UNCLEAR"),
        ("AAA-75", "NOT_FOUND", "FIX_DATA"),
        ("AAA-43", "CALL_PAYER", "OUR_SETUP"),
        ("AAA-79", "CALL_PAYER", "NOT_SUPPORTED"),
        ("CANDID-date_of_birth", "NOT_FOUND", "FIX_DATA"),
    ],
)
def test_each_kind_of_answer(
    cast: Cast, sandbox: SandboxProcess, work: Callable, member_id: str, answer: str, reason: str
) -> None:
    check = make.asked(cast.clinic_a, make.coverage(cast.clinic_a, member_id), cast.alice)
    work()
    check = read(check)
    assert (check.answer, check.reason, check.status) == (answer, reason, "DONE")


@pytest.mark.parametrize("spelling", ["question", "plain", "both"])
def test_rejections_are_read_in_every_spelling(
    cast: Cast, sandbox: SandboxProcess, work: Callable, spelling: str
) -> None:
    sandbox.switch("candid", "detail_keys", spelling)
    check = make.asked(cast.clinic_a, make.coverage(cast.clinic_a, "AAA-72"), cast.alice)
    work()
    assert (read(check).aaa_codes, read(check).fix_field) == (["72"], "member_id")


@pytest.mark.parametrize("status", [200, 400])
def test_a_payer_the_clearinghouse_does_not_know_is_called(
    cast: Cast, sandbox: SandboxProcess, work: Callable, status: int
) -> None:
    sandbox.switch("candid", "bad_payer_status", status)
    check = make.asked(cast.clinic_a, make.coverage(cast.clinic_a, payer_id="BADPAYER"), cast.alice)
    work()
    assert (read(check).answer, read(check).reason) == ("CALL_PAYER", "NOT_SUPPORTED")


def test_corrections_of_the_payer_are_kept(cast: Cast, sandbox: SandboxProcess, work: Callable) -> None:
    check = make.asked(cast.clinic_a, make.coverage(cast.clinic_a, "CORRECTED"), cast.alice)
    work()
    found = {row.path: row.corrected for row in read(check).corrections.all()}
    assert found["subscriber.member_id"] == "CORRECTED01"
    assert len(found) >= 3


@pytest.mark.parametrize("scale", ["20", "0.2"])
def test_coinsurance_is_a_percentage_on_either_scale(
    cast: Cast, sandbox: SandboxProcess, work: Callable, scale: str
) -> None:
    sandbox.switch("candid", "percent_scale", scale)
    check = make.asked(cast.clinic_a, make.coverage(cast.clinic_a), cast.alice)
    work()
    shares = set(read(check).benefits.filter(kind="COINSURANCE", in_network=True).values_list("percent", flat=True))
    assert D("20.00") in shares and None not in shares


# ---- a payer that is down -------------------------------------------------------------------------------------------


def test_a_payer_that_is_down_is_asked_again_until_it_answers(cast: Cast, sandbox: SandboxProcess) -> None:
    check = make.asked(cast.clinic_a, make.coverage(cast.clinic_a, "RECOVERS"), cast.alice)
    check = try_now(check)
    assert (check.status, check.answer, check.reason) == ("WAITING", "PAYER_UNAVAILABLE", "ASKING_AGAIN")
    assert check.next_try_at > timezone.now()
    assert "We ask again at" in check.sentence
    check = try_now(check)
    assert (check.status, check.answer, check.next_try_at) == ("DONE", "ACTIVE", None)


def test_it_waits_longer_after_each_try_and_stops_after_eight_hours(cast: Cast, sandbox: SandboxProcess) -> None:
    check = make.asked(cast.clinic_a, make.coverage(cast.clinic_a, "AAA-42"), cast.alice)
    waits = []
    for _ in range(4):
        before = timezone.now()
        check = try_now(check)
        waits.append((check.next_try_at - before).total_seconds())
    assert 4 < waits[0] < 10 and 29 < waits[1] < 35 and 840 < waits[2] < 905 and 840 < waits[3] < 905
    EligibilityCheck.objects.filter(pk=check.pk).update(initiated_at=timezone.now() - timedelta(hours=8))
    check = try_now(check)
    assert (check.status, check.answer, check.reason) == ("DONE", "PAYER_UNAVAILABLE", "GAVE_UP")
    assert command_of(check).status == "DONE"


@pytest.mark.parametrize("kind", ["500_before", "502_html", "reset_before", "truncated_json", "200_error_body", "429"])
def test_a_broken_answer_is_never_an_answer(cast: Cast, sandbox: SandboxProcess, kind: str) -> None:
    sandbox.fault("candid", "check", kind)
    check = make.asked(cast.clinic_a, make.coverage(cast.clinic_a), cast.alice)
    check = try_now(check)
    assert (check.status, check.answer, check.tries) == ("WAITING", "PAYER_UNAVAILABLE", 1)
    assert try_now(check).answer == "ACTIVE"


def test_it_waits_as_long_as_it_is_asked_to(cast: Cast, sandbox: SandboxProcess) -> None:
    sandbox.fault("candid", "check", "429", retry_after=300)
    check = make.asked(cast.clinic_a, make.coverage(cast.clinic_a), cast.alice)
    before = timezone.now()
    check = try_now(check)
    assert (check.next_try_at - before).total_seconds() > 290


def test_a_lost_answer_is_looked_for_and_not_asked_anew(cast: Cast, sandbox: SandboxProcess, settings: Any) -> None:
    settings.DEADLINE_SCALE = 0.01
    sandbox.fault("candid", "check", "black_hole_after", seconds=5)
    check = make.asked(cast.clinic_a, make.coverage(cast.clinic_a), cast.alice)
    check = try_now(check)
    assert (check.status, check.answer) == ("WAITING", "PAYER_UNAVAILABLE")
    first = check.initiated_at
    settings.DEADLINE_SCALE = 1.0
    check = try_now(check)
    assert (check.answer, check.initiated_at) == ("ACTIVE", first)
    assert asked_at_candid(sandbox) == 1


def test_a_worker_that_died_counts_as_a_try(cast: Cast, sandbox: SandboxProcess) -> None:
    check = make.asked(cast.clinic_a, make.coverage(cast.clinic_a), cast.alice)
    command = command_of(check)
    assert commands._claim(command.pk, timezone.now()) is not None  # claimed, and then the worker is gone
    assert read(check).status == "RUNNING"
    Command.objects.filter(pk=command.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
    check = try_now(check)
    assert (check.answer, check.tries) == ("ACTIVE", 1)


def test_it_gives_up_when_no_try_is_left(cast: Cast, sandbox: SandboxProcess) -> None:
    sandbox.fault("candid", "check", "500_before")
    check = make.asked(cast.clinic_a, make.coverage(cast.clinic_a), cast.alice)
    Command.objects.filter(pk=command_of(check).pk).update(failures=AskPayer.tries - 1)
    check = try_now(check)
    assert (check.status, check.answer, check.reason) == ("DONE", "PAYER_UNAVAILABLE", "GAVE_UP")
    assert review_check(check, by=cast.bo, clinic=cast.clinic_a, now=timezone.now())
    assert commands.retry(command_of(check), by=cast.bo, now=timezone.now())
    assert (read(check).status, read(check).reviewed_at, read(check).reviewed_by) == ("QUEUED", None, None)
    assert try_now(check).answer == "ACTIVE"


def test_only_the_newest_check_of_a_question_is_retried(cast: Cast, sandbox: SandboxProcess) -> None:
    sandbox.fault("candid", "check", "500_before")
    row = make.coverage(cast.clinic_a)
    check = make.asked(cast.clinic_a, row, cast.alice)
    command = command_of(check)
    Command.objects.filter(pk=command.pk).update(failures=AskPayer.tries - 1)
    check = try_now(check)
    make.answered(cast.clinic_a, row, make.ACTIVE)
    command.refresh_from_db()
    assert command.status == "FAILED" and not commands.retry(command, by=cast.bo, now=timezone.now())
    assert read(check).answer == "PAYER_UNAVAILABLE"


def test_a_retry_gives_way_to_the_same_question_put_anew_at_that_moment(cast: Cast, sandbox: SandboxProcess) -> None:
    sandbox.fault("candid", "check", "500_before")
    row = make.coverage(cast.clinic_a)
    check = make.asked(cast.clinic_a, row, cast.alice)
    Command.objects.filter(pk=command_of(check).pk).update(failures=AskPayer.tries - 1)
    command = command_of(try_now(check))
    with meanwhile(lambda: make.asked(cast.clinic_a, row, cast.bo), 'UPDATE "core_command"'):
        assert not commands.retry(command, by=cast.bo, now=timezone.now())
    command.refresh_from_db()
    assert (command.status, read(check).reason) == ("FAILED", "GAVE_UP")


# ---- our side -------------------------------------------------------------------------------------------------------


def test_a_token_that_ran_out_is_replaced_once(cast: Cast, sandbox: SandboxProcess) -> None:
    sandbox.fault("candid", "check", "401")
    check = make.asked(cast.clinic_a, make.coverage(cast.clinic_a), cast.alice)
    assert try_now(check).answer == "ACTIVE"


@pytest.mark.parametrize(("kind", "times"), [("401", 2), ("403", 1)])
def test_credentials_that_are_refused_are_for_an_admin(
    cast: Cast, sandbox: SandboxProcess, kind: str, times: int
) -> None:
    sandbox.fault("candid", "check", kind, times=times)
    check = make.asked(cast.clinic_a, make.coverage(cast.clinic_a), cast.alice)
    check = try_now(check)
    assert (check.answer, check.reason, check.owner) == ("CALL_PAYER", "OUR_SETUP", "ADMIN")
    assert command_of(check).status == "FAILED"


def test_only_so_many_questions_are_asked_at_once(cast: Cast, sandbox: SandboxProcess, settings: Any) -> None:
    settings.CANDID_CONCURRENCY = 1
    first = make.asked(cast.clinic_a, make.coverage(cast.clinic_a), cast.alice)
    assert commands._claim(command_of(first).pk, timezone.now()) is not None  # being asked in another worker
    second = make.asked(cast.clinic_a, make.coverage(cast.clinic_a), cast.alice)
    commands.run(command_of(second).pk)
    assert (read(second).status, read(second).tries, command_of(second).status) == ("QUEUED", 0, "DUE")
    EligibilityCheck.objects.filter(pk=first.pk).update(status="DONE", answer="ACTIVE")
    assert try_now(second).answer == "ACTIVE"


def test_a_waiting_question_can_be_asked_now_with_mended_data(cast: Cast, sandbox: SandboxProcess) -> None:
    row = make.coverage(cast.clinic_a, "AAA-42")
    check = try_now(make.asked(cast.clinic_a, row, cast.alice))
    with pytest.raises(CheckAlreadyOpen):
        make.asked(cast.clinic_a, row, cast.alice)
    row.change(None, member_id="AETNA12345")
    check = ask_again(read(check), clinic=cast.clinic_a, by=cast.alice, now=timezone.now())
    assert try_now(check).answer == "ACTIVE"
    assert EligibilityCheck.objects.count() == 1


def test_asking_again_after_an_answer_makes_a_thread(cast: Cast, sandbox: SandboxProcess, work: Callable) -> None:
    check = make.asked(cast.clinic_a, make.coverage(cast.clinic_a), cast.alice)
    work()
    again = ask_again(read(check), clinic=cast.clinic_a, by=cast.bo, now=timezone.now())
    work()
    assert again.pk != check.pk and read(check).answer == read(again).answer == "ACTIVE"


# ---- payers ---------------------------------------------------------------------------------------------------------


def test_payers_are_found_in_the_directory_and_kept(cast: Cast, sandbox: SandboxProcess) -> None:
    Payer.objects.create(name="Aetna as we call it", edi_payer_id="60054")
    found, answered = payers_like("aetna")
    assert answered
    assert [choice.payer.name for choice in found if choice.payer.edi_payer_id == "60054"] == ["Aetna as we call it"]
    assert Payer.objects.get(edi_payer_id="60054").supports_eligibility is True


def test_what_an_admin_said_of_a_payer_stays(cast: Cast, sandbox: SandboxProcess) -> None:
    said = Payer.objects.create(name="Aetna", edi_payer_id="60054")
    payer_directory.edit_payer(said, by=cast.ana, version=said.version, supports_eligibility=False)
    payers_like("aetna")
    assert Payer.objects.get(pk=said.pk).supports_eligibility is False
    payer_directory.edit_payer(said, by=cast.ana, version=said.version, supports_eligibility=None)
    payers_like("aetna")
    assert Payer.objects.get(pk=said.pk).supports_eligibility is True


def test_a_silent_directory_leaves_the_payers_known_here(cast: Cast, sandbox: SandboxProcess) -> None:
    Payer.objects.create(name="Aetna", edi_payer_id="60054")
    Payer.objects.create(name="Aetna without number")
    sandbox.fault("candid", "payer_search", "500_before")
    found, answered = payers_like("aet")
    assert not answered and [choice.payer.edi_payer_id for choice in found] == ["60054"]


def test_a_payer_known_not_to_answer_is_not_asked(cast: Cast, sandbox: SandboxProcess, work: Callable) -> None:
    row = make.coverage(cast.clinic_a, payer_id="99999")
    Payer.objects.filter(edi_payer_id="99999").update(supports_eligibility=False)
    row.refresh_from_db()
    check = make.asked(cast.clinic_a, row, cast.alice)
    assert (check.status, check.answer, check.reason) == ("DONE", "CALL_PAYER", "NOT_SUPPORTED")
    assert not Command.objects.exists() and work() == 0


def test_credentials_can_be_tried_without_asking_anything(sandbox: SandboxProcess, settings: Any) -> None:
    candid.client().check_key()
    settings.CANDID_CLIENT_SECRET = "wrong"
    with pytest.raises(Rejected):
        candid.client().check_key()
    spry.client().check_key()
    settings.SPRY_CLIENT_SECRET = "wrong"
    with pytest.raises(Rejected):
        spry.client().check_key()
