"""Cards of groups: a self-funded employer with many logos, students, pharmacy only, dental and vision."""

from tests.cards.crowd import VISITS, pcn, somebody
from tests.cards.die import Die
from tests.cards.families import Drawn, Family
from tests.cards.lettering import Style
from tests.cards.people import Member
from tests.cards.shapes import LOGOS, swoosh, wash
from tests.cards.sheet import Sheet


def _self_funded(die: Die) -> Drawn:
    """Logos of the employer, the network and the pharmacy manager; the administrator pays."""
    member = somebody(
        die,
        payer=die.pick("Keystone Benefit Group", "Marquee Administrators", "Trillium Claims Management"),
        member=die.pick("########", "KBG######-00", "@##########"),
        group=die.pick("#####", "@@@-####", "00####"),
        payer_id=die.pick("#####", "@@@@#"),
        plan=die.pick("Gold Plan", "Value HDHP", "Buy-Up PPO", "Premium Copay Plan"),
        rx=("0#####", pcn(die), die.pick("@@@####", "RXTLM", "####")),
        dependents=die.whole(0, 3),
        visits=die.pick(VISITS, ("office_visit", "specialist_visit", "urgent_care", "emergency_room", "telemedicine")),
        employer=die.pick("Bluestem Foods", "Granger Steel Works", "Parkland Hospitality Group"),
        case=die.pick("upper", "title"),
    )
    brand, other = die.pick(("#14532d", "#b45309"), ("#1e3a8a", "#475569"), ("#831843", "#0f766e"))
    style = die.pick(Style(), Style("uni"), Style("sans", 400, 0.93))
    card = Sheet(member, style=style, label=die.pick("#1c1c1e", brand))
    LOGOS[die.pick("leaf", "bars", "rings")](card, 40, 30, 60, brand)
    card.put(112, 40, "{employer}", 34, style=style.bold(), colour=brand)
    LOGOS[die.pick("waves", "shield")](card, 700, 34, 50, other)
    card.put(762, 42, die.pick("FirstReach Network", "UniCare PPO Net", "OmniChoice"), 22, colour=other)
    rows = [
        (die.pick("Employee:", "Member:", "Participant:"), "{member_name}"),
        (die.pick("Member ID:", "Participant ID:", "ID #:"), "{member_number}"),
        (die.pick("Group #:", "Group No.:", "Plan Group:"), "{group_number}"),
        (die.pick("Plan:", "Benefit Option:", "Medical Plan:"), "{plan_name}"),
    ]
    y = card.rows(40, 124, rows, 25, gap=die.pick(0, 190), until=600, pitch=1.45)
    names = [f"{{dependent_{n}}}" for n in range(1, len(member.dependents) + 1)]
    if names:
        card.put(40, y + 4, die.pick("Dependents:", "Covered Dependents:"), 20, colour=card.label)
        card.lines(40, y + 32, names, 21)
    _self_funded_right(die, card)
    words = die.pick("Claims administered by", "Administered by", "Plan administrator:")
    card.put(40, 540, f"{words} {{payer_name}}", 21)
    card.put(40, 574, f"{die.pick('Electronic claims payer ID', 'EDI Payer ID:', 'Payor ID:')} {{payer_id}}", 21)
    return Drawn(member, card, _self_funded_back(die, member, style))


def _self_funded_right(die: Die, card: Sheet) -> None:
    costs = (
        (die.pick("Office Visit", "Primary Care", "PCP"), "${office_visit}"),
        (die.pick("Specialist", "Specialist Visit"), "${specialist_visit}"),
        (die.pick("Urgent Care", "Urgent Care Ctr"), "${urgent_care}"),
        (die.pick("Emergency Room", "ER Visit"), "${emergency_room}"),
        (die.pick("Telehealth", "Virtual Visit", "Telemedicine"), "${telemedicine}"),
    )
    card.put(640, 124, die.pick("Copays", "Member Copays:"), 20, style=card.style.bold())
    y = card.rows(640, 154, costs, 21, gap=die.pick(0, 230), pitch=1.45)
    top = max(y + 16, 330)
    card.put(
        640, top, die.pick("ScriptWell", "MedTrak Pharmacy", "Prescription by RxNova"), 24, style=card.style.bold(600)
    )
    words = die.pick(
        ("RxBIN:", "RxPCN:", "RxGRP:"), ("BIN:", "PCN:", "Rx Group:"), ("Rx Bin #", "Rx PCN #", "Rx Grp #")
    )
    values = ("{rx_bin}", "{rx_pcn}", "{rx_group}")
    card.rows(640, top + 38, zip(words, values, strict=True), 22, gap=die.pick(0, 140))


def _self_funded_back(die: Die, member: Member, style: Style) -> Sheet:
    back = Sheet(member, style=style)
    texts = (
        "{payer_name}",
        "{claims_box}, {claims_city}",
        f"Eligibility and benefits: {member.phone}",
        f"Utilization review: {die.code('800-555-01##')} (call 48 hours before admission)",
        f"Pharmacy help: {die.code('866-555-01##')}",
        f"Telehealth: {die.code('855-555-01##')}",
        "This plan is self-funded by your employer. The administrator does not insure it.",
    )
    back.lines(60, 70, texts, 22, pitch=2)
    return back


def _student(die: Die) -> Drawn:
    school = die.pick("Larkmoor University", "Tamarack State College", "Ridgeline Institute of Technology")
    member = somebody(
        die,
        payer=die.pick("Pinnacle Life Insurance Company", "Commonwealth Student Assurance", "Campus National"),
        member=die.pick("#######", "SR#######", "900######"),
        group=die.pick("2026-####-1", "#####", "SHIP-####"),
        payer_id=die.pick("#####", "@@@##"),
        plan=die.pick("Student Health Insurance Plan", "Student Injury and Sickness Plan", "International Student PPO"),
        rx=("610###", die.pick("9999", "SHP", "A4"), die.pick("STU###", "UHEALTH", "@@@")),
        visits=die.pick(("office_visit", "emergency_room"), ("office_visit", "urgent_care", "emergency_room"), ()),
        case=die.pick("upper", "title"),
    )
    brand = die.pick("#7c1d1d", "#14397d", "#3f6212")
    style = die.pick(Style("uni"), Style(), Style("sans", 400))
    card = Sheet(member, style=style, label=die.pick("#1c1c1e", brand))
    card.box(0, 0, 16, 638, fill=brand)
    LOGOS["shield"](card, 48, 32, 74, brand)
    card.put(140, 36, school, 36, style=style.bold(), colour=brand)
    card.put(140, 84, "{plan_name}", 24)
    rows = [
        (die.pick("Insured:", "Student Name:", "Name:", "Insured Student:"), "{member_name}"),
        (die.pick("Insured ID:", "Student Insurance ID:", "Member ID:", "ID No.:"), "{member_number}"),
        (die.pick("Policy/Group No.:", "Group/Policy #:", "Group Number:"), "{group_number}"),
        (die.pick("Policy Year:", "Coverage Period:"), "08/15/2026 - 08/14/2027"),
    ]
    card.rows(48, 140, rows, 25, gap=die.pick(0, 280), until=980, pitch=1.5)
    words = die.pick(("RxBIN:", "RxPCN:", "RxGRP:"), ("RX BIN", "RX PCN", "RX GRP"))
    for step, (word, value) in enumerate(zip(words, ("{rx_bin}", "{rx_pcn}", "{rx_group}"), strict=True)):
        card.beside(48 + 300 * step, 330, word, value, 24)
    costs = (
        (die.pick("Doctor's Visit Copay", "Physician Visit", "Office Visit"), "${office_visit}"),
        (die.pick("Urgent Care", "Urgent Care Copay"), "${urgent_care}"),
        (die.pick("Emergency Room Copay", "Emergency Room"), "${emergency_room}"),
    )
    card.rows(48, 390, costs, 21, gap=300)
    card.put(48, 520, f"{die.pick('Underwritten by', 'Underwritten by:', 'Insured by')} {{payer_name}}", 23)
    card.put(48, 560, f"{die.pick('Payer ID:', 'Electronic Payer ID', 'Claims Payer ID:')} {{payer_id}}", 21)
    return Drawn(member, card)


def _pharmacy(die: Die) -> Drawn:
    member = somebody(
        die,
        payer=die.pick("VantageScripts", "Northern Rx Alliance", "ClearPath Rx"),
        member=die.pick("#########", "VS########01", "Z#########-01"),
        rx=(die.pick("0#####", "61####"), die.pick("VSCRIPT", "CPRX", "ADV"), die.pick("@@@@@@@", "VS####", "RX####@")),
        visits=(),
        employer=die.pick("", "Summit Teachers Trust", "Garner Logistics"),
        case=die.pick("upper", "title"),
        issuer="9151######",
    )
    brand = die.pick("#0369a1", "#15803d", "#9d174d")
    style = die.pick(Style("sans", 400), Style(), Style("uni"))
    card = Sheet(member, style=style, label=die.pick("#1c1c1e", brand))
    if die.chance(0.5):
        wash(card, "#ffffff", die.pick("#e0f2fe", "#ecfdf5", "#fce7f3"))
    LOGOS[die.pick("rings", "cross", "leaf")](card, 50, 40, 80, brand)
    card.put(150, 44, "{payer_name}", 48, style=style.bold(), colour=brand)
    card.put(150, 106, die.pick("Prescription Drug Card", "Prescription ID Card", "Pharmacy Benefit Card"), 23)
    rows = [
        (die.pick("RxBIN", "BIN", "RXBIN:"), "{rx_bin}"),
        (die.pick("RxPCN", "PCN", "RXPCN:"), "{rx_pcn}"),
        (die.pick("RxGrp", "RxGroup", "RXGRP:"), "{rx_group}"),
        (die.pick("Issuer (80840)", "Issuer"), f"(80840) {member.issuer}" if die.chance(0.3) else member.issuer),
        (die.pick("ID", "Cardholder ID", "Member ID:"), "{member_number}"),
        (die.pick("Name", "Cardholder", "Member Name:"), "{member_name}"),
        (die.pick("Sponsor", "Plan Sponsor"), "{employer}"),
    ]
    card.rows(60, 170, rows, 29, gap=die.pick(220, 250, 0), until=980, pitch=1.5)
    back = Sheet(member, style=style)
    texts = (
        "Members: present this card at a network pharmacy.",
        f"Member help: {die.code('1-8##-555-01##')}",
        f"Pharmacist help desk: {die.code('1-8##-555-01##')}",
        f"Mail paper claims to: PO Box {die.code('####')}, Lake Elgin, IL 60120",
    )
    back.lines(60, 80, texts, 24, pitch=2)
    return Drawn(member, card, back if die.chance(0.5) else None)


def _dental_vision(die: Die) -> Drawn:
    member = somebody(
        die,
        payer=die.pick("Brightline Dental", "Prairie Dental and Vision", "Optiline Benefits"),
        member=die.pick("#########", "BD########", "####-#####"),
        group=die.pick("#####-####", "#####", "@####"),
        payer_id=die.pick("#####", "@@@@@", ""),
        plan=die.pick("DPPO Plus Vision", "Dental Premier and VisionCare", "Complete Dental Vision PPO"),
        visits=(),
        dependents=die.whole(0, 2),
        case=die.pick("upper", "title"),
    )
    brand = die.pick("#0891b2", "#4d7c0f", "#7e22ce")
    style = die.pick(Style(), Style("sans", 400), Style("uni"))
    card = Sheet(member, style=style, label=die.pick("#1c1c1e", brand))
    swoosh(card, 0, 120, brand)
    card.box(0, 0, 1012, 70, fill=brand)
    card.put(44, 8, "{payer_name}", 42, style=style.bold(), colour="#ffffff")
    card.put(44, 150, "{plan_name}", 27, style=style.bold())
    words = (
        die.pick("Subscriber", "Enrollee", "Primary Member"),
        die.pick("Subscriber ID", "Enrollee ID", "Member ID"),
        die.pick("Group Number", "Group", "Group/Division"),
    )
    values = ("{member_name}", "{member_number}", "{group_number}")
    if die.chance(0.5):
        told = [(f"{word}:", value) for word, value in zip(words, values, strict=True)]
        card.rows(44, 206, told, 26, gap=die.pick(0, 230), until=680, pitch=1.5)
    else:
        y = 200.0
        for word, value in zip(words, values, strict=True):
            y = card.below(44, y, word, value, 27) + 6
    card.lines(44, 440, [f"{{dependent_{n}}}" for n in range(1, len(member.dependents) + 1)], 22)
    card.put(700, 206, "Vision", 21, style=style.bold())
    card.rows(700, 238, (("Eye exam", die.pick("$10", "$15")), ("Materials", die.pick("$25", "$20"))), 21, gap=160)
    card.put(700, 320, "Dental", 21, style=style.bold())
    card.rows(700, 352, (("Preventive", "100%"), ("Basic", "80%"), ("Major", "50%")), 21, gap=160)
    card.put(44, 540, f"{die.pick('Payer ID:', 'Electronic claims payer ID', 'EDI#')} {{payer_id}}", 22)
    card.put(44, 584, f"Customer service {member.phone}", 19)
    return Drawn(member, card)


FAMILIES = (
    Family("self_funded", _self_funded),
    Family("student", _student),
    Family("pharmacy", _pharmacy),
    Family("dental_vision", _dental_vision),
)
