"""The OpenAPI document: valid, and it describes what is there and nothing else."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from drf_spectacular.validation import validate_schema
from starlette.routing import BaseRoute, Mount, Route

from sandbox import VENDORS, app, openapi
from sandbox.payments.http import PREFIXES
from sandbox.state import open_store
from tests.sandbox_process import SandboxProcess

# A catch-all that says 404, and what OpenAPI has no words for.
UNDESCRIBED = ("cardscan.unknown", "cardscan.socket")


@pytest.fixture(scope="module")
def routes(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[str, str, str]]:
    """(path, method, name) of every route of the sandbox that OpenAPI can describe; one of each set of aliases."""
    open_store(tmp_path_factory.mktemp("openapi") / "sandbox.sqlite3")
    found = list(_routes(app.build().routes, ""))
    aliases = tuple(f"/payments{prefix}/" for prefix in PREFIXES[1:])
    return [one for one in found if not one[0].startswith(aliases)]


def _routes(routes: list[BaseRoute], prefix: str) -> Iterator[tuple[str, str, str]]:
    for route in routes:
        if isinstance(route, Mount):
            yield from _routes(list(route.routes or []), prefix + route.path)
        elif isinstance(route, Route) and _is_told(prefix, route.name):
            path = prefix + re.sub(r"{(\w+):\w+}", r"{\1}", route.path)
            yield from ((path, method.lower(), route.name) for method in (route.methods or ()) if method != "HEAD")


def _is_told(prefix: str, name: str) -> bool:
    return (prefix.startswith("/__sandbox__") or "." in name) and name not in UNDESCRIBED


def operations(vendor: str) -> list[tuple[str, str, dict[str, Any]]]:
    """Return the operations that one vendor describes."""
    return openapi.operations(openapi.part(vendor))


def test_it_is_valid() -> None:
    validate_schema(openapi.document())


@pytest.mark.parametrize("vendor", VENDORS)
def test_each_vendor_describes_itself(vendor: str) -> None:
    part = openapi.part(vendor)
    assert set(part) <= {"paths", "components"}
    for kind, named in part["components"].items():
        assert kind == "securitySchemes" or all(name.lower().startswith(vendor) for name in named)


@pytest.mark.parametrize("vendor", ["", *VENDORS])
def test_every_operation_says_whose_shape_it_is(vendor: str) -> None:
    for path, method, operation in operations(vendor):
        assert operation.get("x-shape") in ("documented", "ours"), (path, method)
        assert operation.get("summary") and "security" in operation, (path, method)
        assert operation["responses"], (path, method)


def test_what_is_there_is_described_and_nothing_else(routes: list[tuple[str, str, str]]) -> None:
    there = {(path, method) for path, method, _name in routes}
    told = {(path, method) for path, method, _operation in openapi.operations(openapi.document())}
    own = {(path, method) for path, method in told if "/__sandbox__" in path and not path.startswith("/__sandbox__")}
    assert sorted(told - there - own) == []
    assert sorted({_plain(*one) for one in there} - {_plain(*one) for one in told}) == []


def _plain(path: str, method: str) -> tuple[str, str]:
    """Return a path without the slashes that some vendors' clients send too many or too few of."""
    return re.sub(r"/+", "/", path).rstrip("/"), method


def test_operations_are_called_as_their_routes_are(routes: list[tuple[str, str, str]]) -> None:
    names = {(path, method): name for path, method, name in routes}
    ids = [operation["operationId"] for _path, _method, operation in openapi.operations(openapi.document())]
    assert len(ids) == len(set(ids))
    for path, method, operation in openapi.operations(openapi.document()):
        name = names.get((path, method), "")
        if "." in name:
            assert operation["operationId"] in (name, f"{name}.{method}", f"{name}_{method}"), (path, method)


@pytest.mark.parametrize(("into", "more"), [({"a": 1}, {"a": 1}), ({"a": 1, "b": 2}, {"c": 3, "b": 4})])
def test_two_parts_cannot_say_the_same(into: dict[str, Any], more: dict[str, Any]) -> None:
    with pytest.raises(openapi.Clash):
        openapi.merge(into, more)


@pytest.mark.real
def test_it_can_be_read(sandbox: SandboxProcess) -> None:
    assert sandbox.call("GET", "openapi.json")["paths"] == openapi.document()["paths"]


def test_every_file_is_found() -> None:
    here = Path(openapi.__file__).parent
    assert {file.parent.name for file in here.glob("*/openapi.yaml")} <= set(VENDORS)
