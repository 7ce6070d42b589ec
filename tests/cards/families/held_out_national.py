"""Insurers of the whole country and Blue plans: a band of ids, a panel of copays, prefixes, tables of two networks."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from tests.cards.crowd import LAST, VISITS, somebody
from tests.cards.die import Die
from tests.cards.families import Drawn, Family
from tests.cards.lettering import Style
from tests.cards.people import Member
from tests.cards.shapes import code128, suitcase
from tests.cards.sheet import Sheet

RX_VALUES = ("{rx_bin}", "{rx_pcn}", "{rx_group}")


@dataclass(frozen=True)
class Brand:
    """A payer's words and the shapes of its ids (patterns of `Die.code`)."""

    name: str
    payer_id: str
    member: str
    group: str
    plans: tuple[str, ...]
    rx: tuple[str, str, str]
    ink: str
    also: tuple[str, ...] = ()

    def insures(
        self,
        die: Die,
        *,
        visits: tuple[str, ...] = VISITS,
        dependents: int = 0,
        employer: str = "",
        case: str = "",
        issuer: str = "9140######",
    ) -> Member:
        """Make up somebody insured here, now and then with a suffix behind the name."""
        member = somebody(
            die,
            payer=self.name,
            member=self.member,
            group=self.group,
            payer_id=self.payer_id,
            plan=die.pick(*self.plans),
            rx=self.rx,
            case=case or die.pick("upper", "title"),
            dependents=dependents,
            visits=visits,
            employer=employer,
            issuer=issuer,
        )
        if not die.chance(0.15):
            return member
        suffix = die.pick("JR", "SR", "II", "III") if member.member_name.isupper() else die.pick("Jr", "Sr", "III")
        return replace(member, member_name=f"{member.member_name} {suffix}")

    @property
    def legal(self) -> str:
        """Return the line that names who stands behind the brand; empty when it is the same."""
        return f"Coverage by {self.also[0]}" if self.also else ""

    @property
    def readings(self) -> dict[str, tuple[str, ...]]:
        """Other right readings of the payer's name."""
        return {"payer_name": self.also} if self.also else {}


def surname_first(member: Member) -> tuple[Member, dict[str, str]]:
    """Return the member with the name as "KEEL, ANNA", and how it is to be read."""
    name = member.member_name
    last = next((one for one in LAST if name.upper().endswith(f" {one.upper()}")), "")
    if not last:
        return member, {}
    first, family = name[: -len(last) - 1], name[-len(last) :]
    return replace(member, member_name=f"{family}, {first}"), {"member_name": name}


def stacked(
    card: Sheet,
    x: float,
    y: float,
    label: str,
    value: str,
    size: float = 27,
    *,
    small: float = 17,
    room: float = 0,
    bold: bool = False,
) -> None:
    """Print a small label and its value under it, no wider than `room`; nothing without a value."""
    if card.fill(value):
        card.put(x, y, label, small, colour=card.label, room=room)
        card.put(x, y + small * 1.35, value, size, style=card.style.bold() if bold else None, room=room)


def pharmacy(die: Die) -> Iterable[tuple[str, str]]:
    """Return the labels of the three pharmacy values with their templates."""
    words = die.pick(
        ("RxBIN", "RxPCN", "RxGRP"), ("RxBin:", "RxPCN:", "RxGrp:"), ("Rx BIN", "Rx PCN", "Rx Group"),
        ("RX BIN:", "RX PCN:", "RX GROUP:"), ("RXBIN", "PCN", "RXGRP"), ("Rx Bin", "PCN", "Rx Grp"),
    )  # fmt: skip
    return zip(words, RX_VALUES, strict=True)


_NATIONAL = (
    Brand("UnitedHealthcare", "87726", "9########", "#######", ("Choice Plus", "Options PPO", "Select Plus POS"),
          ("610279", "9999", "UHEALTH"), "#10316b", ("UnitedHealthcare Insurance Company",)),
    Brand("Aetna", "60054", "W#########", "0######-010-0000#", ("Choice POS II", "Open Choice PPO"),
          ("610502", "ADV", "RXAET##"), "#6d2077", ("Aetna Life Insurance Company",)),
    Brand("Cigna Healthcare", "62308", "U########", "33#####", ("Open Access Plus", "LocalPlus", "PPO Copay 1000"),
          ("017010", "0215COMM", "33#####"), "#00677f", ("Cigna Health and Life Insurance Company", "Cigna")),
    Brand("Tessellate Health", "TSL41", "TH########", "@####", ("Mosaic PPO 750", "Mosaic Open PPO"),
          ("020115", "TSLRX", "TSL##"), "#a23b4a"),
    Brand("Larkspur National", "47763", "LN########", "0####-@", ("Wide Access PPO", "Wide Access POS 1500"),
          ("017449", "LRKSP", "LNRX#"), "#31572c"),
)  # fmt: skip


def _band(die: Die) -> Drawn:
    brand = die.pick(*_NATIONAL)
    member = brand.insures(die, dependents=die.whole(0, 3))
    style = die.pick(Style(), Style("sans", 400), Style("uni"), Style(width=0.92))
    card = Sheet(member, style=style, label=die.pick("#52525b", brand.ink))
    card.put(40, 34, "{payer_name}", die.whole(38, 46), style=style.bold(), colour=brand.ink)
    card.put(972, 46, "{plan_name}", 25, style=style.bold(600), align="right")
    card.box(0, 112, 1012, 208, fill=die.pick("#eef2f7", "#f3f0e8", "#e8f1ee"))
    stacked(card, 40, 122, die.pick("Member name", "Subscriber", "MEMBER"), "{member_name}", room=390)
    stacked(
        card, 450, 122, die.pick("Member ID", "ID number", "MEMBER ID#"), "{member_number}", 29, room=280, bold=True
    )
    stacked(card, 750, 122, die.pick("Group", "Group number", "GROUP#"), "{group_number}", room=240)
    if member.dependents:
        card.put(40, 226, die.pick("Covered dependents", "Dependents"), 17, colour=card.label)
        card.lines(40, 252, [f"{{dependent_{n}}}" for n in (1, 2, 3)], 21)
    _band_costs(die, card)
    card.box(0, 506, 1012, 560, fill=brand.ink)
    for step, (label, value) in enumerate(pharmacy(die)):
        card.put(40 + 290 * step, 517, f"{label} {value}", 24, colour="#ffffff", room=270)
    card.put(40, 582, f"Payer ID {{payer_id}}   {die.pick('Pharmacy benefits by OptumRx', 'Rx: CVS Caremark')}", 19)
    card.put(972, 584, die.pick("PPO", "Printed 12/14/2025", "National network"), 17, align="right")
    return Drawn(member, card, _band_back(die, member, style, brand.legal), also=brand.readings)


def _band_costs(die: Die, card: Sheet) -> None:
    card.put(480, 226, die.pick("In-network copays", "Copay", "What you pay in network"), 17, colour=card.label)
    first, second = die.pick(
        ("PCP ${office_visit} / Spec ${specialist_visit}", "Urgent Care ${urgent_care} / ER ${emergency_room}"),
        ("Primary ${office_visit}  Specialist ${specialist_visit}", "UrgCare ${urgent_care}  ER ${emergency_room}"),
        ("Office: ${office_visit}   Specialist: ${specialist_visit}", "UC: ${urgent_care}   ER: ${emergency_room}"),
    )
    money = die.pick(("$1,500/$3,000", "$5,000/$10,000"), ("$750/$1,500", "$4,000/$8,000"))
    texts = (first, second, f"Deductible ind/fam {money[0]}", f"Out-of-pocket max {money[1]}")
    card.lines(480, 252, texts, 23, pitch=1.6)


def _band_back(die: Die, member: Member, style: Style, legal: str) -> Sheet:
    back = Sheet(member, style=style)
    texts = (
        f"Members: {member.phone}   TTY 711",
        f"Providers: {die.code('8##-555-01##')}   Prior authorization: {die.code('8##-555-01##')}",
        "Medical claims: {payer_name}, {claims_box}, {claims_city}",
        f"Pharmacists: {die.code('8##-555-01##')}",
        "This card does not prove membership nor guarantee coverage.",
        "Virtual visits, nurse line and cost estimates are in the app.",
        legal,
    )
    back.lines(50, 80, texts, 22, pitch=2.2)
    return back


_MANAGED = (
    Brand("Humana", "61101", "H########", "######", ("National POS Open Access", "HMO Premier 20", "EPO Simplicity"),
          ("610649", "03190000", "HUM##"), "#3f7d20", ("Humana Health Plan",)),
    Brand("UnitedHealthcare", "87726", "9########", "0####*", ("Navigate HMO", "Charter EPO", "Core Essential"),
          ("610279", "9999", "UHCACIS"), "#1b3f80"),
    Brand("Corvid Mutual Health", "59317", "CM######-0#", "0#####", ("Nest HMO 1000", "Canopy EPO"),
          ("610602", "CRVD", "CMH@#"), "#3a3f58"),
    Brand("Cigna Healthcare", "62308", "U######## 0#", "00######", ("Network HMO", "SureFit EPO"),
          ("017010", "0215COMM", "SURF###"), "#0b6e7f", ("Cigna HealthCare of Arizona", "Cigna")),
)  # fmt: skip


def _panel(die: Die) -> Drawn:
    """Copays in white on a coloured panel at the right."""
    brand = die.pick(*_MANAGED)
    member, read_as = brand.insures(die, case="upper"), {}
    if die.chance(0.4):
        member, read_as = surname_first(member)
    style = die.pick(Style("sans", 400), Style(), Style("uni", width=0.95))
    card = Sheet(member, style=style, label=die.pick("#6b7280", "#1c1c1e"))
    card.box(704, 0, 1012, 638, fill=brand.ink)
    card.put(40, 32, "{payer_name}", 42, style=style.bold(), colour=brand.ink, room=640)
    rows = (
        (die.pick("Name", "Member", "Subscriber name"), "{member_name}"),
        (die.pick("ID", "Member ID", "Subscriber ID"), "{member_number}"),
        (die.pick("Group", "Group no.", "Account"), "{group_number}"),
        (die.pick("Plan", "Plan name", "Benefit plan"), "{plan_name}"),
        (die.pick("Effective", "Coverage eff. date"), "{effective}"),
    )
    y = card.rows(40, 112, rows, 25, gap=die.pick(170, 220), until=690, pitch=1.6)
    card.box(40, y + 8, 680, y + 10, fill=brand.ink)
    card.rows(40, y + 26, pharmacy(die), 23, gap=150, until=690, pitch=1.5)
    card.put(40, 570, f"{die.pick('Claims payer ID:', 'EDI', 'Electronic claims ID')} {{payer_id}}", 21)
    _panel_costs(die, card)
    back = _panel_back(die, member, style, brand.legal) if die.chance(0.7) else None
    return Drawn(member, card, back, read_as, brand.readings)


def _panel_back(die: Die, member: Member, style: Style, legal: str) -> Sheet:
    back = Sheet(member, style=style)
    texts = (
        f"Customer service {member.phone}",
        f"Behavioral health {die.code('8##-555-01##')}",
        "Send claims to {claims_box}, {claims_city}",
        "In an emergency, go to the nearest hospital or dial 911.",
        legal,
    )
    back.lines(50, 320, texts, 22, pitch=2)
    back.picture(50, 60, code128(die.code("############")), 420, 110)
    return back


def _panel_costs(die: Die, card: Sheet) -> None:
    card.put(728, 36, die.pick("YOUR COPAYS", "Copays", "Visit cost"), 25, style=card.style.bold(), colour="#ffffff")
    costs = (
        (die.pick("Primary care", "PCP visit", "Office visit"), "office_visit"),
        (die.pick("Specialist", "Specialist visit"), "specialist_visit"),
        (die.pick("Urgent care", "Urgent care center"), "urgent_care"),
        (die.pick("Emergency room", "Hospital ER", "Emergency"), "emergency_room"),
    )
    for step, (label, service) in enumerate(costs):
        card.put(728, 96 + 84 * step, label, 19, colour="#ffffff")
        card.put(728, 120 + 84 * step, f"${{{service}}}", 31, style=card.style.bold(), colour="#ffffff")
    card.put(728, 470, die.pick("Referral required: Yes", "No referral needed"), 18, colour="#ffffff")


_BLUES = (
    Brand("Blue Cross and Blue Shield of Texas", "84980", "ZGP#########", "0#####", ("Blue Choice PPO",),
          ("011552", "BCTX", "TXRX#"), "#0b5ea8", ("Health Care Service Corporation",)),
    Brand("Florida Blue", "00590", "XJB@########", "B####", ("BlueOptions 05771", "BlueCare HMO 60"),
          ("012833", "FLBC", "FB####"), "#1f6fb2", ("Blue Cross and Blue Shield of Florida",)),
    Brand("Wellmark Blue Cross and Blue Shield", "88848", "WMP###@#####", "000#####-0001", ("Alliance Select",),
          ("004336", "ADV", "RX00##"), "#15599c", ("Wellmark Inc", "Wellmark")),
    Brand("BlueCross BlueShield of Tennessee", "00390", "ZEX#########", "1#####", ("Network S PPO", "Network P"),
          ("610455", "BCTN", "TN##"), "#0a4f8f"),
    Brand("Highmark Blue Shield", "54771", "YWG############", "0########", ("PPO Blue", "Community Blue Flex"),
          ("610014", "HMBS", "HGHMK##"), "#00558c"),
)  # fmt: skip


def _prefix(die: Die) -> Drawn:
    brand = die.pick(*_BLUES)
    member = brand.insures(die, visits=("office_visit", "specialist_visit", "emergency_room"), case="upper")
    style = die.pick(Style("uni"), Style("sans", 400), Style(), Style("sans", 400, 0.92))
    card = Sheet(member, style=style, label=die.pick("#1c1c1e", brand.ink))
    card.box(0, 0, 1012, 14, fill=brand.ink)
    card.put(972, 40, "{payer_name}", 37, style=style.bold(), colour=brand.ink, align="right", room=720)
    stacked(
        card, 44, 116, die.pick("Subscriber Name", "Member Name", "Enrollee"), "{member_name}", 30, small=19, room=520
    )
    number = member.member_number
    label = die.pick("Identification Number", "Member ID", "Subscriber ID")
    stacked(card, 44, 194, label, die.pick("{member_number}", f"{number[:3]} {number[3:]}"), 33, small=19, bold=True)
    card.says("member_number")
    rows = (
        (die.pick("Group No.", "Group Number:", "Grp #"), "{group_number}"),
        (die.pick("Plan Code", "BC Plan Code"), die.pick("400/900", "441", "90/590")),
        *pharmacy(die),
    )
    card.rows(44, 300, rows, 22, gap=190, until=540, pitch=1.45)
    card.put(600, 122, die.pick("Plan", "Product", "Plan Name"), 19, colour=card.label)
    card.put(600, 148, "{plan_name}", 29, style=style.bold())
    _prefix_costs(die, card)
    suitcase(card, 860, 510, 96, "#2d2d2d", die.pick("PPO", ""))
    card.put(44, 580, die.pick("Medical and Rx coverage", "BlueCard outside our area"), 18)
    return Drawn(member, card, _prefix_back(die, member, style, brand.legal), also=brand.readings)


def _prefix_costs(die: Die, card: Sheet) -> None:
    costs = die.pick(
        ("Office Visit/Specialist ${office_visit}/${specialist_visit}", "Emergency Room ${emergency_room}"),
        ("OV Copay ${office_visit}", "Specialist Copay ${specialist_visit}", "ER Copay ${emergency_room}"),
        ("Primary Care Copay: ${office_visit}", "Specialist Copay: ${specialist_visit}", "ER: ${emergency_room}"),
    )
    card.lines(600, 230, (*costs, "Deductible $1,000 Ind / $2,000 Fam", "Coinsurance 80/20"), 21, pitch=1.6)


def _prefix_back(die: Die, member: Member, style: Style, legal: str) -> Sheet:
    back = Sheet(member, style=style)
    texts = (
        "Providers: file claims with the local Blue Plan.",
        f"Customer Service {member.phone}",
        f"Preauthorization {die.code('8##-555-01##')}   Mental health {die.code('8##-555-01##')}",
        f"Find a provider {die.code('8##-555-01##')}",
        "{payer_name}",
        "An independent licensee of the Blue Cross and Blue Shield Association",
        "{claims_box}, {claims_city}",
        legal,
    )
    back.lines(60, 110, texts, 20, pitch=2)
    if die.chance(0.4):
        back.put(60, 500, "Payer ID {payer_id}", 20)
    return back


_TWO_NETWORKS = (
    Brand("Anthem Blue Cross", "47198", "XDP###@#####", "27####@###", ("Classic PPO 250/20/20", "Prudent Buyer PPO"),
          ("020099", "WG", "WLHA"), "#0f5aa6", ("Anthem Blue Cross Life and Health Insurance Company",)),
    Brand("Horizon Blue Cross Blue Shield of New Jersey", "22099", "YHH3HZN########", "0####-00", ("OMNIA Gold",),
          ("610455", "HZNJ", "HZRX"), "#14568f", ("Horizon Healthcare Services",)),
    Brand("Premera Blue Cross", "00430", "PQR#########", "10#####", ("Heritage Plus 1", "Preferred Gold 1500"),
          ("610014", "PRMRA", "BCWAPDP"), "#006ba6"),
    Brand("Piedmont Lakes Health", "77014", "PLH########", "PL-####", ("Two Tier PPO", "Summit PPO 2000"),
          ("015574", "ASPROD1", "PLK##"), "#7a4419"),
    Brand("Ozark Prairie Assurance", "OPA62", "OP#######-##", "0#####", ("Plainsman PPO", "Ridge PPO 1000"),
          ("610868", "OZPR", "OPA###"), "#5b3758"),
)  # fmt: skip


def _two_networks(die: Die) -> Drawn:
    """A table of costs: in the network in dollars, out of it in percent."""
    brand = die.pick(*_TWO_NETWORKS)
    member = brand.insures(die)
    style = die.pick(Style("sans", 400), Style("uni"), Style(width=0.94))
    card = Sheet(member, style=style, label=brand.ink if die.chance(0.5) else "#374151")
    card.put(36, 28, "{payer_name}", 38, style=style.bold(), colour=brand.ink, room=620)
    card.put(976, 38, "{plan_name}", 23, align="right", room=300)
    stacked(card, 36, 96, die.pick("Member", "Member Name", "Subscriber Name"), "{member_name}", 27, room=440)
    stacked(card, 36, 166, die.pick("Identification No.", "Member ID", "ID No."), "{member_number}", 28, room=440)
    stacked(card, 36, 238, die.pick("Group No.", "Group", "Group/Account"), "{group_number}", 24, room=210)
    stacked(card, 270, 238, die.pick("Effective", "Eff Date"), "{effective}", 24, room=190)
    card.rows(36, 326, pharmacy(die), 22, gap=140, until=460, pitch=1.5)
    label = die.pick("Payer ID", "Payer ID:", "Claims: Payer ID")
    card.put(36, 446, f"{label} {{payer_id}}", 21)
    card.put(36, 592, f"{die.pick('Member services', 'Questions? Call')} {member.phone}", 18)
    card.put(490, 592, brand.legal, 15)
    _two_columns(die, card, brand.ink)
    return Drawn(member, card, also=brand.readings)


def _two_columns(die: Die, card: Sheet, ink: str) -> None:
    card.box(490, 100, 984, 140, fill=ink)
    heads = die.pick(("In Network", "Out of Network"), ("In-Net", "Out-of-Net"), ("Network", "Non-Network"))
    card.put(710, 108, heads[0], 18, colour="#ffffff")
    card.put(842, 108, heads[1], 18, colour="#ffffff", room=136)
    away = die.pick("40%", "50%", "30%*")
    rows = (
        (die.pick("Office Visit", "PCP Visit", "Primary Care"), "${office_visit}", away),
        (die.pick("Specialist", "Specialist Visit"), "${specialist_visit}", away),
        ("Urgent Care", "${urgent_care}", away),
        (die.pick("Emergency Room", "ER"), "${emergency_room}", "${emergency_room}"),
        ("Deductible", die.pick("$500", "$1,250"), die.pick("$2,000", "$3,500")),
        (die.pick("Coinsurance", "Hospital stay"), "20%", away),
    )
    for step, (label, near, far) in enumerate(rows):
        y = 152 + 46 * step
        card.put(502, y, label, 20)
        card.put(710, y, near, 21)
        card.put(842, y, far, 21)
        card.box(490, y + 34, 984, y + 35, fill="#d4d4d8")
    card.box(490, 100, 984, 430, line=ink)


FAMILIES = (
    Family("unseen_id_band", _band),
    Family("unseen_copay_panel", _panel),
    Family("unseen_blue_prefix", _prefix),
    Family("unseen_two_networks", _two_networks),
)
