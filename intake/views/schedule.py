"""Importing the schedule of a day or of several."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods, require_safe

from clinic import imports

from ..services.schedule import SCHEDULE
from .common import writes


@require_http_methods(["GET", "HEAD", "POST"])
@writes
def upload(request: HttpRequest) -> HttpResponse:
    """Take a file."""
    return imports.upload_page(request, SCHEDULE)


@require_http_methods(["GET", "HEAD", "POST"])
@writes
def preview(request: HttpRequest, code: UUID) -> HttpResponse:
    """Show what will happen to each row, import, and show what happened."""
    return imports.preview_page(request, SCHEDULE, code)


@require_safe
@writes
def refused(request: HttpRequest, code: UUID) -> HttpResponse:
    """Give out the rows that were not imported."""
    return imports.refused_page(request, SCHEDULE, code)
