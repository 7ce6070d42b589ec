"""One order of locks: the open orders of a batch, then the batch; and a busy database is a sentence."""

import pytest
from django.contrib.messages import get_messages
from django.contrib.messages.storage.fallback import FallbackStorage
from django.db import OperationalError, connection, transaction
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext

from payments.services.moves import lock
from payments.views.acting import BUSY, act
from tests.payments.conftest import Desk

pytestmark = pytest.mark.django_db


def test_orders_are_locked_before_their_batch(desk: Desk) -> None:
    batch = desk.approved(desk.draft(1))
    with (
        transaction.atomic(),
        CaptureQueriesContext(
            connection,
        ) as queries,
    ):
        lock(batch.pk)
    tables = [query["sql"].split(" FROM ")[1].split()[0].strip('"') for query in queries if " FROM " in query["sql"]]
    assert tables == ["core_command", "payments_paymentbatch"]


def test_a_busy_database_is_a_sentence(desk: Desk, rf: RequestFactory) -> None:
    def busy() -> None:
        raise OperationalError("deadlock detected")

    request = rf.post("/")
    request.session = {}
    request._messages = FallbackStorage(request)
    assert act(request, desk.draft(1), busy, "Done.").status_code == 302
    assert [str(message) for message in get_messages(request)] == [BUSY]
