"""No personal data in the log, and no request larger than we take."""

import io
import logging

import pytest
from django.db import IntegrityError, transaction

from core.logs import QuietFormatter
from core.middleware import MOST_BYTES
from intake.models import Patient


def logged(work) -> str:
    """Return what the formatter makes of the exception that `work` raises."""
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.setFormatter(QuietFormatter("%(message)s"))
    logger = logging.Logger("probe")
    logger.addHandler(handler)
    try:
        work()
    except Exception:
        logger.exception("it broke")
    return out.getvalue()


def test_a_message_is_never_logged():
    def work():
        try:
            raise ValueError("Emily Dickinson")
        except ValueError as error:
            raise KeyError("128845682") from error

    text = logged(work)
    assert "Emily" not in text
    assert "128845682" not in text
    assert "builtins.ValueError" in text
    assert "builtins.KeyError" in text
    assert "test_logs_and_limits.py" in text


def test_a_database_that_tells_the_row_is_not_repeated(cast):
    def work():
        with transaction.atomic():
            Patient.objects.create(
                organization=cast.organization, first_name="Emily", last_name="Zelda", birth_date=None
            )

    with pytest.raises(IntegrityError):
        work()
    text = logged(work)
    assert "Zelda" not in text
    assert "IntegrityError" in text


def test_the_program_logs_through_it(settings):
    assert settings.LOGGING["formatters"]["line"]["()"] == "core.logs.QuietFormatter"
    assert {handler["formatter"] for handler in settings.LOGGING["handlers"].values()} == {"line"}


@pytest.mark.parametrize("path", ["/accounts/login/", "/api/v1/patients/"])
def test_a_request_that_is_too_large_is_refused_unread(client, db, path):
    response = client.post(path, b"x", content_type="application/json", headers={"content-length": str(MOST_BYTES + 1)})
    assert response.status_code == 413
    if path.startswith("/api/"):
        assert response["Content-Type"].startswith("application/problem+json")
        assert "40 MB" in response.json()["detail"]


@pytest.mark.parametrize("headers", [{"transfer-encoding": "chunked"}, {"content-length": "many"}])
def test_a_request_of_no_announced_size_is_refused(client, db, headers):
    assert client.post("/accounts/login/", b"x", content_type="text/plain", headers=headers).status_code == 413


def test_no_upload_is_written_to_the_disk(settings):
    assert not [name for name in settings.FILE_UPLOAD_HANDLERS if "Temporary" in name]
    assert settings.FILE_UPLOAD_MAX_MEMORY_SIZE >= MOST_BYTES
