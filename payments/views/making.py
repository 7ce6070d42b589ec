"""Makers' pages and buttons: new batch, sample, add, take out, submit, take back, give up, copy."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from clinic.access import staff
from core.models import EditedMeanwhile
from payments import access, presenting
from payments.forms import AddForm, BatchForm, WarningsForm
from payments.models import PaymentBatch
from payments.reading import GivenPayments, Unreadable, read_payments
from payments.rules.claims import object_in
from payments.sample import sample_payments
from payments.services import drafts, submitting
from payments.services.refusals import HasErrors, NeedsReasons, Refused
from payments.states import IllegalMove
from payments.views.acting import MAKERS, MEANWHILE, act
from payments.views.showing import detail_context

_MOST_SHOWN = 200


@staff(*MAKERS)
@require_http_methods(["GET", "POST"])
def batch_new(request: Any) -> HttpResponse:
    """A new batch from a file, pasted JSON or the sample. What is wrong is listed by payment; nothing is saved then."""
    accounts = access.accounts_for(request.clinic)
    form = BatchForm(request.POST or None, request.FILES or None, accounts=accounts)
    context: dict[str, Any] = {"form": form, "accounts": accounts}
    if request.method == "POST" and form.is_valid():
        given = None
        try:
            given = _read(request, form)
            return redirect("batch-detail", _create(request, form, given).code)
        except Unreadable as unreadable:
            form.add_error("file" if form.cleaned_data["file"] else "text", _sentence(unreadable))
        except HasErrors as refused:
            context |= _findings(refused, given)
        except Refused as refused:
            form.add_error(None, refused.sentence)
    status = 422 if request.method == "POST" else 200
    return render(request, "payments/batch_new.html", context, status=status)


def _read(request: Any, form: BatchForm) -> GivenPayments:
    if "use_sample" in request.POST:
        return read_payments(sample_payments(request.clinic.today(timezone.now())))
    return read_payments(form.raw())


def _create(request: Any, form: BatchForm, given: GivenPayments) -> PaymentBatch:
    data = form.cleaned_data
    return drafts.create_batch(
        clinic=request.clinic,
        account=data["account"],
        given=given,
        by=request.user,
        now=timezone.now(),
        title=data["title"],
        control_total=data["control_total"],
        control_count=data["control_count"],
    )


def _sentence(unreadable: Unreadable) -> str:
    return f"{unreadable.path}: {unreadable.sentence}" if unreadable.path else unreadable.sentence


def _findings(refused: HasErrors, given: GivenPayments | None) -> dict[str, Any]:
    """Return what is wrong by payment, each named by its reference where it has one."""
    payments = given.payments if given else []
    references = [
        str(object_in(object_in(payment).get("paymentDetails")).get("issuerReferenceId") or "") for payment in payments
    ]
    errors = sum(finding.is_error for finding in refused.findings)
    return {
        "refused": refused.sentence,
        "groups": presenting.findings_by_payment(refused.findings, references, _MOST_SHOWN),
        "hidden": max(0, len(refused.findings) - _MOST_SHOWN),
        "error_count": errors,
        "warning_count": len(refused.findings) - errors,
    }


@staff(*MAKERS)
@require_GET
def sample_file(request: Any) -> HttpResponse:
    """The sample file, valid today, with keys that are new each time."""
    body = sample_payments(request.clinic.today(timezone.now()))
    name = 'attachment; filename="payments-sample.json"'
    return HttpResponse(body, content_type="application/json", headers={"Content-Disposition": name})


@staff(*MAKERS)
@require_http_methods(["GET", "POST"])
def batch_add(request: Any, code: UUID) -> HttpResponse:
    """More payments for a draft."""
    batch = access.get_batch(request.clinic, code)
    form = AddForm(request.POST or None, request.FILES or None)
    context: dict[str, Any] = {"form": form, "batch": batch}
    if request.method == "POST" and form.is_valid():
        file, given = form.cleaned_data["file"], None
        try:
            given = read_payments(file.read() if file else form.cleaned_data["text"].encode())
            drafts.add_payments(batch=batch, given=given, by=request.user, now=timezone.now())
            messages.success(request, "The payments are in the batch.")
            return redirect("batch-detail", batch.code)
        except Unreadable as unreadable:
            form.add_error("file" if file else "text", _sentence(unreadable))
        except HasErrors as refused:
            before = [None] * batch.count
            context |= _findings(refused, given and replace(given, payments=[*before, *given.payments]))
        except Refused as refused:
            form.add_error(None, refused.sentence)
        except EditedMeanwhile:
            form.add_error(None, MEANWHILE)
    return render(request, "payments/batch_add.html", context, status=422 if request.method == "POST" else 200)


@staff(*MAKERS)
@require_POST
def payment_remove(request: Any, code: UUID, payment_code: UUID) -> HttpResponse:
    """Take a payment out of a draft."""
    batch = access.get_batch(request.clinic, code)
    payment = access.get_payment(batch, payment_code)
    done = f"Payment {payment.issuer_reference_id} is out of the batch."
    return act(
        request,
        batch,
        lambda: drafts.remove_payment(batch=batch, payment=payment, by=request.user, now=timezone.now()),
        done,
    )


@staff(*MAKERS)
@require_POST
def batch_submit(request: Any, code: UUID) -> HttpResponse:
    """Freeze a draft and hand it to the checkers, with a reason for each kind of warning."""
    batch = access.get_batch(request.clinic, code)
    rules = sorted(set(batch.warnings.values_list("rule", flat=True)))
    form = WarningsForm(request.POST, rules=rules)
    if not form.is_valid():
        return render(request, "payments/batch.html", detail_context(request, batch, form), status=422)
    try:
        submitting.submit(batch=batch, reasons=form.reasons(), by=request.user, now=timezone.now())
    except NeedsReasons as needs:
        for rule in needs.rules:
            if rule in rules:
                form.add_error(f"reason_{rule}", "Write why this may stand.")
        batch.refresh_from_db()
        messages.error(request, needs.sentence)
        return render(request, "payments/batch.html", detail_context(request, batch, form), status=422)
    except HasErrors as refused:
        messages.error(request, f"{refused.sentence} First: {refused.findings[0].sentence}")
    except Refused as refused:
        messages.error(request, refused.sentence)
    except (EditedMeanwhile, IllegalMove):
        messages.error(request, MEANWHILE)
    else:
        messages.success(request, "The batch is frozen and waits for someone else to approve it.")
    return redirect("batch-detail", batch.code)


@staff(*MAKERS)
@require_POST
def batch_copy(request: Any, code: UUID) -> HttpResponse:
    """A draft of the same payments with new keys."""
    batch = access.get_batch(request.clinic, code)
    try:
        made = drafts.copy_batch(batch=batch, by=request.user, now=timezone.now())
    except HasErrors as refused:
        messages.error(request, f"{refused.sentence} First: {refused.findings[0].sentence}")
        return redirect("batch-detail", batch.code)
    except Refused as refused:
        messages.error(request, refused.sentence)
        return redirect("batch-detail", batch.code)
    messages.success(request, "This is a copy. Every payment has a new reference, which ends in -C and a number.")
    return redirect("batch-detail", made.code)
