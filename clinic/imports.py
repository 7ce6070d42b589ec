"""Importing a table: chosen, shown with what will happen to each row, then imported; the refused rows as a file.

An importer says which columns it knows, what it would do with a row, and does it. Everything else is the same for all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from clinic.models import Clinic, User
from core import audit, uploads
from core.models import UploadedTable
from core.tables import MOST_BYTES, Column, Row, Table, TableRefused, places, read_table

PER_PAGE = 100
MOST_TRIES = 3
REFUSED, ASKED = "refused", "asked"
_NOT_SAID = "Nobody said who this is. Import this row again and choose."
_OUTDATED = (
    "Others changed these records while the file came in. Nothing is imported. "
    "Look at what happens to the rows now, then import."
)


@dataclass(frozen=True, repr=False)
class Choice:
    """One answer to a question: what the form sends, what it says, and what speaks for it."""

    value: str
    label: str
    why: str


@dataclass(frozen=True, repr=False)
class Question:
    """What somebody has to decide before a row can be imported.

    Args:
        name: what the answer is called in the form; rows that share it are decided together.
        sentence: the question, or where it is asked.
        choices: the answers, at one of the rows that share a name.
        shows: the numbers of the rows of ours that the question tells of, for the audit trail.
        chosen: the answer that was given on an earlier look, drawn as chosen.
    """

    name: str
    sentence: str
    choices: tuple[Choice, ...] = ()
    shows: tuple[int, ...] = ()
    chosen: str = ""


@dataclass(frozen=True)
class Planned:
    """What an import would do with a row: one of the importer's outcomes, what it is about in words, and with what.

    A row that is ASKED about has a question and is not imported before it is answered.
    """

    row: Row
    outcome: str
    words: str = ""
    what: Any = None
    question: Question | None = None

    @property
    def is_refused(self) -> bool:
        """Return whether nothing is done with the row."""
        return self.outcome == REFUSED


def refused(row: Row, *problems: str) -> Planned:
    """Return that a row is not imported, and why in sentences."""
    return Planned(Row(row.number, row.cells, (*row.problems, *problems)), REFUSED)


@dataclass(frozen=True)
class Outcome:
    """What may come of a row: the state it is drawn with, its word, and whether the import changes anything for it."""

    state: str
    word: str
    changes: bool = True


@dataclass(frozen=True)
class Importer:
    """One kind of table.

    Args:
        purpose: a dotted name, for the audit trail and the upload.
        columns: the columns it knows.
        plan: says what happens to each row; raises TableRefused when a needed column is missing. Its last
            argument are the answers to the questions that it asked before, by their names.
        run: does what was planned, in one transaction; raises PlanOutdated to have it planned and run anew.
        outcomes: what may come of a row, beside "refused".
        title, about: what the page is called, and what kind of file it takes.
        urls: the names of its pages: upload, preview, refused rows, and where one goes on afterwards.
        goes_on: the words of the button that leads there.
    """

    purpose: str
    columns: Sequence[Column]
    plan: Callable[[Clinic, Table, dict[str, int], Mapping[str, str]], list[Planned]]
    run: Callable[[Clinic, list[Planned], User, datetime], None]
    outcomes: dict[str, Outcome]
    title: str
    about: str
    urls: tuple[str, str, str, str]
    goes_on: str
    example: tuple[str, ...] = field(default=())


def planned(
    importer: Importer, clinic: Clinic, table: Table, answers: Mapping[str, str] | None = None
) -> list[Planned]:
    """Return what would happen to each row of a table. Raises TableRefused."""
    return importer.plan(clinic, table, places(table, importer.columns), answers or {})


class PlanOutdated(Exception):
    """What the plan was made of has changed since: it has to be made anew."""


@transaction.atomic
def import_upload(
    importer: Importer, upload: UploadedTable, *, clinic: Clinic, by: User, now: datetime, answers: Mapping[str, str]
) -> None:
    """Import what was uploaded, once: the good rows; refused and undecided rows are kept for a day with reasons.

    Raises PlanOutdated when others were quicker every time it was planned; nothing is imported then.
    """
    # Two imports of one file see each other's rows. What the desk adds to the clinic meanwhile does not wait for it.
    Clinic.objects.select_for_update(no_key=True).get(pk=clinic.pk)
    if not uploads.take(upload, now=now):
        return
    plan = _done(importer, clinic, uploads.table_of(upload), answers, by, now)
    counts = dict(Counter(item.outcome for item in plan))
    uploads.finish(upload, [item.row for item in plan if item.is_refused], counts)
    audit.record(by, f"{importer.purpose}.imported", upload, clinic=clinic, **counts)


def _done(
    importer: Importer, clinic: Clinic, table: Table, answers: Mapping[str, str], by: User, now: datetime
) -> list[Planned]:
    """Plan and do it, anew while the plan is outdated; return the plan that was done. Raises PlanOutdated."""
    tries = 0
    while True:
        asked = planned(importer, clinic, table, answers)
        plan = [refused(item.row, _NOT_SAID) if item.question else item for item in asked]
        try:
            with transaction.atomic():
                importer.run(clinic, [item for item in plan if not item.is_refused], by, now)
            return plan
        except PlanOutdated:
            tries += 1
            if tries == MOST_TRIES:
                raise


# ---- pages ----------------------------------------------------------------------------------------------------------


def upload_page(request: HttpRequest, importer: Importer) -> HttpResponse:
    """Show the form that takes a file; a file that can be read is kept and leads to its preview."""
    problem = ""
    if request.method == "POST":
        try:
            return _uploaded(request, importer)
        except TableRefused as sentence:
            problem = str(sentence)
    context = {"importer": importer, "problem": problem, "back": importer.urls[3]}
    return render(request, "imports/upload.html", context, status=400 if problem else 200)


def _uploaded(request: Any, importer: Importer) -> HttpResponse:
    file = request.FILES.get("file")
    if file is None:
        raise TableRefused("Choose a file first.")
    table = read_table(file.read(MOST_BYTES + 1))
    planned(importer, request.clinic, Table(table.headers, []))  # whether it has the columns; the rows come next
    upload = uploads.keep(table, purpose=importer.purpose, clinic_pk=request.clinic.pk, by=request.user)
    return redirect(importer.urls[1], upload.code)


def preview_page(request: HttpRequest, importer: Importer, code: UUID) -> HttpResponse:
    """Show what will happen to each row, or what happened; a POST imports, or asks for another page of the list.

    Whoever looks at another page sends the answers along, and gets them back with it.
    """
    who: Any = request
    upload = _kept(who, importer, code)
    if request.method != "POST" or "page" in request.POST:
        return _preview(who, importer, upload)
    answers = request.POST.dict()
    try:
        import_upload(importer, upload, clinic=who.clinic, by=who.user, now=timezone.now(), answers=answers)
    except PlanOutdated:
        return _preview(who, importer, upload, _OUTDATED)
    return redirect(importer.urls[1], upload.code)


def _preview(who: Any, importer: Importer, upload: UploadedTable, problem: str = "") -> HttpResponse:
    """Draw a page of the rows. They are planned anew for each page: it shows what would happen at this moment."""
    is_done, table = upload.done_at is not None, uploads.table_of(upload)
    plan = [refused(row) for row in table.rows] if is_done else planned(importer, who.clinic, table)
    counts = upload.counts if is_done else Counter(item.outcome for item in plan)
    first = sorted(plan, key=lambda item: (not item.question, not item.is_refused))
    page = Paginator(first, PER_PAGE).get_page(who.POST.get("page") or who.GET.get("page"))
    facts = {"rows": len(plan)} | _others(page.object_list)
    audit.record(who.user, f"{importer.purpose}.viewed", upload, clinic=who.clinic, **facts)
    context = {"importer": importer, "upload": upload, "is_done": is_done, "page": page, "back": importer.urls[3]}
    answers = _given(plan, who.POST)
    context |= {"lines": _shown(importer, page.object_list, answers), "problem": problem}
    context["kept"] = _elsewhere(page.object_list, answers)
    return render(who, "imports/preview.html", context | _counted(importer, counts), status=409 if problem else 200)


def _given(plan: Iterable[Planned], sent: Mapping[str, str]) -> dict[str, str]:
    """Return which of the questions have an answer among those that were sent, and which."""
    asked = [item.question for item in plan if item.question]
    return {one.name: choice.value for one in asked for choice in one.choices if sent.get(one.name) == choice.value}


def _elsewhere(plan: Iterable[Planned], answers: Mapping[str, str]) -> dict[str, str]:
    """Return the answers to questions that are asked on another page than this one."""
    here = {item.question.name for item in plan if item.question and item.question.choices}
    return {name: answer for name, answer in answers.items() if name not in here}


def _counted(importer: Importer, counts: Mapping[str, int]) -> dict[str, Any]:
    """Return how many rows come to what."""
    return {
        "counts": [(counts[key], outcome) for key, outcome in importer.outcomes.items() if counts.get(key)],
        "refused": counts.get(REFUSED, 0),
        "asked": counts.get(ASKED, 0),
        "good": sum(count for key, count in counts.items() if key not in (REFUSED, ASKED)),
        "changes": sum(counts.get(key, 0) for key, outcome in importer.outcomes.items() if outcome.changes),
    }


def _others(plan: Iterable[Planned]) -> dict[str, Any]:
    """Return whose records the questions of a page tell of, for the audit trail."""
    others = {pk for item in plan if item.question for pk in item.question.shows}
    return {"others": sorted(others)} if others else {}


def _shown(importer: Importer, plan: Iterable[Planned], answers: Mapping[str, str]) -> list[tuple[Planned, Outcome]]:
    own = {REFUSED: Outcome("blocked", "Not imported"), ASKED: Outcome("needs-you", "Who is it?")}
    known = importer.outcomes | own
    return [(_answered(item, answers), known[item.outcome]) for item in plan]


def _answered(item: Planned, answers: Mapping[str, str]) -> Planned:
    """Return a row whose question knows what was answered."""
    asks = item.question
    return replace(item, question=replace(asks, chosen=answers.get(asks.name, ""))) if asks else item


def refused_page(request: HttpRequest, importer: Importer, code: UUID) -> HttpResponse:
    """Give out the rows that were not imported, with what is wrong with each."""
    who: Any = request
    upload = _kept(who, importer, code)
    if upload.done_at is None:
        raise Http404
    audit.record(who.user, f"{importer.purpose}.refused_taken", upload, clinic=who.clinic, rows=len(upload.rows))
    return csv_response(uploads.refused_file(upload), "not-imported.csv")


def csv_response(content: bytes, name: str) -> HttpResponse:
    """Return a CSV file to be saved under a name."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return HttpResponse(content, content_type="text/csv; charset=utf-8", headers=headers)


def _kept(request: Any, importer: Importer, code: UUID) -> UploadedTable:
    now = timezone.now()
    try:
        return uploads.kept(code, purpose=importer.purpose, clinic_pk=request.clinic.pk, by=request.user, now=now)
    except uploads.UploadGone:
        raise Http404 from None
