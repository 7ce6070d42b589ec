"""The cast, the sandbox and the worker that every test may ask for; plain tests have no network."""

import os
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from playwright.sync_api import Browser

from clinic.models import Clinic, Membership, Organization, Provider, Role, User
from core import commands
from core.models import Command
from tests.camera import film
from tests.chromium import running_chromium
from tests.sandbox_process import SandboxProcess

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # Playwright's loop runs in the tests' thread
_connect = socket.socket.connect


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out, on SQLite, what is about several writers at once: it lets in one."""
    if connection.vendor == "postgresql":
        return
    left_out = [item for item in items if item.get_closest_marker("postgres_only")]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in left_out]


class NetworkUsed(AssertionError):
    """A plain test opened a connection; mark it `real` or give it no network."""


def _refuse(self: socket.socket, address: Any) -> None:
    if self.family == socket.AF_UNIX:
        return _connect(self, address)
    raise NetworkUsed(f"A plain test connected to {address!r}.")


@pytest.fixture(autouse=True)
def _no_network(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.node.get_closest_marker("real") is None and request.node.get_closest_marker("browser") is None:
        monkeypatch.setattr(socket.socket, "connect", _refuse)


@dataclass
class Cast:
    """Alice, Bo, Ana and Ade work in clinic A; Charlie works in clinic B and must see nothing of A."""

    organization: Organization
    clinic_a: Clinic
    clinic_b: Clinic
    alice: User
    bo: User
    ana: User
    ade: User
    charlie: User
    provider: Provider


def _member(email: str, name: str, clinic: Clinic, role: Role) -> User:
    user = User.objects.create_user(email, "correct horse battery", name=name)
    Membership.objects.create(user=user, clinic=clinic, role=role)
    return user


def make_cast() -> Cast:
    """Save the cast in the database."""
    organization = Organization.objects.create(name="Riverside Medical Group", npi="1993999998")
    a = Clinic.objects.create(organization=organization, name="Riverside Clinic", npi="1234567893", spry_clinic_id=89)
    b = Clinic.objects.create(organization=organization, name="Hillside Clinic", npi="1134673957", spry_clinic_id=90)
    provider = Provider.objects.create(
        organization=organization, first_name="Nora", last_name="Whitfield", npi="2000000002"
    )
    provider.clinics.add(a)
    return Cast(
        organization,
        a,
        b,
        _member("alice@clinic.test", "Alice Moreno", a, Role.FRONT_DESK),
        _member("bo@clinic.test", "Bo Lindqvist", a, Role.BILLING),
        _member("ana@clinic.test", "Ana Ruiz", a, Role.ADMIN),
        _member("ade@clinic.test", "Ade Okafor", a, Role.ADMIN),
        _member("charlie@clinic.test", "Charlie Brandt", b, Role.FRONT_DESK),
        provider,
    )


@pytest.fixture
def cast(db: None) -> Cast:
    """The people of the tests."""
    return make_cast()


@pytest.fixture(scope="session")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """One browser for the whole run; its camera sees a card."""
    with running_chromium(film(tmp_path_factory.mktemp("camera") / "card.mjpeg")) as browser:
        yield browser


@pytest.fixture(scope="session")
def sandbox_process() -> Iterator[SandboxProcess]:
    """One sandbox for the whole run."""
    process = SandboxProcess()
    yield process
    process.stop()


def point_at(settings: Any, url: str) -> None:
    """Make every vendor the sandbox at `url`."""
    settings.SANDBOX_URL = url
    settings.CARDSCAN_URL = f"{url}/cardscan/v1"
    settings.CANDID_API_URL = settings.CANDID_PRE_ENCOUNTER_URL = f"{url}/candid"
    settings.SPRY_URL = f"{url}/spry"
    settings.PAYMENTS_BASE_URL = f"{url}/payments/api/v1"


@pytest.fixture
def sandbox(sandbox_process: SandboxProcess, settings: Any) -> SandboxProcess:
    """The sandbox, freshly reset, with every vendor pointing at it. Needs the mark `real`."""
    point_at(settings, sandbox_process.url)
    sandbox_process.reset()
    return sandbox_process


@pytest.fixture
def work() -> Callable[..., int]:
    """Do what is due, as a worker would, until nothing is due (or `until()` holds), for at most `seconds`."""

    def until_done(until: Callable[[], bool] | None = None, seconds: float = 60.0) -> int:
        ends, count = time.monotonic() + seconds, 0
        while time.monotonic() < ends:
            count += commands.run_due()
            if until is None:
                if not commands.due(now=timezone.now()).exists():
                    return count
            elif until():
                return count
            elif not Command.objects.filter(status__in=["DUE", "CLAIMED"]).exists():
                break
            time.sleep(0.05)
        if until is not None and not until():
            raise AssertionError("The work did not come to the expected end.")
        return count

    return until_done
