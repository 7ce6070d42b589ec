"""The models of Candid's own SDK judge every kind of answer that the sandbox has."""

from decimal import Decimal

import pytest

from sandbox.candid import aaa, personas
from sandbox.candid.amounts import amounts_of
from sandbox.candid.model import Member
from tests.sandbox.candid_sdk import OLD_PYDANTIC, EligibilityCheck, Sdk, asked_about, info, judge, question, walk
from tests.sandbox.candid_vendor import Candid
from tests.sandbox.test_candid_members import CARD
from tests.sandbox_process import SandboxProcess

pytestmark = [pytest.mark.real, *OLD_PYDANTIC]


@pytest.fixture
def sdk(sandbox: SandboxProcess) -> Sdk:
    return Sdk(sandbox)


def status_of(check: EligibilityCheck) -> str | None:
    return check.parsed_response and check.parsed_response.eligibility_status.value


def codes_of(check: EligibilityCheck) -> list[str | None]:
    return [error.error_details.code for error in check.errors or []]


def copays(check: EligibilityCheck, service: str) -> list[float]:
    """Return the in-network copays of a service, in the payer's order."""
    found = [one for one in check.parsed_response.benefits.service_specific_coverage if one.service_code == service]
    return [flat.value for one in found for flat in one.in_network_flat if flat.type.value == "COPAY"]


def check_of(sdk: Sdk, member: Member, **more: str) -> EligibilityCheck:
    return sdk.post(member.payer_id, **asked_about(member), **more)


def test_every_persona(sdk: Sdk) -> None:
    for member in personas.personas():
        check = check_of(sdk, member)
        assert codes_of(check) == list(member.rejections), member.member_id
        if member.rejections:
            assert status_of(check) == "UNKNOWN"
            continue
        assert status_of(check) == ("INACTIVE" if member.status == "6" else "ACTIVE"), member.member_id
        plan = check.parsed_response.plan_metadata
        assert plan.payer_name and plan.start_date <= plan.end_date
        assert plan.member_id == (member.mbi or member.member_id)
        expected = member.dependents[0] if member.returns_dependent_as_subscriber else member
        assert plan.subscriber.first_name == expected.first_name.upper()


def test_the_money_of_every_persona_with_a_full_plan(sdk: Sdk) -> None:
    full = [member for member in personas.personas() if (member.shape, member.status) == ("standard", "1")]
    for member in (member for member in full if not member.rejections):
        check, amounts = check_of(sdk, member), amounts_of(member, "commercial")
        told = check.parsed_response.benefits.plan_coverage
        for mine, theirs in ((amounts.deductible, told.in_network), (amounts.far_deductible, told.out_of_network)):
            assert theirs.deductible.individual == float(mine.individual)
            assert theirs.deductible_remaining.individual == float(mine.individual_left)
            assert (theirs.deductible.family, theirs.deductible_remaining.family) == (
                float(mine.family),
                float(mine.family_left),
            )
        assert told.in_network.oop_max_remaining.individual == float(amounts.out_of_pocket.individual_left)
        assert copays(check, "98") == [float(amounts.copays["office"]), float(amounts.copays["specialist"])]


def test_every_rejection(sdk: Sdk) -> None:
    for code in aaa.codes():
        check = sdk.post("60054", info("Any", "Body", f"AAA-{code}", "1990-01-01"))
        details, expected = check.errors[0].error_details, aaa.rejection(code)
        assert (details.code, details.description, details.location) == (code, expected.description, expected.location)
        assert (details.followup_action, details.field) == (expected.follow_up, "AAA")
        assert details.possible_resolutions == expected.resolution
        assert (status_of(check), check.request_corrections) == ("UNKNOWN", None)


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("ACTIVE1", "ACTIVE"),
        ("ACTIVE2", "ACTIVE"),
        ("ACTIVE3", "ACTIVE"),
        ("ACTIVE4", "ACTIVE"),
        ("ACTIVE5", "ACTIVE"),
        ("INACTIVE6", "INACTIVE"),
        ("INACTIVE7", "INACTIVE"),
        ("INACTIVE8", "INACTIVE"),
        ("UNKNOWN", "UNKNOWN"),
        ("UNPARSED", None),
        ("CONTRADICT", "ACTIVE"),
        ("ENDED", "INACTIVE"),
        ("CORRECTED", "ACTIVE"),
        ("OTHERPAYER", "ACTIVE"),
        ("AUTOUPDATED", "ACTIVE"),
        ("MET", "ACTIVE"),
        ("TOTALSONLY", "ACTIVE"),
        ("MEDICARE", "ACTIVE"),
        ("DENTAL", "ACTIVE"),
        ("CANDID-date_of_birth", None),
    ],
)
def test_every_magic_id(sdk: Sdk, word: str, expected: str | None) -> None:
    check = sdk.post("60054", info("Any", "Body", word, "1990-01-01"))
    assert status_of(check) == expected
    replaced = check.parsed_response and check.parsed_response.benefits
    told = replaced and replaced.auto_updated_eligibility_check_id
    assert bool(told) == (word == "AUTOUPDATED")
    corrected = {one.property: one.corrected_value for one in check.request_corrections or []}
    assert (corrected.get("subscriber.last_name") == "BODYSON") == (word == "CORRECTED")


def test_other_payers_and_doctors_are_entities(sdk: Sdk) -> None:
    check = sdk.post("CMS", info("Any", "Body", "OTHERPAYER", "1950-01-01"))
    payer = check.parsed_response.benefits.benefits_related_entities[-1]
    assert (payer.entity_identifier, payer.entity_name) == ("Payer", "HUMANA GOLD PLUS")
    assert [(contact.mode, contact.value) for contact in payer.contact_information] == [("Telephone", "8004574708")]


def test_an_unknown_payer(sdk: Sdk) -> None:
    check = sdk.post("BAD_PAYER_ID", info("Jane", "Doe", "AETNA12345", "2004-04-04"))
    (error,) = check.errors
    assert (error.source.value, error.error_details.code, check.parsed_response) == ("STEDI", "79", None)
    assert "BAD_PAYER_ID is not configured" in error.error_details.possible_resolutions


def test_the_member_of_a_card_has_the_copays_of_the_card(sdk: Sdk, sandbox: SandboxProcess) -> None:
    Candid(sandbox).enrol(**CARD)
    emily, richard = info("Emily", "Dickinson", "128845682", "1990-12-10"), info("Richard", "Dickinson")
    check = sdk.post("87726", emily)
    assert (status_of(check), copays(check, "98"), copays(check, "UC"), copays(check, "86")) == (
        "ACTIVE",
        [25, 30],
        [150],
        [300],
    )
    assert check.parsed_response.plan_metadata.group_number == "98755"
    child = sdk.post("87726", emily, dependent=richard, service="98")
    assert child.parsed_response.plan_metadata.dependent.first_name == "RICHARD"
    assert copays(child, "98") == [25, 30] and copays(child, "UC") == []


def test_members_differ_and_every_plan_of_theirs_reads(sdk: Sdk, sandbox: SandboxProcess) -> None:
    candid = Candid(sandbox)
    seen = set()
    for number in range(40):
        member_id, payer_id = f"GEN{number:04}", ("60054", "62308", "100199", "10134", "77023")[number % 5]
        candid.enrol(member_number=member_id, member_name="Robin Sample", payer_id=payer_id)
        check = sdk.post(payer_id, info("Robin", "Sample", member_id, "1980-05-05"))
        assert (status_of(check), check.parsed_response.plan_metadata.member_id) == ("ACTIVE", member_id)
        for _path, value in walk(check.parsed_response):
            assert not isinstance(value, float) or value >= 0
        near = check.parsed_response.benefits.plan_coverage.in_network
        if payer_id in ("60054", "62308"):
            assert near.deductible_remaining.individual <= near.deductible.individual
            assert near.oop_max_remaining.family <= near.oop_max.family
            seen.add((near.deductible.individual, near.deductible_remaining.individual))
    assert len(seen) >= 8


def test_the_items_of_a_batch_are_what_the_checks_are(sdk: Sdk, sandbox: SandboxProcess) -> None:
    asked = [("60054", info("Any", "Body", word, "1990-01-01")) for word in ("ACTIVE1", "UNPARSED", "AAA-42-79")]
    asked += [("NOBODY", info("Any", "Body", "X")), ("60054", info("Jane", "Do", "AETNA12345", "2004-04-04"))]
    alone = [sdk.post(payer_id, subscriber) for payer_id, subscriber in asked]
    batch = sdk.checks.batch(request=[question(payer_id, subscriber) for payer_id, subscriber in asked])
    page = sdk.checks.poll_batch(batch.batch_id)
    judge(page, sdk.last)
    assert [codes_of(item) for item in page.items] == [[], [], ["42", "79"], ["79"], []]
    for item, single in zip(page.items, alone, strict=True):
        assert (item.parsed_response, item.errors) == (single.parsed_response, single.errors)
        assert item.request_corrections == single.request_corrections
        assert (item.request, item.batch_id) == (single.request, batch.batch_id)


def test_a_scenario_decides_what_a_payer_answers(sdk: Sdk, sandbox: SandboxProcess) -> None:
    told = {"status": "ACTIVE", "copay": "40.00", "coinsurance": "15", "deductible": "800", "plan_name": "Gold"}
    rejected = [{"times": 1, "answer": {"aaa": code}} for code in ("42", "X9")]
    steps = [*rejected, {"times": 1, "answer": told}, {"answer": {"status": "INACTIVE"}}]
    scenario = {
        "name": "Aetna is down, then well",
        "vendor": "candid",
        "route": "check",
        "subject": {"payer_name": "Aetna"},
        "steps": steps,
    }
    sandbox.call("POST", "scenarios", scenario)
    stranger = info("Sam", "Stranger", "W123", "1990-01-01")
    down, odd, active, inactive = (sdk.post("60054", stranger) for _ in range(4))
    assert (codes_of(down), codes_of(odd)) == (["42"], ["X9"])
    assert (status_of(active), status_of(inactive)) == ("ACTIVE", "INACTIVE")
    near = active.parsed_response.benefits.plan_coverage.in_network
    assert (near.deductible.individual, active.parsed_response.plan_metadata.plan_name) == (800, "Gold")
    assert near.deductible_remaining.individual <= Decimal(800)
    assert copays(active, "98") == [40, 40]
    plan = next(one for one in active.parsed_response.benefits.service_specific_coverage if one.service_code == "30")
    assert plan.in_network.coinsurance.individual == 15
    assert codes_of(sdk.post("62308", stranger)) == ["75"]  # another payer is no part of it
