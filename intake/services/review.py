"""Checking a card beside its photo: accept or correct each field, choose the payer, confirm, undo."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from clinic.models import User
from core import audit

from .. import fields
from ..coverage_words import plan_type_of
from ..models import CardField, CardMovedOn, CardScan, Coverage, Patient, Payer
from . import accuracy, same_card
from .coverage import DecisionMissing, OnFile, Placing, add_coverage, current_coverages, remove_coverage
from .payers import PayerGuess, alias_used, learn_alias, match_payer, names_a_payer, payer_from_choice

Status, Match, Outcome = CardScan.Status, CardScan.Match, CardScan.Outcome
PAYER_LINE = "payer_name"  # the payer and its id are one thing to check, and one problem
_OUTCOMES = {
    OnFile.ADD: Outcome.ADDED,
    OnFile.REPLACE: Outcome.REPLACED,
    OnFile.SECONDARY: Outcome.SECONDARY,
    OnFile.LEAVE: Outcome.LEFT,
}


class FieldRefused(Exception):
    """A value cannot be kept; the message is a sentence for the person at the field."""


class NotReady(Exception):
    """The card cannot be confirmed yet; `problems` maps a field name to its sentence."""

    def __init__(self, problems: dict[str, str]) -> None:
        super().__init__(", ".join(sorted(problems)))
        self.problems = problems


class UndoTooLate(Exception):
    """The coverage made of the card was changed or replaced since, so undoing would lose that."""


@dataclass(frozen=True)
class Subscriber:
    """What the patient is to the subscriber, and who that is when it is somebody else."""

    relationship: str
    first_name: str = ""
    last_name: str = ""
    birth_date: date | None = None


def _require(card: CardScan, *statuses: str) -> None:
    if card.status not in statuses:
        raise CardMovedOn


@transaction.atomic
def review_fields(
    card: CardScan, values: dict[tuple[str, int], str], *, by: User, version: int | None, now: datetime
) -> None:
    """Keep what a person accepted or corrected; keys are field name and position.

    Raises FieldRefused, CardMovedOn, or core.models.EditedMeanwhile when somebody else reviewed since `version`.
    """
    _require(card, Status.REVIEW)
    card.change(version)
    corrected = 0
    for (name, position), value in values.items():
        row, _ = CardField.objects.get_or_create(card=card, name=name, position=position)
        row.reviewed_value, row.reviewed_by, row.reviewed_at = _checked(name, value, row.value), by, now
        row.rule = ""  # a person's word now
        row.save(update_fields=["reviewed_value", "reviewed_by", "reviewed_at", "rule"])
        corrected += row.is_corrected
    if any(name in fields.PAYER_FIELDS for name, _ in values) and card.payer_match != Match.PERSON:
        _match_again(card)
    names = sorted({name for name, _ in values})
    audit.record(by, "intake.card.reviewed", card, clinic=card.clinic, fields=names, corrected=corrected)


def _checked(name: str, value: str, read: str) -> str:
    """Return a reviewed value without the spaces around it; raises FieldRefused.

    A date that is not a full one ("2026") may be accepted as it was read, since the card says so; it is only left out
    of the coverage. What a person types has to be a date.
    """
    value = " ".join(value.split())
    kind = fields.KINDS.get(name)
    column = kind.coverage if kind else ""
    longest = getattr(Coverage._meta.get_field(column), "max_length", None) if column else None
    if len(value) > (longest or fields.LONGEST):
        raise FieldRefused(
            f"This is longer than {longest or fields.LONGEST} characters. Type it as printed on the card."
        )
    if not fields.is_keepable(value):
        raise FieldRefused("This has characters that no card prints. Type it as printed on the card.")
    if name in fields.DATES and value not in {"", read} and not fields.usable_date(value):
        raise FieldRefused("Write the date as month/day/year, such as 01/31/2026.")
    return value


def values_of(card: CardScan) -> dict[str, str]:
    """Return what is believed of the card now, by field name; of several values the first."""
    rows = sorted(card.fields.all(), key=lambda row: -row.position)
    return {row.name: row.current_value for row in rows}


def _match_again(card: CardScan) -> None:
    """Recognise the payer by the corrected id or name."""
    values = values_of(card)
    guess = match_payer(values.get("payer_id", ""), values.get("payer_name", ""))
    card.change(None, payer=guess.payer, payer_match=guess.match or (Match.CARD if _prints_payer(values) else ""))


def _prints_payer(values: dict[str, str]) -> bool:
    """Return whether what the card prints names a payer, known here or not."""
    return names_a_payer(values.get("payer_id", ""), values.get("payer_name", ""))


@transaction.atomic
def choose_payer(card: CardScan, payer: Payer, *, by: User, version: int | None, now: datetime) -> None:
    """Let a person say who pays; what the card prints for the payer counts as checked.

    Raises CardMovedOn, core.models.EditedMeanwhile.
    """
    _require(card, Status.REVIEW)
    card.change(version, payer=payer, payer_match=Match.PERSON)
    for row in card.fields.filter(name__in=fields.PAYER_FIELDS, reviewed_at=None):
        row.reviewed_value, row.reviewed_by, row.reviewed_at = row.value, by, now
        row.save(update_fields=["reviewed_value", "reviewed_by", "reviewed_at"])
    audit.record(by, "intake.card.payer_chosen", card, clinic=card.clinic, payer=payer.pk)


def unchecked(card: CardScan) -> list[CardField]:
    """Return the values that were read and that nobody has accepted or corrected yet."""
    return [row for row in card.fields.all() if row.value and not row.is_reviewed]


def problems_of(card: CardScan, subscriber: Subscriber) -> dict[str, str]:
    """Return why the card cannot be confirmed, by field name; empty when it can."""
    values, problems = values_of(card), {}
    for row in unchecked(card):
        name = PAYER_LINE if row.name in fields.PAYER_FIELDS else row.name
        problems[name] = f"{fields.label_of(name)} is not checked yet. Accept it or correct it."
    if not values.get("member_number"):
        problems["member_number"] = "Type the member ID as printed on the card."
    if card.payer is None and not _guess(card, values).match:
        problems[PAYER_LINE] = "Choose who pays."
    return problems | _subscriber_problems(subscriber)


def _subscriber_problems(subscriber: Subscriber) -> dict[str, str]:
    if subscriber.relationship == Coverage.Relationship.SELF:
        return {}
    if subscriber.relationship not in Coverage.Relationship.values:
        return {"relationship": "Say what the patient is to the subscriber."}
    needed = {
        "subscriber_first_name": (subscriber.first_name, "Type the subscriber's first name."),
        "subscriber_last_name": (subscriber.last_name, "Type the subscriber's last name."),
        "subscriber_birth_date": (subscriber.birth_date, "Type the subscriber's birth date."),
    }
    return {name: sentence for name, (value, sentence) in needed.items() if not value}


def _guess(card: CardScan, values: dict[str, str]) -> PayerGuess:
    """Return the card's payer, or that the card names one which is new here."""
    if card.payer:
        return PayerGuess(card.payer, card.payer_match)
    return PayerGuess(None, Match.CARD if _prints_payer(values) else "")


@transaction.atomic
def confirm_card(
    card: CardScan, *, by: User, version: int | None, subscriber: Subscriber, placing: Placing, now: datetime
) -> Coverage | None:
    """Make the card the patient's coverage; None when the coverage on file is left as it is.

    Raises NotReady with sentences, coverage.DecisionMissing, CardMovedOn, core.models.EditedMeanwhile.
    """
    _require(card, Status.REVIEW)
    problems = problems_of(card, subscriber)
    if problems:
        raise NotReady(problems)
    if current_coverages(card.patient) and placing.on_file == OnFile.ADD:
        raise DecisionMissing
    card.move(
        Status.CONFIRMED,
        allowed=(Status.REVIEW,),
        version=version,
        confirmed_by=by,
        confirmed_at=now,
        outcome=_OUTCOMES[OnFile(placing.on_file)],
    )
    audit.record(by, "intake.card.confirmed", card, clinic=card.clinic, on_file=placing.on_file)
    accuracy.keep_outcomes(card, by=by, now=now)
    if placing.on_file == OnFile.LEAVE:
        known = same_card.compare(card, current_coverages(card.patient))
        if known and not known.changes:
            same_card.card_seen(known.coverage, today=card.clinic.today(now))
        return None
    return _coverage_from(card, by, subscriber, placing, now)


def _coverage_from(card: CardScan, by: User, subscriber: Subscriber, placing: Placing, now: datetime) -> Coverage:
    values = values_of(card)
    payer = card.payer or payer_from_choice(values.get("payer_id", ""), values.get("payer_name", ""))
    if card.payer_match == Match.PERSON:
        learn_alias(payer, values.get("payer_name", ""))
    elif card.payer_match == Match.ALIAS:
        alias_used(payer, values.get("payer_name", ""))
    columns, names = _columns_from(values)
    return add_coverage(
        patient=card.patient,
        clinic=card.clinic,
        by=by,
        placing=placing,
        today=card.clinic.today(now),
        read=_read_as_it_was(card, names),
        card=card,
        payer=payer,
        relationship=subscriber.relationship,
        subscriber_first_name=subscriber.first_name,
        subscriber_last_name=subscriber.last_name,
        subscriber_birth_date=subscriber.birth_date,
        **columns,
    )


def _columns_from(values: dict[str, str]) -> tuple[dict[str, Any], dict[str, str]]:
    """Return what a coverage takes over from a card, by column, and the field that each of it was read from."""
    names = {kind.coverage: name for name, kind in fields.KINDS.items() if kind.coverage and values.get(name)}
    for column, possible in fields.ELSEWHERE.items():
        names[column] = next((name for name in possible if values.get(name)), "")
    columns: dict[str, Any] = {column: values[name] for column, name in names.items() if name}
    if "effective_date" in columns:
        columns["effective_date"] = fields.usable_date(columns["effective_date"])
    if "plan_type" in columns:
        columns["plan_type"] = plan_type_of(columns["plan_type"])
    return columns, names


def _read_as_it_was(card: CardScan, names: dict[str, str]) -> frozenset[str]:
    """Return the columns whose value was read from the card and accepted without a change."""
    kept = {row.name for row in card.fields.all() if row.position == 0 and row.value and not row.is_corrected}
    return frozenset(column for column, name in names.items() if name in kept)


@transaction.atomic
def undo_confirm(card: CardScan, *, by: User, version: int | None) -> None:
    """Put a confirmed card back to review: its coverage is removed and what that replaced is in use again.

    Raises UndoTooLate, CardMovedOn, core.models.EditedMeanwhile.
    """
    _require(card, Status.CONFIRMED)
    made = card.coverages.exclude(status=Coverage.Status.REMOVED).select_related("replaces").first()
    if made and (made.status != Coverage.Status.CURRENT or made.version > 1):
        raise UndoTooLate
    card.move(
        Status.REVIEW, allowed=(Status.CONFIRMED,), version=version, confirmed_by=None, confirmed_at=None, outcome=""
    )
    if made:
        remove_coverage(made, clinic=card.clinic, by=by, version=made.version)
    accuracy.forget_outcomes(card)
    audit.record(by, "intake.card.undone", card, clinic=card.clinic)


@dataclass(frozen=True)
class NameOnCard:
    """How the card's names fit the patient; `sentence` is empty when the member is the patient."""

    relationship: str
    sentence: str
    first_name: str = ""
    last_name: str = ""


def name_on_card(card: CardScan) -> NameOnCard:
    """Return the likely relationship, and what does not match, said before anything is confirmed."""
    patient, rows = card.patient, list(card.fields.all())
    member = next((row.current_value for row in rows if row.name == "member_name"), "")
    if not member:
        return NameOnCard("", "The card shows no member name. Say whose coverage it is.")
    same = fields.compare_names(member, patient.first_name, patient.last_name)
    if same is fields.SameName.YES:
        return NameOnCard(Coverage.Relationship.SELF, "")
    first, last = fields.split_name(member)
    return NameOnCard("", _doubt(patient, member, same, rows), first, last)


def _doubt(patient: Patient, member: str, same: fields.SameName, rows: list[CardField]) -> str:
    """Return what a person has to decide about a card whose member may not be the patient."""
    names = f"The card names {member}, and this patient is {patient.name}."
    if same is fields.SameName.BUT_SUFFIX:
        return f"{names} They may be two people of one family. Say whose coverage it is."
    dependents = [row.current_value for row in rows if row.name == "dependent_names"]
    listed = (fields.compare_names(name, patient.first_name, patient.last_name) for name in dependents)
    if fields.SameName.YES in listed:
        return (
            f"The card is {member}'s and lists {patient.name} as a dependent. Say what {patient.first_name} is to them."
        )
    return f"{names} Check that the card belongs here."
