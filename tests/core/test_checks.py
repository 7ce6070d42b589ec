"""The system checks refuse a dangerous mixture of vendors and keys."""

import pytest
from django.core.management import call_command
from django.core.management.base import SystemCheckError

from core import checks, context
from tests.conftest import point_at


def ids(found):
    return {message.id for message in found}


def test_the_embedded_default_is_fine():
    assert checks.vendors_are_reached_safely() == []
    assert checks.keys_fit_their_hosts() == []
    assert context.banner().startswith("Sandbox")


def test_plain_http_is_for_loopback_only(settings):
    settings.SPRY_URL = "http://provider.example"
    assert "core.E001" in ids(checks.vendors_are_reached_safely())


def test_the_sandbox_may_be_the_container_next_door(settings):
    point_at(settings, "http://sandbox:8900")
    assert checks.vendors_are_reached_safely() == []
    point_at(settings, "http://sandbox.example:8900")
    assert ids(checks.vendors_are_reached_safely()) == {"core.E001"}
    settings.SANDBOX_URL = "http://sandbox:8900"
    settings.SPRY_URL = "http://provider"
    assert "core.E001" in ids(checks.vendors_are_reached_safely())


def test_an_address_holds_no_credentials(settings):
    settings.SPRY_URL = "https://user:secret@provider.example"
    assert "core.E002" in ids(checks.vendors_are_reached_safely())


@pytest.mark.parametrize(
    ("url", "key", "wrong"),
    [
        ("https://api.cardscan.ai/v1", "sk_test_cardscan_ai_x", True),
        ("https://sandbox.cardscan.ai/v1", "sk_live_cardscan_ai_x", True),
        ("https://api.cardscan.ai/v1", "sk_live_cardscan_ai_x", False),
        ("https://sandbox.cardscan.ai/v1", "sk_test_cardscan_ai_x", False),
    ],
)
def test_a_key_fits_its_host(settings, url, key, wrong):
    settings.CARDSCAN_URL, settings.CARDSCAN_API_KEY = url, key
    assert ("core.E003" in ids(checks.keys_fit_their_hosts())) is wrong


def test_a_sandbox_secret_never_goes_to_a_real_vendor(settings):
    settings.CANDID_PRE_ENCOUNTER_URL = "https://pre-api.joincandidhealth.com"
    settings.PAYMENTS_BASE_URL = "https://payments.example/api/v1"
    assert {"core.E004", "core.E005"} <= ids(checks.keys_fit_their_hosts())


def test_demo_logins_stay_in_the_sandbox(settings):
    settings.DEMO = True
    assert checks.demo_stays_in_the_sandbox() == []
    settings.SPRY_URL = "https://provider.staging.spryhealth.care"
    assert ids(checks.demo_stays_in_the_sandbox()) == {"core.E006"}
    assert context.banner().startswith("Test")


def test_live_needs_tls(settings):
    settings.SPRY_URL = "https://provider.sprypt.com"
    assert "core.E007" in ids(checks.live_is_served_safely())
    with pytest.raises(SystemCheckError, match="E007"):
        call_command("prepare", skip_checks=False)
    settings.SECURE_COOKIES = True
    assert checks.live_is_served_safely() == []


def test_each_of_candids_two_addresses_counts(settings):
    settings.CANDID_API_URL = "https://api.joincandidhealth.com"
    assert context.world() == "test"
    assert context.is_live()


def test_a_data_folder_that_others_can_read_is_told(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    tmp_path.chmod(0o755)
    assert [found.id for found in checks.data_is_ours_alone()] == ["core.W002"]
    tmp_path.chmod(0o700)
    assert checks.data_is_ours_alone() == []


def test_what_our_processes_write_is_nobody_elses_to_read(tmp_path):
    (tmp_path / "written").touch()
    assert (tmp_path / "written").stat().st_mode & 0o077 == 0
