"""What a vendor answers where it has no address, or not for this method: its own error instead of plain text."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from starlette.responses import Response
from starlette.routing import BaseRoute, Match, Mount, Route
from starlette.types import Receive, Scope, Send

Refuse = Callable[[int, str], Response]


class DeadEnd:
    """The application behind every path that no route of a vendor takes."""

    def __init__(self, routes: Sequence[BaseRoute], refuse: Refuse) -> None:
        """Keep the vendor's routes and how it writes a refusal, `refuse(status, message)`."""
        self._known, self._refuse = routes, refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 405 with `Allow` where another method would do, else 404."""
        allowed = sorted({method for route in self._known for method in _methods(route, scope)})
        if allowed:
            response = self._refuse(405, "This address does not take this method.")
            response.headers["Allow"] = ", ".join(allowed)
        else:
            response = self._refuse(404, "There is nothing at this address.")
        await response(scope, receive, send)


def _methods(route: BaseRoute, scope: Scope) -> set[str]:
    if isinstance(route, Route) and route.matches(scope)[0] is Match.PARTIAL:
        return set(route.methods or ())
    return set()


def closed(routes: list[BaseRoute], refuse: Refuse) -> list[BaseRoute]:
    """Return the routes of a vendor with a dead end behind them.

    Without it Starlette answers in plain text, or redirects a path that only lacks or has a last slash; and a POST that
    is redirected loses its body.
    """
    return [*routes, Mount("/", app=DeadEnd(routes, refuse))]
