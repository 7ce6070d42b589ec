"""One question to a payer, and its answer."""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar

from django.db import models
from django.db.models import Exists, OuterRef, Q

from core.models import Coded
from core.sealed import SealedJSONField, SealedTextField
from intake.models import Appointment, Coverage

from ..answers import Verdict, sentence
from ..asked import asked_of
from ..benefits import WHOLE_PLAN
from ..choices import OPEN_STATUSES, Answer, Channel, CheckStatus, Decision, Owner, Reason
from ..service_types import service_name


class EligibilityCheckQuerySet(models.QuerySet["EligibilityCheck"]):
    """Filters over checks that more than one caller needs."""

    def open(self) -> EligibilityCheckQuerySet:
        """Return checks that still wait for an answer."""
        return self.filter(status__in=OPEN_STATUSES)

    def newest_of_their_question(self) -> EligibilityCheckQuerySet:
        """Return checks after which the same question was not asked again: what is believed now."""
        newer = EligibilityCheck.objects.filter(
            clinic=OuterRef("clinic"),
            coverage=OuterRef("coverage"),
            date_of_service=OuterRef("date_of_service"),
            service_type_code=OuterRef("service_type_code"),
            pk__gt=OuterRef("pk"),
        )
        return self.filter(~Exists(newer))

    def needing_attention(self) -> EligibilityCheckQuerySet:
        """Return the newest checks of coverages in use that someone has to act on and that nobody has reviewed."""
        undecided = EligibilityCheck.objects.filter(corrections__decision=Decision.OPEN).values("pk")
        used = self.newest_of_their_question().exclude(coverage__status=Coverage.Status.REMOVED)
        return used.filter(~Q(owner="") | Q(pk__in=undecided), reviewed_at=None)

    def light(self) -> EligibilityCheckQuerySet:
        """Return the checks for a list: without question and full answer, which are large and have to be unsealed."""
        return self.defer("request", "response")


class EligibilityCheck(Coded):
    """One question (coverage, day, service) a clinic puts to a payer through one channel, from asking to the answer.

    Asking the same question again makes a new row: rows with equal clinic, coverage, day and service are one thread.
    """

    coverage = models.ForeignKey(Coverage, on_delete=models.PROTECT, related_name="checks")
    clinic = models.ForeignKey("clinic.Clinic", on_delete=models.PROTECT, related_name="+")
    appointment = models.ForeignKey(
        Appointment, on_delete=models.SET_NULL, related_name="checks", null=True, blank=True
    )
    date_of_service = models.DateField()
    service_type_code = models.CharField(max_length=10)
    channel = models.CharField(max_length=14, choices=Channel, default=Channel.CANDID)
    status = models.CharField(max_length=7, choices=CheckStatus, default=CheckStatus.QUEUED)

    answer = models.CharField(max_length=17, choices=Answer, blank=True, default="")
    reason = models.CharField(max_length=13, choices=Reason, blank=True, default="")
    owner = models.CharField(max_length=7, choices=Owner, blank=True, default="")
    fix_field = models.CharField(max_length=20, blank=True, default="")
    aaa_codes = models.JSONField(default=list)
    payer_words = SealedTextField(blank=True, default="")

    tries = models.PositiveSmallIntegerField(default=0)
    initiated_at = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    next_try_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    request = SealedJSONField(null=True, blank=True)
    # Whom it was asked about (asked.py): an answer about data that was changed since is not believed any more.
    asked_of = models.CharField(max_length=64, blank=True, default="", editable=False)
    response = SealedJSONField(null=True, blank=True)

    payer_name = models.CharField(max_length=120, blank=True, default="")
    plan_name = models.CharField(max_length=120, blank=True, default="")
    insurance_type = models.CharField(max_length=80, blank=True, default="")
    plan_member_id = SealedTextField(blank=True, default="")
    group_number = models.CharField(max_length=60, blank=True, default="")
    plan_start_date = models.DateField(null=True, blank=True)
    plan_end_date = models.DateField(null=True, blank=True)
    plan_dates = models.JSONField(default=list)
    trading_partner = models.CharField(max_length=80, blank=True, default="")
    notes = SealedTextField(blank=True, default="")
    prior_authorization = models.BooleanField(null=True, blank=True)
    auto_updated_check_id = models.CharField(max_length=120, blank=True, default="")
    # What lists and Today show of the benefits, worked out once when the answer is recorded.
    copay = models.DecimalField(max_digits=9, decimal_places=2, null=True, blank=True)
    deductible_remaining = models.DecimalField(max_digits=9, decimal_places=2, null=True, blank=True)
    out_of_pocket_met = models.BooleanField(default=False)

    requested_by = models.ForeignKey("clinic.User", on_delete=models.SET_NULL, related_name="+", null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    reviewed_by = models.ForeignKey("clinic.User", on_delete=models.SET_NULL, related_name="+", null=True, blank=True)
    reviewed_at = models.DateTimeField(null=True, blank=True)

    objects = EligibilityCheckQuerySet.as_manager()

    class Meta:
        """A question is asked once at a time, and a finished check has an answer."""

        ordering: ClassVar = ["-pk"]
        indexes: ClassVar = [
            models.Index(fields=["coverage", "date_of_service", "service_type_code", "-id"], name="check_thread"),
            models.Index(fields=["clinic", "owner", "-id"], condition=Q(reviewed_at=None), name="check_attention"),
            models.Index(fields=["started_at"], condition=Q(status="RUNNING"), name="check_running"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["clinic", "coverage", "date_of_service", "service_type_code"],
                condition=Q(status__in=["QUEUED", "RUNNING", "WAITING"]),
                name="one_open_check_per_question",
            ),
            models.CheckConstraint(condition=~Q(status="DONE") | ~Q(answer=""), name="finished_check_has_an_answer"),
        ]

    def __str__(self) -> str:
        """Return the row's number."""
        return f"EligibilityCheck #{self.pk}"

    @property
    def is_open(self) -> bool:
        """Return whether an answer may still come."""
        return self.status in OPEN_STATUSES

    @property
    def is_outdated(self) -> bool:
        """Return whether the coverage or the patient says something else by now than what was asked."""
        return self.asked_of != asked_of(self.coverage)

    @property
    def service(self) -> str:
        """Return what was asked about, in words."""
        return service_name(self.service_type_code)

    @property
    def service_words(self) -> str:
        """Return what was asked about inside a sentence; "the service" where it was the plan as a whole."""
        return "the service" if self.service_type_code == WHOLE_PLAN else self.service.lower()

    @property
    def payer_label(self) -> str:
        """Return the payer's name as the desk knows it."""
        return self.coverage.payer.name if self.coverage.payer else self.payer_name or "The payer"

    @property
    def verdict(self) -> Verdict:
        """Return the answer with all that is behind it."""
        again = self.status == CheckStatus.WAITING
        return Verdict(self.answer, self.reason, self.owner, self.fix_field, tuple(self.aaa_codes), again)

    @property
    def sentence(self) -> str:
        """Return the answer in a whole sentence; "" while there is none. Times are the clinic's."""
        if not self.answer:
            return ""
        return sentence(
            self.verdict,
            payer=self.payer_label,
            day=_day(self.date_of_service),
            service=self.service_words,
            next_try=self._clock(self.next_try_at) if self.status == CheckStatus.WAITING else "",
            phone=self.coverage.payer.phone if self.coverage.payer else "",
            ended=_day(self.plan_end_date) if self.ended_before_the_day else "",
        )

    @property
    def ended_before_the_day(self) -> bool:
        """Return whether the plan ended before the day asked about."""
        return self.plan_end_date is not None and self.plan_end_date < self.date_of_service

    def _clock(self, moment: datetime | None) -> str:
        return moment.astimezone(self.clinic.zone).strftime("%H:%M") if moment else ""


def _day(day: date | None) -> str:
    return f"{day.day} {day:%b %Y}" if day else ""
