"""What the service answers when it is asked, and the faults that make it answer something else.

The members of batch and payment are the service's own; how lists and details are wrapped, and the query parameters,
are our guess. Source: docs/vendors/optum.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.payments import guards, records
from sandbox.payments.checks import CENT
from sandbox.payments.events import FUNDING_TYPE
from sandbox.payments.plans import Desk
from sandbox.payments.problems import Problem
from sandbox.payments.rules import status_of

Json = dict[str, Any]
Query = Mapping[str, str]

BATCH_MEMBERS = (
    "batchId",
    "clientRequestId",
    "fundingRequestId",
    "batchStatus",
    "expectedBatchTotal",
    "expectedNumberOfPayments",
    "currentBatchTotal",
    "currentNumberOfPayments",
    "batchCreatedDate",
)


@dataclass(frozen=True)
class Lens:
    """How this read sees batches: as they are, or as the faults set for it show them."""

    desk: Desk
    stale: Json | None
    a_cent_off: bool
    unknown_status: Json | None

    def look(self, batch: Json) -> Json | None:
        """Return the batch as it is seen; None if it did not exist yet, from here."""
        seen: Json | None = dict(batch)
        if self.stale is not None:
            seen = records.earlier(self.desk.store, batch, self.desk.now, self.stale.get("seconds"))
        if seen and self.a_cent_off:
            seen["currentBatchTotal"] += CENT
        return seen

    def show(self, seen: Json) -> Json:
        """Return what is told of a batch."""
        account = self.desk.account
        told = {name: seen[name] for name in BATCH_MEMBERS}
        told |= {"tenantId": account.id_of("tenant"), "accountId": account.id_of("account")}
        told |= {"subAccountId": account.id_of("subaccount"), "fundingType": FUNDING_TYPE}
        if self.unknown_status is not None:
            told["batchStatus"] = self.unknown_status.get("word", "Reviewing")
        return told


def batch(desk: Desk, query: Query, batch_id: str) -> Json:
    """Return a batch with what it promised and what it holds."""
    lens = _lens(desk)
    return lens.show(_seen(lens, guards.must_find(desk, batch_id)))


def batch_details(desk: Desk, query: Query, batch_id: str) -> Json:
    """Return a batch and its payments, in the order they were added."""
    lens = _lens(desk)
    kept = guards.must_find(desk, batch_id)
    seen = _seen(lens, kept)
    payments = records.payments_of(desk.store, batch_id)
    if lens.stale is not None:  # what was added later cannot be seen yet
        payments = payments[: seen["currentNumberOfPayments"]]
    return lens.show(seen) | {"payments": [_show_payment(desk, seen, payment) for payment in payments]}


def batches(desk: Desk, query: Query) -> Json:
    """Return the account's batches, oldest first.

    The query may have `clientRequestId`, `batchStatus`, and for paging `pageNumber` (from 1) with `pageSize`.
    """
    lens = _lens(desk)
    seen = [look for kept in _chosen(desk, query) if (look := lens.look(kept))]
    told = [lens.show(look) for look in seen]
    if "batchStatus" in query:
        told = [look for look in told if look["batchStatus"] == query["batchStatus"]]
    return {"totalCount": len(told), "batches": _page(told, query)}


def payment(desk: Desk, query: Query, payment_id: str) -> Json:
    """Return a payment with its status."""
    kept, found = guards.must_find_payment(desk, payment_id)
    return _show_payment(desk, _seen(_lens(desk), kept), found)


def payment_details(desk: Desk, query: Query, payment_id: str) -> Json:
    """Return a payment with its status and the details it was sent with; nothing about claims is kept."""
    kept, found = guards.must_find_payment(desk, payment_id)
    told = _show_payment(desk, _seen(_lens(desk), kept), found)
    return told | {name: found[name] for name in ("issuerPaymentId", "paymentDetails", "totalNumberClaims")}


def _lens(desk: Desk) -> Lens:
    return Lens(
        desk=desk,
        stale=desk.fault("stale_reads"),
        a_cent_off=desk.fault("off_by_one_cent") is not None,
        unknown_status=desk.fault("unknown_status"),
    )


def _seen(lens: Lens, kept: Json) -> Json:
    seen = lens.look(kept)
    if seen is None:
        raise Problem(404, "The payment batch cannot be found.")
    return seen


def _chosen(desk: Desk, query: Query) -> list[Json]:
    if "clientRequestId" not in query:
        return records.all_batches(desk.store, desk.account.code)
    batch_id = records.batch_of_request(desk.store, desk.account.code, query["clientRequestId"])
    return [guards.must_find(desk, batch_id)] if batch_id else []


def _page(told: list[Json], query: Query) -> list[Json]:
    try:
        size, number = int(query.get("pageSize", "0")), int(query.get("pageNumber", "1"))
    except ValueError:
        raise Problem(400, "pageSize and pageNumber are whole numbers.") from None
    if size <= 0:
        return told
    return told[max(0, number - 1) * size :][:size]


def _show_payment(desk: Desk, seen: Json, payment: Json) -> Json:
    return {
        "paymentId": payment["paymentId"],
        "tenantId": desk.account.id_of("tenant"),
        "batchId": payment["batchId"],
        "issuerReferenceId": payment["issuerReferenceId"],
        "amount": payment["amount"],
        "status": status_of(seen, payment),
        "version": payment["version"],
    }
