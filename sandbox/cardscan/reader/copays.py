"""A part of the vendor's enriched_results: what a visit costs. Pure.

Services are the closed list of the vendor's schema. Amounts follow their service in the line; what is left over is
matched by place: an amount stands right of its service, or below it in a table; the nearest pair goes first.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sandbox.cardscan.reader.extras import Row, as_score
from sandbox.cardscan.reader.lines import Box, Line

_SERVICES = {
    "specialist_visit": r"(?:specialists?|specialty|spec|spc|splst|scp|spc?lst)"
    r"(?:\s*(?:care|office|ov|physician|doctor)s?)*(?:\s*visits?)?",
    "office_visit": r"(?:office|pcp|primary\s*care|primary|family\s*doctor|doctor|physician)"
    r"(?:\s*(?:office|physician|provider|doctor|dr|ov)s?)?(?:\s*visits?)?"
    r"|[o0]\.?v\.?|(?:doctor|physician|dr)\.?\s*(?:office\s*)?visits?|visita\s*medica|medico\s*primario",
    "emergency_room": r"(?:hospital\s*)?emer(?:gency|g)\.?(?:\s*(?:room|dept|department|care|services|visit))*"
    r"|(?:hospital\s*)?e\.?r\.?(?:\s*visits?)?|e\.?d\.?|sala\s*de\s*emergencias?|emergencias?",
    "urgent_care": r"urg(?:ent(?:ly)?)?\.?(?:\s*(?:needed\s*)?care)?(?:\s*(?:center|facility|visit|clinic)s?)*|ucc?"
    r"|cuidado\s*urgente|urgencias?",
    "preventive_care": r"prevent(?:ive|ative)(?:\s*(?:care|visits?|services?))?|wellness|well\s*visits?",
    "telemedicine": r"telemedicine|telehealth|tele-?doc|e-?visits?|virtual(?:\s*visits?|\s*care)?",
    "vision": r"vision|eye\s*exam",
    "dental": r"dental",
    "prescription": r"rx|generic|brand|prescriptions?|drugs?|tier\s*\d",
    "deductible": r"deductible|ded",
    "out_of_pocket_max": r"(?:out[\s-]*of[\s-]*pocket|oop)(?:\s*max(?:imum)?)?|moop",
    "coinsurance": r"co-?insurance",
}
_SERVICE = re.compile(
    r"(?<![a-z])(?:" + "|".join(f"(?P<{name}>{words})" for name, words in _SERVICES.items()) + r")(?![a-z])",
    re.IGNORECASE,
)
# OCR reads a small "$" as S now and then, and a nought as O
_AMOUNT = re.compile(
    r"(?:\$|(?<![A-Za-z0-9])S(?=\d))\s?(?P<money>\d[\d,]*(?:\.\d{2})?(?!\d)|[Oo](?![a-z]))"
    r"|(?<![\d.])(?P<percent>\d{1,3})\s?%|(?P<free>no\s*(?:charge|copay|cost))"
)
_TOKEN = re.compile(f"(?P<service>{_SERVICE.pattern})|(?P<amount>{_AMOUNT.pattern})", re.IGNORECASE)
_OUT_OF_NETWORK = re.compile(r"out[\s-]*of[\s-]*network|oon|non-?network", re.IGNORECASE)
_IN_NETWORK = re.compile(r"in[\s-]*network", re.IGNORECASE)

#: words that may stand beside a service without making a sentence of it
_FILLERS = re.compile(
    r"co-?pay(?:ment)?s?|visits?|walk-?in|per|in-?network|network|care|services?|in|out|the|cost|you\s*pay|after\s*deductible",
    re.IGNORECASE,
)
_IN_BRACKETS = re.compile(r"\([^()]*\)?")
#: a line that begins with a service is a heading up to so many other words ("Specialist consult")
MORE_WORDS = 2
#: how far an amount may stand from its service, in line heights: right of it, and below it
FARTHEST_RIGHT, FARTHEST_BELOW = 40.0, 2.6
#: how sure an amount is that follows in the line, and one that is matched by its place
IN_LINE, BY_PLACE = 0.97, 0.94
#: the same for a list of services with more or fewer amounts: one of them was not understood
UNEVEN = 0.6


@dataclass(frozen=True)
class _Mark:
    """A service or an amount found in a line."""

    name: str
    value: float = 0.0
    percent: bool = False


@dataclass(frozen=True)
class _Group:
    """Services without amounts, or amounts without services, that stand together."""

    marks: tuple[_Mark, ...]
    line: Line
    box: Box


def find_copays(lines: Sequence[Line]) -> list[Row]:
    """Return rows of service, category, value (a number: dollars or percent) and score."""
    rows: dict[tuple[object, object], Row] = {}
    names: list[_Group] = []
    amounts: list[_Group] = []
    for line in lines:
        found = list(_marks(line))
        marks = [mark for mark, _ in found]
        sure = UNEVEN if _is_uneven(marks) else IN_LINE
        for service, amount in _pair(marks):
            _add(rows, service, amount, line, sure)
        if marks and not any(mark.name for mark in marks):
            amounts += _groups(found, line)
        elif marks and all(mark.name for mark in marks) and _only_services(line.text):
            names += _groups(found, line)
    for name, amount_group in _match(names, amounts):
        for service, amount in _pair([*name.marks, *amount_group.marks]):
            _add(rows, service, amount, amount_group.line, BY_PLACE * min(1.0, name.line.score))
    return list(rows.values())


def describe(copays: Sequence[Row]) -> str:
    """Return the copays as one short text, as the vendor's plan_details has it."""
    dollars = [row for row in copays if row["category"] != "coinsurance"]
    return ", ".join(f"{str(row['service']).replace('_', ' ')}: {_money(row['value'])}" for row in dollars)


def _money(value: object) -> str:
    return f"${value}" if isinstance(value, int) else f"${value:.2f}"


def _add(rows: dict[tuple[object, object], Row], service: str, amount: _Mark, line: Line, sure: float) -> None:
    row = _copay(service, amount, line, sure)
    rows.setdefault((row["service"], row["category"]), row)


def _marks(line: Line) -> Iterator[tuple[_Mark, Box]]:
    for match in _TOKEN.finditer(line.text):
        box = line.part(match.start(), match.end())
        if match["service"]:
            yield _Mark(next(name for name in _SERVICES if match[name])), box
        elif match["free"]:
            yield _Mark(""), box
        else:
            number = (match["money"] or match["percent"]).upper().replace(",", "").replace("O", "0")
            yield _Mark("", float(number), match["percent"] is not None), box


def _pair(marks: Sequence[_Mark]) -> list[tuple[str, _Mark]]:
    """Pair "A $1 B $2" and "A / B $1 / $2"; with more names than amounts the names nearest the amounts count.

    Where a line begins with an amount and ends with a service, each amount stands before its service: "$20 for an A".
    """
    pairs: list[tuple[str, _Mark]] = []
    if marks and not marks[0].name and marks[-1].name:
        marks = marks[::-1]
    names: list[str] = []
    amounts: list[_Mark] = []
    for mark in [*marks, _Mark("end")]:
        if mark.name and amounts:
            pairs += zip(names[-len(amounts) :], amounts, strict=False)
            names, amounts = [], []
        if mark.name:
            names.append(mark.name)
        else:
            amounts.append(mark)
    return pairs


def _is_uneven(marks: Sequence[_Mark]) -> bool:
    """Say whether a list of services ("OV/SPC/ER") is followed by a list of amounts that is longer or shorter."""
    kinds = [bool(mark.name) for mark in marks]
    names, amounts = kinds.count(True), kinds.count(False)
    is_list = kinds == sorted(kinds, reverse=True)
    return is_list and min(names, amounts) > 1 and names != amounts


def _copay(service: str, amount: _Mark, line: Line, sure: float) -> Row:
    category = "coinsurance" if amount.percent else "copay"
    if service in ("deductible", "out_of_pocket_max", "coinsurance"):
        category, service = service, _network(line.text)
    value = int(amount.value) if amount.value == int(amount.value) else amount.value
    return {"service": service, "category": category, "value": value, "score": as_score(line.score * sure)}


def _network(text: str) -> str:
    if _OUT_OF_NETWORK.search(text):
        return "out_of_network_medical"
    return "in_network_medical" if _IN_NETWORK.search(text) else "other"


# --- by place -------------------------------------------------------------------------------------------


def _only_services(text: str) -> bool:
    """Say whether a line is a heading of services, not a sentence that mentions one."""
    bare = _IN_BRACKETS.sub(" ", text).strip()
    left = _FILLERS.sub(" ", _SERVICE.sub(" ", bare))
    begins = _SERVICE.match(bare) is not None and len(left.split()) <= MORE_WORDS
    heading = begins and not any(char.isdigit() or char in ".:" for char in left)
    return heading or sum(char.isalpha() for char in left) <= 3


def _groups(found: Sequence[tuple[_Mark, Box]], line: Line) -> list[_Group]:
    """Return marks that slashes join as one group ("PCP/Spec"), others one by one: they may be cells of a table."""
    if "/" in line.text or len(found) == 1:
        return [_Group(tuple(mark for mark, _ in found), line, line.box)]
    return [_Group((mark,), line, box) for mark, box in found]


def _match(names: Sequence[_Group], amounts: Sequence[_Group]) -> list[tuple[_Group, _Group]]:
    """Return services and their amounts, the nearest first, each used once."""
    offers = [
        (far, i, j)
        for i, name in enumerate(names)
        for j, amount in enumerate(amounts)
        if (far := _far(name.box, amount.box)) is not None
    ]
    matched: dict[int, int] = {}
    for _, i, j in sorted(offers):
        if i not in matched and j not in matched.values():
            matched[i] = j
    return [(names[i], amounts[j]) for i, j in sorted(matched.items())]


def _far(name: Box, amount: Box) -> float | None:
    """Return how far an amount is from its service, in line heights; None when it stands neither right nor below."""
    size = max(name.height, amount.height)
    gap, drop = (amount.left - name.right) / size, (amount.top - name.bottom) / size
    if name.shares_row(amount) >= 0.5 and -0.5 <= gap <= FARTHEST_RIGHT:
        return 0.1 * max(gap, 0.0)
    beside = min(abs(amount.left - name.left), abs(amount.middle[0] - name.middle[0]), abs(amount.right - name.right))
    if -0.5 <= drop <= FARTHEST_BELOW and amount.middle[1] > name.middle[1] and beside <= 1.5 * size:
        return 0.5 + max(drop, 0.0)
    return None
