"""The card reader: copays, phone numbers and addresses."""

import pytest

from sandbox.cardscan.reader.copays import describe, find_copays
from sandbox.cardscan.reader.extras import find_addresses, find_phones
from tests.sandbox.reader_lines import front


def copays(*rows: tuple[str, float, float]) -> dict[tuple[str, str], object]:
    return {(row["service"], row["category"]): row["value"] for row in find_copays(front(*rows))}


@pytest.mark.parametrize(
    "rows",
    [
        [("Office: $25", 40, 40), ("ER: $300", 300, 40)],
        [("Copays: Office Visit $25 Emergency Room $300", 40, 40)],
        [("PCP / ER $25 / $300", 40, 40)],
        [("Office visit", 40, 40), ("$25", 400, 42), ("Emergency room", 40, 90), ("$300", 400, 91)],
        [("PCP Visit $25", 40, 40), ("Hospital Emergency: $300", 40, 90)],
        [("0V/ER: $25/$300", 40, 40)],
        [("PCP consult", 40, 40), ("$25", 400, 42), ("ER (waived if admitted)", 40, 90), ("$300", 400, 91)],
        [("You pay a $25 copay for each office visit", 40, 40), ("$300 per ER visit", 40, 90)],
    ],
)
def test_it_pairs_services_and_amounts(rows: list[tuple[str, float, float]]) -> None:
    assert copays(*rows) == {("office_visit", "copay"): 25, ("emergency_room", "copay"): 300}


def test_free_is_an_amount_also_where_ocr_reads_a_letter() -> None:
    assert copays(("PCP: $O Specialist: $20", 40, 40))[("office_visit", "copay")] == 0


def test_a_dollar_sign_may_be_read_as_a_letter() -> None:
    assert copays(("UC/ER: S50/S200", 40, 40)) == {("urgent_care", "copay"): 50, ("emergency_room", "copay"): 200}


def test_deductibles_and_percentages_are_no_copays() -> None:
    found = copays(("In-Network Deductible $1,500", 40, 40), ("Urgent Care 20%", 40, 90))
    assert found == {("in_network_medical", "deductible"): 1500, ("urgent_care", "coinsurance"): 20}


def test_cents_are_kept() -> None:
    rows = find_copays(front(("Office $12.50", 40, 40)))
    assert rows[0]["value"] == 12.5
    assert describe(rows) == "office visit: $12.50"


def test_a_list_that_does_not_fit_its_amounts_is_less_sure() -> None:
    fits, lacks = (find_copays(front((text, 40, 40))) for text in ("PCP/SPC/ER: $5/$6/$7", "PCP/XX/ER: $5/$6/$7"))
    assert float(lacks[0]["score"]) < 0.7 < float(fits[0]["score"])


def test_an_amount_belongs_to_the_words_right_before_it() -> None:
    assert copays(("Dental and vision $15", 40, 40)) == {("vision", "copay"): 15}


def test_a_doctor_is_no_price_list() -> None:
    assert copays(("PCP: Rosario Family Clinic", 40, 40), ("No copays for covered services.", 40, 80)) == {}


def test_an_amount_without_a_service_is_left_out() -> None:
    assert copays(("Total $40", 40, 40)) == {}


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Member Services: 800-555-0142", "member_services_phone"),
        ("Provider Services (800) 555-0142", "provider_services_phone"),
        ("For Pharmacists: 1-800-555-0142", "pharmacy_services_phone"),
        ("Preauthorization: 800.555-0142", "provider_services_phone"),
        ("NurseLine 800-555-0142", "telemedicine_phone"),
        ("Dental: 800-555-0142", "dental_benefit_phone"),
    ],
)
def test_it_knows_what_a_phone_number_is_for(text: str, kind: str) -> None:
    (row,) = find_phones(front((text, 40, 40)))
    assert (row["type"], row["number"]) == (kind, "800-555-0142")


def test_the_words_of_a_number_may_stand_left_of_it() -> None:
    (row,) = find_phones(front(("Pharmacy help:", 40, 40), ("800-555-0142", 500, 42)))
    assert (row["label"], row["type"]) == ("pharmacy help", "pharmacy_services_phone")


def test_a_number_for_something_else_is_left_out() -> None:
    assert find_phones(front(("Transportation: 800-555-0142", 40, 40))) == []


def test_it_reads_an_address_in_one_line() -> None:
    line = "Pharmacy Claims: OptumRx, PO Box 650, Dallas, TX 75265-0334"
    (row,) = find_addresses(front((line, 40, 40)))
    assert row["type"] == "pharmacy_claims_address"
    assert (row["company_name"], row["address"]) == ("optumrx", "po box 650, dallas, tx 75265-0334")


def test_it_reads_an_address_in_several_lines() -> None:
    rows = [("Send claims to:", 40, 40), ("PO Box 41207", 40, 74), ("Lexington, KY 40512", 40, 108)]
    (row,) = find_addresses(front(*rows))
    assert (row["type"], row["address"]) == ("medical_claims_address", "po box 41207, lexington, ky 40512")
