"""Candid's own Python SDK, pointed at the sandbox and otherwise as it is published, and what makes it a judge."""

import enum
import json
import warnings
from collections.abc import Iterator
from datetime import date
from typing import Any

import httpx
import pydantic
import pytest

from sandbox.candid.model import Member
from tests.sandbox.candid_vendor import CLIENT, NPI
from tests.sandbox.described import described_httpx
from tests.sandbox_process import SandboxProcess

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from candid import CandidApiClient
    from candid.environment import CandidApiClientEnvironment
    from candid.resources.pre_encounter.resources.coverages.resources.v_1 import MemberInfo
    from candid.resources.pre_encounter.resources.eligibility_checks.resources.v_1 import (
        EligibilityCheck,
        EligibilityRequest,
        Encounter,
        OrganizationProvider,
    )

# The SDK has settings that pydantic renamed or is about to drop; they are made when a model is first looked at.
OLD_PYDANTIC = [
    pytest.mark.filterwarnings("ignore:Valid config keys:UserWarning"),
    pytest.mark.filterwarnings("ignore::pydantic.PydanticDeprecatedSince20"),
]
CLINIC = OrganizationProvider(organization_name="Riverside Clinic", npi=NPI)


class Sdk:
    """The SDK's client, and the bytes of its last answer as they came."""

    def __init__(self, sandbox: SandboxProcess) -> None:
        self.last = b""
        url = f"{sandbox.url}/candid"
        self.client = CandidApiClient(
            environment=CandidApiClientEnvironment(candid_api=url, pre_encounter=url),
            httpx_client=httpx.Client(event_hooks={"response": [described_httpx, self._keep]}, timeout=30),
            **CLIENT,
        )
        self.checks = self.client.pre_encounter.eligibility_checks.v_1
        self.coverages = self.client.pre_encounter.coverages.v_1

    def _keep(self, response: httpx.Response) -> None:
        self.last = response.read()

    def call(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Make a call that the SDK no longer has, through its own transport and with its own token."""
        wrapper = self.client._client_wrapper
        url = wrapper.get_environment().pre_encounter
        answer: httpx.Response = wrapper.httpx_client.request(path, base_url=url, method=method, **options)
        return answer

    def post(self, payer_id: str, subscriber: MemberInfo, **more: Any) -> EligibilityCheck:
        """Ask one question and have the answer judged."""
        check = self.checks.post(request=question(payer_id, subscriber, **more))
        judge(check, self.last)
        return check


def question(payer_id: str, subscriber: MemberInfo, *, service: str = "30", **more: Any) -> EligibilityRequest:
    """Return a request about a service type."""
    encounter = Encounter(service_type_codes=[service])
    return EligibilityRequest(payer_id=payer_id, provider=CLINIC, subscriber=subscriber, encounter=encounter, **more)


def info(first: str, last: str, member_id: str | None = None, born: date | str | None = None) -> MemberInfo:
    """Return a subscriber or dependent; what is not given is not sent."""
    told = {"first_name": first, "last_name": last, "member_id": member_id}
    told["date_of_birth"] = date.fromisoformat(born) if isinstance(born, str) else born
    return MemberInfo(**{name: value for name, value in told.items() if value is not None})


def asked_about(member: Member) -> dict[str, Any]:
    """Return what to ask about a persona: through the subscriber about the dependent, if it has one."""
    asked: dict[str, Any] = {"subscriber": info(*member.name, member.member_id, member.birth_date)}
    for dependent in member.dependents:
        asked["dependent"] = info(dependent.first_name, dependent.last_name, None, dependent.birth_date)
    return asked


def judge(model: pydantic.BaseModel, raw: bytes) -> None:
    """Hold an answer against the SDK's models: nothing unknown to them, nothing lost in them."""
    assert without_nulls(json.loads(raw)) == without_nulls(json.loads(model.json()))
    for path, value in walk(model):
        if isinstance(value, enum.Enum):
            assert value.name != "_UNKNOWN", path
        if isinstance(value, pydantic.BaseModel):
            assert not value.model_extra, (path, value.model_extra)


def walk(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Return (path, value) of everything within models and lists of models."""
    yield path, value
    if isinstance(value, pydantic.BaseModel):
        for name in type(value).model_fields:
            yield from walk(getattr(value, name), f"{path}.{name}")
    elif isinstance(value, list):
        for place, item in enumerate(value):
            yield from walk(item, f"{path}[{place}]")


def without_nulls(value: Any) -> Any:
    """Leave out what is null: the SDK does not write it again."""
    if isinstance(value, dict):
        return {key: without_nulls(inner) for key, inner in value.items() if inner is not None}
    return [without_nulls(inner) for inner in value] if isinstance(value, list) else value
