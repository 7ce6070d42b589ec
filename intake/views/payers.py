"""The payers' directory: everybody reads it, admins correct it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clinic import imports
from clinic.access import memberships_of, staff
from clinic.models import Role
from core import audit
from core.models import EditedMeanwhile

from ..models import Payer, PayerMerge
from ..payer_forms import PayerForm
from ..services import payer_directory as directory
from ..services.payer_table import PAYERS, directory_file
from .common import CHANGED_MEANWHILE, Asker, differences, is_fragment, reads, said, version_of

corrects = staff(Role.ADMIN)
TAKEN = "Another payer has this: {}. If they are one, merge them below."
TWO = "The two were taken apart already."
KEEP_THE_NUMBERED = "Merge the other way round: the one with a payer ID stays, so that it can still be asked."


def capability(payer: Payer) -> tuple[str, str]:
    """Return whether a payer can be asked electronically, as a state and words."""
    words = {
        True: ("done", "Answers electronically"),
        False: ("needs-you", "By phone only"),
        None: ("none", "Not known"),
    }
    return words[payer.supports_eligibility]


@require_safe
@reads
def payer_list(request: HttpRequest) -> HttpResponse:
    """Show the directory page by page, or what matches `q`."""
    asker, text = Asker(request), request.GET.get("q", "").strip()[:100]
    page = directory.page_of_payers(text, request.GET.get("after", ""))
    rows = [(entry, *capability(entry.payer)) for entry in page.entries]
    context = {"q": text, "rows": rows, "after": page.after, "is_admin": asker.role == Role.ADMIN}
    return render(request, "intake/_payers_found.html" if is_fragment(request) else "intake/payers.html", context)


def _payer(code: UUID) -> Payer:
    """Return a payer; payers belong to the organization, so every clinic has the same. Raises Http404."""
    return get_object_or_404(Payer.objects.select_related("merged_into"), code=code)


def _merged(payer: Payer, asker: Asker) -> str:
    """Return into what a payer was merged, by whom and when; who works in other clinics alone is not named."""
    done = directory.merge_of(payer)
    if payer.merged_into is None:  # taken apart a moment ago
        return f"{payer.label} stands in the directory."
    if done is None:  # before merges were kept
        return f"{payer.label} was made one with {payer.merged_into.label}."
    on = f"{done.merged_at.astimezone(asker.clinic.zone):%-d %b %Y}"
    by = done.merged_by.name if memberships_of(done.merged_by).filter(clinic=asker.clinic).exists() else "an admin"
    then = "" if done.into == payer.merged_into else f", which is one with {payer.merged_into.label} now"
    return f"{payer.label} was made one with {done.into.label} by {by} on {on}{then}."


@require_safe
@reads
def payer_detail(request: HttpRequest, code: UUID) -> HttpResponse:
    """Show a payer with the names cards print for it; one that was merged leads to the other."""
    payer = _payer(code)
    if payer.merged_into:
        messages.info(request, _merged(payer, Asker(request)))
        return redirect("payer-detail", payer.merged_into.code)
    return _page(request, payer)


def _page(
    request: HttpRequest,
    payer: Payer,
    *,
    form: PayerForm | None = None,
    theirs: list[tuple[str, str]] | None = None,
    status: int = 200,
) -> HttpResponse:
    state, label = capability(payer)
    text = request.GET.get("same", "").strip()[:100]
    others = [entry.payer for entry in directory.page_of_payers(text).entries if entry.payer.pk != payer.pk]
    context = {
        "payer": payer,
        "entry": directory.entries_of([payer])[0],
        "state": state,
        "label": label,
        "form": form or PayerForm(initial=PayerForm.initial_of(payer)),
        "theirs": theirs,
        "same": text,
        "others": others if text else [],
        "is_admin": Asker(request).role == Role.ADMIN,
        "merges": [(done, _merged(done.gone, Asker(request))) for done in directory.merges_into(payer)],
    }
    return render(request, "intake/payer.html", context, status=status)


@require_POST
@corrects
def edit_payer(request: HttpRequest, code: UUID) -> HttpResponse:
    """Correct a payer's name, phone, id, or what is known about asking it."""
    payer, form = _payer(code), PayerForm(request.POST)
    if not form.is_valid():
        return _page(request, payer, form=form, status=400)
    values: dict[str, Any] = form.cleaned_data
    try:
        directory.edit_payer(payer, by=Asker(request).user, version=version_of(request), **values)
    except directory.NumberTaken as taken:
        form.add_error("edi_payer_id", TAKEN.format(taken.payer.label if taken.payer else "it is not said which"))
        return _page(request, _payer(code), form=form, status=400)
    except EditedMeanwhile:
        fresh = _payer(code)
        if fresh.merged_into:
            sentence = f"{_merged(fresh, Asker(request))} Nothing is saved."
            return said(request, sentence, "payer-detail", fresh.merged_into.code, level=messages.WARNING)
        form.add_error(None, CHANGED_MEANWHILE)
        return _page(request, fresh, form=form, theirs=differences(form, fresh), status=409)
    return said(request, "The payer is saved.", "payer-detail", payer.code)


@require_POST
@corrects
def merge_payer(request: HttpRequest, code: UUID) -> HttpResponse:
    """Let this payer be another one: what belongs to it follows."""
    gone = _payer(code)
    try:
        into = _payer(UUID(request.POST.get("into", "")))
        directory.merge_payers(gone, into, by=Asker(request).user, version=version_of(request))
    except directory.KeepTheNumbered:
        return said(request, KEEP_THE_NUMBERED, "payer-detail", code, level=messages.WARNING)
    except directory.OneAlready as one:
        sentence = f"{_merged(one.payer, Asker(request))} Nothing more is done."
        return said(request, sentence, "payer-detail", one.payer.meant.code, level=messages.WARNING)
    except (EditedMeanwhile, ValueError):
        sentence = "One of the two was changed meanwhile. Look at them again."
        return said(request, sentence, "payer-detail", code, level=messages.WARNING)
    return said(request, f"{gone.label} is now this payer.", "payer-detail", into.code)


@require_POST
@corrects
def take_apart(request: HttpRequest, code: UUID, merge: UUID) -> HttpResponse:
    """Let a payer that was merged into this one be a payer of its own again."""
    payer, asker = _payer(code), Asker(request)
    done = get_object_or_404(PayerMerge.objects.select_related("gone", "into"), code=merge, into=payer)
    try:
        directory.take_apart(done, by=asker.user)
    except directory.StaysMerged as stays:
        sentence = f"{payer.label} is one with {stays.payer.label} now. Take these apart first." if stays.payer else TWO
        to = stays.payer or payer
        return said(request, sentence, "payer-detail", to.code, level=messages.WARNING)
    return said(request, f"{done.gone.label} is a payer of its own again.", "payer-detail", done.gone.code)


@require_POST
@corrects
def remove_alias(request: HttpRequest, code: UUID) -> HttpResponse:
    """Forget a name that cards do not print for this payer."""
    payer = _payer(code)
    directory.remove_alias(payer, request.POST.get("alias", ""), by=Asker(request).user)
    return said(request, "The name is forgotten.", "payer-detail", payer.code)


@require_safe
@reads
def export(request: HttpRequest) -> HttpResponse:
    """Give out the whole directory."""
    asker = Asker(request)
    audit.record(asker.user, "intake.payers.exported", clinic=asker.clinic)
    return imports.csv_response(directory_file(), "payers.csv")


@require_http_methods(["GET", "HEAD", "POST"])
@corrects
def upload(request: HttpRequest) -> HttpResponse:
    """Take a file of payers."""
    return imports.upload_page(request, PAYERS)


@require_http_methods(["GET", "HEAD", "POST"])
@corrects
def preview(request: HttpRequest, code: UUID) -> HttpResponse:
    """Show what will happen to each row, import, and show what happened."""
    return imports.preview_page(request, PAYERS, code)


@require_safe
@corrects
def refused(request: HttpRequest, code: UUID) -> HttpResponse:
    """Give out the rows that were not imported."""
    return imports.refused_page(request, PAYERS, code)
