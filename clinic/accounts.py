"""Sign-in by django-allauth, without sign-up: an admin adds people. Demo logins exist only with DEMO=1."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from django.conf import settings
from django.http import HttpRequest

from clinic.models import User
from clinic.setup import DEMO_DOMAIN


class ClosedAccounts(DefaultAccountAdapter):
    """Nobody makes an account for themselves."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": "This e-mail address and this password do not belong together. Check both.",
        "too_many_login_attempts": "Too many tries. Wait a few minutes, then try once more.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Return False."""
        return False


class StaffBackend(AuthenticationBackend):
    """E-mail and password; a demo login is nobody unless DEMO=1, in a session that is open too."""

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        """Return the user, or None."""
        return _unless_demo(super().authenticate(request, **credentials))

    def get_user(self, user_id: int) -> User | None:
        """Return the user of a session, or None."""
        return _unless_demo(super().get_user(user_id))


def _unless_demo(user: User | None) -> User | None:
    if user is not None and is_demo(user) and not settings.DEMO:
        return None
    return user


def is_demo(user: User) -> bool:
    """Whether this is one of the demo's logins, whose password is known."""
    return user.email.endswith(DEMO_DOMAIN)
