"""Candid's own SDK asks the sandbox who a person is insured with, and which of two payers comes first."""

import json
import warnings
from typing import Any

import pytest

from tests.sandbox.candid_sdk import OLD_PYDANTIC, Sdk, judge
from tests.sandbox.candid_vendor import NPI, Candid
from tests.sandbox.test_candid_members import CARD
from tests.sandbox_process import SandboxProcess

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from candid.core.api_error import ApiError
    from candid.resources.pre_encounter.resources.eligibility_checks.resources.v_1 import (
        CobDependent,
        CobEncounter,
        CobProvider,
        CobSubscriber,
        ConfidenceLevel,
        CoordinationOfBenefitsRequest,
        CoordinationOfBenefitsResponse,
        EligibilityStatus,
        InsuranceDiscoveryAddress,
        InsuranceDiscoveryDependent,
        InsuranceDiscoveryEncounter,
        InsuranceDiscoveryGender,
        InsuranceDiscoveryProvider,
        InsuranceDiscoveryRequest,
        InsuranceDiscoveryResponse,
        InsuranceDiscoveryStatus,
        InsuranceDiscoverySubscriber,
    )

pytestmark = [pytest.mark.real, *OLD_PYDANTIC]


@pytest.fixture
def sdk(sandbox: SandboxProcess) -> Sdk:
    return Sdk(sandbox)


# Insurance discovery


def sought(first: str, last: str, born: str | None = None, npi: str = NPI, **more: Any) -> InsuranceDiscoveryRequest:
    """Return a request about a person; a birth date is YYYYMMDD here."""
    told = {"first_name": first, "last_name": last} | ({"date_of_birth": born} if born else {}) | more
    dependent = told.pop("dependent", None)
    about = {"dependent": dependent} if dependent else {}
    provider, subscriber = InsuranceDiscoveryProvider(npi=npi), InsuranceDiscoverySubscriber(**told)
    return InsuranceDiscoveryRequest(provider=provider, subscriber=subscriber, **about)


def discover(sdk: Sdk, request: InsuranceDiscoveryRequest) -> InsuranceDiscoveryResponse:
    """Ask at once and have the answer judged."""
    found = sdk.checks.insurance_discovery(request=request)
    judge(found, sdk.last)
    return found


def test_it_finds_whom_name_and_birth_date_fit(sdk: Sdk) -> None:
    address = InsuranceDiscoveryAddress(address_1="1 Main St", postal_code="43215")
    request = sought("Jane", "Doe", "20040404", gender=InsuranceDiscoveryGender.F, address=address, ssn="123")
    found = discover(sdk, request)
    assert found.status == InsuranceDiscoveryStatus.COMPLETE and found.discovery_id
    sure = [item for item in found.parsed_items if item.confidence.level == ConfidenceLevel.HIGH]
    assert [item.plan_metadata.member_id for item in sure] == ["AETNA12345"]
    assert sure[0].eligibility_status == EligibilityStatus.ACTIVE
    assert sure[0].benefits.plan_coverage.in_network.deductible.individual == 1500
    assert len(found.items) == len(found.parsed_items) == found.coverages_found
    raw = found.items[found.parsed_items.index(sure[0])]
    assert (raw["payer"]["payorIdentification"], raw["confidence"]["level"]) == ("60054", "HIGH")


def test_without_a_birth_date_a_person_has_to_look(sdk: Sdk) -> None:
    found = discover(sdk, sought("Rich", "Garces"))
    assert [item.confidence.level for item in found.parsed_items] == [ConfidenceLevel.REVIEW_NEEDED]
    assert discover(sdk, sought("Rich", "Garces", "19770608")).coverages_found == 0
    assert discover(sdk, sought("No", "Body", "19770608")).items == []


def test_it_finds_a_dependent_and_the_member_of_a_card(sdk: Sdk, sandbox: SandboxProcess) -> None:
    child = InsuranceDiscoveryDependent(first_name="Jordan", last_name="Doe", date_of_birth="20010714")
    found = discover(sdk, sought("John", "Doe", "20000101", dependent=child))
    sure = next(item for item in found.parsed_items if item.confidence.level == ConfidenceLevel.HIGH)
    assert (sure.plan_metadata.dependent.first_name, sure.plan_metadata.member_id) == ("JORDAN", "AETNA9wcSu")
    Candid(sandbox).enrol(**CARD)
    (emily,) = discover(sdk, sought("Emily", "Dickinson", "19901210")).parsed_items
    assert (emily.plan_metadata.payer_name, emily.plan_metadata.group_number) == ("UNITEDHEALTHCARE", "98755")


def test_a_discovery_may_fail_or_not_end(sdk: Sdk, sandbox: SandboxProcess) -> None:
    failed = discover(sdk, sought("Jane", "Doe", npi="1999999985"))
    assert (failed.status, failed.errors[0].code) == (InsuranceDiscoveryStatus.ERROR, "43")
    for status in ("PENDING", "UNKNOWN", "ERROR"):
        sandbox.switch("candid", "discovery_status", status)
        answer = discover(sdk, sought("Jane", "Doe"))
        assert (answer.status.value, answer.items) == (status, None)
        assert bool(answer.errors) == (status == "ERROR")


def test_a_discovery_goes_on_in_the_background(sdk: Sdk, sandbox: SandboxProcess) -> None:
    sandbox.switch("candid", "discovery_seconds", 60)
    begun = sdk.coverages.check_insurance_discovery_passthrough(request=sought("Rich", "Garces", "19770607"))
    assert begun.status == InsuranceDiscoveryStatus.PENDING
    waiting = sdk.coverages.get_insurance_discovery(begun.check_id)
    assert (waiting.metadata, waiting.response) == (begun, None)
    sandbox.call("POST", "clock", {"advance_seconds": 60})
    done = sdk.coverages.get_insurance_discovery(begun.check_id)
    assert (done.metadata.status, done.response.coverages_found) == (InsuranceDiscoveryStatus.COMPLETE, 1)
    with pytest.raises(ApiError) as missing:
        sdk.coverages.get_insurance_discovery("nothing")
    assert missing.value.status_code == 404


def test_a_discovery_takes_days_in_its_own_spelling(sdk: Sdk) -> None:
    with pytest.raises(ApiError) as refused:
        sdk.checks.insurance_discovery(request=sought("Jane", "Doe", "2004-04-04"))
    assert refused.value.body["content"]["message"].startswith("subscriber.date_of_birth: ")
    half = InsuranceDiscoveryEncounter(beginning_date_of_service="20260101")
    request = sought("Jane", "Doe").copy(update={"encounter": half})
    with pytest.raises(ApiError) as refused:
        sdk.checks.insurance_discovery(request=request)
    assert refused.value.body["content"]["message"].startswith("encounter.end_date_of_service: ")


# Coordination of benefits


def coordinate(
    sdk: Sdk, payer_id: str, member_id: str, name: str = "Any Body", born: str = "19800101", **more: Any
) -> CoordinationOfBenefitsResponse:
    """Ask and have the answer judged."""
    first, last = name.split()
    npi = more.pop("npi", NPI)
    told: dict[str, Any] = {"encounter": CobEncounter()} | more
    answer = sdk.checks.coordination_of_benefits(
        request=CoordinationOfBenefitsRequest(
            trading_partner_service_id=payer_id,
            provider=CobProvider(organization_name="Riverside Clinic", npi=npi),
            subscriber=CobSubscriber(first_name=first, last_name=last, date_of_birth=born, member_id=member_id),
            **told,
        )
    )
    judge(answer, sdk.last)
    return answer


@pytest.mark.parametrize(
    ("member_id", "classification", "flags"),
    [
        ("COBPRIMARY", "CobInstanceExistsPrimacyDetermined", (True, True, True, True)),
        ("OTHERPAYER", "CobInstanceExistsPrimacyDetermined", (True, True, True, True)),
        ("COBUNDETERMINED", "CobInstanceExistsPrimacyUndetermined", (True, False, True, True)),
        ("COBNOBENEFIT", "CoverageOverlapNoBenefitOverlap", (False, False, True, False)),
        ("COBNOTSUBJECT", "CoverageOverlapExistsNotSubjectToCob", (False, False, True, True)),
        ("COBNONE", "MemberFoundNoCob", (False, False, False, False)),
    ],
)
def test_every_classification_can_be_had(
    sdk: Sdk, member_id: str, classification: str, flags: tuple[bool, ...]
) -> None:
    answer = coordinate(sdk, "60054", member_id)
    cob = answer.coordination_of_benefits
    assert cob.classification == classification
    told = (cob.instance_exists, cob.primacy_determined, cob.coverage_overlap, cob.benefit_overlap)
    assert (told, answer.errors) == (flags, None)
    others = [row for row in answer.benefits_information if row["code"] == "R"]
    assert bool(others) == cob.coverage_overlap
    assert (answer.payer.name, answer.payer.payer_identification) == ("AETNA", "60054")
    assert answer.subscriber.date_of_birth == "19800101"
    assert len(answer.plan_date_information.plan_begin) == 8


def test_a_member_of_two_payers_is_noticed(sdk: Sdk, sandbox: SandboxProcess) -> None:
    alone = coordinate(sdk, "62308", "DHW5445", "Rich Garces", "1977-06-07")
    assert alone.coordination_of_benefits.classification == "MemberFoundNoCob"
    card = {"member_number": "H55", "member_name": "Rich Garces", "payer_id": "61101", "member_dob": "06/07/1977"}
    Candid(sandbox).enrol(**card)
    both = coordinate(sdk, "62308", "DHW5445", "Rich Garces", "1977-06-07")
    assert both.coordination_of_benefits.classification == "CobInstanceExistsPrimacyDetermined"
    (other,) = [row for row in both.benefits_information if row["code"] == "R"]
    assert other["benefitsRelatedEntities"][0]["entityName"] == "HUMANA"


def test_a_dependent_is_told(sdk: Sdk) -> None:
    child = CobDependent(first_name="Jordan", last_name="Doe", date_of_birth="20010714")
    answer = coordinate(sdk, "60054", "AETNA9wcSu", "John Doe", "20000101", dependent=child)
    assert (answer.dependent.first_name, answer.dependent.date_of_birth) == ("JORDAN", "20010714")
    assert answer.subscriber.member_id == "AETNA9wcSu"


@pytest.mark.parametrize(
    ("payer_id", "member_id", "npi", "code"),
    [
        ("CMS", "COBNONE", NPI, "79"),
        ("NOBODY", "COBNONE", NPI, "79"),
        ("60054", "NOBODY", NPI, "75"),
        ("60054", "AAA-42", NPI, "42"),
        ("60054", "COBNONE", "1999999985", "43"),
    ],
)
def test_who_cannot_be_coordinated_is_told_why(sdk: Sdk, payer_id: str, member_id: str, npi: str, code: str) -> None:
    answer = coordinate(sdk, payer_id, member_id, npi=npi)
    assert [error.code for error in answer.errors] == [code]
    assert answer.coordination_of_benefits is None


def test_the_date_of_service_lies_in_the_past_two_years(sdk: Sdk) -> None:
    for day in ("20200101", "2999-01-01"):
        with pytest.raises(ApiError) as refused:
            coordinate(sdk, "60054", "COBNONE", encounter=CobEncounter(date_of_service=day))
        assert refused.value.status_code == 422
        assert json.loads(sdk.last)["content"]["message"].startswith("encounter.date_of_service: ")
