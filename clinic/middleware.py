"""Sets request.clinic and request.role: the clinic someone works in now."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from clinic import setup, tokens
from clinic.access import memberships_of
from clinic.models import Role

SESSION_KEY = "clinic"


class CurrentClinic:
    """For a page: the clinic chosen in the session, or the first one. For the API: the token's clinic."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.clinic = request.role = request.api_token = None  # type: ignore[attr-defined]
        request.memberships = []  # type: ignore[attr-defined]
        if request.path.startswith("/api/"):
            tokens.recognize(request)
        elif request.user.is_authenticated:
            _choose(request)
        elif request.path == reverse("account_login") and not setup.is_set_up():
            return redirect("first-run")
        return self.get_response(request)


def _choose(request: HttpRequest) -> None:
    memberships = list(memberships_of(request.user))  # type: ignore[arg-type]
    chosen = request.session.get(SESSION_KEY)
    current = next((m for m in memberships if m.clinic.pk == chosen), memberships[0] if memberships else None)
    request.memberships = memberships  # type: ignore[attr-defined]
    if current is not None:
        request.clinic, request.role = current.clinic, Role(current.role)  # type: ignore[attr-defined]
