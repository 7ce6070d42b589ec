"""First set-up: organization, first clinic, admin, provider. Behind `manage.py setup` and the first-run page."""

import json
import os
import secrets
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from clinic import tokens
from clinic.models import Clinic, Membership, Organization, Provider, Role, User
from core import audit

DEMO_DOMAIN = "@demo.test"
DEMO_PEOPLE = [
    ("frontdesk", "Alex Rivera", Role.FRONT_DESK),
    ("billing", "Bo Lindqvist", Role.BILLING),
    ("admin", "Ana Ruiz", Role.ADMIN),
    ("admin2", "Ade Okafor", Role.ADMIN),
]
# What upper apps add to a fresh clinic: payment accounts (first set-up), a day of appointments (demo).
after_setup: list[Callable[[Clinic, dict[str, Any]], None]] = []
demo_seeds: list[Callable[[Clinic, datetime], None]] = []


class AlreadySetUp(Exception):
    """There is an organization already; more clinics and people are added in the program."""


@dataclass(frozen=True)
class FirstSetUp:
    """The answers of the first set-up; blank text where something is not known yet."""

    organization: str
    clinic: str
    time_zone: str
    npi: str
    admin_name: str
    admin_email: str
    admin_password: str
    address1: str = ""
    city: str = ""
    state: str = ""
    postal_code: str = ""
    phone: str = ""
    spry_clinic_id: int | None = None
    provider_first_name: str = ""
    provider_last_name: str = ""
    provider_npi: str = ""
    account: str = ""
    sub_account: str = ""


def is_set_up() -> bool:
    """Whether there is an organization."""
    return Organization.objects.exists()


@transaction.atomic
def set_up(answers: FirstSetUp) -> Clinic:
    """Save the organization, clinic, first admin, provider and payment account.

    Raises AlreadySetUp when there is an organization.
    """
    if is_set_up():
        raise AlreadySetUp
    organization = Organization.objects.create(name=answers.organization, npi=answers.npi)
    clinic = Clinic.objects.create(
        organization=organization,
        name=answers.clinic,
        time_zone=answers.time_zone,
        npi=answers.npi,
        phone=answers.phone,
        address1=answers.address1,
        city=answers.city,
        state=answers.state,
        postal_code=answers.postal_code,
        spry_clinic_id=answers.spry_clinic_id,
    )
    admin = add_person(
        clinic, answers.admin_email, answers.admin_name, Role.ADMIN, by=None, password=answers.admin_password
    )
    if answers.provider_npi:
        provider = Provider.objects.create(
            organization=organization,
            first_name=answers.provider_first_name,
            last_name=answers.provider_last_name,
            npi=answers.provider_npi,
        )
        provider.clinics.add(clinic)
    for add in after_setup:
        add(clinic, {"account": answers.account, "sub_account": answers.sub_account})
    audit.record(admin, "clinic.set_up", clinic, clinic=clinic)
    return clinic


def add_person(
    clinic: Clinic, email: str, name: str, role: Role, *, by: User | None, password: str | None = None
) -> User:
    """Give the person a role in the clinic; someone unknown gets a user first. A role they have is replaced.

    Whoever a demo login adds is one too.
    """
    user = User.objects.filter(email=email.lower()).first()
    if user is None:
        user = User.objects.create_user(email, password, name=name, is_demo=by is not None and by.is_demo)
    Membership.objects.update_or_create(user=user, clinic=clinic, defaults={"role": role})
    audit.record(by, "clinic.member.added", user, clinic=clinic, role=str(role))
    return user


# ---- the demo -------------------------------------------------------------------------------------------------------


def demo_file() -> Path:
    """Where the demo's logins and tokens are kept, readable by the owner alone."""
    return Path(settings.DATA_DIR) / "demo.json"


def set_up_demo(*, now: datetime) -> dict[str, Any]:
    """Make the demo organization with its people and a day of appointments, or nothing of it.

    Where it is there but its file is lost, its people get new passwords and tokens. Returns the demo's logins and
    tokens, which are kept in DATA_DIR/demo.json; nothing when the organization is not the demo's.
    """
    if is_set_up() and demo_file().exists():
        return demo_logins()
    with transaction.atomic():
        clinic = _demo_clinic() if is_set_up() else _new_demo_clinic(now)
        if clinic is None:
            return {}
        logins = _demo_people(clinic, now)
        _write_privately(demo_file(), json.dumps(logins, indent=1))
    return logins


def demo_logins() -> dict[str, Any]:
    """Return what `set_up_demo` kept; empty when this is no demo."""
    return json.loads(demo_file().read_text(encoding="utf-8")) if demo_file().exists() else {}


def _demo_clinic() -> Clinic | None:
    return Clinic.objects.filter(memberships__user__is_demo=True).order_by("pk").first()


def _new_demo_clinic(now: datetime) -> Clinic:
    first = DEMO_PEOPLE[2]
    clinic = set_up(
        FirstSetUp(
            organization="Riverside Medical Group",
            clinic="Riverside Clinic",
            time_zone="America/Chicago",
            npi="1999999984",
            admin_name=first[1],
            admin_email=first[0] + DEMO_DOMAIN,
            admin_password=secrets.token_hex(),  # `_demo_people` sets the one that is told
            address1="410 River Street",
            city="Springfield",
            state="IL",
            postal_code="62701",
            phone="217-555-0140",
            provider_first_name="Nora",
            provider_last_name="Whitfield",
            provider_npi="2000000002",
            spry_clinic_id=89,
            account="ACCT1",
            sub_account="SUBACCT1",
        )
    )
    for seed in demo_seeds:
        seed(clinic, now)
    return clinic


def _demo_people(clinic: Clinic, now: datetime) -> dict[str, Any]:
    password = f"demo-{secrets.token_hex(4)}"
    users = {login: add_person(clinic, login + DEMO_DOMAIN, name, role, by=None) for login, name, role in DEMO_PEOPLE}
    for user in users.values():
        user.is_demo = True
        user.set_password(password)
        user.save()
        tokens.revoke_all(user=user, clinic=clinic, by=None, now=now)
    return {
        "password": password,
        "logins": {login: user.email for login, user in users.items()},
        "tokens": {
            login: tokens.issue(user=users[login], clinic=clinic, name="demo", by=None, now=now)
            for login in ("frontdesk", "billing")
        },
        "second_factor": None,
    }


def _write_privately(path: Path, text: str) -> None:
    """Write the file whole or not at all, readable by the owner alone."""
    descriptor, part = tempfile.mkstemp(dir=path.parent)  # 0600
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    Path(part).replace(path)
