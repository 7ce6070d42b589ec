"""The sandbox's Candid: members of cards it has read."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from sandbox.candid.people import close_name, lookalike, same_name, split_name
from tests.sandbox.candid_vendor import Candid, codes, in_network, person, rows, service, status
from tests.sandbox_process import SandboxProcess

CARD = {
    "member_number": {"value": "128845682", "scores": ["0.99", "0.98"]},
    "member_name": {"value": "emily dickinson", "scores": ["0.97", "0.9"]},
    "dependent_names": [{"value": "richard dickinson", "scores": ["0.9", "0.9"]}],
    "payer_id": {"value": "87726", "scores": ["0.99", "0.99"]},
    "payer_name": {"value": "unitedhealthcare", "scores": ["0.99", "0.99"]},
    "group_number": {"value": "98755", "scores": ["0.99", "0.99"]},
    "plan_name": {"value": "choice plus", "scores": ["0.9", "0.9"]},
    "copays_deductibles": [
        {"service": "office_visit", "category": "copay", "value": 25, "score": "0.9"},
        {"service": "specialist_visit", "category": "copay", "value": 30, "score": "0.9"},
        {"service": "urgent_care", "category": "copay", "value": 150, "score": "0.9"},
        {"service": "emergency_room", "category": "copay", "value": 300, "score": "0.9"},
    ],
}
EMILY = person("Emily", "Dickinson", "128845682", "1990-12-10")
real = pytest.mark.real


@pytest.fixture
def candid(sandbox: SandboxProcess) -> Candid:
    client = Candid(sandbox)
    assert client.enrol(**CARD) == "128845682"
    return client


@real
def test_it_knows_the_member_of_a_card(candid: Candid) -> None:
    answer = candid.ask("87726", EMILY, service="98")
    assert (status(answer), codes(answer), answer["request_corrections"]) == ("ACTIVE", [], None)
    metadata = answer["parsed_response"]["plan_metadata"]
    assert (metadata["plan_name"], metadata["group_number"]) == ("CHOICE PLUS", "98755")
    assert (metadata["subscriber"]["date_of_birth"], metadata["member_id"]) == ("1990-12-10", "128845682")


@real
def test_it_answers_the_copays_of_the_card(candid: Candid) -> None:
    answer = candid.ask("87726", EMILY)
    assert [line["value"] for line in service(answer, "98")["in_network_flat"]] == [25, 30]
    assert service(answer, "UC")["in_network"]["copay"] == {"individual": 150}
    assert service(answer, "86")["in_network"]["copay"] == {"individual": 300}


@real
def test_it_answers_the_service_asked_about(candid: Candid) -> None:
    for asked, others in (("98", {"PT", "UC", "86"}), ("PT", {"98", "UC", "86"})):
        answer = candid.ask("87726", EMILY, service=asked)
        found = {row for raw in answer["response"]["benefitsInformation"] for row in raw["serviceTypeCodes"]}
        copays = {code for row in rows(answer, "B") for code in row["serviceTypeCodes"]}
        assert "30" in found and asked in copays and not copays & others
    unknown_to_the_plan = candid.ask("87726", EMILY, service="78")
    assert (status(unknown_to_the_plan), rows(unknown_to_the_plan, "B")) == ("ACTIVE", [])


@real
def test_the_first_birth_date_is_believed_and_kept(candid: Candid) -> None:
    stranger = candid.ask("87726", person("Mary", "Shelley", "128845682", "1797-08-30"))
    assert codes(stranger) == ["73"]
    assert status(candid.ask("87726", person("Emily", "Dickinson", "128845682"))) == "ACTIVE"
    assert status(candid.ask("87726", EMILY)) == "ACTIVE"
    assert codes(candid.ask("87726", EMILY | {"date_of_birth": "1990-12-11"})) == ["71"]
    corrected = candid.ask("87726", EMILY | {"date_of_birth": "1990-10-12"})
    assert corrected["request_corrections"][0]["corrected_value"] == "1990-12-10"


@real
def test_a_card_read_again_keeps_what_was_learned(candid: Candid) -> None:
    candid.ask("87726", EMILY)
    candid.enrol(**CARD)
    assert codes(candid.ask("87726", EMILY | {"date_of_birth": "1971-01-01"})) == ["71"]


@real
def test_dependents_are_found_through_the_subscriber(candid: Candid) -> None:
    richard = person("Richard", "Dickinson", None, "2015-05-05")
    answer = candid.ask("87726", EMILY, dependent=richard)
    assert (status(answer), answer["response"]["dependents"][0]["firstName"]) == ("ACTIVE", "RICHARD")
    assert codes(candid.ask("87726", EMILY, dependent=richard | {"date_of_birth": "2015-05-06"})) == ["71"]
    assert codes(candid.ask("87726", EMILY, dependent=person("Lavinia", "Dickinson", None, "2015-05-05"))) == ["77"]
    alone = candid.ask("87726", person("Richard", "Dickinson", "128845682", "2015-05-05"))
    assert codes(alone) == ["73"]
    assert "Ask through the subscriber" in alone["errors"][0]["errorDetails"]["possibleResolutions?"]


@real
def test_another_payer_does_not_know_the_member(candid: Candid) -> None:
    assert codes(candid.ask("60054", EMILY)) == ["75"]


@real
def test_a_card_of_a_payer_that_needs_enrollment_is_answered(candid: Candid) -> None:
    candid.enrol(member_number="T100", member_name="Sam Hale", payer_name="TRICARE East")
    assert status(candid.ask("TREST", person("Sam", "Hale", "T100", "1980-01-01"))) == "ACTIVE"
    assert codes(candid.ask("TREST", person("Sam", "Hale", "T999", "1980-01-01"))) == ["41"]


@real
def test_a_card_without_a_payer_belongs_to_who_is_asked_first(candid: Candid) -> None:
    candid.enrol(member_number="K1234567", member_name="ALVAREZ, ROSA M", payer_name="blue cross blue shield")
    rosa = person("Rosa", "Alvarez", "K1234567", "1980-01-01")
    assert status(candid.ask("G84980", rosa)) == "ACTIVE"
    assert codes(candid.ask("G00621", rosa)) == ["75"]


@real
def test_a_misread_zero_does_not_lose_the_member(candid: Candid) -> None:
    candid.enrol(member_number="YUB1O0Z5", member_name="Rosa Alvarez", payer_id="62308")
    answer = candid.ask("62308", person("Rosa", "Alvarez", "YUB100Z5", "1980-01-01"))
    assert status(answer) == "ACTIVE"
    assert answer["request_corrections"][0]["property"] == "subscriber.member_id"
    assert codes(candid.ask("62308", person("Rosa", "Alvarez", "YUB100Z7", "1980-01-01"))) == ["75"]


@real
def test_a_surname_of_several_words_is_found_either_way(candid: Candid) -> None:
    candid.enrol(member_number="M1", member_name="MARIA DE LA CRUZ", payer_id="62308")
    for first, last in (("Maria", "De La Cruz"), ("Maria", "Cruz")):
        answer = candid.ask("62308", person(first, last, "M1", "1980-01-01"))
        assert (status(answer), answer["request_corrections"]) == ("ACTIVE", None)
    answer = candid.ask("62308", person("Maria De La", "Cruz", "M1", "1980-01-01"))
    assert status(answer) == "ACTIVE"


@real
def test_coverage_that_has_not_begun_is_inactive(candid: Candid) -> None:
    candid.enrol(member_number="N777", member_name="New Member", payer_id="62308", start_date="07/01/2026")
    new = person("New", "Member", "N777", "1980-01-01")
    before, after = (candid.ask("62308", new, day=day) for day in ("2026-06-30", "2026-07-01"))
    assert (status(before), status(after)) == ("INACTIVE", "ACTIVE")


@real
@pytest.mark.parametrize(("days", "expected"), [(-800, ["62"]), (-300, []), (300, []), (400, ["63"])])
def test_payers_answer_for_a_while_around_today(candid: Candid, days: int, expected: list[str]) -> None:
    day = (datetime.now(UTC).date() + timedelta(days=days)).isoformat()
    assert codes(candid.ask("87726", EMILY, day=day)) == expected


@real
def test_members_differ_and_stay_the_same(candid: Candid) -> None:
    seen = set()
    for number in range(12):
        member_id = f"Z{number:06}"
        candid.enrol(member_number=member_id, member_name=f"Person Number{'ABCDEFGHIJKL'[number]}", payer_id="62308")
        asked = person("Person", f"Number{'ABCDEFGHIJKL'[number]}", member_id, "1980-01-01")
        one, two = (candid.ask("62308", asked) for _ in range(2))
        assert one["parsed_response"] == two["parsed_response"]
        seen.add((in_network(one)["deductible"]["individual"], in_network(one)["deductible_remaining"]["individual"]))
        _is_possible(in_network(one))
    assert len(seen) >= 8


def _is_possible(amounts: dict[str, dict[str, Decimal]]) -> None:
    for pot in ("deductible", "oop_max"):
        for level in ("individual", "family"):
            assert 0 <= amounts[f"{pot}_remaining"][level] <= amounts[pot][level]
    assert amounts["oop_max"]["individual"] >= amounts["deductible"]["individual"]


@real
def test_medicaid_members_pay_little(candid: Candid) -> None:
    candid.enrol(member_number="MC0001", member_name="Ann Lee", payer_name="MassHealth")
    answer = candid.ask("100199", person("Ann", "Lee", "MC0001", "2000-01-01"))
    assert in_network(answer)["deductible"] == {"individual": 0, "family": 0}
    assert service(answer, "98")["in_network"]["copay"]["individual"] <= 4


@real
def test_a_card_without_number_or_name_enrols_nobody(candid: Candid) -> None:
    assert candid.enrol(member_name="Ann Lee") is None
    assert candid.enrol(member_number="A1", member_name="") is None


# Names and numbers


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        ("emily dickinson", ("EMILY", "", "DICKINSON")),
        ("DOE, JANE Q", ("JANE", "Q", "DOE")),
        ("John Q. Public Jr.", ("JOHN", "Q", "PUBLIC")),
        ("Doe, Jr.", ("", "", "DOE")),
        ("José Núñez-Díaz", ("JOSE", "", "NUNEZ DIAZ")),
        ("MARIA DE LA CRUZ", ("MARIA", "DE LA", "CRUZ")),
        ("Cher", ("", "", "CHER")),
        ("", ("", "", "")),
    ],
)
def test_it_reads_a_printed_name(printed: str, expected: tuple[str, str, str]) -> None:
    assert split_name(printed) == expected


@pytest.mark.parametrize(
    ("asked", "known", "same", "close"),
    [
        (("Jane", "Doe"), ("JANE", "DOE"), True, True),
        (("Mary Ann", "O'Neil"), ("MARYANN", "ONEIL"), True, True),
        (("Jon", "Doe"), ("JOHN", "DOE"), False, True),
        (("J", "Doe"), ("JANE", "DOE"), False, True),
        (("Jane", "Dickenson"), ("JANE", "DICKINSON"), False, True),
        (("John", "Doe"), ("JANE", "DOE"), False, False),
        (("Jon", "Do"), ("JOHN", "DOE"), False, False),
        (("Jane", ""), ("JANE", "DOE"), False, False),
    ],
)
def test_it_compares_names(asked: tuple[str, str], known: tuple[str, str], same: bool, close: bool) -> None:
    assert (same_name(asked, known), close_name(asked, known)) == (same, close)


def test_it_folds_what_looks_alike() -> None:
    assert lookalike("yub-1O0 Z5") == lookalike("YUBI002S")
    assert lookalike("128845682") != lookalike("128845683")
