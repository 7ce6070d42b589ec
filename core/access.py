"""Who gets past the door: people who are signed in, and for core's own pages anyone who works in a clinic."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlsplit

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils.http import url_has_allowed_host_and_scheme
from django_htmx.http import HttpResponseClientRedirect

View = Callable[..., HttpResponse]


def sign_in_first(view: View) -> View:
    """Let a page be seen by people who are signed in; everybody else signs in and comes back to a page.

    That is the page itself when it was opened, and the page the button stands on when one was pressed: what was pressed
    is not kept, and its address would be none to open. A part of a page sends the whole page to the sign-in.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.user.is_authenticated:
            return view(request, *args, **kwargs)
        if request.htmx:  # type: ignore[attr-defined]
            return HttpResponseClientRedirect(redirect_to_login(_page_of(request)).url)
        if request.method in ("GET", "HEAD"):
            return redirect_to_login(request.get_full_path())
        return redirect_to_login(_page_of(request))

    return guarded


def _page_of(request: HttpRequest) -> str:
    """Return the path of our own page that the request came from, or of the first one."""
    came_from = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(came_from, {request.get_host()}, require_https=request.is_secure()):
        return "/"
    parts = urlsplit(came_from)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def signed_in(view: View) -> View:
    """Let a page be seen by anyone who works in a clinic, whatever the role."""

    @wraps(view)
    @sign_in_first
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.role is None:  # type: ignore[attr-defined]
            raise PermissionDenied("You belong to no clinic yet. Ask an admin to add you.")
        return view(request, *args, **kwargs)

    return guarded
