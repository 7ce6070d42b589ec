"""The facts of an answer arranged for people: what a visit costs, what is left of the year, what else was said."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from core.money import show

from . import benefits
from .benefits import BenefitLine, Copay, Meter, Visits
from .choices import Kind, Level, Period
from .models import EligibilityCheck
from .service_types import service_name
from .services.results import copay_of


@dataclass(frozen=True)
class YearlyAmount:
    """A deductible or out-of-pocket maximum with its words."""

    label: str
    meter: Meter


@dataclass(frozen=True)
class Network:
    """What was said about one network: the meters, and every line that no meter shows."""

    label: str
    yearly: list[YearlyAmount]
    lines: list[BenefitLine]


@dataclass(frozen=True)
class Payment:
    """What the patient pays today, in a sentence, and the reasons for it."""

    sentence: str
    why: list[str]


@dataclass(frozen=True)
class Shown:
    """An answer's benefits, ready for a template."""

    copay: Copay
    copay_words: str
    coinsurance_words: str
    deductible: Meter
    out_of_pocket: Meter
    payment: Payment
    networks: list[Network]
    visits: list[Visits]
    non_covered: list[str]
    limits: list[BenefitLine]


def shown(check: EligibilityCheck, lines: Sequence[BenefitLine]) -> Shown:
    """Arrange the lines of an answer for the visit it was asked for."""
    service = check.service_type_code
    copay = copay_of(check, lines)
    not_covered = benefits.is_not_covered(lines, service_type_code=service)
    shares = () if not_covered else benefits.coinsurance(lines, service_type_code=service)
    deductible = benefits.deductible(lines, service_type_code=service)
    out_of_pocket = benefits.out_of_pocket(lines, service_type_code=service)
    is_met = benefits.is_out_of_pocket_met(lines, service_type_code=service)
    return Shown(
        copay=copay,
        copay_words=_copay_words(copay),
        coinsurance_words=_shares_words(shares),
        deductible=deductible,
        out_of_pocket=out_of_pocket,
        payment=_not_covered(check) if not_covered else _payment(check, copay, shares, deductible, is_met),
        networks=[*_networks(lines, service)],
        visits=benefits.visit_limits(lines),
        non_covered=_non_covered(lines),
        limits=[line for line in lines if line.kind == Kind.LIMITATION],
    )


def _amount(value: Decimal | None) -> str:
    return show(value).removesuffix(".00")


def percent(value: Decimal) -> str:
    """Return a percentage for people: 20 % and not 20.00 %."""
    return f"{value.normalize():f} %"


def _copay_words(copay: Copay) -> str:
    if copay.amount is not None:
        return _amount(copay.amount)
    stated = dict.fromkeys(_amount(line.amount) for line in copay.lines if line.amount is not None)
    return " or ".join(stated) if len(stated) > 1 else "not clear" if stated else "not stated"


def _shares_words(shares: Sequence[BenefitLine]) -> str:
    words = dict.fromkeys(
        percent(line.percent) if line.percent is not None else f"unclear (sent as {line.as_sent})" for line in shares
    )
    return " or ".join(words) or "not stated"


def _not_covered(check: EligibilityCheck) -> Payment:
    sentence = f"{check.payer_label} does not cover {check.service_words}, so the plan pays nothing for it."
    return Payment(sentence, ["Ask the payer about another service or an exception before taking money."])


def _payment(
    check: EligibilityCheck,
    copay: Copay,
    shares: Sequence[BenefitLine],
    deductible: Meter,
    is_met: bool,
) -> Payment:
    why = [f"This is what {check.payer_label} states and no promise to pay."]
    if any(line.in_network is None for line in [*copay.lines, *shares]):
        why.append("The payer did not say for which network, so it is assumed to be in network.")
    else:
        why.append("It holds in network; whether this provider is in network is not part of the answer.")
    if is_met:
        return _met(check, copay, why)
    if copay.is_stated:
        return _copay_payment(check, copay, why)
    clear = [line.percent for line in shares if line.percent is not None]
    if len(set(clear)) == 1 and deductible.remaining is not None:
        left = deductible.remaining
        rest = f"{percent(clear[0])} of what is allowed"
        sentence = f"The patient pays {rest}."
        if left > 0:
            until = f"up to the {_amount(left)} left of the deductible"
            sentence = f"The patient pays what is allowed, {until}, then {rest}."
        return Payment(sentence, ["No copay is stated.", *why])
    return Payment(f"The payer did not say what the patient pays for {check.service.lower()}.", [])


def _met(check: EligibilityCheck, copay: Copay, why: list[str]) -> Payment:
    """Nothing is left of the yearly maximum, so a stated copay may not be owed either: no amount to take is named."""
    taking = f"the {_amount(copay.amount)} copay" if copay.amount else "money"
    sentence = "The out-of-pocket maximum is met, so the plan may pay everything."
    if not copay.is_stated:
        return Payment(f"{sentence} Ask {check.payer_label} before taking money.", why)
    beside = "Some plans take a copay all the same: the payer states it beside the maximum."
    return Payment(f"{sentence} Ask {check.payer_label} before taking {taking}.", [beside, *why])


def _copay_payment(check: EligibilityCheck, copay: Copay, why: list[str]) -> Payment:
    if not copay.asked_about:
        why.insert(0, f"The payer states this copay for the plan, not for {check.service.lower()} alone.")
    if copay.amount is None:
        named = ", ".join(_named(line) for line in copay.lines)
        return Payment(f"The payer does not say which copay is this visit's. It names {named}.", why)
    if len({line.amount for line in copay.lines}) > 1:
        why.insert(0, f"Several copays are stated: {', '.join(_named(line) for line in copay.lines)}.")
    return Payment(f"The patient pays about {_amount(copay.amount)} today.", why)


def _named(line: BenefitLine) -> str:
    return f"{_amount(line.amount)} ({line.notes.lower()})" if line.notes else _amount(line.amount)


_YEARLY = (
    ("Deductible, individual", benefits.deductible, Level.INDIVIDUAL),
    ("Deductible, family", benefits.deductible, Level.FAMILY),
    ("Out of pocket, individual", benefits.out_of_pocket, Level.INDIVIDUAL),
    ("Out of pocket, family", benefits.out_of_pocket, Level.FAMILY),
)


def _networks(lines: Sequence[BenefitLine], service_type_code: str) -> Iterator[Network]:
    """Return what was said in network and out of network; a network nothing was said about is left out."""
    for label, inside in (("In network", True), ("Out of network", False), ("Network not stated", None)):
        own = [line for line in lines if line.in_network is inside]
        yearly = [
            YearlyAmount(words, meter)
            for words, measure, level in _YEARLY
            if (
                meter := measure(own, level=level, in_network=bool(inside), service_type_code=service_type_code)
            ).is_stated
        ]
        measured = {line for item in yearly for line in item.meter.lines}
        stated = [line for line in own if line.kind in _LISTED and line not in measured]
        if yearly or stated:
            yield Network(label, yearly, stated)


_LISTED = (Kind.COPAY, Kind.COINSURANCE, Kind.DEDUCTIBLE, Kind.OUT_OF_POCKET_MAX)


def what(line: BenefitLine) -> str:
    """Return what a line states, in words: "Deductible, left, family"."""
    level = Level(line.coverage_level).label if line.coverage_level not in ("", Level.INDIVIDUAL) else ""
    period = Period(line.period).label if line.period else ""
    return ", ".join([Kind(line.kind).label, *(word.lower() for word in (period, level) if word)])


def as_words(value: str) -> str:
    """Return a value of the payer's file for people: a date as 1 Jan 2026, anything else as it is."""
    try:
        return f"{date.fromisoformat(value):%-d %b %Y}"
    except ValueError:
        return value


def is_plan_stated(check: EligibilityCheck) -> bool:
    """Return whether the payer said anything about the plan itself."""
    words = (check.payer_name, check.plan_name, check.insurance_type, check.plan_member_id, check.group_number)
    return any(words) or check.prior_authorization is not None or bool(check.plan_dates)


def plan_dates(check: EligibilityCheck) -> list[tuple[str, str]]:
    """Return the plan's periods in words: "Plan begin", "1 Jan 2026 to 31 Dec 2026"."""
    return [(_words(item["name"]), _period(item["start_date"], item["end_date"])) for item in check.plan_dates]


def _words(name: str) -> str:
    """Return the payer's name of a period as words: planBegin is "Plan begin", plan is "Plan dates"."""
    words = re.sub(r"(?<=[a-z])(?=[A-Z])|_", " ", name).capitalize()
    return words if " " in words else f"{words} dates".strip().capitalize()


def _period(start: str | None, end: str | None) -> str:
    first, last = (day and f"{date.fromisoformat(day):%-d %b %Y}" for day in (start, end))
    return f"{first or 'not stated'} to {last}" if last else first or "not stated"


def _non_covered(lines: Sequence[BenefitLine]) -> list[str]:
    return [*dict.fromkeys(_service_words(line) for line in lines if line.kind == Kind.NON_COVERED)]


def _service_words(line: BenefitLine) -> str:
    words = service_name(line.service_type_code) if line.service_type_code else ""
    return f"{words}: {line.notes}" if words and line.notes else words or line.notes or "not named"
