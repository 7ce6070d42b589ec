"""The second half of a reading (the vendor's enriched_results): copays, phone numbers, addresses. Pure.

Kinds are the closed lists of the vendor's schema; what fits none of them is left out.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sandbox.cardscan.reader.lines import Line
from sandbox.cardscan.reader.values import PHONE

Row = dict[str, object]

_SERVICES = {
    "specialist_visit": r"(?:specialists?|specialty|spec|spc|splst|scp|spc?lst)"
    r"(?:\s*(?:care|office|ov|physician|doctor)s?)*(?:\s*visits?)?",
    "office_visit": r"(?:office|pcp|primary\s*care|primary|family\s*doctor)"
    r"(?:\s*(?:office|physician|provider|doctor|dr|ov)s?)?(?:\s*visits?)?"
    r"|o\.?v\.?|(?:doctor|physician|dr)\.?\s*(?:office\s*)?visits?|visita\s*medica|medico\s*primario",
    "emergency_room": r"(?:hospital\s*)?emer(?:gency|g)\.?(?:\s*(?:room|dept|department|care|services|visit))*"
    r"|(?:hospital\s*)?e\.?r\.?(?:\s*visits?)?|e\.?d\.?|sala\s*de\s*emergencias?|emergencias?",
    "urgent_care": r"urg(?:ent)?\.?(?:\s*care)?(?:\s*(?:center|facility|visit|clinic)s?)*|ucc?"
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
    r"|(?<![\d.])(?P<percent>\d{1,3})\s?%"
)
_TOKEN = re.compile(f"(?P<service>{_SERVICE.pattern})|(?P<amount>{_AMOUNT.pattern})", re.IGNORECASE)
_OUT_OF_NETWORK = re.compile(r"out[\s-]*of[\s-]*network|oon|non-?network", re.IGNORECASE)
_IN_NETWORK = re.compile(r"in[\s-]*network", re.IGNORECASE)

_PHONE_WORDS = (
    ("pharmacy_services_phone", r"pharmac|prescription|\brx\b"),
    ("dental_benefit_phone", r"dental|dentist|smiles"),
    ("vision_benefit_phone", r"vision|eye"),
    ("telemedicine_phone", r"telemed|telehealth|virtual|nurse|24/7"),
    (
        "provider_services_phone",
        r"provider|pre-?auth|prior auth|authorization|pre-?cert|precertification|eligibility|notification|physicians",
    ),
    ("pcp_phone", r"\bpcp\b|primary care|doctor"),
    ("member_services_phone", r"member|customer|questions|service|help|benefits|contact|call|claims"),
)
_ADDRESS_WORDS = (
    ("pharmacy_claims_address", r"pharmac|rx\b|prescription"),
    ("dental_claims_address", r"dental"),
    ("vision_claims_address", r"vision"),
    ("appeals_address", r"appeal|grievance"),
    ("medical_claims_address", r"claim|submit"),
    ("pcp_address", r"\bpcp\b|primary care"),
)
_CITY = re.compile(r"(?P<city>[A-Z][A-Za-z .'-]+?),?\s*(?P<state>[A-Z]{2})[.,]?\s+(?P<zip>\d{5}(?:-\d{4})?)(?!\d)")
_WEB = re.compile(r"www\.|@|\.(?:com|org|net|gov|example)\b", re.IGNORECASE)
_STREET = re.compile(r"(?:P\.?\s*O\.?\s*Box\s*\d+|(?<![\d-])\d{1,6}\s+[A-Z][A-Za-z].*)", re.IGNORECASE)


@dataclass(frozen=True)
class _Mark:
    """A service or an amount found in a line."""

    name: str
    value: float
    percent: bool


def find_copays(lines: Sequence[Line]) -> list[Row]:
    """Return rows of service, category, value (a number: dollars or percent) and score."""
    rows: dict[tuple[object, object], Row] = {}
    for line in lines:
        marks = _marks(line.text)
        if marks and all(not mark.name for mark in marks):
            continue
        if marks and not any(not mark.name for mark in marks):
            marks = [*marks, *_amounts_right_of(line, lines)]
        for service, amount in _pair(marks):
            row = _copay(service, amount, line)
            rows.setdefault((row["service"], row["category"]), row)
    return list(rows.values())


def find_phones(lines: Sequence[Line]) -> list[Row]:
    """Return rows of label, type, number (NPA-NXX-XXXX) and score; a number whose words fit no type is left out."""
    rows: dict[tuple[object, object], Row] = {}
    for line in lines:
        end = 0
        for match in PHONE.finditer(line.text):
            words = _clean_label(line.text[end : match.start()]) or _words_before(line, lines)
            end = match.end()
            kind = _kind(words, _PHONE_WORDS) if words else "member_services_phone"
            if kind:
                number = "-".join(match.groups())
                score = line.score * (0.97 if words else 0.5)
                row: Row = {"label": words or "phone", "type": kind, "number": number, "score": _score(score)}
                rows.setdefault((kind, number), row)
    return list(rows.values())


def find_addresses(lines: Sequence[Line]) -> list[Row]:
    """Return rows of label, type, company_name (where printed), address and score."""
    rows: dict[object, Row] = {}
    for line in lines:
        if (city := _CITY.search(line.text)) and (row := _address(line, city, lines)):
            rows.setdefault(row["address"], row)
    return list(rows.values())


def describe(copays: Sequence[Row]) -> str:
    """Return the copays as one short text, as the vendor's plan_details has it."""
    dollars = [row for row in copays if row["category"] != "coinsurance"]
    return ", ".join(f"{str(row['service']).replace('_', ' ')}: {_money(row['value'])}" for row in dollars)


def _money(value: object) -> str:
    return f"${value}" if isinstance(value, int) else f"${value:.2f}"


def _score(value: float) -> str:
    return f"{max(0.0, min(value, 0.999)):.3f}"


# --- copays ---------------------------------------------------------------------------------------------


def _marks(text: str) -> list[_Mark]:
    found = []
    for match in _TOKEN.finditer(text):
        if match["service"]:
            name = next(name for name in _SERVICES if match[name])
            found.append(_Mark(name, 0.0, False))
        else:
            number = (match["money"] or match["percent"]).upper().replace(",", "").replace("O", "0")
            found.append(_Mark("", float(number), match["percent"] is not None))
    return found


def _pair(marks: Sequence[_Mark]) -> list[tuple[str, _Mark]]:
    """Pair "A $1 B $2" and "A / B $1 / $2"; with more names than amounts the names nearest the amounts count."""
    pairs: list[tuple[str, _Mark]] = []
    names: list[str] = []
    amounts: list[_Mark] = []
    for mark in [*marks, _Mark("end", 0.0, False)]:
        if mark.name and amounts:
            pairs += zip(names[-len(amounts) :], amounts, strict=False)
            names, amounts = [], []
        if mark.name:
            names.append(mark.name)
        else:
            amounts.append(mark)
    return pairs


def _copay(service: str, amount: _Mark, line: Line) -> Row:
    category = "coinsurance" if amount.percent else "copay"
    if service in ("deductible", "out_of_pocket_max", "coinsurance"):
        category, service = service, _network(line.text)
    value = int(amount.value) if amount.value == int(amount.value) else amount.value
    return {"service": service, "category": category, "value": value, "score": _score(line.score * 0.97)}


def _network(text: str) -> str:
    if _OUT_OF_NETWORK.search(text):
        return "out_of_network_medical"
    return "in_network_medical" if _IN_NETWORK.search(text) else "other"


def _amounts_right_of(line: Line, lines: Sequence[Line]) -> list[_Mark]:
    """Return the amounts of the nearest text in the row of a service that has none of its own."""
    row = [o for o in lines if o.box.left >= line.box.right and o.box.shares_row(line.box) >= 0.5]
    nearest = min(row, key=lambda other: other.box.left, default=None)
    marks = _marks(nearest.text) if nearest else []
    return marks if marks and not marks[0].name else []


# --- words around phones and addresses ------------------------------------------------------------------


def _kind(words: str, table: Sequence[tuple[str, str]]) -> str | None:
    return next((kind for kind, pattern in table if re.search(pattern, words, re.IGNORECASE)), None)


def _clean_label(text: str) -> str:
    """Return the words in lower case, without web addresses and marks at the ends."""
    words = (word for word in text.split() if not _WEB.search(word))
    return " ".join(words).strip(" .,:;|()-/").lower()


def _words_before(line: Line, lines: Sequence[Line]) -> str:
    """Return the words left of a number in its row, else those right above it."""
    row = [o for o in lines if o.box.right <= line.box.left + 4 and o.box.shares_row(line.box) >= 0.5]
    row = [other for other in row if any(char.isalpha() for char in other.text)]
    if row:
        return _clean_label(" ".join(other.text for other in sorted(row, key=lambda other: other.box.left)))
    above = _lines_above(line, lines)
    return _clean_label(above[0].text) if above else ""


def _lines_above(line: Line, lines: Sequence[Line]) -> list[Line]:
    """Return up to three lines right above, nearest first, in the same column and without a gap."""
    found, box = [], line.box
    for other in sorted(lines, key=lambda other: -other.box.top):
        gap = (box.top - other.box.bottom) / box.height
        if (
            other is not line
            and other.box.middle[1] < box.middle[1]
            and gap <= 0.9
            and other.box.shares_column(box) > 0.4
        ):
            found.append(other)
            box = other.box
        if len(found) == 3:
            break
    return found


def _address(line: Line, city: re.Match[str], lines: Sequence[Line]) -> Row | None:
    above = _lines_above(line, lines)
    if street := _STREET.search(line.text[: city.end()]):
        before, address = line.text[: street.start()], line.text[street.start() : city.end()]
    else:
        before, address = _join_street(city[0], above)
    if not address:
        return None
    label, company = _label_and_company(before, line, above, lines)
    kind = _kind(label, _ADDRESS_WORDS) or "general_address"
    row: Row = {
        "label": label or "address",
        "type": kind,
        "address": address.lower(),
        "score": _score(line.score * 0.95),
    }
    return row | {"company_name": company.lower()} if company else row


def _join_street(city: str, above: list[Line]) -> tuple[str, str]:
    """Return what stands before the street line, and street and city; ("", "") without a street."""
    if above and (street := _STREET.search(above[0].text)):
        return above[0].text[: street.start()], f"{street[0]}, {city}"
    return "", ""


def _label_and_company(before: str, line: Line, above: list[Line], lines: Sequence[Line]) -> tuple[str, str]:
    label, colon, company = before.partition(":")
    if not colon:
        label, company = "", before
    words = [_clean_label(label), _words_before(line, lines), *(_clean_label(other.text) for other in above)]
    told = next((text for text in words if text and _kind(text, _ADDRESS_WORDS)), "")
    return told[:80], " ".join(company.split()).strip(" .,:;-")
