"""`python -m bench.sandbox_empty`: an empty Starlette route behind the sandbox's own server, to compare with.

It reads the body of a request to its end, as every call of the sandbox does, and then answers with nothing: without
that the taking in of what both get would be counted as the sandbox's alone.
"""

import sys

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox import front

METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]


async def empty(request: Request) -> Response:
    """Read what was sent and answer with nothing."""
    await request.body()
    return Response()


def main() -> None:
    """Serve until ended; the first line says where."""
    listener = front.listening_socket("127.0.0.1", 0)

    def started() -> None:
        sys.stdout.write(f"listening on http://127.0.0.1:{listener.getsockname()[1]}\n")
        sys.stdout.flush()

    app = Starlette(routes=[Route("/{rest:path}", empty, methods=METHODS)])
    front.SandboxServer(app, {front.SHARED: listener}, started).run()


if __name__ == "__main__":
    main()
