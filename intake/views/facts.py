"""What a coverage says, value by value, each with where it comes from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from clinic.models import Clinic, User
from core.money import show

from ..coverage_words import Copay, Source
from ..models import CardScan, Coverage

UNSTATED = "not stated"


@dataclass(frozen=True)
class Fact:
    """One value: its label, the words, and where it comes from ("" when nobody kept that).

    `state` is the icon beside the source; `is_from_card` links it to the photo.
    """

    label: str
    words: str
    source: str = ""
    state: str = ""
    is_from_card: bool = False


@dataclass(frozen=True)
class Group:
    """Facts under a heading."""

    title: str
    facts: list[Fact]


_STATES = {Source.PRINTED: "needs-you"}
_CHOSEN = {"payer_id", "relationship", "plan_type", "subscriber_sex", "injury_state"}  # from a list, not typed


class _Sources:
    """Says where the values of one coverage come from; one query for all names.

    A coverage follows the patient into other clinics; who works in another clinic alone is not named in this one.
    """

    def __init__(self, coverage: Coverage, card: CardScan | None, clinic: Clinic) -> None:
        self.coverage, self.card = coverage, card
        people = {entry["by"] for entry in coverage.sources.values() if entry.get("by")}
        elsewhere = User.objects.filter(memberships__isnull=False).exclude(memberships__clinic=clinic)
        known = User.objects.filter(pk__in=people).exclude(pk__in=elsewhere.values("pk"))
        self.names = {user.pk: user.name for user in known}

    def fact(self, label: str, column: str, words: str | None) -> Fact:
        """Return a value with its source."""
        entry = self.coverage.sources.get(column)
        if not words or not entry:
            return Fact(label, words or UNSTATED)
        source = Source(entry["from"])
        is_from_card = source in {Source.CARD, Source.PRINTED} and self.card is not None
        return Fact(label, words, self._words(source, entry, column), _STATES.get(source, ""), is_from_card)

    def _words(self, source: Source, entry: dict[str, Any], column: str) -> str:
        name, on = self.names.get(entry["by"] or 0, ""), date.fromisoformat(entry["on"])
        when = f"{on:%-d %b %Y}"
        if source == Source.PATIENT:
            return source.label
        if source == Source.PERSON:
            done = "Chosen" if column in _CHOSEN else "Typed"
            return f"{done} by {name}, {when}" if name else f"{done}, {when}"
        return f"{source.label}, {name}, {when}" if name else f"{source.label}, {when}"


def groups_of(coverage: Coverage, card: CardScan | None, clinic: Clinic) -> list[Group]:
    """Return all that a coverage says to a clinic; groups in which nothing is stated are left out."""
    sources = _Sources(coverage, card, clinic)
    if coverage.is_self_pay:
        return []
    found = _claim(coverage, sources) if coverage.is_injury else _plan(coverage, sources)
    return [group for group in found if any(fact.words != UNSTATED for fact in group.facts)]


def _plan(coverage: Coverage, sources: _Sources) -> list[Group]:
    one = sources.fact
    payer_id = coverage.payer.edi_payer_id if coverage.payer else ""
    return [
        Group(
            "The plan",
            [
                one("Payer", "payer_id", coverage.payer_name),
                Fact("Payer ID", payer_id or "not known yet"),
                one("Member ID", "member_id", coverage.member_id),
                one("Group number", "group_number", coverage.group_number),
                one("Plan", "plan_name", coverage.plan_name),
                one("Kind of plan", "plan_type", coverage.get_plan_type_display()),
                one("Employer or group", "employer", coverage.employer),
                one("Starts on", "effective_date", _day(coverage.effective_date)),
                one("Last day it holds", "termination_date", _day(coverage.termination_date)),
            ],
        ),
        Group("Subscriber", _subscriber(coverage, one)),
        Group(
            "Copays printed on the card",
            [
                one(service.label, f"copays.{service}", None if amount is None else show(amount))
                for service in Copay
                if (amount := coverage.copay(service)) is not None
            ],
        ),
        Group(
            "How to reach the payer",
            [
                one("Phone for providers", "provider_phone", coverage.provider_phone),
                one("Phone for members", "member_phone", coverage.member_phone),
                one("Where claims go", "claims_address", coverage.claims_address),
            ],
        ),
        Group(
            "Prescriptions",
            [
                one("RxBIN", "rx_bin", coverage.rx_bin),
                one("RxPCN", "rx_pcn", coverage.rx_pcn),
                one("Rx group", "rx_group", coverage.rx_group),
                one("Rx ID", "rx_id", coverage.rx_id),
            ],
        ),
    ]


def _subscriber(coverage: Coverage, one: Any) -> list[Fact]:
    relation = one("The patient is", "relationship", coverage.get_relationship_display())
    if coverage.is_self:
        return [relation]
    sex = "" if coverage.subscriber_sex == "UNKNOWN" else coverage.get_subscriber_sex_display()
    return [
        relation,
        one("Name", "subscriber_last_name", coverage.subscriber_name),
        one("Born", "subscriber_birth_date", _day(coverage.subscriber_birth_date)),
        one("Sex", "subscriber_sex", sex),
        one("Address", _address_column(coverage), coverage.subscriber_address),
    ]


def _address_column(coverage: Coverage) -> str:
    """Return the column whose source stands for the whole address: the first that is stated."""
    columns = [f"subscriber_{name}" for name in ("address_line", "city", "state", "postal_code")]
    return next((column for column in columns if column in coverage.sources), columns[0])


def _claim(coverage: Coverage, sources: _Sources) -> list[Group]:
    one = sources.fact
    facts = [
        one("Insurer", "payer_id", coverage.payer_name),
        one("Claim number", "claim_number", coverage.claim_number),
        one("Day of the injury", "injury_date", _day(coverage.injury_date)),
        one("State where it happened", "injury_state", coverage.injury_state),
        one("Employer at the time", "employer", coverage.employer),
        one("Adjuster", "adjuster_name", coverage.adjuster_name),
        one("Adjuster's phone", "adjuster_phone", coverage.adjuster_phone),
        one("Claim closed on", "termination_date", _day(coverage.termination_date)),
    ]
    return [Group("The claim", facts)]


def _day(day: date | None) -> str:
    return f"{day:%-d %b %Y}" if day else ""
