"""The page of accounts: what each one does, freeze and thaw."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from clinic.access import staff
from clinic.models import Role
from payments import access
from payments.forms import AccountForm, ReasonForm
from payments.services import accounts
from payments.services.refusals import Refused


@staff(Role.BILLING, Role.ADMIN)
@require_http_methods(["GET", "POST"])
def account_list(request: Any) -> HttpResponse:
    """The organization's accounts; an admin adds one here."""
    is_admin = request.role == Role.ADMIN
    form = AccountForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        return _act(request, lambda: accounts.add_account(clinic=request.clinic, by=request.user, **data), "Added.")
    rows = access.accounts_for(request.clinic)
    context = {"accounts": rows, "form": form, "reason": ReasonForm(auto_id=False), "is_admin": is_admin}
    return render(request, "payments/accounts.html", context, status=422 if request.method == "POST" else 200)


@staff(Role.ADMIN)
@require_POST
def account_freeze(request: Any, code: UUID) -> HttpResponse:
    """Let nothing leave the account."""
    account = access.get_account(request.clinic, code)
    reason = request.POST.get("reason", "")[:300]
    return _act(
        request,
        lambda: accounts.freeze(
            clinic=request.clinic, account=account, reason=reason, by=request.user, now=timezone.now()
        ),
        "The account is frozen. Nothing leaves it.",
    )


@staff(Role.ADMIN)
@require_POST
def account_thaw(request: Any, code: UUID) -> HttpResponse:
    """Let the account send again."""
    account = access.get_account(request.clinic, code)
    return _act(
        request,
        lambda: accounts.thaw(clinic=request.clinic, account=account, by=request.user),
        "The account sends again. What was called off meanwhile waits on its batch's page.",
    )


@staff(Role.ADMIN)
@require_POST
def account_holds(request: Any, code: UUID) -> HttpResponse:
    """Write down whether the vendor holds started batches of this account."""
    account = access.get_account(request.clinic, code)
    holds = request.POST.get("holds") == "yes"
    return _act(
        request,
        lambda: accounts.set_holds(clinic=request.clinic, account=account, holds=holds, by=request.user),
        "It is written down.",
    )


def _act(request: Any, action: Callable[[], object], done: str) -> HttpResponse:
    try:
        action()
    except Refused as refused:
        messages.error(request, refused.sentence)
    else:
        messages.success(request, done)
    return redirect("account-list")
