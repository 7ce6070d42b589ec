"""What changes a clinic: its data, its people, its providers; and the code that guards the first set-up."""

import hmac
import secrets
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from clinic import setup, tokens
from clinic.models import Clinic, Membership, Provider, Role, User
from core import audit


class OwnRole(Exception):
    """Nobody changes or removes their own role: the last admin would be gone, or a maker would become a checker."""


@transaction.atomic
def change_clinic(clinic: Clinic, *, version: int, by: User, **changed: Any) -> None:
    """Write the changed columns of the clinic. Raises core.models.EditedMeanwhile."""
    clinic.change(version, **changed)
    audit.record(by, "clinic.changed", clinic, clinic=clinic, fields=list(changed))


@transaction.atomic
def add_member(clinic: Clinic, *, email: str, name: str, role: str, password: str, by: User) -> User:
    """Give someone a role here. Raises OwnRole."""
    if email.lower() == by.email:
        raise OwnRole
    return setup.add_person(clinic, email, name, Role(role), by=by, password=password or None)


@transaction.atomic
def remove_member(membership: Membership, *, by: User) -> None:
    """Take someone's role away, and end the keys that act as them here. Raises OwnRole."""
    if membership.user == by:
        raise OwnRole
    tokens.revoke_all(user=membership.user, clinic=membership.clinic, by=by, now=timezone.now())
    audit.record(by, "clinic.member.removed", membership.user, clinic=membership.clinic, role=membership.role)
    membership.delete()


def may_get_password(clinic: Clinic) -> QuerySet[User]:
    """Return whose password an admin of the clinic may set: who works nowhere else, and is no admin.

    With another admin's password one person could approve what they prepared; with that of someone who works in
    another clinic too, read there.
    """
    elsewhere = Membership.objects.filter(~Q(clinic=clinic) | Q(role=Role.ADMIN))
    return User.objects.filter(memberships__clinic=clinic).exclude(memberships__in=elsewhere).order_by("name")


@transaction.atomic
def set_password(clinic: Clinic, user: User, password: str, *, by: User) -> None:
    """Give someone of `may_get_password` a new first password; their sessions end."""
    user.set_password(password)
    user.save(update_fields=["password"])
    audit.record(by, "clinic.member.password_set", user, clinic=clinic)


@transaction.atomic
def add_provider(clinic: Clinic, *, first_name: str, last_name: str, npi: str, by: User) -> Provider:
    """Add a provider to the clinic; one with this NPI in the organization is added as they are."""
    provider, _ = Provider.objects.get_or_create(
        organization=clinic.organization, npi=npi, defaults={"first_name": first_name, "last_name": last_name}
    )
    provider.clinics.add(clinic)
    audit.record(by, "clinic.provider.added", provider, clinic=clinic)
    return provider


class NpiTaken(Exception):
    """Another provider of the organization has this NPI."""


@transaction.atomic
def change_provider(provider: Provider, *, clinic: Clinic, version: int, by: User, **values: str) -> None:
    """Correct a provider's name or NPI, in every clinic where they treat.

    Raises NpiTaken, core.models.EditedMeanwhile.
    """
    changed = [name for name, value in values.items() if getattr(provider, name) != value]
    try:
        with transaction.atomic():
            provider.change(version, **values)
    except IntegrityError:
        raise NpiTaken from None
    audit.record(by, "clinic.provider.changed", provider, clinic=clinic, fields=changed)


@transaction.atomic
def provider_left(provider: Provider, *, clinic: Clinic, by: User) -> None:
    """Offer a provider for no visit of the clinic any more; what names them stays as it is."""
    provider.clinics.remove(clinic)
    audit.record(by, "clinic.provider.left", provider, clinic=clinic)


def setup_code() -> str:
    """Return the code that the first-run page asks for; made once and shown on the server's console."""
    path = _code_file()
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_hex(4), encoding="utf-8")
    return path.read_text(encoding="utf-8")


def is_setup_code(given: str) -> bool:
    """Whether the code is right."""
    return bool(given) and hmac.compare_digest(given.strip().encode(), setup_code().encode())


def forget_setup_code() -> None:
    """The set-up is done: its code is of no use any more."""
    _code_file().unlink(missing_ok=True)


def _code_file() -> Path:
    return Path(settings.DATA_DIR) / "setup_code"
