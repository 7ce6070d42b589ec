"""Who may open and press what: another clinic sees 404, billing and admins read, the front desk writes."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse

from intake.models import Appointment, CardScan, Coverage
from intake.services import appointments, review
from intake.services.coverage import Placing
from intake.urls import appointment_urls, card_urls, coverage_urls, patient_urls
from tests.conftest import Cast

from django.utils import timezone  # isort: skip

READS = {
    "patient-detail": 200,
    "patient-alike": 200,
    "patient-timeline": 200,
    "patient-as-of": 200,
    "card-review": 200,
    "coverage-detail": 200,
    "card-photo": 404,
    "appointment-detail": 200,
    "paying-order": 200,
    "card-flags": 200,
}
WRITES_GET = [
    "patient-edit",
    "patient-same",
    "coverage-new",
    "coverage-self-pay",
    "injury-new",
    "appointment-new",
    "card-move",
    "coverage-edit",
    "coverage-remove",
]
WRITES_POST = [
    "card-new",
    "card-start",
    "card-photo-use",
    "card-same",
    "card-phone",
    "card-phone-end",
    "card-vendor-link",
    "card-vendor-link-end",
    "card-agreeing",
    "card-by-hand",
    "card-again",
    "card-earlier",
    "card-photo-turn",
    "card-photo-turn-back",
    "card-swap",
    "card-flag",
    "card-delete",
    "card-field",
    "card-payer",
    "card-confirm",
    "card-undo",
    "coverage-printed",
    "coverage-visits",
    "coverage-first",
    "appointment-injury",
    "appointment-move",
    "appointment-reschedule",
]


@pytest.fixture
def codes(cast: Cast, checked: CardScan) -> dict[str, str]:
    """One of everything in clinic A."""
    made = review.confirm_card(
        checked,
        by=cast.alice,
        version=None,
        subscriber=review.Subscriber("SELF"),
        placing=Placing(),
        now=timezone.now(),
    )
    visit = appointments.add_appointment(
        clinic=cast.clinic_a,
        patient=checked.patient,
        by=cast.alice,
        starts_at=datetime(2026, 11, 23, 9, 0, tzinfo=ZoneInfo("America/Chicago")),
    )
    assert made
    return {
        "patient": str(checked.patient.code),
        "card": str(checked.code),
        "coverage": str(made.code),
        "appointment": str(visit.code),
    }


def url(name: str, codes: dict[str, str]) -> str:
    kind = "patient" if name in {pattern.name for pattern in patient_urls} else name.split("-")[0]
    args = [codes[kind], "front"] if name.startswith("card-photo") else [codes[kind]]
    return reverse(name, args=args)


def signed_in(user: object) -> Client:
    client = Client()
    client.force_login(user)  # type: ignore[arg-type]
    return client


def test_every_page_with_a_code_is_listed_here() -> None:
    with_code = {pattern.name for pattern in [*patient_urls, *card_urls, *coverage_urls, *appointment_urls]}
    elsewhere = {"card-capture", "card-status", "card-phone-status", "card-vendor-link-status", "card-also"}
    # the pages about two records: tests/intake/test_merge_pages.py, and tests/test_access.py for all
    elsewhere |= {"patient-merge", "patient-two-people", "patient-unmerge"}
    elsewhere |= {"patient-hold"}
    assert with_code - elsewhere == set(READS) | set(WRITES_GET) | set(WRITES_POST)


@pytest.mark.parametrize("name", [*READS, "card-capture", "card-status", *WRITES_GET])
def test_another_clinic_finds_nothing(name: str, codes: dict[str, str], cast: Cast) -> None:
    assert signed_in(cast.charlie).get(url(name, codes)).status_code == 404


@pytest.mark.parametrize("name", WRITES_POST)
def test_another_clinic_changes_nothing(name: str, codes: dict[str, str], cast: Cast) -> None:
    before = (CardScan.objects.get().version, Coverage.objects.get().status, Appointment.objects.get().status)
    assert signed_in(cast.charlie).post(url(name, codes), {"to": "ARRIVED"}).status_code == 404
    assert before == (CardScan.objects.get().version, Coverage.objects.get().status, Appointment.objects.get().status)


@pytest.mark.parametrize("name", READS)
@pytest.mark.parametrize("who", ["bo", "ana", "alice"])
def test_all_roles_of_the_clinic_read(name: str, who: str, codes: dict[str, str], cast: Cast) -> None:
    assert signed_in(getattr(cast, who)).get(url(name, codes)).status_code == READS[name]


@pytest.mark.parametrize("name", WRITES_GET)
@pytest.mark.parametrize("who", ["bo", "ana"])
def test_the_front_desk_alone_opens_forms(name: str, who: str, codes: dict[str, str], cast: Cast) -> None:
    assert signed_in(getattr(cast, who)).get(url(name, codes)).status_code == 403
    assert signed_in(cast.alice).get(url(name, codes)).status_code == 200


@pytest.mark.parametrize("name", WRITES_POST)
@pytest.mark.parametrize("who", ["bo", "ana"])
def test_the_front_desk_alone_presses_buttons(name: str, who: str, codes: dict[str, str], cast: Cast) -> None:
    assert signed_in(getattr(cast, who)).post(url(name, codes)).status_code == 403
    assert signed_in(cast.alice).get(url(name, codes)).status_code == 405


@pytest.mark.parametrize("name", [*READS, *WRITES_GET])
def test_nobody_reads_without_signing_in(name: str, codes: dict[str, str]) -> None:
    response = Client().get(url(name, codes))
    assert response.status_code == 302 and "/accounts/login/" in response.url


@pytest.mark.parametrize("path", ["/", "/patients/"])
def test_all_roles_see_the_lists(path: str, cast: Cast) -> None:
    for user in (cast.alice, cast.bo, cast.ana):
        assert signed_in(user).get(path).status_code == 200
