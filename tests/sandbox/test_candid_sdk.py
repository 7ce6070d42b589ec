"""Candid's own SDK, unmodified but for its two base URLs, makes every call about eligibility against the sandbox."""

import json
import uuid
import warnings
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

import pytest

from sandbox.candid import personas
from tests import own_loop
from tests.sandbox.candid_sdk import CLINIC, OLD_PYDANTIC, Sdk, asked_about, info, judge, question
from tests.sandbox.candid_vendor import CLIENT, NPI
from tests.sandbox_process import SandboxProcess

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from candid import AsyncCandidApiClient
    from candid.core.api_error import ApiError
    from candid.environment import CandidApiClientEnvironment
    from candid.resources.auth.resources.default import TooManyRequestsError
    from candid.resources.pre_encounter.resources.common import NotFoundError, VersionConflictError
    from candid.resources.pre_encounter.resources.coverages.resources.v_1 import ServiceTypeCode
    from candid.resources.pre_encounter.resources.eligibility_checks.resources.v_1 import (
        EligibilityCheckPage,
        EligibilityCheckStatus,
        EligibilityRequest,
        EligibilityStatus,
        IndividualProvider,
        Vote,
        VoteValue,
    )

pytestmark = [pytest.mark.real, *OLD_PYDANTIC]
JANE = info("Jane", "Doe", "AETNA12345", "2004-04-04")


@pytest.fixture
def sdk(sandbox: SandboxProcess) -> Sdk:
    return Sdk(sandbox)


# Token


def test_one_token_is_enough_for_eight_threads(sdk: Sdk, sandbox: SandboxProcess) -> None:
    sandbox.switch("candid", "token_limit", 1)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: sdk.checks.payer_search(query="aetna").total, range(16)))
    assert len(set(found)) == 1 and found[0] > 0
    with pytest.raises(TooManyRequestsError) as refused:
        Sdk(sandbox).checks.payer_search(query="aetna")
    assert refused.value.status_code == 429 and refused.value.body.message


def test_a_short_token_is_fetched_anew_and_an_old_one_refused(sdk: Sdk, sandbox: SandboxProcess) -> None:
    assert sdk.checks.payer_search(query="aetna").total > 0
    sandbox.call("POST", "clock", {"advance_seconds": 18_001})
    with pytest.raises(ApiError) as refused:
        sdk.checks.payer_search(query="aetna")
    assert (refused.value.status_code, refused.value.body["errorName"]) == (401, "UnauthorizedError")
    sandbox.switch("candid", "token_seconds", 100)  # below the SDK's margin: one for every call
    short = Sdk(sandbox)
    assert [short.checks.payer_search(query="aetna").total > 0 for _ in range(2)] == [True, True]


# Check


def test_a_check_has_the_documented_numbers(sdk: Sdk) -> None:
    check = sdk.post("60054", JANE, submitter_transaction_identifier="row-1", source="frontdesk")
    assert check.parsed_response.eligibility_status == EligibilityStatus.ACTIVE
    plan, benefits = check.parsed_response.plan_metadata, check.parsed_response.benefits
    assert (plan.payer_name, plan.plan_name, plan.group_number, plan.member_id, plan.insurance_type_code) == (
        "AETNA",
        "Open Choice",
        "012345",
        "AETNA12345",
        "PR",
    )
    assert plan.start_date <= datetime.now(UTC).date() <= plan.end_date
    assert (plan.subscriber.first_name, plan.subscriber.date_of_birth, plan.subscriber.gender) == (
        "JANE",
        "2004-04-04",
        "F",
    )
    assert plan.subscriber.address.postal_code and plan.trading_partner == "60054"
    near, far = benefits.plan_coverage.in_network, benefits.plan_coverage.out_of_network
    assert (near.deductible.individual, near.deductible.family) == (1500, 3000)
    assert (near.deductible_remaining.individual, near.oop_max_remaining.individual) == (1250.5, 4700)
    assert far.deductible.individual == 4000
    office = next(one for one in benefits.service_specific_coverage if one.service_code == "98")
    assert [
        (flat.type.value, flat.unit.value, flat.value, flat.additional_notes) for flat in office.in_network_flat
    ] == [
        ("COPAY", "CURRENCY", 25, "PRIMARY CARE"),
        ("COPAY", "CURRENCY", 50, "SPECIALIST"),
    ]
    assert [detail.service_type_codes[0] for detail in benefits.non_covered_details] == ["AL", "35"]
    assert (check.request.provider, check.request.submitter_transaction_identifier) == (CLINIC, "row-1")
    assert check.response["submitterTransactionIdentifier"] == "row-1"
    assert (check.errors, check.request_corrections, check.batch_id) == (None, None, None)


def test_a_correction_and_a_rejection_read_as_the_sdk_has_them(sdk: Sdk) -> None:
    corrected = sdk.post("60054", info("Jane", "Do", "AETNA12345", "2004-04-04")).request_corrections
    assert [(one.property, one.request_value, one.corrected_value) for one in corrected] == [
        ("subscriber.last_name", "Do", "DOE")
    ]
    (error,) = sdk.post("60054", info("Jane", "Doe", "NOBODY", "2004-04-04")).errors
    details = error.error_details
    assert (error.source.value, details.code, details.description) == ("STEDI", "75", "Subscriber/Insured Not Found")
    assert (details.field, details.location) == ("AAA", "Loop 2100C")
    assert details.followup_action == "Please Correct and Resubmit"
    assert details.possible_resolutions


def test_an_existing_check_is_returned_and_secrets_are_not(sdk: Sdk) -> None:
    before = datetime.now(UTC) - timedelta(minutes=5)
    doctor = IndividualProvider(first_name="Nora", last_name="Whitfield", npi=NPI)
    request = EligibilityRequest(
        payer_id="60054",
        provider=doctor,
        subscriber=JANE,
        get_existing_check_initiated_after=before,
        portal_username="user",
        portal_password="secret",
    )
    first = sdk.checks.post(request=request)
    assert b"secret" not in sdk.last
    assert (first.request.provider, first.request.portal_password) == (doctor, None)
    assert sdk.checks.post(request=request).response["id"] == first.response["id"]
    assert sdk.post("60054", JANE).response["id"] != first.response["id"]


def test_the_asynchronous_client_reads_the_same(sandbox: SandboxProcess) -> None:
    async def ask() -> str:
        url = f"{sandbox.url}/candid"
        environment = CandidApiClientEnvironment(candid_api=url, pre_encounter=url)
        client = AsyncCandidApiClient(environment=environment, **CLIENT)
        check = await client.pre_encounter.eligibility_checks.v_1.post(request=question("60054", JANE))
        return check.parsed_response.eligibility_status.value

    assert own_loop.run(ask()) == "ACTIVE"


# Batch


def test_a_batch_is_done_as_the_clock_goes_on(sdk: Sdk, sandbox: SandboxProcess) -> None:
    sandbox.switch("candid", "batch_seconds", 10)
    cast = [member for member in personas.personas() if member.payer_id == "87726"]
    requests = [
        question(member.payer_id, **asked_about(member), submitter_transaction_identifier=f"row-{place}")
        for place, member in enumerate(cast)
    ]
    submitted = sdk.checks.batch(request=requests)
    assert submitted.submitted_at.tzinfo is not None
    counts = []
    for _ in range(len(cast) + 1):
        page = sdk.checks.poll_batch(submitted.batch_id)
        judge(page, sdk.last)
        counts.append((len(page.items), page.total))
        sandbox.call("POST", "clock", {"advance_seconds": 10})
    assert counts == [(number, number) for number in range(len(cast) + 1)]
    for place, (item, member) in enumerate(zip(page.items, cast, strict=True)):
        assert (item.batch_id, item.request.submitter_transaction_identifier) == (submitted.batch_id, f"row-{place}")
        assert item.response["submitterTransactionIdentifier"] == f"row-{place}"
        assert [error.error_details.code for error in item.errors or []] == list(member.rejections)
    again = sdk.checks.poll_batch(submitted.batch_id)
    assert [item.response["id"] for item in again.items] == [item.response["id"] for item in page.items]


def test_a_batch_is_read_by_pages(sdk: Sdk, sandbox: SandboxProcess) -> None:
    sandbox.switch("candid", "batch_page_size", 2)
    requests = [
        question("60054", info("Any", "Body", f"ACTIVE{code}"), submitter_transaction_identifier=str(code))
        for code in range(1, 6)
    ]
    batch_id = sdk.checks.batch(request=requests).batch_id
    seen, token = [], None
    while token is not None or not seen:
        page = sdk.checks.poll_batch(batch_id, page_token=token)
        seen.append([item.request.submitter_transaction_identifier for item in page.items])
        token = page.next_page_token
    assert (seen, page.total) == ([["1", "2"], ["3", "4"], ["5"]], 5)
    before = sdk.checks.poll_batch(batch_id, page_token=page.prev_page_token)
    assert [item.request.submitter_transaction_identifier for item in before.items] == ["3", "4"]


# Payer search


def test_payers_are_searched_by_pages(sdk: Sdk) -> None:
    page = sdk.checks.payer_search(query="aet na", page_size=10)
    judge(page, sdk.last)
    found = sdk.checks.payer_search(query="aetna", page_size=1)
    judge(found, sdk.last)
    payer = found.items[0].payer
    assert (payer.display_name, payer.primary_payer_id, payer.stedi_id) == ("Aetna", "60054", "HPQRS")
    assert "60054" in payer.aliases and payer.transaction_support["eligibilityCheck"] == "SUPPORTED"
    assert found.stats == {"total": found.total} and found.total > 1
    second = sdk.checks.payer_search(query="aetna", page_size=1, page_token=found.next_page_token)
    assert second.items[0].payer.stedi_id != payer.stedi_id
    assert second.items[0].score <= found.items[0].score


# Recommendations


def test_a_recommendation_is_created_read_and_voted_on(sdk: Sdk) -> None:
    made = sdk.call(
        "POST",
        "eligibility-checks/v1/recommendation",
        json={
            "eligibility_check_id": "ec_1",
            "patient": {"mrn": "123", "last_name": "Doe", "date_of_birth": "2004-04-04"},
            "recommendation": {
                "type": "COPAY_ESTIMATION",
                "payload": {"structured_response": 2500, "exposition": "An office visit costs $25."},
            },
        },
    )
    assert made.status_code == 200
    (found,) = sdk.checks.recommendation(filters="patient.mrn|eq|123,patient.lastName|ieq|DOE")
    assert json.loads(sdk.last) == [made.json()]
    assert (found.id, found.version, found.eligibility_check_id) == (made.json()["id"], 1, "ec_1")
    assert found.recommendation.payload.structured_response == 2500
    assert found.patient.date_of_birth == date(2004, 4, 4)
    assert sdk.checks.recommendation(filters="patient.mrn|eq|124") == []
    voted = sdk.checks.vote_recommendation(found.id, "2", request=Vote(user_id="u1", value=VoteValue.UPVOTE))
    voted = sdk.checks.vote_recommendation(found.id, "3", request=Vote(user_id="u2", value=VoteValue.UPVOTE))
    voted = sdk.checks.vote_recommendation(found.id, "4", request=Vote(user_id="u1", value=VoteValue.DOWNVOTE))
    assert [(vote.user_id, vote.value.value) for vote in voted.votes] == [("u2", "UPVOTE"), ("u1", "DOWNVOTE")]
    assert (voted.version, voted.updating_user_id) == (4, "u1")


def test_a_vote_on_an_old_version_or_on_nothing_is_refused(sdk: Sdk) -> None:
    sdk.post("CMS", info("Any", "Body", "OTHERPAYER"))
    (found,) = sdk.checks.recommendation()
    for version in ("1", "3"):
        with pytest.raises(VersionConflictError) as conflict:
            sdk.checks.vote_recommendation(found.id, version, request=Vote(user_id="u", value=VoteValue.UPVOTE))
        assert conflict.value.body.latest_version == 1
    with pytest.raises(NotFoundError) as missing:
        sdk.checks.vote_recommendation("nothing", "2", request=Vote(user_id="u", value=VoteValue.UPVOTE))
    assert missing.value.body.message


def test_all_five_kinds_of_recommendation_read(sdk: Sdk) -> None:
    prompt = {"user_prompt_id": "p", "prompt_name": "PT?", "structured_response": True, "exposition": "Covered."}
    payloads = {
        "MEDICARE_ADVANTAGE": {"payer_id": "61101", "payer_name": "Humana", "member_id": "H1"},
        "MEDICAID_MANAGED_CARE": {"payer_name": "Molina"},
        "COORDINATION_OF_BENEFITS": None,
        "COPAY_ESTIMATION": {"exposition": "The payer did not say."},
        "USER_CONFIGURED_PROMPTS": {"results": [prompt]},
    }
    for kind, payload in payloads.items():
        body = {"eligibility_check_id": "c", "patient": {}, "recommendation": {"type": kind, "payload": payload}}
        for _ in range(2):
            answer = sdk.call("POST", "eligibility-checks/v1/recommendation", json=body)
            assert answer.status_code == 200, answer.text
    found = sdk.checks.recommendation()
    assert [one.recommendation.type for one in found] == list(payloads)
    assert [one.id for one in found][-1] == answer.json()["id"]  # the latest of each type
    only = {"additional_query_parameters": {"type": "MEDICARE_ADVANTAGE"}}
    (advantage,) = sdk.checks.recommendation(request_options=only)
    assert advantage.recommendation.payload.payer_name == "Humana"


def test_another_payer_of_a_check_becomes_a_recommendation(sdk: Sdk) -> None:
    for payer_id, kind in (("CMS", "MEDICARE_ADVANTAGE"), ("60054", "COORDINATION_OF_BENEFITS")):
        check = sdk.post(payer_id, info("Any", "Body", "OTHERPAYER", "1950-01-01"))
        (found,) = sdk.checks.recommendation(filters=f"eligibilityCheckId|eq|{check.response['id']}")
        assert (found.recommendation.type, found.patient.member_id) == (kind, "OTHERPAYER")
    (advantage,) = sdk.checks.recommendation(
        filters="patient.memberId|eq|OTHERPAYER",
        request_options={"additional_query_parameters": {"type": "MEDICARE_ADVANTAGE"}},
    )
    assert (advantage.recommendation.payload.payer_id, advantage.patient.first_name) == ("61101", "Any")


# The list of checks


def test_the_checks_that_were_made_are_listed(sdk: Sdk) -> None:
    for member_id in ("AETNA12345", "ACTIVE1", "AAA-75"):
        sdk.post("60054", info("Jane", "Doe", member_id, "2004-04-04"))
    path = "eligibility-checks/v1/get-multi/"

    def found(**params: str) -> list[str]:
        answer = sdk.call("GET", path, params=params)
        assert answer.status_code == 200, answer.text
        page = EligibilityCheckPage.model_validate(answer.json())
        judge(page, answer.content)
        return [item.request.subscriber.member_id for item in page.items]

    assert found() == ["AETNA12345", "ACTIVE1", "AAA-75"]
    assert found(subscriber_member_id="aetna12345") == ["AETNA12345"]
    assert found(payer_id="HPQRS", provider_npi=NPI, limit="2") == ["AETNA12345", "ACTIVE1"]
    assert found(payer_id="87726") == found(provider_npi="1234567893") == found(date_of_service="2020-01-01") == []
    assert len(found(initiated_at_min="2020-01-01T00:00:00Z")) == 3
    assert found(initiated_at_max="2020-01-01T00:00:00Z") == []
    token = sdk.call("GET", path, params={"limit": "2"}).json()["next_page_token"]
    assert found(limit="2", page_token=token) == ["AAA-75"]


# Coverages


def test_a_coverage_is_checked_in_the_background(sdk: Sdk, sandbox: SandboxProcess) -> None:
    sandbox.switch("candid", "coverage_seconds", 30)
    on_file = sdk.call("GET", "__sandbox__/coverages").json()["coverages"]
    by_member = {one["subscriber"]["member_id"]: uuid.UUID(one["coverage_id"]) for one in on_file}
    expected = {"AETNA12345": "COMPLETED", "UHCAAA75": "FAILED"}
    for member_id, status in expected.items():
        coverage_id = by_member[member_id]
        begun = sdk.coverages.check_eligibility(
            coverage_id,
            service_code=ServiceTypeCode.PROFESSIONAL_PHYSICIAN_VISIT_OFFICE,
            date_of_service=datetime.now(UTC).date(),
            npi=NPI,
        )
        assert (begun.status, begun.service_code) == (EligibilityCheckStatus.PENDING, "98")
        waiting = sdk.coverages.get_eligibility(coverage_id, begun.check_id)
        assert (waiting.metadata, waiting.check) == (begun, None)
        sandbox.call("POST", "clock", {"advance_seconds": 30})
        done = sdk.coverages.get_eligibility(coverage_id, begun.check_id)
        assert (done.metadata.status.value, done.metadata.check_id) == (status, begun.check_id)
        assert done.check.request.encounter.service_type_codes == ["98"]
        assert sdk.coverages.get_eligibility(coverage_id, begun.check_id) == done
    assert done.check.errors[0].error_details.code == "75"
    with pytest.raises(ApiError) as missing:
        sdk.coverages.get_eligibility(uuid.uuid4(), begun.check_id)
    assert (missing.value.status_code, missing.value.body["errorName"]) == (404, "NotFoundError")


# Errors


def test_errors_come_as_the_sdk_expects_them(sdk: Sdk, sandbox: SandboxProcess) -> None:
    with pytest.raises(ApiError) as missing:
        sdk.checks.poll_batch("nothing")
    assert (missing.value.status_code, missing.value.body["errorName"]) == (404, "NotFoundError")
    with pytest.raises(ApiError) as empty:
        sdk.checks.batch(request=[])
    assert (empty.value.status_code, empty.value.body["errorName"]) == (400, "BadRequestError")
    sandbox.switch("candid", "rate_limit", 0)
    with pytest.raises(ApiError) as too_many:
        sdk.checks.payer_search()
    assert (too_many.value.status_code, too_many.value.body["errorName"]) == (429, "TooManyRequestsError")


def test_the_sdk_tries_again_when_it_is_told_to(sdk: Sdk, sandbox: SandboxProcess) -> None:
    sandbox.fault("candid", "check", "429", retry_after=1)
    again = {"max_retries": 3}  # which the SDK counts from two
    check = sdk.checks.post(request=question("60054", JANE), request_options=again)
    assert check.parsed_response.eligibility_status == EligibilityStatus.ACTIVE
