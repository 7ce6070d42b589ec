"""The one guard that core's own pages need: someone with a role in some clinic."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse


def signed_in(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Let a page be seen by anyone who works in a clinic, whatever the role."""

    @wraps(view)
    @login_required
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.role is None:  # type: ignore[attr-defined]
            raise PermissionDenied("You belong to no clinic yet. Ask an admin to add you.")
        return view(request, *args, **kwargs)

    return guarded
