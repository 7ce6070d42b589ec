"""Today's light speaks of the coverage that counts on the day of the visit."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from eligibility.today import light
from intake.models import Coverage
from tests.conftest import Cast

from . import make

pytestmark = pytest.mark.django_db


def test_a_coverage_that_starts_later_is_not_asked_about_today(cast: Cast) -> None:
    now = make.coverage(cast.clinic_a)
    today = cast.clinic_a.today()
    Coverage.objects.filter(pk=now.pk).update(termination_date=today)
    Coverage.objects.create(
        patient=now.patient,
        clinic=cast.clinic_a,
        payer=now.payer,
        member_id="LATER1",
        replaces=now,
        effective_date=today + timedelta(days=1),
    )
    visit = make.visit(cast.clinic_a, now.patient)
    shown = light(cast.clinic_a, [visit])[visit.pk]
    assert (shown.state, shown.sentence) == ("needs-you", "Not asked yet")
    assert str(now.code) in shown.url


def test_nobody_is_asked_about_a_day_without_coverage(cast: Cast) -> None:
    ended = make.coverage(cast.clinic_a)
    Coverage.objects.filter(pk=ended.pk).update(termination_date=cast.clinic_a.today() - timedelta(days=1))
    visit = make.visit(cast.clinic_a, ended.patient)
    shown = light(cast.clinic_a, [visit])[visit.pk]
    assert (shown.state, shown.action) == ("none", "")


def test_a_payer_that_answers_by_phone_alone_is_called_before_a_check_is_wasted(client: Client, cast: Cast) -> None:
    coverage = make.coverage(cast.clinic_a)
    visit = make.visit(cast.clinic_a, coverage.patient)
    coverage.payer.change(None, supports_eligibility=False)
    shown = light(cast.clinic_a, [visit])[visit.pk]
    assert (shown.sentence, shown.action) == ("Answers by phone only", "Call payer")
    assert shown.url == f"{reverse('capture-start', args=[coverage.code])}?appointment={visit.code}"
    client.force_login(cast.alice)
    page = client.get(reverse("coverage-checks", args=[coverage.code])).content.decode()
    assert "This payer answers no electronic questions: phone them." in page
    assert "Write down a call" in page and "Check coverage" not in page
