"""Public programmes: Medicare and its private plans, Medicaid and its managed care, families of soldiers."""

from tests.cards.crowd import date
from tests.cards.die import Die
from tests.cards.families import Drawn, Family
from tests.cards.families.held_out_national import RX_VALUES, Brand, pharmacy, stacked, surname_first
from tests.cards.lettering import Style
from tests.cards.people import Member
from tests.cards.shapes import LOGOS, code128, swoosh, wash
from tests.cards.sheet import Sheet

_SENIOR_HMO = (
    Brand("Humana", "61101", "H########", "X####", ("Humana Gold Plus (HMO)", "Humana Community (HMO)"),
          ("015581", "03200000", "HUM##"), "#4e801f", ("Humana Health Plan",)),
    Brand("Devoted Health", "DEVOT", "DH#####", "", ("Devoted CORE Florida (HMO)", "Devoted GIVEBACK (HMO)"),
          ("004336", "MEDDADV", "RX##DV"), "#e8590c"),
    Brand("Wellcare", "14163", "3#######", "", ("Wellcare Simple (HMO)", "Wellcare Dual Liberty (HMO D-SNP)"),
          ("610014", "MEDDPRIME", "2FF#"), "#00539b", ("WellCare Health Plans",)),
    Brand("Lighthouse Elder Health", "LEH09", "L########*", "", ("Beacon Light (HMO)", "Harbor Care (HMO C-SNP)"),
          ("012312", "PARTD", "LEHD##"), "#274c77"),
    Brand("Moss Bay Senior Plans", "83077", "MB-#######", "MBMA#", ("Total Advantage (HMO-POS)", "Classic Care (HMO)"),
          ("015574", "ASPROD1", "MBD0#"), "#6b4226"),
)  # fmt: skip


def _senior_hmo(die: Die) -> Drawn:
    brand = die.pick(*_SENIOR_HMO)
    member = brand.insures(die, issuer="9151######")
    style = die.pick(Style("sans", 400), Style("uni"), Style())
    card = Sheet(member, style=style, label=die.pick("#374151", brand.ink))
    wash(card, "#ffffff", die.pick("#eef6ea", "#fdf2e6", "#eaf1fa"))
    card.put(40, 30, "{plan_name}", 28, style=style.bold(), room=530)
    card.put(972, 26, "{payer_name}", 36, style=style.bold(), colour=brand.ink, align="right", room=390)
    card.put(40, 78, die.pick("A Medicare Health Plan with Prescription Drug Coverage", "Medicare Advantage"), 18)
    rows = (
        (die.pick("MEMBER NAME:", "Name", "Member:"), "{member_name}"),
        (die.pick("MEMBER ID:", "Member ID", "ID:"), "{member_number}"),
        (die.pick("Plan (80840)", "Issuer (80840)"), member.issuer),
        (die.pick("GROUP:", "Group"), "{group_number}"),
        (die.pick("EFFECTIVE:", "Start date", "Effective date"), "{effective}"),
    )
    card.rows(40, 124, rows, 25, gap=die.pick(0, 190), until=600, pitch=1.55)
    card.box(640, 112, 980, 290, fill="#ffffff", line=brand.ink)
    for step, (label, value) in enumerate((*pharmacy(die), ("Payer ID:", "{payer_id}"))):
        card.beside(658, 122 + 40 * step, label, value, 23, gap=130)
    _senior_costs(die, card)
    number = die.code("H####-0##")
    card.put(972, 592, die.pick(f"CMS {number}", f"{number}-00#".replace("#", "0")), 19, align="right")
    card.put(40, 592, brand.legal, 17)
    return Drawn(member, card, _senior_back(die, member, style), also=brand.readings)


def _senior_costs(die: Die, card: Sheet) -> None:
    words = die.pick(
        ("PCP", "Specialist", "Urgent Care", "ER"),
        ("Primary Care Visit", "Specialist Visit", "Urgent Care", "Emergency Room"),
    )
    values = ("${office_visit}", "${specialist_visit}", "${urgent_care}", "${emergency_room}")
    if die.chance(0.5):
        for step, (word, value) in enumerate(zip(words, values, strict=True)):
            card.put(40 + 470 * (step % 2), 400 + 56 * (step // 2), f"{word} {value}", 25)
    else:
        told = [f"{word}: {value}" for word, value in zip(words, values, strict=True)]
        card.put(40, 400, " | ".join(told[:2]), 24)
        card.put(40, 448, " | ".join(told[2:]), 24)
    card.put(40, 530, die.pick("Out of area: urgent and emergency care only", "Referrals are needed"), 18)


def _senior_back(die: Die, member: Member, style: Style) -> Sheet:
    back = Sheet(member, style=style)
    texts = (
        f"Member services {member.phone} (TTY: 711), 8 a.m. to 8 p.m.",
        f"Provider line {die.code('8##-555-01##')}   Pharmacist line {die.code('8##-555-01##')}",
        "Send medical claims to {claims_box}, {claims_city}",
        f"Dental and hearing: {die.code('8##-555-01##')}",
        "Do not bill Medicare. Please visit the plan website for benefits.",
    )
    back.lines(50, 70, texts, 23, pitch=2)
    if die.chance(0.4):
        back.picture(50, 470, code128(die.code("##########")), 330, 80)
    return back


_SENIOR_OPEN = (
    Brand("UnitedHealthcare", "87726", "9########-00", "#####", ("AARP Medicare Advantage Choice (PPO)",),
          ("610097", "9999", "COS"), "#14377d"),
    Brand("Aetna Medicare", "60054", "10##########", "AE######", ("Aetna Medicare Eagle (PPO)", "Premier Plus (PPO)"),
          ("610502", "MEDDAET", "RXAETD"), "#6a1f7a", ("Aetna Life Insurance Company", "Aetna")),
    Brand("Humana", "61101", "H########", "", ("Humana Gold Choice (PFFS)", "HumanaChoice (PPO)"),
          ("015581", "03200000", "HUM0#"), "#3c7a1e", ("Humana Insurance Company",)),
    Brand("Plainsong Senior Health", "PSH33", "PS########A", "", ("Prairie Freedom (PFFS)", "Open Road (PPO)"),
          ("020603", "PSHMD", "MAPD#"), "#7c2d12"),
    Brand("Granite State Elders", "GSE05", "G#########", "GSE##", ("Choice Freedom (PPO)", "Anywhere (PFFS)"),
          ("018208", "GSEPD", "GSRX#"), "#37474f"),
)  # fmt: skip


def _senior_open(die: Die) -> Drawn:
    """Without a network or a wide one: labels under values, copays in one sentence-like line."""
    brand = die.pick(*_SENIOR_OPEN)
    member, read_as = brand.insures(die, visits=("office_visit", "specialist_visit", "emergency_room")), {}
    if die.chance(0.25):
        member, read_as = surname_first(member)
    style = die.pick(Style(), Style("sans", 400), Style("uni", width=0.95))
    card = Sheet(member, style=style, label="#4b5563")
    card.box(0, 600, 1012, 638, fill=brand.ink)
    card.put(44, 34, "{payer_name}", 43, style=style.bold(), colour=brand.ink)
    card.put(44, 96, "{plan_name}", 26, room=640)
    card.put(968, 40, "MedicareRx", 32, style=style.bold(), align="right")
    card.above(44, 158, die.pick("Member", "Member name"), "{member_name}", 32, small=16)
    card.above(44, 250, die.pick("Member ID", "Member number"), "{member_number}", 32, small=16)
    card.above(520, 250, die.pick("Group", "Group number"), "{group_number}", 28, small=16)
    for step, (label, value) in enumerate(pharmacy(die)):
        card.above(44 + 200 * step, 350, label.rstrip(":"), value, 25, small=16)
    card.above(760, 350, die.pick("Payer ID", "Claims payer ID"), "{payer_id}", 25, small=16)
    costs = die.pick(
        "PCP ${office_visit}   Specialist ${specialist_visit}   ER ${emergency_room}",
        "Office Visit: ${office_visit}   Specialist: ${specialist_visit}   Emergency: ${emergency_room}",
        "Copays: PCP ${office_visit} / Specialist ${specialist_visit} / Emergency ${emergency_room}",
    )
    card.put(44, 450, costs, 24)
    note = "Medicare limiting charges apply. No referral needed."
    card.put(44, 520, f"{note} CMS {die.code('H####-0##')}", 18)
    return Drawn(member, card, _open_back(die, member, style, brand.legal), read_as, brand.readings)


def _open_back(die: Die, member: Member, style: Style, legal: str) -> Sheet:
    back = Sheet(member, style=style)
    texts = (
        f"Customer service {member.phone}",
        "Doctors and hospitals: you may treat this member if you accept the plan's terms of payment.",
        "Claims: {payer_name}, {claims_box}, {claims_city}",
        f"Pharmacy help desk {die.code('8##-555-01##')}",
        legal,
    )
    back.lines(50, 110, texts, 20, pitch=2.3)
    return back


_MANAGED_MEDICAID = (
    Brand("Molina Healthcare of Ohio", "20149", "9###########", "", ("Ohio Medicaid", "MyCare Ohio"),
          ("004336", "MCAIDADV", "RX0810"), "#00818a"),
    Brand("CareSource", "31114", "1##########", "", ("Healthy Indiana Plan", "Hoosier Healthwise"),
          ("003858", "MA", "RXINN01"), "#7a0052"),
    Brand("L.A. Care Health Plan", "LACAR", "9#######@", "", ("Medi-Cal", "PASC-SEIU Plan"),
          ("003585", "ASPROD1", "LAC##"), "#e0631b"),
    Brand("Bluegrass Bridge Health", "BGB71", "00########", "", ("Kentucky Medicaid", "KCHIP"),
          ("610830", "BGBMC", "KYRX##"), "#1d5b8f"),
    Brand("Mesquite Community Care", "MQCC1", "5########", "", ("STAR+PLUS", "STAR Kids", "CHIP Perinatal"),
          ("019876", "MQMCD", "TXM##"), "#4d6b2a"),
)  # fmt: skip


def _managed_medicaid(die: Die) -> Drawn:
    brand = die.pick(*_MANAGED_MEDICAID)
    member = brand.insures(die, visits=())
    style = die.pick(Style("uni"), Style("sans", 400), Style())
    card = Sheet(member, style=style, label=die.pick(brand.ink, "#1c1c1e"))
    swoosh(card, -40, 150, brand.ink)
    card.box(0, 0, 1012, 40, fill=brand.ink)
    card.put(44, 124, "{payer_name}", 40, style=style.bold(), colour=brand.ink, room=560)
    card.beside(640, 134, die.pick("Program:", "Plan:", "Benefit plan:"), "{plan_name}", 24, until=1000)
    stacked(card, 44, 190, die.pick("Member Name", "Member/Miembro", "Name"), "{member_name}", 28, room=500)
    label = die.pick("Member ID", "Medicaid ID", "Recipient ID No.", "Medicaid ID #")
    stacked(card, 44, 262, label, "{member_number}", 29, room=500)
    stacked(card, 44, 336, "Date of Birth", date(die, "{month:02d}/14/1991"), 23)
    stacked(card, 270, 336, die.pick("Effective Date", "Eff. Date"), "{effective}", 23)
    doctor = (die.pick("DR. IRIS HOLLAND", "EASTGATE FAMILY CLINIC"), die.code("###-555-01##"))
    stacked(card, 44, 406, die.pick("Primary Care Provider", "PCP", "PCP / Doctor"), doctor[0], 23, room=400)
    card.put(44, 462, f"{die.pick('PCP Phone', 'Phone')}: {doctor[1]}", 20)
    card.put(640, 196, die.pick("Pharmacy", "Prescriptions", "Rx"), 19, style=style.bold())
    card.rows(640, 226, pharmacy(die), 23, gap=die.pick(0, 130), pitch=1.5)
    card.beside(640, 350, die.pick("Payer ID", "EDI Payer ID:", "Payor ID:"), "{payer_id}", 23)
    card.put(640, 400, die.pick("No copays", "$0 copay for covered services", "Vision and dental included"), 19)
    card.put(44, 560, f"Member Services {member.phone} (TTY 711)   24-hour nurse {die.code('8##-555-01##')}", 18)
    card.put(44, 594, "Show this card and your state ID card each time you get care.", 17)
    back = _managed_medicaid_back(die, member, style) if die.chance(0.7) else None
    return Drawn(member, card, back)


def _managed_medicaid_back(die: Die, member: Member, style: Style) -> Sheet:
    back = Sheet(member, style=style)
    texts = (
        "Emergencies: call 911 or go to the nearest emergency room.",
        f"Ride to the doctor: {die.code('8##-555-01##')}   Behavioral health: {die.code('8##-555-01##')}",
        "Providers mail claims to: {payer_name}, {claims_box}, {claims_city}",
        "Verify eligibility before each service. This card is not a guarantee of payment.",
    )
    back.lines(50, 110, texts, 21, pitch=2.3)
    return back


_STATES = (
    Brand("MassHealth", "", "10##########", "", ("",), ("009555", "MASSPROD", "MassHealth"), "#14558f"),
    Brand("Health First Colorado", "", "@######", "", ("",), ("018902", "P303018902", "COMEDICAID"), "#245d38"),
    Brand("MO HealthNet", "", "########", "", ("",), ("004047", "P021011511", ""), "#8a1c3b"),
    Brand("ForwardHealth", "", "##########", "", ("",), ("", "", ""), "#1d3c6e"),
    Brand("Kenosee Medical Assistance", "", "KMA#######", "", ("",), ("610084", "KSPROD", "KMARX"), "#5a4a1d"),
)  # fmt: skip


def _state(die: Die) -> Drawn:
    """A state's own programme: hardly more than a name and a number, much white."""
    brand = die.pick(*_STATES)
    member, read_as = brand.insures(die, visits=(), case="upper"), {}
    if die.chance(0.4):
        member, read_as = surname_first(member)
    style = die.pick(Style("sans", 400), Style("uni"), Style(spacing=0.03))
    card = Sheet(
        member, style=style, paper=die.pick("#ffffff", "#f4f7fb", "#fbf8ef"), label=die.pick("#333333", brand.ink)
    )
    card.box(0, 0, 1012, 20, fill=brand.ink)
    LOGOS[die.pick("peaks", "sun", "waves")](card, 830, 60, 110, brand.ink)
    card.put(56, 64, "{payer_name}", 54, style=style.bold(), colour=brand.ink, room=730)
    card.put(56, 142, die.pick("Member Card", "Medical Card", "Medical assistance card"), 22)
    if die.chance(0.5):
        y = card.put(56, 250, "{member_name}", 36, room=700) and 250
        card.put(56, y + 70, "{member_number}", 40, style=style.bold())
        card.put(56, y + 124, die.pick("Member ID", "ID Number"), 18, colour=card.label)
    else:
        stacked(card, 56, 226, die.pick("Member ID", "ID Number", "Member Number"), "{member_number}", 36, small=20)
        stacked(card, 56, 312, die.pick("Name", "Member Name"), "{member_name}", 34, small=20, room=700)
    for step, (label, value) in enumerate(pharmacy(die)):
        card.beside(56 + 310 * step, 470, label, value, 22, until=340 + 310 * step)
    card.put(56, 560, "Carry this card with you. Providers must check eligibility on the date of service.", 18)
    back = _state_back(die, member, style) if die.chance(0.5) else None
    return Drawn(member, card, back, read_as)


def _state_back(die: Die, member: Member, style: Style) -> Sheet:
    back = Sheet(member, style=style)
    texts = (
        f"Member questions: {member.phone}",
        f"Providers: {die.code('8##-555-01##')}",
        "Misuse of this card is against the law.",
    )
    back.lines(60, 200, texts, 24, pitch=2)
    return back


def _railroad(die: Die) -> Drawn:
    """Medicare of railroad workers."""
    brand = Brand("Medicare", "", f"{die.whole(1, 9)}@*#-@*#-@@##", "", ("",), ("", "", ""), "#23407c",
                  ("Medicare Health Insurance", "Railroad Medicare"))  # fmt: skip
    member = brand.insures(die, visits=(), case="upper")
    style = die.pick(Style("sans", 400), Style("uni"))
    card = Sheet(member, style=style, ink="#161616")
    card.box(0, 0, 1012, 104, fill=die.pick("#23407c", "#1d3a70"))
    card.put(44, 28, "MEDICARE", 46, style=style.bold(), colour="#ffffff")
    card.put(968, 36, "HEALTH INSURANCE", 36, style=style.bold(), colour="#ffffff", align="right")
    card.says("payer_name")
    card.box(0, 520, 1012, 560, fill="#b5253a")
    card.put(506, 574, "RAILROAD RETIREMENT BOARD", 30, style=style.bold(), align="middle")
    stacked(card, 60, 122, die.pick("Name/Nombre", "NAME OF BENEFICIARY"), "{member_name}", 34, small=19, room=860)
    label = die.pick("Medicare Number/Número de Medicare", "MEDICARE NUMBER")
    stacked(card, 60, 212, label, "{member_number}", 38, small=19)
    card.put(60, 318, die.pick("Entitled to/Con derecho a", "IS ENTITLED TO"), 19)
    card.put(600, 318, die.pick("Coverage starts/Cobertura empieza", "EFFECTIVE DATE"), 19)
    begin = date(die, "{month:02d}-{day:02d}-2019")
    card.lines(60, 350, ("HOSPITAL (PART A)", "MEDICAL (PART B)"), 30, pitch=1.45)
    card.lines(600, 350, (begin, begin), 30, pitch=1.45)
    return Drawn(member, card, also=brand.readings)


_VETERANS = (
    Brand("CHAMPVA", "84146", "#########", "", ("",), ("610593", "VA", "CVA"), "#1f3a63"),
    Brand("TRICARE", "99726", "0##########", "", ("TRICARE Prime", "TRICARE Select", "TRICARE Reserve Select"),
          ("003858", "A4", "DODA"), "#2c4a2e"),
)  # fmt: skip


def _service(die: Die) -> Drawn:
    """Soldiers' and veterans' families: a fixed plain form, dates on both sides of the number."""
    brand = die.pick(*_VETERANS)
    member, read_as = surname_first(brand.insures(die, visits=(), case="upper"))
    style = die.pick(Style("sans", 400), Style(fixed=True), Style("uni"))
    card = Sheet(member, style=style, paper=die.pick("#ffffff", "#f2f4f7"))
    card.box(18, 18, 994, 620, line=brand.ink, stroke=5)
    card.put(506, 44, "{payer_name}", 52, style=style.bold(), colour=brand.ink, align="middle")
    card.put(506, 116, die.pick("Identification Card", "Beneficiary Health Card"), 24, align="middle")
    rows = (
        (die.pick("NAME:", "BENEFICIARY:", "PATIENT NAME:"), "{member_name}"),
        (die.pick("MEMBER NUMBER:", "MEMBER ID:", "ID NUMBER:"), "{member_number}"),
        ("PLAN:", "{plan_name}"),
        ("EFFECTIVE DATE:", "{effective}"),
        ("EXPIRATION DATE:", date(die, "{month:02d}/28/2031")),
        (die.pick("STATUS:", "RELATIONSHIP:"), die.pick("SPOUSE", "DEPENDENT", "SURVIVOR")),
    )
    card.rows(60, 178, rows, 27, gap=die.pick(290, 330), until=960, pitch=1.5)
    for step, (label, value) in enumerate(zip(("RxBIN", "RxPCN", "RxGRP"), RX_VALUES, strict=True)):
        card.put(60 + 300 * step, 470, f"{label}: {value}", 22, room=280)
    card.put(60, 556, f"{die.pick('Payer ID', 'Electronic claims payer ID:')} {{payer_id}}", 22)
    back = Sheet(member, style=style)
    texts = (
        "Mail claims to: {claims_box}, {claims_city}",
        f"Beneficiaries {member.phone}   Providers {die.code('8##-555-01##')}",
        "Other health insurance pays first. If found, drop in any mailbox.",
    )
    back.lines(60, 180, texts, 23, pitch=2.2)
    return Drawn(member, card, back if die.chance(0.6) else None, read_as)


FAMILIES = (
    Family("unseen_senior_hmo", _senior_hmo),
    Family("unseen_senior_open", _senior_open),
    Family("unseen_managed_medicaid", _managed_medicaid),
    Family("unseen_state", _state),
    Family("unseen_railroad", _railroad),
    Family("unseen_service_families", _service),
)
