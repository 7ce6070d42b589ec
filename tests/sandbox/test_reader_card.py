"""The card reader: what a whole card says, in the vendor's shape."""

import pytest

from sandbox.cardscan.reader.barcode import CardBarcode, parse_barcode
from sandbox.cardscan.reader.card import details, matches, read_reading
from sandbox.cardscan.reader.lines import Line
from sandbox.cardscan.reader.scoring import Found, agrees, best, with_barcode
from tests.sandbox.reader_lines import front

BARCODE = "%WH9118070801734120956^HARGROVE/ELLEN^GR61842^BN017284^PC8841^DI12/18/2022?"

#: the fields of the vendor's schema (contract section 4)
VENDORS_FIELDS = {
    *("group_number", "member_number", "payer_name", "rx_bin", "rx_pcn", "member_name", "dependent_names", "plan_name"),
    *("plan_id", "card_specific_id", "client_name", "payer_id", "plan_details", "rx_id", "rx_issuer", "rx_plan"),
    *("start_date", "employer", "medicare_medicaid_id", "member_dob", "member_gender", "member_id_prefix"),
    *("member_id_suffix", "part_a_effective_date", "part_b_effective_date", "pharmacy_benefit_manager", "plan_type"),
}


def card(*more: tuple[str, float, float]) -> list[Line]:
    return front(
        ("Northlight Healthcare", 40, 20),
        ("Member ID: 734120956", 40, 100),
        ("Group Number: 61842", 500, 100),
        ("Member:", 40, 150),
        ("ELLEN HARGROVE", 40, 184),
        ("Payer ID 73155", 500, 184),
        ("RxBin: 017284", 500, 260),
        ("RxPCN: 8841", 500, 296),
        ("Office: $25", 40, 460),
        *more,
    )


def read(lines: list[Line], barcode: CardBarcode | None = None) -> dict[str, object]:
    return details(read_reading(lines, None, barcode))


def score(found: dict[str, object], name: str) -> float:
    return min(map(float, found[name]["scores"]))


def value(found: dict[str, object], name: str) -> object:
    row = found.get(name)
    return row["value"] if isinstance(row, dict) else None


def test_it_answers_in_the_vendors_shape() -> None:
    found = read(card(("Dependents:", 40, 240), ("THOMAS HARGROVE", 40, 274)))
    assert set(found) <= VENDORS_FIELDS
    rows = [row for name, row in found.items() if name != "dependent_names"] + list(found["dependent_names"])
    assert all(set(row) == {"value", "scores"} and len(row["scores"]) == 2 for row in rows)
    scores = [score for row in rows for score in row["scores"]]
    assert all(isinstance(score, str) and len(score) == 5 and 0 < float(score) < 1 for score in scores)


def test_names_are_lower_case_and_codes_as_printed() -> None:
    found = read(
        front(("Member ID: kpb883104729", 40, 40), ("Name: MARCUS OYELARAN", 40, 90), ("Grp CAL00412", 40, 140))
    )
    assert value(found, "member_name") == "marcus oyelaran"
    assert (value(found, "member_number"), value(found, "group_number")) == ("KPB883104729", "CAL00412")
    assert value(found, "member_id_prefix") == "KPB"


def test_the_largest_company_name_at_the_top_is_the_payer() -> None:
    assert value(read(card()), "payer_name") == "northlight healthcare"


def test_a_payer_in_two_lines_is_one_name() -> None:
    lines = front(("FIRST PRAIRIE", 40, 30, 44), ("ASSURANCE", 40, 80, 44), ("Member ID: 5520183467", 40, 200))
    assert value(read(lines), "payer_name") == "first prairie assurance"


def test_a_known_payer_is_named_without_its_plan() -> None:
    lines = front(("UnitedHealthcare Choice Plus®", 40, 30), ("Member ID: 734120956", 40, 200))
    found = read(lines)
    assert (value(found, "payer_name"), value(found, "plan_name")) == (
        "unitedhealthcare",
        "unitedhealthcare choice plus",
    )


def test_a_plan_without_a_label_is_told_by_its_words() -> None:
    assert value(read(card(("Silver Select EPO", 600, 20))), "plan_name") == "silver select epo"
    assert value(read(card(("Silver Select EPO", 600, 20))), "plan_type") == "epo"


def test_a_name_without_a_label_stands_near_the_number() -> None:
    lines = front(("SIMONE LAURENT", 40, 60), ("Member ID # QRD119038255", 40, 110), ("Alan Poe", 40, 600))
    found = read(lines)
    assert value(found, "member_name") == "simone laurent"
    labelled = read(front(("Name: SIMONE LAURENT", 40, 60), ("Member ID # QRD119038255", 40, 110)))
    assert score(found, "member_name") < score(labelled, "member_name")


@pytest.mark.parametrize(
    "rows",
    [
        [("Dependents:", 40, 240), ("LEO STONE", 40, 274), ("MIA STONE", 40, 308)],
        [("Dependents: LEO STONE, MIA STONE", 40, 240)],
        [("Dependents", 40, 240), ("STONE, LEO", 300, 240), ("STONE, MIA", 300, 274)],
        [("Dependent 1: Leo Stone", 40, 240), ("Dependent 2: Mia Stone", 40, 280)],
        [("Spouse: Leo Stone", 40, 240), ("Child: Mia Stone", 40, 280)],
    ],
)
def test_it_lists_the_dependents(rows: list[tuple[str, float, float]]) -> None:
    found = read(card(*rows))
    assert [row["value"] for row in found["dependent_names"]] == ["leo stone", "mia stone"]


def test_a_numbered_list_begins_with_the_member() -> None:
    lines = front(("ID W204817735", 40, 40), ("NAME", 40, 90), ("01 AVA STONE", 40, 124), ("02 LEO REED", 40, 158))
    found = read(lines)
    assert value(found, "member_name") == "ava stone"
    assert [row["value"] for row in found["dependent_names"]] == ["leo reed"]


def test_the_group_of_the_pharmacy_is_not_the_group() -> None:
    lines = front(("Group No.", 40, 40), ("0866342", 240, 40), ("Rx BIN 610502 PCN 00670000 GRP RX8812", 40, 90))
    assert value(read(lines), "group_number") == "0866342"


def test_a_group_that_closes_the_row_of_bin_and_pcn_is_the_pharmacys() -> None:
    lines = front(("ID 734120956", 40, 40), ("BIN: 610502", 40, 90), ("PCN: 9F", 400, 90), ("Group: RX8812", 760, 90))
    column = front(("ID 734120956", 40, 40), ("BIN: 610502", 40, 90), ("PCN: 9F", 40, 130), ("Group: RX8812", 40, 170))
    for reading in (read_reading(lines, None, None), read_reading(column, None, None)):
        assert matches(reading)["rx_group"]["value"] == "RX8812"
        assert "group_number" not in reading.fields


def test_one_label_may_announce_bin_and_pcn() -> None:
    found = read(front(("Member ID: 734120956", 40, 40), ("Rx BIN/PCN:", 40, 90), ("020107/WG", 300, 90)))
    assert (value(found, "rx_bin"), value(found, "rx_pcn")) == ("020107", "WG")


def test_the_member_is_meant_where_a_subscriber_is_named_too() -> None:
    lines = front(("Subscriber: Ilse Castellan", 40, 40), ("Member: Theo Castellan", 40, 90))
    assert value(read(lines), "member_name") == "theo castellan"


def test_the_barcode_confirms_supplies_and_overrules() -> None:
    coded = parse_barcode(BARCODE)
    assert coded is not None
    agreed = read(card(), coded)["member_number"]
    assert agreed["value"] == "734120956"
    assert min(map(float, agreed["scores"])) >= 0.98
    assert value(read(front(("Member ID: 734120956", 40, 40)), coded), "rx_bin") == "017284"
    misread = read(front(("Member ID: 134120956", 40, 40), ("Group: 61842", 40, 90)), coded)["member_number"]
    assert misread["value"] == "734120956"
    assert min(map(float, misread["scores"])) < min(map(float, agreed["scores"]))


def test_a_barcode_of_another_kind_is_left_alone() -> None:
    assert parse_barcode("@\n\x1e\rANSI 636001") is None
    assert parse_barcode("%WH123^X?") is None


def test_a_name_in_the_barcode_may_begin_like_a_qualifier() -> None:
    coded = parse_barcode("%WH9118070801734120956^GREEN/AMY L^DB19900814?")
    assert coded is not None
    assert coded.fields["member_name"] == "AMY L GREEN"
    assert (coded.fields["member_dob"], "group_number" in coded.fields) == ("08/14/1990", False)


@pytest.mark.parametrize(
    "rows",
    [
        card(),
        front(("Calusa Medicaid", 40, 30, 44), ("Client ID: VY38615L", 40, 200), ("Name: VERNON ANDERSON", 40, 250)),
        # the labels of id and group were lost in a bad photo
        front(
            *(("Cobalt Health Insurance", 40, 30, 44), ("U6022694900", 40, 200), ("Payer ID: 12428", 40, 300)),
            *(("Primary care $15", 500, 200), ("Specialist $30", 500, 240), ("Urgent care $60", 500, 280)),
        ),
    ],
)
def test_it_is_a_card(rows: list[Line]) -> None:
    assert read_reading(rows, None, None).is_card


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [("Tessa Marlowe", 40, 40), ("Group Benefits Consultant", 40, 90), ("Office: 503-555-0144", 40, 140)],
        [("Rx 7712 COPAY $10.00", 40, 40), ("Member savings $2.00", 40, 90)],
        [("ID 4471220981", 40, 40), ("DOB 08/14/1990", 40, 90), ("SEX F", 40, 140)],
    ],
)
def test_it_is_no_card(rows: list[tuple[str, float, float]]) -> None:
    assert not read_reading(front(*rows), None, None).is_card


def test_a_letter_that_names_an_id_needs_more_than_a_card() -> None:
    sentence = "thank you for the letter of last week in which you asked about the treatment"
    rows = [(sentence, 40, 40 + 40 * place) for place in range(10)]
    said = [("Member ID: 734120956", 40, 460), ("Group: 61842", 40, 500), ("Member: ELLEN HARGROVE", 40, 540)]
    assert read_reading(front(*said), None, None).is_card
    assert not read_reading(front(*rows, *said), None, None).is_card


def test_the_surest_value_wins_and_the_unsure_is_left_out() -> None:
    assert best([Found("1", 0.9, 0.7), Found("2", 0.9, 0.9)]).value == "2"
    assert best([Found("1", 0.3, 0.9)]) is None
    assert best([Found("12", 0.9, 0.9), Found("0012", 0.9, 0.8)]).label_score > 0.9


def test_the_same_person_with_and_without_a_middle_name_agrees() -> None:
    assert agrees("EMILY R DICKINSON", "emily dickinson")
    assert not agrees("EMILY DICKINSON", "ELLEN DICKINSON")
    assert with_barcode(None, None) is None


def test_the_rx_group_is_told_beside_the_vendors_fields() -> None:
    reading = read_reading(card(("RxGrp: NLHRX1", 500, 332)), None, None)
    assert "rx_group" not in details(reading)
    assert matches(reading)["rx_group"]["value"] == "NLHRX1"
    assert value(details(reading), "group_number") == "61842"
