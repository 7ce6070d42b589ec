"""`python -m sandbox --port 8900 --data DIR`: run the sandbox until it is told to stop."""

from __future__ import annotations

import argparse
import ipaddress
import logging
import os
import sys
from pathlib import Path

from sandbox import app, front, state

logger = logging.getLogger("sandbox")


def main(arguments: list[str] | None = None) -> int:
    """Run the sandbox; return the exit code, which is 2 when it may not or cannot listen where it was told to."""
    options = _options(arguments)
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(asctime)s frontdesk-sandbox %(message)s")
    for chatty in ("uvicorn.error", "websockets.server"):  # they would log websocket addresses with their tokens
        logging.getLogger(chatty).setLevel(logging.WARNING)
    if not _may_listen_on(options.host):
        return _refuse(
            f"The sandbox listens on this machine only, and {options.host} is not it. SANDBOX_ALLOW_REMOTE=1 allows it."
        )
    try:
        listener = front.listening_socket(options.host, options.port)
    except OSError as error:
        return _refuse(
            f"The sandbox cannot listen on {options.host}:{options.port} ({error.strerror}). Choose another --port."
        )
    state.open_store(options.data / "sandbox.sqlite3")
    port = listener.getsockname()[1]

    def started() -> None:
        sys.stdout.write(f"sandbox listening on http://{options.host}:{port}\n")
        sys.stdout.flush()
        logger.info("This is a sandbox: nothing here reaches a real vendor, a payer or a bank.")

    front.SandboxServer(app.build(), listener, started).run()
    return 0


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m sandbox", description="Play the four vendors on this machine.")
    parser.add_argument("--port", type=int, default=8900, help="0 takes a free one")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--data", type=Path, required=True, help="folder for the sandbox's state")
    return parser.parse_args(arguments)


def _may_listen_on(host: str) -> bool:
    if os.environ.get("SANDBOX_ALLOW_REMOTE") == "1" or host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _refuse(sentence: str) -> int:
    sys.stderr.write(sentence + "\n")
    return 2


if __name__ == "__main__":
    sys.exit(main())
