"""Regional and local plans: two-tone heads, a row of signs with amounts, an exchange plan, a form of cells."""

from tests.cards.die import Die
from tests.cards.families import Drawn, Family
from tests.cards.families.held_out_national import Brand, pharmacy, stacked, surname_first
from tests.cards.lettering import Style
from tests.cards.people import Member
from tests.cards.shapes import LOGOS, pdf417, square_code
from tests.cards.sheet import Sheet

_SAVERS = (
    Brand("Medical Mutual", "29076", "############", "9#####-###", ("MedFlex HSA 3500", "SuperMed Plus HDHP"),
          ("610014", "MMORX", "MMOH###"), "#00563f", ("Medical Mutual of Ohio",)),
    Brand("Medica", "94265", "9########-01", "IFB####", ("Choice Passport HSA", "Elect HSA 4000"),
          ("003858", "A4", "MEDICA#"), "#c2410c"),
    Brand("Dean Health Plan", "39113", "DHP########00", "0####", ("Focus HSA Bronze", "Classic HDHP 3300"),
          ("610602", "NVT", "DHP@"), "#7b1e3a"),
    Brand("Talus Health Insurance", "TLS55", "T#########", "TLS-0####", ("Basecamp HDHP", "Ridge HSA 5000"),
          ("018141", "TLSP", "TAL##"), "#3b3e66"),
    Brand("Gannet Mutual of Maine", "GMM20", "GM########", "0####@", ("Tideline HSA 4500", "Cove HDHP"),
          ("020875", "GNTRX", "GMX##"), "#24506b"),
)  # fmt: skip


def _savings(die: Die) -> Drawn:
    """High deductible, a savings account: hardly a copay, a head in two tones."""
    brand = die.pick(*_SAVERS)
    member = brand.insures(die, visits=("telemedicine",), dependents=die.whole(0, 2))
    style = die.pick(Style("sans", 400), Style(), Style("uni"))
    card = Sheet(member, style=style, label=die.pick("#4b5563", brand.ink))
    card.box(0, 0, 560, 96, fill=brand.ink)
    card.box(560, 0, 1012, 96, fill=die.pick("#e5e7eb", "#f1e9da"))
    card.put(36, 24, "{payer_name}", 41, style=style.bold(), colour="#ffffff", room=510)
    card.put(584, 32, "{plan_name}", 28, style=style.bold(600), room=410)
    stacked(card, 40, 122, die.pick("Name", "Member Name", "Subscriber"), "{member_name}", 28, room=480)
    stacked(card, 40, 196, die.pick("Member ID", "ID Number", "Subscriber ID Number"), "{member_number}", 30, room=480)
    stacked(card, 40, 274, die.pick("Group Number", "Group ID", "Group"), "{group_number}", 26, room=280)
    others = [name for name in ("{dependent_1}", "{dependent_2}") if card.fill(name)]
    if others:
        card.put(40, 344, die.pick("Family members", "Dependents:"), 17, colour=card.label)
        card.lines(40, 368, others, 21)
    for step, (label, value) in enumerate(pharmacy(die)):
        stacked(card, 40 + 175 * step, 446, label, value, 24, room=165)
    _savings_costs(die, card, brand.ink)
    card.put(40, 584, brand.legal, 16)
    return Drawn(member, card, _savings_back(die, member, style), also=brand.readings)


def _savings_costs(die: Die, card: Sheet, ink: str) -> None:
    card.box(584, 124, 980, 490, line=ink)
    card.put(
        602, 136, die.pick("What you pay in network", "Network benefits", "In network"), 20, style=card.style.bold()
    )
    one, two = die.pick(("$3,300", "$6,600"), ("$4,000", "$8,000"), ("$5,000", "$10,000"))
    rows = (
        (die.pick("Deductible, single", "Individual deductible"), one),
        (die.pick("Deductible, family", "Family deductible"), two),
        (die.pick("Office visit", "Primary care"), die.pick("20% after ded.", "Ded. then 10%")),
        ("Specialist", die.pick("20% after ded.", "Ded. then 10%")),
        ("Emergency room", die.pick("20% after ded.", "30% after ded.")),
        (die.pick("Virtual visit", "Telehealth", "Telemedicine"), "${telemedicine}"),
        ("Preventive care", die.pick("Covered in full", "100%")),
    )
    for step, (label, value) in enumerate(rows):
        card.put(602, 178 + 43 * step, label, 19)
        card.put(966, 178 + 43 * step, value, 19, align="right")


def _savings_back(die: Die, member: Member, style: Style) -> Sheet:
    back = Sheet(member, style=style)
    back.picture(60, 40, pdf417(member), 800, 130)
    texts = (
        f"Customer care {member.phone}   Nurse advice {die.code('8##-555-01##')}",
        f"Electronic claims: {{payer_name}}, {die.pick('payer ID', 'Payer ID:', 'EDI payer number')} {{payer_id}}",
        "Paper claims: {claims_box}, {claims_city}",
        "Call before a planned hospital stay. Emergencies need no approval.",
        f"Health savings account questions: {die.code('8##-555-01##')}",
    )
    back.lines(60, 220, texts, 21, pitch=2.1)
    return back


_HMOS = (
    Brand("Tufts Health Plan", "04298", "N########01", "00####-000", ("Advantage HMO 1000", "Premium HMO"),
          ("004336", "ADV", "RXTFT#"), "#b4235a"),
    Brand("Priority Health", "38217", "########-01", "79####", ("PriorityHMO 80", "HMO by Design"),
          ("003858", "A4", "PHRX#"), "#00737a"),
    Brand("HealthPartners", "94267", "6#######", "0#####", ("Perform HMO", "Distinctions III"),
          ("610455", "HPART", "HPR###"), "#4b2e83"),
    Brand("Geisinger Health Plan", "75273", "80#########", "K#####-01", ("Solutions HMO 20", "Extra HMO"),
          ("003585", "56810", "GHP"), "#0c4da2"),
    Brand("Umpqua Valley Health", "UVH21", "UV-######-0#", "U####", ("River HMO 500", "Umpqua Basic HMO"),
          ("610415", "UVPCN", "UVHX"), "#2f6f4f"),
    Brand("Finger Lakes Care Alliance", "16088", "FLC######01", "FL-###", ("Seneca HMO", "Vineyard HMO 25"),
          ("016499", "FLCRX", "FLCA#"), "#4f5d2f"),
)  # fmt: skip


def _signs(die: Die) -> Drawn:
    """A row of round signs with an amount under each."""
    brand = die.pick(*_HMOS)
    member, read_as = brand.insures(die, case=die.pick("upper", "title")), {}
    if die.chance(0.3):
        member, read_as = surname_first(member)
    style = die.pick(Style("sans", 400), Style("uni"), Style("sans", 300))
    card = Sheet(member, style=style, label=brand.ink)
    LOGOS[die.pick("leaf", "waves", "sun")](card, 900, 30, 70, brand.ink)
    card.put(44, 32, "{payer_name}", 44, style=style.bold(), colour=brand.ink, room=640)
    card.put(44, 92, "{plan_name}", 24)
    rows = (
        (die.pick("MEMBER", "NAME", "SUBSCRIBER"), "{member_name}"),
        (die.pick("MEMBER ID", "ID#", "MEMBER NO."), "{member_number}"),
        (die.pick("GROUP", "GROUP ID", "GRP NO."), "{group_number}"),
        (die.pick("PCP", "PRIMARY CARE"), die.pick("DR. NORA FELLING", "ASH STREET CLINIC", "Select a PCP")),
    )
    card.rows(44, 144, rows, 25, gap=die.pick(180, 230), until=640, pitch=1.55)
    card.rows(680, 150, pharmacy(die), 23, gap=125, pitch=1.55)
    card.put(680, 272, f"{die.pick('Payer ID', 'EDI #', 'Payer #')} {{payer_id}}", 22)
    _sign_row(die, card, brand.ink)
    card.put(44, 592, f"{die.pick('Questions?', 'Member Services')} {member.phone}   Out of area: call first", 18)
    back = _signs_back(die, member, style) if die.chance(0.6) else None
    return Drawn(member, card, back, read_as, brand.readings)


def _signs_back(die: Die, member: Member, style: Style) -> Sheet:
    back = Sheet(member, style=style)
    texts = (
        "Show this card every time you get care. Your PCP coordinates your care.",
        f"Behavioral health {die.code('8##-555-01##')}",
        f"Pharmacy help {die.code('8##-555-01##')}   Providers {die.code('8##-555-01##')}",
        "Mail claims to {payer_name}, {claims_box}, {claims_city}",
    )
    back.lines(60, 120, texts, 22, pitch=2.3)
    return back


def _sign_row(die: Die, card: Sheet, ink: str) -> None:
    costs = (
        (die.pick("PCP visit", "Office visit", "Doctor visit"), "office_visit"),
        ("Specialist", "specialist_visit"),
        ("Urgent care", "urgent_care"),
        (die.pick("Emergency", "ER"), "emergency_room"),
    )
    card.box(0, 330, 1012, 332, fill=ink)
    for step, (label, service) in enumerate(costs):
        middle = 140 + 244 * step
        card.disc(middle, 396, 42, ink)
        if step % 2:
            card.shape(((middle - 20, 412), (middle, 372), (middle + 20, 412)), "#ffffff")
        else:
            card.box(middle - 6, 374, middle + 6, 418, fill="#ffffff")
            card.box(middle - 22, 390, middle + 22, 402, fill="#ffffff")
        card.put(middle, 450, label, 21, align="middle")
        card.put(middle, 482, f"${{{service}}}", 33, style=card.style.bold(), align="middle")


_EXCHANGE = (
    Brand("Ambetter from Superior HealthPlan", "68069", "U########01", "2TXA####", ("Everyday Gold",),
          ("003858", "A4", "2FHA"), "#c5007f", ("Superior HealthPlan", "Ambetter")),
    Brand("Oscar", "OSCAR", "OSC########-01", "", ("Silver Simple PCP Saver", "Bronze Classic 4700"),
          ("004336", "ADV", "RX22##"), "#2f55d4", ("Oscar Insurance Company",)),
    Brand("Molina Healthcare", "20554", "9#########", "", ("Molina Constant Care Silver 4", "Core Care Bronze 1"),
          ("004336", "ADV", "RX07##"), "#008c95", ("Molina Healthcare of Texas",)),
    Brand("Frontera Care", "FRC01", "FC########", "MKT-##", ("Oro Silver 94", "Plata Bronze HMO", "Catastrophic Saver"),
          ("020412", "FRTCA", "FCM#"), "#b45309"),
    Brand("Copperleaf Insurance", "CPL88", "CL-#########", "", ("Silver Leaf 3000", "Bronze Branch HSA", "Gold Root"),
          ("610729", "CPLRX", "CLX##"), "#9a3412"),
)  # fmt: skip


def _exchange(die: Die) -> Drawn:
    """Bought on the marketplace: two halves under a coloured line, drug tiers beside copays."""
    brand = die.pick(*_EXCHANGE)
    member = brand.insures(die, case="title")
    style = die.pick(Style(), Style("sans", 400), Style("uni"))
    card = Sheet(member, style=style)
    card.put(44, 34, "{payer_name}", 40, style=style.bold(), colour=brand.ink, room=620)
    card.put(
        968, 42, die.pick("In network coverage only", "HMO network", "Individual and family plan"), 19, align="right"
    )
    card.box(44, 94, 968, 99, fill=brand.ink)
    rows = (
        (die.pick("Subscriber:", "Member:"), "{member_name}"),
        (die.pick("Member ID #:", "ID #:", "Member ID:"), "{member_number}"),
        (die.pick("Group #:", "Policy #/Group:"), "{group_number}"),
        (die.pick("Plan:", "Plan Name:"), "{plan_name}"),
        (die.pick("Effective Date:", "Coverage starts:"), "{effective}"),
    )
    y = card.rows(44, 118, rows, 24, until=560, pitch=1.55)
    card.rows(44, y + 14, pharmacy(die), 22, pitch=1.5)
    card.put(44, 440, f"{die.pick('Payer ID:', 'Claims Payor ID:')} {{payer_id}}", 22)
    _exchange_costs(die, card)
    card.put(44, 590, brand.legal, 16)
    back = _exchange_back(die, member, style)
    return Drawn(member, card, back, also=brand.readings)


def _exchange_back(die: Die, member: Member, style: Style) -> Sheet:
    back = Sheet(member, style=style)
    texts = (
        f"Member and provider services {member.phone} TTY 711",
        f"24/7 nurse line {die.code('8##-555-01##')}   Pharmacy {die.code('8##-555-01##')}",
        "Claims: {payer_name}, {claims_box}, {claims_city}",
        "If you have an emergency, call 911. You do not need approval for emergency care.",
    )
    back.lines(60, 80, texts, 21, pitch=2.2)
    back.picture(830, 430, square_code("https://member.example/card"), 140, 140)
    return back


def _exchange_costs(die: Die, card: Sheet) -> None:
    card.put(590, 118, die.pick("COPAYS", "Copayments", "Your costs"), 20, style=card.style.bold())
    coins = die.pick("40% coinsurance after ded.", "30% after deductible")
    if die.chance(0.5):
        visits = (
            "PCP: ${office_visit} copay", "Specialist: ${specialist_visit} copay",
            "Urgent Care: ${urgent_care} copay", f"ER: {coins}",
        )  # fmt: skip
    else:
        visits = (
            "Primary care ${office_visit}", "Specialist ${specialist_visit}",
            "Urgent care ${urgent_care}", "Emergency room ${emergency_room}",
        )  # fmt: skip
    y = card.lines(590, 150, visits, 22, pitch=1.5)
    card.put(590, y + 16, die.pick("PRESCRIPTIONS", "Drug tiers"), 20, style=card.style.bold())
    drugs = (die.pick("Generic: $5", "Generic $20"), "Preferred brand: $45", "Specialty drugs: 50%")
    y = card.lines(590, y + 48, drugs, 20, pitch=1.5)
    card.put(590, y + 18, die.pick("Ind. deductible $4,700", "Deductible (Med/Rx): $5,900/$0", "OOP max $9,100"), 20)


_LOCAL = (
    Brand("Blanchard County Health Plan", "34188", "BC######", "0042-##", ("Community Option A", "County Select EPO"),
          ("015905", "BCHP", "BLN##"), "#222222"),
    Brand("Two Rivers Physicians Plan", "2RPP1", "####-######", "TR###", ("Clinic EPO", "Partner EPO 500"),
          ("610171", "TRX01", "TRPP"), "#15364f"),
    Brand("Sitka Community Care", "SITKA", "907######", "", ("Island EPO", "Shoreline 1500"),
          ("016622", "AKRX", "SCC#"), "#0f4d3a"),
    Brand("Community Health Options", "45341", "J########-00", "########", ("Community Edge PPO", "Value EPO 6000"),
          ("003858", "A4", "CHOPTRX"), "#1c5d99"),
)  # fmt: skip


def _cells(die: Die) -> Drawn:
    """A form printed in one colour: small labels in the corners of ruled cells."""
    brand = die.pick(*_LOCAL)
    member = brand.insures(die, case="upper", dependents=die.whole(0, 2))
    style = die.pick(Style("uni"), Style(), Style("sans", 400), Style(width=0.9))
    card = Sheet(member, style=style)
    card.put(506, 28, "{payer_name}", 38, style=style.bold(), colour=brand.ink, align="middle")
    card.put(506, 82, die.pick("Member Identification Card", "Health coverage identification"), 19, align="middle")
    first, second = 124, 212
    group = (die.pick("Group Number", "Group No."), "{group_number}")
    group = group if member.group_number else ("Coverage", die.pick("Individual", "Family"))
    cells = (
        (30, first, 520, die.pick("Member Name", "Enrollee Name"), "{member_name}"),
        (520, first, 982, die.pick("Member Number", "Enrollee ID", "Member ID"), "{member_number}"),
        (30, second, 340, *group),
        (340, second, 700, die.pick("Plan Name", "Plan"), "{plan_name}"),
        (700, second, 982, "Effective Date", "{effective}"),
        *((30 + 238 * step, 300, 268 + 238 * step, *pair) for step, pair in enumerate(pharmacy(die))),
        (744, 300, 982, die.pick("Payer ID", "EDI Payer ID"), "{payer_id}"),
    )
    for left, top, right, label, value in cells:
        card.box(left, top, right, top + 88, line=brand.ink)
        stacked(card, left + 12, top + 8, label, value, 26, small=16, room=right - left - 24)
    _cell_costs(die, card)
    if member.dependents:
        card.put(30, 500, "Dependents: " + ", ".join(member.dependents), 20)
    card.put(30, 596, f"Plan office {member.phone}. Hospital stays need notice within 48 hours.", 17)
    return Drawn(member, card)


def _cell_costs(die: Die, card: Sheet) -> None:
    costs = (
        (die.pick("Office Copay", "Office/Clinic Visit"), "${office_visit}"),
        (die.pick("Specialist Copay", "Specialist"), "${specialist_visit}"),
        (die.pick("Urgent Care Copay", "Urgent Care"), "${urgent_care}"),
        (die.pick("ER Copay", "Emergency Room"), "${emergency_room}"),
        ("Deductible", die.pick("$500", "$1,000")),
    )
    for step, (label, value) in enumerate(costs):
        left = 30 + 190.4 * step
        card.box(left, 400, left + 190.4, 484, line="#555555")
        stacked(card, left + 10, 408, label, value, 26, small=16, room=170)


FAMILIES = (
    Family("unseen_savings", _savings),
    Family("unseen_signs", _signs),
    Family("unseen_exchange", _exchange),
    Family("unseen_cells", _cells),
)
