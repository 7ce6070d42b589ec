"""Payment batches for machines: create from JSON, add, submit, read. Approval and release need a person at a page."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view, parser_classes
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response

from clinic.access import clinic_api
from clinic.models import Role
from core.api import PageOf, Problem
from core.models import EditedMeanwhile
from payments import access
from payments.models import PaymentAccount, PaymentBatch
from payments.reading import GivenPayments, Unreadable, read_payments
from payments.services import drafts, submitting
from payments.services.refusals import ChangedSinceSeen, HasErrors, NeedsReasons, NotAllowed, Refused
from payments.states import IllegalMove

MAKERS = (Role.BILLING, Role.ADMIN)
_MOST_FINDINGS = 200
_BATCH_FIELDS = (
    "code",
    "title",
    "account",
    "is_single",
    "status",
    "reason",
    "total",
    "count",
    "content_hash",
    "client_request_id",
    "vendor_batch_id",
    "version",
    "created_at",
    "submitted_at",
    "approved_at",
    "released_at",
)


class PaymentsParser(BaseParser):
    """The body as bytes: payments are read by our own reader, which tells the place of what is wrong."""

    media_type = "application/json"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        """Return the body."""
        return bytes(stream.read())


class FindingOut(serializers.Serializer[Any]):
    """What a rule says about a payment."""

    rule = serializers.CharField()
    level = serializers.ChoiceField(choices=["E", "W"])
    path = serializers.CharField()
    sentence = serializers.CharField()
    off_by = serializers.DecimalField(max_digits=14, decimal_places=2, allow_null=True)


class WarningOut(serializers.Serializer[Any]):
    """A warning that needs a written reason, by its rule."""

    rule = serializers.CharField()
    path = serializers.CharField()
    sentence = serializers.CharField()


class BatchOut(serializers.ModelSerializer[PaymentBatch]):
    """A batch: where it stands, its totals, its ids."""

    account = serializers.CharField(source="account.short_code")

    class Meta:
        model = PaymentBatch
        fields = _BATCH_FIELDS
        read_only_fields = fields


class BatchPage(serializers.Serializer[Any]):
    """A page of batches, newest first."""

    results = BatchOut(many=True)
    after = serializers.UUIDField(allow_null=True)


class BatchWithWarnings(BatchOut):
    """A batch with the warnings that need a reason at submission."""

    warnings = WarningOut(many=True, read_only=True)

    class Meta:
        model = PaymentBatch
        fields = (*_BATCH_FIELDS, "warnings")
        read_only_fields = fields


class SubmitIn(serializers.Serializer[Any]):
    """A written reason for each rule that warns: `{"reasons": {"V21": "…"}}`."""

    reasons = serializers.DictField(child=serializers.CharField(max_length=300), required=False, default=dict)


_BODY: dict[str, Any] = {
    "application/json": {
        "type": "object",
        "description": "The vendor's JSON: `payments`, or `payment` for a single one; `accountShortCode` names the "
        "account, `totalAmount` and `numberOfPayments` are control totals.",
    }
}
_REFUSED = OpenApiResponse(description="Rules are broken: `findings` lists what, where and by how much it is off.")


@extend_schema(
    methods=["GET"], operation_id="payment_batch_list", parameters=[PageOf], responses=BatchPage, tags=["payments"]
)
@extend_schema(
    methods=["POST"],
    operation_id="payment_batch_create",
    request=_BODY,
    responses={201: BatchWithWarnings, 422: _REFUSED},
    tags=["payments"],
)
@clinic_api(*MAKERS)
@api_view(["GET", "POST"])
@parser_classes([PaymentsParser])
def batches(request: Request) -> Response:
    """List the clinic's batches, or make a draft of payments."""
    if request.method == "GET":
        page, after = PageOf.of(request, access.batches_for(request.clinic))  # type: ignore[attr-defined]
        return Response({"results": BatchOut(page, many=True).data, "after": after})
    given = _read(request)
    account = _account(request, given)
    batch = _do(
        lambda: drafts.create_batch(
            clinic=request.clinic,  # type: ignore[attr-defined]
            account=account,
            given=given,
            by=request.user,  # type: ignore[arg-type]
            now=timezone.now(),
            title=request.query_params.get("title", ""),
        )
    )
    return Response(BatchWithWarnings(_loaded(request, batch.code)).data, status=201)


@extend_schema(operation_id="payment_batch_read", responses=BatchWithWarnings, tags=["payments"])
@clinic_api(*MAKERS)
@api_view(["GET"])
def batch(request: Request, code: UUID) -> Response:
    """Return a batch."""
    return Response(BatchWithWarnings(_loaded(request, code)).data)


@extend_schema(
    operation_id="payment_batch_add",
    request=_BODY,
    responses={200: BatchWithWarnings, 422: _REFUSED},
    tags=["payments"],
)
@clinic_api(*MAKERS)
@api_view(["POST"])
@parser_classes([PaymentsParser])
def add(request: Request, code: UUID) -> Response:
    """Add payments to a draft."""
    found, given = _loaded(request, code), _read(request)
    _do(lambda: drafts.add_payments(batch=found, given=given, by=request.user, now=timezone.now()))  # type: ignore[arg-type]
    return Response(BatchWithWarnings(_loaded(request, code)).data)


@extend_schema(
    operation_id="payment_batch_submit",
    request=SubmitIn,
    responses={200: BatchWithWarnings, 422: _REFUSED},
    tags=["payments"],
)
@clinic_api(*MAKERS)
@api_view(["POST"])
def submit(request: Request, code: UUID) -> Response:
    """Freeze a draft and hand it to the people who approve."""
    found = _loaded(request, code)
    wanted = SubmitIn(data=request.data or {})
    wanted.is_valid(raise_exception=True)
    reasons = wanted.validated_data["reasons"]
    _do(lambda: submitting.submit(batch=found, reasons=reasons, by=request.user, now=timezone.now()))  # type: ignore[arg-type]
    return Response(BatchWithWarnings(_loaded(request, code)).data)


def _loaded(request: Request, code: UUID) -> PaymentBatch:
    return access.get_batch(request.clinic, code)  # type: ignore[attr-defined]


def _read(request: Request) -> GivenPayments:
    body = request.data
    try:
        return read_payments(body if isinstance(body, bytes) else b"")
    except Unreadable as unreadable:
        raise Problem(400, "The payments cannot be read", unreadable.sentence, path=unreadable.path) from None


def _account(request: Request, given: GivenPayments) -> PaymentAccount:
    """Return the account that the body names, or the only one there is."""
    rows = access.accounts_for(request.clinic)  # type: ignore[attr-defined]
    if given.account_short_code:
        rows = rows.filter(short_code=given.account_short_code)
    if given.sub_account_short_code:
        rows = rows.filter(sub_account_short_code=given.sub_account_short_code)
    found = list(rows[:2])
    if len(found) != 1:
        detail = "Name one of this organization's accounts by accountShortCode and subAccountShortCode."
        raise Problem(422, "Which account pays is not clear", detail)
    return found[0]


def _do(action: Any) -> Any:
    """Do it, and turn the reason for a refusal into a problem document."""
    try:
        return action()
    except HasErrors as refused:
        findings = FindingOut(refused.findings[:_MOST_FINDINGS], many=True).data
        raise Problem(
            422, "Rules are broken", refused.sentence, findings=findings, finding_count=len(refused.findings)
        ) from None
    except NeedsReasons as refused:
        raise Problem(422, "Reasons are missing", refused.sentence, rules=refused.rules) from None
    except NotAllowed as refused:
        raise Problem(403, "Not allowed", refused.sentence) from None
    except (ChangedSinceSeen, EditedMeanwhile, IllegalMove):
        raise Problem(409, "Changed meanwhile", "Someone else changed the batch. Read it again.") from None
    except Refused as refused:
        raise Problem(409, "Not now", refused.sentence) from None
