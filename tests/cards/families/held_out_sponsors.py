"""Plans with a sponsor: employers with administrators, funds of trades, schools, the civil service; and Medigap."""

from dataclasses import replace

from tests.cards.crowd import VISITS
from tests.cards.die import Die
from tests.cards.families import Drawn, Family
from tests.cards.families.held_out_national import Brand, pharmacy, stacked, surname_first
from tests.cards.lettering import Style
from tests.cards.people import Member
from tests.cards.shapes import LOGOS, code128
from tests.cards.sheet import Sheet

_ADMINISTRATORS = (
    Brand("UMR", "39026", "########", "76-######", ("Base Plan", "PPO Plan", "High Deductible Health Plan"),
          ("610279", "9999", "UMR###"), "#1d4f91"),
    Brand("Meritain Health", "41124", "#########-00", "1####", ("Copay Plan", "Plan B 2500"),
          ("004336", "ADV", "RX48##"), "#5a2a82", ("Meritain",)),
    Brand("WebTPA", "75261", "WT#######", "00####A", ("Core Plan", "Premium PPO"),
          ("003585", "ASPROD1", "WTP##"), "#00665e"),
    Brand("Cardinal Ridge Administrators", "CRA07", "CR########", "CR-0##", ("Option 1 Medical", "Option 2 HDHP"),
          ("019595", "CRARX", "CRX###"), "#8c2f39"),
    Brand("Sandpiper Benefit Services", "86052", "S######*", "####-01", ("Traditional PPO", "Consumer Choice"),
          ("610602", "NVT", "SPBS#"), "#34594c"),
)  # fmt: skip
_NETWORKS = ("UnitedHealthcare Choice Plus", "Aetna Signature Administrators", "PHCS", "Cigna PPO", "First Health")


def _administered(die: Die) -> Drawn:
    """The employer's name is the largest word; the administrator stands below, the network at the right."""
    brand = die.pick(*_ADMINISTRATORS)
    employer = die.pick(
        "Halvorsen Dairy", "Quarry Bay School District", "Redline Couriers", "St. Agnes Hospital System"
    )
    member = brand.insures(die, employer=employer, dependents=die.whole(0, 3))
    style = die.pick(Style(), Style("sans", 400), Style("uni"))
    card = Sheet(member, style=style, label=die.pick("#1c1c1e", "#44546a"))
    card.put(44, 30, "{employer}", 40, style=style.bold(), colour=die.pick("#7a3b10", "#2b2d42", "#1b5e20"), room=620)
    card.put(968, 34, die.pick("Network:", "PPO Network", "Provider network"), 16, align="right")
    card.put(968, 60, die.pick(*_NETWORKS), 22, style=style.bold(600), align="right", room=300)
    rows = (
        (die.pick("Member Name:", "Employee:", "Enrollee:"), "{member_name}"),
        (die.pick("Member ID:", "ID:", "Unique ID:"), "{member_number}"),
        (die.pick("Group Number:", "Group #:", "Group:"), "{group_number}"),
        (die.pick("Plan:", "Plan Name:", "Coverage:"), "{plan_name}"),
    )
    y = card.rows(44, 112, rows, 25, gap=die.pick(0, 200), until=590, pitch=1.5)
    if member.dependents:
        card.put(44, y + 4, die.pick("Covered family", "Dependents"), 17, colour=card.label)
        card.lines(44, y + 30, [f"{{dependent_{n}}}" for n in (1, 2, 3)], 20)
    _administered_costs(die, card)
    words = die.pick("Administered by", "Claims administrator:", "Third party administrator:")
    card.put(44, 430, f"{words} {{payer_name}}", die.whole(24, 28), style=style.bold(600), colour=brand.ink)
    card.put(44, 474, f"{die.pick('EDI #', 'Payer ID:', 'Electronic payer ID:')} {{payer_id}}", 22)
    _administered_pharmacy(die, card, brand.ink)
    return Drawn(member, card, _administered_back(die, member, style), also=brand.readings)


def _administered_pharmacy(die: Die, card: Sheet, ink: str) -> None:
    manager = die.pick("Rx by Express Scripts", "OptumRx", "Navitus Health Solutions", "CVS Caremark")
    card.box(0, 520, 1012, 522, fill=ink)
    card.put(44, 532, manager, 19, style=card.style.bold(600))
    for step, (label, value) in enumerate(pharmacy(die)):
        card.beside(44 + 320 * step, 570, label, value, 22, until=350 + 320 * step)


def _administered_costs(die: Die, card: Sheet) -> None:
    card.put(610, 118, die.pick("Network copays", "Copays", "Benefit summary"), 19, style=card.style.bold())
    told = die.pick(
        ("Office Visit: ${office_visit}", "Specialist: ${specialist_visit}", "Urgent Care: ${urgent_care}",
         "Emergency Room: ${emergency_room}"),
        ("PCP ${office_visit} / Spec ${specialist_visit}", "UC ${urgent_care} / ER ${emergency_room}"),
        ("OV ${office_visit} copay", "SPC ${specialist_visit} copay", "ER ${emergency_room} copay then 20%"),
    )  # fmt: skip
    y = card.lines(610, 150, told, 22, pitch=1.5)
    money = ("Ind Ded $750 / Fam Ded $1,500", "Ind OOP $4,500 / Fam OOP $9,000", "Coinsurance 80% / 60%")
    card.lines(610, y + 8, money, 19, pitch=1.5)


def _administered_back(die: Die, member: Member, style: Style) -> Sheet:
    back = Sheet(member, style=style)
    texts = (
        "Mail medical claims to:",
        "{payer_name}",
        "{claims_box}, {claims_city}",
        f"Eligibility, benefits and claims: {member.phone}",
        f"Precertification: {die.code('8##-555-01##')}   Virtual doctor: {die.code('8##-555-01##')}",
        "Benefits are paid by the employer, who has full responsibility for them.",
        "Failure to precertify a hospital stay may reduce benefits.",
    )
    back.lines(50, 70, texts, 22, pitch=2)
    return back


_FUNDS = (
    Brand("Zenith American Solutions", "ZAS01", "9########", "C###", ("Plan A Active", "Retiree Medical Plan"),
          ("610011", "IRX", "CHWT##"), "#7b2d26"),
    Brand("BeneSys", "93031", "##-######", "BT-##", ("Journeyman Plan", "Class 1 Indemnity"),
          ("003858", "A4", "BSYS#"), "#1b3f6b"),
    Brand("", "13162", "##########", "", ("Wage Class One", "Member Choice"), ("004336", "ADV", "RX18##"), "#4c1d6f"),
    Brand("", "51037", "L###-#####", "0##", ("Basic Medical", "Comprehensive Plan C"), ("015574", "ASPROD1", "LF##"),
          "#205c3b"),
)  # fmt: skip
_TRADES = ("Carpenters Health and Welfare Fund", "Pipe Trades Local 88 Health Fund", "Harbor Workers Benefit Fund",
           "Electrical Workers Insurance Trust", "Bakers and Millers National Benefit Fund")  # fmt: skip


def _fund(die: Die) -> Drawn:
    """A fund of a trade: it pays itself, or an administrator that the card names does."""
    brand, fund = die.pick(*_FUNDS), die.pick(*_TRADES)
    member = brand.insures(die, visits=("office_visit", "emergency_room"), case="upper", dependents=die.whole(0, 2))
    member, read_as = surname_first(member) if die.chance(0.5) else (member, {})
    member = replace(member, payer_name=brand.name or fund)
    style = die.pick(Style("uni"), Style("sans", 400), Style(width=0.95))
    card = Sheet(member, style=style)
    LOGOS[die.pick("shield", "rings", "bars")](card, 40, 34, 76, brand.ink)
    card.put(140, 36, fund, 37, style=style.bold(), colour=brand.ink, room=840)
    card.put(140, 88, f"Administered by {brand.name}" if brand.name else "Jointly run by labor and management", 22)
    card.says("payer_name")
    card.box(40, 136, 972, 139, fill=brand.ink)
    rows = (
        (die.pick("PARTICIPANT", "MEMBER NAME", "EMPLOYEE"), "{member_name}"),
        (die.pick("PARTICIPANT ID", "MEMBER ID", "FUND ID"), "{member_number}"),
        (die.pick("GROUP", "GROUP NO"), "{group_number}"),
        (die.pick("PLAN", "PLAN OF BENEFITS"), "{plan_name}"),
        (die.pick("SPOUSE", "DEPENDENT"), "{dependent_1}"),
        ("CHILD", "{dependent_2}"),
    )
    card.rows(40, 156, rows, 23, gap=die.pick(240, 280), until=660, pitch=1.5)
    _fund_costs(die, card)
    card.put(40, 406, f"{die.pick('PAYER ID', 'EDI PAYER ID:', 'CLAIMS PAYER ID')} {{payer_id}}", 21)
    card.box(40, 456, 972, 540, line=brand.ink)
    for step, (label, value) in enumerate(pharmacy(die)):
        stacked(card, 60 + 300 * step, 464, label, value, 26, small=16, room=270)
    card.put(40, 584, f"Fund office {member.phone}. Eligibility depends on hours worked.", 18)
    back = _fund_back(die, member, style) if die.chance(0.7) else None
    return Drawn(member, card, back, read_as)


def _fund_costs(die: Die, card: Sheet) -> None:
    card.put(700, 156, die.pick("COPAYMENTS", "YOU PAY"), 19, style=card.style.bold())
    visits = die.pick(("Office Visit ${office_visit}", "Emergency Room ${emergency_room}"),
                      ("Doctor visit: ${office_visit}", "ER: ${emergency_room}"))  # fmt: skip
    card.lines(700, 186, (*visits, "Lab & X-ray 10%"), 21, pitch=1.5)
    card.put(700, 320, die.pick("Blue Card PPO network", "Anthem network", "MultiPlan network"), 19)


def _fund_back(die: Die, member: Member, style: Style) -> Sheet:
    back = Sheet(member, style=style)
    texts = (
        f"Precertification {die.code('8##-555-01##')}",
        "Send claims to: {payer_name}, {claims_box}, {claims_city}",
        f"Member assistance program {die.code('8##-555-01##')}",
    )
    back.lines(50, 150, texts, 22, pitch=2.4)
    return back


_STUDENT = (
    Brand("Wellfleet Student", "87843", "WF#######", "ST####SH", ("Student Health Insurance Plan",),
          ("003585", "ASPROD1", "WLF##"), "#0b7a75", ("Wellfleet Insurance Company",)),
    Brand("UnitedHealthcare Student Resources", "74227", "#######", "2026-###-1", ("Student Choice Plus PPO",),
          ("610279", "9999", "STURX#"), "#183b7d", ("UnitedHealthcare Insurance Company", "UnitedHealthcare")),
    Brand("Quadrangle Student Health", "QSH44", "Q########", "QS-###", ("Domestic Student Plan", "Scholar PPO 500"),
          ("018844", "QDSH", "QSHR#"), "#6a4c10"),
    Brand("Academy Life and Accident", "ALA19", "##########", "AC####", ("Campus Injury and Sickness Plan",),
          ("610533", "ACDRX", "ALA##"), "#3a3a3a"),
)  # fmt: skip


def _campus(die: Die) -> Drawn:
    """A school's crest in the middle of a coloured head; the insurer's name at the lower right."""
    brand = die.pick(*_STUDENT)
    school = die.pick("Hollins Ferry University", "Cape Alden College", "University of Northern Mesa")
    member = brand.insures(die, case="title", visits=("office_visit", "urgent_care", "emergency_room"))
    style = die.pick(Style("sans", 400), Style("uni"), Style())
    ink = die.pick("#7f1d1d", "#14532d", "#1e3a8a")
    card = Sheet(member, style=style, label=die.pick("#52525b", ink))
    card.box(0, 0, 1012, 108, fill=ink)
    LOGOS["shield"](card, 40, 22, 66, "#ffffff")
    card.put(130, 30, school, 39, style=style.bold(), colour="#ffffff")
    stacked(card, 40, 128, die.pick("Student", "Insured Student", "Insured"), "{member_name}", 29, room=440)
    stacked(card, 40, 206, die.pick("Insured ID", "Member ID", "Student Insurance ID"), "{member_number}", 29, room=440)
    stacked(card, 40, 284, die.pick("Group", "Policy Number", "Group/Policy No."), "{group_number}", 26, room=220)
    stacked(card, 290, 284, die.pick("Policy year", "Coverage dates"), "08/01/26-07/31/27", 22, room=220)
    stacked(card, 40, 360, die.pick("Plan", "Plan name"), "{plan_name}", 25, room=460)
    _campus_costs(die, card)
    card.box(40, 476, 972, 478, fill=ink)
    words = die.pick("Insured by", "Underwritten by", "Insurance company:")
    card.put(972, 496, f"{words} {{payer_name}}", 25, style=style.bold(600), align="right", room=580)
    card.put(40, 498, f"{die.pick('Payer ID', 'Claims payer ID:')} {{payer_id}}", 22)
    card.put(40, 590, brand.legal, 15)
    back = _campus_back(die, member, style) if die.chance(0.6) else None
    return Drawn(member, card, back, also=brand.readings)


def _campus_costs(die: Die, card: Sheet) -> None:
    card.put(560, 130, die.pick("Preferred provider copays", "Copays"), 19, style=card.style.bold())
    costs = (
        (die.pick("Doctor visit", "Office visit", "Physician visit"), "${office_visit}"),
        ("Urgent care", "${urgent_care}"),
        (die.pick("Emergency room", "ER visit"), "${emergency_room}"),
        ("Campus health center", die.pick("no charge", "100%")),
        (die.pick("Coinsurance", "Hospital"), "80%"),
    )
    card.rows(560, 164, costs, 21, gap=die.pick(0, 260), pitch=1.55)
    card.rows(560, 346, pharmacy(die), 21, gap=130, pitch=1.5)


def _campus_back(die: Die, member: Member, style: Style) -> Sheet:
    back = Sheet(member, style=style)
    texts = (
        "Students: visit the campus health center first when it is open.",
        "Claims: {payer_name}, {claims_box}, {claims_city}",
        f"Questions: {member.phone}   Travel assistance: {die.code('8##-555-01##')}",
    )
    back.lines(50, 140, texts, 22, pitch=2.4)
    return back


_CIVIL = (
    Brand("GEHA", "44054", "########", "", ("Standard Option", "High Option", "HDHP"),
          ("004336", "ADV", "RX03##"), "#004b87", ("Government Employees Health Association",)),
    Brand("NALC Health Benefit Plan", "53011", "N########", "", ("High Option", "Consumer Driven Plan"),
          ("004336", "ADV", "RX65##"), "#1f5f99"),
    Brand("APWU Health Plan", "44444", "########01", "", ("High Option Self Plus One", "High Option Self Only"),
          ("003858", "A4", "APWURX"), "#7c1f2d"),
    Brand("Postal Guild Health Plan", "PGH12", "PG#######", "47#", ("Value Option", "Standard Option Self and Family"),
          ("610415", "PGHPN", "PGRX#"), "#3d3d5c"),
)  # fmt: skip


def _civil(die: Die) -> Drawn:
    """Federal workers: an enrollment code beside the id, other companies' networks named on the face."""
    brand = die.pick(*_CIVIL)
    member = brand.insures(die, visits=die.pick(VISITS, ("office_visit", "specialist_visit", "urgent_care")))
    style = die.pick(Style("sans", 400), Style(), Style("uni"))
    card = Sheet(member, style=style, label=die.pick("#374151", brand.ink))
    card.box(0, 0, 26, 638, fill=brand.ink)
    card.put(60, 34, "{payer_name}", 42, style=style.bold(), colour=brand.ink, room=560)
    card.put(60, 94, die.pick("Federal Employees Health Benefits", "Health benefits for federal workers"), 18)
    card.put(972, 42, "{plan_name}", 26, style=style.bold(600), align="right", room=320)
    card.rows(60, 142, (
        (die.pick("Enrollee:", "Member:", "Enrollee Name:"), "{member_name}"),
        (die.pick("Member ID:", "ID Number:", "Identification #:"), "{member_number}"),
        (die.pick("Enrollment Code:", "Enroll. Code:"), die.code("31#")),
        (die.pick("Group:", "Group No.:"), "{group_number}"),
        ("Effective:", "{effective}"),
    ), 25, gap=die.pick(0, 225), until=620, pitch=1.5)  # fmt: skip
    _civil_costs(die, card)
    network = die.pick(
        "Network: UnitedHealthcare Choice Plus", "Network: Cigna HealthCare PPO", "Network: Aetna Choice"
    )
    card.put(60, 384, network, 20)
    card.put(650, 384, f"{die.pick('Payer ID:', 'Claims payer ID')} {{payer_id}}", 21)
    card.box(60, 430, 972, 520, fill=die.pick("#eef2f7", "#f5f0e6"))
    for step, (label, value) in enumerate(pharmacy(die)):
        card.beside(84 + 300 * step, 456, label, value, 24, until=370 + 300 * step)
    card.put(60, 576, brand.legal or f"Customer care {member.phone}", 17)
    card.picture(740, 546, code128(die.code("##########")), 230, 56)
    return Drawn(member, card, also=brand.readings)


def _civil_costs(die: Die, card: Sheet) -> None:
    costs = (
        (die.pick("Primary care", "Office visit"), "${office_visit}"),
        (die.pick("Specialist", "Specialist visit"), "${specialist_visit}"),
        ("Urgent care", "${urgent_care}"),
        (die.pick("Emergency room", "ER"), "${emergency_room}"),
    )
    card.put(650, 130, die.pick("In-network you pay", "Copays"), 19, colour=card.label)
    card.rows(650, 162, costs, 22, gap=die.pick(0, 220), pitch=1.5)


_MEDIGAP = (
    Brand("Mutual of Omaha", "71412", "######-##M", "", ("Medicare Supplement Plan G", "Plan N"), ("", "", ""),
          "#1c4587", ("United World Life Insurance Company",)),
    Brand("Physicians Mutual", "47027", "##########", "", ("Medicare Supplement Plan F", "Plan G"), ("", "", ""),
          "#0d5c63", ("Physicians Mutual Insurance Company",)),
    Brand("Great Marsh Life", "GML60", "GM#######", "", ("Medigap Plan N", "Medicare Select Plan C"), ("", "", ""),
          "#5c3a21"),
    Brand("Bankers Fidelity", "71919", "0########", "", ("Plan G High Deductible", "Plan F"), ("", "", ""), "#27374d",
          ("Bankers Fidelity Life Insurance Company",)),
    Brand("Old Harbor Assurance", "OHA31", "OH########-1", "", ("Medicare Supplement Plan N", "Plan K"), ("", "", ""),
          "#5a2d2d"),
)  # fmt: skip


def _medigap(die: Die) -> Drawn:
    """Pays what Medicare leaves: a policy number, no copays, no pharmacy."""
    brand = die.pick(*_MEDIGAP)
    member = brand.insures(die, visits=(), case=die.pick("upper", "title"))
    style = die.pick(Style("sans", 400), Style("uni"), Style(slant=0.12), Style())
    card = Sheet(member, style=style, paper=die.pick("#ffffff", "#f7f5ef"), label=die.pick("#555555", brand.ink))
    card.put(506, 40, "{payer_name}", 48, style=style.bold(), colour=brand.ink, align="middle")
    card.put(506, 108, die.pick("Medicare Supplement Insurance", "Medicare Supplement Identification Card"), 23,
             align="middle")  # fmt: skip
    card.box(60, 156, 952, 160, fill=brand.ink)
    rows = (
        (die.pick("Insured", "Policyholder", "Name of Insured"), "{member_name}"),
        (die.pick("Policy Number", "Policy No.", "Member ID"), "{member_number}"),
        (die.pick("Plan", "Plan Type"), "{plan_name}"),
        (die.pick("Policy Date", "Effective Date"), "{effective}"),
    )
    if die.chance(0.5):
        card.rows(60, 190, rows, 28, gap=290, until=960, pitch=1.7)
    else:
        for step, (label, value) in enumerate(rows):
            stacked(card, 60 + 500 * (step % 2), 190 + 106 * (step // 2), label, value, 29, small=18, room=430)
    card.put(60, 440, f"{die.pick('Payer ID', 'Electronic payer ID:')} {{payer_id}}", 22)
    card.put(60, 490, "Claims are sent to us by Medicare. Please present your Medicare card with this one.", 19)
    card.put(60, 580, f"Policy service {member.phone}", 19)
    card.put(952, 580, brand.legal, 15, align="right")
    short = member.plan_name.removeprefix("Plan ")
    return Drawn(member, card, also={**brand.readings, "plan_name": (short,)})


FAMILIES = (
    Family("unseen_administered", _administered),
    Family("unseen_trade_fund", _fund),
    Family("unseen_campus", _campus),
    Family("unseen_civil_service", _civil),
    Family("unseen_medigap", _medigap),
)
