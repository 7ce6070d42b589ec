"""The storage of the photos, as S3 answers: the upload form and the presigned addresses (contract section 3.4)."""

from __future__ import annotations

from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from sandbox.bodies import MEGABYTE, TooLong, read_body
from sandbox.cardscan import forms, lifecycle, photos, uploads
from sandbox.cardscan.events import hub
from sandbox.cardscan.problems import UploadRefused
from sandbox.quick import quickly
from sandbox.state import store

# The photo and the fields around it.
_MOST_FORM = uploads.MOST_BYTES + MEGABYTE
# A photo that is written or read in less time than it takes to go to a thread and back.
_SHORT = MEGABYTE


async def upload(request: Request) -> Response:
    """POST to an upload address: the S3 form; no Authorization, the signed policy says what is allowed."""
    try:
        body = await _body(request)
        run = quickly if len(body) <= _SHORT else run_in_threadpool
        scan = await run(_receive, request.headers["content-type"], body)
    except UploadRefused as refusal:
        return refused(refusal)
    except ClientDisconnect:
        return Response(status_code=400)  # nobody is there to read it
    return Response(status_code=204, headers={"Location": f"/{scan['key']}", "x-amz-request-id": scan["scan_id"]})


class OtherMethod:
    """Refuses any other method at an address of the storage; Starlette asks an application whatever the method is."""

    def __init__(self, allowed: str) -> None:
        """Keep the methods that the address does take, as `Allow` names them."""
        self._allowed = allowed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 405 in S3's words."""
        message = "The specified method is not allowed against this resource."
        response = refused(UploadRefused(405, "MethodNotAllowed", message))
        response.headers["Allow"] = self._allowed
        await response(scope, receive, send)


async def _body(request: Request) -> bytes:
    if not request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        raise UploadRefused(400, "InvalidArgument", "Bucket POST must be of the enclosure-type multipart/form-data")
    try:
        return await read_body(request, _MOST_FORM)
    except TooLong:
        message = "Your proposed upload exceeds the maximum allowed size"
        raise UploadRefused(400, "EntityTooLarge", message) from None


def _receive(content_type: str, body: bytes) -> dict[str, Any]:
    try:
        fields, photo = forms.fields_and_file(content_type, body)
    except forms.NoForm:
        raise UploadRefused(400, "MalformedPOSTRequest", "The body of your POST request is not well-formed.") from None
    scan = uploads.check_form(fields, photo)
    land(scan, photo or b"")
    return scan


def land(scan: dict[str, Any], photo: bytes) -> None:
    """Keep a photo, then have it worked on."""
    with store().transaction():
        hub.publish(lifecycle.land(scan, lambda: photos.save(scan["scan_id"], photo)))


async def image(request: Request) -> Response:
    """GET a presigned photo address."""
    key, query = request.path_params["key"], dict(request.query_params)
    run = quickly if photos.size(key) <= _SHORT else run_in_threadpool
    try:
        photo = await run(photos.read_presigned, key, query)
    except UploadRefused as refusal:
        return refused(refusal)
    headers = {"X-Content-Type-Options": "nosniff", "Cache-Control": "private, no-store"}
    return Response(photo, media_type=photos.kind(photo), headers=headers)


def refused(refusal: UploadRefused) -> Response:
    """Return a refusal in S3's words."""
    return Response(refusal.xml(), refusal.status, media_type="application/xml")
