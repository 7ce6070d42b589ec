"""Cards of the market: upright cards, a plan in a coloured band, plans of public employees."""

from tests.cards.crowd import PHARMACISTS, VISITS, pcn, somebody
from tests.cards.die import Die
from tests.cards.families import Drawn, Family
from tests.cards.lettering import Style
from tests.cards.people import Member
from tests.cards.shapes import LOGOS, square_code, wash
from tests.cards.sheet import Sheet

UPRIGHT = (638, 1012)


def _upright(die: Die) -> Drawn:
    """A card in portrait: one column from the brand to the pharmacy numbers."""
    member = somebody(
        die,
        payer=die.pick("Oscar", "Curative", "Sana Benefits", "Wrenfield Health", "Tuft & Vale"),
        member=die.pick("OSC########-01", "CU######", "#########", "@@#####@"),
        group=die.pick("", "######", "CUR-#####", "@@@###"),
        payer_id=die.pick("", "#####", "@@@@@"),
        plan=die.pick("Bronze Classic PCP Copay", "PPO Zero", "Silver Simple", "Plus Plan 1000"),
        rx=("0#####", pcn(die), die.pick("", "RX@@##", "@@@####")),
        visits=die.pick(VISITS, ("office_visit", "specialist_visit", "urgent_care"), ()),
        case="title",
    )
    brand, paper = die.pick(("#0033a0", "#f5f7ff"), ("#232323", "#ffffff"), ("#00594c", "#f4fbf7"), ("#d9480f", "#fff"))
    style = die.pick(Style("sans", 400), Style(), Style("uni"))
    card = Sheet(member, style=style, paper=paper, label=die.pick("#767676", brand), size=UPRIGHT)
    if die.chance(0.5):
        card.put(319, 40, "{payer_name}", 52, style=style.bold(), colour=brand, align="middle")
    else:
        LOGOS[die.pick(*LOGOS)](card, 40, 36, 60, brand)
        card.put(118, 44, "{payer_name}", 42, style=style.bold(), colour=brand)
    if die.chance(0.5):
        card.put(40, 128, "{plan_name}", 28)
        rows = [("", "")]
    else:
        rows = [(die.pick("Plan", "Your plan"), "{plan_name}")]
    rows = [
        (die.pick("Member", "Name", "Primary member"), "{member_name}"),
        (die.pick("Member ID", "ID"), "{member_number}"),
        (die.pick("Group", "Group #", "Group ID"), "{group_number}"),
        *rows,
    ]
    y = 190.0
    for label, value in rows:
        y = card.below(40, y, label, value, 32, small=19) + 10 if card.fill(value) else y
    _upright_costs(die, card, y + 10)
    words = die.pick(("RxBIN", "RxPCN", "RxGRP"), ("Rx BIN", "Rx PCN", "Rx Group"))
    for step, (word, value) in enumerate(zip(words, ("{rx_bin}", "{rx_pcn}", "{rx_group}"), strict=True)):
        card.below(40 + 195 * step, 868, word, value, 26, small=18)
    card.put(40, 960, "Payer ID {payer_id}", 20)
    return Drawn(member, card, _upright_back(die, member, style) if die.chance(0.7) else None)


def _upright_costs(die: Die, card: Sheet, y: float) -> None:
    visits = (
        (die.pick("Primary care", "PCP visit", "Doctor visit"), "${office_visit}"),
        (die.pick("Specialist", "Specialist visit"), "${specialist_visit}"),
        (die.pick("Urgent care", "Urgent care visit"), "${urgent_care}"),
        (die.pick("Emergency room", "ER visit"), "${emergency_room}"),
        (die.pick("Deductible", "Ind. deductible"), die.pick("$3,000", "$6,100", "$0")),
        (die.pick("Out-of-pocket max", "OOP max"), die.pick("$8,200", "$9,100")),
    )
    for word, amount in visits:
        if card.fill(amount):
            card.put(40, y, word, 24, colour=card.label)
            card.put(598, y, amount, 24, align="right")
            y += 40


def _upright_back(die: Die, member: Member, style: Style) -> Sheet:
    back = Sheet(member, style=style, size=UPRIGHT)
    texts = (
        "Call us any time",
        f"Members {die.code('(855) 555-01##')}",
        f"Providers {die.code('(844) 555-01##')}",
        f"Pharmacy help: {die.code('(800) 555-01##')}",
        "",
        "Send medical claims to",
        "{payer_name}",
        "{claims_box}",
        "{claims_city}",
        f"Pharmacy: {die.pick(*PHARMACISTS)}",
    )
    back.lines(40, 60, texts, 26, pitch=1.7)
    back.picture(219, 740, square_code("https://card.example"), 200, 200)
    return back


#: brand, words under it, other right readings
_EXCHANGE = (
    ("Ambetter", "from Superior HealthPlan", ("Ambetter from Superior HealthPlan", "Superior HealthPlan")),
    ("Ambetter", "from Sunshine Health", ("Ambetter from Sunshine Health", "Sunshine Health")),
    ("Community Health Choice", "Marketplace", ()),
    ("Kaiser Permanente", "Kaiser Foundation Health Plan, Inc.", ("Kaiser Foundation Health Plan",)),
    ("Sunrise Valley Health", "Underwritten by Sunrise Valley HMO, Inc.", ("Sunrise Valley HMO",)),
)


def _band(die: Die) -> Drawn:
    """The plan in a band of colour, in one line or two; costs on a second band."""
    payer, under, also = die.pick(*_EXCHANGE)
    plan = die.pick(("Everyday Silver", ""), ("Complete Gold", "+ Vision + Adult Dental"), ("Silver 70 HMO", ""))
    member = somebody(
        die,
        payer=payer,
        member=die.pick("U##########", "U######## 01", "0########", "C########"),
        group=die.pick("", "2TXM####", "6#####", "IND-####"),
        payer_id=die.pick("#####", ""),
        plan=" ".join(plan).strip(),
        rx=(die.pick("003858", "0#####"), die.pick("MA", "EXC", "A4"), die.pick("2FVA", "2EYA", "RX####")),
        visits=die.pick(VISITS, ("office_visit", "specialist_visit", "urgent_care")),
        case=die.pick("upper", "title"),
    )
    brand, light = die.pick(("#b0005e", "#fbe4f0"), ("#00568f", "#e2f0fa"), ("#1f7a4d", "#e4f5ec"))
    style = die.pick(Style("sans", 400), Style("uni"), Style())
    card = Sheet(member, style=style, label=die.pick("#333333", brand))
    card.put(40, 26, "{payer_name}", 42, style=style.bold(), colour=brand)
    card.put(40, 80, under, 18)
    card.box(0, 118, 1012, 200 if plan[1] else 170, fill=brand)
    card.put(40, 126, plan[0], 28, style=style.bold(), colour="#ffffff")
    card.put(40, 162, plan[1], 22, colour="#ffffff")
    card.says("plan_name")
    words = (
        die.pick("Subscriber:", "Member:", "Policyholder:"),
        die.pick("Member ID #:", "Member ID:", "ID:"),
        die.pick("Group ID:", "Group #:", "Policy/Group:"),
        "Effective Date of Coverage:",
    )
    values = ("{member_name}", "{member_number}", "{group_number}", "{effective}")
    card.rows(40, 220, zip(words, values, strict=True), 24, until=650, pitch=1.5)
    pharmacy = die.pick(("RXBIN:", "RXPCN:", "RXGROUP:"), ("RxBIN:", "RxPCN:", "RxGrp:"))
    card.rows(690, 220, zip(pharmacy, ("{rx_bin}", "{rx_pcn}", "{rx_group}"), strict=True), 22, gap=die.pick(0, 130))
    _band_costs(die, card, light)
    number = member.member_number
    read = {
        "payer_name": also,
        "plan_name": plan[:1],
        "member_number": (number.replace(" ", "-"), number.split()[0]),
    }
    return Drawn(member, card, _band_back(die, member, style, under), also=read)


def _band_costs(die: Die, card: Sheet, light: str) -> None:
    card.box(0, 420, 1012, 638, fill=light)
    visits = (
        (die.pick("PCP:", "Primary care:"), "${office_visit}"),
        (die.pick("Specialist:", "Spec:"), "${specialist_visit}"),
        (die.pick("Urgent Care:", "UC:"), "${urgent_care}"),
        (die.pick("ER:", "Emergency:"), "${emergency_room}"),
    )
    card.put(40, 430, die.pick("COPAYS", "Copays", "You pay"), 20, style=card.style.bold())
    card.rows(40, 464, visits, 21, gap=die.pick(0, 170), pitch=1.5)
    money = (
        (die.pick("Deductible (Med/Rx):", "Ded (Med/Rx):"), die.pick("$5,900/$500", "$1,400/$0")),
        ("Rx (Generic/Brand):", die.pick("$5/$60", "$20/50%")),
        ("Coinsurance (Med/Rx):", die.pick("40%/40%", "30%/0%")),
        ("Max out of pocket:", die.pick("$8,700", "$9,450/$18,900")),
    )
    card.rows(500, 464, money, 20, gap=250, pitch=1.55)


def _band_back(die: Die, member: Member, style: Style, under: str) -> Sheet:
    back = Sheet(member, style=style)
    rows = (
        (f"Member/Provider Services: {die.code('1-877-555-01##')}", "Medical claims:"),
        ("TTY: 711", under.removeprefix("from ") if under.startswith("from") else member.payer_name),
        (f"24/7 Nurse Line: {die.code('1-877-555-01##')}", f"Attn: Claims, {member.claims_box}"),
        (f"Numbers for providers: {die.code('1-844-555-01##')}", member.claims_city),
        (f"Pharmacist Only: {die.code('1-833-555-01##')}", "EDI Payer ID: {payer_id}" if member.payer_id else ""),
    )
    back.table((40, 560), 60, rows, 19, pitch=2)
    back.put(40, 560, "If you have an emergency, call 911 or go to the nearest emergency room (ER).", 16)
    return back


#: sponsor, plans, who administers
_SPONSORS = (
    ("North Carolina State Health Plan", ("Base PPO Plan (70/30)", "Enhanced PPO Plan (80/20)"), "Aetna"),
    ("State of Ohio", ("Ohio Med PPO", "Ohio Med HDHP"), "Medical Mutual"),
    ("Utah Retired Educators", ("Advantage Care", "Summit STAR HSA"), "PEHP Health & Benefits"),
    ("State of Wyandotte Employees", ("Quality Care Plan", "Consumer Choice Plan"), "Brightwell Administrators"),
    ("County Teachers' Health Pool", ("Option 1 - Traditional", "Option 3 HDHP"), "Anthem Blue Cross"),
)


def _public_employees(die: Die) -> Drawn:
    sponsor, plans, payer = die.pick(*_SPONSORS)
    member = somebody(
        die,
        payer=payer,
        member=die.pick("W##########", "YPP@########", "###-##-###", "##########"),
        group=die.pick("285###", "0000#####", "ST-####-0#", "#####A"),
        payer_id=die.pick("#####", ""),
        plan=die.pick(*plans),
        rx=("0#####", die.pick("ADV", "A4", "OHRX"), die.pick("RX####", "@@@SHP", "STATE##")),
        visits=die.pick(VISITS, ("office_visit", "specialist_visit")),
        case=die.pick("upper", "title"),
        dependents=die.whole(0, 2),
    )
    brand = die.pick("#14375e", "#8a1c1c", "#315a39")
    style = die.pick(Style(), Style("sans", 400), Style("uni"), Style("sans", 400, 0.92))
    card = Sheet(member, style=style, label=die.pick("#1c1c1e", brand))
    wash(card, *die.pick(("#ffffff", "#ffffff"), ("#eef3f9", "#ffffff"), ("#ffffff", "#f3efe4")))
    LOGOS[die.pick("peaks", "sun", "shield")](card, 40, 30, 70, brand)
    card.put(128, 34, sponsor, 34, style=style.bold(), colour=brand, room=520)
    where = die.pick("top", "right", "foot")
    words = die.pick("Administered by", "Claims administrator:", "Benefits administered by")
    if where == "top":
        card.put(128, 82, f"{words} {{payer_name}}", 21)
    elif where == "right":
        card.put(972, 28, words, 16, align="right")
        card.put(972, 50, "{payer_name}", 32, style=style.bold(), align="right", room=300)
    else:
        card.put(506, 590, f"{words} {{payer_name}}", 22, align="middle")
    _public_rows(die, card)
    return Drawn(member, card, _public_back(die, member, style))


def _public_rows(die: Die, card: Sheet) -> None:
    rows = (
        (die.pick("Subscriber", "Employee/Retiree", "Member Name"), "{member_name}"),
        (die.pick("Subscriber ID", "Identification No.", "Member ID"), "{member_number}"),
        (die.pick("Group Number", "Group", "Grp No."), "{group_number}"),
        (die.pick("Plan", "Plan Option", "Benefit Plan", "Product"), "{plan_name}"),
        (die.pick("Coverage", "Coverage Type"), die.pick("Employee + Family", "Single", "Two-Party")),
        ("Dependents", "{dependent_1}"),
        ("", "{dependent_2}"),
    )
    card.rows(40, 136, rows, 24, gap=230, until=660, pitch=1.5)
    card.put(700, 136, f"Rx: {die.pick(*PHARMACISTS)}", 18)
    card.rows(700, 166, (("RxBIN", "{rx_bin}"), ("RxPCN", "{rx_pcn}"), ("RxGrp", "{rx_group}")), 22, gap=110)
    first = die.pick("PCP visit ${office_visit}", "Office visit ${office_visit}", "Primary Care ${office_visit}")
    texts = (
        f"{first} * Specialist ${{specialist_visit}}",
        "Urgent care ${urgent_care} * Emergency room ${emergency_room}",
        die.pick("Deductible $1,250 individual / $3,750 family", "Coinsurance 20% after deductible"),
    )
    card.put(40, 440, die.pick("Member cost in network", "Copays"), 18, style=card.style.bold())
    card.lines(40, 470, texts, 21, pitch=1.6)


def _public_back(die: Die, member: Member, style: Style) -> Sheet:
    back = Sheet(member, style=style)
    texts = (
        "Mail claims to:",
        "{payer_name}",
        "{claims_box}",
        "{claims_city}",
        "Payer ID {payer_id}",
        f"Eligibility and Enrollment: {die.code('855-555-01##')}",
        f"Medical claims and benefits: {die.code('833-555-01##')}",
        f"Precertification: {die.code('800-555-01##')}",
        f"Pharmacy benefits: {die.code('888-555-01##')}",
    )
    back.lines(60, 70, texts, 22, pitch=1.8)
    return back


FAMILIES = (
    Family("upright", _upright),
    Family("band", _band),
    Family("public_employees", _public_employees),
)
