"""Intake over the API: the path of the demo, problems as documents, roles and clinics."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from clinic import tokens
from clinic.models import Clinic, User
from core.models import Command
from intake.models import Appointment, CardScan, Coverage, Patient, Payer
from intake.services import cards
from intake.vendors.cardscan import wire
from tests.conftest import Cast
from tests.intake.cards import EMILY, answer, photo

BASE = "/api/v1"


class Api:
    """A client with a bearer token."""

    def __init__(self, user: User, clinic: Clinic) -> None:
        token = tokens.issue(user=user, clinic=clinic, name="test", by=None, now=timezone.now())
        self.client = Client(headers={"Authorization": f"Bearer {token}"})

    def __call__(self, method: str, path: str, body: Any = None, **options: Any) -> Any:
        data = {} if body is None else {"data": body, "content_type": "application/json"}
        return getattr(self.client, method.lower())(f"{BASE}{path}", **(data | options))


@pytest.fixture
def desk_api(cast: Cast) -> Api:
    return Api(cast.alice, cast.clinic_a)


@pytest.fixture
def other_api(cast: Cast) -> Api:
    return Api(cast.charlie, cast.clinic_b)


def send_photo(api: Api, code: str, side: str = "front", data: bytes | None = None) -> Any:
    upload = SimpleUploadedFile("card.jpg", data or photo(), "image/jpeg")
    return api.client.post(f"{BASE}/card-scans/{code}/images/", {"side": side, "file": upload})


def test_it_goes_from_patient_to_coverage(desk_api: Api, cast: Cast) -> None:
    patient = desk_api("POST", "/patients/", EMILY | {"spry_patient_id": 901}).json()
    visit = desk_api(
        "POST",
        "/appointments/",
        {"patient": patient["code"], "starts_at": "2026-11-23T09:20:00-06:00", "visit_type": "PHYSICAL_THERAPY"},
    ).json()
    assert (visit["service_type_code"], visit["date_of_service"]) == ("PT", "2026-11-23")

    card = desk_api("POST", "/card-scans/", {"patient": patient["code"]}).json()
    assert send_photo(desk_api, card["code"]).json()["sides"] == ["front"]
    assert send_photo(desk_api, card["code"], "back").json()["sides"] == ["back", "front"]
    started = desk_api("POST", f"/card-scans/{card['code']}/start/")
    assert (started.status_code, started.json()["status"]) == (202, "QUEUED")

    row = CardScan.objects.get()
    cards.receive_fields(row, wire.parse_card(answer()), now=timezone.now())
    read = desk_api("GET", f"/card-scans/{card['code']}/").json()
    assert read["status"] == "REVIEW"
    member = read["fields"]["member_number"]
    assert (member["value"], member["score"], member["reviewed"]) == ("128845682", 0.994, False)
    assert [name["value"] for name in read["fields"]["dependent_names"]] == ["Richard Dickinson", "Lavinia Dickinson"]
    assert "rx_group" not in read["fields"]

    early = desk_api("POST", f"/card-scans/{card['code']}/confirm/", {})
    assert early.status_code == 409 and "member_number" in early.json()["errors"]
    patch = {"fields": {"member_number": "128845682", "rx_group": "UHC"}, "accept": list(read["fields"])}
    reviewed = desk_api("PATCH", f"/card-scans/{card['code']}/fields/", patch | {"version": read["version"]}).json()
    assert all(field["reviewed"] for name, field in reviewed["fields"].items() if name != "dependent_names")

    done = desk_api("POST", f"/card-scans/{card['code']}/confirm/", {"relationship": "SELF"}).json()
    assert (done["status"], done["outcome"]) == ("CONFIRMED", "ADDED")
    made = done["coverage_made"]
    assert (made["member_id"], made["payer"]["edi_payer_id"], made["rx_group"]) == ("128845682", "87726", "UHC")
    assert desk_api("GET", f"/coverages/{made['code']}/").json() == made
    assert desk_api("GET", f"/coverages/?patient={patient['code']}").json() == [made]

    again = desk_api("POST", f"/card-scans/{card['code']}/confirm/", {})
    assert again.status_code == 409
    assert desk_api("POST", f"/card-scans/{card['code']}/undo/").json()["status"] == "REVIEW"
    assert desk_api("DELETE", f"/card-scans/{card['code']}/").status_code == 204


def test_it_takes_the_relationship_from_the_card_when_the_names_agree(desk_api: Api, checked: CardScan) -> None:
    done = desk_api("POST", f"/card-scans/{checked.code}/confirm/", {}).json()
    assert done["coverage_made"]["relationship"] == "SELF"


def test_it_asks_whose_card_it_is_when_they_do_not(desk_api: Api, checked: CardScan) -> None:
    Patient.objects.update(first_name="Walt", last_name="Whitman")
    response = desk_api("POST", f"/card-scans/{checked.code}/confirm/", {})
    assert response.status_code == 409 and "The card names Emily Dickinson" in response.json()["detail"]
    child = {
        "relationship": "CHILD",
        "subscriber_first_name": "Emily",
        "subscriber_last_name": "Dickinson",
        "subscriber_birth_date": "1955-12-10",
    }
    made = desk_api("POST", f"/card-scans/{checked.code}/confirm/", child).json()["coverage_made"]
    assert (made["subscriber_first_name"], made["subscriber_birth_date"]) == ("Emily", "1955-12-10")


@pytest.mark.parametrize("last_name", ["Dickinson Jr", "Dickinson III"])
def test_it_does_not_guess_between_people_who_share_a_name(desk_api: Api, checked: CardScan, last_name: str) -> None:
    Patient.objects.update(last_name=last_name)
    response = desk_api("POST", f"/card-scans/{checked.code}/confirm/", {})
    assert response.status_code == 409 and "relationship" in response.json()["errors"]
    assert desk_api("POST", f"/card-scans/{checked.code}/confirm/", {"relationship": "SELF"}).status_code == 200


def test_it_chooses_the_payer(desk_api: Api, card: CardScan) -> None:
    body = {"payer": {"edi_payer_id": "60054", "name": "Aetna"}, "version": card.version}
    shown = desk_api("PATCH", f"/card-scans/{card.code}/fields/", body).json()
    assert (shown["payer"]["edi_payer_id"], shown["payer_match"]) == ("60054", "PERSON")
    assert shown["fields"]["payer_name"]["reviewed"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"fields": {"shoe_size": "9"}}, 400),
        ({"accept": ["shoe_size"]}, 400),
        ({"fields": {"member_number": 128845682}}, 400),
        ({"fields": {"start_date": "soon"}}, 400),
        ({"fields": {"member_number": ["1"]}}, 400),
        ({"fields": {"dependent_names": ["Ann"] * 21}}, 400),
        ({"fields": {"dependent_names": [["Ann"]]}}, 400),
        ({"fields": {"member_number": "1" * 100_000}}, 400),
        ({"fields": {"member_number": "1\0"}}, 400),
        ({"fields": {"member_number": "\ud800"}}, 400),
        ({"accept": ["member_number"] * 101}, 400),
        ({"payer": {"name": "***"}}, 400),
        ({"fields": {"member_number": "1"}, "version": 1}, 409),
        ({"payer": {}}, 400),
        ({"fields": {"member_number": {"value": "7"}}}, 200),
        ({}, 200),
    ],
)
def test_it_answers_problems_as_documents(desk_api: Api, card: CardScan, body: dict[str, Any], status: int) -> None:
    response = desk_api("PATCH", f"/card-scans/{card.code}/fields/", body)
    assert response.status_code == status
    if status != 200:
        assert response["Content-Type"] == "application/problem+json" and response.json()["status"] == status


def test_it_refuses_a_photo_with_the_sentence_of_the_page(desk_api: Api, card: CardScan) -> None:
    code = desk_api("POST", "/card-scans/", {"patient": str(card.patient.code)}).json()["code"]
    response = send_photo(desk_api, code, data=b"text")
    assert response.status_code == 400 and "not a photo we can read" in response.json()["detail"]
    assert desk_api("POST", f"/card-scans/{code}/start/").status_code == 409
    assert send_photo(desk_api, str(card.code)).status_code == 409
    assert desk_api("POST", f"/card-scans/{code}/by-hand/").json()["status"] == "REVIEW"


def test_it_asks_before_it_registers_somebody_known(desk_api: Api, other_api: Api) -> None:
    code = other_api("POST", "/patients/", EMILY).json()["code"]
    asked = desk_api("POST", "/patients/", EMILY)
    assert asked.status_code == 409 and asked.json()["known_elsewhere"] is True and code not in asked.content.decode()
    linked = desk_api("POST", "/patients/", EMILY | {"if_known": "link"})
    assert (linked.status_code, linked.json()["code"]) == (201, code)
    assert desk_api("POST", "/patients/", EMILY).json()["patient"] == code
    assert desk_api("POST", "/patients/", EMILY | {"if_known": "register"}).status_code == 201
    assert Patient.objects.count() == 2


def test_it_searches_lists_and_changes_patients(desk_api: Api, other_api: Api, emily: Patient) -> None:
    assert [row["code"] for row in desk_api("POST", "/patients/search/", {"text": "dick"}).json()] == [str(emily.code)]
    assert other_api("POST", "/patients/search/", {"text": "dick"}).json() == []
    assert [row["code"] for row in desk_api("GET", "/patients/").json()["results"]] == [str(emily.code)]
    changed = desk_api("PATCH", f"/patients/{emily.code}/", {"phone": "217-555-0100", "version": 1})
    assert (changed.json()["phone"], changed.json()["first_name"]) == ("217-555-0100", "Emily")
    assert desk_api("PATCH", f"/patients/{emily.code}/", {"phone": "1", "version": 1}).status_code == 409
    assert desk_api("PATCH", f"/patients/{emily.code}/", {"birth_date": "2090-01-01"}).status_code == 400
    for wrong in ({"state": "Illinoisx"}, {"postal_code": "abc"}):
        assert desk_api("PATCH", f"/patients/{emily.code}/", wrong).status_code == 400
    moved = desk_api("PATCH", f"/patients/{emily.code}/", {"state": "il", "postal_code": "627011234"}).json()
    assert (moved["state"], moved["postal_code"]) == ("IL", "62701-1234")


def test_it_lists_the_day(desk_api: Api, emily: Patient, cast: Cast) -> None:
    body = {"patient": str(emily.code), "starts_at": "2026-11-23T23:30:00-06:00", "provider": str(cast.provider.code)}
    code = desk_api("POST", "/appointments/", body).json()["code"]
    assert [row["code"] for row in desk_api("GET", "/appointments/?day=2026-11-23").json()] == [code]
    assert desk_api("GET", "/appointments/?day=2026-11-24").json() == []
    assert desk_api("GET", f"/appointments/{code}/").json()["provider"] == str(cast.provider.code)
    assert desk_api("GET", "/appointments/?day=soon").status_code == 400
    assert Appointment.objects.count() == 1


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_it_knows_no_day_beyond_ten_years(desk_api: Api, emily: Patient, day: str) -> None:
    assert desk_api("GET", f"/appointments/?day={day}").json()["errors"]["day"] == [
        "A visit lies within ten years of today. Check the year."
    ]
    for moment in (f"{day}T09:00:00-06:00", f"{day}T23:59:59-06:00", f"{day}T00:00:00+06:00"):
        response = desk_api("POST", "/appointments/", {"patient": str(emily.code), "starts_at": moment})
        assert response.status_code == 400 and "starts_at" in response.json()["errors"]


def test_it_takes_a_list_only_where_a_card_prints_several(desk_api: Api, card: CardScan) -> None:
    names = ["Ann", {"value": "Bob"}]
    shown = desk_api("PATCH", f"/card-scans/{card.code}/fields/", {"fields": {"dependent_names": names}}).json()
    assert [name["value"] for name in shown["fields"]["dependent_names"]] == ["Ann", "Bob"]


def test_it_adds_a_coverage_and_asks_about_the_one_on_file(desk_api: Api, emily: Patient) -> None:
    body = {"patient": str(emily.code), "payer": {"name": "Aetna"}, "member_id": "W1"}
    first = desk_api("POST", "/coverages/", body)
    assert (first.status_code, first.json()["priority"], first.json()["subscriber_last_name"]) == (
        201,
        "PRIMARY",
        "Dickinson",
    )
    second = desk_api("POST", "/coverages/", body | {"member_id": "W2"})
    assert second.status_code == 409 and second.json()["coverages"] == [first.json()["code"]]
    replaced = desk_api("POST", "/coverages/", body | {"member_id": "W2", "on_file": "REPLACE"})
    assert replaced.json()["priority"] == "PRIMARY"
    assert Coverage.objects.get(code=first.json()["code"]).status == "REPLACED"
    pays = desk_api("POST", "/coverages/", {"patient": str(emily.code), "type": "SELF_PAY", "on_file": "SECONDARY"})
    assert (pays.json()["type"], pays.json()["payer"]) == ("SELF_PAY", None)


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"payer": None}, "payer"),
        ({"member_id": ""}, "member_id"),
        ({"relationship": "CHILD"}, "subscriber_birth_date"),
        ({"effective_date": "2026-02-01", "termination_date": "2026-01-01"}, "termination_date"),
        ({"effective_date": "2/1/2026"}, "effective_date"),
    ],
)
def test_it_names_the_field_that_is_wrong(desk_api: Api, emily: Patient, change: dict[str, Any], name: str) -> None:
    body = {"patient": str(emily.code), "payer": {"name": "Aetna"}, "member_id": "W1"} | change
    response = desk_api("POST", "/coverages/", body)
    assert response.status_code == 400 and name in response.json()["errors"]


def test_it_lists_payers(desk_api: Api) -> None:
    Payer.objects.create(name="Aetna", edi_payer_id="60054")
    Payer.objects.create(name="Cigna", edi_payer_id="62308")
    assert [row["name"] for row in desk_api("GET", "/payers/?q=aet").json()["results"]] == ["Aetna"]
    page = desk_api("GET", "/payers/?limit=1").json()
    assert len(page["results"]) == 1 and page["after"]


def test_another_clinic_finds_nothing(other_api: Api, checked: CardScan, emily: Patient) -> None:
    paths = [
        ("GET", f"/patients/{emily.code}/"),
        ("PATCH", f"/patients/{emily.code}/"),
        ("GET", f"/card-scans/{checked.code}/"),
        ("DELETE", f"/card-scans/{checked.code}/"),
        ("POST", f"/card-scans/{checked.code}/start/"),
        ("POST", f"/card-scans/{checked.code}/confirm/"),
        ("POST", f"/card-scans/{checked.code}/undo/"),
        ("POST", f"/card-scans/{checked.code}/by-hand/"),
        ("PATCH", f"/card-scans/{checked.code}/fields/"),
        ("GET", f"/coverages/?patient={emily.code}"),
    ]
    assert [other_api(method, path, {} if method != "GET" else None).status_code for method, path in paths] == [
        404
    ] * 10
    assert send_photo(other_api, str(checked.code)).status_code == 404
    assert other_api("POST", "/card-scans/", {"patient": str(emily.code)}).status_code == 404


def test_billing_reads_and_does_not_write(cast: Cast, checked: CardScan) -> None:
    billing = Api(cast.bo, cast.clinic_a)
    assert billing("GET", f"/card-scans/{checked.code}/").status_code == 200
    assert billing("POST", "/patients/search/", {"text": "emily"}).json()
    for method, path in (
        ("POST", "/patients/"),
        ("PATCH", f"/patients/{checked.patient.code}/"),
        ("POST", "/card-scans/"),
        ("DELETE", f"/card-scans/{checked.code}/"),
        ("POST", f"/card-scans/{checked.code}/confirm/"),
        ("POST", "/coverages/"),
        ("POST", "/appointments/"),
    ):
        assert billing(method, path, {}).status_code == 403


def test_nobody_gets_in_without_a_token(checked: CardScan) -> None:
    assert Client().get(f"{BASE}/card-scans/{checked.code}/").status_code == 401


def test_a_repeated_post_starts_one_reading(desk_api: Api, emily: Patient) -> None:
    headers = {"Idempotency-Key": "begin-1"}
    body = {"patient": str(emily.code)}
    codes = {desk_api("POST", "/card-scans/", body, headers=headers).json()["code"] for _ in range(3)}
    assert len(codes) == 1 and CardScan.objects.count() == 1 and not Command.objects.exists()
