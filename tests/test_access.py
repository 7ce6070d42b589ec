"""Role × URL: another clinic's row is 404, another role's page is 403, nobody signed in sees anything.

The table (tests/access_table.py) names every URL; one that is missing from it fails the first test.
"""

import uuid
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from clinic import tokens
from clinic.models import ApiToken, Membership, Role
from core import uploads, vendors
from core.models import Command
from core.tables import Row, Table
from eligibility.models import PayerCorrection
from intake.models import LoosePhoto, Payer, PayerMerge, Rekey, TwoPeople
from intake.services import cards, duplicates, loose, merging, patients, payer_directory
from payments.models import PaymentAccount
from payments.reading import read_payments
from payments.services import drafts
from tests.access_table import ADMIN, BILLING, DESK, OPEN, PAGES, ROW, SHARED, WHO
from tests.conftest import Cast
from tests.eligibility import make
from tests.intake.cards import photo, value_of
from tests.payments_data import dumps, make_batch


def patterns(found: list[Any] | None = None) -> Iterator[URLPattern]:
    """Yield every pattern of the program's own."""
    for pattern in get_resolver().url_patterns if found is None else found:
        if not isinstance(pattern, URLResolver):
            yield pattern
        elif str(pattern.pattern) != "accounts/":
            yield from patterns(pattern.url_patterns)


NAMES = sorted(str(pattern.name) for pattern in patterns())
API = [name for name in NAMES if name.startswith("api-") and name not in OPEN]


def leads_to_a_row(name: str) -> bool:
    """Whether the URL needs the code of a row."""
    try:
        reverse(name)
    except NoReverseMatch:
        return True
    return False


ROW_PAGES = [name for name in PAGES if leads_to_a_row(name)]
ROW_API = [name for name in API if leads_to_a_row(name)]


@pytest.fixture
def rows(cast: Cast, settings: Any, tmp_path: Any, monkeypatch: Any) -> dict[str, dict[str, Any]]:
    """Return, by the first word of a URL name, the arguments that lead to a row of clinic A."""
    settings.MEDIA_ROOT = tmp_path
    monkeypatch.setattr(vendors, "_checks", {})  # no network here: the page that tries the keys finds none to try
    clinic = cast.clinic_a
    patient = patients.register_patient(
        clinic=clinic, by=cast.alice, first_name="Emily", last_name="Brontefield", birth_date=date(1986, 3, 15)
    )
    coverage = make.coverage(clinic)
    check = make.asked(clinic, coverage, cast.alice)
    tokens.issue(user=cast.alice, clinic=clinic, name="t", by=cast.ana, now=timezone.now())
    table = Table(["Patient", "DOB", "Date and time"], [Row(2, ["Emily Brontefield", "", ""])])
    coded: dict[str, Any] = {
        "patient": patient,
        "appointment": make.visit(clinic, patient),
        "card": cards.new_card(patient=patient, clinic=clinic, by=cast.alice),
        "coverage": coverage,
        "payer": coverage.payer,
        "check": check,
        "capture": make.finished(clinic, coverage, cast.alice),
        "command": Command.objects.filter(clinic_pk=clinic.pk).first(),
        "provider": cast.provider,
        "token": ApiToken.objects.get(),
        "schedule": uploads.keep(table, purpose="intake.schedule", clinic_pk=clinic.pk, by=cast.alice),
        "loose": loose.add_photo(photo(), clinic=clinic, by=cast.alice, lot=uuid.uuid4(), place=0),
    }
    coded["rekey"] = Rekey.objects.create(outcome=value_of(coded["card"]), clinic=clinic, first_by=cast.bo)
    LoosePhoto.objects.update(pile=coded["loose"].code)  # the photo and its card have one name here
    account = PaymentAccount.objects.create(
        organization=cast.organization, name="Claims", short_code="ACCT1", sub_account_short_code="SUBACCT1"
    )
    given = read_payments(dumps({"payments": make_batch(1).payments}))
    batch = drafts.create_batch(clinic=clinic, account=account, given=given, by=cast.bo, now=timezone.now())
    coded |= {"batch": batch, "account": account}
    found: dict[str, dict[str, Any]] = {word: {"code": row.code} for word, row in coded.items()}
    found["payment"] = {"code": batch.code, "payment_code": batch.payments.get().code}
    found["person"] = {"pk": Membership.objects.get(user=cast.alice).pk}
    correction = PayerCorrection.objects.create(eligibility_check=check, path="subscriber.last_name")
    found |= of_two_records(patient, cast)
    twin = Payer.objects.create(name="Aetna of Elsewhere")
    payer_directory.merge_payers(twin, coverage.payer, by=cast.ana, version=twin.version)
    found["payer_merge"] = {"code": coverage.payer.code, "merge": PayerMerge.objects.get().code}
    found["correction"] = {"code": check.code, "correction": correction.code}
    return found


def of_two_records(patient: Any, cast: Cast) -> dict[str, dict[str, Any]]:
    """Return the arguments of a pair of records, of a merge, and of two people."""
    other, gone = (
        patients.register_patient(
            clinic=cast.clinic_a, by=cast.alice, first_name="E", last_name=last, birth_date=date(1986, 3, 15)
        )
        for last in ("Brontefields", "Brontefieldt")
    )
    chosen: dict[str, Any] = {"versions": (patient.version, gone.version), "taken": (), "now": timezone.now()}
    merge = merging.merge(patient, gone, clinic=cast.clinic_a, by=cast.alice, **chosen)
    duplicates.tell_apart(patient, other, clinic=cast.clinic_a, by=cast.alice, now=timezone.now())
    return {
        "pair": {"code": patient.code, "other": other.code},
        "merge": {"code": patient.code, "merge_code": merge.code},
        "two": {"code": TwoPeople.objects.get().code},
    }


def url_of(name: str, rows: dict[str, dict[str, Any]]) -> str:
    """Return the URL, of a row of clinic A where it leads to one."""
    if not leads_to_a_row(name):
        return reverse(name)
    word = ROW.get(name) or name.removeprefix("api-").split("-")[0]
    word = "batch" if name.startswith("api-payment-batch") else word
    extra = {"side": "front"} if name.startswith("card-photo") else {}
    return reverse(name, kwargs={**rows[word], **extra})


def as_page(cast: Cast, who: str) -> Client:
    """Return the browser of one of the cast."""
    client = Client()
    client.force_login(getattr(cast, who))
    return client


def as_program(cast: Cast, who: str) -> dict[str, str]:
    """Return the headers of a token of one of the cast."""
    user = getattr(cast, who)
    clinic = Membership.objects.get(user=user).clinic
    token = tokens.issue(user=user, clinic=clinic, name="t", by=None, now=timezone.now())
    return {"Authorization": f"Bearer {token}"}


def both(client: Client, url: str, **headers: Any) -> list[HttpResponse]:
    """Return the answers to a GET and to an empty POST, a method that the URL does not know left out."""
    answers = [client.get(url, **headers), client.post(url, {}, **headers)]
    return [answer for answer in answers if answer.status_code != 405]


def test_the_table_names_every_url():
    assert set(NAMES) == set(PAGES) | set(API) | (OPEN & set(NAMES))


@pytest.mark.parametrize("name", [name for name in ROW_PAGES if name not in SHARED or DESK not in PAGES[name]])
def test_another_clinics_row_is_404(cast: Cast, rows: dict[str, Any], name: str):
    """Charlie works at clinic B's front desk; a page of another role refuses him before it looks for the row."""
    answers = both(as_page(cast, "charlie"), url_of(name, rows))
    assert answers, "the URL takes neither GET nor POST"
    expected = 404 if DESK in PAGES[name] else 403
    assert [answer.status_code for answer in answers] == [expected] * len(answers)


@pytest.mark.parametrize("name", [name for name in ROW_PAGES if DESK not in PAGES[name] and name not in SHARED])
def test_another_clinics_row_is_404_for_the_right_role_too(cast: Cast, rows: dict[str, Any], name: str):
    Membership.objects.filter(user=cast.charlie).update(role=min(PAGES[name]))
    answers = both(as_page(cast, "charlie"), url_of(name, rows))
    assert {answer.status_code for answer in answers} == {404}


@pytest.mark.parametrize("name", ROW_API)
def test_another_clinics_row_is_404_over_the_api(cast: Cast, rows: dict[str, Any], name: str, client: Client):
    if "payment" in name:
        Membership.objects.filter(user=cast.charlie).update(role=BILLING)
    url, headers = url_of(name, rows), {"headers": as_program(cast, "charlie")}
    answers = [client.get(url, **headers), client.post(url, {}, content_type="application/json", **headers)]
    answers += [client.patch(url, {}, content_type="application/json", **headers), client.delete(url, **headers)]
    asked = [answer.status_code for answer in answers if answer.status_code != 405]
    assert asked
    assert set(asked) <= {404, 403}
    assert 404 in asked


@pytest.mark.parametrize("role", [DESK, BILLING, ADMIN])
@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_for_its_roles(cast: Cast, rows: dict[str, Any], name: str, role: Role):
    answers = both(as_page(cast, WHO[role]), url_of(name, rows))
    refused = [answer.status_code == 403 for answer in answers]
    if role in PAGES[name]:
        assert not all(refused), "a role that may is refused"
        assert all(answer.status_code < 500 for answer in answers)
    else:
        assert all(refused), [answer.status_code for answer in answers]


@pytest.mark.parametrize("name", PAGES)
def test_nobody_signed_in_sees_no_page(rows: dict[str, Any], client: Client, name: str):
    for answer in both(client, url_of(name, rows)):
        assert answer.status_code == 302
        assert answer["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize("name", API)
def test_nobody_without_a_token_sees_the_api(rows: dict[str, Any], client: Client, cast: Cast, name: str):
    client.force_login(cast.alice)  # a session is not a token
    for answer in both(client, url_of(name, rows)):
        assert answer.status_code == 401


@pytest.mark.parametrize("name", [name for name in PAGES if not leads_to_a_row(name)])
def test_lists_show_nothing_of_another_clinic(cast: Cast, rows: dict[str, Any], name: str):
    for answer in both(as_page(cast, "charlie"), url_of(name, rows)):
        assert b"Brontefield" not in answer.content
        assert b"Jane" not in answer.content


@pytest.mark.parametrize("name", [name for name in API if not leads_to_a_row(name)])
def test_lists_of_the_api_show_nothing_of_another_clinic(cast: Cast, rows: dict[str, Any], name: str, client: Client):
    answer = client.get(url_of(name, rows), headers=as_program(cast, "charlie"))
    assert b"Brontefield" not in answer.content
    assert b"Jane" not in answer.content


def test_the_last_method_is_checked_too(cast: Cast, rows: dict[str, Any]):
    """A page must not leak through a method that its other tests leave out."""
    for name in set(ROW_PAGES) - SHARED:
        for method in ("put", "patch", "delete"):
            answer = getattr(as_page(cast, "charlie"), method)(url_of(name, rows))
            assert answer.status_code in {403, 404, 405}, name
