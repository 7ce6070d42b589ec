"""Today with 50 rows, against its bare SQL, on PostgreSQL or SQLite, and its number of queries."""

from datetime import timedelta
from unittest import mock

from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from bench.measure import Figure, side_by_side
from clinic.models import Clinic, User
from intake.models import Appointment, Patient


def _fill(clinic: Clinic, rows: int) -> None:
    start = timezone.now().astimezone(clinic.zone).replace(hour=7, minute=0, second=0, microsecond=0)
    have = Appointment.objects.filter(clinic=clinic).count()
    for number in range(have, rows):
        patient = Patient.objects.create(
            organization=clinic.organization,
            first_name=f"Given{number}",
            last_name=f"Family{number}",
            birth_date="1980-01-01",
        )
        patient.clinics.add(clinic)
        Appointment.objects.create(clinic=clinic, patient=patient, starts_at=start + timedelta(minutes=10 * number))


def _client(clinic: Clinic) -> Client:
    client = Client(SERVER_NAME="localhost")
    client.force_login(User.objects.get(email="frontdesk@demo.test"))
    return client


def run() -> list[Figure]:
    """Return whole request / bare SQL for 50 rows, and the queries that 50 rows need beyond those of 10."""
    with mock.patch("django.conf.settings.DEMO", True):
        call_command("prepare")
        clinic = Clinic.objects.get()
        client, url = _client(clinic), reverse("today")
        client.get(url)
        _fill(clinic, 12)
        few = _queries(client, url)
        _fill(clinic, 50)
        many = _queries(client, url)
        statements = [(q["sql"]) for q in many]
        whole, bare = side_by_side(lambda: client.get(url), lambda: _replay(statements), 15)
    note = f"{whole * 1000:.1f} ms against {bare * 1000:.1f} ms in {len(many)} queries"
    return [
        Figure("Today, 50 rows: request / its bare SQL", whole / bare, 100.0, note=note),
        Figure("Today: queries of 50 rows less those of 12", len(many) - len(few), 0, unit="queries"),
    ]


def _queries(client: Client, url: str) -> list[dict[str, str]]:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return captured.captured_queries


def _replay(statements: list[str]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            if statement.startswith("SELECT"):
                cursor.execute(statement)
                cursor.fetchall()
