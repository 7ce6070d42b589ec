"""Private plans: HMO with a doctor's block, a travel-case PPO, a marketplace plan, a system of clinics, small print."""

from tests.cards.crowd import FIRST, LAST, VISITS, pcn, somebody
from tests.cards.die import Die
from tests.cards.families import Drawn, Family
from tests.cards.lettering import Style
from tests.cards.people import Member
from tests.cards.shapes import LOGOS, code128, pdf417, suitcase, swoosh, wash
from tests.cards.sheet import Sheet


def _doctor_block(die: Die) -> Drawn:
    member = somebody(
        die,
        payer=die.pick("Foothill Health Net", "Pacific Crest HMO", "Delta Valley Health"),
        member=die.pick("R########01", "#########-01", "FHN#######"),
        group=die.pick("#####A", "PC####", "1#####-0001"),
        payer_id=die.pick("#####", "FHN0#"),
        plan=die.pick("Full Network HMO", "SmartCare HMO 30", "Salud HMO y Mas", "ValueChoice HMO"),
        rx=("00####", die.pick("HNET", "PCRX", "ADV"), die.pick("CA##", "RX@###")),
        visits=die.pick(VISITS, ("office_visit", "specialist_visit", "emergency_room")),
        case=die.pick("upper", "title"),
    )
    brand = die.pick("#00627a", "#4c6b1f", "#862633")
    style = die.pick(Style(), Style("sans", 400), Style("uni"))
    card = Sheet(member, style=style, label=die.pick("#1c1c1e", brand, "#555555"))
    LOGOS[die.pick("peaks", "leaf", "shield")](card, 40, 30, 70, brand)
    card.put(130, 40, "{payer_name}", 40, style=style.bold(), colour=brand)
    card.put(972, 52, "{plan_name}", 24, align="right")
    rows = (
        (die.pick("Member:", "Subscriber:"), "{member_name}"),
        (die.pick("Member ID:", "Subscriber ID #:", "ID:"), "{member_number}"),
        (die.pick("Group ID:", "Group:", "Employer Group #:"), "{group_number}"),
    )
    card.rows(40, 130, rows, 26, gap=die.pick(0, 220), until=560, pitch=1.5)
    _doctor(die, card)
    words = die.pick(("RxBIN:", "PCN:", "RxGroup:"), ("Rx Bin", "Rx PCN", "Rx Group"))
    card.rows(40, 290, zip(words, ("{rx_bin}", "{rx_pcn}", "{rx_group}"), strict=True), 22, gap=die.pick(0, 130))
    card.put(40, 404, f"{die.pick('Payer ID', 'Claims payer ID:', 'Payor ID #')} {{payer_id}}", 21)
    costs = (
        (die.pick("Office Visit", "PCP visit", "Physician visit"), "${office_visit}"),
        (die.pick("Specialist", "Specialist visit", "Specialist consult"), "${specialist_visit}"),
        (die.pick("Urgent Care", "Urgent care center"), "${urgent_care}"),
        (die.pick("Emergency Room", "ER (waived if admitted)"), "${emergency_room}"),
    )
    card.put(40, 460, die.pick("COPAYS", "Member copayments"), 18, style=style.bold())
    printed = [pair for pair in costs if card.fill(pair[1])]
    for step, (label, value) in enumerate(printed):
        card.beside(40 + 460 * (step % 2), 492 + 34 * (step // 2), label, value, 21, gap=300)
    return Drawn(member, card)


def _doctor(die: Die, card: Sheet) -> None:
    """The chosen doctor: name, group, telephone; all of it could be taken for the member's."""
    doctor = f"{die.pick(*FIRST)} {die.pick(*LAST)}"
    card.box(580, 120, 984, 300, line="#888888")
    card.put(600, 130, die.pick("Primary Care Physician", "PCP", "Your doctor (PCP)"), 19, style=card.style.bold())
    lines = (
        die.pick(f"{doctor}, MD", f"Dr. {doctor}", doctor.upper()),
        die.pick("Bayside Medical Group", "Crestview IPA", "Mission Physicians"),
        die.code("(###) 555-01##"),
        f"PCP effective {die.whole(1, 12):02d}/01/2025",
    )
    card.lines(600, 162, lines, 21, pitch=1.5)


def _travel_case(die: Die) -> Drawn:
    prefix = die.code("@@@")
    member = somebody(
        die,
        payer=die.pick("Bluewater Shield of Oremont", "Keystone Cross Blue", "Prairie BlueStar"),
        member=prefix + die.pick("#########", "###@#####", "############"),
        group=die.pick("########", "######-####", "@####*"),
        payer_id=die.pick("", "SB###", "#####"),
        plan=die.pick("Blue Options 1422", "PPO Plus Saver", "Preferred Blue PPO", "Anchor Select"),
        rx=die.pick(("01####", pcn(die), die.pick("@@@A", "RX####")), ("003858", "A4", "")),
        visits=die.pick(VISITS, ("office_visit", "specialist_visit", "emergency_room"), ()),
        case=die.pick("upper", "title"),
    )
    brand = die.pick("#0072ce", "#003da5", "#1d4f91")
    style = die.pick(Style("sans", 400), Style(), Style("uni"))
    card = Sheet(member, style=style, label=die.pick("#1c1c1e", brand))
    LOGOS["cross"](card, 40, 34, 56, brand)
    LOGOS["shield"](card, 108, 34, 62, brand)
    card.put(190, 44, "{payer_name}", 36, style=style.bold(), colour=brand, room=560)
    suitcase(card, 880, 540, 92, "#333333")
    card.put(972, 52, die.pick("www.bluewater.example", "member.example"), 18, align="right")
    top = die.whole(126, 146)
    y = card.below(40, top, die.pick("Subscriber Name", "Member Name", "Enrollee Name"), "{member_name}", 27)
    label = die.pick("Identification Number", "Subscriber ID", "Member ID")
    shown = die.pick("{member_number}", f"{prefix} {member.member_number[3:]}")
    card.says("member_number")
    y = card.below(40, y + 8, label, shown, 30, bold=die.chance(0.5))
    _case_numbers(die, card, y)
    card.put(560, top, "{plan_name}", 27, style=style.bold())
    costs = (
        (die.pick("Office Visit Copay", "PCP Copay", "Office"), "${office_visit}"),
        (die.pick("Specialist Copay", "Specialist"), "${specialist_visit}"),
        (die.pick("Urgent Care Copay", "Urgent Care"), "${urgent_care}"),
        (die.pick("Emergency Room Copay", "ER Copay", "Emergency"), "${emergency_room}"),
    )
    card.rows(560, top + 60, costs, 22, gap=die.pick(0, 290), pitch=1.5)
    return Drawn(member, card, _case_back(die, member, style))


def _case_numbers(die: Die, card: Sheet, y: float) -> None:
    rows = (
        (die.pick("Group No.", "Group Number", "Group #"), "{group_number}"),
        (die.pick("BC/BS Plan", "Plan Codes", "BS Plan Code"), die.pick("040/540", "360  860", "910")),
        ("RxBIN", "{rx_bin}"),
        ("RxPCN", "{rx_pcn}"),
        (die.pick("RxGRP", "RxGroup"), "{rx_group}"),
    )
    card.rows(40, y + 20, rows, 23, gap=die.pick(0, 180), pitch=1.45)


def _case_back(die: Die, member: Member, style: Style) -> Sheet:
    back = Sheet(member, style=style)
    texts = (
        "Hospitals or physicians: file claims with your local plan.",
        f"Member Services: {die.code('1-8##-555-01##')}",
        f"Locating network providers: {die.code('1-8##-555-01##')}",
        f"Pre-certification: {die.code('1-8##-555-01##')}",
        "Electronic claims: payer ID {payer_id}",
        "{payer_name}, an independent company, {claims_box}, {claims_city}",
    )
    back.lines(500, 60, texts, 18, pitch=2.2)
    if die.chance(0.5):
        back.picture(40, 80, code128(die.code("############")), 380, 90)
    return back


def _marketplace(die: Die) -> Drawn:
    member = somebody(
        die,
        payer=die.pick("Everwell Health", "Amity Health Plans", "Cobalt Health Insurance"),
        member=die.pick("U##########", "9########-01", "CBH######"),
        group=die.pick("", "IND####", "00#####"),
        payer_id=die.pick("#####", "@@@##"),
        plan=die.pick("Bronze 60 HMO", "Expanded Bronze HDHP 7000", "Silver 87 EPO", "Everyday Bronze Basic"),
        rx=("02####", die.pick("CIHSCARE", "IRX", "EXC"), die.pick("@@@@@#", "EW##")),
        visits=("office_visit", "specialist_visit", "urgent_care"),
        case="title",
    )
    brand = die.pick("#5b21b6", "#0e7490", "#be123c")
    style = die.pick(Style("sans", 400), Style("sans", 300), Style())
    card = Sheet(member, style=style, label=die.pick("#6b7280", brand))
    wash(card, "#ffffff", die.pick("#f3e8ff", "#e0f2fe", "#fff1f2"))
    card.disc(90, 86, 42, brand)
    card.put(90, 62, member.payer_name[0], 44, style=style.bold(), colour="#ffffff", align="middle")
    card.put(150, 46, "{payer_name}", 42, style=style.bold(), colour=brand)
    card.put(150, 100, "{plan_name}", 24)
    card.below(50, 166, die.pick("Member", "Member name", "Name"), "{member_name}", 29, small=17)
    card.below(50, 244, die.pick("Member ID", "Member ID #"), "{member_number}", 29, small=17)
    card.below(370, 244, die.pick("Group", "Group ID"), "{group_number}", 25, small=17)
    for step, (label, value) in enumerate((("RxBIN", "{rx_bin}"), ("RxPCN", "{rx_pcn}"), ("RxGroup", "{rx_group}"))):
        card.below(50 + 180 * step, 336, label, value, 24, small=17)
    card.below(50, 420, die.pick("Payer ID", "Medical payer ID"), "{payer_id}", 24, small=17)
    _marketplace_costs(die, card)
    card.put(50, 590, f"Member support: {member.phone}    {die.pick('Exchange plan', 'On exchange')}", 17)
    return Drawn(member, card)


def _marketplace_costs(die: Die, card: Sheet) -> None:
    card.box(640, 160, 984, 560, fill="#ffffff", line="#d1d5db")
    rows = (
        (die.pick("PCP", "Primary care"), "${office_visit}"),
        (die.pick("Specialist", "Specialist visit"), "${specialist_visit}"),
        ("Urgent care", "${urgent_care}"),
        (die.pick("ER", "Emergency room"), die.pick("40%*", "50% after ded.")),
        (die.pick("Ind. deductible", "Deductible"), die.pick("$6,300", "$7,000", "$4,500")),
        (die.pick("Ind. OOP max", "Out-of-pocket max"), die.pick("$8,900", "$9,450")),
        ("Generic Rx", die.pick("$18", "$25*")),
    )
    card.put(662, 174, die.pick("What you pay", "In-network cost share"), 19, style=card.style.bold())
    y = 214
    for label, value in rows:
        card.put(662, y, label, 20, colour=card.label)
        card.put(964, y, value, 20, align="right")
        y += 42


def _integrated(die: Die) -> Drawn:
    """A system that is insurer and clinic in one: a single big record number, the label under each value."""
    member = somebody(
        die,
        payer=die.pick("Cascadia Permanent Health", "Unity Care System", "Meadowbrook Health Cooperative"),
        member=die.pick("########", "##-###-####", "#### ####"),
        group=die.pick("######", "#####-###", ""),
        payer_id=die.pick("#####", "@@@##", ""),
        plan=die.pick("Deductible HMO", "Traditional Plan", "Senior Choice (HMO)", ""),
        rx=die.pick(("011842", "KPW", "KPRX"), ("", "", "")),
        visits=(),
        case=die.pick("upper", "title"),
    )
    brand = die.pick("#006ba6", "#13716b", "#6d214f")
    style = die.pick(Style("sans", 400), Style("uni"), Style())
    card = Sheet(member, style=style, label=die.pick("#4b5563", brand))
    swoosh(card, 470, 160, die.pick("#dbeafe", "#d9f0ec", "#f5e1ec"))
    card.put(40, 40, "{payer_name}", 42, style=style.bold(), colour=brand)
    card.above(40, 150, die.pick("Name", "Member name"), "{member_name}", 40, small=16)
    label = die.pick("Health Record Number", "Medical Record Number", "Member ID / Health Record No.")
    card.above(40, 262, label, "{member_number}", 44, small=16)
    card.above(620, 150, die.pick("Group", "Group number"), "{group_number}", 28, small=15)
    card.above(620, 262, "Plan", "{plan_name}", 28, small=15)
    card.above(620, 356, "Payer ID", "{payer_id}", 26, small=15)
    for step, (word, value) in enumerate((("RxBIN", "{rx_bin}"), ("RxPCN", "{rx_pcn}"), ("RxGrp", "{rx_group}"))):
        card.above(40 + 180 * step, 400, word, value, 25, small=15)
    card.put(40, 590, f"Appointments and advice {member.phone}", 18)
    return Drawn(member, card)


def _dense(die: Die) -> Drawn:
    """Two columns of small print, with many numbers that are none of ours."""
    member = somebody(
        die,
        payer=die.pick("Statewide Mutual Health", "Old Dominion Benefit Plan", "Concord Health Assurance"),
        member=die.pick("SMH########", "#########*##", "CHA ### ### ###"),
        group=die.pick("######-##", "0#####", "@@#####"),
        payer_id="#####",
        plan=die.pick("Premier PPO 80/60", "CDHP with HRA", "Enhanced PPO Option B", "Key Advantage 250"),
        rx=("610###", die.pick("CRX", "A4", "SMHP##"), die.pick("SMH@", "RX#####", "@@@####")),
        case=die.pick("upper", "title"),
        employer=die.pick("Marlin County Schools", "Dover Paper Works", "State Employees"),
        dependents=die.whole(0, 3),
    )
    brand = die.pick("#1d3557", "#5c3d2e", "#2f5d50")
    style = die.pick(Style(width=0.92), Style("uni"), Style("sans", 400, 0.88))
    card = Sheet(member, style=style, label=die.pick("#1c1c1e", "#3b4a6b"))
    card.box(0, 0, 1012, 12, fill=brand)
    card.put(40, 30, "{payer_name}", 36, style=style.bold(), colour=brand)
    card.put(972, 40, "{plan_name}", 22, style=style.bold(600), align="right")
    size = die.pick(18, 19, 20)
    rows = [
        (die.pick("Group Name", "Employer"), "{employer}"),
        (die.pick("Group Number", "Group No", "Grp #"), "{group_number}"),
        (die.pick("Subscriber", "Member Name", "Insured"), "{member_name}"),
        (die.pick("Subscriber ID", "Member ID", "ID Number"), "{member_number}"),
        ("Effective Date", "{effective}"),
        ("Coverage Type", die.pick("Family", "Employee + Spouse", "Single")),
        ("Network", die.pick("FirstPath Access", "PrimeNet", "OpenWay")),
        *((die.pick("Dependent", "Covered"), f"{{dependent_{n}}}") for n in range(1, len(member.dependents) + 1)),
    ]
    colon = die.pick(":", "")
    y = card.rows(40, 96, [(f"{label}{colon}", value) for label, value in rows], size, gap=180, until=500)
    pharmacy = zip(("Rx BIN", "Rx PCN", "Rx Group"), ("{rx_bin}", "{rx_pcn}", "{rx_group}"), strict=True)
    card.rows(40, y + 16, [(f"{label}{colon}", value) for label, value in pharmacy], size, gap=180)
    _dense_costs(die, card, size)
    card.put(540, 440, f"{die.pick('EDI claims: Payer ID', 'Electronic Payer ID')}{colon} {{payer_id}}", size)
    card.put(40, 596, "Precertification required for inpatient admissions. See reverse for details.", 15)
    return Drawn(member, card, _dense_back(die, member, style))


def _dense_costs(die: Die, card: Sheet, size: int) -> None:
    card.put(540, 96, die.pick("In-Network Benefits", "Network Provider Copays"), size, style=card.style.bold())
    rows = (
        (die.pick("Primary Care Visit", "Office Visit (PCP)", "PCP Office Visit"), "${office_visit}"),
        (die.pick("Specialist Visit", "Office Visit (Specialist)", "Specialist"), "${specialist_visit}"),
        (die.pick("Urgent Care Facility", "Urgent Care"), "${urgent_care}"),
        (die.pick("Emergency Room", "ER (waived if admitted)"), "${emergency_room}"),
        ("Hospital Inpatient", die.pick("$300/day", "20% after ded.", "$500")),
        ("Coinsurance", die.pick("80%", "20%")),
        ("Deductible Ind/Fam", die.pick("$500/$1,000", "$1,500/$3,000")),
        ("Rx Tier 1/2/3", die.pick("$10/$30/$60", "$15/$45/$80")),
    )
    card.rows(540, 96 + size * 1.7, rows, size, gap=290, until=998)


def _dense_back(die: Die, member: Member, style: Style) -> Sheet:
    back = Sheet(member, style=style)
    texts = (
        f"Customer Service: {member.phone}   Nurse line: {die.code('800-555-01##')}",
        f"Precertification: {die.code('800-555-01##')}",
        f"Pharmacy help desk: {die.code('800-555-01##')}",
        "Submit medical claims to:",
        "{payer_name}",
        "{claims_box}",
        "{claims_city}",
        "Possession of this card does not guarantee eligibility for benefits.",
    )
    back.lines(40, 250, texts, 20, pitch=1.6)
    if die.chance(0.6):
        back.picture(40, 40, pdf417(member), 900, 150)
    return back


FAMILIES = (
    Family("doctor_block", _doctor_block),
    Family("travel_case", _travel_case),
    Family("marketplace", _marketplace),
    Family("integrated", _integrated),
    Family("dense", _dense),
)
