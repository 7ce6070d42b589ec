"""The sandbox's Candid: personas, rejections, magic ids, corrections, one plan in two faces."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from sandbox.candid import aaa, personas
from sandbox.candid.model import Member
from tests.sandbox.candid_vendor import Candid, codes, exact, in_network, person, rows, service, status
from tests.sandbox_process import SandboxProcess

pytestmark = pytest.mark.real
JANE = person("Jane", "Doe", "AETNA12345", "2004-04-04")


@pytest.fixture
def candid(sandbox: SandboxProcess) -> Candid:
    return Candid(sandbox)


def question_about(member: Member) -> dict[str, Any]:
    """Return what to ask about a persona: the dependent if it has one."""
    born = member.birth_date.isoformat() if member.birth_date else None
    asked: dict[str, Any] = {"subscriber": person(*member.name, member.member_id, born)}
    for dependent in member.dependents:
        asked["dependent"] = person(dependent.first_name, dependent.last_name, None, str(dependent.birth_date))
    return asked


# Personas


@pytest.mark.parametrize("member", personas.personas(), ids=lambda member: f"{member.payer_id}-{member.member_id}")
def test_it_answers_every_persona(candid: Candid, member: Member) -> None:
    answer = candid.ask(member.payer_id, **question_about(member))
    if member.rejections:
        assert (codes(answer), status(answer)) == (list(member.rejections), "UNKNOWN")
    else:
        assert (codes(answer), status(answer)) == ([], "INACTIVE" if member.status == "6" else "ACTIVE")


@pytest.mark.parametrize(
    ("payer_id", "name", "member_id", "born", "code"),
    [
        ("87726", "Jane", "UHCAAA42", "2001-01-01", "42"),
        ("87726", "Jane", "UHCAAA43", "1970-01-01", "43"),
        ("87726", "John", "UHCAAA72", "1990-01-01", "72"),
        ("87726", "John", "UHCAAA73", "1990-01-01", "73"),
        ("87726", "Jane", "UHCAAA75", "1990-01-01", "75"),
        ("87726", "John", "UHCAAA79", "1970-01-01", "79"),
    ],
)
def test_it_plays_candids_published_rejections(
    candid: Candid, payer_id: str, name: str, member_id: str, born: str, code: str
) -> None:
    assert codes(candid.ask(payer_id, person(name, "Doe", member_id, born))) == [code]


def test_it_answers_the_documented_numbers(candid: Candid) -> None:
    answer = candid.ask("60054", JANE)
    assert in_network(answer)["deductible"] == {"individual": 1500, "family": 3000}
    assert in_network(answer)["deductible_remaining"] == {"individual": Decimal("1250.5"), "family": 2750}
    assert in_network(answer)["oop_max"]["individual"] == 5000
    office = service(answer, "98")["in_network_flat"]
    assert [(line["value"], line["additional_notes"]) for line in office] == [(25, "PRIMARY CARE"), (50, "SPECIALIST")]
    assert service(answer, "30")["in_network"]["coinsurance"] == {"individual": 20}
    assert service(answer, "PT")["in_network"]["visits_remaining"] == {"individual": 28}


def test_it_returns_a_dependent(candid: Candid) -> None:
    subscriber = person("John", "Doe", "AETNA9wcSu", "2000-01-01")
    answer = candid.ask("60054", subscriber, dependent=person("Jordan", "Doe", None, "2001-07-14"))
    assert answer["parsed_response"]["plan_metadata"]["dependent"]["first_name"] == "JORDAN"
    assert answer["response"]["dependents"][0]["dateOfBirth"] == "20010714"
    alone = candid.ask("60054", subscriber)
    assert ("dependent" in alone["parsed_response"]["plan_metadata"], alone["response"]["dependents"]) == (False, [])


def test_cigna_returns_the_dependent_as_subscriber(candid: Candid) -> None:
    subscriber = person("John", "Doe", "CIGNAJTUxNm")
    answer = candid.ask("62308", subscriber, dependent=person("Jordan", "Doe", None, "2015-09-20"))
    assert answer["parsed_response"]["plan_metadata"]["subscriber"]["first_name"] == "JORDAN"
    assert answer["response"]["dependents"] == []


def test_it_returns_the_mbi(candid: Candid) -> None:
    answer = candid.ask("MBILU", person("Jane", "Doe", "123456789", "1955-05-05"))
    assert answer["parsed_response"]["plan_metadata"]["member_id"] == "1AA2CC3DD45"
    corrected = {"property": "subscriber.member_id", "request_value": "123456789", "corrected_value": "1AA2CC3DD45"}
    assert answer["request_corrections"] == [corrected]


def test_answers_run_from_nine_to_ninety_two_rows(candid: Candid) -> None:
    few = candid.ask("62308", person("Rolando", "Arrojo", "5643296", "1971-01-02"))
    many = candid.ask("62308", person("Rich", "Garces", "DHW5445", "1977-06-07"))
    assert [len(one["response"]["benefitsInformation"]) for one in (few, many)] == [9, 92]


# What does not fit


@pytest.mark.parametrize(
    ("subscriber", "more", "expected"),
    [
        (person("Jane", "Doe", "AETNA12345", "2004-04-05"), {}, "71"),
        (person("John", "Doe", "AETNA12345", "2004-04-04"), {}, "73"),
        (person("Jane", "Smith", "AETNA12345", "2004-04-04"), {}, "73"),
        (person("Jane", "Doe", "AETNA99999", "2004-04-04"), {}, "75"),
        (person("Jane", "Doe", "", "2004-04-04"), {}, "72"),
        (person("Jane", "Doe", None, "2004-04-04"), {}, "72"),
        (JANE, {"dependent": person("Jo", "Doe", None, "2020-01-01")}, "77"),
        (JANE, {"dependent": person("", "", None, "2020-01-01")}, "65"),
        (JANE, {"day": "2001-01-01"}, "60"),
        (JANE, {"service": "ZZ"}, "55"),
        (JANE, {"provider": {"npi": "1999999985", "organization_name": "C"}}, "43"),
        (JANE, {"provider": {"npi": "npi", "organization_name": "C"}}, "43"),
        (JANE, {"provider": {"npi": "1999999984"}}, "44"),
        (JANE, {"provider": {"npi": "1999999984", "first_name": "Nora"}}, "44"),
    ],
)
def test_it_says_what_does_not_fit(
    candid: Candid, subscriber: dict[str, Any], more: dict[str, Any], expected: str
) -> None:
    answer = candid.ask("60054", subscriber, **more)
    assert (codes(answer), status(answer)) == ([expected], "UNKNOWN")
    assert answer["response"]["errors"][0]["code"] == expected


def test_any_number_with_its_check_digit_is_an_npi(candid: Candid) -> None:
    """Claim payments take 1 and 2 alone as first digit (test_payments_strict); Candid's upstream does not look."""
    answer = candid.ask("60054", JANE, provider={"npi": "3234567899", "organization_name": "C"})
    assert (answer["errors"], status(answer)) == (None, "ACTIVE")


def test_it_says_where_a_dependents_birth_date_is_wrong(candid: Candid) -> None:
    subscriber = person("John", "Doe", "AETNA9wcSu", "2000-01-01")
    answer = candid.ask("60054", subscriber, dependent=person("Jordan", "Doe", None, "2001-07-15"))
    assert codes(answer) == ["71"]
    assert answer["errors"][0]["errorDetails"]["location?"] == "Loop 2100D"
    assert answer["response"]["dependents"][0]["aaaErrors"][0]["code"] == "71"


def test_it_turns_down_payers_that_cannot_be_asked(candid: Candid) -> None:
    assert codes(candid.ask("FRIDY", JANE)) == ["79"]
    assert codes(candid.ask("77027", JANE)) == ["41"]


_CODES = (
    "04 15 33 35 41 42 43 44 45 46 47 48 49 50 51 52 53 54 55 56 57 58 60 61 62 63 64 65 66 67 68 69 70 71 72 73 74 75 "
    "76 77 78 79 80 97 98 AA AE AF AG AO CI E8 IA MA T4"
)


def test_every_aaa_code_can_be_provoked(candid: Candid) -> None:
    assert " ".join(aaa.codes()) == _CODES
    for code in aaa.codes():
        answer = candid.ask("60054", person("Any", "Body", f"AAA-{code}", "1990-01-01"))
        details, expected = answer["errors"][0]["errorDetails"], aaa.rejection(code)
        assert (details["code?"], details["description?"]) == (code, expected.description)
        assert (details["location?"], details["followupAction?"]) == (expected.location, expected.follow_up)
        level = {"Loop 2100A": "payer", "Loop 2100B": "provider", "Loop 2100C": "subscriber"}[expected.location]
        assert [error["code"] for error in answer["response"][level]["aaaErrors"]] == [code]
        assert all(isinstance(value, str) for value in details.values())


@pytest.mark.parametrize(
    ("letter", "follow_up"),
    [
        ("C", "Please Correct and Resubmit"),
        ("N", "Resubmission Not Allowed"),
        ("P", "Please Resubmit Original Transaction"),
        ("R", "Resubmission Allowed"),
        ("S", "Do Not Resubmit; Inquiry Initiated to a Third Party"),
        ("W", "Please Wait 30 Days and Resubmit"),
        ("X", "Please Wait 10 Days and Resubmit"),
        ("Y", "Do Not Resubmit; We Will Hold Your Request and Respond Again Shortly"),
    ],
)
def test_every_follow_up_action_can_be_provoked(candid: Candid, letter: str, follow_up: str) -> None:
    answer = candid.ask("60054", person("Any", "Body", f"AAA-42-79-{letter}"))
    assert codes(answer) == ["42", "79"]
    assert [error["errorDetails"]["followupAction?"] for error in answer["errors"]] == [follow_up] * 2


def test_several_codes_come_together(candid: Candid) -> None:
    assert codes(candid.ask("60054", person("Any", "Body", "aaa-42-79"))) == ["42", "79"]
    for unknown in ("AAA-00", "AAA-42-Q"):
        assert codes(candid.ask("60054", person("Any", "Body", unknown))) == ["75"]


# Magic ids


@pytest.mark.parametrize(
    ("member_id", "expected", "raw"),
    [
        ("ACTIVE1", "ACTIVE", "1"),
        ("ACTIVE5", "ACTIVE", "5"),
        ("INACTIVE6", "INACTIVE", "6"),
        ("INACTIVE7", "INACTIVE", "7"),
        ("INACTIVE8", "INACTIVE", "8"),
    ],
)
def test_it_plays_every_status(candid: Candid, member_id: str, expected: str, raw: str) -> None:
    answer = candid.ask("60054", person("Any", "Body", member_id, "1990-01-01"))
    assert (status(answer), answer["errors"]) == (expected, None)
    assert answer["response"]["benefitsInformation"][0]["code"] == raw


def test_it_plays_an_answer_without_content(candid: Candid) -> None:
    answer = candid.ask("60054", person("Any", "Body", "UNKNOWN"))
    assert answer["parsed_response"] == {"eligibility_status": "UNKNOWN"}
    assert (answer["errors"], answer["response"]["benefitsInformation"]) == (None, [])
    assert candid.ask("60054", person("Any", "Body", "UNPARSED"))["parsed_response"] is None


def test_it_plays_a_payer_that_recovers(candid: Candid) -> None:
    answers = [candid.ask("60054", person("Any", "Body", "RECOVERS", "1990-01-01")) for _ in range(3)]
    assert [codes(answer) for answer in answers] == [["42"], [], []]
    assert status(answers[1]) == "ACTIVE"


def test_it_plays_a_contradiction(candid: Candid) -> None:
    answer = candid.ask("60054", person("Any", "Body", "CONTRADICT"))
    found = [row["code"] for row in answer["response"]["benefitsInformation"] if row["serviceTypeCodes"] == ["30"]]
    assert {"1", "6"} <= set(found)


def test_it_plays_coverage_that_ended(candid: Candid) -> None:
    answer = candid.ask("60054", person("Any", "Body", "ENDED"), day="2026-03-01")
    assert (status(answer), answer["parsed_response"]["plan_metadata"]["end_date"]) == ("INACTIVE", "2025-12-31")


def test_it_names_another_payer(candid: Candid) -> None:
    answer = candid.ask("CMS", person("Any", "Body", "OTHERPAYER"))
    entity = answer["parsed_response"]["benefits"]["benefits_related_entities"][-1]
    assert (entity["entityIdentifier"], entity["contactInformation"][0]["mode"]) == ("Payer", "Telephone")
    assert rows(answer, "R")[0]["benefitsRelatedEntities"][0]["entityName"] == entity["entityName"]


def test_it_names_the_check_that_replaces_this_one(candid: Candid) -> None:
    answer = candid.ask("60054", person("Any", "Body", "AUTOUPDATED"))
    assert answer["parsed_response"]["benefits"]["autoUpdatedEligibilityCheckId"].startswith("ec_")


def test_it_raises_an_error_of_candids_own(candid: Candid) -> None:
    answer = candid.ask("60054", person("Any", "Body", "CANDID-date_of_birth"))
    error = answer["errors"][0]
    assert (error["source"], error["errorDetails"]["field?"]) == ("CANDID", "subscriber.date_of_birth")
    assert (answer["response"], answer["parsed_response"]) == (None, None)
    candid.sandbox.switch("candid", "candid_error_field", "provider.npi")
    assert candid.ask("60054", JANE)["errors"][0]["errorDetails"]["field?"] == "provider.npi"


# Corrections


@pytest.mark.parametrize(
    ("subscriber", "expected"),
    [
        (person("Jane", "Do", "AETNA12345", "2004-04-04"), [("subscriber.last_name", "Do", "DOE")]),
        (person("Janet", "Doe", "AETNA12345", "2004-04-04"), [("subscriber.first_name", "Janet", "JANE")]),
        (person("JANE", "doe", "aetna 12345", "2004-04-04"), None),
    ],
)
def test_it_corrects_close_misses(candid: Candid, subscriber: dict[str, str], expected: Any) -> None:
    answer = candid.ask("60054", subscriber)
    assert status(answer) == "ACTIVE"
    found = answer["request_corrections"]
    told = found and [(one["property"], one["request_value"], one["corrected_value"]) for one in found]
    assert told == expected


def test_it_corrects_day_and_month_that_changed_places(candid: Candid) -> None:
    answer = candid.ask("62308", person("James", "Jones", "23456789100", "1991-02-02"))
    assert answer["request_corrections"] is None
    answer = candid.ask("61101", person("Jane", "Doe", "HUMANA123", "1975-05-05"))
    assert answer["request_corrections"] is None
    answer = candid.ask("62308", person("Rolando", "Arrojo", "5643296", "1971-02-01"))
    assert answer["request_corrections"][0]["corrected_value"] == "1971-01-02"


def test_it_corrects_everything_at_once(candid: Candid) -> None:
    answer = candid.ask("60054", person("Any", "Body", "CORRECTED", "1990-01-01"))
    told = {one["property"]: one["corrected_value"] for one in answer["request_corrections"]}
    assert told == {
        "subscriber.last_name": "BODYSON",
        "subscriber.member_id": "CORRECTED01",
        "subscriber.date_of_birth": "1990-01-02",
    }


# Asked before


def test_it_returns_the_check_it_already_has(candid: Candid) -> None:
    before = (datetime.now(UTC) - timedelta(minutes=5)).isoformat()
    first = candid.ask("60054", JANE, get_existing_check_initiated_after=before)
    again = candid.ask("60054", JANE, get_existing_check_initiated_after=before)
    assert again["response"]["id"] == first["response"]["id"]
    assert candid.held("checks") == 1
    fresh = candid.ask("60054", JANE)
    later = candid.ask("60054", JANE, get_existing_check_initiated_after=datetime.now(UTC).isoformat())
    other = candid.ask("60054", JANE, get_existing_check_initiated_after=before, service="98")
    ids = {one["response"]["id"] for one in (first, fresh, later, other)}
    assert (len(ids), candid.held("checks")) == (4, 4)


def test_a_failed_check_is_not_returned_again(candid: Candid) -> None:
    before = (datetime.now(UTC) - timedelta(minutes=5)).isoformat()
    nobody = person("Jane", "Doe", "UHCAAA42", "2001-01-01")
    for _ in range(2):
        assert codes(candid.ask("87726", nobody, get_existing_check_initiated_after=before)) == ["42"]
    assert candid.held("checks") == 2


# Spellings


@pytest.mark.parametrize(
    ("spelling", "keys"),
    [("plain", {"code"}), ("question", {"code?"}), ("both", {"code", "code?"})],
)
def test_it_spells_error_keys_as_told(candid: Candid, spelling: str, keys: set[str]) -> None:
    candid.sandbox.switch("candid", "detail_keys", spelling)
    answer = exact(candid.post(candid.body("60054", person("Any", "Body", "AAA-75"))))
    assert {key for key in answer["errors"][0]["errorDetails"] if key.startswith("code")} == keys


def test_it_writes_shares_on_either_scale(candid: Candid) -> None:
    for scale, expected in (("20", Decimal(20)), ("0.2", Decimal("0.2"))):
        candid.sandbox.switch("candid", "percent_scale", scale)
        answer = candid.ask("60054", JANE)
        assert service(answer, "30")["in_network"]["coinsurance"]["individual"] == expected
        assert rows(answer, "A", inPlanNetworkIndicatorCode="Y")[0]["benefitPercent"] == "0.2"


# One plan, two faces

_KINDS = {("C", "23"): "DEDUCTIBLE", ("C", "29"): "DEDUCTIBLE_REMAINING", ("C", "24"): "DEDUCTIBLE_YEAR_TO_DATE"} | {
    ("C", "25"): "DEDUCTIBLE_CONTRACT",
    ("G", "23"): "OOP_MAX",
    ("G", "29"): "OOP_MAX_REMAINING",
    ("G", "24"): "OOP_MAX_YEAR_TO_DATE",
    ("G", "25"): "OOP_MAX_CONTRACT",
}
_LEVELS = {"IND": "INDIVIDUAL", "FAM": "FAMILY", "EMP": "EMPLOYEE_ONLY", "ESP": "EMPLOYEE_AND_SPOUSE"} | {
    "ECH": "EMPLOYEE_AND_CHILDREN"
}
_ACTIVE = [member for member in personas.personas() if not member.rejections and member.status == "1"]


@pytest.mark.parametrize("member", _ACTIVE, ids=lambda member: member.member_id)
def test_raw_and_parsed_agree_on_the_yearly_amounts(candid: Candid, member: Member) -> None:
    answer = candid.ask(member.payer_id, **question_about(member))
    coverage = answer["parsed_response"]["benefits"]["plan_coverage"]
    for network, marks in (("in_network", "YWU"), ("out_of_network", "NWU")):
        raw = [
            (_KINDS[row["code"], row["timeQualifierCode"]], _LEVELS[row["coverageLevelCode"]], row["benefitAmount"])
            for row in answer["response"]["benefitsInformation"]
            if (row["code"], row.get("timeQualifierCode")) in _KINDS and row["inPlanNetworkIndicatorCode"] in marks
        ]
        flat = coverage[f"{network}_flat"]
        assert [(line["type"], line["coverageLevel"], Decimal(line["value"])) for line in flat] == [
            (kind, level, Decimal(amount)) for kind, level, amount in raw
        ]


def test_the_shapes_reach_every_place_of_the_parsed_view(candid: Candid) -> None:
    kinds, levels, networks = set(), set(), set()
    for member in _ACTIVE:
        parsed = candid.ask(member.payer_id, **question_about(member))["parsed_response"]
        places = [parsed["benefits"]["plan_coverage"], *parsed["benefits"]["service_specific_coverage"]]
        for place in places:
            for network in ("in_network_flat", "out_of_network_flat"):
                kinds |= {line["type"] for line in place[network]}
                levels |= {line["coverageLevel"] for line in place[network]}
                networks |= {network for _line in place[network]}
    assert set(_KINDS.values()) - {"OOP_MAX_YEAR_TO_DATE"} <= kinds
    assert {"COPAY", "COINSURANCE", "LIMITATION", "OOP_MAX_YEAR_TO_DATE"} <= kinds
    assert levels == set(_LEVELS.values())
    assert len(networks) == 2


def test_zero_left_is_a_number(candid: Candid) -> None:
    answer = candid.ask("60054", person("Any", "Body", "MET", "1990-01-01"))
    assert in_network(answer)["deductible_remaining"] == {"individual": 0, "family": 0}
    totals = candid.ask("60054", person("Any", "Body", "TOTALSONLY", "1990-01-01"))
    assert "deductible_remaining" not in in_network(totals)


def test_the_plan_year_holds_the_date_of_service(candid: Candid) -> None:
    for day in ("2025-12-31", "2026-02-28"):
        metadata = candid.ask("60054", JANE, day=day)["parsed_response"]["plan_metadata"]
        assert metadata["start_date"] <= day <= metadata["end_date"]
    assert date.fromisoformat(metadata["plan_dates"][1]["start_date"]) < date(2026, 1, 1)
