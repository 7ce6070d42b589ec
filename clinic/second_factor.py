"""Whoever moves money shows their second factor anew: a browser left open for lunch releases nothing."""

import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account import app_settings
from allauth.account.authentication import get_authentication_records
from allauth.mfa.utils import is_mfa_enabled
from django.contrib import messages
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode

from clinic.access import View

_FIRST = "Show that it is you with your second factor, then press once more. Nothing was done yet."


def fresh_second_factor(*, back: str) -> Callable[[View], View]:
    """Let a view be used by people with a second factor only while that is fresh (ACCOUNT_REAUTHENTICATION_TIMEOUT, s).

    Otherwise they give their code first and come back to the page named `back`, whose address has the view's own
    arguments. Nothing that was pressed is kept meanwhile: they look at the figures again and press again.
    People who set up no second factor are let through. Goes below `staff`.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not is_mfa_enabled(request.user) or _is_fresh(request):
                return view(request, *args, **kwargs)
            if request.method == "POST":
                messages.info(request, _FIRST)
            then = urlencode({REDIRECT_FIELD_NAME: reverse(back, args=args, kwargs=kwargs)})
            return redirect(f"{reverse('mfa_reauthenticate')}?{then}")

        return guarded

    return decorate


def _is_fresh(request: HttpRequest) -> bool:
    used = [record["at"] for record in get_authentication_records(request, request.user) if record["method"] == "mfa"]
    return bool(used) and time.time() - max(used) < app_settings.REAUTHENTICATION_TIMEOUT
