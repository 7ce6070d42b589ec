"""Finding patients among a million on PostgreSQL: the whole request against the bare SQL of a search.

The server is a private one (tests/with_postgres.py). Both sides are measured in turn, request by request. The request
is what the desk's search box sends at a letter typed, with the token of its form. It goes through Django's handler with
every middleware but those that load session, user and clinic; somebody signed in is put in their place, since what
signing in costs is no part of a search. It ends with the page's part as HTML and the line of the audit trail written.
The bare SQL is that of three letters, the search's own statements sent again over the same connection; the bare SQL of
the other kinds is named beside them. What is hit by somebody else's work on the machine is measured again, on both
sides (bench/measure.py): the more so the longer it takes, so that the ratio is better judged on a quiet machine.
"""

import statistics
import sys
from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Any
from urllib.parse import urlencode

from bench import on_postgres
from bench.measure import Figure, Undisturbed, seconds, side_by_side

SAMPLES, ROUNDS, WARM, DEPTH = 400, 5, 10, 15_000
LETTERS = "three letters"
_SIGN_IN = ("SessionMiddleware", "AuthenticationMiddleware", "AccountMiddleware", "MessageMiddleware", "CurrentClinic")


def run() -> list[Figure]:
    """Return for each kind of search the request's p95 over its bare SQL's p50, and a deep page over the first."""
    return on_postgres.figures("bench.finding:among_a_million", what="Finding among a million patients")


# ---- in a process of its own, with PostgreSQL as its database -------------------------------------------------------


def among_a_million() -> list[Figure]:
    """Fill the database and measure."""
    from bench import million

    took = seconds(million.fill)
    sys.stderr.write(f"{million.PATIENTS:,} patients written in {took:.0f} s\n")
    return measure()


def measure() -> list[Figure]:
    """Return the figures of a filled database."""
    desk = Desk()
    kinds = {kind: list(texts) for kind, texts in _kinds().items()}
    letters = [desk.statements(text) for text in kinds[LETTERS]]
    return [*(_figure(desk, kind, texts, letters) for kind, texts in kinds.items()), _deep(desk)]


def _kinds() -> dict[str, Iterator[str]]:
    """Return what is typed, by kind; every text once."""
    from bench import million

    family, given = million.family_names(), million.given_names()
    known = [million.number_of(number) for number in million.known()]
    return {
        "last, fi": (f"{family[n]}, {given[n % 40][:2]}" for n in range(SAMPLES)),
        LETTERS: (f"{family[n * 10][:3]}" for n in range(SAMPLES)),
        "member ID": (member for _, member in known[:SAMPLES]),
        "phone": (f"({phone[:3]}) {phone[3:6]}-{phone[6:]}" for phone, _ in known[:SAMPLES]),
        "birth date": (f"{1 + n % 12}/{1 + n % 28}/{1935 + n % 80}" for n in range(SAMPLES)),
    }


class SignedIn:
    """Stands where session, user and clinic are loaded: somebody of the front desk is signed in already."""

    user: Any = None
    clinic: Any = None

    def __init__(self, get_response: Callable[[Any], Any]) -> None:
        """Keep what comes next."""
        self.get_response = get_response

    def __call__(self, request: Any) -> Any:
        """Hand the user on, with an empty session."""
        from django.contrib.messages.storage.cookie import CookieStorage

        request.user, request.session, request._messages = self.user, {}, CookieStorage(request)
        request.clinic, request.role, request.memberships, request.api_token = self.clinic, "FRONT_DESK", [], None
        return self.get_response(request)


class Desk:
    """Asks as the front desk's page does, through Django's handler."""

    def __init__(self) -> None:
        """Load the middleware with somebody signed in."""
        from django.conf import settings
        from django.core.handlers.base import BaseHandler
        from django.db import connection
        from django.middleware.csrf import get_token
        from django.test import RequestFactory
        from django.test.utils import override_settings

        from clinic.models import Clinic, User
        from core import garbage

        self.clinic = SignedIn.clinic = Clinic.objects.select_related("organization").get()
        SignedIn.user = User.objects.get()
        names = [name for name in settings.MIDDLEWARE if not name.endswith(_SIGN_IN)]
        names.insert(names.index("django.middleware.common.CommonMiddleware"), "bench.finding.SignedIn")
        connection.ensure_connection()
        self.measured = Undisturbed(connection.connection.info.backend_pid).seconds
        self.handler, self.factory = BaseHandler(), RequestFactory(SERVER_NAME="localhost")
        with override_settings(MIDDLEWARE=names):
            self.handler.load_middleware()
        garbage.leave_the_program_alone()  # as the web server does (core/wsgi.py)
        page = self.factory.get("/patients/")
        self.token = get_token(page)
        cookie = f"csrftoken={page.META['CSRF_COOKIE']}"
        self.headers = {"HX-Request": "true", "X-CSRFToken": self.token, "Cookie": cookie}

    def asking(self, text: str) -> Callable[[], bytes]:
        """Return the search as htmx sends it at a letter typed: the form, the token of the page, and the cookie of it.

        What the browser does is done here; what is returned goes through the handler and ends with the page's part.
        """
        body = urlencode({"csrfmiddlewaretoken": self.token, "q": text})
        form = "application/x-www-form-urlencoded"
        request = self.factory.post("/patients/", body, form, headers=self.headers)
        sent = body.encode()
        return lambda: self._answer(type(request)({**request.environ, "wsgi.input": BytesIO(sent)}))

    def find(self, text: str) -> bytes:
        """Return the page's part with whom a text finds."""
        return self.asking(text)()

    def open_list(self, after: str) -> bytes:
        """Return the part of the page with the list by name, from the first or after the patient of a code."""
        asked = {"after": after} if after else {}
        return self._answer(self.factory.get("/patients/", asked, headers=self.headers))

    def statements(self, text: str) -> list[str]:
        """Return the bare SQL of a search."""
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        from intake.services.finding import find_patients

        with CaptureQueriesContext(connection) as captured:
            find_patients(self.clinic, text, today=self.clinic.today())
        return [query["sql"] for query in captured.captured_queries]

    def _answer(self, request: Any) -> bytes:
        response = self.handler.get_response(request)
        assert response.status_code == 200, response.status_code
        return bytes(response.content)


def _figure(desk: "Desk", kind: str, texts: list[str], letters: list[list[str]]) -> Figure:
    """Measure the request, its own bare SQL and that of three letters in turn, text by text; the median of rounds."""
    _same_as_plain(desk, kind, texts)
    for text in texts[:WARM]:
        desk.find(text)
    rounds = [_round(desk, texts[n::ROUNDS], letters[n::ROUNDS]) for n in range(ROUNDS)]
    ratios = sorted(p95 / bare for p95, _, bare, _ in rounds)
    p95, middle, bare, own = (statistics.median(column) * 1000 for column in zip(*rounds, strict=True))
    spread = f"rounds {ratios[0]:.1f} to {ratios[-1]:.1f}"
    note = f"p95 {p95:.1f} ms, median {middle:.1f}; bare {bare:.2f}, its own {own:.2f}; {spread}"
    return Figure(f"a million patients, {kind}: request p95 / bare SQL p50", statistics.median(ratios), 5.0, note=note)


def _round(desk: "Desk", texts: list[str], letters: list[list[str]]) -> tuple[float, float, float, float]:
    """Return p95 and median of the request, the median of the bare SQL of three letters, and of the text's own."""
    whole, own, bare = [], [], []
    for text, three in zip(texts, letters, strict=True):
        statements = desk.statements(text)
        bare.append(desk.measured(lambda three=three: _send(three)))
        own.append(desk.measured(lambda statements=statements: _send(statements)))
        whole.append(desk.measured(desk.asking(text)))
    p95 = statistics.quantiles(whole, n=20)[-1]
    return p95, statistics.median(whole), statistics.median(bare), statistics.median(own)


def _send(statements: list[str]) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
            cursor.fetchall()


_PLAIN = {
    "last, fi": "lower(last_name) LIKE %s AND lower(first_name) LIKE %s",
    LETTERS: "lower(last_name) LIKE %s",
    "birth date": "to_char(birth_date, 'FMMM/FMDD/YYYY') = %s",
}


def _same_as_plain(desk: Desk, kind: str, texts: list[str]) -> None:
    """Hold two searches against the plain query that reads the whole table, or the known holder of a number."""
    from bench import million
    from intake.services.finding import MOST_FOUND, find_patients

    for place in (0, len(texts) // 2):
        text = texts[place]
        found = [one.patient.pk for one in find_patients(desk.clinic, text, today=desk.clinic.today()).found]
        if kind not in _PLAIN:
            assert found == [million.known()[place]], (kind, place)
            continue
        values = [text] if kind == "birth date" else [f"{part}%" for part in text.split(", ")]
        order = "last_name, first_name, id" if kind == "birth date" else "lower(last_name), lower(first_name), id"
        assert found == _plainly(_PLAIN[kind], values, order, MOST_FOUND), (kind, place)


def _plainly(where: str, values: list[str], order: str, most: int) -> list[int]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id FROM intake_patient WHERE {where} ORDER BY {order} LIMIT {most}", values)
        return [pk for (pk,) in cursor.fetchall()]


def _deep(desk: Desk) -> Figure:
    from intake.models import PatientName

    listed = PatientName.objects.filter(clinic=desk.clinic, is_last_name=True).order_by("word", "rest", "patient_id")
    edge = str(listed.values_list("patient__code", flat=True)[DEPTH])
    assert desk.open_list(edge) != desk.open_list("")
    deep, first = side_by_side(lambda: desk.open_list(edge), lambda: desk.open_list(""), 60, desk.measured)
    note = f"{deep * 1000:.1f} ms against {first * 1000:.1f} ms"
    return Figure(f"list of a million patients: page at {DEPTH:,} / page 1", deep / first, 1.3, note=note)
