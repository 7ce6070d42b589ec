"""Cards of the market: state programmes that a plan runs, senior plans with partners, pale plain cards."""

from tests.cards.crowd import PHARMACISTS, date, somebody
from tests.cards.die import Die
from tests.cards.families import Drawn, Family
from tests.cards.lettering import Style
from tests.cards.people import Member
from tests.cards.shapes import LOGOS, code128, square_code, swoosh
from tests.cards.sheet import Sheet

#: plan, the state programme beside it, names of its products
_STATES = (
    ("Molina Healthcare", "Washington Apple Health", ("Apple Health Family", "Integrated Managed Care")),
    ("CareSource", "Ohio Medicaid", ("MyCare Ohio", "Medicaid Managed Care")),
    ("Buckeye Health Plan", "Ohio Department of Medicaid", ("Healthy Start", "Medicaid Expansion")),
    ("Wellpoint", "Texas Medicaid and CHIP", ("STAR+PLUS", "STAR Kids")),
    ("L.A. Care Health Plan", "Medi-Cal", ("Medi-Cal Managed Care",)),
    ("Healthy Harbor Plan", "Calusa Medicaid", ("Statewide Managed Care",)),
)


def _state_programme(die: Die) -> Drawn:
    payer, state, products = die.pick(*_STATES)
    both = die.chance(0.5)
    member = somebody(
        die,
        payer=payer,
        member=die.pick("##########", "1########00", "@########", "########@"),
        payer_id=die.pick("#####", "@@@##", ""),
        plan=die.pick(*products),
        rx=(die.pick("004336", "610###", "003858"), die.pick("MCAIDADV", "ADV", "MA"), die.pick("RX####", "RX##@@")),
        visits=(),
    )
    brand, other = die.pick(("#007a87", "#5a5a5a"), ("#6d2077", "#00685e"), ("#c8102e", "#1b365d"))
    style = die.pick(Style("sans", 400), Style(), Style("uni"))
    card = Sheet(member, style=style, label=die.pick("#1c1c1e", brand))
    sides = die.pick(("left", "right"), ("right", "left"))
    spots = {"left": 40.0, "right": 972.0}
    card.put(spots[sides[0]], 36, "{payer_name}", 38, style=style.bold(), colour=brand, align=sides[0], room=500)
    card.put(spots[sides[1]], 42, state, 28, style=style.bold(600), colour=other, align=sides[1], room=400)
    card.box(40, 100, 972, 103, fill=other)
    rows = (
        (die.pick("Member:", "Member Name:", "Name:"), "{member_name}"),
        (die.pick("Member ID:", "Member ID #:", "Identification #:"), "{member_number}"),
        ("State Medicaid ID:" if both else "", die.code("9#########") if both else ""),
        (die.pick("Program:", "Plan:", "Product:", "Benefit Plan:"), "{plan_name}"),
        (die.pick("DOB:", "Date of Birth:"), f"{die.whole(1, 12):02d}/{die.whole(1, 28):02d}/{die.whole(1960, 2019)}"),
        ("Effective Date:", "{effective}"),
        ("PCP:", f"{die.pick('Rosario', 'Whitlock', 'Achebe')} Family Clinic"),
        ("PCP Phone:", die.code("(###) 555-01##")),
    )
    card.rows(40, 126, rows, 24, gap=die.pick(0, 230), until=690, pitch=1.5)
    words = die.pick(("RxBIN:", "RxPCN:", "RxGRP:"), ("Rx BIN", "Rx PCN", "Rx GRP"))
    card.rows(720, 126, zip(words, ("{rx_bin}", "{rx_pcn}", "{rx_group}"), strict=True), 22, gap=100)
    card.put(720, 240, die.pick(*PHARMACISTS), 20)
    card.put(40, 480, "No copays for covered services.", 20)
    card.put(40, 596, "In an emergency call 911 or go to the nearest emergency room (ER).", 17)
    return Drawn(member, card, _state_back(die, member, style))


def _state_back(die: Die, member: Member, style: Style) -> Sheet:
    back = Sheet(member, style=style)
    left = (
        f"Member Services: {die.code('1-800-555-01##')} (TTY: 711)",
        f"24-Hour Nurse Advice Line: {die.code('1-833-555-01##')}",
        f"Behavioral Health Crisis: {die.code('1-877-555-01##')}",
        f"Transportation: {die.code('1-866-555-01##')}",
        f"Providers / prior authorization: {die.code('1-855-555-01##')}",
        f"Submit claims to: {member.payer_name}, {member.claims_box}, {member.claims_city}",
        "EDI submissions: payer ID {payer_id}",
    )
    back.lines(50, 60, left, 21, pitch=2)
    return back


#: brand on the card, plan, who else is named
_SENIORS = (
    ("Humana", "HumanaChoice (PPO)", "Dental: HumanaDental", ()),
    ("Wellcare", "Wellcare Giveback (HMO)", "by Allwell", ("Wellcare by Allwell",)),
    ("Aetna Medicare", "Aetna Medicare Eagle (PPO)", "CVS Caremark", ("Aetna",)),
    ("UnitedHealthcare", "AARP Medicare Advantage Choice (PPO)", "Co-branded with AARP", ("UHC",)),
    ("Devoted Health", "Devoted CORE (HMO)", "Dental: DentaQuest", ()),
    ("Piedmont Senior Plan", "Piedmont Complete (HMO-POS)", "Vision: EyeMed", ()),
)


def _senior_plan(die: Die) -> Drawn:
    payer, plan, partner, also = die.pick(*_SENIORS)
    member = somebody(
        die,
        payer=payer,
        member=die.pick("H########", "9########-00", "@@@@##@@", "1########00"),
        group=die.pick("", "X####", "#####-####", "MAPD##"),
        payer_id=die.pick("", "#####"),
        plan=plan,
        rx=("0#####", die.pick("MEDDADV", "03200000", "9999", "ADV"), die.pick("COS", "RXCVSD", "PDPIND", "2FHA")),
        visits=("office_visit", "specialist_visit", "emergency_room"),
        issuer="9151######",
    )
    brand = die.pick("#3f7d20", "#5a2a82", "#00507d", "#b03a2e")
    style = die.pick(Style(), Style("sans", 400), Style("uni"))
    card = Sheet(member, style=style, label=die.pick("#333333", brand))
    swoosh(card, 0, 20, brand)
    card.put(40, 44, "{payer_name}", 44, style=style.bold(), colour=brand)
    card.put(40, 104, partner, 18)
    plan_on_top = die.chance(0.5)
    card.put(972, 50, "{plan_name}" if plan_on_top else "", 24, style=style.bold(600), align="right", room=480)
    rows = [
        ("" if plan_on_top else die.pick("Plan:", "Plan name:"), "" if plan_on_top else "{plan_name}"),
        (die.pick("Member Name:", "Name:", "Member:"), "{member_name}"),
        (die.pick("Member ID:", "ID#:", "Member Number:"), "{member_number}"),
        (die.pick("Group:", "Group Number:", "GRP:"), "{group_number}"),
        (die.pick("Issuer (80840):", "Card Issuer:", "CARRIER:"), "{issuer}"),
        (die.pick("Effective:", "Coverage begins:"), "{effective}"),
    ]
    card.rows(40, 150, rows, 24, until=640, pitch=1.55)
    words = die.pick(("RXBIN:", "RXPCN:", "RXGRP:"), ("RxBIN", "RxPCN", "RxGRP"))
    card.rows(680, 150, zip(words, ("{rx_bin}", "{rx_pcn}", "{rx_group}"), strict=True), 24, gap=120)
    card.put(680, 270, "MedicareRx", 32, style=style.bold())
    text = "PCP ${office_visit}  |  Specialist ${specialist_visit}  |  Emergency ${emergency_room}"
    card.put(40, 440, die.pick("Copays:", "Copayments", "Your costs:"), 19, colour=card.label)
    card.put(40, 470, text if die.chance(0.5) else text.replace("  |  ", ", "), 23)
    card.put(40, 530, die.code(die.pick("CMS H####-0##", "H####-0##-000", "CMS-H#### PBP 0##")), 19)
    card.put(972, 590, "Medicare limiting charges apply.", 16, align="right")
    return Drawn(member, card, _senior_back(die, member, style), also={"payer_name": also})


def _senior_back(die: Die, member: Member, style: Style) -> Sheet:
    back = Sheet(member, style=style)
    back.lines(
        50,
        60,
        (
            f"Member Services {die.code('1-800-555-01##')} (TTY 711), 8 a.m. - 8 p.m.",
            f"Provider Services {die.code('1-877-555-01##')}",
            f"Pharmacist {die.code('1-866-555-01##')}",
            "Send medical claims to: {payer_name}, {claims_box}, {claims_city}",
            "Payer ID {payer_id}",
            "Do not bill Original Medicare.",
        ),
        22,
        pitch=2,
    )
    return back


def _pale_plain(die: Die) -> Drawn:
    """A small insurer's card: tiny pale labels or none, few values, no colour."""
    member = somebody(
        die,
        payer=die.pick("Sanford Health Plan", "Dean Health Plan", "Ostrander Mutual", "Gallatin Health"),
        member=die.pick("########01", "#######", "OM-######", "## #### ####"),
        group=die.pick("#####", "G00####", "", "A####-01"),
        plan=die.pick("Simplicity 3000", "TRUE HMO", "Focus EPO", ""),
        payer_id=die.pick("", "#####"),
        rx=("0#####", die.pick("IRX", "A4", "9999"), ""),
        visits=die.pick((), ("office_visit", "specialist_visit")),
        case=die.pick("title", "upper"),
    )
    style = die.pick(Style("sans", 300), Style(), Style("uni"), Style("sans", 400, 0.94))
    card = Sheet(member, style=style, ink=die.pick("#2b2b2b", "#4a4a4a"), label=die.pick("#8f8f8f", "#7c8794"))
    card.put(60, 56, "{payer_name}", die.pick(30, 38), style=style.bold(600))
    if die.chance(0.5):
        LOGOS[die.pick(*LOGOS)](card, 880, 50, 60, "#9aa3ab")
    y = card.below(60, 170, die.pick("member", "Name", "MEMBER"), "{member_name}", 28, small=14)
    y = card.below(60, y + 14, die.pick("id", "Member ID", "ID NUMBER"), "{member_number}", 28, small=14)
    card.below(60, y + 14, die.pick("group", "Group", "GROUP NO"), "{group_number}", 28, small=14)
    card.below(540, 170, die.pick("plan", "Plan", "PRODUCT"), "{plan_name}", 26, small=14)
    card.below(540, 252, die.pick("rx bin", "RxBIN"), "{rx_bin}", 24, small=14)
    card.below(740, 252, die.pick("rx pcn", "RxPCN"), "{rx_pcn}", 24, small=14)
    card.below(
        540, 334, die.pick("office / specialist", "PCP / Spec copay"), "${office_visit} / ${specialist_visit}", 24
    )
    card.put(60, 580, f"{member.phone}    payer id {member.payer_id}" if member.payer_id else member.phone, 17)
    if member.payer_id:
        card.says("payer_id")
    back = Sheet(member, style=style, ink="#555555")
    back.picture(60, 60, square_code("https://member.example/id"), 120, 120)
    back.picture(560, 60, code128(die.code("##########")), 300, 60)
    texts = ("Claims", "{payer_name}", "{claims_box}", "{claims_city}", f"since {date(die)}")
    back.lines(60, 240, texts, 20, pitch=1.6)
    return Drawn(member, card, back if die.chance(0.6) else None)


FAMILIES = (
    Family("state_programme", _state_programme),
    Family("senior_plan", _senior_plan),
    Family("pale_plain", _pale_plain),
)
