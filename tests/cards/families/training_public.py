"""Public programmes: Medicare, a state's Medicaid, Medicare Advantage, an island plan in two languages, injuries."""

from tests.cards.crowd import VISITS, date, somebody
from tests.cards.die import Die
from tests.cards.families import Drawn, Family
from tests.cards.lettering import Style
from tests.cards.people import Member
from tests.cards.shapes import LOGOS, code128, square_code, swoosh, wash
from tests.cards.sheet import Sheet


def _medicare(die: Die) -> Drawn:
    member = somebody(die, payer="Medicare", member="#@*#-@*#-@@##", visits=())
    style = die.pick(Style("uni"), Style("sans", 400), Style("sans", 300))
    blue, red = die.pick(("#1f3f75", "#b22234"), ("#15407f", "#a6192e"))
    card = Sheet(member, style=style, ink="#141414", label="#1a1a1a")
    card.box(0, 0, 1012, 118, fill=blue)
    card.put(44, 36, "MEDICARE HEALTH INSURANCE", die.whole(42, 48), style=style.bold(), colour="#ffffff")
    card.says("payer_name")
    card.box(0, 596, 1012, 638, fill=red)
    y = card.below(60, die.whole(140, 156), "Name/Nombre", "{member_name}", 34, small=20)
    y = card.below(60, y + 14, "Medicare Number/Número de Medicare", "{member_number}", 36, small=20)
    card.put(60, y + 18, "Entitled to/Con derecho a", 20)
    card.put(600, y + 18, "Coverage starts/Cobertura empieza", 20)
    parts = ("HOSPITAL  (PART A)", "MEDICAL   (PART B)")
    entitled = 2 if die.chance(0.8) else 1
    begin = date(die, "{month:02d}-{day:02d}-{year}")
    card.lines(60, y + 48, parts[:entitled], 30, pitch=1.35)
    card.lines(600, y + 48, (begin, begin)[:entitled], 30, pitch=1.35)
    return Drawn(member, card, also={"payer_name": ("Medicare Health Insurance",)})


def _medicaid(die: Die) -> Drawn:
    state = die.pick("Oremont", "Calusa", "Winnetka")
    member = somebody(
        die,
        payer=f"{state} Medicaid",
        member=die.pick("##########", "@@#####@", "#### #### ####", "1########0#"),
        rx=die.pick(("######", "MCDRX", ""), ("0#####", "@@ACAID", "@@MED")) if die.chance(0.5) else ("", "", ""),
        visits=(),
    )
    brand = die.pick("#0c4a6e", "#14532d", "#7c2d12")
    style = die.pick(Style("uni"), Style("sans", 400), Style(width=0.92))
    card = Sheet(member, style=style, label=die.pick("#1c1c1e", brand))
    wash(card, *die.pick(("#dbeafe", "#ffffff"), ("#ffffff", "#fdf1dc"), ("#e8f5ea", "#fbfffb")))
    LOGOS[die.pick("peaks", "waves", "sun")](card, 48, 36, 84, brand)
    card.put(160, 40, f"{state} Medicaid", 46, style=style.bold(), colour=brand)
    card.says("payer_name")
    card.put(160, 100, f"{state} Department of {die.pick('Human Services', 'Health', 'Social Services')}", 21)
    _medicaid_rows(die, card)
    if die.chance(0.5):
        card.put(60, 560, "Show this card each time you get medical care. It does not guarantee eligibility.", 17)
    back = Sheet(member, style=style)
    back.box(0, 40, 1012, 130, fill="#222222")
    texts = (
        f"Recipient help line: {die.code('1-8##-555-01##')}",
        "Providers: check eligibility before each visit.",
        f"Return lost cards to: PO Box {die.code('####')}, Capital City 99999",
    )
    back.lines(60, 190, texts, 22, pitch=1.8)
    also = (f"{state} Department of Human Services", f"State of {state} Medicaid", "Medicaid")
    return Drawn(member, card, back if die.chance(0.6) else None, also={"payer_name": also})


def _medicaid_rows(die: Die, card: Sheet) -> None:
    rows = [
        (die.pick("Recipient Name", "Member Name", "Name", "Client Name"), "{member_name}"),
        (die.pick("Recipient ID", "Medicaid ID", "Medicaid ID #", "Client ID", "Benefit ID No."), "{member_number}"),
        (die.pick("Date of Birth", "DOB", "Birth Date"), f"{die.whole(1, 12):02d}/{die.whole(1, 28):02d}/1987"),
        (die.pick("Date Card Issued", "Issue Date", "Card Issued"), date(die)),
    ]
    if die.chance(0.5):
        card.rows(
            60, 180, [(f"{label}:", value) for label, value in rows], 28, gap=die.pick(0, 290), until=660, pitch=1.7
        )
    else:
        y = 165.0
        for label, value in rows:
            y = card.below(60, y, label, value, 28) + 10
    words = die.pick(("RxBIN", "RxPCN", "RxGRP"), ("Rx BIN:", "Rx PCN:", "Rx GRP:"))
    card.rows(680, 190, zip(words, ("{rx_bin}", "{rx_pcn}", "{rx_group}"), strict=True), 24, gap=130)


def _advantage(die: Die) -> Drawn:
    contract = die.code(die.pick("H####-0##", "H####-0##-00#", "R####-00#"))
    member = somebody(
        die,
        payer=die.pick("Golden Meadow Health Plan", "Silver Birch Medicare", "Heritage Senior Care"),
        member=die.pick("8########0#", "H########", "@@@########", "M##########"),
        group=die.pick("", "#####", "MA####"),
        payer_id=die.pick("#####", "@@@##", ""),
        plan=die.pick(
            "Secure Horizon (HMO)", "Total Care Plus (PPO)", "Harmony Dual Complete (HMO D-SNP)", "Choice (HMO-POS)"
        ),
        rx=(
            "0#####" if die.chance(0.5) else "610###",
            die.pick("MEDDADV", "9999", "PARTD##"),
            die.pick("@@@", "RX####", "MPD##"),
        ),
        visits=die.pick(VISITS, ("office_visit", "specialist_visit", "emergency_room"), ()),
        case=die.pick("upper", "title"),
        issuer="9151######",
    )
    brand = die.pick("#6b2c91", "#00558c", "#2e7d32", "#a33b20")
    style = die.pick(Style(), Style("sans", 400), Style("uni"))
    card = Sheet(member, style=style, label=die.pick("#3f3f46", brand))
    swoosh(card, 560, 90, brand)
    card.put(40, 30, "{payer_name}", 44, style=style.bold(), colour=brand)
    card.put(40, 88, "{plan_name}", 26)
    card.put(972, 30, f"Medicare{die.pick(' ', '')}Rx", 36, style=style.bold(), align="right")
    card.put(972, 74, "Prescription Drug Coverage", 17, align="right")
    _advantage_fields(die, card, member)
    _advantage_costs(die, card)
    card.put(40, 528, die.pick(f"CMS {contract}", f"CMS-{contract}", contract), 20)
    return Drawn(member, card, _advantage_back(die, member, style))


def _advantage_fields(die: Die, card: Sheet, member: Member) -> None:
    issuer = die.pick(member.issuer, "{issuer_dashed}")
    left = [
        (die.pick("Name:", "Member:", "Member Name:"), "{member_name}"),
        (die.pick("ID:", "Member ID:", "Member ID #:"), "{member_number}"),
        (die.pick("Health Plan (80840):", "Issuer (80840):", "Plan (80840)"), issuer),
        (die.pick("Group:", "Group #:", "Employer Group:"), "{group_number}"),
        (die.pick("Effective:", "Effective Date:"), "{effective}"),
    ]
    card.rows(40, 144, left, 26, gap=die.pick(0, 280), until=670, pitch=1.5)
    words = die.pick(("RxBIN:", "RxPCN:", "RxGRP:"), ("RxBIN", "RxPCN", "RxGrp"))
    values = ("{rx_bin}", "{rx_pcn}", "{rx_group}")
    card.rows(690, 144, zip(words, values, strict=True), 25, gap=die.pick(0, 120), pitch=1.5)
    if member.payer_id:
        card.beside(690, 270, die.pick("Payer ID:", "Payor ID:", "EDI:"), "{payer_id}", 24)


def _advantage_costs(die: Die, card: Sheet) -> None:
    visits = (
        (die.pick("PCP Office Visit", "Primary Care", "PCP"), "${office_visit}"),
        (die.pick("Specialist Visit", "Specialist", "Specialty Care"), "${specialist_visit}"),
        (die.pick("Emergency Room", "Emergency", "ER"), "${emergency_room}"),
        (die.pick("Urgent Care", "Urgently Needed Care"), "${urgent_care}"),
    )
    if die.chance(0.5):
        card.rows(40, 380, visits, 22, gap=300, pitch=1.5)
    else:
        for step, (label, value) in enumerate(visits):
            card.put(40 + 470 * (step % 2), 400 + 44 * (step // 2), f"{label}: {value}", 22)


def _advantage_back(die: Die, member: Member, style: Style) -> Sheet:
    back = Sheet(member, style=style)
    texts = (
        f"Customer Service: {member.phone} (TTY: 711)",
        f"Providers call: {die.code('1-8##-555-01##')}",
        "Medical claims: {claims_box}, {claims_city}",
        f"Pharmacy claims: PO Box {die.code('#####')}, Riverton, AZ 85004",
        f"Dental: {die.code('1-8##-555-01##')}    Vision: {die.code('1-8##-555-01##')}",
        "Out-of-area: Medicare limiting charges apply.",
    )
    back.lines(50, 60, texts, 23, pitch=1.9)
    if die.chance(0.5):
        back.picture(820, 420, square_code("https://plan.example/app"), 150, 150)
    return back


def _island(die: Die) -> Drawn:
    member = somebody(
        die,
        payer=die.pick("Palma Salud", "Coral Vida Health Plan", "Sol del Caribe Salud"),
        member=die.pick("80########", "ZCP########", "###########-00"),
        group=die.pick("SP####", "0#####", ""),
        payer_id=die.pick("660######", "#####", ""),
        plan=die.pick("Plan Vital", "Óptimo Plus PPO", "Plan Directo Oro"),
        rx=("0#####", die.pick("ADV", "PRSAL", "A4"), die.pick("@@@##", "RX####")),
        visits=die.pick((), ("office_visit", "specialist_visit", "emergency_room")),
    )
    brand = die.pick("#006d77", "#c1121f", "#3a5a40")
    style = die.pick(Style("uni"), Style("sans", 400), Style("sans", 400, 0.92))
    card = Sheet(member, style=style, label=brand)
    LOGOS[die.pick("sun", "waves", "leaf")](card, 880, 30, 90, brand)
    card.put(44, 32, "{payer_name}", 46, style=style.bold(), colour=brand)
    card.put(44, 94, f"{die.pick('Plan: ', 'Cubierta/Plan: ', '')}{{plan_name}}", 24)
    words = die.pick(
        ("Nombre / Name", "Núm. de Afiliado / Member ID", "Grupo / Group"),
        ("Member Name/Nombre del miembro", "Member ID/Número de identificación", "Group No./Número de grupo"),
        ("Name / Nombre:", "ID Number / Núm. de contrato:", "Group / Grupo:"),
    )
    values = ("{member_name}", "{member_number}", "{group_number}")
    if die.chance(0.5):
        y = 150.0
        for label, value in zip(words, values, strict=True):
            y = card.below(44, y, label, value, 28) + 8 if card.fill(value) else y
    else:
        card.rows(44, 156, zip(words, values, strict=True), 25, until=860, pitch=1.8)
    for step, (label, value) in enumerate((("RxBIN", "{rx_bin}"), ("RxPCN", "{rx_pcn}"), ("RxGRP", "{rx_group}"))):
        card.beside(44 + 300 * step, 430, f"{label}:", value, 24)
    costs = (
        ("Visita/Office Visit", "${office_visit}"),
        ("Especialista/Specialist", "${specialist_visit}"),
        ("Sala de emergencia/ER", "${emergency_room}"),
    )
    card.rows(600, 320, costs, 20, pitch=1.7)
    card.put(44, 490, f"{die.pick('Payer ID', 'Reclamaciones/Claims - Payer ID:')} {{payer_id}}", 21)
    card.put(44, 580, f"Servicio al cliente/Customer service {member.phone}", 18)
    return Drawn(member, card, also={"plan_name": (member.plan_name.removeprefix("Plan "),)})


def _injured(die: Die) -> Drawn:
    carrier = die.pick("Ironwood Casualty", "Summit Ridge Mutual", "Harborline Indemnity Company")
    member = somebody(
        die,
        payer=carrier,
        member=die.pick("WC########", "#########", "##@@######"),
        payer_id=die.pick("@@###", "J####", ""),
        rx=("0#####", die.pick("WCRX", "CAPLX", "9F"), die.pick("WCFF##", "@@@#####", "FF####")),
        employer=die.pick("Tri-County Roofing", "Lakemoor School District", "Pioneer Freight Lines"),
        visits=(),
        case=die.pick("upper", "title"),
    )
    brand = die.pick("#7f1d1d", "#1e293b", "#92400e")
    style = die.pick(Style(), Style("uni"), Style("sans", 500))
    card = Sheet(member, style=style)
    card.box(30, 24, 982, 96, fill=brand)
    title = die.pick("WORKERS' COMPENSATION", "Workers' Compensation Prescription Card", "WORKERS COMP FIRST FILL CARD")
    card.put(506, 40, title, 34, style=style.bold(), colour="#ffffff", align="middle")
    rows = [
        (die.pick("Carrier:", "Insurance Carrier:", "Insurer:"), "{payer_name}"),
        (die.pick("Employer:", "Employer Name:"), "{employer}"),
        (die.pick("Injured Worker:", "Injured Employee:", "Employee Name:"), "{member_name}"),
        (die.pick("Member ID:", "ID #:", "Employee ID:"), "{member_number}"),
        (die.pick("Date of Injury:", "DOI:"), date(die, "{month:02d}/09/{year}")),
    ]
    y = card.rows(60, 130, rows, 26, gap=die.pick(0, 260), until=600, pitch=1.55)
    words = die.pick(("RxBIN:", "RxPCN:", "RxGroup:"), ("BIN:", "PCN:", "Group:"), ("Rx BIN", "Rx PCN", "Rx Grp"))
    values = ("{rx_bin}", "{rx_pcn}", "{rx_group}")
    if die.chance(0.5):
        card.rows(60, y + 16, zip(words, values, strict=True), 26, gap=150)
    else:
        for step, (label, value) in enumerate(zip(words, values, strict=True)):
            card.beside(60 + 310 * step, y + 30, label, value, 25)
    if member.payer_id:
        card.put(620, 140, "Payer ID: {payer_id}", 24)
    card.picture(700, 500, code128(die.code("########")), 250, 60)
    card.put(60, 580, "Temporary card. Valid for injury related medicines only.", 18)
    return Drawn(member, card)


FAMILIES = (
    Family("medicare", _medicare),
    Family("medicaid", _medicaid),
    Family("advantage", _advantage),
    Family("island", _island),
    Family("injured", _injured),
)
