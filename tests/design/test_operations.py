"""The Operations page in people's words: where a vendor is, and what was asked again and again as one line."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from core import operations
from core.models import CommandAttempt
from tests.conftest import Cast
from tests.eligibility import make

pytestmark = pytest.mark.django_db


def test_what_was_not_ready_is_one_line_a_command(client: Client, cast: Cast) -> None:
    check = make.asked(cast.clinic_a, make.coverage(cast.clinic_a), cast.alice)
    command = operations.commands_of(cast.clinic_a.pk).get(target_pk=check.pk)
    begun = timezone.now() - timedelta(minutes=1)
    outcomes = ["LATER", "LATER", "NOT_SENT", "LATER", "DONE"]
    for n, outcome in enumerate(outcomes):
        at = begun + timedelta(seconds=n)
        CommandAttempt.objects.create(command=command, fence=n + 1, started_at=at, ended_at=at, outcome=outcome)
    rows = operations.recent_attempts(operations.commands_of(cast.clinic_a.pk))
    assert [(row["outcome"], row["count"]) for row in rows] == [
        ("done", 1),
        ("not ready yet", 3),
        ("could not be sent", 1),
    ]
    client.force_login(cast.alice)
    assert "(3 times)" in client.get("/operations/").content.decode()


@pytest.mark.parametrize(
    ("url", "where"),
    [
        ("http://127.0.0.1:8801/candid", "sandbox on this machine"),
        ("http://next-door:8801/candid", "sandbox at next-door"),
        ("https://api.joincandidhealth.com", "api.joincandidhealth.com"),
    ],
)
def test_it_says_where_a_vendor_is(client: Client, cast: Cast, settings: Any, url: str, where: str) -> None:
    settings.SANDBOX_URL = "http://next-door:8801"
    settings.CANDID_PRE_ENCOUNTER_URL = url
    client.force_login(cast.alice)
    assert where in client.get("/operations/").content.decode()
