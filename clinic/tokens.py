"""API tokens: made once, shown once, kept as a digest. A token acts as one user in one clinic."""

import hashlib
import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from clinic.models import ApiToken, Clinic, Membership, Role, User
from core import audit

PREFIX = "fd_"
LIFE = timedelta(days=365)


def issue(*, user: User, clinic: Clinic, name: str, by: User | None, now: datetime) -> str:
    """Save a token for the user in the clinic and return it; it is never shown again."""
    token = PREFIX + secrets.token_urlsafe(32)
    row = ApiToken.objects.create(user=user, clinic=clinic, name=name, digest=_digest(token), expires_at=now + LIFE)
    audit.record(by, "clinic.token.issued", row, clinic=clinic, user=user.pk)
    return token


def revoke(token: ApiToken, *, by: User | None, now: datetime) -> None:
    """End the token at once."""
    ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=now)
    audit.record(by, "clinic.token.revoked", token, clinic=token.clinic)


def revoke_all(*, user: User, clinic: Clinic, by: User | None, now: datetime) -> None:
    """End every token that acts as the user in the clinic."""
    for token in ApiToken.objects.filter(user=user, clinic=clinic, revoked_at=None):
        revoke(token, by=by, now=now)


def _digest(token: str) -> str:
    # 256 random bits need no slow hash: there is nothing to guess.
    return hashlib.sha256(token.encode()).hexdigest()


def recognize(request: HttpRequest) -> None:
    """Set request.api_token, .clinic and .role from the Authorization header, when it names a live token."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        return
    row = (
        ApiToken.objects.select_related("user", "clinic__organization")
        .filter(digest=_digest(token.strip()), revoked_at=None, expires_at__gt=timezone.now(), user__is_active=True)
        .first()
    )
    if row is None or (row.user.is_demo and not settings.DEMO):
        return
    role = _role(row)
    if role is None or role == Role.ADMIN:  # no key approves or releases: it acts as nobody once its user is an admin
        return
    request.api_token, request.clinic, request.role = row, row.clinic, Role(role)  # type: ignore[attr-defined]
    today = timezone.now().date()
    if row.last_used_on != today:
        ApiToken.objects.filter(pk=row.pk).update(last_used_on=today)


def _role(row: ApiToken) -> str | None:
    return Membership.objects.filter(user=row.user, clinic=row.clinic).values_list("role", flat=True).first()


class TokenAuthentication(BaseAuthentication):
    """DRF's view of what `recognize` found."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        """Return the token's user. Raises AuthenticationFailed for a token that is not valid."""
        row = request._request.api_token  # type: ignore[attr-defined]
        if row is not None:
            return row.user, row
        if request.headers.get("Authorization"):
            raise AuthenticationFailed("This token is not valid: it is unknown, revoked or expired.")
        return None

    def authenticate_header(self, request: Request) -> str:
        """Return the challenge of a 401."""
        return "Bearer"
