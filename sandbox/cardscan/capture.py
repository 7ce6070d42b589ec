"""The page behind a magic link, where a telephone scans the card; a small stand-in for the vendor's capture site."""

from __future__ import annotations

from pathlib import Path

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

_HERE = Path(__file__).parent
_HEADERS = {
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'unsafe-inline'; connect-src 'self'",
}


def show(request: Request) -> Response:
    """Show the page; its script takes the token from its own address."""
    return HTMLResponse((_HERE / "capture.html").read_text(), headers=_HEADERS)


def script(request: Request) -> Response:
    """Send the page's script."""
    return Response((_HERE / "capture.js").read_text(), media_type="text/javascript")
