"""The frame of every page: which part of the program one is in, and what it says on the next page."""

import uuid

import pytest
from django.contrib.messages import get_messages
from django.test import RequestFactory
from django.urls import reverse

from clinic.context import frame
from clinic.models import Role

CODE = uuid.UUID(int=1)


@pytest.mark.parametrize(
    ("path", "part"),
    [
        ("/", "today"),
        ("/patients/", "patient-list"),
        (f"/patients/{CODE}/cards/new/", "patient-list"),
        (f"/cards/{CODE}/", "patient-list"),
        (f"/coverages/{CODE}/edit/", "patient-list"),
        ("/worklist/", "worklist"),
        (f"/checks/{CODE}/", "patient-list"),
        (f"/captures/{CODE}/edit/", "patient-list"),
        (f"/payments/{CODE}/", "batch-list"),
        ("/operations/", "operations"),
        ("/clinic/settings/tokens/", "settings-home"),
        ("/cards/keeping/", "settings-home"),
        ("/cards/at-cardscan/", "settings-home"),
        ("/photos/", "patient-list"),
        ("/walk-in/", "today"),
        ("/accounts/password/change/", None),
    ],
)
def test_the_part_one_is_in_is_marked(path, part):
    request = RequestFactory().get(path)
    request.role = Role.ADMIN
    marked = [item["name"] for item in frame(request)["nav"] if item["active"]]
    assert marked == ([part] if part else [])


def test_what_a_page_says_next_names_no_patient_and_stands_in_no_cookie(client, cast):
    client.force_login(cast.alice)
    patient = {"first_name": "Emily", "last_name": "Brontefield", "birth_date": "03/15/1986", "sex": "FEMALE"}
    answer = client.post(reverse("patient-new"), patient)
    assert answer.status_code == 302
    assert "messages" not in client.cookies
    said = [message.message for message in get_messages(answer.wsgi_request)]
    assert said == ["The patient is registered."]
