"""What every API endpoint shares: keyed POSTs, problem documents, exact numbers, pages of rows."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from clinic import tokens
from clinic.models import ApiToken
from core.models import KeptAnswer
from intake.models import Patient

URL = "/api/v1/patients/"
EMILY = {"first_name": "Emily", "last_name": "Dickinson", "birth_date": "1986-03-15"}


@pytest.fixture
def post(client, cast):
    token = tokens.issue(user=cast.alice, clinic=cast.clinic_a, name="t", by=cast.ana, now=timezone.now())

    def post(body=EMILY, key="", url=URL, with_token=token):
        headers = {"Authorization": f"Bearer {with_token}"} | ({"Idempotency-Key": key} if key else {})
        data = body if isinstance(body, bytes) else json.dumps(body)
        return client.post(url, data, content_type="application/json", headers=headers)

    return post


def problem(response, status):
    assert response.status_code == status
    assert response["Content-Type"].startswith("application/problem+json")
    return response.json()


def test_a_keyed_post_is_done_once_and_answered_alike(post):
    first, again = post(key="abc"), post(key="abc")
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert again["Idempotent-Replayed"] == "true"
    assert Patient.objects.count() == 1


def test_a_key_with_another_body_is_refused(post):
    post(key="abc")
    assert "another request" in problem(post({**EMILY, "first_name": "Emma"}, key="abc"), 422)["detail"]
    assert Patient.objects.count() == 1


def test_a_refusal_is_remembered_too(post):
    bad = {**EMILY, "birth_date": "soon"}
    assert problem(post(bad, key="k"), 400) == problem(post(bad, key="k"), 400)


def test_keys_of_two_tokens_do_not_meet(post, cast):
    other = tokens.issue(user=cast.charlie, clinic=cast.clinic_b, name="t", by=None, now=timezone.now())
    post(key="abc")
    response = post({**EMILY, "if_known": "register"}, key="abc", with_token=other)
    assert response.status_code == 201
    assert Patient.objects.count() == 2


def test_a_request_still_in_the_works_is_said(post):
    KeptAnswer.objects.all().delete()
    post(key="abc")
    KeptAnswer.objects.update(status=None)
    assert "still being handled" in problem(post(key="abc"), 409)["detail"]


def test_a_request_that_was_cut_off_is_said_and_not_repeated(post):
    post(key="abc")
    KeptAnswer.objects.update(status=None, created_at=timezone.now() - timedelta(minutes=3))
    assert "cut off" in problem(post(key="abc"), 409)["detail"]
    assert Patient.objects.count() == 1


def test_a_key_that_is_too_long_is_refused(post):
    problem(post(key="k" * 201), 400)


def test_what_is_kept_is_sealed(post, django_assert_num_queries):
    from django.db import connection

    post(key="abc")
    with connection.cursor() as cursor:
        cursor.execute("SELECT body FROM core_keptanswer")
        assert b"Dickinson" not in bytes(cursor.fetchone()[0])


def test_after_a_crash_the_key_does_nothing_a_second_time(post, monkeypatch, client):
    client.raise_request_exception = False
    from intake.services import patients

    def crash(**kwargs):
        raise RuntimeError

    with monkeypatch.context() as broken:
        broken.setattr(patients, "register_patient", crash)
        assert post(key="abc").status_code == 500
    assert post(key="abc").status_code == 500
    assert post(key="another").status_code == 201


@pytest.mark.parametrize("body", [b"{", b'{"a": NaN}', b"\xff", b"[" * 5000, b""])
def test_a_body_that_is_no_json_is_400(post, body):
    document = problem(post(body), 400)
    assert "status" in document


def test_wrong_values_are_named(post):
    errors = problem(post({"first_name": "E"}), 400)["errors"]
    assert {"last_name", "birth_date"} <= set(errors)


def test_wrong_method_and_unknown_row(client, cast, post):
    token = tokens.issue(user=cast.alice, clinic=cast.clinic_a, name="t", by=cast.ana, now=timezone.now())
    headers = {"Authorization": f"Bearer {token}"}
    problem(client.delete(URL, headers=headers), 405)
    problem(client.get(f"{URL}00000000-0000-4000-8000-000000000000/", headers=headers), 404)


def test_lists_come_in_pages(client, cast):
    token = tokens.issue(user=cast.alice, clinic=cast.clinic_a, name="t", by=cast.ana, now=timezone.now())
    headers = {"Authorization": f"Bearer {token}"}
    for number in range(5):
        row = Patient.objects.create(
            organization=cast.organization, first_name=f"P{number}", last_name="X", birth_date="1980-01-01"
        )
        row.clinics.add(cast.clinic_a)
    seen, after = [], ""
    while after is not None:
        page = client.get(URL, {"limit": 2, **({"after": after} if after else {})}, headers=headers).json()
        seen += [row["first_name"] for row in page["results"]]
        after = page["after"]
    assert seen == ["P4", "P3", "P2", "P1", "P0"]
    assert client.get(URL, {"limit": 0}, headers=headers).status_code == 400


def test_the_description_is_served(client, db):
    assert client.get("/api/v1/schema/").status_code == 200
    assert client.get("/api/v1/docs/").status_code == 200


def test_a_token_used_up_its_day(post):
    post()
    assert ApiToken.objects.get().last_used_on == timezone.now().date()
