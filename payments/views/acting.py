"""What every button does: one service, one sentence, and back to the page."""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.contrib import messages
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from core.models import EditedMeanwhile
from payments.forms import ReasonForm
from payments.models import PaymentBatch
from payments.services.refusals import Refused
from payments.states import IllegalMove

logger = logging.getLogger("frontdesk.payments")
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
