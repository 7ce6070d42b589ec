"""`python -m tests.with_postgres BIN_FOLDER -- COMMAND…`: run a command beside a private PostgreSQL.

The server lives in a throw-away folder on a free loopback port and ends with the command; the command finds it in
DATABASE_URL, and the keys that an installation with a shared database must be given in SECRET_KEY and SEALING_KEYS.
Root may not run PostgreSQL, so root runs it as the user `postgres`.
"""

import base64
import os
import pwd
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def postgres(binaries: Path) -> Iterator[str]:
    """Yield the DATABASE_URL of a fresh server."""
    with tempfile.TemporaryDirectory(prefix="frontdesk-postgres-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        who = _runner(folder)
        _make_cluster(binaries, folder, who)
        port = free_port()
        server = _start(binaries, folder, port, who)
        try:
            _wait(port, server)
            yield f"postgres://frontdesk@127.0.0.1:{port}/postgres"
        finally:
            server.send_signal(signal.SIGINT)  # a fast shutdown: it does not wait for whoever is still connected
            server.wait(20)


def _make_cluster(binaries: Path, folder: Path, who: dict) -> None:
    """The locale is our own choice, so that text sorts and folds alike whatever the machine speaks."""
    options = ["-A", "trust", "-U", "frontdesk", "--no-sync", "-E", "UTF8", "--locale=C.UTF-8"]
    command = [binaries / "initdb", "-D", folder / "data", *options]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd="/", **who)


def _start(binaries: Path, folder: Path, port: int, who: dict) -> subprocess.Popen:
    options = ["-p", str(port), "-c", "listen_addresses=127.0.0.1", "-c", f"unix_socket_directories={folder}"]
    command = [binaries / "postgres", "-D", folder / "data", *options, "-c", "fsync=off", "-c", "max_connections=60"]
    with (folder / "log").open("wb") as log:
        return subprocess.Popen(command, stderr=log, cwd="/", **who)


def _runner(folder: Path) -> dict:
    if os.geteuid() != 0:
        return {}
    try:
        user = pwd.getpwnam("postgres")
    except KeyError:
        raise RuntimeError(
            "Root may not run PostgreSQL, and there is no user postgres to run it as. The system's package postgresql"
            " makes one (so does `useradd --system postgres`); or run this as somebody else than root."
        ) from None
    os.chown(folder, user.pw_uid, user.pw_gid)
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def free_port() -> int:
    """Return a port that is free now, below 30000 so that a service may add 10000 to it."""
    for _ in range(200):
        with socket.socket() as probe:
            port = 20000 + int.from_bytes(os.urandom(2)) % 9000
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise RuntimeError("No free port was found.")


def _wait(port: int, server: subprocess.Popen) -> None:
    ends = time.monotonic() + 30
    while time.monotonic() < ends and server.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 0.2).close()
            return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError("PostgreSQL did not start.")


_KEYS = ("k1", "lookup")


def main() -> int:
    """Run the command and return its exit code."""
    binaries, _, *command = sys.argv[1:]
    keys = {
        "SECRET_KEY": secrets.token_urlsafe(64),
        "SEALING_KEYS": ",".join(f"{name}:{base64.b64encode(secrets.token_bytes(32)).decode()}" for name in _KEYS),
    }
    try:
        with postgres(Path(binaries)) as url:
            return subprocess.run(command, env={**os.environ, **keys, "DATABASE_URL": url}).returncode
    except RuntimeError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    sys.exit(main())
