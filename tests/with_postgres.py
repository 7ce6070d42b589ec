"""`python -m tests.with_postgres BIN_FOLDER -- COMMAND…`: run a command beside a private PostgreSQL.

The server lives in a throw-away folder on a free loopback port and ends with the command; the command finds it in
DATABASE_URL. Root may not run PostgreSQL, so root runs it as the user `postgres`.
"""

import os
import pwd
import shutil
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
    folder = Path(tempfile.mkdtemp(prefix="frontdesk-postgres-"))
    who = _runner(folder)
    subprocess.run(
        [binaries / "initdb", "-D", folder / "data", "-A", "trust", "-U", "frontdesk", "--no-sync", "-E", "UTF8"],
        check=True,
        stdout=subprocess.DEVNULL,
        cwd="/",
        **who,
    )
    port = free_port()
    options = ["-p", str(port), "-c", "listen_addresses=127.0.0.1", "-c", f"unix_socket_directories={folder}"]
    server = subprocess.Popen(
        [binaries / "postgres", "-D", folder / "data", *options, "-c", "fsync=off", "-c", "max_connections=60"],
        stderr=(folder / "log").open("wb"),
        cwd="/",
        **who,
    )
    try:
        _wait(port, server)
        yield f"postgres://frontdesk@127.0.0.1:{port}/postgres"
    finally:
        server.terminate()
        server.wait(20)
        shutil.rmtree(folder, ignore_errors=True)


def _runner(folder: Path) -> dict:
    if os.geteuid() != 0:
        return {}
    user = pwd.getpwnam("postgres")
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


def main() -> int:
    """Run the command and return its exit code."""
    binaries, _, *command = sys.argv[1:]
    with postgres(Path(binaries)) as url:
        return subprocess.run(command, env={**os.environ, "DATABASE_URL": url}).returncode


if __name__ == "__main__":
    sys.exit(main())
