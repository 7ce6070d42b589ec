"""Idempotency-Key: a POST to the API that names one is done once; the same key again gets the same answer."""

import hashlib
from collections.abc import Callable
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone

from core.models import KeptAnswer

HEADER = "Idempotency-Key"
LONGEST_REQUEST = timedelta(minutes=2)  # whatever has no answer by then never gets one


class IdempotentPosts:
    """Keep the answers of keyed POSTs per token for a day."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        key = request.headers.get(HEADER, "")
        token = getattr(request, "api_token", None)
        if not key or request.method != "POST" or token is None or not request.path.startswith("/api/"):
            return self.get_response(request)
        if len(key) > 200:
            return _problem(400, f"{HEADER} is longer than 200 characters.")
        return self._once(request, token.pk, key)

    def _once(self, request: HttpRequest, token_pk: int, key: str) -> HttpResponse:
        digest = hashlib.sha256(request.path.encode() + b"\0" + request.body).hexdigest()
        kept, is_new = _reserve(token_pk, key, digest)
        if not is_new:
            return _again(kept, digest)
        # A 500 is kept too: nobody knows how far the work came, so the same key never does it a second time.
        response = self.get_response(request)
        KeptAnswer.objects.filter(pk=kept.pk).update(
            status=response.status_code,
            body={"text": response.content.decode(), "type": response.get("Content-Type", "application/json")},
        )
        return response


def _reserve(token_pk: int, key: str, digest: str) -> tuple[KeptAnswer, bool]:
    try:
        with transaction.atomic():
            return KeptAnswer.objects.create(token_pk=token_pk, key=key, request_hash=digest), True
    except IntegrityError:
        return KeptAnswer.objects.get(token_pk=token_pk, key=key), False


def _again(kept: KeptAnswer, digest: str) -> HttpResponse:
    if kept.request_hash != digest:
        return _problem(422, f"This {HEADER} was used for another request.")
    if kept.status is None and timezone.now() - kept.created_at < LONGEST_REQUEST:
        return _problem(409, "The first request with this key is still being handled. Ask again in a moment.")
    if kept.status is None:
        # The server died in the middle: doing it again by itself could do it twice.
        return _problem(
            409,
            "The first request with this key was cut off, and how far it came is not known. Look whether what it asked "
            "for is there; if it is not, send it under a new key.",
        )
    assert kept.body is not None  # noqa: S101 (written together with the status)
    response = HttpResponse(kept.body["text"], status=kept.status, content_type=kept.body["type"])
    response["Idempotent-Replayed"] = "true"
    return response


def _problem(status: int, detail: str) -> JsonResponse:
    body = {"type": "about:blank", "title": HEADER, "status": status, "detail": detail}
    return JsonResponse(body, status=status, content_type="application/problem+json")
