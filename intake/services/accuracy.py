"""How often values are kept as they were read, rules that accept them, and a blind second look at some of them."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from math import sqrt

from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from clinic.models import Clinic, User
from core import audit

from .. import fields
from ..models import CardField, CardImage, CardMovedOn, CardScan, FieldOutcome, FieldRule, Rekey

Recheck = FieldOutcome.Recheck
Z = 1.959964  # of the normal distribution: an interval that holds in 95 of 100 cases
FEWEST = 20  # below this many values nothing is said
# A rule needs so many values that were looked at, and this upper bound of the share that was wrong.
LEAST_EVIDENCE, MOST_WRONG = 100, 0.02
BANDS = (Decimal("0.99"), Decimal("0.95"), Decimal("0.8"), Decimal("0"))
THRESHOLDS = tuple(Decimal(text) for text in ("0.95", "0.97", "0.98", "0.99", "0.995"))
SAMPLE = 5  # per cent of the accepted values that are typed once more
NO_RULE = frozenset(fields.PAYER_FIELDS)  # who pays is always a person's choice


class TooLittleEvidence(Exception):
    """A rule is not set; the message is a sentence with the figures."""


class RuleChanged(Exception):
    """Somebody else set another rule meanwhile: `rule`, None where they took it away."""

    def __init__(self, rule: FieldRule | None) -> None:
        super().__init__(rule.pk if rule else None)
        self.rule = rule


@dataclass(frozen=True)
class Rate:
    """How many of `total` values were right, with the interval in which the true share lies (Wilson, 95 %)."""

    right: int
    total: int

    @property
    def says_something(self) -> bool:
        """Return whether there are enough values to speak of a share."""
        return self.total >= FEWEST

    @property
    def bounds(self) -> tuple[float, float]:
        """Return the lower and the upper bound of the share; 0 and 1 without any value."""
        if not self.total:
            return 0.0, 1.0
        share, n = self.right / self.total, self.total
        middle, spread = share + Z * Z / (2 * n), Z * sqrt(share * (1 - share) / n + Z * Z / (4 * n * n))
        return max(0.0, (middle - spread) / (1 + Z * Z / n)), min(1.0, (middle + spread) / (1 + Z * Z / n))

    @property
    def percent(self) -> str:
        """Return the share in per cent."""
        return f"{100 * self.right / self.total:.1f} %" if self.total else ""

    @property
    def interval(self) -> str:
        """Return the interval in per cent."""
        low, high = self.bounds
        return f"{100 * low:.1f} to {100 * high:.1f} %"

    @property
    def most_wrong(self) -> float:
        """Return the upper bound of the share that was wrong."""
        return 1 - self.bounds[0]


def looked_at(clinic: Clinic) -> QuerySet[FieldOutcome]:
    """Return the values that a person of a clinic looked at; what a rule accepted counts once it was rechecked."""
    return FieldOutcome.objects.filter(clinic=clinic).exclude(by_rule=True, recheck="")


_RIGHT = Count("pk", filter=Q(accepted=True) & ~Q(recheck=Recheck.WRONG))


def rate_of(rows: QuerySet[FieldOutcome]) -> Rate:
    """Return how many of some values were right."""
    counted = rows.aggregate(right=_RIGHT, total=Count("pk"))
    return Rate(counted["right"], counted["total"])


def above(clinic: Clinic, name: str, threshold: Decimal) -> Rate:
    """Return how often a field was right at this score and above."""
    return rate_of(looked_at(clinic).filter(name=name, score__gte=threshold))


@dataclass(frozen=True)
class FieldRates:
    """The rates of one field: all, by band of score, and its rule if there is one."""

    name: str
    label: str
    all: Rate
    bands: list[tuple[str, Rate]]
    rule: FieldRule | None
    may_have_rule: bool


def rates_by_field(clinic: Clinic) -> list[FieldRates]:
    """Return the rates of every field that was ever read in a clinic, in the order of the review."""
    rules = {rule.name: rule for rule in FieldRule.objects.filter(clinic=clinic)}
    rows: dict[str, list[Rate]] = {}
    for number, low in enumerate(BANDS):
        band = looked_at(clinic).filter(score__gte=low)
        if number:
            band = band.filter(score__lt=BANDS[number - 1])
        for row in band.values("name").annotate(right=_RIGHT, total=Count("pk")):
            found = rows.setdefault(row["name"], [Rate(0, 0)] * len(BANDS))
            found[number] = Rate(row["right"], row["total"])
    order = list(fields.KINDS)
    names = sorted(rows, key=lambda name: order.index(name) if name in order else len(order))
    return [_field_rates(name, rows[name], rules.get(name)) for name in names]


def _field_rates(name: str, bands: list[Rate], rule: FieldRule | None) -> FieldRates:
    words = [
        f"{low:f} and above" if not number else f"{low:f} to {BANDS[number - 1]:f}" for number, low in enumerate(BANDS)
    ]
    whole = Rate(sum(rate.right for rate in bands), sum(rate.total for rate in bands))
    told = [(word, rate) for word, rate in zip(words, bands, strict=True) if rate.total]
    return FieldRates(name, fields.label_of(name), whole, told, rule, name not in NO_RULE)


def rates_by_payer(clinic: Clinic) -> list[tuple[str, Rate]]:
    """Return how often values of each payer's cards were right, the payers with most values first."""
    rows = looked_at(clinic).exclude(payer=None).values("payer__name").annotate(right=_RIGHT, total=Count("pk"))
    return [
        (row["payer__name"], Rate(row["right"], row["total"])) for row in rows.order_by("-total", "payer__name")[:25]
    ]


# ---- rules --------------------------------------------------------------------------------------------------------


@transaction.atomic
def set_rule(clinic: Clinic, name: str, threshold: Decimal | None, *, seen: str, by: User, now: datetime) -> None:
    """Accept a field from this score on as it was read, or (None) by a person alone.

    `seen` is the score of the rule that the person looked at, "" for none. Raises TooLittleEvidence, RuleChanged.
    """
    Clinic.objects.select_for_update(no_key=True).get(pk=clinic.pk)  # two admins, one after the other
    rules = FieldRule.objects.filter(clinic=clinic, name=name).select_related("set_by")
    here = rules.first()
    if seen != (here.from_score if here else ""):
        raise RuleChanged(here)
    rules.delete()
    if threshold is not None:
        rate = above(clinic, name, threshold)
        _require_evidence(name, threshold, rate)
        FieldRule.objects.create(
            clinic=clinic, name=name, threshold=threshold, right=rate.right, total=rate.total, set_by=by, set_at=now
        )
    audit.record(by, "intake.rule.changed", clinic, clinic=clinic, field=name, threshold=str(threshold or "off"))


def _require_evidence(name: str, threshold: Decimal, rate: Rate) -> None:
    label = fields.label_of(name)
    if name in NO_RULE:
        raise TooLittleEvidence("Who pays is always a person's choice.")
    if rate.total < LEAST_EVIDENCE:
        raise TooLittleEvidence(
            f"{label}: {rate.total} values at {threshold:f} and above were looked at so far. "
            f"A rule needs {LEAST_EVIDENCE}."
        )
    if rate.most_wrong > MOST_WRONG:
        raise TooLittleEvidence(
            f"{label}: {rate.total - rate.right} of {rate.total} at {threshold:f} and above were wrong, so up to "
            f"{100 * rate.most_wrong:.1f} % may be. A rule needs at most {100 * MOST_WRONG:.0f} %."
        )


def accept_by_rule(card: CardScan, *, now: datetime) -> None:
    """Accept what the clinic's rules accept; never the payer, another name than the patient's, sources that differ."""
    rules = {rule.name: rule for rule in FieldRule.objects.filter(clinic=card.clinic_id)}
    if not rules:
        return
    name_fits = _names_the_patient(card)
    for row in card.fields.filter(name__in=set(rules) - NO_RULE, reviewed_at=None):
        rule = rules[row.name]
        if not row.value or row.score is None or row.score < rule.threshold or _sources_differ(row):
            continue
        if row.name in fields.PERSONS and not name_fits:
            continue
        row.reviewed_value, row.reviewed_at, row.rule = row.value, now, rule.sentence
        row.save(update_fields=["reviewed_value", "reviewed_at", "rule"])


def _names_the_patient(card: CardScan) -> bool:
    member = card.fields.filter(name="member_name", position=0).first()
    patient = card.patient
    if member is None:
        return False
    return fields.compare_names(member.value, patient.first_name, patient.last_name) is fields.SameName.YES


def take_back_names(card: CardScan) -> None:
    """The card was given to another patient: names that a rule accepted are looked at again."""
    names = card.fields.filter(name__in=fields.PERSONS).exclude(rule="")
    names.update(reviewed_value="", reviewed_at=None, rule="")


def _sources_differ(row: CardField) -> bool:
    said = row.sources or {}
    return bool(said) and not fields.same_value(row.name, said["text"]["value"], said["barcode"]["value"])


# ---- outcomes and the blind sample ---------------------------------------------------------------------------------


def keep_outcomes(card: CardScan, *, by: User, now: datetime) -> None:
    """Keep what became of each value that was read; called when a card is confirmed, inside that transaction."""
    for row in card.fields.all():
        if not row.value or row.score is None:
            continue
        payer = row.name in fields.PAYER_FIELDS
        outcome = FieldOutcome.objects.create(
            clinic=card.clinic,
            payer=card.payer,
            card=card,
            name=row.name,
            position=row.position,
            score=row.score,
            accepted=card.payer_match != CardScan.Match.PERSON if payer else not row.is_corrected,
            by_rule=bool(row.rule),
            decided_at=now,
        )
        if outcome.accepted and not payer and secrets.randbelow(100) < SAMPLE and card.images.exists():
            Rekey.objects.create(outcome=outcome, clinic=card.clinic, first_by=row.reviewed_by or by)


def forget_outcomes(card: CardScan) -> None:
    """A confirmation is taken back: nothing was decided."""
    card.outcomes.all().delete()


def drop_rekeys(card: CardScan) -> None:
    """A card is deleted: what became of its values stays counted, what was typed of them goes."""
    Rekey.objects.filter(outcome__card=card, status=Rekey.Status.WAITING).delete()
    Rekey.objects.filter(outcome__card=card).update(typed="")


def waiting(clinic: Clinic) -> QuerySet[Rekey]:
    """Return what waits to be typed once more: a value that is still there, of a card that still has a photo."""
    card = OuterRef("outcome__card")
    value = CardField.objects.filter(card=card, name=OuterRef("outcome__name"), position=OuterRef("outcome__position"))
    rows = Rekey.objects.filter(clinic=clinic, status=Rekey.Status.WAITING)
    return rows.filter(Exists(CardImage.objects.filter(card=card)), Exists(value)).select_related("outcome__card")


def to_type(clinic: Clinic, user: User) -> QuerySet[Rekey]:
    """Return what this person may type once more: nothing that they accepted themselves."""
    return waiting(clinic).exclude(first_by=user)


def for_others(clinic: Clinic, user: User) -> int:
    """Return how many values only somebody else may type, because this person accepted them."""
    return waiting(clinic).filter(first_by=user).count()


def differing(clinic: Clinic) -> QuerySet[Rekey]:
    """Return what two people read differently and nobody has decided."""
    rows = Rekey.objects.filter(clinic=clinic, status=Rekey.Status.DIFFERS)
    return rows.select_related("outcome__card", "first_by", "typed_by")


def field_of(rekey: Rekey) -> CardField | None:
    """Return the value in question; None when its card is deleted."""
    outcome = rekey.outcome
    return CardField.objects.filter(card=outcome.card_id, name=outcome.name, position=outcome.position).first()


@transaction.atomic
def retype(rekey: Rekey, value: str, *, by: User, now: datetime) -> None:
    """Compare what a second person typed with what was accepted; another value counts as wrong until it is decided.

    Raises CardMovedOn when somebody else typed it meanwhile, or the card is gone.
    """
    held = Rekey.objects.select_for_update().filter(pk=rekey.pk, status=Rekey.Status.WAITING).first()
    row = field_of(rekey)
    if held is None or row is None or held.first_by_id == by.pk:
        raise CardMovedOn
    same = fields.same_value(row.name, " ".join(value.split()), row.current_value)
    _close(rekey, Rekey.Status.AGREED if same else Rekey.Status.DIFFERS, right=same, typed_by=by, typed_at=now)
    if not same:
        rekey.typed = value
        rekey.save(update_fields=["typed"])
    audit.record(by, "intake.value.retyped", rekey.outcome.card, clinic=rekey.clinic, field=row.name, same=same)


@transaction.atomic
def settle(rekey: Rekey, *, right: bool, by: User) -> None:
    """Decide whether what was accepted is right after all. Raises CardMovedOn when it was decided meanwhile."""
    if not Rekey.objects.select_for_update().filter(pk=rekey.pk, status=Rekey.Status.DIFFERS).exists():
        raise CardMovedOn
    _close(rekey, Rekey.Status.SETTLED, right=right, settled_by=by, typed="")
    audit.record(by, "intake.value.settled", rekey.outcome.card, clinic=rekey.clinic, right=right)


def _close(rekey: Rekey, status: str, *, right: bool, **columns: object) -> None:
    Rekey.objects.filter(pk=rekey.pk).update(status=status, **columns)
    word = Recheck.RIGHT if right else Recheck.WRONG
    FieldOutcome.objects.filter(pk=rekey.outcome_id).update(recheck=word)
