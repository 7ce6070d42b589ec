"""What the summary calls a service, by its X12 code (contract section 6.1)."""

from __future__ import annotations

import re
from functools import cache

from sandbox.candid import service_types

# The vendor's keys follow the X12 names, but for these.
_OTHER_WORDS = {
    "86": "emergency_room",
    "98": "office_visit",
    "A2": "professional_physician_visit_skilled_nursing",
    "AL": "vision",
    "AN": "routine_exam_use_for_routine_vision_exam_only",
}
# The whole plan is the coverage summary; "hospital" has no key.
_UNNAMED = (service_types.PLAN, "47")


@cache
def keys() -> dict[str, str]:
    """Return service type code to key of the summary, for every service that has one."""
    named = {code: _plain(name) for code, name in service_types.names().items() if code not in _UNNAMED}
    return named | _OTHER_WORDS


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")
