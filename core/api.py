"""What every API endpoint shares: exact JSON, problem documents (RFC 9457), pages of rows."""

from typing import Any, ClassVar

import simplejson
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404
from rest_framework import exceptions, serializers
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from core import strict_json
from core.models import EditedMeanwhile

PAGE_SIZE, MOST = 50, 200


class Problem(exceptions.APIException):
    """A refusal as a problem document: a status, a short title, a sentence to act on, and extra members."""

    def __init__(self, status: int, title: str, detail: str = "", **extra: Any) -> None:
        super().__init__(detail or title)
        self.status_code, self.title, self.sentence, self.extra = status, title, detail, extra


def problem_details(error: Exception, context: dict[str, Any]) -> Response | None:
    """Turn an exception into `application/problem+json`; None lets Django answer 500 (and log it).

    An app's own exception may bring its document as `problem`.
    """
    headers = {}
    if (own := getattr(error, "problem", None)) is not None:
        document = own
    elif isinstance(error, Problem):
        document = {"title": error.title, "status": error.status_code, "detail": error.sentence, **error.extra}
    elif isinstance(error, EditedMeanwhile):
        document = {"title": "Changed meanwhile", "status": 409, "detail": "Someone else changed it. Read it again."}
    elif isinstance(error, exceptions.ValidationError):
        document = {"title": "Some values are not right", "status": 400, "errors": error.detail}
    elif isinstance(error, Http404):
        document = {"title": "Not found", "status": 404}
    elif isinstance(error, PermissionDenied):
        document = {"title": "Not allowed", "status": 403}
    elif isinstance(error, exceptions.APIException):
        document = {"title": str(error.default_detail), "status": error.status_code, "detail": str(error.detail)}
        if (scheme := getattr(error, "auth_header", None)) is not None:
            headers["WWW-Authenticate"] = scheme
    else:
        return None
    body = {"type": "about:blank", **{key: value for key, value in document.items() if value != ""}}
    return Response(body, status=document["status"], headers=headers, content_type="application/problem+json")


class ExactJSONRenderer(BaseRenderer):
    """JSON with every Decimal as a string, so that no client turns money into a float."""

    media_type = "application/json"
    format = "json"
    charset = None

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> bytes:
        """Return the bytes."""
        if data is None:
            return b""
        from rest_framework.utils.encoders import JSONEncoder

        return simplejson.dumps(data, default=JSONEncoder().default, use_decimal=False, ensure_ascii=False).encode()


class ExactJSONParser(BaseParser):
    """JSON as core.strict_json reads it: numbers with a point are Decimals."""

    media_type = "application/json"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        """Return the value. Raises ParseError with the place of the fault, never the text around it."""
        try:
            return strict_json.read(stream.read())
        except simplejson.JSONDecodeError as error:
            raise exceptions.ParseError(f"The body is not JSON: line {error.lineno}, column {error.colno}.") from None
        except strict_json.OddJSON as error:
            raise exceptions.ParseError(f"The body cannot be taken as it is. {error}") from None
        except ValueError:
            raise exceptions.ParseError("The body is not JSON.") from None


class PageOf(serializers.Serializer):
    """Query of a list: `limit` (1 to 200, 50 when absent) and `after`, the code of the last row seen."""

    limit = serializers.IntegerField(min_value=1, max_value=MOST, default=PAGE_SIZE)
    after = serializers.UUIDField(required=False)

    default_ordering: ClassVar[str] = "-pk"

    @classmethod
    def of(cls, request: Request, rows: QuerySet[Any]) -> tuple[list[Any], str | None]:
        """Return one page of `rows`, newest first, and the code to continue after (None on the last page)."""
        query = cls(data=request.query_params)
        query.is_valid(raise_exception=True)
        limit = query.validated_data["limit"]
        rows = rows.order_by(cls.default_ordering)
        if after := query.validated_data.get("after"):
            last = rows.model._default_manager.filter(code=after).values("pk")
            rows = rows.filter(pk__lt=last[:1])
        page = list(rows[: limit + 1])
        return page[:limit], str(page[limit - 1].code) if len(page) > limit else None
