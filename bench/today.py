"""Today with 200 rows: the whole request against its bare SQL, its number of queries, and what asking for news costs.

"Its SQL" are the statements that the page issues, run through a cursor in the same process and in turn with the
request, on SQLite and on a private PostgreSQL. The limit of 8 is meant for PostgreSQL; a statement of SQLite costs
next to nothing, since nobody else is asked, so the same page is a larger multiple of it.
"""

from datetime import timedelta
from unittest import mock

from django.core.cache import cache
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from bench import on_postgres
from bench.measure import Figure, seconds, side_by_side
from clinic.models import Clinic, Provider, User
from intake.models import Appointment, Patient, Payer
from intake.services.coverage import Placing, add_coverage
from intake.stamps import fresh_stamp

ROWS, FEW = 200, 20
MOST = {"postgresql": 8.0, "sqlite": 30.0}
DESKS, EVERY = 50, 4.0


def _fill(clinic: Clinic, rows: int) -> None:
    """Bring the clinic's day to this many visits: two in three with a coverage, some here, each with a provider."""
    start = timezone.now().astimezone(clinic.zone).replace(hour=7, minute=0, second=0, microsecond=0)
    provider, payer = Provider.objects.get(), Payer.objects.filter(edi_payer_id="60054").get()
    for number in range(Appointment.objects.filter(clinic=clinic, starts_at__lt=_tomorrow(clinic)).count(), rows):
        patient = Patient.objects.create(
            organization=clinic.organization,
            first_name=f"Given{number}",
            last_name=f"Family{number}",
            birth_date="1980-01-01",
        )
        patient.clinics.add(clinic)
        if number % 3:
            values = {"payer": payer, "member_id": f"W{number}", "placing": Placing(), "today": clinic.today()}
            add_coverage(patient=patient, clinic=clinic, by=None, **values)
        status = "ARRIVED" if number % 7 == 0 else "SCHEDULED"
        at = {"starts_at": start + timedelta(minutes=4 * number), "provider": provider, "status": status}
        Appointment.objects.create(clinic=clinic, patient=patient, arrived_at=start, **at)


def _tomorrow(clinic: Clinic):
    return timezone.now().astimezone(clinic.zone).replace(hour=0, minute=0) + timedelta(days=1)


def _client(clinic: Clinic) -> Client:
    client = Client(SERVER_NAME="localhost")
    client.force_login(User.objects.get(email="frontdesk@demo.test"))
    return client


def run() -> list[Figure]:
    """Return the figures of Today on this installation's database, and on PostgreSQL."""
    here = measure()
    return (
        here if connection.vendor == "postgresql" else here + on_postgres.figures("bench.today:measure", what="Today")
    )


def measure() -> list[Figure]:
    """Return whole request / bare SQL for 200 rows, the queries beyond those of 20 rows, and what 50 desks ask."""
    with mock.patch("django.conf.settings.DEMO", True):
        call_command("prepare")
        clinic = Clinic.objects.get()
        client, url = _client(clinic), reverse("today")
        client.get(url)
        _fill(clinic, FEW)
        few = _queries(client, url)
        _fill(clinic, ROWS)
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("ANALYZE")
        many = _queries(client, url)
        whole, bare = side_by_side(lambda: client.get(url), lambda: _replay([q["sql"] for q in many]), 25)
        asking = _asking(client, clinic, url)
    note = f"{whole * 1000:.1f} ms against {bare * 1000:.1f} ms in {len(many)} queries"
    load = f"{asking * 1000:.1f} ms each, {DESKS} desks asking every {EVERY:.0f} s"
    what = {"postgresql": "Today on PostgreSQL", "sqlite": "Today on SQLite"}[connection.vendor]
    return [
        Figure(f"{what}, {ROWS} rows: request / its bare SQL", whole / bare, MOST[connection.vendor], note=note),
        Figure(f"{what}: queries of {ROWS} rows less those of {FEW}", len(many) - len(few), 0, unit="queries"),
        Figure(f"{what}: of one processor, for desks that ask for news", asking * DESKS / EVERY * 100, 25, "%", load),
    ]


def _asking(client: Client, clinic: Clinic, url: str) -> float:
    """Return the mean seconds of asking for news when there are none; all desks share a count for a second."""
    stamp = fresh_stamp(clinic, clinic.today())

    def asked() -> None:
        cache.clear()
        for _ in range(round(DESKS / EVERY)):
            assert client.get(url, {"stamp": stamp}, headers={"HX-Request": "true"}).status_code == 204

    return min(seconds(asked) for _ in range(5)) / round(DESKS / EVERY)


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
