"""What every button does: one service, one sentence, and back to the page."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from clinic.access import View, staff
from clinic.models import Role
from core.models import EditedMeanwhile
from payments import access
from payments.forms import ReasonForm
from payments.models import PaymentBatch
from payments.services.refusals import Refused
from payments.states import IllegalMove

logger = logging.getLogger("frontdesk.payments")
MAKERS = (Role.BILLING, Role.ADMIN)
CHECKERS = (Role.ADMIN,)  # the services ask besides that they had no hand in making it
BUSY = "The batch was busy just now. Nothing of what you pressed was done; look at where it stands and press again."
MEANWHILE = "Someone else changed the batch while you looked at it. Nothing was done; look at it as it stands now."


def act(request: HttpRequest, batch: PaymentBatch, action: Callable[[], object], done: str) -> HttpResponse:
    """Do it, say what came of it, and show the batch."""
    try:
        action()
    except Refused as refused:
        messages.error(request, refused.sentence)
    except (EditedMeanwhile, IllegalMove):
        messages.error(request, MEANWHILE)
    except OperationalError:
        logger.warning("payment batch %s was busy", batch.pk)
        messages.error(request, BUSY)
    else:
        messages.success(request, done)
    return redirect("batch-detail", batch.code)


def act_with_reason(
    request: HttpRequest, batch: PaymentBatch, action: Callable[[str], object], done: str
) -> HttpResponse:
    """The same for what needs a written reason."""
    form = ReasonForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Nothing was done: write the reason first, at most 300 characters.")
        return redirect("batch-detail", batch.code)
    return act(request, batch, lambda: action(form.cleaned_data["reason"]), done)


def button(
    service: Callable[..., object],
    roles: tuple[Role, ...],
    *,
    done: str,
    needs_reason: bool = False,
    guard: Callable[[View], View] | None = None,
) -> View:
    """Return the view of a button: it calls `service(batch=, by=, now=)`, with `reason=` where one is needed.

    Args:
        service: what is done; it raises Refused when that may not be.
        roles: who may press.
        done: the sentence that is shown afterwards.
        needs_reason: whether a reason of at most 300 characters has to come with the press.
        guard: what stands before it besides the role, such as a fresh second factor.
    """

    def press(request: Any, code: UUID) -> HttpResponse:
        batch = access.get_batch(request.clinic, code)

        def call(**more: str) -> object:
            return service(batch=batch, by=request.user, now=timezone.now(), **more)

        if needs_reason:
            return act_with_reason(request, batch, lambda reason: call(reason=reason), done)
        return act(request, batch, call, done)

    return staff(*roles)(require_POST(guard(press) if guard else press))
