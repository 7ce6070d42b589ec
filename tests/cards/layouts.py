"""Card faces as data: what is printed where, on a sheet of 1012 by 638 points (a card at 300 dots per inch).

Each layout copies the habits of one kind of real card (label words, order, columns), never a real design.
`{name}` in a text is filled from the member; a text whose value is empty is left out.
"""

from dataclasses import dataclass

from tests.cards.people import MEMBERS, Member


@dataclass(frozen=True)
class Put:
    """One text on the card: left edge, top edge, words, height and look."""

    x: int
    y: int
    text: str
    size: int = 26
    face: str = "aileron"
    weight: int = 400
    colour: str = "ink"
    #: letters drawn narrower (below 1) or wider
    width: float = 1.0


@dataclass(frozen=True)
class Box:
    """A drawn rectangle: an outline, or filled when `fill` names a colour."""

    left: int
    top: int
    right: int
    bottom: int
    line: str = "brand"
    fill: str = ""
    stroke: int = 4


@dataclass(frozen=True)
class Layout:
    """A whole front: its member, its colours and what is put on it."""

    name: str
    member: Member
    brand: str
    items: tuple[Put | Box, ...]
    paper: str = "#ffffff"
    ink: str = "#1c1c1e"
    label: str = "#2a3b8f"
    size: tuple[int, int] = (1012, 638)
    #: what a reader should say where the print differs ("KEEL, ANNA"); None: what is printed
    read_as: Member | None = None


def beside(x: int, y: int, label: str, value: str, gap: int, **look: object) -> tuple[Put, Put]:
    """Put a label and, `gap` points to the right of its left edge, its value."""
    return Put(x, y, label, colour="label", **look), Put(x + gap, y, value, **look)  # type: ignore[arg-type]


def below(
    x: int, y: int, label: str, value: str, drop: int = 30, small: int = 20, size: int = 28, **look: object
) -> tuple[Put, Put]:
    """Put a small label and its value `drop` points lower."""
    return Put(x, y, label, small, colour="label", **look), Put(x, y + drop, value, size, **look)  # type: ignore[arg-type]


_RULED = Layout(
    "ruled",
    MEMBERS["ellen"],
    "#22307c",
    (
        Put(96, 44, "{payer_name}", 50, weight=700, colour="brand"),
        *beside(44, 128, "Health Plan (80840)", "{issuer_dashed}", 262, size=28),
        *beside(44, 186, "Member ID:", "{member_number}", 210, size=30),
        *beside(560, 190, "Group Number:", "{group_number}", 300, size=30),
        Box(50, 232, 950, 236, fill="brand"),
        *below(42, 248, "Member:", "{member_name}", 27, 25, 33, width=0.82),
        *below(42, 306, "Dependents:", "{dependent_1}", 27, 25, 33, width=0.82),
        *beside(570, 312, "Payer ID", "{payer_id}", 112, size=27),
        Put(42, 430, "Copays", 21, colour="label"),
        Put(42, 462, "Office:${office_visit}", 24, width=0.85),
        Put(210, 464, "ER: ${emergency_room}", 24, width=0.85),
        Put(42, 496, "UrgCare: ${urgent_care}", 24, width=0.85),
        Put(210, 498, "Spec: ${specialist_visit}", 24, width=0.85),
        Box(634, 358, 966, 532, stroke=5),
        Put(690, 386, "OPTUMRX", 26, weight=600, colour="label"),
        Put(656, 428, "RxBin: {rx_bin}", 30),
        Put(656, 464, "RxPCN: {rx_pcn}", 30),
        Put(560, 544, "{plan_name}", 26),
        Put(590, 580, "Administered by {payer_name} Inc.", 21),
    ),
)

_BLUES = Layout(
    "blues",
    MEMBERS["marcus"],
    "#0b5fa5",
    (
        Put(40, 36, "{payer_name}", 44, "sans", 600, "brand"),
        Put(720, 50, "{plan_name}", 26, "sans", 600),
        *below(40, 140, "Subscriber Name", "{member_name}", face="sans"),
        *below(40, 226, "Identification Number", "{member_number}", size=32, face="sans"),
        *beside(40, 330, "Group No.", "{group_number}", 160, size=24, face="sans"),
        *beside(40, 366, "RxBIN", "{rx_bin}", 160, size=24, face="sans"),
        *beside(40, 402, "RxPCN", "{rx_pcn}", 160, size=24, face="sans"),
        *beside(40, 438, "RxGrp", "{rx_group}", 160, size=24, face="sans"),
        *beside(40, 474, "Payer ID", "{payer_id}", 160, size=24, face="sans"),
        *beside(600, 330, "Office Visit", "${office_visit}", 260, size=24, face="sans"),
        *beside(600, 366, "Specialist", "${specialist_visit}", 260, size=24, face="sans"),
        *beside(600, 402, "Urgent Care", "${urgent_care}", 260, size=24, face="sans"),
        *beside(600, 438, "Emergency Room", "${emergency_room}", 260, size=24, face="sans"),
        *beside(40, 560, "Effective Date", "{effective}", 200, size=22, face="sans"),
    ),
)

_NUMBERED = Layout(
    "numbered",
    MEMBERS["ava"],
    "#6c2a8f",
    (
        Put(44, 40, "{payer_name}", 46, "uni", colour="brand"),
        Put(640, 60, "{plan_name}", 26, "uni"),
        *beside(44, 150, "ID", "{member_number_spaced}", 70, size=34, face="uni"),
        Put(44, 212, "NAME", 22, "uni", colour="label"),
        Put(44, 244, "01 {member_name}", 27, "uni"),
        Put(44, 278, "02 {dependent_1}", 27, "uni"),
        Put(44, 312, "03 {dependent_2}", 27, "uni"),
        *beside(44, 392, "GRP:", "{group_number}", 90, size=26, face="uni"),
        *beside(44, 430, "BIN#", "{rx_bin}", 90, size=26, face="uni"),
        *beside(300, 430, "PCN#", "{rx_pcn}", 90, size=26, face="uni"),
        *beside(44, 470, "PAYER NUMBER", "{payer_id}", 220, size=24, face="uni"),
        Put(640, 330, "PCP ${office_visit}", 24, "uni"),
        Put(640, 364, "SPC ${specialist_visit}", 24, "uni"),
        Put(640, 398, "UC ${urgent_care}", 24, "uni"),
        Put(640, 432, "ER ${emergency_room}", 24, "uni"),
        Put(44, 580, "www.meridian.example", 20, "uni", colour="label"),
    ),
)

_ONE_LINE = Layout(
    "one_line",
    MEMBERS["priya"],
    "#00685e",
    (
        Put(44, 36, "{plan_name}", 28, "aileron", 600),
        Put(600, 40, "{payer_name}", 38, "sans", 600, "brand"),
        Put(44, 116, "Coverage effective 01/01/2026", 20, colour="label"),
        Put(44, 150, "Group: {group_number}", 25),
        Put(44, 186, "Issuer (80840)  {issuer}", 25),
        Put(44, 236, "ID: {member_number}", 32, weight=600),
        Put(44, 284, "Name: {member_name}", 32, weight=600),
        Put(44, 330, "Dependents: {dependent_1}", 25),
        Put(44, 380, "RxBIN {rx_bin}   RxPCN {rx_pcn}   RxGrp {rx_group}", 24),
        Put(44, 440, "PCP Visit ${office_visit}    Specialist ${specialist_visit}", 23),
        Put(44, 474, "Urgent Care ${urgent_care}    Hospital ER ${emergency_room}", 23),
        Put(44, 570, "Payer ID {payer_id}", 23),
        Put(640, 570, "No referral required", 23),
    ),
)

_CAPTIONS = Layout(
    "captions",
    MEMBERS["walter"],
    "#4b7a19",
    (
        Put(44, 36, "{payer_name}", 52, "sans", 800, "brand"),
        Put(44, 98, "{plan_name}", 26, "sans"),
        *below(44, 168, "MEMBER NAME", "{member_name}", 26, 16, 30, face="sans"),
        *below(44, 250, "MEMBER ID", "{member_number}", 26, 16, 34, face="sans"),
        *below(44, 340, "GROUP", "{group_number}", 26, 16, 26, face="sans"),
        *below(280, 340, "PLAN (80840)", "{issuer}", 26, 16, 26, face="sans"),
        Box(600, 160, 980, 420, stroke=3),
        *below(630, 180, "RXBIN", "{rx_bin}", 24, 16, 26, face="sans"),
        *below(810, 180, "RXPCN", "{rx_pcn}", 24, 16, 26, face="sans"),
        *below(630, 260, "RXGRP", "{rx_group}", 24, 16, 26, face="sans"),
        *below(630, 340, "EDI PAYER ID", "{payer_id}", 24, 16, 26, face="sans"),
        Put(44, 470, "COPAYMENTS", 18, "sans", 600, "label"),
        Put(44, 500, "Office visit: ${office_visit}", 22, "sans"),
        Put(300, 500, "Specialist: ${specialist_visit}", 22, "sans"),
        Put(44, 536, "Urgent care: ${urgent_care}", 22, "sans"),
        Put(300, 536, "Hospital emergency: ${emergency_room}", 22, "sans"),
        Put(760, 590, "CARD ISSUED: 10/12/2025", 16, "sans"),
    ),
)

_ENROLLEE = Layout(
    "enrollee",
    MEMBERS["rosa"],
    "#b3471d",
    (
        Box(0, 0, 1012, 96, fill="brand", line="brand"),
        Put(40, 22, "{payer_name}", 44, "aileron", 700, "paper"),
        *beside(40, 130, "Enrollee Name:", "{member_name}", 220, size=26),
        *beside(40, 172, "Enrollee ID#:", "{member_number}", 220, size=26),
        *beside(40, 214, "Effective Date:", "{effective}", 220, size=26),
        *beside(40, 256, "Grp:", "{group_number}", 220, size=26),
        *beside(40, 298, "Plan:", "{plan_name}", 220, size=26),
        *beside(40, 350, "PCP:", "Dr. Alan Whitaker", 220, size=24),
        *beside(40, 388, "PCP Phone:", "559-555-0117", 220, size=24),
        *beside(40, 450, "RxBIN:", "{rx_bin}", 120, size=24),
        *beside(340, 450, "RxPCN:", "{rx_pcn}", 120, size=24),
        *beside(640, 450, "RxGRP:", "{rx_group}", 120, size=24),
        Put(40, 510, "Copays: Office ${office_visit}  Specialist ${specialist_visit}", 22),
        Put(40, 544, "Urgent Care ${urgent_care}  Emergency ${emergency_room}", 22),
        *beside(640, 590, "EDI Payer ID:", "{payer_id}", 180, size=22),
    ),
)

_HEADER_ROW = Layout(
    "header_row",
    MEMBERS["henry"],
    "#333333",
    (
        Put(44, 34, "{payer_name}", 38, "aileron", 700, "brand"),
        *beside(44, 108, "Employer:", "{employer}", 150, size=25),
        *beside(44, 148, "Insured:", "{member_name}", 150, size=25),
        Box(44, 200, 968, 236, fill="band", line="band"),
        Put(56, 206, "POLICY NO.", 21, colour="label"),
        Put(330, 206, "GRP #", 21, colour="label"),
        Put(560, 206, "PAYER ID", 21, colour="label"),
        Put(800, 206, "RX BIN", 21, colour="label"),
        Put(56, 244, "{member_number}", 27),
        Put(330, 244, "{group_number}", 27),
        Put(560, 244, "{payer_id}", 27),
        Put(800, 244, "{rx_bin}", 27),
        *beside(44, 306, "Plan Name:", "{plan_name}", 180, size=25),
        *beside(44, 346, "RxPCN:", "{rx_pcn}", 180, size=25),
        Put(44, 404, "Covered Dependents:", 24, colour="label"),
        Put(44, 438, "{dependent_1}", 25),
        Put(44, 470, "{dependent_2}", 25),
        Put(44, 502, "{dependent_3}", 25),
        *beside(600, 404, "Office Copay", "${office_visit}", 240, size=23),
        *beside(600, 438, "Specialist Copay", "${specialist_visit}", 240, size=23),
        *beside(600, 472, "Urgent Care Copay", "${urgent_care}", 240, size=23),
        *beside(600, 506, "Emergency Room", "${emergency_room}", 240, size=23),
    ),
)

_DARK = Layout(
    "dark",
    MEMBERS["nina"],
    "#ffd166",
    (
        Put(48, 44, "{payer_name}", 54, "sans", 700, "brand"),
        Put(48, 112, "{plan_name}", 26, "sans", 400),
        *below(48, 190, "Member", "{member_name}", 28, 19, 30, face="sans"),
        *below(48, 278, "Dependents", "{dependent_1}", 28, 19, 30, face="sans"),
        *below(560, 190, "Member ID", "{member_number}", 28, 19, 30, face="sans"),
        *below(560, 278, "Group ID", "{group_number}", 28, 19, 30, face="sans"),
        *below(48, 390, "Rx BIN", "{rx_bin}", 28, 19, 26, face="sans"),
        *below(240, 390, "Rx PCN", "{rx_pcn}", 28, 19, 26, face="sans"),
        *below(432, 390, "Rx Group", "{rx_group}", 28, 19, 26, face="sans"),
        *below(640, 390, "Payer ID", "{payer_id}", 28, 19, 26, face="sans"),
        Put(48, 520, "Primary care ${office_visit}", 22, "sans"),
        Put(330, 520, "Specialist ${specialist_visit}", 22, "sans"),
        Put(580, 520, "Urgent ${urgent_care}", 22, "sans"),
        Put(780, 520, "ER ${emergency_room}", 22, "sans"),
    ),
    paper="#12324a",
    ink="#ffffff",
    label="#bcd3e3",
)

_MEDICARE = Layout(
    "medicare",
    MEMBERS["grace"],
    "#7a1f3d",
    (
        Put(40, 34, "{payer_name}", 46, "aileron", 700, "brand"),
        Put(40, 96, "{plan_name}", 28, "aileron", 400),
        Put(720, 40, "MedicareRx", 34, "aileron", 600, "label"),
        Put(720, 80, "Prescription Drug Coverage", 19, colour="label"),
        Put(40, 170, "Member Number: {member_number}", 28),
        Put(40, 210, "Health Plan (80840): {issuer_dashed}", 24),
        Put(40, 262, "Member: {member_name}", 30),
        Put(40, 330, "PCP: ${office_visit}   Specialist: ${specialist_visit}", 23),
        Put(40, 364, "ER: ${emergency_room}   Urgent Care: ${urgent_care}", 23),
        *beside(640, 170, "Group:", "{group_number}", 150, size=25),
        *beside(640, 210, "RxBIN:", "{rx_bin}", 150, size=25),
        *beside(640, 250, "RxPCN:", "{rx_pcn}", 150, size=25),
        *beside(640, 290, "RxGRP:", "{rx_group}", 150, size=25),
        *beside(640, 330, "Payer ID:", "{payer_id}", 150, size=25),
        Put(40, 580, "CMS-H4461-003-000", 21),
        Put(640, 580, "Medicare limiting charges apply", 20),
    ),
)

_RIGHT_COLUMN = Layout(
    "right_column",
    MEMBERS["daniel"],
    "#8a5a00",
    (
        Put(40, 38, "FIRST PRAIRIE", 44, "uni", colour="brand"),
        Put(40, 88, "ASSURANCE", 44, "uni", colour="brand"),
        Put(420, 60, "Subscriber", 22, "uni", colour="label"),
        Put(640, 58, "{member_name}", 26, "uni"),
        Put(420, 110, "Subscriber ID", 22, "uni", colour="label"),
        Put(640, 108, "{member_number}", 26, "uni"),
        Put(420, 160, "Group Number", 22, "uni", colour="label"),
        Put(640, 158, "{group_number}", 26, "uni"),
        Put(420, 210, "Plan", 22, "uni", colour="label"),
        Put(640, 208, "{plan_name}", 26, "uni"),
        Put(420, 260, "Spouse", 22, "uni", colour="label"),
        Put(640, 258, "{dependent_1}", 26, "uni"),
        Put(420, 310, "Effective", 22, "uni", colour="label"),
        Put(640, 308, "{effective}", 26, "uni"),
        Put(420, 380, "BIN", 22, "uni", colour="label"),
        Put(640, 378, "{rx_bin}", 26, "uni"),
        Put(420, 420, "PCN", 22, "uni", colour="label"),
        Put(640, 418, "{rx_pcn}", 26, "uni"),
        Put(420, 460, "EDI Payer", 22, "uni", colour="label"),
        Put(640, 458, "{payer_id}", 26, "uni"),
        Put(40, 380, "Office Visit ${office_visit}", 22, "uni"),
        Put(40, 414, "Specialist ${specialist_visit}", 22, "uni"),
        Put(40, 448, "Urgent Care ${urgent_care}", 22, "uni"),
        Put(40, 482, "Emergency ${emergency_room}", 22, "uni"),
    ),
)

#: the layouts the rules were written with
TUNED: tuple[Layout, ...] = (
    _RULED,
    _BLUES,
    _NUMBERED,
    _ONE_LINE,
    _CAPTIONS,
    _ENROLLEE,
    _HEADER_ROW,
    _DARK,
    _MEDICARE,
    _RIGHT_COLUMN,
)
