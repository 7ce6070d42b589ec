"""Compares every answer that a test gets with what the OpenAPI document says of it.

The sessions of the vendors' test clients do so by themselves (`session`), and the vendors' SDKs through a hook of their
transport. Where a test has ordered a fault that spoils answers it says so: `with spoilt(): …`.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, urlsplit
from xml.etree import ElementTree

import httpx
import jsonschema_rs
import requests
import urllib3
from requests.structures import CaseInsensitiveDict

from sandbox import openapi
from sandbox.payments.http import EVENT_PREFIXES, PREFIXES

Doc = dict[str, Any]

# What no vendor's document is about: the sandbox's own window and its page for a telephone's camera.
_OWN = ("/__sandbox__/", "/cardscan/capture/")
# Several slashes mean one to those whose own pages print them twice.
_LOOSE = ("/payments/", "/candid/coverages/")


class NotDescribed(AssertionError):
    """An answer is not what the document says."""


@dataclass(frozen=True)
class Heard:
    """An answer, whichever client got it."""

    method: str
    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def path(self) -> str:
        """The path as the sandbox sees it."""
        return unquote(urlsplit(self.url).path)

    @property
    def kind(self) -> str:
        """The media type without its parameters."""
        return self.headers.get("Content-Type", "").partition(";")[0]


@dataclass
class Notes:
    """What was heard while notes were taken.

    Attributes:
        seen: (operation, status) of every answer that was as described.
        wrong: what was not as described, in sentences.
    """

    seen: set[tuple[str, str]] = field(default_factory=set)
    wrong: list[str] = field(default_factory=list)


_open: list[Notes] = []
_excused: list[Notes] = []


def session() -> requests.Session:
    """Return a session that compares every answer with the document, without a proxy of the environment."""
    made = requests.Session()
    made.trust_env = False
    made.hooks["response"] = lambda answer, **_options: described(answer)
    return made


def described(answer: requests.Response) -> requests.Response:
    """Return an answer that is as described.

    Raises:
        NotDescribed: it is not, and nobody has said `spoilt()`.
    """
    _compare(Heard(str(answer.request.method), answer.url, answer.status_code, answer.headers, answer.content))
    return answer


def described_httpx(answer: httpx.Response) -> None:
    """Compare an answer of httpx: `httpx.Client(event_hooks={"response": [described_httpx]})`."""
    _compare(Heard(answer.request.method, str(answer.url), answer.status_code, answer.headers, answer.read()))


class DescribedPool(urllib3.PoolManager):
    """A pool of urllib3 that compares every answer."""

    def urlopen(self, method: str, url: str, redirect: bool = True, **how: Any) -> Any:  # type: ignore[override]
        """Make a call and compare its answer."""
        answer = super().urlopen(method, url, redirect, **how)
        _compare(Heard(method, url, answer.status, CaseInsensitiveDict(answer.headers), answer.data))
        return answer


@contextmanager
def spoilt(*, perhaps: bool = False) -> Iterator[None]:
    """Let answers differ from the document, because a fault spoils them.

    Args:
        perhaps: some cases of a test spoil nothing; otherwise at least one answer has to be wrong.
    """
    notes = Notes()
    _excused.append(notes)
    try:
        yield
    finally:
        _excused.remove(notes)
    assert perhaps or notes.wrong, "Every answer was as described; nothing is spoilt."


@contextmanager
def noted() -> Iterator[Notes]:
    """Take notes of what is heard."""
    notes = Notes()
    _open.append(notes)
    try:
        yield notes
    finally:
        _open.remove(notes)


@functools.cache
def described_by(vendor: str) -> list[tuple[str, str, Doc]]:
    """Return (path, method, operation) of what a vendor describes; paths are relative to its mount."""
    return openapi.operations(openapi.part(vendor))


@functools.cache
def pairs(vendor: str) -> frozenset[tuple[str, str]]:
    """Return every (operation, status) that a vendor describes."""
    return frozenset(
        (operation["operationId"], status)
        for _path, _method, operation in described_by(vendor)
        for status in operation["responses"]
    )


def _compare(heard: Heard) -> None:
    if any(own in heard.path for own in _OWN):
        return
    try:
        name = judge(heard)
    except NotDescribed as wrong:
        if not _excused:
            raise
        _excused[-1].wrong.append(str(wrong))
        return
    for notes in _open:
        notes.seen.add((name, str(heard.status)))


def judge(heard: Heard) -> str:
    """Return the name of the operation whose answer this is; "" for the end of a way that leads nowhere.

    Raises:
        NotDescribed: the answer is not as described.
    """
    methods = {
        method: operation for pattern, method, operation in reversed(_known()) if pattern.fullmatch(_plain(heard))
    }
    operation = methods.get("get" if heard.method == "HEAD" else heard.method.lower())
    if operation is None:
        _judge_dead_end(heard, set(methods))
        return ""
    said = f"{operation['operationId']} {heard.status}"
    response = operation["responses"].get(str(heard.status))
    _must(response is not None, f"{said} is not described: {heard.body[:200]!r}.")
    _judge_content(said, heard, _resolved(response).get("content", {}))
    _must(all(name in heard.headers for name in _resolved(response).get("headers", {})), f"{said} lacks a header.")
    return str(operation["operationId"])


def _judge_dead_end(heard: Heard, methods: set[str]) -> None:
    said = f"{heard.method} {heard.path} {heard.status}"
    _must(heard.status == (405 if methods else 404), f"{said} is not described.")
    allowed = {word.strip().lower() for word in heard.headers.get("Allow", "").split(",")} - {"", "head"}
    _must(allowed == methods, f"{said} allows {sorted(allowed)}, and {sorted(methods)} are described.")
    _judge_content(said, heard, _resolved({"$ref": f"#/components/responses/{_refusal(heard)}"})["content"])


def _refusal(heard: Heard) -> str:
    """Return the name of the response with which a vendor refuses."""
    if heard.path.startswith(("/cardscan/uploads/", "/cardscan/images/")):
        return "CardscanStorageError"
    vendor = heard.path.split("/")[1]
    return {"cardscan": "CardscanError", "candid": "CandidNotFound", "spry": "SpryError"}.get(vendor, "PaymentsProblem")


def _judge_content(said: str, heard: Heard, content: Doc) -> None:
    _must(heard.kind in content if content else not heard.kind, f"{said} is {heard.kind or 'of no type'}.")
    if heard.method == "HEAD" or not content:
        _must(not heard.body, f"{said} has a body.")
    elif heard.kind.endswith("json"):
        wrong = [
            f"{'.'.join(map(str, error.instance_path)) or 'the body'}: {error.message}"
            for error in _validator(json.dumps(content[heard.kind]["schema"])).iter_errors(_read(said, heard.body))
        ]
        _must(not wrong, f"{said}: {wrong[:3]}")
    elif heard.kind.endswith("xml"):
        parts = {part.tag for part in ElementTree.fromstring(heard.body)}
        _must(parts == {"Code", "Message"}, f"{said} has {sorted(parts)}.")


def _read(said: str, body: bytes) -> Any:
    """Return a JSON document, read strictly."""
    try:
        return json.loads(body.decode(), object_pairs_hook=_no_key_twice, parse_constant=_no_constant)
    except ValueError as error:
        raise NotDescribed(f"{said} is no JSON: {error}") from error


def _no_constant(name: str) -> None:
    raise ValueError(name)


def _no_key_twice(members: list[tuple[str, Any]]) -> Doc:
    doc = dict(members)
    if len(doc) < len(members):
        raise ValueError("a key comes twice")
    return doc


def _must(holds: bool, otherwise: str) -> None:
    if not holds:
        raise NotDescribed(otherwise)


@functools.cache
def _known() -> list[tuple[re.Pattern[str], str, Doc]]:
    """Return (pattern of the path, method, operation), fixed paths first: /cards/search is no card."""
    found = openapi.operations(openapi.document())
    found.sort(key=lambda one: (one[0].count("{"), one[0]))
    return [(_pattern(path), method, operation) for path, method, operation in found]


def _pattern(path: str) -> re.Pattern[str]:
    # A path that ends in a slash means the same without it; the key of a photo has slashes.
    spelled = re.sub(r"/$", "/?", path).replace("{key}", ".+")
    return re.compile(re.sub(r"{\w+}", "[^/]+", spelled))


def _plain(heard: Heard) -> str:
    """Return a path with the slashes and the prefix that the document has."""
    path = re.sub(r"/+", "/", heard.path) if heard.path.startswith(_LOOSE) else heard.path
    if not path.startswith("/payments/"):
        return path
    for prefixes in (EVENT_PREFIXES, PREFIXES):
        for prefix in prefixes[1:]:
            if path.startswith(f"/payments{prefix}/"):
                return f"/payments{prefixes[0]}{path.removeprefix(f'/payments{prefix}')}"
    return path


@functools.cache
def _validator(schema: str) -> jsonschema_rs.Draft202012Validator:
    """Return the validator of a schema of the document, made once."""
    whole = {**json.loads(schema), "components": openapi.document()["components"]}
    return jsonschema_rs.Draft202012Validator(whole, validate_formats=True)


def _resolved(part: Doc) -> Doc:
    """Return what a reference to a component stands for."""
    while "$ref" in part:
        _root, _components, kind, name = part["$ref"].split("/")
        part = openapi.document()["components"][kind][name]
    return part
