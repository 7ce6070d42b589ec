"""Eligibility's light on Today: one per appointment, from the newest answer about its day and service."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from urllib.parse import urlencode

from django.db.models import Count, Max, Q, QuerySet

from clinic.models import Clinic
from core.links import link
from core.money import show
from intake.models import Appointment, Coverage
from intake.stamps import Counts
from intake.today import Light

from .asked import asked_of
from .benefits import WHOLE_PLAN
from .choices import OPEN_STATUSES, Answer, CheckStatus, Reason
from .models import EligibilityCheck


def light(clinic: Clinic, appointments: list[Appointment]) -> dict[int, Light]:
    """Return a light for each appointment whose patient has a coverage; two queries whatever their number."""
    coverages = Coverage.objects.select_related("payer").for_visits(appointments)
    for visit in appointments:
        if visit.pk in coverages:
            coverages[visit.pk].patient = visit.patient  # loaded already, and without what is sealed
    checks = _newest_checks(clinic, coverages.values(), {visit.date_of_service for visit in appointments})
    lights = {}
    for appointment in appointments:
        coverage = coverages.get(appointment.pk)
        if coverage is not None:
            lights[appointment.pk] = _light(appointment, coverage, checks)
    return lights


def stamp(clinic: Clinic, visits: QuerySet[Appointment]) -> Counts:
    """Return counts that differ whenever a check of these visits' patients was put, moved on or answered."""
    rows = EligibilityCheck.objects.filter(clinic=clinic, coverage__patient__in=visits.order_by().values("patient"))
    return rows.order_by().aggregate(
        last=Max("pk"),
        answered=Count("answered_at"),
        newest=Max("answered_at"),
        open=Count("pk", filter=Q(status__in=OPEN_STATUSES)),
        waiting=Count("next_try_at"),
        retry=Max("next_try_at"),
    )


_Asked = tuple[int, date, str]


def _newest_checks(clinic: Clinic, coverages: Iterable[Coverage], days: set[date]) -> dict[_Asked, EligibilityCheck]:
    """Return the clinic's newest check by coverage, day and service that was asked with today's data."""
    current = {coverage.pk: asked_of(coverage) for coverage in coverages}
    rows = EligibilityCheck.objects.light().filter(clinic=clinic, coverage__in=current, date_of_service__in=days)
    newest: dict[_Asked, EligibilityCheck] = {}
    for check in rows.order_by("-pk").defer("request", "response", "payer_words", "plan_member_id", "notes"):
        check.clinic = clinic
        if check.asked_of == current[check.coverage_id]:
            newest.setdefault((check.coverage_id, check.date_of_service, check.service_type_code), check)
    return newest


def _light(appointment: Appointment, coverage: Coverage, checks: dict[_Asked, EligibilityCheck]) -> Light:
    if not coverage.is_insurance:
        return Light("none", "The patient pays" if coverage.is_self_pay else "Ask the adjuster")
    day = appointment.date_of_service
    if not coverage.is_valid_on(day):
        return Light("none", "No coverage that day")
    exact = checks.get((coverage.pk, day, appointment.service_type_code))
    if exact is not None:
        return _answered(exact, appointment, coverage)
    ask = _not_asked(appointment, coverage, day)
    plan = checks.get((coverage.pk, day, WHOLE_PLAN))
    return _plan_alone(_answered(plan, appointment, coverage), plan, ask) if plan else ask


def _plan_alone(light: Light, plan: EligibilityCheck, ask: Light) -> Light:
    """Let the plan's answer stand in for the visit's: without its copay, and the visit can still be asked about."""
    sentence = "Plan active, visit not asked" if plan.answer == Answer.ACTIVE else light.sentence
    return replace(ask, state=light.state, sentence=sentence)


def _not_asked(appointment: Appointment, coverage: Coverage, day: date) -> Light:
    if coverage.payer and coverage.payer.supports_eligibility is False:
        return Light("needs-you", "Answers by phone only", _call(appointment, coverage), "Call payer")
    form = (
        ("date_of_service", day.isoformat()),
        ("service_type_code", appointment.service_type_code),
        ("appointment", str(appointment.code)),
    )
    return Light("needs-you", "Not asked yet", link("check-start", coverage.code), "Check coverage", form)


def _call(appointment: Appointment, coverage: Coverage) -> str:
    return f"{link('capture-start', coverage.code)}?{urlencode({'appointment': appointment.code})}"


def _answered(check: EligibilityCheck, appointment: Appointment, coverage: Coverage) -> Light:
    see = link("check-detail", check.code)
    call = _call(appointment, coverage)
    if check.status == CheckStatus.WAITING and check.next_try_at is not None:
        at = check.next_try_at.astimezone(check.clinic.zone)
        return Light("waiting", f"Payer cannot answer, retry {at:%H:%M}", call, "Call payer")
    if check.is_open:
        return Light("waiting", "Asking the payer", see)
    if check.reason == Reason.NOT_COVERED:
        return Light("needs-you", f"Active, but {check.service_words} is not covered", see, "See answer")
    if check.answer == Answer.ACTIVE:
        return Light("done", _active(check), see)
    if check.answer == Answer.INACTIVE:
        return Light("blocked", "Not active", see, "See answer")
    if check.answer == Answer.NOT_FOUND:
        return Light("needs-you", "Not found, check the data", see, "See answer")
    if check.reason == Reason.UNCLEAR:
        return Light("needs-you", "The answer is not clear", call, "Call payer")
    words = "Payer could not be reached" if check.answer == Answer.PAYER_UNAVAILABLE else "Payer has to be called"
    return Light("needs-you", words, call, "Call payer")


def _active(check: EligibilityCheck) -> str:
    if check.out_of_pocket_met:
        return "Active, out-of-pocket maximum met"
    return "Active" if check.copay is None else f"Active, {show(check.copay).removesuffix('.00')} copay"
