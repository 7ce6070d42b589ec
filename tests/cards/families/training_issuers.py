"""Families of issuers: national PPO, regional HMO, children's programme, public employees, app screen."""

from dataclasses import replace

from tests.cards.crowd import date, pcn, somebody
from tests.cards.die import Die
from tests.cards.families import Drawn, Family
from tests.cards.lettering import Style
from tests.cards.people import Member
from tests.cards.shapes import LOGOS, pdf417
from tests.cards.sheet import Sheet


def _service_back(die: Die, member: Member, style: Style) -> Sheet:
    """A back with telephones, claims address, small print and sometimes a barcode."""
    back = Sheet(member, style=style)
    if die.chance(0.5):
        back.picture(40, 40, pdf417(member), 880, 130)
    lines = (
        f"{die.pick('Customer Care', 'Member Services', 'Questions?')}: {{phone}} (TTY 711)",
        f"{die.pick('Providers', 'Provider line')}: {die.code('8##-555-01##')}",
        f"{die.pick('Pharmacists', 'Pharmacy help desk')}: {die.code('8##-555-01##')}",
        "Mail claims to: {payer_name}, {claims_box}, {claims_city}",
        "Prior approval is needed for hospital stays. In an emergency call 911 or go to the nearest hospital.",
        "This card is for identification only and is no proof of coverage.",
    )
    back.lines(40, 220, lines, 21, pitch=1.9)
    return back


def _national(die: Die) -> Drawn:
    member = somebody(
        die,
        payer=die.pick("Continental Health Group", "Summerfield Health", "Atlas United Benefits"),
        member=die.pick("9########", "8########", "W#########"),
        group=die.pick("#######", "######-###"),
        payer_id=die.pick("#####", "@@@##"),
        plan=die.pick("Choice Select PPO", "National Advantage", "Freedom Plus", "Core Network HSA 2500"),
        rx=("6#####", pcn(die), die.pick("@@@RX", "CHG####")),
        dependents=die.whole(0, 4),
        case=die.pick("upper", "title"),
    )
    brand = die.pick("#123f7a", "#005b5e", "#8c1d40", "#4a4a9c")
    style = die.pick(Style(), Style("sans"), Style("uni"), Style(width=0.9))
    card = Sheet(member, style=style, label=die.pick("#333333", brand))
    LOGOS[die.pick(*LOGOS)](card, 40, 32, 56, brand)
    card.put(116, 36, "{payer_name}", die.whole(36, 44), style=style.bold(), colour=brand, room=520)
    card.put(970, 44, "{plan_name}", 24, align="right")
    top = die.whole(126, 150)
    id_word, group_word = die.pick(("Member ID:", "Group:"), ("ID No.", "Group No."), ("Member ID", "Group Number"))
    card.beside(40, top, id_word, "{member_number}", 28, bold=True)
    card.beside(560, top, group_word, "{group_number}", 28, bold=True)
    card.box(40, top + 46, 970, top + 49, fill=brand)
    y = card.below(40, top + 64, die.pick("Member", "Subscriber", "Employee"), "{member_name}", 26)
    if member.dependents:
        card.put(40, y + 4, die.pick("Dependents", "Family members"), 18, colour=card.label)
        card.lines(40, y + 28, [f"{{dependent_{n}}}" for n in range(1, 5)], 22)
    _national_right(die, card, top, brand)
    return Drawn(member, card, _service_back(die, member, style))


def _national_right(die: Die, card: Sheet, top: float, brand: str) -> None:
    visits = [
        (die.pick("Office:", "PCP:"), "${office_visit}"),
        (die.pick("Specialist:", "Spec:"), "${specialist_visit}"),
        (die.pick("Urgent Care:", "UrgCare:"), "${urgent_care}"),
        (die.pick("ER:", "Emergency:"), "${emergency_room}"),
    ]
    card.put(560, top + 64, die.pick("Copays", "Copay", "You pay"), 20, style=card.style.bold(), colour=brand)
    card.rows(560, top + 92, visits, 22, gap=die.pick(0, 180))
    card.box(550, 400, 975, 560, line=brand, stroke=3)
    words = die.pick(("RxBIN:", "RxPCN:", "RxGrp:"), ("Rx BIN", "Rx PCN", "Rx Group"), ("RXBIN", "RXPCN", "RXGRP"))
    card.rows(572, 416, zip(words, ("{rx_bin}", "{rx_pcn}", "{rx_group}"), strict=True), 26, gap=150)
    card.put(572, 524, f"{die.pick('Payer ID', 'EDI Payer ID:', 'Electronic payer ID')} {{payer_id}}", 22)


def _regional(die: Die) -> Drawn:
    member = somebody(
        die,
        payer=die.pick("Riverbend HealthCare", "Three Lakes Health Plan", "Canyon Community Health"),
        member=die.pick("R########-0#", "########*##", "TL#######"),
        group=die.pick("@####", "####-###"),
        payer_id="#####",
        plan=die.pick("Classic HMO 20", "Traditional HMO", "Standard HMO Plan B", "Prime Care HMO"),
        rx=("0#####", pcn(die), die.pick("RVB", "TLHP#", "@@@@@@")),
        dependents=0,
    )
    brand, paper = die.pick(("#0f6b4f", "#f3faf6"), ("#b0471b", "#fff8f1"), ("#27418a", "#f2f5fc"))
    style = die.pick(Style("sans", 400), Style("uni"), Style(slant=0.0))
    card = Sheet(member, style=style, paper=paper, label=brand)
    card.box(0, 0, 1012, 104, fill=brand)
    card.put(40, 24, "{payer_name}", 44, style=style.bold(), colour="#ffffff", room=640)
    card.put(970, 40, "{plan_name}", 24, colour="#ffffff", align="right")
    card.below(40, 126, die.pick("Member Name", "Name of Member"), "{member_name}", 27)
    card.below(40, 206, die.pick("Member Number", "Member ID Number"), "{member_number}", 27)
    card.below(560, 206, die.pick("Group", "Group Number"), "{group_number}", 27)
    card.below(560, 126, "Effective", member.effective, 24)
    _grid(die, card, brand)
    words = die.pick(("BIN", "PCN", "GRP"), ("RxBIN", "RxPCN", "RxGRP"))
    for x, word, value in zip((40, 320, 600), words, ("{rx_bin}", "{rx_pcn}", "{rx_group}"), strict=True):
        card.beside(x, 530, word, value, 23)
    card.put(40, 580, f"{die.pick('Payer ID:', 'Submit claims to payer ID')} {{payer_id}}", 20)
    return Drawn(member, card, _service_back(die, member, style) if die.chance(0.6) else None)


def _grid(die: Die, card: Sheet, brand: str) -> None:
    """Copays as a ruled table: services across, amounts under them."""
    heads = (
        (die.pick("PCP", "Primary Care", "Office Visit"), "office_visit"),
        (die.pick("Specialist", "Spec"), "specialist_visit"),
        (die.pick("Urgent Care", "UC"), "urgent_care"),
        (die.pick("ER", "Emergency", "Emergency Room"), "emergency_room"),
    )
    card.box(40, 310, 972, 350, fill=brand)
    for step, (head, service) in enumerate(heads):
        card.put(56 + 232 * step, 318, head, 20, colour="#ffffff")
        card.put(56 + 232 * step, 360, f"${{{service}}}", 24)
    card.box(40, 310, 972, 402, line=brand)


def _children(die: Die) -> Drawn:
    member = somebody(
        die,
        payer=die.pick("Little Oaks Health", "Bright Start Kids Plan", "StateCare for Families"),
        member=die.pick("1########", "##########", "K########"),
        payer_id="#####",
        plan=die.pick("CHIP", "STAR Kids", "Family Health Program"),
        rx=("0#####", die.pick("MCAIDADV", "FM"), die.pick("RX####", "LOH@@")),
        visits=(),
        case=die.pick("upper", "title"),
    )
    brand = die.pick("#d1495b", "#00798c", "#6a4c93")
    style = die.pick(Style("uni"), Style("sans", 400), Style())
    card = Sheet(member, style=style, label=brand)
    LOGOS[die.pick("sun", "leaf", "rings")](card, 850, 30, 90, brand)
    card.put(40, 36, "{payer_name}", 42, style=style.bold(), colour=brand)
    card.put(40, 92, f"{die.pick('Program: ', 'Plan: ')}{{plan_name}}", 24)
    rows = (
        (die.pick("Member Name:", "Child's Name:"), "{member_name}"),
        (die.pick("Member ID:", "ID Number:"), "{member_number}"),
        ("Date of Birth:", date(die, "{month:02d}/15/{year}")),
        ("Effective Date:", "{effective}"),
        (die.pick("Primary Care Provider:", "PCP Name:"), "Dr. Hollis Trent"),
        (die.pick("PCP Phone:", "Provider Phone:"), die.code("(###) 555-01##")),
    )
    card.rows(40, 150, rows, 25, gap=die.pick(0, 300), pitch=1.5)
    card.put(40, 420, "RxBIN: {rx_bin}   RxPCN: {rx_pcn}   RxGRP: {rx_group}", 23)
    card.put(40, 470, "Payer ID: {payer_id}", 22)
    card.put(40, 590, f"Member Services {member.phone}  24-hour nurse line {die.code('8##-555-01##')}", 18)
    return Drawn(member, card)


def _employees(die: Die) -> Drawn:
    member = somebody(
        die,
        payer=die.pick("Federal Workers Benefit Plan", "Public Employees Health Trust"),
        member=die.pick("R########", "P######## ##"),
        group=die.pick("", "104", "PE##"),
        payer_id=die.pick("#####", ""),
        plan=die.pick("High Option", "Standard Option Self Plus One", "Basic Option"),
        rx=("610###", die.pick("FEPRX", "ADV"), die.pick("65006500", "RX####")),
        visits=("office_visit", "specialist_visit", "urgent_care") if die.chance(0.5) else (),
    )
    brand = die.pick("#1f3a5f", "#5b2333")
    style = die.pick(Style(), Style("uni"), Style("sans", 400, 0.9))
    card = Sheet(member, style=style)
    card.put(506, 30, "{payer_name}", 38, style=style.bold(), colour=brand, align="middle")
    card.put(506, 84, die.pick("A plan for those who serve", "www.plan.example"), 18, align="middle")
    card.beside(40, 150, die.pick("Member Name", "Enrollee"), "{member_name}", 27)
    card.beside(40, 196, die.pick("Member ID", "Identification No."), "{member_number}", 27)
    card.beside(40, 242, die.pick("Enrollment Code", "Plan type"), die.code("10#"), 24)
    card.beside(40, 286, die.pick("Group", "Group #"), "{group_number}", 24) if member.group_number else None
    card.put(40, 330, "{plan_name}", 26, style=style.bold())
    card.rows(620, 196, (("RxIIN", "{rx_bin}"), ("RxPCN", "{rx_pcn}"), ("RxGrp", "{rx_group}")), 24, gap=110)
    card.rows(
        40,
        420,
        (("Office visit", "${office_visit}"), ("Specialist", "${specialist_visit}"), ("Urgent care", "${urgent_care}")),
        21,
    )
    card.put(620, 420, "Payer ID: {payer_id}", 22)
    return Drawn(member, card)


def _app(die: Die) -> Drawn:
    member = somebody(
        die,
        payer=die.pick("Nimbus Health", "Juniper Insurance", "Poppy Health Plans"),
        member=die.pick("@@@#######", "#########-##"),
        group=die.pick("#####", "@@-####"),
        payer_id=die.pick("#####", "@@@@#"),
        plan=die.pick("Bronze Simple", "Silver Everyday 4000", "Gold Plus EPO"),
        rx=("0#####", pcn(die), die.pick("@@@@##", "RX####")),
        dependents=die.whole(0, 2),
        case="title",
    )
    dark = die.chance(0.4)
    style = die.pick(Style("sans", 400), Style())
    colours = (
        {"paper": "#161b22", "ink": "#f4f6f8", "label": "#9aa7b4"} if dark else {"paper": "#ffffff", "label": "#6b7280"}
    )
    card = Sheet(member, style=style, size=(720, 1180), **colours)
    brand = die.pick("#7c3aed", "#e11d48", "#0891b2")
    card.box(0, 0, 720, 140, fill=brand)
    card.put(40, 44, "{payer_name}", 44, style=style.bold(), colour="#ffffff")
    fields = [
        (die.pick("Name", "Member"), "{member_name}"), ("Member ID", "{member_number}"),
        (die.pick("Group", "Group number"), "{group_number}"), (die.pick("Plan", "Plan name"), "{plan_name}"),
        ("Payer ID", "{payer_id}"),
    ]  # fmt: skip
    for step, (label, value) in enumerate(fields):
        card.below(40, 176 + 96 * step, label, value, 32, small=20)
    for step, (label, value) in enumerate((("RxBIN", "{rx_bin}"), ("RxPCN", "{rx_pcn}"), ("RxGroup", "{rx_group}"))):
        card.below(40 + 220 * step, 680, label, value, 28, small=20)
    visits = ("Primary care", "Specialist", "Urgent care", "Emergency room")
    amounts = ("${office_visit}", "${specialist_visit}", "${urgent_care}", "${emergency_room}")
    for step, (visit, amount) in enumerate(zip(visits, amounts, strict=True)):
        card.put(40, 800 + 52 * step, visit, 28)
        card.put(680, 800 + 52 * step, amount, 28, align="right")
    card.lines(40, 1040, [f"{{dependent_{n}}}" for n in (1, 2)], 24)
    return Drawn(replace(member, effective=""), card)


FAMILIES = (
    Family("national", _national),
    Family("regional", _regional),
    Family("children", _children),
    Family("employees", _employees),
    Family("app", _app),
)
