"""What every answer carries: who asked (for the audit trail), and that a page with patients is kept by no cache."""

import ipaddress
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from core import audit


class PrivatePages:
    """Note where a request comes from, and forbid storing what is answered to someone signed in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        channel = "API" if request.path.startswith("/api/") else "PAGE"
        token = audit.origin.set((channel, _address(request)))
        try:
            response = self.get_response(request)
        finally:
            audit.origin.reset(token)
        if "Cache-Control" not in response:
            response["Cache-Control"] = "no-store"
        response["Permissions-Policy"] = "camera=(self), microphone=(), geolocation=()"
        return response


def _address(request: HttpRequest) -> str | None:
    try:
        return str(ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")))
    except ValueError:
        return None
