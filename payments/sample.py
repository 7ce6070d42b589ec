"""The sample file: three made-up payments that balance, with today's dates and keys that nobody has used yet."""

from __future__ import annotations

import secrets
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import simplejson

_FILE = Path(__file__).parent / "sample.json"
# The file's own days; everything in it is moved by the same number of days.
_WRITTEN_FOR = date(2026, 11, 20)


def sample_payments(today: date) -> bytes:
    """Return the sample as JSON that the rules pass on that day; each call has keys of its own."""
    document = simplejson.loads(_FILE.read_bytes(), use_decimal=True)
    mark = secrets.token_hex(3).upper()
    fresh = _moved(document, today - _WRITTEN_FOR)
    for payment in fresh["payments"]:
        details = payment["paymentDetails"]
        details["issuerReferenceId"] = f"{details['issuerReferenceId']}-{mark}"
        details["issuerPaymentId"] = secrets.token_hex(16)
        for block in payment["claimLevelInformation"]:
            for claim in block["claimLoop"]:
                claim["claimPaymentInformation"]["payerClaimControlNumber"] += f"-{mark}"
    text: str = simplejson.dumps(fresh, use_decimal=True, indent=2)
    return text.encode()


def _moved(value: Any, by: timedelta) -> Any:
    """Return the document with every day in it moved, but for the end of a year, which stays one."""
    if isinstance(value, dict):
        return {name: _moved(item, by) for name, item in value.items()}
    if isinstance(value, list):
        return [_moved(item, by) for item in value]
    if not isinstance(value, str) or len(value) != len("2026-11-20") or value.count("-") != 2:
        return value
    day = date.fromisoformat(value)
    return (date(day.year, 12, 31) if (day.month, day.day) == (12, 31) else day + by).isoformat()
