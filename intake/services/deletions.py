"""The proof of what was deleted: written with the deletion, confirmed by the vendor, and looked at again afterwards."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.core.files.storage import default_storage
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery

from clinic.models import Clinic, User
from core import commands
from core.models import Command
from core.sealed import CannotOpen, fingerprint

from ..models import CardImage, CardScan, Deletion, DeletionStep

VERIFY = "intake.deletion.verify"
# A file goes after the transaction that names its deletion, and the vendor takes a moment.
SETTLED = timedelta(minutes=10)
AT_ONCE = 500
What, Outcome = Deletion.What, DeletionStep.Outcome


def proof_of(jpeg: bytes) -> str:
    """Return the keyed fingerprint of a photo's content, by which a copy can be told to be this photo."""
    return fingerprint(hashlib.sha256(jpeg).hexdigest(), "card photo")


def files_of(images: Iterable[CardImage]) -> list[dict[str, str]]:
    """Return name and fingerprint of photos that are about to be deleted; "" for one whose file cannot be read."""
    return [
        {"file": str(image.file.name), "fingerprint": image.proof or proof_in(str(image.file.name))} for image in images
    ]


def proof_in(name: str) -> str:
    """Return the fingerprint of a photo that is kept under a name, "" when it cannot be read."""
    try:
        with default_storage.open(name) as file:
            return proof_of(file.read())
    except (OSError, CannotOpen):
        return ""


def prove(
    what: Deletion.What,
    *,
    clinic: Clinic,
    by: User | None,
    now: datetime,
    card: CardScan | None = None,
    vendor_card_id: str = "",
    files: list[dict[str, str]] | None = None,
    rule_months: int | None = None,
) -> Deletion | None:
    """Append the proof of a deletion, in its transaction; None when there was nothing to delete."""
    if not files and not vendor_card_id:
        return None
    return Deletion.objects.create(
        clinic=clinic,
        what=what,
        card_code=card.code if card else None,
        vendor_card_id=vendor_card_id,
        files=files or [],
        by=by,
        rule_months=rule_months,
        at=now,
    )


def deleted_at_vendor(vendor_card_id: str, *, now: datetime) -> None:
    """Append that the vendor has deleted a card, to every proof that waits for it."""
    for deletion in unconfirmed().filter(vendor_card_id=vendor_card_id):
        DeletionStep.objects.create(deletion=deletion, outcome=Outcome.VENDOR_DELETED, at=now)


def unconfirmed() -> QuerySet[Deletion]:
    """Return the deletions of cards that the vendor has, or had, and has not said to have deleted."""
    told = DeletionStep.objects.filter(deletion=OuterRef("pk"), outcome=Outcome.VENDOR_DELETED)
    return Deletion.objects.exclude(vendor_card_id="").exclude(Exists(told))


def unverified(*, now: datetime) -> QuerySet[Deletion]:
    """Return the deletions that nobody has found gone yet, as far as they can be looked at."""
    steps = DeletionStep.objects.filter(deletion=OuterRef("pk"))
    seen_here = Exists(steps.filter(outcome=Outcome.GONE_HERE))
    there, seen_there = (
        Exists(steps.filter(outcome=Outcome.VENDOR_DELETED)),
        Exists(steps.filter(outcome=Outcome.GONE_THERE)),
    )
    open_here = ~seen_here & ~Q(what=What.STRAY)
    open_there = there & ~seen_there
    return Deletion.objects.filter(at__lt=now - SETTLED).filter(open_here | open_there)


def begin_verifying(*, now: datetime, clinic: Clinic | None = None, by: User | None = None) -> int:
    """Have the storage and the vendor asked whether what was deleted is gone; return how many are looked at.

    What was never looked at comes first, then what was looked at longest ago, so what stays there keeps no other away.
    """
    found = unverified(now=now).exclude(Command.open_of(VERIFY))
    looked = DeletionStep.objects.filter(deletion=OuterRef("pk")).order_by("-pk").values("pk")[:1]
    wanted = (found.filter(clinic=clinic) if clinic else found).annotate(looked=Subquery(looked))
    asked = list(wanted.order_by(F("looked").asc(nulls_first=True), "pk").select_related("clinic")[:AT_ONCE])
    begun = [commands.create_unless_open(VERIFY, deletion, clinic=deletion.clinic, by=by) for deletion in asked]
    return sum(command is not None for command in begun)


def keep_look(deletion: Deletion, *, is_gone_here: bool | None, is_gone_there: bool | None, now: datetime) -> None:
    """Append what a look has found; None where nobody looked."""
    looks = (
        (is_gone_here, Outcome.GONE_HERE, Outcome.STILL_HERE),
        (is_gone_there, Outcome.GONE_THERE, Outcome.STILL_THERE),
    )
    for is_gone, gone, still in looks:
        if is_gone is not None:
            DeletionStep.objects.create(deletion=deletion, outcome=gone if is_gone else still, at=now)


@dataclass(frozen=True)
class Proof:
    """A deletion as its list shows it."""

    deletion: Deletion
    vendor_at: datetime | None = None
    looked_at: datetime | None = None
    here: str = ""
    there: str = ""
    fingerprints: list[str] = field(default_factory=list)

    @property
    def who(self) -> str:
        """Return the person, or the rule, that deleted."""
        if self.deletion.rule_months:
            return f"Rule: after {self.deletion.rule_months} months"
        return self.deletion.by.name if self.deletion.by else "The system"

    @property
    def waits_for_vendor(self) -> bool:
        """Return whether CardScan has not said yet that it has deleted its copy."""
        return bool(self.deletion.vendor_card_id) and self.vendor_at is None

    @property
    def is_found_again(self) -> bool:
        """Return whether the newest look found something that should be gone."""
        return self.here == Outcome.STILL_HERE or self.there == Outcome.STILL_THERE


def proof_shown(deletion: Deletion) -> Proof:
    """Return a deletion with what became of it; its steps are loaded."""
    vendor_at, looked_at, here, there = None, None, "", ""
    for step in deletion.steps.all():
        if step.outcome == Outcome.VENDOR_DELETED:
            vendor_at = step.at
            continue
        looked_at = step.at
        if step.outcome in (Outcome.GONE_HERE, Outcome.STILL_HERE):
            here = step.outcome
        else:
            there = step.outcome
    prints = [entry["fingerprint"] for entry in deletion.files]
    return Proof(deletion, vendor_at, looked_at, here, there, prints)


def deletions_of(clinic: Clinic) -> QuerySet[Deletion]:
    """Return a clinic's deletions, the newest first, with all that their list shows."""
    return Deletion.objects.filter(clinic=clinic).select_related("by", "clinic").prefetch_related("steps")
