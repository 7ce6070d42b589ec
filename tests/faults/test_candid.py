"""Candid fails: the question waits with its next try, an error is never an answer, and one answer is shown."""

from __future__ import annotations

import pytest
from django.utils import timezone

from clinic.models import User
from eligibility.models import EligibilityCheck
from eligibility.services import ask_again
from intake.models import Payer
from tests.conftest import Cast
from tests.eligibility import make
from tests.faults.plays import Play
from tests.faults.stage import Stage, must_say, next_try, page
from tests.faults.table import Case, End, Lasting, cases, lasting

pytestmark = [pytest.mark.real, pytest.mark.django_db]
SILENT = "The payer directory does not answer."


def fresh(check: EligibilityCheck) -> EligibilityCheck:
    return EligibilityCheck.objects.select_related("coverage__payer", "clinic").get(pk=check.pk)


def asked_there(stage: Stage) -> int:
    """Return how many questions Candid has answered."""
    held = stage.sandbox.call("GET", "state")["held"]
    return next((row["count"] for row in held if (row["vendor"], row["collection"]) == ("candid", "checks")), 0)


def must_wait(case: Case, check: EligibilityCheck, by: User) -> None:
    """It waits: nothing is said about the coverage but that the payer is asked again, and when."""
    assert (check.status, check.answer, check.reason) == ("WAITING", "PAYER_UNAVAILABLE", "ASKING_AGAIN")
    at = next_try(check.next_try_at, case.play, never_before=5)
    sentence = f"Aetna cannot answer right now. We ask again at {at.astimezone(check.clinic.zone):%H:%M}."
    assert check.sentence.startswith(sentence)
    text = page(by, "check-detail", check.code)
    must_say(text, case.route.meanwhile)
    assert sentence in text and "Ask now" in text


@pytest.mark.parametrize("case", cases("candid", "token", "check"), ids=str)
def test_a_question_gets_its_answer(cast: Cast, stage: Stage, case: Case) -> None:
    check = make.asked(cast.clinic_a, make.coverage(cast.clinic_a), cast.alice, "98")
    if case.route.name == "token":
        stage.sandbox.fault("candid", "check", "401")  # the token that is kept is good no longer
    stage.meet("candid", case.route.name, case.play, deadline=case.route.deadline)
    if case.end is End.AGAIN:
        must_wait(case, fresh(check), cast.alice)
    else:
        assert fresh(check).status == "DONE"
    stage.work()
    check = fresh(check)
    assert (check.status, check.answer, check.next_try_at) == ("DONE", "ACTIVE", None)
    assert (
        check.benefits.filter(kind="DEDUCTIBLE", coverage_level="INDIVIDUAL", period="YEAR", in_network=True).count()
        == 1
    )
    assert asked_there(stage) == 1  # the answer that got lost is taken, not paid for again


@pytest.mark.parametrize("case", cases("candid", "payer_search"), ids=str)
def test_a_payer_is_found_all_the_same(cast: Cast, stage: Stage, case: Case) -> None:
    Payer.objects.create(name="Aetna of the desk", edi_payer_id="60054")
    page(cast.alice, "payer-search")
    with stage.failing("candid", case.route.name, case.play, deadline=case.route.deadline):
        text = page(cast.alice, "payer-search", q="aetna")
    assert "Aetna of the desk" in text
    assert (SILENT in text) == (case.end is End.KNOWN_HERE)
    must_say(SILENT, case.route.meanwhile)
    text = page(cast.alice, "payer-search", q="aetna")
    assert SILENT not in text and "Aetna of the desk" in text
    assert not Payer.objects.filter(name__in=["7", ""]).exists()


@pytest.mark.parametrize(("row", "play"), lasting("candid"), ids=str)
def test_a_question_without_an_answer_is_left_to_a_person(cast: Cast, stage: Stage, row: Lasting, play: Play) -> None:
    check = make.asked(cast.clinic_a, make.coverage(cast.clinic_a), cast.alice, "98")
    with stage.failing("candid", row.route.name, play, deadline=row.route.deadline, times=None):
        stage.work()
    check = fresh(check)
    assert (check.status, check.answer, check.reason) == (row.state, "PAYER_UNAVAILABLE", "GAVE_UP")
    text = page(cast.alice, "check-detail", check.code)
    assert row.sentence in check.sentence and check.sentence in text
    must_say(text, row.by_hand)
    again = ask_again(check, clinic=cast.clinic_a, by=cast.alice, now=timezone.now())
    stage.work()
    assert fresh(again).answer == "ACTIVE"
