"""Cards of the market: numbers in stacked columns, tables of covered persons, payers named at the claims address."""

from dataclasses import replace

from tests.cards.crowd import NETWORKS, PHARMACISTS, VISITS, date, pcn, somebody
from tests.cards.die import Die
from tests.cards.families import Drawn, Family
from tests.cards.lettering import Style
from tests.cards.people import Member
from tests.cards.shapes import LOGOS, pdf417, suitcase
from tests.cards.sheet import Sheet


def _stacked(die: Die) -> Drawn:
    """Every value in a cell of a grid: small heads above, group numbers and codes side by side."""
    member = somebody(
        die,
        payer=die.pick("Regence BlueShield", "Moda Health", "PacificSource Health Plans", "Tidewell Assurance"),
        member=die.pick("ZVM#########", "M########## 01", "########-00", "TW@#######"),
        group=die.pick("1000####", "6######", "G00#####", "OR-####-A", "00####"),
        payer_id=die.pick("#####", "@@###"),
        plan=die.pick("Navigator Gold 1500", "Beacon PPO", "Engage 2000", "Summit HMO Copay Plan", "SmartChoice PCM"),
        rx=("0#####", pcn(die), die.pick("######", "@@@####", "RX####")),
        visits=die.pick(VISITS, ("office_visit", "specialist_visit", "urgent_care")),
        case=die.pick("upper", "title"),
    )
    brand, pale = die.pick(("#00557f", "#eaf3f8"), ("#6b2f7b", "#f3ecf5"), ("#a04000", "#fcf1e8"))
    style = die.pick(Style(), Style("sans", 400), Style("uni"), Style(width=0.93))
    card = Sheet(member, style=style, label=die.pick("#6a6a6a", brand, "#1c1c1e"))
    card.put(40, 30, "{payer_name}", 38, style=style.bold(), colour=brand)
    in_grid = die.chance(0.5)
    card.put(972, 40, "" if in_grid else "{plan_name}", 24, align="right", room=380)
    numbers = [
        (die.pick("GROUP NO.", "Group Number", "Group/Account"), "{group_number}"),
        (die.pick("SUBGROUP", "Class", "Sub-acct"), die.code("0##")),
        (die.pick("PLAN CODE", "Plan ID", "Benefit code"), die.code("@#-####")),
        (die.pick("RXGRP", "Rx Group"), "{rx_group}"),
    ]
    if die.chance(0.5):
        numbers[0], numbers[1] = numbers[1], numbers[0]
    people = [
        (die.pick("MEMBER", "Subscriber Name", "Name"), "{member_name}"),
        ("", ""),
        (die.pick("MEMBER ID", "Subscriber ID", "ID"), "{member_number}"),
    ]
    third = [
        ("RXBIN", "{rx_bin}"),
        ("RXPCN", "{rx_pcn}"),
        (die.pick("PAYER ID", "Payer #"), "{payer_id}"),
        ("Effective", "{effective}"),
    ]
    fourth = [(die.pick("PLAN", "Product", "Benefit Plan"), "{plan_name}")] if in_grid else []
    for step, cells in enumerate((people, numbers, third, fourth)):
        _cells(card, 110 + 88 * step, cells, pale)
    _stacked_costs(die, card)
    number, _, person = member.member_number.partition(" ")
    also = {"member_number": (number, f"{number}-{person}")} if person else {}
    return Drawn(member, card, _stacked_back(die, member, style), also=also)


def _cells(card: Sheet, y: float, cells: list[tuple[str, str]], pale: str) -> None:
    """One row of the grid: heads above, values under them, on pale ground."""
    if cells:
        card.box(40, y, 972, y + 78, fill=pale)
    for step, (head, value) in enumerate(cells):
        if card.fill(value):
            card.put(54 + 232 * step, y + 8, head, 15, colour=card.label)
            card.put(54 + 232 * step, y + 32, value, 24, room=440 if len(cells) == 3 and step == 0 else 0)


def _stacked_costs(die: Die, card: Sheet) -> None:
    texts = [
        ("Office Visit ${office_visit}", "Specialist ${specialist_visit}"),
        ("Urgent Care ${urgent_care}", "ER ${emergency_room}"),
    ]
    if die.chance(0.5):
        texts = [(f"{first} copay", f"{second} copay") for first, second in texts]
    for row, pair in enumerate(texts):
        for column, text in enumerate(pair):
            card.put(40 + 270 * column, 500 + 34 * row, text, 20)
    card.put(620, 500, f"Deductible {die.pick('$1,500', '$750')} / OOP {die.pick('$6,000', '$5,500')}", 20)
    card.put(620, 534, f"Network: {die.pick('Navigator', 'Connexus', 'BlueCard')}", 20)
    card.put(40, 596, "Preauthorization may be required.", 16)


def _stacked_back(die: Die, member: Member, style: Style) -> Sheet:
    back = Sheet(member, style=style)
    rows = (
        ("MEMBERS", "PROVIDERS", "PHARMACY"),
        (die.code("800-555-01##"), die.code("888-555-01##"), die.code("844-555-01##")),
        ("Claims address", "Appeals", "Pharmacy manager"),
        (member.claims_box, f"PO Box {die.code('####')}", die.pick(*PHARMACISTS)),
        (member.claims_city, "Salem Point, OR 97301", f"PO Box {die.code('#####')}"),
    )
    back.table((40, 370, 690), 70, rows, 19, pitch=2)
    back.put(40, 560, "{payer_name}", 20)
    if die.chance(0.4):
        back.picture(40, 340, pdf417(member), 620, 120)
    return back


def _covered(die: Die) -> Drawn:
    """Who is who: subscriber and member on one card, persons with their suffixes in a table."""
    member = somebody(
        die,
        payer=die.pick("Gundry Health Plan", "Health Alliance", "ConnectiCare", "Capitol Lakes Health"),
        member=die.pick("#########", "HA#######", "K########", "@@########"),
        group=die.pick("#####", "CL-####", "0#####-0##", "###@##"),
        payer_id=die.pick("#####", ""),
        plan=die.pick("HMO 3000d", "FlexPOS Copay 30", "Choice SOLO POS", "Midwest PPO Gold"),
        rx=("0#####", pcn(die), die.pick("", "RX####", "@@@@")),
        visits=die.pick(VISITS, ("office_visit", "specialist_visit"), ()),
        dependents=die.whole(1, 3),
        case=die.pick("upper", "title"),
    )
    of_child = die.chance(0.4)
    suffix = die.pick("02", "03") if of_child else die.pick("00", "01")
    if of_child:
        member = replace(member, member_number=f"{member.member_number} {suffix}")
    brand = die.pick("#00695c", "#283593", "#ad1457")
    style = die.pick(Style("sans", 400), Style("uni"), Style())
    card = Sheet(member, style=style, paper=die.pick("#ffffff", "#f7f9fb"), label=die.pick("#5f6368", brand))
    card.box(0, 0, 1012, 92, fill=brand)
    card.put(40, 22, "{payer_name}", 40, style=style.bold(), colour="#ffffff")
    card.put(972, 34, die.pick("{plan_name}", "Plan: {plan_name}"), 23, colour="#ffffff", align="right", room=440)
    if of_child:
        _of_child(die, card)
    else:
        _of_subscriber(die, card, int(suffix))
    words = die.pick(("Group:", "RxBIN:", "RxPCN:", "RxGRP:"), ("Group #", "Rx BIN", "Rx PCN", "Rx Grp"))
    values = ("{group_number}", "{rx_bin}", "{rx_pcn}", "{rx_group}")
    card.rows(640, 130, zip(words, values, strict=True), 23, gap=die.pick(0, 120), pitch=1.55)
    if member.copays:
        _covered_costs(die, card)
    card.put(40, 560, "Payer ID: {payer_id}", 20)
    card.put(972, 590, "member.example/idcard", 16, align="right")
    number = member.member_number.split()[0]
    also = (number, f"{number}-{suffix}", f"{number}{suffix}")
    return Drawn(member, card, _covered_back(die, member, style), also={"member_number": also})


def _of_child(die: Die, card: Sheet) -> None:
    """The card of one dependent: the subscriber is named beside the member."""
    rows = [
        (die.pick("Member:", "Member Name:"), "{member_name}"),
        (die.pick("Member ID:", "Member ID #:"), "{member_number}"),
        ("Subscriber:", "{dependent_1}"),
        ("Member since:", date(die)),
        ("PCP:", "Ellsworth Pediatrics"),
    ]
    if die.chance(0.5):
        rows[0], rows[2] = rows[2], rows[0]
    card.rows(40, 130, rows, 25, gap=die.pick(0, 190), until=620, pitch=1.6)


def _of_subscriber(die: Die, card: Sheet, first: int) -> None:
    """The family's card: the subscriber and a table of persons with suffixes."""
    card.beside(40, 130, die.pick("Subscriber:", "Subscriber Name:"), "{member_name}", 25, until=620)
    card.beside(40, 170, die.pick("Subscriber ID:", "ID Number:", "Family ID:"), "{member_number}", 25)
    names = ("{member_name}", "{dependent_1}", "{dependent_2}", "{dependent_3}")
    doctors = ("L. Osgood MD", "L. Osgood MD", "Ellsworth Pediatrics", "Ellsworth Pediatrics")
    card.table((40, 120, 400), 226, ((die.pick("SFX", "No."), "MEMBER", "PCP"),), 16)
    rows = [(f"{first + n:02d}", name, doctor) for n, (name, doctor) in enumerate(zip(names, doctors, strict=True))]
    card.table((40, 120, 400, 620), 252, rows, 20)


def _covered_costs(die: Die, card: Sheet) -> None:
    """Copays in sentences or in lines with slashes."""
    if die.chance(0.5):
        card.put(40, 440, die.pick("In-network copays", "Copayments:"), 18, colour=card.label)
        card.put(40, 468, "PCP ${office_visit} / Specialist ${specialist_visit}", 22)
        card.put(40, 502, "Urgent care ${urgent_care} / Emergency room ${emergency_room}", 22)
    else:
        card.put(40, 440, "You pay ${office_visit} for a PCP visit and ${specialist_visit} for a specialist visit.", 21)
        card.put(40, 474, "You pay ${urgent_care} for urgent care and ${emergency_room} for the emergency room.", 21)


def _covered_back(die: Die, member: Member, style: Style) -> Sheet:
    back = Sheet(member, style=style)
    back.box(0, 0, 1012, 60, fill="#e3e6ea")
    back.put(40, 18, "Important numbers", 20, style=style.bold())
    rows = (
        ("Member Services", die.code("(800) 555-01##")),
        ("Provider Services", die.code("(844) 555-01##")),
        ("Pharmacy Services", die.code("(866) 555-01##")),
        ("Vision (VSP)", die.code("(877) 555-01##")),
    )
    back.rows(40, 90, rows, 21, gap=260, pitch=1.7)
    back.lines(40, 280, ("Claims:", "{payer_name}", "{claims_box}", "{claims_city}"), 21)
    return back


def _claims_line(die: Die) -> Drawn:
    """An employer's card: the administrator stands at the claims address only, on the back or in the footer."""
    member = somebody(
        die,
        payer=die.pick("Allied Benefit Systems", "EBMS", "Boon-Chapman", "Auxiant", "Foxglove Benefit Partners"),
        member=die.pick("#########", "A########", "EB######-00", "@###-##-####"),
        group=die.pick("A#####", "00-####", "######", "BC-##-###", "F###"),
        payer_id=die.pick("#####", "@@@##"),
        plan=die.pick("PPO Plan 2", "Choice HDHP", "Premier Plan", ""),
        rx=("0#####", pcn(die), die.pick("RX####", "@@@###")),
        dependents=die.whole(0, 2),
        visits=die.pick(VISITS, ("office_visit", "specialist_visit", "emergency_room")),
        employer=die.pick("Halvorsen Dairy", "CRESTLINE LOGISTICS", "Pueblo Charter Schools", "Nocturne Hotels"),
        case=die.pick("upper", "title"),
    )
    dark = die.chance(0.3)
    paper, ink, brand = (
        ("#22303c", "#f2f5f7", "#ffd166") if dark else ("#ffffff", "#222222", die.pick("#37598a", "#9b2d1f"))
    )
    style = die.pick(Style(), Style("sans", 400), Style("uni"))
    card = Sheet(member, style=style, paper=paper, ink=ink, label=die.pick(ink, "#9aa5b1" if dark else "#6d7680"))
    LOGOS[die.pick(*LOGOS)](card, 40, 36, 60, brand)
    card.put(120, 42, "{employer}", 38, style=style.bold(), colour=brand, room=500)
    network = die.pick(*NETWORKS)
    card.put(972, 40, die.pick("Network", "PPO Network", "Medical network"), 15, align="right", colour=card.label)
    card.put(972, 60, network, 24, align="right", style=style.bold(600), room=330)
    rows = (
        (die.pick("Employee", "Member", "Participant"), "{member_name}"),
        (die.pick("Member ID", "Employee ID", "ID"), "{member_number}"),
        (die.pick("Group", "Employer group", "Group No", "Grp/Loc"), "{group_number}"),
        (die.pick("Plan", "Benefit plan", "Coverage"), "{plan_name}"),
        ("Dependents", "{dependent_1}"),
        ("", "{dependent_2}"),
    )
    card.rows(40, 140, rows, 24, gap=die.pick(190, 210), until=610, pitch=1.55)
    _claims_line_right(die, card, ink)
    in_footer = die.chance(0.4)
    if in_footer:
        card.put(40, 584, "Claims: {payer_name}, {claims_box}, {claims_city}", 17)
        card.put(40, 554, "EDI {payer_id}", 17)
    return Drawn(member, card, _claims_line_back(die, member, style, in_footer))


def _claims_line_right(die: Die, card: Sheet, ink: str) -> None:
    costs = (
        (die.pick("PCP", "Office visit"), "${office_visit}"),
        (die.pick("Spec", "Specialist"), "${specialist_visit}"),
        (die.pick("UC", "Urgent care"), "${urgent_care}"),
        (die.pick("ER", "Emergency room"), "${emergency_room}"),
        (die.pick("Ded", "Deductible"), die.pick("$2,500/$5,000", "$1,000/$3,000")),
    )
    y = card.rows(640, 140, costs, 21, gap=die.pick(0, 190), pitch=1.5)
    card.put(640, y + 16, die.pick(*PHARMACISTS), 23, style=card.style.bold(600))
    words = die.pick(("RxBIN", "RxPCN", "RxGroup"), ("Bin:", "PCN:", "Rx Grp:"))
    card.rows(640, y + 54, zip(words, ("{rx_bin}", "{rx_pcn}", "{rx_group}"), strict=True), 21, gap=110)
    if die.chance(0.3):
        suitcase(card, 40, 440, 80, ink if ink == "#222222" else "#5b6b7a")


def _claims_line_back(die: Die, member: Member, style: Style, in_footer: bool) -> Sheet:
    back = Sheet(member, style=style)
    where = die.pick("Submit medical claims to:", "Mail claims to", "Claims submission:")
    address = () if in_footer else (where, "{payer_name}", "{claims_box}", "{claims_city}", "EDI payer ID: {payer_id}")
    y = back.lines(60, 60, address, 21, pitch=1.5)
    texts = (
        f"Benefits and eligibility {die.code('800-555-01##')}",
        f"Precertification (American Health Holding) {die.code('866-555-01##')}",
        f"Find a network provider {die.code('877-555-01##')}",
        f"Pharmacist help {die.code('844-555-01##')}",
        f"Virtual visits by {die.pick('Teladoc', 'MDLIVE', 'Recuro')} {die.code('855-555-01##')}",
        "The employer funds this plan. Present this card at each visit.",
    )
    back.lines(60, y + 30, texts, 20, pitch=1.8)
    return back


FAMILIES = (
    Family("stacked", _stacked),
    Family("covered", _covered),
    Family("claims_line", _claims_line),
)
