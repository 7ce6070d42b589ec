"""What every answer carries: who asked (for the audit trail), and that a page with patients is kept by no cache."""

from collections.abc import Callable

from allauth.account.adapter import get_adapter
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from core import audit

MOST_BYTES = 40 * 1024 * 1024  # the largest request anybody has a use for, a file of payments with room to spare


class BoundedRequests:
    """Refuse a request that says it is larger than we take, before anything of it is read."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if _length(request) <= MOST_BYTES:
            return self.get_response(request)
        sentence = f"This is larger than {MOST_BYTES // (1024 * 1024)} MB. Nothing was taken; send less at once."
        if request.path.startswith("/api/"):
            body = {"type": "about:blank", "title": "Too large", "status": 413, "detail": sentence}
            return JsonResponse(body, status=413, content_type="application/problem+json")
        return HttpResponse(sentence, status=413, content_type="text/plain; charset=utf-8")


def _length(request: HttpRequest) -> int:
    """Return the announced size in bytes; a body of no announced size counts as too large."""
    announced = request.META.get("CONTENT_LENGTH") or "0"
    if request.META.get("HTTP_TRANSFER_ENCODING") or not announced.isdigit():
        return MOST_BYTES + 1
    return int(announced)


class ExplainedRefusals:
    """Answer with a page where Django answers a wrong method with nothing: a button's address opened by hand."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code != 405 or response.content or request.path.startswith("/api/"):
            return response
        page = render(request, "405.html", status=405)
        page["Allow"] = response["Allow"]
        return page


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
    """Return the client's address as the sign-in's own limits see it: behind a proxy, the one the proxy names."""
    try:
        return get_adapter().get_client_ip(request)
    except PermissionDenied:  # there is none, as on a Unix socket
        return None
