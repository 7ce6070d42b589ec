"""The form of a phone call: the rules of each field, beside the field."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from eligibility.capture_form import CaptureForm
from tests.conftest import Cast

from . import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def form(cast: Cast):
    """Return a function that makes the form of a whole call with some values changed (None: left out)."""
    row = make.coverage(cast.clinic_a)

    def build(**changes: Any) -> CaptureForm:
        return CaptureForm(cast.clinic_a, row, make.typed(cast.clinic_a, row, **changes))

    return build


def test_a_whole_call_is_valid(form: Any) -> None:
    whole = form()
    assert whole.is_valid(), whole.errors
    assert not whole.rule_errors(now=timezone.now())
    assert whole.call().out_of_network is None


REQUIRED = ["member_id", "member_id_confirmed", "prior_authorization", "service_code", "called_at", "date_of_service"]


@pytest.mark.parametrize("name", REQUIRED)
def test_what_is_required_is_asked_for(form: Any, name: str) -> None:
    assert list(form(**{name: None}).errors) == [name]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("prior_authorization", "y"),
        ("prior_authorization", "Yes"),
        ("prior_authorization", True),
        ("service_covered", "true"),
        ("plan_active", "1"),
        ("member_id", "x" * 51),
        ("member_id", "AB\tCD"),
        ("member_id", "   "),
        ("service_code", "pt"),
        ("service_code", "PHYSICALTHE"),
        ("service_type_code", "QQ"),
        ("in_network_copay", "-1"),
        ("in_network_copay", "25.101"),
        ("in_network_copay", "10000000"),
        ("in_network_copay", "NaN"),
        ("in_network_coinsurance_percent", "101"),
        ("in_network_visits", "1.5"),
        ("in_network_visits", "-1"),
        ("in_network_visits", True),
        ("subscriber_postal_code", "6060"),
        ("subscriber_state", "Illinois"),
        ("plan_start_date", "someday"),
        ("date_of_service", "1999-01-01"),
        ("called_at", "yesterday"),
        ("spoke_with", "x" * 101),
    ],
)
def test_a_broken_field_says_so_beside_itself(form: Any, name: str, value: Any) -> None:
    assert list(form(**{name: value}).errors) == [name]


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"in_network_individual_deductible_remaining": "1000.01"}, "in_network_individual_deductible_remaining"),
        ({"in_network_visits_remaining": "21"}, "in_network_visits_remaining"),
        ({"plan_end_date": "2001-01-01", "plan_start_date": "2002-01-01"}, "plan_end_date"),
    ],
)
def test_a_rule_between_fields_stands_beside_one_of_them(form: Any, changes: dict[str, str], name: str) -> None:
    broken = form(**changes)
    assert broken.is_valid() and broken.rule_errors(now=timezone.now())
    assert list(broken.errors) == [name]


def test_a_call_of_the_future_is_refused(form: Any) -> None:
    tomorrow = (timezone.now() + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M")
    broken = form(called_at=tomorrow)
    assert broken.is_valid() and broken.rule_errors(now=timezone.now())


def test_zero_is_kept_and_empty_is_not_stated(form: Any) -> None:
    whole = form(in_network_copay="")
    assert whole.is_valid()
    amounts = whole.call().in_network
    assert amounts.individual_deductible_remaining == 0 and amounts.copay is None


def test_a_network_that_was_not_discussed_is_left_out_whatever_was_typed(form: Any) -> None:
    whole = form(in_network_discussed=None, out_of_network_discussed="on", out_of_network_copay="60")
    assert whole.is_valid()
    assert whole.call().in_network is None and whole.call().out_of_network.copay == 60


def test_the_time_of_a_call_is_the_clinics_unless_it_names_a_zone(form: Any) -> None:
    naive, zoned = form(called_at="2026-11-20T09:30"), form(called_at="2026-11-20T09:30:00+00:00")
    assert naive.is_valid() and zoned.is_valid()
    assert naive.call().called_at.isoformat() == "2026-11-20T09:30:00-06:00"
    assert zoned.call().called_at.isoformat() == "2026-11-20T09:30:00+00:00"


def test_the_patient_is_copied_when_they_are_the_subscriber(form: Any) -> None:
    own = form(subscriber_first_name="Somebody")
    assert own.is_valid() and own.call().subscriber.first_name == "Jane"
    other = form(subscriber_same_as_patient=None, subscriber_first_name="Somebody")
    assert other.is_valid() and other.call().subscriber.first_name == "Somebody"


def test_what_was_typed_comes_back_in_the_draft(form: Any) -> None:
    whole = form(in_network_copay="twenty")
    again = CaptureForm(whole.clinic, whole.coverage, whole.typed())
    assert again.errors == whole.errors and again.typed() == whole.typed()
