"""Families of cards: one layout each, with everything that varies between two cards of the same issuer.

`load("training")` is for writing rules. `load("held_out")` is for measuring only: nobody who writes rules looks at it.
"""

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from PIL import Image

from tests.cards.die import Die
from tests.cards.people import Member
from tests.cards.sheet import Sheet

#: the text fields that are compared, by the vendor's names; each is an attribute of Member with the same name
TEXT_FIELDS = (
    "member_number",
    "group_number",
    "payer_name",
    "payer_id",
    "member_name",
    "rx_bin",
    "rx_pcn",
    "rx_group",
    "plan_name",
)
COPAYS = frozenset(
    {"office_visit", "specialist_visit", "urgent_care", "emergency_room", "telemedicine", "preventive_care"}
)


@dataclass(frozen=True)
class Face:
    """A drawn card: its pictures and what is printed on them.

    `values` has the printed text fields, `copays` the printed (service, whole dollars), `also` other right readings of
    a field where the card itself says it in two ways.
    """

    family: str
    front: Image.Image
    back: Image.Image | None
    values: Mapping[str, str]
    copays: frozenset[tuple[str, int]]
    also: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Drawn:
    """What a family's drawing function returns: its sheets and whose card it is."""

    member: Member
    front: Sheet
    back: Sheet | None = None
    #: how the values should be read where the print differs, such as "KEEL, ANNA"
    read_as: Mapping[str, str] = field(default_factory=dict)
    also: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Family:
    """A layout with its variation."""

    name: str
    draw: Callable[[Die], Drawn]

    def face(self, number: int) -> Face:
        """Return the card of person `number`; the same number gives the same card."""
        drawn = self.draw(Die(self.name, number))
        printed = drawn.front.printed | (drawn.back.printed if drawn.back else set())
        values = {name: getattr(drawn.member, name) for name in TEXT_FIELDS if name in printed}
        copays = {(kind, dollars) for kind, dollars in drawn.member.copays.items() if kind in printed & COPAYS}
        return Face(
            self.name,
            drawn.front.page,
            drawn.back.page if drawn.back else None,
            {name: value for name, value in {**values, **drawn.read_as}.items() if value},
            frozenset(copays),
            drawn.also,
        )


def load(group: str) -> tuple[Family, ...]:
    """Return all families of the modules `<group>_*`, in order of their module and place; group: training, held_out."""
    found: list[Family] = []
    for module in sorted(item.name for item in pkgutil.iter_modules(__path__) if item.name.startswith(f"{group}_")):
        found.extend(importlib.import_module(f"{__name__}.{module}").FAMILIES)
    return tuple(found)
