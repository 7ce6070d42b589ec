"""Cards of the market: federal employees, programmes that a government runs itself, supplements to Medicare."""

from tests.cards.crowd import PHARMACISTS, date, pcn, somebody
from tests.cards.die import Die
from tests.cards.families import Drawn, Family
from tests.cards.lettering import Style
from tests.cards.people import Member
from tests.cards.shapes import LOGOS, code128, wash
from tests.cards.sheet import Sheet

#: plan on the card, its long name, options, network beside it
_FEDERAL = (
    ("GEHA", "Government Employees Health Association, Inc.", ("Standard Option", "Elevate Plus"), "Choice Plus"),
    ("MHBP", "Mail Handlers Benefit Plan", ("Consumer Option", "Value Plan"), "Aetna Choice POS II"),
    ("APWU Health Plan", "", ("High Option", "Consumer Driven Option"), "Cigna OAP Network"),
    ("NALC Health Benefit Plan", "", ("High Option", "CDHP"), "Cigna HealthCare Shared Administration"),
    ("Rural Postal Benefit Plan", "", ("High Option PPO", "Basic Option"), "First Health"),
)


def _federal(die: Die) -> Drawn:
    payer, long_name, options, network = die.pick(*_FEDERAL)
    member = somebody(
        die,
        payer=payer,
        member=die.pick("########", "G########", "M#######-01", "N########*"),
        group=die.pick("", "76-4100##", "01##", "0#####"),
        payer_id=die.pick("#####", ""),
        plan=die.pick(*options),
        rx=("610###", pcn(die), die.pick("RX####", "##FED@", "@@RX#")),
        visits=die.pick(("office_visit", "specialist_visit", "urgent_care"), ("office_visit",), ()),
        dependents=die.whole(0, 1),
    )
    brand = die.pick("#1b3a6b", "#6b1b2a", "#2b5d4f")
    style = die.pick(Style(), Style("sans", 400), Style("uni"), Style(width=0.9))
    card = Sheet(member, style=style, label=die.pick("#1c1c1e", brand))
    card.put(506, 26, "{payer_name}", 46, style=style.bold(), colour=brand, align="middle")
    card.put(506, 84, long_name, 18, align="middle")
    option_above = die.chance(0.5)
    card.put(506, 116, "{plan_name}" if option_above else "", 28, style=style.bold(600), align="middle")
    card.below(60, 160, die.pick("Enrollee", "Member Name", "Name"), "{member_name}", 28)
    card.below(60, 236, die.pick("Member ID", "ID Number", "Identification No."), "{member_number}", 28)
    card.below(60, 312, die.pick("Group", "Group No.", "Account"), "{group_number}", 24)
    card.below(560, 160, die.pick("Enrollment Code", "FEHB Code", "Enrl. Code"), die.code(die.pick("31#", "KM#")), 24)
    card.below(560, 236, die.pick("Option", "Plan", "Coverage"), "" if option_above else "{plan_name}", 24)
    card.below(560, 312, "Network", network, 24)
    costs = (
        ("Office visit", "${office_visit}"), ("Specialist", "${specialist_visit}"), ("Urgent care", "${urgent_care}")
    )  # fmt: skip
    for step, (word, amount) in enumerate(costs):
        card.beside(60 + 300 * step, 410, word, amount, 21)
    words = die.pick(("RxBIN", "RxPCN", "RxGrp"), ("RxIIN:", "RxPCN:", "RxGroup:"))
    for step, (word, value) in enumerate(zip(words, ("{rx_bin}", "{rx_pcn}", "{rx_group}"), strict=True)):
        card.beside(60 + 300 * step, 470, word, value, 23)
    card.put(60, 516, f"{die.pick('Prescriptions:', 'Pharmacy by')} {die.pick(*PHARMACISTS)}", 19)
    card.box(0, 600, 1012, 638, fill=brand)
    return Drawn(
        member, card, _federal_back(die, member, style), also={"payer_name": (long_name,) if long_name else ()}
    )


def _federal_back(die: Die, member: Member, style: Style) -> Sheet:
    back = Sheet(member, style=style)
    left = (
        "Medical claims:",
        "{payer_name}",
        "{claims_box}",
        "{claims_city}",
        "Payer ID: {payer_id}",
        "",
        f"Dental claims: PO Box {die.code('####')}, Ames Harbor, ME 04001",
        "Precertify inpatient stays before admission.",
    )
    back.lines(60, 60, left, 21, pitch=1.7)
    rows = (
        ("Member services", die.code("800-555-01##")),
        ("Providers", die.code("877-555-01##")),
        ("Mental health", die.code("866-555-01##")),
        ("Nurse line", die.code("855-555-01##")),
    )
    back.rows(600, 60, rows, 20, gap=180, pitch=1.7)
    back.picture(60, 470, code128(die.code("########")), 280, 60)
    return back


#: name, words under it, product, label of the number, its pattern, other right readings
_GOVERNMENT = (
    ("TRICARE", "Defense Health Agency", "TRICARE Prime", "DoD Benefits Number", "###########", ()),
    ("TRICARE", "Uniformed Services", "TRICARE Select", "DBN", "###########", ()),
    ("CHAMPVA", "Department of Veterans Affairs", "", "Member ID", "#########", ()),
    ("MassHealth", "Commonwealth of Massachusetts", "", "Member ID", "1000########", ()),
    ("SoonerCare", "Oklahoma Health Care Authority", "", "Member ID", "B########", ()),
    ("Health First Colorado", "Colorado's Medicaid Program", "", "Member ID #", "@######", ()),
    ("Tri-County Indigent Care", "County Health Department", "", "Client No.", "TC-######", ()),
)


def _government(die: Die) -> Drawn:
    """Programmes of states and services: few values, the name often without a label."""
    payer, under, plan, label, pattern, also = die.pick(*_GOVERNMENT)
    member = somebody(
        die,
        payer=payer,
        member=pattern,
        plan=plan,
        rx=die.pick(("", "", ""), ("003585", die.pick("77994", "MHPOP"), ""), ("610###", "MA", "STATE##")),
        visits=(),
        case=die.pick("upper", "title"),
    )
    brand, stripe = die.pick(("#1d3d70", "#b3202c"), ("#2f5f3a", "#d8a21b"), ("#4b2e6f", "#8fb8de"))
    style = die.pick(Style("sans", 400), Style(), Style("uni"))
    card = Sheet(member, style=style, ink=die.pick("#1c1c1e", "#3d3d3d"), label=die.pick("#777777", "#1c1c1e"))
    wash(card, *die.pick(("#ffffff", "#ffffff"), ("#ffffff", "#e9eef6"), ("#f7f3e8", "#ffffff")))
    card.box(0, 0, 1012, 14, fill=brand)
    card.box(0, 14, 1012, 26, fill=stripe)
    card.put(60, 60, "{payer_name}", 52, style=style.bold(), colour=brand)
    card.put(60, 128, under, 20)
    LOGOS[die.pick("sun", "peaks", "waves", "rings")](card, 860, 60, 84, stripe)
    if die.chance(0.5):
        card.put(60, 250, "{member_name}", 36)
        card.beside(60, 310, label, "{member_number}", 28)
    else:
        y = card.below(60, 220, die.pick("Name", "Beneficiary", "Member name"), "{member_name}", 34, small=15)
        card.below(60, y + 10, label, "{member_number}", 34, small=15)
    card.put(60, 400, "{plan_name}", 28, style=style.bold(600))
    card.put(60, 450, f"{die.pick('Effective', 'Issued', 'Start date')} {date(die)}", 20)
    words = die.pick(("RxBIN:", "PCN:", "Group:"), ("Rx BIN", "Rx PCN", "Rx Group"))
    card.rows(640, 400, zip(words, ("{rx_bin}", "{rx_pcn}", "{rx_group}"), strict=True), 21, gap=110)
    card.put(60, 584, "Carry this card with you. It is not a guarantee of eligibility.", 16)
    back = Sheet(member, style=style)
    texts = (
        f"Questions? Call {die.code('1-800-555-01##')} (TTY 711).",
        f"Providers: {die.code('1-888-555-01##')}",
        f"Pharmacy help: {die.code('1-866-555-01##')}",
        f"Dental is managed by {die.pick('DentaQuest', 'LIBERTY Dental', 'Delta Dental')}.",
        f"Behavioral health: {die.pick('Carelon', 'Magellan', 'Beacon')} {die.code('1-855-555-01##')}",
        "If found, drop in any mailbox.",
    )
    back.lines(60, 80, texts, 22, pitch=2)
    return Drawn(member, card, back if die.chance(0.7) else None, also={"payer_name": also} if also else {})


#: brand, who else is named and how, other right readings
_SUPPLEMENTS = (
    ("Mutual of Omaha", "Underwritten by Omaha Insurance Company", ("Omaha Insurance Company",)),
    ("UnitedHealthcare", "Endorsed by AARP", ()),
    ("Globe Life", "Globe Life And Accident Insurance Company", ("Globe Life And Accident Insurance Company",)),
    ("Larkspur Life", "Reinsured by Bedford Re", ()),
    ("Physicians Mutual", "Insurance for life's every stage", ()),
)


def _supplement(die: Die) -> Drawn:
    """A policy beside Medicare: the number of the policy is the member's, a letter names the plan."""
    payer, under, also = die.pick(*_SUPPLEMENTS)
    letter = die.pick("F", "G", "N", "High Deductible G", "K")
    member = somebody(
        die,
        payer=payer,
        member=die.pick("#########-11", "MS#######", "######-##@", "0########1"),
        group=die.pick("", "", "1000", "MSUP##"),
        payer_id=die.pick("", "#####"),
        plan=f"{die.pick('Medicare Supplement', 'Medigap')} Plan {letter}",
        visits=(),
        case=die.pick("upper", "title"),
    )
    brand = die.pick("#0c5a8a", "#7a5c12", "#8c2434")
    style = die.pick(Style("uni"), Style(), Style("sans", 400))
    card = Sheet(member, style=style, paper=die.pick("#ffffff", "#fdfaf0"), label=die.pick("#1c1c1e", "#6b6b6b"))
    card.box(16, 16, 996, 622, line=brand, stroke=4)
    card.put(50, 50, "{payer_name}", 42, style=style.bold(), colour=brand)
    card.put(50, 106, under, 18)
    place = die.pick("headline", "label", "under")
    card.put(962, 58, "{plan_name}" if place == "headline" else "", 26, style=style.bold(), align="right", room=430)
    rows = (
        (die.pick("Insured:", "Name of Insured:", "Policyholder:"), "{member_name}"),
        (die.pick("Policy Number:", "Policy No.:", "Certificate Number:", "Membership Number:"), "{member_number}"),
        (die.pick("Group:", "Group No.:"), "{group_number}"),
        (die.pick("Plan:", "Coverage:", "Product:"), "{plan_name}" if place == "label" else ""),
        (die.pick("Policy Effective:", "Effective Date:"), "{effective}"),
    )
    y = card.rows(50, 180, rows, 27, gap=die.pick(0, 290), pitch=1.7)
    card.put(50, y + 10, "{plan_name}" if place == "under" else "", 30, style=style.bold(600))
    card.put(50, 540, "Provider: bill Medicare first. This plan pays after Medicare.", 20)
    card.put(50, 574, "Claims cross over from Medicare automatically in most cases.", 16)
    back = Sheet(member, style=style)
    texts = (
        "Send claims with the Medicare Summary Notice to:",
        "{payer_name}",
        "{claims_box}",
        "{claims_city}",
        "Payer ID {payer_id}",
        f"Customer service {die.code('1-800-555-01##')}",
        f"Claim status {die.code('1-877-555-01##')}",
        "Not connected with or endorsed by the U.S. Government or the federal Medicare program.",
    )
    back.lines(50, 60, texts, 22, pitch=1.9)
    bare = (f"Plan {letter}",)
    return Drawn(member, card, back, also={"payer_name": also, "plan_name": bare})


FAMILIES = (
    Family("federal", _federal),
    Family("government", _government),
    Family("supplement", _supplement),
)
