"""The Operations page: how the vendors are, what waits, what failed and why, a retry button; and the webhooks' door."""

import logging
from datetime import timedelta

from django.contrib import messages
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from core import audit, commands, operations, webhooks
from core.access import signed_in
from core.context import world
from core.models import Command

logger = logging.getLogger("frontdesk.webhooks")
SHOWN = 50


@signed_in
def operations_page(request: HttpRequest) -> HttpResponse:
    """Show the state of all outside work of this clinic."""
    now = timezone.now()
    rows = operations.commands_of(request.clinic.pk)  # type: ignore[attr-defined]
    context = {
        "vendors": operations.vendors(now=now),
        "waiting": operations.lines(rows.filter(status__in=["DUE", "CLAIMED"]).order_by("due_at")[:SHOWN]),
        "unclear": operations.lines(rows.filter(status="UNCLEAR")[:SHOWN]),
        "failed": operations.lines(rows.filter(status="FAILED", created_at__gt=now - timedelta(days=30))[:SHOWN]),
        "attempts": operations.recent_attempts(rows),
    }
    template = "core/_operations.html" if request.htmx else "core/operations.html"  # type: ignore[attr-defined]
    return render(request, template, context)


@require_POST
@signed_in
def retry_command(request: HttpRequest, code: str) -> HttpResponse:
    """Set a failed question going again."""
    rows = operations.commands_of(request.clinic.pk)  # type: ignore[attr-defined]
    command = get_object_or_404(rows, code=code)
    if commands.retry(command, by=request.user, now=timezone.now()):
        audit.record(request.user, "core.command.retried", command, clinic=request.clinic)  # type: ignore[attr-defined]
        messages.info(request, "It is on its way again.")
    else:
        messages.warning(request, "This cannot be sent again from here. Open the page it belongs to.")
    return redirect("operations")


def health(request: HttpRequest) -> JsonResponse:
    """Say that the program answers and reaches its database; for a supervisor, so without signing in."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    late = Command.objects.filter(status="DUE", due_at__lt=timezone.now() - timedelta(minutes=5)).exists()
    return JsonResponse({"status": "late" if late else "ok", "world": world()})


# A vendor's server has no session and no cookie that a foreign page could use; its signature says who it is. Bad ones
# are not counted: counting would cost more than checking does.
@csrf_exempt
@require_POST
def take_webhook(request: HttpRequest, vendor: str) -> HttpResponse:
    """Take a vendor's message: 204 when it is kept, also when it was here already; 401 when it is not the vendor's."""
    if webhooks.inbox_of(vendor) is None:
        raise Http404
    if len(request.body) > webhooks.MOST_BYTES:
        return HttpResponse(status=413)
    try:
        webhooks.receive(vendor, request.headers, request.body, now=timezone.now())
    except webhooks.NotTheirs as why:
        logger.warning("a message for %s was refused: %s", vendor, why)
        return HttpResponse(status=401)
    return HttpResponse(status=204)
