"""Parts of a US address that can be checked: the postal codes of states, and ZIP codes."""

from __future__ import annotations

import re

# The postal service's codes: states, the District of Columbia, territories, and military mail.
_USPS = (
    "AL AK AZ AR CA CO CT DE DC FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK OR "
    "PA RI SC SD TN TX UT VT VA WA WV WI WY AS GU MP PR VI AA AE AP"
)
STATES = tuple(_USPS.split())
BAD_STATE = "Write the state as two letters, such as IL."
BAD_ZIP = "Write five digits, or nine as 60601-1234."
_ZIP = re.compile(r"(\d{5})(?:-?(\d{4}))?", re.ASCII)


def state_of(text: str) -> str | None:
    """Return the code of a state typed in any case, "" for nothing, None when it is no state."""
    code = text.strip().upper()
    return code if code in ("", *STATES) else None


def zip_of(text: str) -> str | None:
    """Return a ZIP code as 60601 or 60601-1234, "" for nothing, None when it is none."""
    if not (typed := text.strip()):
        return ""
    match = _ZIP.fullmatch(typed)
    return "-".join(part for part in match.groups() if part) if match else None


def one_line(street: str, city: str, state: str, postal_code: str) -> str:
    """Return what there is of an address on one line: "12 Oak Street, Springfield, IL 62701"."""
    parts = (street, city, f"{state} {postal_code}")
    return ", ".join(filter(None, (part.strip() for part in parts)))


def one_address(street: str, second: str, city: str, state: str, postal_code: str) -> str:
    """Return what there is of an address of two street lines on one line."""
    return one_line(", ".join(part.strip() for part in (street, second) if part.strip()), city, state, postal_code)
