"""Lists and details: batches, a batch, its payments, one payment."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from clinic.access import staff
from clinic.models import Role
from core import audit
from core.addresses import one_line
from payments import access, canonical, offering, presenting
from payments.forms import ReasonForm, SeenForm, SettleForm, WarningsForm
from payments.models import PaymentBatch
from payments.rules.claims import object_in, objects_in
from payments.services.orders import needs_someone, on_its_way, settlements
from payments.services.people import is_maker, may_check
from payments.services.sending import open_order
from payments.states import BatchStatus

S = BatchStatus
PER_PAGE, PAYMENTS_PER_PAGE = 50, 20
FILTERS = {
    "": ("All", None),
    "needs-you": ("Needs someone", needs_someone()),
    "moving": ("On the way", on_its_way()),
    "draft": ("Drafts", Q(status=S.DRAFT)),
    "ended": ("Ended", Q(status__in=[S.RELEASED, S.RECONCILED, S.REJECTED, S.CANCELLED])),
}


@staff(Role.BILLING, Role.ADMIN)
@require_GET
def batch_list(request: Any) -> HttpResponse:
    """The clinic's batches, newest first."""
    chosen = request.GET.get("show", "")
    chosen = chosen if chosen in FILTERS else ""
    batches = access.batches_for(request.clinic).order_by("-pk")
    wanted = FILTERS[chosen][1]
    found = batches.filter(wanted) if wanted else batches
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": presenting.with_states(page),
        "tabs": [{"key": key, "label": label, "on": key == chosen} for key, (label, _) in FILTERS.items()],
        "chosen": chosen,
        "accounts": access.accounts_for(request.clinic),
        "outbound": settings.PAYMENTS_OUTBOUND_ENABLED,
    }
    return render(request, "payments/batches.html", context)


@staff(Role.BILLING, Role.ADMIN)
@require_GET
def batch_detail(request: Any, code: UUID) -> HttpResponse:
    """One batch: where it stands, what holds it up, what is in it, and what may be done."""
    batch = access.get_batch(request.clinic, code)
    return render(request, "payments/batch.html", detail_context(request, batch))


@staff(Role.BILLING, Role.ADMIN)
@require_GET
def batch_status(request: Any, code: UUID) -> HttpResponse:
    """The live part of the batch's page; once nothing moves any more the whole page is loaded again."""
    batch = access.get_batch(request.clinic, code)
    moving = presenting.is_moving(batch)
    response = render(request, "payments/_live.html", live_context(batch))
    if not moving:
        response["HX-Refresh"] = "true"
    return response


def live_context(batch: PaymentBatch) -> dict[str, Any]:
    """Return what the live part shows."""
    now, order = timezone.now(), open_order(batch)
    return {
        "batch": batch,
        "state": presenting.state_of(batch, order),
        "steps": presenting.life_line(batch),
        "moving": presenting.is_moving(batch),
        "progress": presenting.progress(batch),
        "holds": presenting.holds(batch, now),
        "order": order,
        "ordered": offering.ordered(batch, order),
        "next_look": presenting.next_look(batch),
    }


def detail_context(request: Any, batch: PaymentBatch, form: WarningsForm | None = None) -> dict[str, Any]:
    """Return what the page of a batch shows to this person."""
    warnings = presenting.warnings_of(batch)
    checker = may_check(request.user, batch)
    seen = {"content_hash": batch.content_hash, "total": batch.total, "count": batch.count}
    context = live_context(batch)
    order, now = context["order"], timezone.now()
    context |= {
        "maker": is_maker(request.user, batch),
        "checker": checker,
        "next": offering.next_of(batch, request.user, order, now),
        "more": offering.more_of(batch, checker, order),
        "figures": presenting.figures(batch),
        "check": presenting.checkers_figures(batch) if batch.status != S.DRAFT else None,
        "warnings": warnings,
        "warnings_form": form or _warnings_form(batch, warnings),
        "seen": SeenForm(initial=seen),
        "reason": ReasonForm(auto_id=False),
        "reject": ReasonForm(auto_id="reject_%s"),
        "settle": SettleForm(auto_id="settle_%s"),
        "settlements": settlements(batch) if batch.status == S.NEEDS_REVIEW else [],
        "reads": settings.PAYMENTS_STATUS_READS,
        "can_cancel": offering.may_cancel(batch, order),
        "history": presenting.history(batch),
        "approvals": batch.approvals.select_related("by"),
        "orders": batch.commands.exclude(kind="payments.look").order_by("-pk")[:12],
    }
    return context | _payments_page(request, batch)


def _warnings_form(batch: PaymentBatch, warnings: list[dict[str, Any]]) -> WarningsForm:
    initial = {f"reason_{group['rule']}": group["reason"].reason for group in warnings if group["reason"]}
    return WarningsForm(rules=[group["rule"] for group in warnings], initial=initial)


def _payments_page(request: Any, batch: PaymentBatch) -> dict[str, Any]:
    words = request.GET.get("q", "").strip()
    payments = batch.payments.defer("content")
    if words:
        payments = payments.filter(issuer_reference_id__icontains=words) | payments.filter(payee_name__icontains=words)
    return {"payments": Paginator(payments, PAYMENTS_PER_PAGE).get_page(request.GET.get("page")), "q": words}


@staff(Role.BILLING, Role.ADMIN)
@require_GET
def batch_payments(request: Any, code: UUID) -> HttpResponse:
    """The table of a batch's payments, a page at a time."""
    batch = access.get_batch(request.clinic, code)
    return render(request, "payments/_payments.html", {"batch": batch, **_payments_page(request, batch)})


@staff(Role.BILLING, Role.ADMIN)
@require_GET
def payment_detail(request: Any, code: UUID, payment_code: UUID) -> HttpResponse:
    """One payment: payee, claims, lines and adjustments, read from its JSON. Looking is recorded: it names patients."""
    batch = access.get_batch(request.clinic, code)
    payment = access.get_payment(batch, payment_code)
    audit.record(request.user, "payments.payment.viewed", payment, clinic=request.clinic)
    document = canonical.of_bytes(bytes(payment.content))
    claims = [
        _claim(claim)
        for _, block in objects_in(document.get("claimLevelInformation"))
        for _, claim in objects_in(block.get("claimLoop"))
    ]
    context = {
        "batch": batch,
        "payment": payment,
        "document": document,
        "claims": claims,
        "payee_address": _address(document.get("payeeDetails")),
        "mailed_to": _address(document.get("shippingDetails")),
    }
    return render(request, "payments/payment.html", context)


def _address(person: Any) -> str:
    """Return the address of the payee, or of where it is mailed to, on one line."""
    told = object_in(object_in(person).get("address"))
    line = {name: str(told.get(name) or "") for name in ("address1", "address2", "city", "state", "postalCode")}
    street = ", ".join(filter(None, (line["address1"], line["address2"])))
    return one_line(street, line["city"], line["state"], line["postalCode"])


def _claim(claim: dict[str, Any]) -> dict[str, Any]:
    people = [entity for _, entity in objects_in(claim.get("involvedEntitiesInfo"))]
    patient = next((entity for entity in people if entity.get("entityIdentifierCode") == "QC"), {})
    return {
        "facts": object_in(claim.get("claimPaymentInformation")),
        "patient": " ".join(str(patient[name]) for name in ("firstName", "lastName") if patient.get(name)),
        "lines": [_line(line) for _, line in objects_in(claim.get("loop2110"))],
    }


def _line(line: dict[str, Any]) -> dict[str, Any]:
    service = object_in(line.get("servicePaymentInformation"))
    adjustments = [
        {"group": group["claimAdjustmentGroupCode"], **adjustment}
        for _, group in objects_in(line.get("serviceAdjustment"))
        for _, adjustment in objects_in(group.get("adjustments"))
    ]
    procedure = object_in(service.get("compositeMedicalProcedureId1"))
    day = _day(object_in(line.get("serviceDate")).get("date"))
    return {"service": service, "procedure": procedure, "day": day, "adjustments": adjustments}


def _day(text: Any) -> date | str:
    """Return the day of an ISO date; anything else as it stands in the JSON."""
    try:
        return date.fromisoformat(str(text))
    except ValueError:
        return str(text or "")
