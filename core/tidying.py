"""What the apps clear away every night; they register it from AppConfig.ready()."""

from collections.abc import Callable

_registered: list[Callable[[], object]] = []


def register(function: Callable[[], object]) -> None:
    """Have `function` called once a night; it must not mind being called again after a crash."""
    if function not in _registered:
        _registered.append(function)


def run() -> None:
    """Do the night's tidying; what one function raises ends the run, and the next night begins anew."""
    for function in _registered:
        function()
