"""Checkers' pages and buttons, and the buttons on the way to the vendor."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from clinic.access import staff
from clinic.models import Role
from clinic.second_factor import fresh_second_factor
from payments import access, presenting
from payments.forms import ReleaseForm, SeenForm, SettleForm
from payments.models import PaymentBatch
from payments.services import approvals, orders
from payments.services.approvals import Seen
from payments.services.people import may_check
from payments.services.sending import open_order
from payments.states import BatchStatus
from payments.views.acting import act


def _seen(form: SeenForm) -> Seen:
    data = form.cleaned_data
    return Seen(data["content_hash"], data["total"], data["count"])


@staff(Role.ADMIN)
@require_POST
@fresh_second_factor(back="batch-detail")
def batch_approve(request: Any, code: UUID) -> HttpResponse:
    """Approve exactly the figures that the page showed."""
    batch = access.get_batch(request.clinic, code)
    form = SeenForm(request.POST)
    if not form.is_valid():
        messages.error(request, "The figures did not come with the press. Look at the batch again.")
        return redirect("batch-detail", batch.code)
    return act(
        request,
        batch,
        lambda: approvals.approve(batch=batch, seen=_seen(form), by=request.user, now=timezone.now()),
        "You have approved this batch. Nothing is paid before someone releases it.",
    )


@staff(Role.ADMIN)
@require_http_methods(["GET", "POST"])
@fresh_second_factor(back="batch-release")
def batch_release(request: Any, code: UUID) -> HttpResponse:
    """Say exactly what will happen, and ask a second time."""
    batch = access.get_batch(request.clinic, code)
    form = ReleaseForm(request.POST or None, initial=_figures(batch))
    if request.method == "POST" and form.is_valid():
        return act(
            request,
            batch,
            lambda: orders.release(batch=batch, seen=_seen(form), by=request.user, now=timezone.now()),
            "The release is ordered in your name.",
        )
    waits = BatchStatus.HELD if batch.holds else BatchStatus.LOADED
    if batch.status != waits or not may_check(request.user, batch):
        messages.error(request, "This batch does not wait for a release by you.")
        return redirect("batch-detail", batch.code)
    if open_order(batch) is not None:
        messages.info(request, "This batch has an order on its way already. Look at where it stands.")
        return redirect("batch-detail", batch.code)
    context = {
        "batch": batch,
        "form": form,
        "check": presenting.checkers_figures(batch),
        "holds": presenting.holds(batch, timezone.now()),
    }
    return render(request, "payments/release.html", context, status=422 if request.method == "POST" else 200)


def _figures(batch: PaymentBatch) -> dict[str, Any]:
    return {"content_hash": batch.content_hash, "total": batch.total, "count": batch.count}


@staff(Role.ADMIN)
@require_POST
@fresh_second_factor(back="batch-detail")
def batch_settle(request: Any, code: UUID) -> HttpResponse:
    """Write down what the vendor said by telephone."""
    batch = access.get_batch(request.clinic, code)
    form = SettleForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Nothing was settled: choose what the vendor said, and write who said it and when.")
        return redirect("batch-detail", batch.code)
    to, reason = BatchStatus(form.cleaned_data["to"]), form.cleaned_data["reason"]
    return act(
        request,
        batch,
        lambda: orders.settle(batch=batch, to=to, reason=reason, by=request.user, now=timezone.now()),
        "It is written down in your name.",
    )
