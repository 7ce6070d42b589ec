"""What changes a clinic: its data, its people, its providers; and the code that guards the first set-up."""

import hmac
import secrets
from pathlib import Path

from django.conf import settings
from django.db import transaction

from clinic import setup
from clinic.models import Clinic, Membership, Provider, Role, User
from core import audit


class OwnRole(Exception):
    """Nobody changes or removes their own role: the last admin would be gone, or a maker would become a checker."""


@transaction.atomic
def change_clinic(clinic: Clinic, *, changed: list[str], by: User) -> None:
    """Write the changed columns of the clinic."""
    clinic.save(update_fields=changed)
    audit.record(by, "clinic.changed", clinic, clinic=clinic, fields=changed)


@transaction.atomic
def add_member(clinic: Clinic, *, email: str, name: str, role: str, password: str, by: User) -> User:
    """Give someone a role here. Raises OwnRole."""
    if email.lower() == by.email:
        raise OwnRole
    return setup.add_person(clinic, email, name, Role(role), by=by, password=password or None)


@transaction.atomic
def remove_member(membership: Membership, *, by: User) -> None:
    """Take someone's role away. Raises OwnRole."""
    if membership.user == by:
        raise OwnRole
    audit.record(by, "clinic.member.removed", membership.user, clinic=membership.clinic, role=membership.role)
    membership.delete()


@transaction.atomic
def add_provider(clinic: Clinic, *, first_name: str, last_name: str, npi: str, by: User) -> Provider:
    """Add a provider to the clinic; one with this NPI in the organization is added as they are."""
    provider, _ = Provider.objects.get_or_create(
        organization=clinic.organization, npi=npi, defaults={"first_name": first_name, "last_name": last_name}
    )
    provider.clinics.add(clinic)
    audit.record(by, "clinic.provider.added", provider, clinic=clinic)
    return provider


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
