"""`python -m sandbox --port 8900 --data DIR`: run the sandbox until it is told to stop."""

from __future__ import annotations

import argparse
import fcntl
import gc
import ipaddress
import logging
import os
import socket
import sqlite3
import sys
from pathlib import Path
from typing import BinaryIO

from sandbox import VENDORS, app, front, state, values

logger = logging.getLogger("sandbox")

_MOST_PORT = 65535
# So many objects more than went are made before the collector looks: a few dozen calls.
_ALLOCATIONS = 10_000


class CannotBegin(Exception):
    """The sandbox may not or cannot run as it was told to; the message says why, and what to do."""


def main(arguments: list[str] | None = None) -> int:
    """Run the sandbox; return the exit code, which is 2 when it may not or cannot begin as it was told to."""
    options = _options(arguments)
    _log_plainly()
    try:
        lock = _begin(options)
        listeners = _listeners(options)
    except CannotBegin as reason:
        sys.stderr.write(f"{reason}\n")
        return 2

    def started() -> None:
        _collect_seldom()
        ports = front.ports()
        sys.stdout.write(f"sandbox listening on http://{options.host}:{ports[front.SHARED]}\n")
        sys.stdout.flush()
        logger.info("ports of one vendor each: %s", {name: port for name, port in ports.items() if name in VENDORS})
        logger.info("This is a sandbox: nothing here reaches a real vendor, a payer or a bank.")

    with lock:
        front.SandboxServer(app.build(reads=not options.without_reader), listeners, started).run()
    return 0


def _collect_seldom() -> None:
    """Let calls not wait for the garbage collector to look through the program again and again."""
    gc.collect()
    gc.freeze()  # what is there when it begins stays
    gc.set_threshold(_ALLOCATIONS)


def _log_plainly() -> None:
    # None of it is logged, and finding it out takes a part of every call.
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(asctime)s frontdesk-sandbox %(message)s")
    for chatty in ("uvicorn.error", "websockets.server"):  # they would log websocket addresses with their tokens
        logging.getLogger(chatty).setLevel(logging.WARNING)
    # What it finds odd in a form is answered, and is no event of the sandbox.
    logging.getLogger("python_multipart").setLevel(logging.CRITICAL)


def _begin(options: argparse.Namespace) -> BinaryIO:
    """Open the data folder for this process alone; return the lock, which ends with the file.

    Raises:
        CannotBegin: the host is not this machine, or the folder cannot be used.
    """
    if not _may_listen_on(options.host):
        raise CannotBegin(
            f"The sandbox listens on this machine only, and {options.host} is not it. SANDBOX_ALLOW_REMOTE=1 allows it."
        )
    try:
        options.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock: BinaryIO = (options.data / "sandbox.lock").open("ab")
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        state.open_store(options.data / "sandbox.sqlite3")
    except BlockingIOError:
        raise CannotBegin(f"Another sandbox uses {options.data}. Choose another --data, or end that one.") from None
    except (OSError, sqlite3.Error) as error:
        why = error.strerror if isinstance(error, OSError) else str(error)
        raise CannotBegin(
            f"The sandbox cannot keep its state in {options.data} ({why}). Choose another --data."
        ) from error
    return lock


def _listeners(options: argparse.Namespace) -> dict[str, socket.socket]:
    """Return the socket that all vendors share, and one of each vendor's own, which a fault can close alone.

    Raises:
        CannotBegin: a port is taken, or the address is not this machine's.
    """
    first = options.vendor_ports
    wanted = {vendor: (first + number if first else 0, "--vendor-ports") for number, vendor in enumerate(VENDORS)}
    listeners = {}
    for name, (port, option) in {front.SHARED: (options.port, "--port"), **wanted}.items():
        try:
            listeners[name] = front.listening_socket(options.host, port)
        except (OSError, UnicodeError) as error:
            why = error.strerror if isinstance(error, OSError) else "this is no name of a host"
            sentence = f"The sandbox cannot listen on {options.host}:{port} ({why}). Choose another {option}."
            raise CannotBegin(sentence) from error
    return listeners


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m sandbox", description="Play the four vendors on this machine.")
    parser.add_argument("--port", type=_port, default=8900, help="0 takes a free one")
    parser.add_argument(
        "--vendor-ports", type=_first_of_four, default=0, help="first of four ports, one for each vendor; 0: free ones"
    )
    parser.add_argument("--without-reader", action="store_true", help="no card is read, and no models are loaded")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--data", type=Path, required=True, help="folder for the sandbox's state")
    return parser.parse_args(arguments)


def _port(text: str, most: int = _MOST_PORT) -> int:
    port = values.number_in(text, 0, most)
    if port is None or port != int(port):
        raise argparse.ArgumentTypeError(f"{text} is no port from 0 to {most}")
    return int(port)


def _first_of_four(text: str) -> int:
    return _port(text, _MOST_PORT + 1 - len(VENDORS))


def _may_listen_on(host: str) -> bool:
    if os.environ.get("SANDBOX_ALLOW_REMOTE") == "1" or host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


if __name__ == "__main__":
    code = main()
    logging.shutdown()
    # The reader's thread may be within its models, and the interpreter's own end would abort the process there.
    os._exit(code)
