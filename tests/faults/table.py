"""What the app must come to when a vendor fails: the one place that says it, for the tests and for people.

The tests of each vendor play every failure of `plays.PLAYS` on every route here, and every lasting one of LASTING.
docs/when_vendors_fail.md holds the same tables; `python -m tests.faults.table` prints them.
"""

from __future__ import annotations

import enum
import sys
from dataclasses import dataclass

from eligibility.vendors.candid.client import DEADLINE as CANDID
from eligibility.vendors.candid.client import SEARCH_DEADLINE
from eligibility.vendors.spry.client import DEADLINE as SPRY
from intake.vendors.cardscan import DEADLINE as CARDSCAN
from intake.vendors.cardscan import UPLOAD_DEADLINE
from payments.vendors.optum.client import READ_SECONDS as READ
from payments.vendors.optum.client import SECONDS as OPTUM
from tests.faults.plays import PLAYS, Group, Play, play


class End(enum.Enum):
    """What becomes of it, in the words of the page."""

    AT_ONCE = "done"
    AGAIN = "tried again by itself"
    FOUND = "looked up, found; not sent again"
    SENT_AGAIN = "looked up, not there; sent again by itself"
    PERSON = "looked up twice, not done; an admin sends it again"
    KNOWN_HERE = "the payers known here are shown"


@dataclass(frozen=True)
class Route:
    """One call to a vendor: the clinic is `doing` something, and its pages say something `meanwhile`.

    Args:
        name: the sandbox's. scene: what it is called here, where one call does two things.
        deadline: seconds after which the call is given up.
    """

    vendor: str
    name: str
    deadline: float
    doing: str
    meanwhile: str
    ends: dict[Group, End]
    scene: str

    def __str__(self) -> str:
        return self.scene

    @property
    def plays(self) -> list[Play]:
        """Return what is played on it. Where nothing is done, a silence after it is the silence before it."""
        asks = self.ends[Group.UNDONE] is self.ends[Group.DONE]
        return [one for one in PLAYS if not (asks and one.kind == "black_hole_after")]


@dataclass(frozen=True)
class Case:
    """One failure on one route, and what it must come to."""

    route: Route
    play: Play

    @property
    def end(self) -> End:
        """Return what it must come to."""
        return self.route.ends[self.play.group]

    def __str__(self) -> str:
        return f"{self.route}-{self.play}"


_WITHOUT_LATE = (Group.NO_CONNECTION, Group.UNDONE, Group.DONE, Group.WAIT)


def _ends(unsent: End, undone: End, done: End, wait: End) -> dict[Group, End]:
    """Return what the four kinds of trouble come to. A slow answer that is right is an answer."""
    return {Group.LATE: End.AT_ONCE, **dict(zip(_WITHOUT_LATE, (unsent, undone, done, wait), strict=True))}


_QUESTION = _ends(*[End.AGAIN] * 4)
_LIST = _ends(*[End.KNOWN_HERE] * 4)
# What the vendor refuses to do twice, or what may be sent again once it is proven that it was not done.
_EFFECT = _ends(End.AGAIN, End.SENT_AGAIN, End.FOUND, End.AGAIN)
_START = _ends(End.AGAIN, End.SENT_AGAIN, End.FOUND, End.SENT_AGAIN)
_ORDER = _ends(End.AGAIN, End.PERSON, End.FOUND, End.PERSON)

TOKEN = 20  # seconds, Candid's token
_CARD = "“CardScan does not answer.” and the next try; the card can be typed in"
_CHECK = "“… cannot answer right now. We ask again at …”"
_CALL = "“SPRY could not take it; we try again at …”, or “we look for it at SPRY”"
_BATCH = "“We try again at …”, or “Unclear, being looked up”"


def _route(
    vendor: str, name: str, deadline: float, doing: str, meanwhile: str, ends: dict[Group, End], scene: str = ""
) -> Route:
    return Route(vendor, name, deadline, doing, meanwhile, ends, scene or name)


ROUTES = (
    _route("cardscan", "create", CARDSCAN, "Opening a card", _CARD, _QUESTION),
    _route("cardscan", "direct_upload", UPLOAD_DEADLINE, "Sending a photo", _CARD, _QUESTION),
    _route("cardscan", "upload_url", CARDSCAN, "Asking where a photo goes", _CARD, _QUESTION),
    _route("cardscan", "upload", UPLOAD_DEADLINE, "Sending it there", _CARD, _QUESTION),
    _route("cardscan", "get", CARDSCAN, "Fetching what was read", _CARD, _QUESTION),
    _route("cardscan", "delete", CARDSCAN, "Deleting a card there", "nothing: here it is deleted at once", _QUESTION),
    _route("candid", "token", TOKEN, "Signing in", _CHECK, _QUESTION),
    _route("candid", "check", CANDID, "Asking a payer", _CHECK, _QUESTION),
    _route(
        "candid",
        "payer_search",
        SEARCH_DEADLINE,
        "Searching for a payer",
        "“The payer directory does not answer.”",
        _LIST,
    ),
    _route("spry", "token", SPRY, "Signing in", _CALL, _QUESTION),
    _route("spry", "capture", SPRY, "Sending a phone call", _CALL, _EFFECT),
    _route("spry", "search", SPRY, "Looking for a phone call", _CALL, _QUESTION),
    _route("payments", "create", OPTUM, "Creating a batch", _BATCH, _EFFECT),
    _route("payments", "add", OPTUM, "Adding payments to it", _BATCH, _EFFECT),
    _route("payments", "start", OPTUM, "Starting it, so that it is held", _BATCH, _START),
    _route("payments", "single", OPTUM, "Creating a single payment that is held", _BATCH, _EFFECT),
    _route("payments", "release", OPTUM, "Releasing a batch", _BATCH, _ORDER),
    _route("payments", "release_single", OPTUM, "Releasing a single payment", _BATCH, _ORDER),
    _route("payments", "start", OPTUM, "Releasing a batch where nothing is held", _BATCH, _ORDER, "start_pays"),
    _route(
        "payments", "single", OPTUM, "Releasing a single payment where nothing is held", _BATCH, _EFFECT, "single_pays"
    ),
    _route("payments", "cancel", OPTUM, "Cancelling a batch", _BATCH, _ORDER),
    _route("payments", "batch", READ, "Reading a batch before its release", _BATCH, _QUESTION),
    _route("payments", "batches", READ, "Looking for a batch", _BATCH, _QUESTION),
    _route("payments", "batch_details", READ, "Following what was released", "“The vendor is paying.”", _QUESTION),
)
VENDORS = {
    "cardscan": "CardScan, which reads cards",
    "candid": "Candid, which asks payers",
    "spry": "SPRY, which keeps phone calls",
    "payments": "Optum, which pays claims",
}


def cases(vendor: str, *scenes: str) -> list[Case]:
    """Return every failure on every route of a vendor, or on some of them."""
    found = [route for route in ROUTES if route.vendor == vendor and (not scenes or route.scene in scenes)]
    return [Case(route, one) for route in found for one in route.plays]


@dataclass(frozen=True)
class Lasting:
    """A failure that does not end: what the app comes to, the sentence it says, and what a person does then."""

    vendor: str
    scene: str
    plays: tuple[str, ...]
    state: str
    sentence: str
    by_hand: str

    def __str__(self) -> str:
        return self.scene

    @property
    def route(self) -> Route:
        """Return the route that fails."""
        return next(route for route in ROUTES if (route.vendor, route.scene) == (self.vendor, self.scene))


_SILENT = ("refused", "500_before", "429_huge", "502_html")
_TAKE_AGAIN = "Take the photos again, or type the card in"
_ADMIN = "An admin presses “Send again”"

LASTING = (
    Lasting("cardscan", "create", _SILENT, "FAILED", "CardScan did not answer. Your photos are saved.", _TAKE_AGAIN),
    Lasting(
        "cardscan", "get", ("wrong_types",), "FAILED", "CardScan did not answer. Your photos are saved.", _TAKE_AGAIN
    ),
    Lasting(
        "candid",
        "check",
        _SILENT,
        "DONE",
        "could not be reached and we stopped asking.",
        "Call, or press “Check again”",
    ),
    Lasting(
        "spry",
        "capture",
        ("refused",),
        "SAVED_HERE",
        "SPRY could not be reached. Nothing was saved there.",
        "Press “Send to SPRY”",
    ),
    Lasting(
        "spry",
        "capture",
        ("429_huge",),
        "SAVED_HERE",
        "SPRY asks us to wait. Nothing was saved there.",
        "Press “Send to SPRY”",
    ),
    Lasting(
        "spry",
        "capture",
        ("500_before",),
        "SAVED_HERE",
        "SPRY did not keep it, though it was sent three times.",
        "Press “Send to SPRY”",
    ),
    Lasting(
        "spry",
        "search",
        _SILENT,
        "UNCLEAR",
        "SPRY could not be searched for hours.",
        "An admin looks at SPRY, or has it looked for again",
    ),
    Lasting(
        "payments",
        "create",
        ("refused", "429_huge"),
        "NEEDS_REVIEW",
        "Nothing was sent. Try again when the vendor can be reached.",
        _ADMIN,
    ),
    Lasting(
        "payments",
        "create",
        ("500_before",),
        "NEEDS_REVIEW",
        "It was the second unclear end.",
        "Press “Ask the vendor” twice; an admin sends it again",
    ),
    Lasting(
        "payments",
        "release",
        ("refused",),
        "HELD",
        "Nothing was released. Release it again when the vendor can be reached.",
        "An admin releases it again",
    ),
    Lasting(
        "payments",
        "batches",
        ("500_before", "429_huge"),
        "NEEDS_REVIEW",
        "So nobody knows how it stands.",
        "Press “Ask the vendor”",
    ),
)


def lasting(vendor: str) -> list[tuple[Lasting, Play]]:
    """Return the lasting failures of a vendor."""
    return [(row, play(name)) for row in LASTING if row.vendor == vendor for name in row.plays]


# ---- the page -------------------------------------------------------------------------------------------------------


def tables() -> str:
    """Return the tables of docs/when_vendors_fail.md."""
    return "\n\n".join(f"## {title}\n\n{_passing(vendor)}\n\n{_lasting(vendor)}" for vendor, title in VENDORS.items())


def _passing(vendor: str) -> str:
    head = ["While", *(group.value for group in _WITHOUT_LATE), "Meanwhile the page says"]
    rows = [
        [route.doing, *(route.ends[group].value for group in _WITHOUT_LATE), route.meanwhile]
        for route in ROUTES
        if route.vendor == vendor
    ]
    return _table([head, *rows])


_LASTS = {
    "refused": "it cannot be reached",
    "500_before": "it fails",
    "429_huge": "it asks us to wait",
    "502_html": "its gateway fails",
    "wrong_types": "its answers are odd",
}


def _lasting(vendor: str) -> str:
    rows = [
        [row.route.doing, ", ".join(_LASTS[name] for name in row.plays), f"“{row.sentence}”", row.by_hand]
        for row in LASTING
        if row.vendor == vendor
    ]
    return _table([["While", "Again and again", "In the end the page says", "What to do"], *rows])


def _table(rows: list[list[str]]) -> str:
    lines = [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join([lines[0], f"|{'---|' * len(rows[0])}", *lines[1:]])


if __name__ == "__main__":
    sys.stdout.write(tables() + "\n")
