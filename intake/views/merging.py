"""Two records of one person: who is alike, side by side, made one, taken apart again."""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import UUID

from django.contrib import messages
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from core import audit
from core.models import EditedMeanwhile

from ..access import get_patient, patients_for
from ..models import MergedAway, Patient, PatientMerge
from ..patient_record import BY_NAME
from ..services import choosing, duplicates, finding, merging
from ..services.relations import and_list
from .common import Asker, reads, said, writes

CHANGED = "One of the two records was changed while you had them open. Look at the values again, then go on."
ALREADY_ONE = "One of the two records was made one with this one meanwhile. This is the record that is used."
TO_CHOOSE = "Choose which of the two is right."
BUSY = "The database was busy with these records for a moment, and nothing was done. Press again."
TWO_PEOPLE = "It is written down that these are two people. You find it on this page, should it turn out otherwise."


@dataclass(frozen=True, repr=False)
class Pair:
    """The record that stays and the one that is merged into it."""

    keep: Patient
    gone: Patient

    @property
    def versions(self) -> tuple[int, int]:
        """Return what the two records' versions are now."""
        return self.keep.version, self.gone.version


def _pair(asker: Asker, code: UUID, other: UUID) -> Pair:
    """Return two records of this clinic; raises Http404, MergedAway."""
    pair = Pair(get_patient(asker.clinic, code), get_patient(asker.clinic, other))
    if pair.keep == pair.gone:
        raise Http404
    return pair


@writes
def merge(request: HttpRequest, code: UUID, other: UUID) -> HttpResponse:
    """Show two records side by side, and make them one."""
    asker = Asker(request)
    try:
        pair = _pair(asker, code, other)
    except MergedAway as away:
        return said(request, ALREADY_ONE, "patient-detail", away.survivor.code, level=messages.WARNING)
    shown = choosing.choices(pair.keep, pair.gone)
    if request.method != "POST":
        audit.record(asker.user, "intake.patients.compared", pair.keep, clinic=asker.clinic, other=pair.gone.pk)
        return _merge_page(request, asker, pair, shown)
    chosen = [replace(one, chosen=request.POST.get(f"take-{one.parcel.name}", one.chosen)) for one in shown]
    if _versions(request) != pair.versions:
        return _merge_page(request, asker, pair, chosen, problem=CHANGED, status=409)
    if any(one.chosen not in (choosing.KEEP, choosing.GONE) for one in chosen):
        return _merge_page(request, asker, pair, chosen, problem=TO_CHOOSE)
    return _merge(request, asker, pair, chosen)


def _merge(request: HttpRequest, asker: Asker, pair: Pair, chosen: list[choosing.Choice]) -> HttpResponse:
    taken = choosing.columns_of(one.parcel.name for one in chosen if one.chosen == choosing.GONE)
    came = choosing.moving(pair.gone, asker.clinic)
    now = timezone.now()
    clashes = choosing.clashes(pair.keep, pair.gone, asker.clinic.today(now))
    try:
        merging.merge(
            pair.keep, pair.gone, clinic=asker.clinic, by=asker.user, versions=_versions(request), taken=taken, now=now
        )
    except merging.MergedMeanwhile as meanwhile:
        return said(request, ALREADY_ONE, "patient-detail", meanwhile.survivor.code, level=messages.WARNING)
    except OperationalError:
        return said(request, BUSY, "patient-merge", pair.keep.code, pair.gone.code, level=messages.WARNING)
    except EditedMeanwhile:
        fresh = Pair(*(patients_for(asker.clinic).get(pk=one.pk) for one in (pair.keep, pair.gone)))
        now_shown = choosing.choices(fresh.keep, fresh.gone)
        return _merge_page(request, asker, fresh, now_shown, problem=CHANGED, status=409)
    for sentence in clashes:
        messages.warning(request, sentence)
    along = f" What came along: {and_list(came)}." if came else ""
    return said(request, f"The two records are one now.{along}", "patient-detail", pair.keep.code)


def _versions(request: HttpRequest) -> tuple[int, int]:
    """Return the versions the page was made from; broken ones match nothing."""
    texts = [request.POST.get(name, "") for name in ("version-keep", "version-gone")]
    keep, gone = (int(text) if text.isdecimal() and len(text) < 10 else 0 for text in texts)
    return keep, gone


def _merge_page(
    request: HttpRequest,
    asker: Asker,
    pair: Pair,
    choices: list[choosing.Choice],
    *,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    context = {
        "keep": pair.keep,
        "gone": pair.gone,
        "both": (pair.keep, pair.gone),
        "choices": choices,
        "same": len(choosing.PARCELS) - len(choices),
        "likeness": duplicates.likeness_of(pair.keep, pair.gone),
        "moving": and_list(choosing.moving(pair.gone, asker.clinic)),
        "clashes": choosing.clashes(pair.keep, pair.gone, asker.clinic.today(timezone.now())),
        "problem": problem,
    }
    return render(request, "intake/patient_merge.html", context, status=status)


@writes
def same_as(request: HttpRequest, code: UUID) -> HttpResponse:
    """Look for another record of the same person."""
    asker = Asker(request)
    patient = get_patient(asker.clinic, code)
    text = request.POST.get("q", "").strip()[:100]
    found = finding.find_patients(asker.clinic, text, today=asker.clinic.today(timezone.now())).patients
    if text:
        audit.record(asker.user, "intake.patients.searched", clinic=asker.clinic, found=len(found))
    context = {"patient": patient, "q": text, "found": [row for row in found if row.pk != patient.pk]}
    return render(request, "intake/patient_same.html", context)


@require_safe
@reads
def alike(request: HttpRequest, code: UUID) -> HttpResponse:
    """Say who of the clinic may be the same person; a part of the record's page."""
    asker = Asker(request)
    patient = get_patient(asker.clinic, code)
    found = duplicates.like(patient, asker.clinic)
    if not found:
        return HttpResponse()
    others = [one.patient.pk for one in found]
    audit.record(asker.user, "intake.patients.compared", patient, clinic=asker.clinic, others=others)
    context = {"patient": patient, "alike": found, "may_write": asker.may_write}
    return render(request, "intake/_alike.html", context)


@require_safe
@reads
def duplicate_list(request: HttpRequest) -> HttpResponse:
    """List the clinic's records that may be of one person, the newest registered first."""
    asker = Asker(request)
    looked = duplicates.pairs(asker.clinic, before=_before(request, asker))
    numbers = sorted({pk for pair in looked.found for pk in (pair.newer.pk, pair.older.pk)})
    audit.record(asker.user, "intake.duplicates.viewed", clinic=asker.clinic, patients=numbers)
    context = {
        "looked": looked,
        "after": _code_of(looked.after),
        "apart": duplicates.told_apart_by(asker.clinic)[:50],
        "may_write": asker.may_write,
    }
    return render(request, "intake/duplicates.html", context)


def _code_of(number: int | None) -> UUID | None:
    """Return a record's public number."""
    return None if number is None else Patient.every.values_list("code", flat=True).get(pk=number)


def _before(request: HttpRequest, asker: Asker) -> int | None:
    """Return the number of the record that the page goes on below; None for the first page."""
    try:
        code = UUID(request.GET.get("after", ""))
    except ValueError:
        return None
    return Patient.every.filter(clinics=asker.clinic, code=code).values_list("pk", flat=True).first()


@require_POST
@writes
def two_people(request: HttpRequest, code: UUID, other: UUID) -> HttpResponse:
    """Remember that two records are of two people."""
    asker = Asker(request)
    pair = _pair(asker, code, other)
    duplicates.tell_apart(pair.keep, pair.gone, clinic=asker.clinic, by=asker.user, now=timezone.now())
    return said(request, TWO_PEOPLE, "patient-duplicates")


@require_POST
@writes
def not_two_people(request: HttpRequest, code: UUID) -> HttpResponse:
    """Forget that two records were said to be of two people."""
    asker = Asker(request)
    row = get_object_or_404(duplicates.told_apart_by(asker.clinic), code=code)
    duplicates.take_back(row, clinic=asker.clinic, by=asker.user)
    return said(request, "The two may be shown as possible duplicates again.", "patient-duplicates")


@writes
def unmerge(request: HttpRequest, code: UUID, merge_code: UUID) -> HttpResponse:
    """Say what taking a merge back does, and do it."""
    asker = Asker(request)
    patient = get_patient(asker.clinic, code)
    done = _merge_of(asker, patient, merge_code)
    if request.method != "POST":
        context = {"patient": patient, "done": done, "told": _in_words(merging.preview(done, asker.clinic))}
        return render(request, "intake/patient_unmerge.html", context)
    try:
        told = merging.undo(done, clinic=asker.clinic, by=asker.user, now=timezone.now())
    except merging.UndoRefused as refused:
        return said(request, str(refused), "patient-detail", patient.code, level=messages.WARNING)
    except OperationalError:
        return said(request, BUSY, "patient-unmerge", patient.code, done.code, level=messages.WARNING)
    for sentence in _in_words(told)[1:]:
        messages.info(request, sentence)
    return said(request, "The two records stand for themselves again.", "patient-detail", patient.code)


def _merge_of(asker: Asker, patient: Patient, code: UUID) -> PatientMerge:
    """Return a merge into the record that this clinic may take back; raises Http404."""
    for done in merging.merges_of(patient, asker.clinic):
        if done.code == code:
            return done
    raise Http404


def _in_words(told: merging.Undoing) -> list[str]:
    """Return what taking a merge back does, in sentences; the first says what goes back."""
    kept = and_list([BY_NAME[name].label.lower() for name in told.kept])
    sentences = [f"What goes back to it: {and_list(told.back)}." if told.back else "Nothing has to go back to it."]
    if kept:
        sentences.append(f"Changed since the merge, and left as it is on this record: {kept}.")
    if told.stays:
        sentences.append(f"Added since the merge, and staying with this record: {and_list(told.stays)}.")
    if told.strayed:
        sentences.append(f"Given to somebody else or deleted since, and left there: {and_list(told.strayed)}.")
    return sentences
