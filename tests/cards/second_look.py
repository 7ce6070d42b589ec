"""Harder card faces, drawn after the rules were finished: bilingual words, traps near the values, crowded panels."""

from dataclasses import replace

from tests.cards.layouts import Box, Layout, Put, below, beside
from tests.cards.people import MEMBERS, Member


def _last_first(member: Member) -> Member:
    """Return the member with names as they should be read: first name first."""
    turn = [" ".join(reversed(name.split(", "))) for name in (member.member_name, *member.dependents)]
    return replace(member, member_name=turn[0], dependents=tuple(turn[1:]))


_BILINGUAL = Layout(
    "bilingual",
    replace(
        MEMBERS["rosa"],
        member_name="JOHN L SOMERSET",
        member_number="7GT2-MR8-KV41",
        group_number="",
        payer_name="Medicare Health Insurance",
        payer_id="",
        plan_name="",
        rx_bin="",
        rx_pcn="",
        copays={},
    ),
    "#17406d",
    (
        Box(0, 0, 1012, 110, fill="brand", line="brand"),
        Put(40, 30, "MEDICARE HEALTH INSURANCE", 44, "sans", 600, "paper"),
        *below(60, 160, "Name/Nombre", "{member_name}", 34, 22, 36, face="sans"),
        *below(60, 270, "Medicare Number/Numero de Medicare", "{member_number}", 34, 22, 36, face="sans"),
        *below(60, 390, "Entitled to/Con derecho a", "HOSPITAL  (PART A)", 34, 22, 30, face="sans"),
        Put(60, 470, "MEDICAL  (PART B)", 30, "sans"),
        *below(600, 390, "Coverage starts/Cobertura empieza", "03-01-2016", 34, 22, 30, face="sans"),
        Put(600, 470, "03-01-2016", 30, "sans"),
    ),
)

_RX_LINE = Layout(
    "rx_line",
    replace(
        MEMBERS["ava"],
        member_name="DEREK P HOLLOWAY",
        member_number="W277305519",
        group_number="0866342-010-00002",
        payer_name="Silverlake Health",
        payer_id="60881",
        plan_name="Managed Choice POS",
        rx_bin="610502",
        rx_pcn="00670000",
        rx_group="RX8812",
        dependents=("KAREN HOLLOWAY",),
    ),
    "#7d3f98",
    (
        Put(44, 34, "{payer_name}", 48, "aileron", 700, "brand"),
        Put(640, 40, "{plan_name}", 25),
        Put(44, 130, "Member ID  {member_number}", 28),
        Put(44, 170, "Group No.  {group_number}", 24),
        Put(44, 226, "Members", 20, colour="label"),
        Put(44, 254, "00  {member_name}", 26),
        Put(44, 286, "01  {dependent_1}", 26),
        Put(640, 130, "PCP: Alan Whitaker MD", 22),
        Put(640, 160, "559-555-0117", 22),
        Put(44, 400, "Rx BIN# {rx_bin}  PCN# {rx_pcn}  GRP# {rx_group}", 23),
        Put(44, 440, "Payer ID: {payer_id}", 23),
        Put(640, 400, "Office visit copay ${office_visit}", 21),
        Put(640, 430, "Specialist copay ${specialist_visit}", 21),
        Put(640, 460, "Urgent care copay ${urgent_care}", 21),
        Put(640, 490, "ER copay ${emergency_room}", 21),
        Put(44, 590, "Call Member Services 800-555-0142 for prior authorization", 18),
    ),
)

_CROWDED = Layout(
    "crowded",
    replace(
        MEMBERS["walter"],
        member_name="Beatrice Lindqvist",
        member_number="NVP 5517 20943",
        group_number="10427-003",
        payer_name="North Valley Partners Health",
        payer_id="NV118",
        rx_group="NVPRX",
        plan_name="Gold 1000 HSA PPO",
        dependents=("Gustav Lindqvist", "Saga Lindqvist"),
        copays={"office_visit": 25, "specialist_visit": 50, "urgent_care": 60, "emergency_room": 300},
    ),
    "#24527a",
    (
        Put(30, 24, "North Valley", 44, "sans", 800, "brand"),
        Put(30, 68, "Partners Health", 28, "sans", 400, "brand"),
        Put(700, 30, "{plan_name}", 26, "sans", 600),
        Put(700, 62, "Statewide Network", 18, "sans", 400, "label"),
        *beside(30, 128, "Subscriber:", "{member_name}", 150, size=23, face="sans"),
        *beside(30, 158, "ID Number:", "{member_number}", 150, size=23, face="sans"),
        *beside(30, 188, "Group:", "{group_number}", 150, size=23, face="sans"),
        Put(30, 232, "Dependents", 19, "sans", 600, "label"),
        Put(30, 256, "{dependent_1}", 21, "sans"),
        Put(30, 282, "{dependent_2}", 21, "sans"),
        Box(560, 110, 990, 300, stroke=2),
        Put(580, 120, "PHARMACY BENEFITS", 17, "sans", 600, "label"),
        *beside(580, 148, "RxBIN", "{rx_bin}", 110, size=21, face="sans"),
        *beside(580, 176, "RxPCN", "{rx_pcn}", 110, size=21, face="sans"),
        *beside(580, 204, "RxGrp", "{rx_group}", 110, size=21, face="sans"),
        Put(580, 240, "Tier 1 $10   Tier 2 $35   Tier 3 $70", 18, "sans"),
        Put(580, 266, "Express Scripts", 20, "sans", 700),
        Put(30, 340, "Your Costs", 19, "sans", 600, "label"),
        Put(30, 366, "PCP visit", 19, "sans"),
        Put(230, 366, "${office_visit}", 19, "sans"),
        Put(30, 392, "Specialist visit", 19, "sans"),
        Put(230, 392, "${specialist_visit}", 19, "sans"),
        Put(30, 418, "Urgent care", 19, "sans"),
        Put(230, 418, "${urgent_care}", 19, "sans"),
        Put(30, 444, "Emergency room", 19, "sans"),
        Put(230, 444, "${emergency_room}", 19, "sans"),
        Put(560, 340, "In-Network Deductible $1,000", 19, "sans"),
        Put(560, 366, "Out-of-Network Deductible $2,500", 19, "sans"),
        Put(560, 420, "Electronic claims: payer ID {payer_id}", 19, "sans"),
        Put(30, 560, "Carry this card with you at all times. Possession of this card does not guarantee", 15, "sans"),
        Put(30, 580, "eligibility for benefits. Call before you receive services that need approval.", 15, "sans"),
    ),
)

_UNION = replace(
    MEMBERS["henry"],
    member_name="Whitfield, Joanna R",
    member_number="0081 2274 6",
    group_number="5520",
    payer_name="Trades Union Health Fund",
    payer_id="TUH44",
    plan_name="Active Members Plan A PPO",
    dependents=("Whitfield, Peter", "Whitfield, Ella"),
    employer="",
)

_FORM = Layout(
    "form",
    _UNION,
    "#444444",
    (
        Put(60, 36, "TRADES UNION HEALTH FUND", 34, "aileron", 700, "brand"),
        Put(60, 100, "Participant:", 22, colour="label"),
        Put(300, 98, "{member_name}", 26),
        Put(60, 142, "Participant ID:", 22, colour="label"),
        Put(300, 140, "{member_number}", 26),
        Put(60, 184, "Local/Group #:", 22, colour="label"),
        Put(300, 182, "{group_number}", 26),
        Put(60, 226, "Plan of Benefits:", 22, colour="label"),
        Put(300, 224, "{plan_name}", 26),
        Put(60, 268, "Eligible Dependents:", 22, colour="label"),
        Put(300, 266, "{dependent_1}", 26),
        Put(300, 300, "{dependent_2}", 26),
        Put(60, 360, "Pharmacy:", 22, colour="label"),
        Put(300, 360, "RX BIN {rx_bin} / PCN {rx_pcn}", 24),
        Put(60, 410, "Claims:", 22, colour="label"),
        Put(300, 410, "EDI Payer #{payer_id}", 24),
        Put(60, 470, "Office Visit ${office_visit}; Specialist ${specialist_visit};", 21),
        Put(60, 500, "Urgent Care ${urgent_care}; Emergency Room ${emergency_room}", 21),
    ),
    read_as=_last_first(_UNION),
)

_BIG_NAME = Layout(
    "big_name",
    replace(
        MEMBERS["simone"],
        member_name="CHIARA DE LUCA",
        member_number="ACX90114477",
        group_number="LC-20441",
        payer_name="Lumen Care",
        payer_id="LUM01",
        plan_name="Everyday Bronze",
        dependents=(),
    ),
    "#e4572e",
    (
        Put(60, 60, "{payer_name}", 40, "sans", 700, "brand"),
        Put(60, 260, "{member_name}", 46, "sans", 500),
        Put(60, 330, "{member_number}", 40, "sans", 400),
        Put(60, 384, "Member ID", 16, "sans", 400, "label"),
        Put(60, 430, "{group_number}", 28, "sans", 400),
        Put(60, 466, "Group", 16, "sans", 400, "label"),
        Put(330, 430, "{rx_bin}", 28, "sans", 400),
        Put(330, 466, "RxBIN", 16, "sans", 400, "label"),
        Put(520, 430, "{rx_pcn}", 28, "sans", 400),
        Put(520, 466, "RxPCN", 16, "sans", 400, "label"),
        Put(720, 430, "{payer_id}", 28, "sans", 400),
        Put(720, 466, "Payer ID", 16, "sans", 400, "label"),
        Put(60, 110, "{plan_name}", 26, "sans", 400),
        Put(60, 560, "PCP ${office_visit}  Specialist ${specialist_visit}", 22, "sans"),
        Put(520, 560, "Urgent ${urgent_care}  ER ${emergency_room}", 22, "sans"),
    ),
)


SECOND_LOOK: tuple[Layout, ...] = (_BILINGUAL, _RX_LINE, _CROWDED, _FORM, _BIG_NAME)
