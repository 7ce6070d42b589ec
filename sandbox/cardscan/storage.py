"""The storage of the photos, as S3 answers: the upload form and the presigned addresses (contract section 3.4)."""

from __future__ import annotations

from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from sandbox.cardscan import lifecycle, photos, uploads
from sandbox.cardscan.events import hub
from sandbox.cardscan.problems import UploadRefused
from sandbox.cardscan.worker import worker
from sandbox.state import store

# The photo and the fields around it.
_MOST_FORM = uploads.MOST_BYTES + 1_000_000
_MOST_FIELDS = 50


async def upload(request: Request) -> Response:
    """POST to an upload address: the S3 form; no Authorization, the signed policy says what is allowed."""
    try:
        await _must_be_a_form(request)
        fields, photo = await _form(request)
        scan = await run_in_threadpool(_receive, fields, photo)
    except UploadRefused as refusal:
        return refused(refusal)
    except ClientDisconnect:
        return Response(status_code=400)  # nobody is there to read it
    return Response(status_code=204, headers={"Location": f"/{scan['key']}", "x-amz-request-id": scan["scan_id"]})


class OtherMethod:
    """Refuses any other method at an upload address; Starlette asks an application whatever the method is."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 405 in S3's words."""
        message = "The specified method is not allowed against this resource."
        response = refused(UploadRefused(405, "MethodNotAllowed", message))
        response.headers["Allow"] = "POST"
        await response(scope, receive, send)


async def _must_be_a_form(request: Request) -> None:
    if not request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        raise UploadRefused(400, "InvalidArgument", "Bucket POST must be of the enclosure-type multipart/form-data")
    length = request.headers.get("content-length", "0")
    if len(length) > len(str(_MOST_FORM)) or int(length) > _MOST_FORM:
        async for _chunk in request.stream():
            pass  # read to its end, so that the client gets as far as our answer
        raise UploadRefused(400, "EntityTooLarge", "Your proposed upload exceeds the maximum allowed size")


async def _form(request: Request) -> tuple[dict[str, str], bytes | None]:
    """Return the fields before the file, and the file; like S3, what follows the file is not looked at."""
    try:
        async with request.form(max_files=1, max_fields=_MOST_FIELDS) as form:
            return await _parts(form)
    except (MultiPartException, HTTPException):
        raise UploadRefused(400, "MalformedPOSTRequest", "The body of your POST request is not well-formed.") from None


async def _parts(form: FormData) -> tuple[dict[str, str], bytes | None]:
    fields: dict[str, str] = {}
    for name, value in form.multi_items():
        if name == "file":
            return fields, await value.read() if isinstance(value, UploadFile) else value.encode()
        if isinstance(value, str):
            fields[name] = value
    return fields, None


def _receive(fields: dict[str, str], photo: bytes | None) -> dict[str, Any]:
    scan = uploads.check_form(fields, photo)
    land(scan, photo or b"")
    return scan


def land(scan: dict[str, Any], photo: bytes) -> None:
    """Keep a photo, then have it worked on."""
    with store().transaction():
        events = lifecycle.land(scan, lambda: photos.save(scan["scan_id"], photo))
    hub.publish(events)
    worker.wake()


def image(request: Request) -> Response:
    """GET a presigned photo address."""
    try:
        photo = photos.read_presigned(request.path_params["key"], dict(request.query_params))
    except UploadRefused as refusal:
        return refused(refusal)
    headers = {"X-Content-Type-Options": "nosniff", "Cache-Control": "private, no-store"}
    return Response(photo, media_type=photos.kind(photo), headers=headers)


def refused(refusal: UploadRefused) -> Response:
    """Return a refusal in S3's words."""
    return Response(refusal.xml(), refusal.status, media_type="application/xml")
