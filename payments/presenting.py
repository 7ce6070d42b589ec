"""What the pages show of a batch: its life line, what holds it up, the checker's figures, and places in words."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Count, Min, QuerySet, Sum
from django.urls import reverse

from core.commands import open_for
from core.models import Command
from core.money import show
from payments.models import Payment, PaymentBatch, PaymentChunk, Transition
from payments.offering import ordered
from payments.proof import Totals
from payments.rules import Finding
from payments.services.frozen import approvals_needed, is_approved, live_approvals
from payments.services.orders import is_stalled
from payments.services.people import checkers_of
from payments.services.sending import ADD, LOOK, ORDERS, last_order, loaded, open_order
from payments.states import BatchStatus

S = BatchStatus
_TOP_PAYEES = 8
# Status -> how far the line is drawn: draft 0, submitted 1, approved 2, held (or loaded) 3, released 4, reconciled 5.
_PLACES = {
    S.DRAFT: 0,
    S.SUBMITTED: 1,
    S.APPROVED: 2,
    S.CREATING: 2,
    S.LOADING: 2,
    S.LOADED: 2,
    S.STARTING: 2,
    S.HELD: 3,
    S.RELEASING: 3,
    S.RELEASED: 4,
    S.RECONCILED: 5,
    S.CANCELLING: 3,
}
# Status -> the state of the design system and the word for it.
STATE_WORDS = {
    S.DRAFT: ("none", "Draft"),
    S.SUBMITTED: ("needs-you", "Waits for approval"),
    S.APPROVED: ("waiting", "Approved"),
    S.CREATING: ("waiting", "Being created"),
    S.LOADING: ("waiting", "Loading"),
    S.LOADED: ("waiting", "Loaded"),
    S.STARTING: ("waiting", "Starting"),
    S.HELD: ("needs-you", "Held, waits for release"),
    S.RELEASING: ("waiting", "Being released"),
    S.RELEASED: ("done", "Released"),
    S.RECONCILED: ("done", "Reconciled"),
    S.CANCELLING: ("waiting", "Being cancelled"),
    S.CANCELLED: ("none", "Cancelled"),
    S.REJECTED: ("blocked", "Rejected"),
    S.UNCLEAR: ("waiting", "Unclear, being looked up"),
    S.NEEDS_REVIEW: ("blocked", "Needs a person"),
}


@dataclass(frozen=True)
class Hold:
    """One thing that keeps a batch from going on, or that could go wrong."""

    kind: str  # info | warn | error
    title: str
    text: str
    url: str = ""
    action: str = ""


def state_of(batch: PaymentBatch, order: Command | None = None) -> dict[str, str]:
    """Return the state and the word for a batch; `order` is its open order, if any."""
    if words := ordered(batch, order):
        return {"state": "waiting", "label": f"{words}, on its way"}
    state, label = STATE_WORDS[BatchStatus(batch.status)]
    if batch.status == S.LOADED and not batch.holds:
        return {"state": "needs-you", "label": "Loaded, waits for release"}
    return {"state": state, "label": label}


def with_states(batches: Iterable[PaymentBatch]) -> list[dict[str, Any]]:
    """Return each batch of a list with its state; one query for their orders, whatever their number."""
    rows = list(batches)
    kinds = [kind for kind in ORDERS if kind != ADD]
    found = Command.objects.filter(kind__in=kinds, status__in=Command.OPEN, target_pk__in=[row.pk for row in rows])
    orders = {order.target_pk: order for order in found}
    return [{"batch": row, "state": state_of(row, orders.get(row.pk))} for row in rows]


def life_line(batch: PaymentBatch) -> list[dict[str, Any]]:
    """Return the steps of the whole life with who and when."""
    rest = "Held" if batch.holds else "Loaded"
    rested = batch.transitions.filter(new__in=[S.HELD, S.LOADED]).order_by("-pk").values_list("at", flat=True).first()
    ended = batch.transitions.filter(new=S.RECONCILED).values_list("at", flat=True).first()
    people = [
        ("Draft", batch.created_by, batch.created_at),
        ("Submitted", batch.submitted_by, batch.submitted_at),
        ("Approved", batch.approved_by, batch.approved_at),
        (rest, None, rested),
        ("Released", batch.released_by, batch.released_at),
        ("Reconciled", None, ended),
    ]
    place, stopped = _place_of(batch)
    return [
        {
            "label": label,
            "state": _step_state(number, place, stopped),
            "who": who.name if who and number <= place else "",
            "when": when if number <= place else None,
        }
        for number, (label, who, when) in enumerate(people)
    ]


def _place_of(batch: PaymentBatch) -> tuple[int, bool]:
    """Return how far the batch came, and whether it stopped there."""
    status = BatchStatus(batch.status)
    if status in (S.UNCLEAR, S.NEEDS_REVIEW):
        return _PLACES.get(BatchStatus(batch.came_from or S.APPROVED), 2), status is S.NEEDS_REVIEW
    if status in (S.CANCELLED, S.REJECTED):
        last = batch.transitions.order_by("-pk").first()
        old = BatchStatus(last.old) if last else S.DRAFT
        return _PLACES.get(old, 2), True
    place = _PLACES[status]
    return (3 if status is S.LOADED and not batch.holds else place), False


def _step_state(number: int, place: int, stopped: bool) -> str:
    if number < place or (number == place == 5):
        return "done"
    if number > place:
        return "next"
    return "stopped" if stopped else "now"


# What a step into a status says in the history; "by …" follows.
_STEPS_TAKEN = {
    S.DRAFT: "Taken back to be changed",
    S.SUBMITTED: "Waits for approval",
    S.APPROVED: "Approved",
    S.CREATING: "Being created at the vendor",
    S.LOADING: "Payments are being loaded",
    S.LOADED: "Every payment is loaded",
    S.STARTING: "Being started, which pays nothing",
    S.HELD: "Held by the vendor",
    S.RELEASING: "The release goes to the vendor",
    S.RELEASED: "Released",
    S.RECONCILED: "Finished by the vendor",
    S.CANCELLING: "The cancellation goes to the vendor",
    S.CANCELLED: "Cancelled",
    S.REJECTED: "Rejected",
    S.UNCLEAR: "Unclear how it ended",
    S.NEEDS_REVIEW: "Left to a person",
}


def history(batch: PaymentBatch) -> list[dict[str, Any]]:
    """Return what happened to the batch, oldest first."""
    steps = []
    for step in batch.transitions.select_related("by"):
        words = _STEPS_TAKEN[BatchStatus(step.new)]
        if step.old == S.DRAFT and step.new == S.SUBMITTED:
            words = "Submitted"
        steps.append({"at": step.at, "words": words, "by": step.by, "reason": step.reason})
    return steps


def is_moving(batch: PaymentBatch) -> bool:
    """Whether the page should look again by itself: something is on its way, or is being looked up."""
    if batch.status in (S.RELEASED, S.RECONCILED):
        return False
    return open_order(batch) is not None or (batch.status != S.DRAFT and open_for(LOOK, batch) is not None)


def next_look(batch: PaymentBatch) -> datetime | None:
    """Return when a released batch is looked at the next time; None when nobody looks any more."""
    look = open_for(LOOK, batch) if batch.status == S.RELEASED else None
    return look.due_at if look else None


def progress(batch: PaymentBatch) -> dict[str, Any] | None:
    """Return how much of the batch is loaded, while it is being loaded."""
    if batch.status not in (S.LOADING, S.UNCLEAR, S.NEEDS_REVIEW) or batch.is_single:
        return None
    parts = batch.chunks.exclude(status=PaymentChunk.Status.SPLIT)
    total, confirmed = parts.count(), parts.filter(status=PaymentChunk.Status.CONFIRMED).count()
    if batch.status != S.LOADING and confirmed == total:
        return None
    sums = loaded(batch)
    label = f"{confirmed} of {total} parts are loaded: {sums.count:,} payments, {show(sums.amount)}."
    return {"part": confirmed, "parts": total, "label": label}


def holds(batch: PaymentBatch, now: datetime) -> list[Hold]:
    """Return by name what holds the batch up, or could go wrong on its way."""
    found: list[Hold] = []
    if batch.status in (S.RECONCILED, S.CANCELLED, S.REJECTED, S.RELEASED):
        return found
    if not settings.PAYMENTS_OUTBOUND_ENABLED:
        text = "PAYMENTS_OUTBOUND_ENABLED is 0: nothing is sent from this installation, whoever presses."
        found.append(Hold("error", "Sending is switched off", text))
    if batch.account.is_frozen:
        text = f"{batch.account.frozen_reason} Nothing leaves the account until an admin thaws it."
        found.append(Hold("error", "The account is frozen", text, reverse("account-list"), "See the accounts"))
    found += _approval_holds(batch, now)
    order = last_order(batch)
    if order is not None and order.status == Command.Status.CANCELLED and is_stalled(batch):
        found.append(Hold("warn", "What was to be sent was called off", order.reason))
    elif order is not None and order.status == Command.Status.CANCELLED and batch.status in (S.HELD, S.LOADED):
        found.append(Hold("warn", "The last order was not sent", order.reason))
    if batch.status == S.SUBMITTED and not batch.holds:
        text = "The vendor pays as soon as it is started. So nothing is started before someone presses release."
        found.append(Hold("info", "This account does not hold payments", text))
    return found


def _approval_holds(batch: PaymentBatch, now: datetime) -> list[Hold]:
    found = []
    if batch.status == S.SUBMITTED and checkers_of(batch) < approvals_needed(batch):
        text = "Everyone who could approve had a hand in making it. Ask for another admin on the clinic's page."
        found.append(Hold("error", "Nobody can approve this batch", text))
    if batch.status in (S.APPROVED, S.LOADING, S.LOADED, S.HELD) and not is_approved(batch, now):
        text = "It was withdrawn, or five days have passed. Someone who did not make the batch approves it anew."
        found.append(Hold("warn", "The approval does not count any more", text))
    if batch.status == S.SUBMITTED and approvals_needed(batch) > 1:
        given = ", ".join(approval.by.name for approval in live_approvals(batch, now)) or "nobody yet"
        text = f"More than ${settings.PAYMENTS_SECOND_APPROVAL_OVER:,.2f} takes two people. Approved by: {given}."
        found.append(Hold("info", "Two approvals are needed", text))
    return found


def checkers_figures(batch: PaymentBatch) -> dict[str, Any]:
    """Return what a checker looks at instead of the JSON: payees, new ones, the batch before.

    All of it is judged as of the batch's submission, so what somebody signed reads the same for ever.
    """
    since = batch.submitted_at or batch.created_at
    payees = _payees(batch, since)
    new = [payee for payee in payees if payee["is_new"]]
    released = _released_before(since).filter(batch__account=batch.account).order_by("-at", "-pk")
    step = released.select_related("batch").first()
    before = step.batch if step else None
    return {
        "since": since,
        "payees": payees[:_TOP_PAYEES],
        "payee_count": len(payees),
        "others": len(payees) - _TOP_PAYEES,
        "new_payees": new[:50],
        "new_count": len(new),
        "before": before,
        "less_than_before": bool(before and batch.total < before.total),
        "unlike_before": abs(batch.total - before.total) if before else None,
    }


def _released_before(moment: datetime) -> QuerySet[Transition]:
    """Return the releases until then. History is appended only, so later releases and settlements change nothing."""
    return Transition.objects.filter(new=S.RELEASED, at__lt=moment)


def _payees(batch: PaymentBatch, since: datetime) -> list[dict[str, Any]]:
    """Return who is paid, by tax id, the largest sum first, and whether any of it is paid for the first time."""
    groups = (
        batch.payments.values("payee_fingerprint")
        .annotate(amount=Sum("amount"), count=Count("pk"), name=Min("payee_name"))
        .order_by("-amount")
    )
    payees: list[dict[str, Any]] = [dict(group) for group in groups]
    paid = Payment.objects.filter(
        account__organization=batch.account.organization_id,
        batch__in=_released_before(since).values("batch"),
        payee_fingerprint__in=[payee["payee_fingerprint"] for payee in payees],
    )
    known = set(paid.values_list("payee_fingerprint", flat=True))
    for payee in payees:
        payee["is_new"] = payee["payee_fingerprint"] not in known
    return payees


def warnings_of(batch: PaymentBatch) -> list[dict[str, Any]]:
    """Return the batch's warnings by rule, with the reason given for each."""
    reasons = {row.rule: row for row in batch.warning_reasons.select_related("by")}
    groups: dict[str, dict[str, Any]] = {}
    for row in batch.warnings.select_related("payment"):
        group = groups.setdefault(row.rule, _warning_group(row.rule, reasons.get(row.rule)))
        group["count"] += 1
        if group["count"] <= 20:
            reference = row.payment.issuer_reference_id if row.payment else ""
            group["rows"].append({"sentence": row.sentence, "where": place(row.path), "reference": reference})
    return list(groups.values())


def _warning_group(rule: str, reason: Any) -> dict[str, Any]:
    return {"rule": rule, "field": f"reason_{rule}", "rows": [], "count": 0, "reason": reason}


def findings_by_payment(findings: list[Finding], references: list[str], most: int = 200) -> list[dict[str, Any]]:
    """Return findings grouped by payment in the order given, at most `most` of them in all, errors first in each."""
    groups: dict[str, dict[str, Any]] = {}
    for finding in findings[:most]:
        number = re.match(r"payments\[(\d+)\]", finding.path)
        title = "The file as a whole"
        if number:
            reference = references[int(number[1])] if int(number[1]) < len(references) else ""
            title = f"Payment {int(number[1]) + 1}" + (f", {reference}" if reference else "")
        group = groups.setdefault(title, {"title": title, "rows": []})
        group["rows"].append({"finding": finding, "where": place(finding.path)})
    for group in groups.values():
        group["rows"].sort(key=lambda row: not row["finding"].is_error)
    return list(groups.values())


_STEPS = {"loop2110": "line", "claimLoop": "claim", "adjustments": "adjustment", "involvedEntitiesInfo": "person"}
_SILENT = {"claimLevelInformation", "serviceAdjustment", "payments"}


def place(path: str) -> str:
    """Return a place in the JSON in words: `claim 2, line 1: lineItemChargeAmount`."""
    words, name = [], ""
    for part in path.split("."):
        match = re.fullmatch(r"(\w+)\[(\d+)\]", part)
        if match and match[1] in _STEPS:
            words.append(f"{_STEPS[match[1]]} {int(match[2]) + 1}")
        elif match and match[1] not in _SILENT:
            words.append(f"{match[1]} {int(match[2]) + 1}")
        elif not match:
            name = part
    where = ", ".join(words)
    return f"{where}: {name}" if where and name else where or name


def figures(batch: PaymentBatch) -> dict[str, Any]:
    """Return local figures beside the vendor's last ones, for a batch that nobody can be sure about."""
    look = batch.looks.first()
    ours, sent = Totals(batch.total, batch.count), loaded(batch)
    order = last_order(batch)
    return {"look": look, "ours": ours, "loaded": sent, "order": order, "looks": list(batch.looks.all()[:5])}
