"""Families of administrators and funds: typewriter cards, value-first cards, member tables, a coloured side band."""

from tests.cards.crowd import pcn, somebody
from tests.cards.die import Die
from tests.cards.families import Drawn, Family
from tests.cards.lettering import Style
from tests.cards.shapes import LOGOS, code128
from tests.cards.sheet import Sheet


def _typewriter(die: Die) -> Drawn:
    member = somebody(
        die,
        payer=die.pick("Plains Benefit Services", "Harvest Employee Trust", "Northway Administrators"),
        member=die.pick("###-##-####A", "00#######", "PBS######"),
        group=die.pick("####", "G-#####"),
        payer_id="#####",
        plan=die.pick("Medical Plan 1", "Comprehensive Major Medical", "PPO Option 2"),
        rx=("01####", pcn(die), "@@@@"),
        employer=die.pick("City of Larkfield", "Dunes Trucking", "Prairie Schools Coop"),
        visits=("office_visit", "emergency_room"),
    )
    style = die.pick(Style("uni", fixed=True), Style("aileron", fixed=True), Style("sans", 400, fixed=True))
    card = Sheet(member, style=style)
    card.put(40, 36, member.payer_name.upper(), 30, style=style.bold(600))
    card.says("payer_name")
    colon = die.pick(":", "", " -")
    rows = [
        (f"EMPLOYER{colon}", "{employer}"),
        (f"{die.pick('EMPLOYEE', 'INSURED', 'MEMBER')}{colon}", "{member_name}"),
        (f"{die.pick('CERTIFICATE NO', 'MEMBER ID', 'ID NUMBER')}{colon}", "{member_number}"),
        (f"{die.pick('GROUP NO', 'GROUP', 'GROUP NUMBER')}{colon}", "{group_number}"),
        (f"PLAN{colon}", "{plan_name}"),
        (f"{die.pick('PAYER ID', 'EDI PAYER ID', 'PAYOR ID')}{colon}", "{payer_id}"),
    ]
    y = card.rows(40, 104, rows, 22, gap=die.pick(0, 280), pitch=1.6)
    y = card.rows(40, y + 10, (("RX BIN", "{rx_bin}"), ("RX PCN", "{rx_pcn}"), ("RX GROUP", "{rx_group}")), 22)
    card.put(40, y + 20, "OFFICE VISIT COPAY ${office_visit}   EMERGENCY ROOM COPAY ${emergency_room}", 19, room=930)
    return Drawn(member, card)


def _value_first(die: Die) -> Drawn:
    member = somebody(
        die,
        payer=die.pick("Marigold Health", "Evergreen Mutual", "Alder Health Alliance"),
        member=die.pick("MG########", "@@##@@####", "##########"),
        group=die.pick("######", "@###"),
        payer_id=die.pick("#####", "@@###"),
        plan=die.pick("Flex Choice 1000", "Direct Care Plus", "Gold Network 20"),
        rx=("0#####", pcn(die), die.pick("@@@##", "MGHRX")),
        case=die.pick("upper", "title"),
    )
    brand = die.pick("#a4600b", "#00563f", "#3d348b")
    style = die.pick(Style("sans", 400), Style(), Style("uni"))
    card = Sheet(member, style=style, label=die.pick("#666666", brand))
    card.put(970, 34, "{payer_name}", 40, style=style.bold(), colour=brand, align="right")
    card.put(970, 90, "{plan_name}", 24, align="right")
    card.above(40, 130, die.pick("MEMBER NAME", "Member"), "{member_name}", 34)
    card.above(40, 230, die.pick("MEMBER ID", "Member ID"), "{member_number}", 34)
    card.above(520, 230, die.pick("GROUP", "Group No."), "{group_number}", 30)
    for step, (label, value) in enumerate((("RXBIN", "{rx_bin}"), ("RXPCN", "{rx_pcn}"), ("RXGRP", "{rx_group}"))):
        card.above(40 + 230 * step, 340, label, value, 26)
    card.above(760, 340, die.pick("PAYER ID", "Payer ID"), "{payer_id}", 26)
    visits = ("PCP ${office_visit}", "Specialist ${specialist_visit}", "Urgent ${urgent_care}", "ER ${emergency_room}")
    for step, text in enumerate(visits):
        card.put(40 + 240 * step, 480, text, 23)
    if die.chance(0.4):
        card.picture(700, 540, code128(die.code("##########")), 260, 60)
    return Drawn(member, card)


def _members(die: Die) -> Drawn:
    member = somebody(
        die,
        payer=die.pick("Copper State Health", "Blue Mesa Assurance", "Gulfshore Health Partners"),
        member=die.pick("W#########", "CSH #### ####", "@@@###@#####"),
        group=die.pick("#######-##-###", "00######"),
        payer_id="#####",
        plan=die.pick("Open Network POS II", "Elect Choice EPO", "Managed Care 500"),
        rx=("610###", pcn(die), die.pick("RX####", "@@@")),
        dependents=die.whole(1, 4),
    )
    brand = die.pick("#7d3f98", "#005eb8", "#963821")
    style = die.pick(Style("uni"), Style(), Style("sans", 400))
    card = Sheet(member, style=style, label=brand)
    LOGOS[die.pick(*LOGOS)](card, 900, 30, 60, brand)
    card.put(40, 34, "{payer_name}", 42, style=style.bold(), colour=brand)
    card.put(40, 90, "{plan_name}", 22)
    card.beside(40, 136, die.pick("ID", "Member ID", "ID#"), "{member_number}", 28)
    card.beside(560, 136, die.pick("GRP", "GRP #", "Group"), "{group_number}", 24)
    card.put(40, 190, die.pick("MEMBER NAME", "NAME", "Name"), 18, colour=brand)
    first = die.pick(0, 1)
    names = ["{member_name}", *(f"{{dependent_{n}}}" for n in range(1, 5))]
    card.lines(40, 216, [f"{n + first:02d}  {name}" for n, name in enumerate(names)], 23)
    card.put(560, 200, die.pick("COPAYS", "Your share"), 18, colour=brand)
    visits = ("PCP ${office_visit}", "SPC ${specialist_visit}", "UC ${urgent_care}", "ER ${emergency_room}")
    card.lines(560, 226, visits, 23)
    card.put(40, 430, "RxBIN {rx_bin}  RxPCN {rx_pcn}  RxGRP {rx_group}", 22)
    card.put(40, 480, f"{die.pick('PAYER ID', 'Payer Number')} {{payer_id}}", 22)
    card.put(40, 590, "Not all services are covered. See your plan documents.", 16)
    return Drawn(member, card)


def _side_band(die: Die) -> Drawn:
    member = somebody(
        die,
        payer=die.pick("Lantern Health Plan", "Sequoia Care", "Bayline Insurance Company"),
        member=die.pick("LHP#########", "#### #### ##", "B########"),
        group=die.pick("BL-####-#", "######"),
        payer_id=die.pick("#####", "@####"),
        plan=die.pick("Silver 70 HMO", "Platinum PPO 250", "Lantern Advantage POS"),
        rx=("0#####", pcn(die), die.pick("LHP@@", "######")),
        case=die.pick("upper", "title"),
        visits=("office_visit", "specialist_visit", "emergency_room"),
    )
    brand = die.pick("#233d4d", "#8f2d56", "#1b7f79")
    style = die.pick(Style(width=0.88), Style("sans", 400, 0.9), Style("uni"))
    card = Sheet(member, style=style, label="#444444")
    card.box(0, 0, 230, 638, fill=brand)
    words = member.payer_name.split()
    for step, word in enumerate(words):
        card.put(24, 60 + 44 * step, word, 34, style=style.bold(), colour="#ffffff", room=196)
    card.says("payer_name")
    card.put(24, 560, "Payer ID {payer_id}", 20, colour="#ffffff")
    card.put(270, 40, "{plan_name}", 30, style=style.bold())
    rows = (
        (die.pick("Member:", "Subscriber:"), "{member_name}"),
        (die.pick("Member ID:", "Subscriber ID:"), "{member_number}"),
        (die.pick("Group #:", "Group No:"), "{group_number}"),
    )
    card.rows(270, 110, rows, 27, gap=die.pick(0, 190), pitch=1.6)
    card.rows(270, 300, (("Rx BIN:", "{rx_bin}"), ("Rx PCN:", "{rx_pcn}"), ("Rx Grp:", "{rx_group}")), 23, gap=120)
    card.put(640, 300, "Copayments", 20, style=style.bold())
    visits = (("Doctor", "${office_visit}"), ("Specialist", "${specialist_visit}"), ("ER", "${emergency_room}"))
    card.rows(640, 330, visits, 22, gap=180)
    return Drawn(member, card)


FAMILIES = (
    Family("typewriter", _typewriter),
    Family("value_first", _value_first),
    Family("members", _members),
    Family("side_band", _side_band),
)
