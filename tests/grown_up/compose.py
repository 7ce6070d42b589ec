"""Plays docker-compose.yml without containers: the same commands and environment, each service in a folder of its own.

What a container would give is put in its place: host names become the loopback address, ports become free ones, and the
paths of volumes and secrets become folders.
"""

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import psutil
import yaml

from demo.instance import ROOT

_IMAGE_ENVIRONMENT = re.compile(r"^ENV (.*)$", re.MULTILINE)
NEEDED = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "LD_LIBRARY_PATH") if name in os.environ}


class Compose:
    """The services of docker-compose.yml that are made of our own image."""

    def __init__(
        self, folder: Path, places: Mapping[str, str], env_file: Mapping[str, str], instead: Mapping[str, str]
    ) -> None:
        """`places` says what stands for a word of the file, such as `postgres:5432`; `env_file` is frontdesk.env;
        `instead` replaces values of the file's environment."""
        self.folder, self.env_file, self.instead = folder, dict(env_file), dict(instead)
        self.services: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
        self.places = {**places, "/run/secrets": str(_make_secrets(folder))}
        self.running: dict[str, subprocess.Popen[bytes]] = {}

    def environment(self, service: str) -> dict[str, str]:
        """Return what the service's processes find in their environment: image, env_file, then the service's own."""
        image = dict(pair.split("=", 1) for line in _image_environment() for pair in line.split())
        own = {name: str(value) for name, value in self.services[service]["environment"].items()}
        given = {name: value for name, value in image.items() if name not in NEEDED} | self.env_file | own
        given |= {name: value for name, value in self.instead.items() if name in own}
        return NEEDED | {name: self._put(service, value) for name, value in given.items()}

    def command(self, service: str) -> list[str]:
        """Return the command line of the service, with the interpreter of these tests."""
        program, *arguments = self.services[service]["command"]
        found = sys.executable if program == "python" else str(Path(sys.executable).with_name(program))
        return [found, *(self._put(service, argument) for argument in arguments)]

    def _put(self, service: str, text: str) -> str:
        """Replace the words that only mean something inside containers: /data is each one's own, /app the image's."""
        own, image = self.folder / service, self.folder / "app"
        own.mkdir(exist_ok=True)
        for word, place in {**self.places, "/data": str(own), "/app": str(image)}.items():
            text = re.sub(rf"(?<![\w.]){re.escape(word)}(?!\w)", place, text)
        return text

    def start(self, service: str) -> None:
        """Start the service, also again."""
        with (self.folder / f"{service}.log").open("ab") as log:
            self.running[service] = subprocess.Popen(
                self.command(service), cwd=ROOT, env=self.environment(service), stdout=log, stderr=log
            )

    def run(self, service: str) -> None:
        """Run a service that ends by itself."""
        self.start(service)
        assert self.running.pop(service).wait(180) == 0, self.log(service)

    def kill(self, service: str) -> None:
        """SIGKILL the service with all of its processes."""
        parent = psutil.Process(self.running[service].pid)
        for process in [*parent.children(recursive=True), parent]:
            process.kill()
        self.running.pop(service).wait()

    def log(self, service: str) -> str:
        """Return the last lines that the service wrote."""
        return (self.folder / f"{service}.log").read_text(errors="replace")[-3000:]

    def stop(self) -> None:
        """Stop every service."""
        for process in self.running.values():
            process.terminate()
        for process in self.running.values():
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _image_environment() -> list[str]:
    """Return the ENV lines of the image's last stage."""
    return _IMAGE_ENVIRONMENT.findall((ROOT / "Dockerfile").read_text().rpartition("\nFROM ")[2])


def _make_secrets(folder: Path) -> Path:
    """Make the secrets with the very commands of docs/deploying.md."""
    commands = (ROOT / "docs" / "deploying.md").read_text().split("```")[1]
    subprocess.run(["sh", "-euc", commands], cwd=folder, check=True)
    return folder / "secrets"
