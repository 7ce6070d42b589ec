"""Sign-in by django-allauth, without sign-up: an admin adds people. Demo logins exist only with DEMO=1."""

from base64 import b64decode, b64encode
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.http import HttpRequest

from clinic.models import User
from core import sealed

_SECOND_FACTOR = "second factor"  # what its sealed secrets are bound to


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
    return None if user is not None and user.is_demo and not settings.DEMO else user


class SealedSecrets(DefaultMFAAdapter):
    """Seals what the second factor keeps: the authenticator app's secret and the seed of the recovery codes."""

    def encrypt(self, text: str) -> str:
        """Return the text sealed, as base64."""
        return b64encode(sealed.seal(text.encode(), _SECOND_FACTOR)).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Return what was sealed. Raises core.sealed.CannotOpen."""
        return sealed.open_sealed(b64decode(encrypted_text), _SECOND_FACTOR).decode()
