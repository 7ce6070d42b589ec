"""The fixed faces as families: the same layout, other people and numbers, a little play in place, size and letters."""

from dataclasses import replace
from functools import partial

from tests.cards.crowd import FIRST, LAST, pcn, prices
from tests.cards.die import Die
from tests.cards.draw import put_on_sheet
from tests.cards.families import Drawn, Family
from tests.cards.first_look import FIRST_LOOK
from tests.cards.last_look import LAST_LOOK
from tests.cards.layouts import TUNED, Box, Layout, Put
from tests.cards.people import Member
from tests.cards.second_look import SECOND_LOOK

_PLANS = (
    "Choice Plus 500",
    "Gold 80 PPO",
    "Essential Care HMO",
    "Premier EPO 2000",
    "Balance HSA 3200",
    "Select POS II",
)


def _other_name(die: Die, name: str, family: str) -> str:
    first = die.pick(*FIRST)
    turned = f"{family}, {first}" if "," in name else f"{first} {family}"
    return turned.upper() if name.isupper() else turned


def _other_member(die: Die, member: Member) -> Member:
    family = die.pick(*LAST)
    return replace(
        member,
        member_name=_other_name(die, member.member_name, family),
        dependents=tuple(_other_name(die, name, family) for name in member.dependents),
        member_number=die.like(member.member_number),
        group_number=die.like(member.group_number),
        payer_id=die.like(member.payer_id),
        rx_bin=die.like(member.rx_bin),
        rx_pcn=pcn(die) if member.rx_pcn and die.chance(0.5) else die.like(member.rx_pcn),
        rx_group=die.like(member.rx_group),
        plan_name=die.pick(member.plan_name, *_PLANS) if member.plan_name else "",
        copays=prices(die) if member.copays else {},
    )


def _moved(die: Die, item: Put | Box, other_face: bool) -> Put | Box:
    if isinstance(item, Box):
        return item
    face = "aileron" if other_face and item.face == "uni" else item.face
    return replace(item, x=item.x + die.whole(-1, 1), y=item.y + die.whole(-1, 1), face=face)


def _draw(layout: Layout, die: Die) -> Drawn:
    member = _other_member(die, layout.member)
    other_face = die.chance(0.3)
    items = tuple(_moved(die, item, other_face) for item in layout.items)
    front = put_on_sheet(replace(layout, member=member, items=items))
    if member.payer_name:
        front.says("payer_name")
    return Drawn(member, front, read_as=_read_as(member))


def _read_as(member: Member) -> dict[str, str]:
    last, comma, first = member.member_name.partition(", ")
    return {"member_name": f"{first} {last}"} if comma else {}


FAMILIES = tuple(
    Family(f"face_{layout.name}", partial(_draw, layout)) for layout in (*TUNED, *FIRST_LOOK, *SECOND_LOOK, *LAST_LOOK)
)
