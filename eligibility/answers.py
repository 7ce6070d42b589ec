"""From what came back to one of the five answers: the one place that decides what is said about a coverage.

Only a payer's own "inactive" is INACTIVE: an error, a silence or a contradiction never is. What each row of evidence
leads to is listed in docs/eligibility.md, and tests/eligibility/test_answers.py has a case for each.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from .aaa import AGAIN, FIELD_WORDS, FIX, NOT_SO, REJECTIONS, SETUP
from .benefits import WHOLE_PLAN
from .choices import Answer, Owner, Reason

_ACTIVE_CODES, _INACTIVE_CODES = frozenset("12345"), frozenset("678")


@dataclass(frozen=True)
class Problem:
    """One thing the payer or the clearinghouse objects to.

    Args:
        code: AAA code, "" for an objection without one.
        field: which of our values is named (a key of FIELD_WORDS), "" for none.
        topic: "ENROLMENT", "NOT_SUPPORTED", or "" (from the words of an objection without a code).
        follow_up: the payer's follow-up phrase. location: X12 loop. text: the payer's words.
    """

    code: str = ""
    field: str = ""
    topic: str = ""
    text: str = ""
    follow_up: str = ""
    location: str = ""


@dataclass(frozen=True)
class StatusLine:
    """One status row of the raw 271: EB01 code 1-8, what it is about, and when it holds (None: no end stated)."""

    code: str
    service_type_codes: tuple[str, ...] = ()
    start_date: date | None = None
    end_date: date | None = None

    def holds_on(self, day: date) -> bool:
        """Whether the row is about `day`; a row without dates is about every day."""
        return _within(day, self.start_date, self.end_date)


@dataclass(frozen=True)
class Evidence:
    """What one try brought: the clearinghouse's word, the raw status rows, the plan's dates, and the objections."""

    status: str = ""
    status_lines: tuple[StatusLine, ...] = ()
    problems: tuple[Problem, ...] = ()
    plan_start_date: date | None = None
    plan_end_date: date | None = None


@dataclass(frozen=True)
class Verdict:
    """One of the five answers, why, who acts next, which value to fix, the AAA codes, and whether we ask again."""

    answer: str
    reason: str = ""
    owner: str = ""
    fix_field: str = ""
    codes: tuple[str, ...] = ()
    ask_again: bool = False


UNAVAILABLE = Verdict(Answer.PAYER_UNAVAILABLE, Reason.ASKING_AGAIN, Owner.DESK, ask_again=True)
GAVE_UP = Verdict(Answer.PAYER_UNAVAILABLE, Reason.GAVE_UP, Owner.DESK)
OUR_SETUP = Verdict(Answer.CALL_PAYER, Reason.OUR_SETUP, Owner.ADMIN)
NOT_SUPPORTED = Verdict(Answer.CALL_PAYER, Reason.NOT_SUPPORTED, Owner.DESK)
UNCLEAR = Verdict(Answer.CALL_PAYER, Reason.UNCLEAR, Owner.BILLING)
NOT_COVERED = Verdict(Answer.ACTIVE, Reason.NOT_COVERED, Owner.DESK)


def judge(evidence: Evidence, *, service_type_code: str, day: date, not_covered: bool = False) -> Verdict:
    """Return the answer that the evidence allows for a service on a day.

    `not_covered`: the benefits say that this service is not covered, so an active plan needs somebody all the same.
    """
    status = _status(evidence, service_type_code, day)
    if not evidence.problems:
        return NOT_COVERED if not_covered and status.answer == Answer.ACTIVE else status
    if status.answer in (Answer.ACTIVE, Answer.INACTIVE):
        return _with_codes(UNCLEAR, evidence.problems)  # an objection beside a status contradicts it
    return _objection(evidence.problems)


def _status(evidence: Evidence, service_type_code: str, day: date) -> Verdict:
    codes = _deciding_codes(evidence.status_lines, service_type_code, day)
    active = bool(codes & _ACTIVE_CODES) or evidence.status == "ACTIVE"
    inactive = bool(codes & _INACTIVE_CODES) or evidence.status == "INACTIVE"
    if active == inactive:
        return UNCLEAR  # nothing said, or both
    if inactive:
        updating = Reason.UPDATING if codes & {"7", "8"} else ""
        return Verdict(Answer.INACTIVE, updating, Owner.DESK)
    if not _within(day, evidence.plan_start_date, evidence.plan_end_date):
        return UNCLEAR  # "active", with plan dates that leave the day out
    return Verdict(Answer.ACTIVE, Reason.INVESTIGATING, Owner.DESK) if "5" in codes else Verdict(Answer.ACTIVE)


def _deciding_codes(lines: Sequence[StatusLine], service_type_code: str, day: date) -> frozenset[str]:
    """Return the status codes of the service asked about, else of the whole plan, else of rows that name none."""
    current = [line for line in lines if line.holds_on(day)]
    about_service = {line.code for line in current if service_type_code in line.service_type_codes}
    about_plan = {line.code for line in current if WHOLE_PLAN in line.service_type_codes}
    about_nothing = {line.code for line in current if not line.service_type_codes}
    return frozenset(about_service or about_plan or about_nothing)


def _objection(problems: Sequence[Problem]) -> Verdict:
    codes = {problem.code for problem in problems if problem.code}
    kinds = {_kind(problem) for problem in problems}
    down = {code for code in codes if code in REJECTIONS and REJECTIONS[code].kind == AGAIN}
    if down and codes <= down | {"79"}:  # 79 beside 42 only says which of them did not answer
        return _with_codes(UNAVAILABLE, problems)
    if SETUP in kinds:
        return _with_codes(OUR_SETUP, problems)
    if FIX in kinds:
        field = next(_field(problem) for problem in problems if _kind(problem) == FIX)
        return _with_codes(Verdict(Answer.NOT_FOUND, Reason.FIX_DATA, Owner.DESK, field), problems)
    if NOT_SO in kinds:
        return _with_codes(NOT_SUPPORTED, problems)
    return _with_codes(UNCLEAR, problems)


def _kind(problem: Problem) -> str:
    """Return the kind of an objection: by its code, else by its topic, else by the field it names; "" for none."""
    if problem.code in REJECTIONS:
        return REJECTIONS[problem.code].kind
    if problem.topic:
        return SETUP if problem.topic == "ENROLMENT" else NOT_SO
    return FIX if problem.field and not problem.code else ""


def _field(problem: Problem) -> str:
    known = REJECTIONS.get(problem.code)
    return known.field if known else problem.field


def _with_codes(verdict: Verdict, problems: Sequence[Problem]) -> Verdict:
    codes = tuple(dict.fromkeys(problem.code for problem in problems if problem.code))
    return Verdict(verdict.answer, verdict.reason, verdict.owner, verdict.fix_field, codes, verdict.ask_again)


def _within(day: date, start: date | None, end: date | None) -> bool:
    """Whether `day` lies between two dates, both inclusive; None is open."""
    return (start is None or start <= day) and (end is None or day <= end)


def sentence(
    verdict: Verdict,
    *,
    payer: str,
    day: str,
    service: str = "the service",
    next_try: str = "",
    phone: str = "",
    ended: str = "",
) -> str:
    """Return what is shown to people. `day`, `next_try` and `ended` are dates and times already written out."""
    call = f"Call {payer} at {phone}." if phone else f"Call {payer}."
    if verdict.reason == Reason.NOT_COVERED:
        return f"{payer} says this coverage is active on {day}, but {service} is not covered. {call}"
    if verdict.answer == Answer.ACTIVE:
        more = " The payer is investigating it: read the notes, or call." if verdict.reason else ""
        return f"{payer} says this coverage is active on {day}.{more}"
    if verdict.answer == Answer.INACTIVE:
        return _inactive(verdict, payer, day, ended)
    if verdict.answer == Answer.NOT_FOUND:
        return _not_found(verdict, payer)
    if verdict.answer == Answer.PAYER_UNAVAILABLE:
        return _unavailable(verdict, payer, next_try, call)
    return _call(verdict, payer, call)


def _inactive(verdict: Verdict, payer: str, day: str, ended: str) -> str:
    said = f"{payer} says this coverage is not active on {day}."
    if verdict.reason:
        return f"{said} The payer is updating this record: call, or ask again later."
    return f"{said} It ended on {ended}. Ask for a newer card." if ended else f"{said} Ask for a newer card."


def _not_found(verdict: Verdict, payer: str) -> str:
    known = next((REJECTIONS[code] for code in verdict.codes if code in REJECTIONS), None)
    if known is None or known.kind != FIX:
        what = FIELD_WORDS.get(verdict.fix_field, "data")
        return (
            f"{payer} cannot use the {what} as sent. Check the {what}, then ask again. The patient may well be insured."
        )
    return f"{payer} does not find this member: {known.meaning}. {known.todo} The patient may well be insured."


def _unavailable(verdict: Verdict, payer: str, next_try: str, call: str) -> str:
    if verdict.ask_again or verdict.reason == Reason.ASKING_AGAIN:
        when = f" We ask again at {next_try}." if next_try else " We ask again."
        return f"{payer} cannot answer right now.{when} Nothing is wrong with the data."
    return f"{payer} could not be reached and we stopped asking. {call} Nothing is wrong with the data."


def _call(verdict: Verdict, payer: str, call: str) -> str:
    known = next((REJECTIONS[code] for code in verdict.codes if code in REJECTIONS), None)
    if verdict.reason == Reason.OUR_SETUP:
        why = f": {known.meaning}" if known else ""
        return f"The question was refused because of our set-up with {payer}{why}. An admin fixes this. {call}"
    if verdict.reason == Reason.NOT_SUPPORTED:
        why = f" ({known.meaning})" if known else ""
        return f"{payer} does not answer this question electronically{why}. {call}"
    return f"{payer} answered, but the answer is not clear. Billing reads the full answer. {call}"
