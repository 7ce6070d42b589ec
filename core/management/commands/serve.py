"""`manage.py serve`: the whole program in one terminal: web, worker, dispatcher, beat, and the sandbox."""

import http.client
import os
import signal
import sys
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from core import env
from core.checks import LOOPBACK
from core.context import is_sandbox
from core.supervisor import (
    FolderInUse,
    Part,
    Stopped,
    Supervisor,
    end_leftovers,
    hold_folder,
    port_is_free,
    python,
)
from core.vendors import VENDORS

READY_WITHIN = 60.0  # seconds


class Command(BaseCommand):
    """Prepare the database and start every process as a child of this one."""

    help = "Run Frontdesk: web, worker, dispatcher, beat, and the sandbox when the vendors are the sandbox."

    def add_arguments(self, parser: CommandParser) -> None:
        """Define the options."""
        parser.add_argument("--host", default=env.text("HOST", "127.0.0.1"), help="address to listen on")
        parser.add_argument("--port", type=int, default=env.port("PORT", 8000), help="PORT")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run until Ctrl-C, SIGTERM, or a child's end."""
        host, port = options["host"], options["port"]
        with_sandbox = any(is_sandbox(vendor.url) for vendor in VENDORS.values()) and _is_local(settings.SANDBOX_URL)
        try:
            folder = hold_folder(settings.DATA_DIR, f"process {os.getpid()} on port {port}")
        except FolderInUse as why:
            raise CommandError(str(why)) from None
        with folder:
            self._serve(host, port, with_sandbox)

    def _serve(self, host: str, port: int, with_sandbox: bool) -> None:
        pids = settings.DATA_DIR / "children"
        end_leftovers(pids)
        self._check_ports(host, port, with_sandbox)
        call_command("prepare")
        supervisor = Supervisor(_parts(host, port, with_sandbox), self._say, pids=pids)
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, lambda *_: supervisor.stopping.set())
        supervisor.start()
        try:
            self._welcome(supervisor, host, port)
            supervisor.watch()
        except Stopped as why:
            raise CommandError(str(why)) from None
        finally:
            supervisor.stop()
        self._say("Frontdesk has stopped.")

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()

    def _check_ports(self, host: str, port: int, with_sandbox: bool) -> None:
        if not 0 < port < 65536:
            raise CommandError(f"--port must be between 1 and 65535, not {port}.")
        if not port_is_free(0, host):
            raise CommandError(f"Nothing can listen on {host!r}. Set HOST to an address of this machine, or 127.0.0.1.")
        if not port_is_free(port, host):
            raise CommandError(f"Port {port} is in use. Set PORT to another one, such as PORT={port + 1}.")
        sandbox_port = urlsplit(settings.SANDBOX_URL).port or 80
        if with_sandbox and not port_is_free(sandbox_port):
            raise CommandError(f"Port {sandbox_port} is in use. Set SANDBOX_PORT to another one.")

    def _welcome(self, supervisor: Supervisor, host: str, port: int) -> None:
        ends = time.monotonic() + READY_WITHIN
        while not _answers(host, port):
            if supervisor.stopping.wait(0.1):
                return
            supervisor.watch_once()
            if time.monotonic() > ends:
                raise Stopped("The web server did not answer within a minute; everything is stopped.")
        self._say(f"\nFrontdesk is at http://{host}:{port}/")
        call_command("setup", show=True, stdout=self.stdout)
        self._say("Press Ctrl-C to stop.\n")


def _is_local(url: str) -> bool:
    return urlsplit(url).hostname in LOOPBACK


def _answers(host: str, port: int) -> bool:
    """Whether something speaks HTTP there: any answer will do, also a refusal or a redirect to the public address."""
    connection = http.client.HTTPConnection(host, port, timeout=5)
    try:
        connection.request("GET", "/health/", headers={"Host": "localhost"})
        connection.getresponse()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
    return True


def _parts(host: str, port: int, with_sandbox: bool) -> list[Part]:
    manage = str(settings.BASE_DIR / "manage.py")
    parts = [
        Part("web", web_command(host, port)),
        Part("worker", worker_command()),
        Part("dispatcher", python(manage, "dispatch")),
        Part("beat", python("-m", "celery", "-A", "core", "--quiet", "beat", "--loglevel", "WARNING", "--pidfile=")),
    ]
    if with_sandbox:
        data = env.text("SANDBOX_DATA", str(settings.DATA_DIR / "sandbox"))
        sandbox_port = str(urlsplit(settings.SANDBOX_URL).port or 80)
        command = python("-m", "sandbox", "--port", sandbox_port, "--data", data)
        parts.insert(0, Part("sandbox", command, serves=True))
    return parts


def web_command(host: str, port: int) -> list[str]:
    """Return the command line of the web server: granian speaking WSGI, a few blocking threads."""
    threads = env.integer("WEB_THREADS", 4, least=1)
    workers = env.integer("WEB_WORKERS", 1, least=1)
    granian = str(Path(sys.executable).with_name("granian"))
    return [
        granian,
        *("--interface", "wsgi", "--host", host, "--port", str(port)),
        *("--workers", str(workers), "--blocking-threads", str(threads)),
        *("--log-level", "warning", "--no-ws", "core.wsgi:application"),
    ]


def worker_command() -> list[str]:
    """Return the command line of the worker: threads, as many as WORKER_THREADS."""
    name = f"worker@{os.getpid()}"
    return python(
        *("-m", "celery", "-A", "core", "--quiet", "worker", "--pool", "threads", "--loglevel", "INFO"),
        *("--without-gossip", "--without-mingle", "--hostname", name),
    )
