"""A worker without its guard. Python imports this file by itself when its folder is first on PYTHONPATH.

The guard: when a command's lease has run out, its worker may have reached the vendor, so a command that is no question
is looked for before anything is sent again. In its place comes what an ordinary task queue does: whatever was not
acknowledged is delivered again. Nothing of the product is changed on disk.
"""

import importlib.abc
import importlib.machinery
import sys
from datetime import datetime
from types import ModuleType
from typing import Any


def without_policy(commands: ModuleType) -> None:
    """Have a command whose lease ran out claimed as if it had never been sent."""
    guarded = commands._claim

    def claim(command_id: int, now: datetime, *, early: bool = False) -> Any:
        lost = commands.Command.objects.filter(pk=command_id, status="CLAIMED", lease_until__lt=now).first()
        if lost is None:
            return guarded(command_id, now, early=early)
        lease = now + commands.lease_of(commands.handler_of(lost))
        lost.tries.filter(ended_at=None).update(ended_at=now, outcome="LOST")
        commands.Command.objects.filter(pk=lost.pk).update(fence=lost.fence + 1, lease_until=lease)
        lost.refresh_from_db()
        commands.CommandAttempt.objects.create(command=lost, fence=lost.fence, started_at=now)
        return lost

    commands._claim = claim


class _Loader(importlib.abc.Loader):
    """Loads core.commands as it is, then takes the guard out."""

    def __init__(self, real: Any) -> None:
        self.real = real

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType | None:
        return self.real.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        self.real.exec_module(module)
        without_policy(module)


class _Finder(importlib.abc.MetaPathFinder):
    """Finds core.commands where it is, and has it loaded by _Loader."""

    def find_spec(self, name: str, path: Any, target: Any = None) -> importlib.machinery.ModuleSpec | None:
        spec = importlib.machinery.PathFinder.find_spec(name, path) if name == "core.commands" else None
        if spec is not None:
            spec.loader = _Loader(spec.loader)
        return spec


sys.meta_path.insert(0, _Finder())
