"""Cards of the market: tables in and out of network, copays behind slashes, two brands on one card."""

from tests.cards.crowd import PHARMACISTS, pcn, somebody
from tests.cards.die import Die
from tests.cards.families import Drawn, Family
from tests.cards.lettering import Style
from tests.cards.people import Member
from tests.cards.shapes import LOGOS, code128, swoosh
from tests.cards.sheet import Sheet


def _in_and_out(die: Die) -> Drawn:
    """Costs in a ruled table with a column for each network; the group in a small table of its own."""
    member = somebody(
        die,
        payer=die.pick("Medical Mutual", "Priority Health", "Geisinger Health Plan", "Tamarack Mutual Health"),
        member=die.pick("############", "8########-01", "#########*##", "TM#######"),
        group=die.pick("######", "0######", "7#####-###", "@@@####"),
        payer_id=die.pick("#####", "@@###", ""),
        plan=die.pick("Traditional PPO", "PPO HSA 3200", "All-Access PPO", "Balanced Value 2000", "HMO Plus"),
        rx=("0#####", pcn(die), die.pick("@@@@##", "RX####", "")),
        case=die.pick("upper", "title"),
        dependents=die.whole(0, 2),
    )
    brand, pale = die.pick(("#005a70", "#e6f2f4"), ("#7a1f3d", "#f7e9ee"), ("#3b5323", "#eef3e6"))
    style = die.pick(Style("sans", 400), Style(), Style("uni"), Style(width=0.94))
    card = Sheet(member, style=style, label=die.pick("#1c1c1e", brand))
    card.put(972, 34, "{payer_name}", 40, style=style.bold(), colour=brand, align="right")
    if die.chance(0.5):
        card.put(972, 88, "{plan_name}", 23, align="right")
    else:
        card.beside(40, 246, die.pick("Plan:", "Product:", "Benefit plan:"), "{plan_name}", 22)
    card.below(40, 34, die.pick("Member", "Subscriber name", "Name"), "{member_name}", 27, small=16)
    card.below(40, 104, die.pick("Member ID", "ID number", "Contract number"), "{member_number}", 29, small=16)
    heads = (die.pick("Group", "Group No.", "Account #", "Group ID"), die.pick("Sub-group", "Division", "Suffix"))
    card.box(40, 178, 480, 238, fill=pale)
    card.table((52, 230, 370), 182, ((*heads, "Eff. date"),), 16)
    card.table((52, 230, 370), 206, (("{group_number}", die.code("00#"), "{effective}"),), 21)
    card.lines(560, 150, ("{dependent_1}", "{dependent_2}"), 21, pitch=1.4)
    _cost_table(die, card, brand)
    words = die.pick(("RxBIN:", "RxPCN:", "RxGRP:"), ("Rx BIN", "Rx PCN", "Rx Group"))
    for step, (word, value) in enumerate(zip(words, ("{rx_bin}", "{rx_pcn}", "{rx_group}"), strict=True)):
        card.beside(40 + 290 * step, 590, word, value, 22)
    return Drawn(member, card, _column_back(die, member, style))


def _cost_table(die: Die, card: Sheet, brand: str) -> None:
    card.box(40, 290, 972, 326, fill=brand)
    heads = die.pick(("In-Network", "Out-of-Network"), ("IN", "OUT"), ("In Network You Pay", "Out of Network You Pay"))
    for x, head in zip((470, 720), heads, strict=True):
        card.put(x, 296, head, 19, colour="#ffffff")
    outside = die.pick("40%", "50% after ded.", "Ded + 30%")
    rows = [
        (die.pick("Deductible (Ind/Fam)", "Individual deductible"), "$1,000/$2,000", "$3,000/$6,000"),
        (die.pick("Primary Care", "Office Visit", "PCP Visit"), "${office_visit}", outside),
        (die.pick("Specialist", "Specialist Visit"), "${specialist_visit}", outside),
        (die.pick("Urgent Care", "Urgent Care Center"), "${urgent_care}", outside),
        (die.pick("Emergency Room", "ER"), "${emergency_room}", "In-network benefit"),
        (die.pick("Out-of-Pocket Max", "OOP Maximum"), "$4,500/$9,000", "$13,500/$27,000"),
    ]
    if die.chance(0.5):
        rows.insert(4, rows.pop(0))
    card.table((56, 470, 720), 336, rows, 20, pitch=1.95)
    card.box(40, 290, 972, 574, line=brand)


def _column_back(die: Die, member: Member, style: Style) -> Sheet:
    back = Sheet(member, style=style)
    back.put(50, 46, "Members", 22, style=style.bold())
    back.lines(50, 80, (f"Customer Care {member.phone}", f"Nurse line {die.code('866-555-01##')}", "TTY 711"), 20)
    back.put(540, 46, "Providers", 22, style=style.bold())
    telephones = (
        f"Benefits {die.code('888-555-01##')}",
        f"Prior authorization {die.code('877-555-01##')}",
        f"{die.pick(*PHARMACISTS)} {die.code('855-555-01##')}",
    )
    back.lines(540, 80, telephones, 20)
    back.box(50, 210, 962, 213, fill="#888888")
    back.put(50, 230, "Claims", 22, style=style.bold())
    back.lines(50, 264, ("{payer_name}", "{claims_box}", "{claims_city}"), 20)
    back.put(540, 264, f"{die.pick('Payer ID', 'EDI:', 'Electronic claims #')} {{payer_id}}", 20)
    back.put(540, 300, f"Travelling? Use {die.pick('PHCS', 'First Health', 'MultiPlan')} outside our area.", 18)
    back.picture(50, 440, code128(die.code("############")), 360, 70)
    return back


def _slashes(die: Die) -> Drawn:
    """Few lines, much in each: services and amounts behind slashes, deductibles in the same form."""
    payer, legal = die.pick(
        ("Harvard Pilgrim Health Care", "HPHC Insurance Company"),
        ("Cigna Healthcare", "Cigna Health and Life Insurance Company"),
        ("Independent Health", "Independent Health Benefits Corporation"),
        ("Selkirk Health", "Selkirk Assurance Inc."),
    )
    member = somebody(
        die,
        payer=payer,
        member=die.pick("HP#########", "U######### 01", "#########-01", "SK########"),
        group=die.pick("3######", "00#####", "HP####0000", "######-@"),
        payer_id=die.pick("#####", ""),
        plan=die.pick("Open Access Plus", "Best Buy HMO 2000", "iDirect Gold", "Focus POS", "LocalPlus Copay"),
        rx=("0#####", die.pick("0215COMM", "CTRX", "05180000"), die.pick("RX####", "HPHC", "@@##@@")),
        case=die.pick("upper", "title"),
        dependents=die.whole(0, 1),
    )
    brand = die.pick("#00577e", "#c75300", "#01689b", "#5c2d6e")
    style = die.pick(Style(), Style("sans", 400), Style("uni", width=0.95))
    card = Sheet(member, style=style, label=die.pick("#1c1c1e", "#5a5a5a", brand))
    LOGOS[die.pick("leaf", "sun", "rings")](card, 40, 30, 64, brand)
    card.put(120, 38, "{payer_name}", 38, style=style.bold(), colour=brand, room=520)
    card.put(972, 46, die.pick("Alder Grove Schools", "VANTAGE MARINE LLC", ""), 22, align="right")
    _slash_left(die, card)
    visits = die.pick(
        ("PCP/SPEC/UC/ER", "${office_visit}/${specialist_visit}/${urgent_care}/${emergency_room}"),
        ("OV/SPC/ER/UC", "${office_visit}/${specialist_visit}/${emergency_room}/${urgent_care}"),
        ("PCP / Specialist / ER", "${office_visit} / ${specialist_visit} / ${emergency_room}"),
    )
    rows = [
        (f"{die.pick('Copay', 'Copays', 'Visits')} {visits[0]}", visits[1]),
        (die.pick("Ded Ind/Fam", "Deductible Ind/Fam"), die.pick("$500/$1,000", "$2,000/$4,000")),
        (die.pick("OOP Ind/Fam", "Out-of-pocket max"), die.pick("$5,000/$10,000", "$7,350/$14,700")),
        ("Rx Tier 1/2/3", die.pick("$10/$35/$60", "$5/$40/$80")),
    ]
    card.rows(40, 420, [(f"{label}:", value) for label, value in rows], 21, gap=die.pick(0, 330), pitch=1.6)
    card.put(40, 590, f"{die.pick('Insured by', 'Underwritten by', 'Coverage offered by')} {legal}", 16)
    number, _, person = member.member_number.partition(" ")
    also = {"payer_name": (legal,), "member_number": (number, number + "-" + person) if person else ()}
    return Drawn(member, card, _column_back(die, member, style), also=also)


def _slash_left(die: Die, card: Sheet) -> None:
    rows = (
        (die.pick("Name:", "Member:", "Subscriber:"), "{member_name}"),
        (die.pick("ID:", "Member ID:", "ID #:"), "{member_number}"),
        (die.pick("Group:", "Account:", "Group/Account:", "Policy/Group:"), "{group_number}"),
        (die.pick("Plan:", "Product:", "Coverage:", "Plan type:"), "{plan_name}"),
        ("Dependent:", "{dependent_1}"),
    )
    card.rows(40, 136, rows, 25, gap=die.pick(0, 180), until=640, pitch=1.6)
    words = die.pick(("RxBIN:", "RxPCN:", "RxGrp:"), ("RxBIN", "RxPCN", "RxGroup"), ("BIN:", "PCN:", "RX Grp:"))
    card.rows(690, 136, zip(words, ("{rx_bin}", "{rx_pcn}", "{rx_group}"), strict=True), 22, gap=die.pick(0, 110))
    card.put(690, 260, die.pick("No referral required", "PCP required", "PCP: None selected"), 19)
    card.put(690, 300, "Payer ID {payer_id}", 20)


#: left mark, words between or under, right mark, payer, other right readings, product
_PAIRS = (
    ("Allina Health", "|", "Aetna", "Allina Health | Aetna", ("Aetna", "Allina Health and Aetna"), "Whole Health PPO"),
    ("Cigna", "+", "Oscar", "Cigna + Oscar", ("Cigna Oscar",), "Open Access Plus Gold"),
    ("Meadowlark Health Plan", "in partnership with", "St. Brendan Clinics", "", (), "Meadowlark Select 1500"),
    (
        "KeyPath",
        "A product of Northfork Insurance Company",
        "",
        "",
        ("Northfork Insurance Company",),
        "KeyPath Flex 500",
    ),
    ("Quartz", "Sponsored by", "Dell Valley Dairy Co-op", "", (), "Quartz One POS"),
    ("SummaCare", "in collaboration with", "Akron Lakes Physicians", "", (), "Direct Connect Bronze"),
)


def _two_brands(die: Die) -> Drawn:
    left, between, right, payer, also, plan = die.pick(*_PAIRS)
    member = somebody(
        die,
        payer=payer or left,
        member=die.pick("W#########", "########", "Q######-01", "KP#######"),
        group=die.pick("######-##-###", "#####", "0000####", "QG-####"),
        payer_id=die.pick("#####", "@@@@#"),
        plan=plan,
        rx=("0#####", pcn(die), die.pick("RX####", "@@@@")),
        visits=("office_visit", "specialist_visit", "urgent_care", "emergency_room", "telemedicine"),
        case=die.pick("upper", "title"),
    )
    brand, other = die.pick(("#6a1b9a", "#00838f"), ("#0d47a1", "#ef6c00"), ("#2e7d32", "#37474f"))
    style = die.pick(Style("uni"), Style(), Style("sans", 500))
    card = Sheet(member, style=style, paper=die.pick("#ffffff", "#fcfaf5"), label="#4a4a4a")
    swoosh(card, 600, 40, brand)
    end = card.put(40, 36, left, 36, style=style.bold(), colour=brand)
    if len(between) == 1:
        end = card.put(end + 16, 36, between, 36, colour="#888888")
        card.put(end + 16, 36, right, 36, style=style.bold(), colour=other)
    else:
        card.put(40, 88, between if right == "" else "", 17)
        card.put(972, 30, between if right else "", 15, align="right")
        card.put(972, 52, right, 30, style=style.bold(), colour=other, align="right", room=430)
    card.says("payer_name")
    card.put(40, 128, "{plan_name}", 28, style=style.bold())
    words = (die.pick("Member", "Name"), die.pick("Member ID", "ID"), die.pick("Group", "Group number", "Grp #"))
    y = 184.0
    for word, value in zip(words, ("{member_name}", "{member_number}", "{group_number}"), strict=True):
        y = card.below(40, y, word, value, 27, small=16) + 8
    _two_brands_costs(die, card)
    return Drawn(member, card, _column_back(die, member, style), also={"payer_name": also} if also else {})


def _two_brands_costs(die: Die, card: Sheet) -> None:
    visits = (
        (die.pick("Virtual care", "Telehealth visit", "Virtual visit"), "${telemedicine}"),
        (die.pick("Primary care", "PCP", "Office visit"), "${office_visit}"),
        (die.pick("Specialist", "Specialist care"), "${specialist_visit}"),
        (die.pick("Urgent care", "Walk-in / urgent care"), "${urgent_care}"),
        (die.pick("Emergency room", "Emergency"), "${emergency_room}"),
    )
    for step, (word, amount) in enumerate(visits):
        card.put(560, 190 + 38 * step, word, 22)
        card.put(940, 190 + 38 * step, amount, 22, align="right")
    words = ("Rx BIN", "Rx PCN", "Rx Group")
    for step, (word, value) in enumerate(zip(words, ("{rx_bin}", "{rx_pcn}", "{rx_group}"), strict=True)):
        card.below(40 + 240 * step, 480, word, value, 25, small=16)


FAMILIES = (
    Family("in_and_out", _in_and_out),
    Family("slashes", _slashes),
    Family("two_brands", _two_brands),
)
