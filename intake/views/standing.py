"""How the hand-offs of a card to phones stand, as the pages show it."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from ..models import CardScan
from ..services import handoff, vendor_link
from .codes import drawn


def standing_of(card: CardScan) -> dict[str, Any]:
    """Return how the newest hand-off of a card to a phone stands, as the page shows it."""
    link = handoff.newest(card)
    if link is None:
        standing = "none"
    elif link.is_live(timezone.now()):
        standing = "open" if link.opened_at else "waiting"
    else:
        standing = "done" if link.opened_at else "over"
    return {"card": card, "link": link, "standing": standing}


def vendor_standing(card: CardScan) -> dict[str, Any]:
    """Return how the newest link of a card to CardScan's page stands, as the page shows it."""
    link = vendor_link.newest(card)
    if link is None:
        standing = "none"
    elif not link.is_wanted:
        standing = "over" if link.problem else "ended"
    elif not link.address:
        standing = "asked"
    elif link.used_at:
        standing = "used"
    else:
        standing = "open" if link.is_open(timezone.now()) else "late"
    shows_code = standing in {"open", "used"}
    return {
        "card": card,
        "vendor_link": link,
        "vendor_standing": standing,
        "vendor_shown": f"{standing}-{link.pk if link else 0}",
        "vendor_picture": drawn(link.address) if link and shows_code else "",
    }
