"""The card reader: payer and plan without a label, the Rx group without "Rx", copays in tables."""

import pytest

from sandbox.cardscan.reader.card import details, matches, read_reading
from sandbox.cardscan.reader.copays import find_copays
from sandbox.cardscan.reader.lines import Line
from tests.sandbox.reader_lines import front

LABELLED = (("Member ID: 734120956", 40, 300), ("Name: ELLEN HARGROVE", 40, 350), ("RxBIN: 017284", 500, 300))


def read(*rows: tuple[str, float, float] | tuple[str, float, float, float]) -> dict[str, str]:
    found = matches(read_reading(front(*rows, *LABELLED), None, None))
    return {name: str(match["value"]) for name, match in found.items()}


@pytest.mark.parametrize(
    ("rows", "payer"),
    [
        ([("Coastal &", 40, 30, 44), ("Harbor Mutual", 40, 76, 44)], "coastal & harbor mutual"),
        ([("Beacon", 40, 30, 44), ("& Cypress Health", 40, 76, 44)], "beacon & cypress health"),
        ([("Premera", 40, 30, 44), ("Blue Cross", 40, 76, 30)], "premera blue cross"),
        ([("Highmark", 40, 30, 44), ("Blue Shield", 40, 76, 40)], "highmark blue shield"),
        ([("ClearPath Health", 40, 30, 44), ("Member Benefit Card", 40, 76, 30)], "clearpath health"),
        ([("Pinnacle", 40, 30, 44), ("Medical Plan", 40, 76, 30)], "pinnacle medical plan"),
        ([("Bayside Health", 40, 30, 44), ("Options", 40, 76, 30)], "bayside health options"),
        ([("Trades Union Health Fund", 40, 30, 40)], "trades union health fund"),
        ([("Tufts Health Plan", 40, 30, 40)], "tufts health plan"),
        ([("VSP", 40, 30, 40)], "vsp"),
    ],
)
def test_a_payer_is_named_whole(rows: list[tuple[str, float, float, float]], payer: str) -> None:
    assert read(*rows)["payer_name"] == payer


@pytest.mark.parametrize(
    "plan", ["STAR+PLUS", "Core 500", "Standard Option Self Plus One", "Silver Select EPO", "Classic"]
)
def test_a_plan_stands_beside_the_payer(plan: str) -> None:
    found = read(("Meadow Health", 40, 30, 44), (plan, 620, 36, 28))
    assert (found["payer_name"], found["plan_name"]) == ("meadow health", plan.lower())


@pytest.mark.parametrize("slogan", ["A plan for those who serve", "www.plan.example", "Call us at 800-555-0142"])
def test_a_slogan_is_no_plan(slogan: str) -> None:
    assert "plan_name" not in read(("Meadow Health", 40, 30, 44), (slogan, 40, 80, 20))


def test_a_text_in_another_colour_does_not_go_on_with_the_payers_name() -> None:
    rows = front(("Meadow Health", 40, 30, 44), ("Family Care", 40, 78, 30), *LABELLED)
    inks = {"Meadow Health": (90.0, 190.0, 170.0), "Family Care": (30.0, 128.0, 128.0)}
    lines = [Line(row.text, row.box, row.score, (), inks.get(row.text)) for row in rows]
    assert details(read_reading(lines, None, None))["payer_name"]["value"] == "meadow health"


def test_a_group_that_goes_on_with_bin_and_pcn_is_the_rx_group() -> None:
    found = read(("Group 6138-425", 40, 200), ("BIN 017284", 40, 500), ("PCN TLX", 300, 500), ("GRP TLHP8", 520, 500))
    assert (found["group_number"], found["rx_group"]) == ("6138-425", "TLHP8")


def test_a_group_above_the_bin_is_the_group() -> None:
    found = read(("Group No. 00471963", 40, 420), ("RxPCN LSBP", 40, 456), ("RxGrp RX12", 40, 492))
    assert (found["group_number"], found["rx_group"]) == ("00471963", "RX12")


def copays(*rows: tuple[str, float, float]) -> dict[object, object]:
    return {row["service"]: row["value"] for row in find_copays(front(*rows))}


EXPECTED = {"office_visit": 50, "specialist_visit": 60, "urgent_care": 25, "emergency_room": 150}


def test_amounts_stand_below_the_services_of_a_table() -> None:
    heads, amounts = ("PCP", "Spec", "Urgent Care", "ER"), ("$50", "$60", "$25", "$150")
    rows = [(head, 56 + 232 * step, 318) for step, head in enumerate(heads)]
    rows += [(amount, 56 + 232 * step, 360) for step, amount in enumerate(amounts)]
    assert copays(*rows) == EXPECTED


def test_amounts_stand_far_right_of_their_services() -> None:
    names = ("Doctor", "Specialist", "Urgent care", "E.R.")
    rows = [(name, 40, 800 + 52 * step) for step, name in enumerate(names)]
    rows += [(amount, 640, 802 + 52 * step) for step, amount in enumerate(("$50", "$60", "$25", "$150"))]
    assert copays(*rows) == EXPECTED


def test_a_table_drawn_together_by_ocr_is_paired_in_order() -> None:
    assert copays(("PCP/Spec/UC/ER", 40, 40), ("$50/$60/$25/$150", 400, 40)) == EXPECTED


def test_no_charge_is_nothing() -> None:
    assert copays(("PCP: No charge", 40, 40)) == {"office_visit": 0}


def test_a_sentence_that_mentions_a_service_takes_no_amount() -> None:
    assert copays(("Call your doctor before you visit an emergency room far from home", 40, 40), ("$50", 40, 76)) == {}
