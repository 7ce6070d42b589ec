"""Compares real answers with what the OpenAPI document says of them."""

from __future__ import annotations

import functools
import re
from typing import Any
from urllib.parse import unquote, urlsplit

import requests
from jsonschema import Draft202012Validator

from sandbox import openapi


@functools.cache
def _operations() -> list[tuple[re.Pattern[str], str, dict[str, Any]]]:
    found = openapi.operations(openapi.document())
    # Fixed paths before those with parameters: /cards/search is no card.
    found.sort(key=lambda one: (one[0].count("{"), one[0]))
    return [
        (re.compile(re.sub(r"{\w+}", "[^/]+", path) + "/?"), method, operation) for path, method, operation in found
    ]


def operation_of(answer: requests.Response) -> dict[str, Any]:
    """Return the operation that was called."""
    path = re.sub(r"/+", "/", unquote(urlsplit(answer.url).path))
    method = str(answer.request.method).lower()
    fits = [operation for pattern, way, operation in _operations() if way == method and pattern.fullmatch(path)]
    assert fits, f"{method} {path} is not described."
    return fits[0]


def described(answer: requests.Response) -> requests.Response:
    """Return an answer whose status, media type and document are as described.

    Raises:
        AssertionError: one of them is not.
    """
    operation = operation_of(answer)
    said = f"{operation['operationId']} {answer.status_code}"
    assert str(answer.status_code) in operation["responses"], f"{said} is not described."
    response = _resolved(operation["responses"][str(answer.status_code)])
    content = response.get("content", {})
    kind = answer.headers.get("Content-Type", "").partition(";")[0]
    assert (kind in content) if content else not answer.content, f"{said} is {kind or 'nothing'}."
    if kind.endswith("json"):
        schema = {**content[kind]["schema"], "components": openapi.document()["components"]}
        wrong = [
            f"{error.json_path}: {error.message}" for error in Draft202012Validator(schema).iter_errors(answer.json())
        ]
        assert not wrong, f"{said}: {wrong[:3]}"
    return answer


def _resolved(part: dict[str, Any]) -> dict[str, Any]:
    """Return what a reference to a component stands for."""
    while "$ref" in part:
        _root, _components, kind, name = part["$ref"].split("/")
        part = openapi.document()["components"][kind][name]
    return part


def hook(answer: requests.Response, **_options: Any) -> None:
    """Check every answer of a session: `session.hooks["response"] = hook`."""
    described(answer)
