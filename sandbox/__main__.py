"""`python -m sandbox --port 8900 --data DIR`: run the sandbox until it is told to stop."""

from __future__ import annotations

import argparse
import ipaddress
import logging
import os
import socket
import sys
from pathlib import Path

from sandbox import VENDORS, app, front, state

logger = logging.getLogger("sandbox")


def main(arguments: list[str] | None = None) -> int:
    """Run the sandbox; return the exit code, which is 2 when it may not or cannot listen where it was told to."""
    options = _options(arguments)
    # None of it is logged, and finding it out takes a part of every call.
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(asctime)s frontdesk-sandbox %(message)s")
    for chatty in ("uvicorn.error", "websockets.server"):  # they would log websocket addresses with their tokens
        logging.getLogger(chatty).setLevel(logging.WARNING)
    if not _may_listen_on(options.host):
        return _refuse(
            f"The sandbox listens on this machine only, and {options.host} is not it. SANDBOX_ALLOW_REMOTE=1 allows it."
        )
    try:
        listeners = _listeners(options)
    except OSError as error:
        return _refuse(
            f"The sandbox cannot listen on {options.host}:{options.port} ({error.strerror}). Choose another --port."
        )
    state.open_store(options.data / "sandbox.sqlite3")

    def started() -> None:
        ports = front.ports()
        sys.stdout.write(f"sandbox listening on http://{options.host}:{ports[front.SHARED]}\n")
        sys.stdout.flush()
        logger.info("ports of one vendor each: %s", {name: port for name, port in ports.items() if name in VENDORS})
        logger.info("This is a sandbox: nothing here reaches a real vendor, a payer or a bank.")

    front.SandboxServer(app.build(reads=not options.without_reader), listeners, started).run()
    return 0


def _listeners(options: argparse.Namespace) -> dict[str, socket.socket]:
    """Return the socket that all vendors share, and one of each vendor's own, which a fault can close alone."""
    first = options.vendor_ports
    wanted = {name: first + number if first else 0 for number, name in enumerate(VENDORS)}
    return {
        name: front.listening_socket(options.host, port)
        for name, port in {front.SHARED: options.port, **wanted}.items()
    }


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m sandbox", description="Play the four vendors on this machine.")
    parser.add_argument("--port", type=int, default=8900, help="0 takes a free one")
    parser.add_argument(
        "--vendor-ports", type=int, default=0, help="first of four ports, one for each vendor; 0: free ones"
    )
    parser.add_argument("--without-reader", action="store_true", help="no card is read, and no models are loaded")
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
    code = main()
    logging.shutdown()
    # The reader's thread may be within its models, and the interpreter's own end would abort the process there.
    os._exit(code)
