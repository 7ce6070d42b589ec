"""A part of the vendor's enriched_results: phone numbers and addresses (copays are in copays.py). Pure.

Kinds are the closed lists of the vendor's schema; what fits none of them is left out.
"""

import re
from collections.abc import Sequence

from sandbox.cardscan.reader.lines import Line
from sandbox.cardscan.reader.values import PHONE

Row = dict[str, object]

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
                row: Row = {"label": words or "phone", "type": kind, "number": number, "score": as_score(score)}
                rows.setdefault((kind, number), row)
    return list(rows.values())


def find_addresses(lines: Sequence[Line]) -> list[Row]:
    """Return rows of label, type, company_name (where printed), address and score."""
    rows: dict[object, Row] = {}
    for line in lines:
        if (city := _CITY.search(line.text)) and (row := _address(line, city, lines)):
            rows.setdefault(row["address"], row)
    return list(rows.values())


def as_score(value: float) -> str:
    """Return a score as the vendor writes it."""
    return f"{max(0.0, min(value, 0.999)):.3f}"


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
        "score": as_score(line.score * 0.95),
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
