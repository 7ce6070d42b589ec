"""Cards of the market: Blues with a sponsor, administrators beside employer and network, funds of unions."""

from tests.cards.crowd import NETWORKS, PHARMACISTS, VISITS, pcn, somebody
from tests.cards.die import Die
from tests.cards.families import Drawn, Family
from tests.cards.lettering import Style
from tests.cards.people import Member
from tests.cards.sheet import Sheet

#: the wordmark's lines and the name in the small print of the back
_BLUES = (
    (("BlueCross BlueShield", "of Illinois"), "Blue Cross and Blue Shield of Illinois"),
    (("Blue Cross", "Blue Shield", "of Michigan"), "Blue Cross Blue Shield of Michigan"),
    (("Horizon", "Blue Cross Blue Shield of New Jersey"), "Horizon Blue Cross Blue Shield of New Jersey"),
    (("Anthem", "BlueCross"), "Anthem Blue Cross"),
    (("CareFirst", "BlueCross BlueShield"), "CareFirst BlueCross BlueShield"),
    (("Highmark", "Blue Shield"), "Highmark Blue Shield"),
)


def _blues_home(die: Die) -> Drawn:
    lines, small_print = die.pick(*_BLUES)
    prefix = die.code("@@@")
    member = somebody(
        die,
        payer=" ".join(lines),
        member=prefix + die.pick("8########", "############", "###@#####"),
        group=die.pick("0#####", "P#####", "######-0##", "1#####M0##"),
        plan=die.pick("Blue Choice Preferred PPO", "PPO Saver 1500", "OMNIA Silver HSA", "Simply Blue PPO HSA"),
        rx=(die.pick("011552", "003858", "610455"), die.pick("A4", "HZRX", "ILDR"), die.pick("", "RX@@@", "WLHA")),
        visits=die.pick(VISITS, ("office_visit", "specialist_visit", "urgent_care", "emergency_room"), ()),
        case=die.pick("upper", "title"),
        employer=die.pick("Marengo Foundry Co.", "Lake Union Transit", "Hollis & Wray LLP", ""),
    )
    brand = die.pick("#0067b1", "#1c4587", "#0b5cab")
    style = die.pick(Style("sans", 400), Style(), Style("uni"))
    card = Sheet(member, style=style, label=die.pick("#1c1c1e", "#44546a"))
    for step, line in enumerate(lines):
        card.put(40, 28 + 34 * step, line, 30, style=style.bold(), colour=brand)
    card.says("payer_name")
    card.put(972, 40, "{employer}", 26, style=style.bold(600), align="right")
    y = card.below(40, 150, die.pick("Subscriber Name:", "Enrollee Name", "Member Name"), "{member_name}", 27)
    card.says("member_number")
    shown = die.pick(member.member_number, f"{prefix} {member.member_number[3:]}")
    card.below(40, y + 8, die.pick("Identification Number:", "Enrollee ID", "Member ID"), shown, 29)
    _blues_numbers(die, card)
    where = die.pick(0, 1)
    card.put(520, (150, 586)[where], "{plan_name}", 28, style=style.bold())
    if member.copays:
        words = "OV ${office_visit} / SPEC ${specialist_visit} / UC ${urgent_care} / ER ${emergency_room}"
        card.put(520, 214, die.pick("Copays", "In-network copays:"), 18, colour=card.label)
        card.put(520, 242, words, 20)
    card.put(40, 586, die.pick("PPO", "", "BlueCard"), 24, style=style.bold())
    back = _blues_back(die, member, style, small_print)
    return Drawn(member, card, back, also={"payer_name": (small_print,)})


def _blues_numbers(die: Die, card: Sheet) -> None:
    """Group and section, plan codes and pharmacy numbers side by side."""
    card.rows(
        40,
        350,
        (
            (die.pick("Group No:", "Group Number", "Group:"), "{group_number}"),
            (die.pick("Section:", "Sub-Group:", "Dept:"), die.code("000#")),
            (die.pick("Plan Code:", "BC/BS Plan Code"), die.pick("121/621", "710", "280/780")),
            ("Effective:", "{effective}"),
        ),
        22,
        gap=die.pick(0, 180),
    )
    words = die.pick(("RxBIN:", "RxPCN:", "RxGrp:"), ("Rx Bin", "Rx PCN", "Rx Group"), ("BIN", "PCN", "RX GRP"))
    card.rows(520, 350, zip(words, ("{rx_bin}", "{rx_pcn}", "{rx_group}"), strict=True), 22, gap=die.pick(0, 120))
    card.put(520, 470, f"Pharmacy Benefits: {die.pick(*PHARMACISTS)}", 18)


def _blues_back(die: Die, member: Member, style: Style, small_print: str) -> Sheet:
    back = Sheet(member, style=style)
    back.box(0, 30, 1012, 96, fill="#2b2b2b")
    left = (
        f"Customer Service: {die.code('1-800-555-01##')}",
        f"Preauthorization: {die.code('1-800-555-01##')}",
        f"Behavioral Health: {die.code('1-866-555-01##')}",
        f"Provider Locator (BlueCard): {die.code('1-877-555-01##')}",
        f"Rx Help Desk: {die.code('1-833-555-01##')}",
        "www.bluesplan.example",
    )
    back.lines(520, 130, left, 19, pitch=1.8)
    right = (
        "Providers: file claims with the local Blue",
        "Cross and/or Blue Shield licensee in whose",
        "service area the member received services.",
        "Mail member claims to:",
        small_print,
        "{claims_box}",
        "{claims_city}",
    )
    back.lines(40, 130, right, 19, pitch=1.6)
    back.put(40, 560, f"{small_print}, an Independent Licensee of the Blue Cross and Blue Shield Association", 15)
    return back


def _employer_and_tpa(die: Die) -> Drawn:
    member = somebody(
        die,
        payer=die.pick("UMR", "Meritain Health", "Luminare Health", "WebTPA", "Lucent Health", "Brookhollow TPA"),
        member=die.pick("########", "1######## 01", "W########-00", "@@#######"),
        group=die.pick("76-######", "7670-00-######", "#####", "0####-001", "@@####"),
        payer_id=die.pick("#####", "@@@##"),
        plan=die.pick("HDHP 3200", "Base PPO", "Copay Plan", "Value Plan", "Core Medical Plan"),
        rx=("0#####", pcn(die), die.pick("RX####", "@@@@", "0#######")),
        visits=die.pick(VISITS, ("office_visit", "specialist_visit")),
        dependents=die.whole(0, 2),
        case=die.pick("upper", "title"),
        employer=die.pick("Garrison Meats", "OAKDALE ISD", "Fenwick Robotics", "City of Bramble Creek"),
    )
    brand, other = die.pick(("#00558c", "#7a2e3a"), ("#5b2c83", "#3c6e47"), ("#b4491f", "#1f3d5a"))
    style = die.pick(Style(), Style("sans", 400), Style("uni"))
    card = Sheet(member, style=style, label=die.pick("#1c1c1e", other))
    _three_names(die, card, brand, other)
    number, _, person = member.member_number.partition(" ")
    rows = [
        (die.pick("Member:", "Employee:", "Name:"), "{member_name}"),
        (die.pick("Member ID:", "ID:", "Member #:"), "{member_number}"),
        (die.pick("Group:", "Group #:", "Group/Account:", "Grp:", "Employer group:"), "{group_number}"),
        (die.pick("Plan:", "Benefit Plan:", "Coverage:", "Product:"), "{plan_name}"),
        ("Dependents:", "{dependent_1}"),
    ]
    card.rows(40, 170, rows, 25, gap=die.pick(0, 200), until=610, pitch=1.5)
    card.says("member_number")
    costs = (
        (die.pick("Office Visit", "PCP", "Primary Care"), "${office_visit}"),
        (die.pick("Specialist", "Spec"), "${specialist_visit}"),
        (die.pick("Urgent Care", "UC"), "${urgent_care}"),
        (die.pick("Emergency Room", "ER"), "${emergency_room}"),
        ("Ind/Fam Ded", die.pick("$1,500/$3,000", "$3,200/$6,400")),
        ("Ind/Fam OOP", die.pick("$4,000/$8,000", "$6,500/$13,000")),
    )
    card.rows(640, 170, costs, 21, gap=die.pick(0, 190), pitch=1.5)
    card.put(40, 400, f"Pharmacy: {die.pick(*PHARMACISTS)}", 20)
    values = ("{rx_bin}", "{rx_pcn}", "{rx_group}")
    card.rows(40, 432, zip(("RxBIN:", "RxPCN:", "RxGRP:"), values, strict=True), 21, gap=110)
    also = (f"{number}-{person}", number, number + person) if person else ()
    return Drawn(member, card, _tpa_back(die, member, style), also={"member_number": also})


def _three_names(die: Die, card: Sheet, brand: str, other: str) -> None:
    """Employer, administrator and network, in one of the usual places."""
    bold, network = card.style.bold(), die.pick(*NETWORKS)
    place = die.pick("both", "left", "below")
    if place == "both":
        card.put(40, 40, "{employer}", 36, style=bold, colour=other, room=440)
        card.put(972, 40, "{payer_name}", 38, style=bold, colour=brand, align="right")
        card.put(640, 540, f"Network: {network}", 20)
    elif place == "left":
        card.put(40, 36, "{payer_name}", 42, style=bold, colour=brand)
        card.put(40, 96, "Employer: {employer}", 22)
        card.put(972, 44, network, 26, style=bold, colour=other, align="right")
    else:
        card.put(40, 40, "{employer}", 40, style=bold, colour=brand, room=560)
        card.put(972, 48, network, 24, colour=other, align="right")
        card.box(0, 574, 1012, 638, fill=brand)
        words = die.pick("Claims administered by", "Administered by", "Third party administrator:")
        card.put(40, 590, f"{words} {{payer_name}}", 25, colour="#ffffff")


def _tpa_back(die: Die, member: Member, style: Style) -> Sheet:
    back = Sheet(member, style=style)
    back.put(50, 50, die.pick("Send claims to:", "Mail all medical claims to:", "Claims"), 22, style=style.bold())
    back.lines(50, 86, ("{payer_name}", "{claims_box}", "{claims_city}", "EDI Payer ID: {payer_id}"), 22)
    rows = (
        (die.pick("Member services", "Customer care"), die.code("800-555-01##")),
        ("Providers / eligibility", die.code("888-555-01##")),
        ("Precertification", die.code("866-555-01##")),
        ("Pharmacy", die.code("844-555-01##")),
        (die.pick("Teladoc", "Telehealth", "24/7 Nurse"), die.code("855-555-01##")),
    )
    back.rows(50, 270, rows, 21, gap=300, pitch=1.6)
    back.put(50, 560, "Benefits are not insured by the administrator. This card does not prove eligibility.", 16)
    return back


def _fund_trust(die: Die) -> Drawn:
    fund = die.pick(
        "Carpenters Local 417 Health Fund",
        "Tri-State Teamsters Welfare Fund",
        "Plumbers & Pipefitters Health Trust",
        "Hotel Workers Local 88 Benefit Fund",
    )
    runs = die.pick("front", "back", "none")
    payer = die.pick("Zenith American Solutions", "BeneSys", "Wilson-McShane Corporation", "Ridley Fund Services")
    member = somebody(
        die,
        payer=fund if runs == "none" else payer,
        member=die.pick("###-##-####", "C######", "########", "9########"),
        group=die.pick("", "417", "L88-##", "TF0###"),
        payer_id=die.pick("", "#####"),
        plan=die.pick("Plan A - Active", "Active Journeymen Plan", "Plan B", ""),
        rx=die.pick(("610###", pcn(die), "@@@###"), ("", "", "")),
        visits=die.pick(("office_visit", "emergency_room"), ("office_visit", "specialist_visit", "urgent_care")),
        dependents=die.whole(0, 3),
    )
    brand = die.pick("#7b1e1e", "#1f4d2c", "#24365e")
    style = die.pick(Style("uni"), Style(), Style("sans", 400, 0.92))
    card = Sheet(member, style=style, paper=die.pick("#ffffff", "#fbf7ec", "#f4f6f8"))
    card.disc(80, 80, 44, brand)
    card.put(80, 58, fund[0], 44, style=style.bold(), colour="#ffffff", align="middle")
    card.put(140, 42, fund, 36, style=style.bold(), colour=brand)
    if runs == "none":
        card.says("payer_name")
    if runs == "front":
        card.put(140, 94, f"{die.pick('Administered by', 'Fund administrator:')} {{payer_name}}", 21)
    rows = (
        (die.pick("PARTICIPANT", "Participant:", "Member:"), "{member_name}"),
        (die.pick("PARTICIPANT ID", "Participant ID:", "ID No.:", "Unique ID:"), "{member_number}"),
        (die.pick("GROUP", "Group No.:", "Fund/Group:"), "{group_number}"),
        (die.pick("Coverage:", "PLAN", "Benefit Plan:"), "{plan_name}"),
        *(("Dependent:", f"{{dependent_{n}}}") for n in (1, 2, 3)),
    )
    card.rows(50, 150, rows, 25, gap=die.pick(0, 220), until=660, pitch=1.45)
    card.put(700, 150, "PPO network:", 18)
    card.put(700, 178, die.pick("BlueCard PPO", "Anthem Prudent Buyer", "PHCS", "Cigna OAP"), 25, style=style.bold())
    card.rows(700, 240, (("RxBIN", "{rx_bin}"), ("RxPCN", "{rx_pcn}"), ("RxGroup", "{rx_group}")), 22, gap=120)
    _fund_costs(die, card)
    return Drawn(member, card, _fund_back(die, member, style, fund))


def _fund_costs(die: Die, card: Sheet) -> None:
    """Copays in running text, with other dollars in the same sentences."""
    sentences = (
        die.pick("Office visits: ${office_visit} copay.", "You pay a ${office_visit} copay for each office visit."),
        "Specialist visits: ${specialist_visit} copay.",
        "Urgent care: ${urgent_care} copay.",
        "Emergency room: ${emergency_room} copay, waived if admitted.",
        "Calendar year deductible $300 per person, $900 per family.",
    )
    card.lines(50, 460, sentences, 19, pitch=1.5)


def _fund_back(die: Die, member: Member, style: Style, fund: str) -> Sheet:
    back = Sheet(member, style=style)
    card_lines = (
        "Hospital and medical claims:",
        fund if fund != member.payer_name else "",
        "{payer_name}" if fund == member.payer_name else "c/o {payer_name}",
        "{claims_box}",
        "{claims_city}",
    )
    y = back.lines(60, 70, card_lines, 22, pitch=1.5)
    back.rows(
        60,
        y + 20,
        (
            ("Electronic payer ID:", "{payer_id}"),
            ("Fund office:", die.code("(###) 555-01##")),
            ("Eligibility:", die.code("(800) 555-01##")),
            ("Prescription help:", die.code("(866) 555-01##")),
            ("Dental (Delta Dental):", die.code("(877) 555-01##")),
        ),
        21,
        gap=280,
        pitch=1.6,
    )
    return back


FAMILIES = (
    Family("blues_home", _blues_home),
    Family("employer_and_tpa", _employer_and_tpa),
    Family("fund_trust", _fund_trust),
)
