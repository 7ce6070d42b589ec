"""What the sandbox's Candid keeps of an insurance discovery: enough to find the person, and no more."""

from typing import Any

import pytest

from tests.sandbox.candid_vendor import NPI, Candid
from tests.sandbox_process import SandboxProcess

pytestmark = pytest.mark.real
ADDRESS = "coverages/v1"
STREET = "77 Nobody Knows Lane"


@pytest.fixture
def candid(sandbox: SandboxProcess) -> Candid:
    return Candid(sandbox)


def begun(candid: Candid, ssn: str, **more: Any) -> str:
    """Begin a discovery about somebody whom no payer knows by name, and return its id."""
    person = {"first_name": "Some", "last_name": "Body", "ssn": ssn, "address": {"address_1": STREET}}
    doc = {"provider": {"npi": NPI}, "subscriber": person, **more}
    return str(candid.call("POST", f"{ADDRESS}/insurance-discovery-passthrough", doc).json()["check_id"])


def found(candid: Candid, check_id: str) -> list[dict[str, Any]]:
    """Return the parsed items of a discovery."""
    answer = candid.call("GET", f"{ADDRESS}/insurance-discovery/{check_id}").json()
    items: list[dict[str, Any]] = answer["response"]["parsed_items"]
    return items


def kept(candid: Candid) -> bytes:
    """Return every byte of the sandbox's data folder."""
    return b"".join(file.read_bytes() for file in candid.sandbox.data.iterdir() if file.is_file())


def test_a_discovery_keeps_no_social_security_number_and_no_address(candid: Candid) -> None:
    check_id = begun(candid, "900-41-7263", dependent={"first_name": "Kid", "last_name": "Body", "ssn": "900526384"})
    assert found(candid, check_id) == []
    everything = kept(candid)
    assert check_id.encode() in everything
    for secret in ("900-41-7263", "900417263", "900526384", STREET):
        assert secret.encode() not in everything


def test_a_social_security_number_still_finds_its_owner(candid: Candid) -> None:
    (falcon,) = found(candid, begun(candid, "007-00-7007"))
    assert falcon["confidence"]["level"] == "HIGH"
    assert "social security number" in falcon["confidence"]["reason"]
    assert falcon["plan_metadata"]["subscriber"]["first_name"] == "FALCON"


def test_a_discovery_in_the_background_has_the_day_it_was_begun(candid: Candid) -> None:
    candid.sandbox.switch("candid", "discovery_seconds", 60)
    check_id = begun(candid, "007007007", encounter={"date_of_service": "20250305"})
    candid.sandbox.call("POST", "clock", {"advance_seconds": 3600 * 24 * 400})
    (falcon,) = found(Candid(candid.sandbox), check_id)
    assert "2025" in str(falcon["plan_metadata"])
