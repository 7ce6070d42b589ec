"""What a payer's agent said on the phone: the facts, the rules they must keep, and the answer they amount to.

Pure: no form, no database, no clock. Rules: docs/vendors/spry.md.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal

from .answers import Evidence
from .benefits import BenefitLine
from .choices import Kind, Level, Period
from .reply import Plan, Reply

NOTES_LENGTH = 2000
_ZONE_SKEW = timedelta(hours=24)


@dataclass(frozen=True)
class Amounts:
    """Amounts of one network: dollars, a percentage 0-100, visits. None is "not stated"; zero is a statement."""

    individual_deductible: Decimal | None = None
    individual_deductible_remaining: Decimal | None = None
    family_deductible: Decimal | None = None
    family_deductible_remaining: Decimal | None = None
    individual_out_of_pocket: Decimal | None = None
    individual_out_of_pocket_remaining: Decimal | None = None
    family_out_of_pocket: Decimal | None = None
    family_out_of_pocket_remaining: Decimal | None = None
    coinsurance_percent: Decimal | None = None
    copay: Decimal | None = None
    visits: int | None = None
    visits_remaining: int | None = None
    amount_remaining: Decimal | None = None


@dataclass(frozen=True)
class Subscriber:
    """The policy holder as the payer has them; "" and None where it was not said."""

    first_name: str = ""
    middle_name: str = ""
    last_name: str = ""
    sex: str = ""
    birth_date: date | None = None
    address_line: str = ""
    city: str = ""
    state: str = ""
    postal_code: str = ""


@dataclass(frozen=True)
class PhoneCall:
    """One call to a payer. A network is None when it was not discussed."""

    member_id: str
    service_code: str
    prior_authorization: bool
    called_at: datetime
    spoke_with: str = ""
    call_reference: str = ""
    payer_name: str = ""
    edi_payer_id: str = ""
    plan_active: bool | None = None
    plan_start_date: date | None = None
    plan_end_date: date | None = None
    plan_name: str = ""
    plan_type: str = ""
    subscriber: Subscriber = Subscriber()
    service_covered: bool | None = None
    in_network: Amounts | None = None
    out_of_network: Amounts | None = None
    notes: str = ""

    def networks(self) -> Iterator[tuple[str, bool, Amounts]]:
        """Return the networks that were discussed: field prefix, whether in network, amounts."""
        if self.in_network is not None:
            yield "in_network", True, self.in_network
        if self.out_of_network is not None:
            yield "out_of_network", False, self.out_of_network


@dataclass(frozen=True)
class CallWarning:
    """Something that is unlikely but possible; a person ticks it off and the tick is kept."""

    code: str
    field: str
    sentence: str


_PAIRS = (
    ("individual_deductible_remaining", "individual_deductible", "the year's individual deductible"),
    ("family_deductible_remaining", "family_deductible", "the year's family deductible"),
    ("individual_out_of_pocket_remaining", "individual_out_of_pocket", "the year's individual out-of-pocket maximum"),
    ("family_out_of_pocket_remaining", "family_out_of_pocket", "the year's family out-of-pocket maximum"),
    ("visits_remaining", "visits", "the visits of the year"),
)


def errors(call: PhoneCall, *, now: datetime) -> dict[str, str]:
    """Return a sentence for each field that contradicts another or the clock; single fields are the form's business."""
    found: dict[str, str] = {}
    for prefix, _, amounts in call.networks():
        for part, whole, words in _PAIRS:
            rest, total = getattr(amounts, part), getattr(amounts, whole)
            if rest is not None and total is not None and rest > total:
                found[f"{prefix}_{part}"] = f"What is left cannot be more than {words}."
    if call.plan_start_date and call.plan_end_date and call.plan_start_date > call.plan_end_date:
        found["plan_end_date"] = "The plan ends before it starts."
    if call.called_at > now + _ZONE_SKEW:
        found["called_at"] = "The call cannot be in the future."
    if call.subscriber.birth_date and not date(1900, 1, 1) <= call.subscriber.birth_date <= now.date():
        found["subscriber_birth_date"] = "The birth date is between 1900 and today."
    if len(notes_to_send(call)) > NOTES_LENGTH:
        found["notes"] = f"Notes and call reference together have at most {NOTES_LENGTH} characters."
    return found


def warnings(call: PhoneCall) -> list[CallWarning]:
    """Return what is unlikely: a share typed as a fraction, a family amount below the individual one."""
    found = []
    for prefix, _, amounts in call.networks():
        share = amounts.coinsurance_percent
        if share is not None and 0 < share < 1:
            sentence = f"Coinsurance of {share} % is less than one percent. 20 means 20 %."
            found.append(CallWarning(f"{prefix}_small_share", f"{prefix}_coinsurance_percent", sentence))
        for name, words in (("deductible", "deductible"), ("out_of_pocket", "out-of-pocket maximum")):
            family, single = getattr(amounts, f"family_{name}"), getattr(amounts, f"individual_{name}")
            if family is not None and single is not None and family < single:
                sentence = f"The family {words} is below the individual one."
                found.append(CallWarning(f"{prefix}_{name}_below", f"{prefix}_family_{name}", sentence))
    return found


def numeric_reference(call: PhoneCall) -> int | None:
    """Return the call reference as SPRY's integer, or None when it is not a plain number of at most 63 bits."""
    reference = call.call_reference
    if not (reference.isascii() and reference.isdigit()) or reference.startswith("0"):
        return None
    return int(reference) if int(reference) < 2**63 else None


def notes_to_send(call: PhoneCall) -> str:
    """Return the notes, with a call reference in front that has letters or leading zeros and fits no integer."""
    if call.call_reference and numeric_reference(call) is None:
        return f"Call ref: {call.call_reference}\n{call.notes}".strip()
    return call.notes


def reply_of(call: PhoneCall, *, service_type_code: str) -> Reply:
    """Return the call as an answer: the same facts that an electronic answer has."""
    status = {True: "ACTIVE", False: "INACTIVE", None: ""}[call.plan_active]
    lines = tuple(line for _, inside, amounts in call.networks() for line in _lines(amounts, inside, service_type_code))
    if call.service_covered is False:
        lines += (BenefitLine(Kind.NON_COVERED, service_type_code=service_type_code),)
    return Reply(
        evidence=Evidence(status, plan_start_date=call.plan_start_date, plan_end_date=call.plan_end_date),
        plan=Plan(
            payer_name=call.payer_name,
            plan_name=call.plan_name,
            insurance_type=call.plan_type,
            member_id=call.member_id,
            start_date=call.plan_start_date,
            end_date=call.plan_end_date,
        ),
        lines=lines,
        notes=call.notes,
        prior_authorization=call.prior_authorization,
    )


def _lines(amounts: Amounts, in_network: bool, service_type_code: str) -> Iterator[BenefitLine]:
    for level, word in ((Level.INDIVIDUAL, "individual"), (Level.FAMILY, "family")):
        for kind, name in ((Kind.DEDUCTIBLE, "deductible"), (Kind.OUT_OF_POCKET_MAX, "out_of_pocket")):
            for period, suffix in ((Period.YEAR, ""), (Period.REMAINING, "_remaining")):
                amount = getattr(amounts, f"{word}_{name}{suffix}")
                if amount is not None:
                    yield BenefitLine(kind, amount, coverage_level=level, period=period, in_network=in_network)
    about = BenefitLine("", in_network=in_network, service_type_code=service_type_code)
    own = replace(about, coverage_level=Level.INDIVIDUAL)
    if amounts.copay is not None:
        yield replace(own, kind=Kind.COPAY, amount=amounts.copay)
    if amounts.coinsurance_percent is not None:
        yield replace(own, kind=Kind.COINSURANCE, percent=amounts.coinsurance_percent)
    for period, visits in ((Period.YEAR, amounts.visits), (Period.REMAINING, amounts.visits_remaining)):
        if visits is not None:
            yield replace(about, kind=Kind.VISITS, count=Decimal(visits), period=period)
    if amounts.amount_remaining is not None:
        yield replace(about, kind=Kind.LIMITATION, amount=amounts.amount_remaining, period=Period.REMAINING)
