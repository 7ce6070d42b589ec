"""Figures that are measured on PostgreSQL: in a process of its own, with a private server as its database."""

import json
import os
import subprocess
import sys
from contextlib import redirect_stdout
from dataclasses import asdict
from importlib import import_module
from pathlib import Path

from bench.measure import Figure

ROOT = Path(__file__).resolve().parent.parent


def figures(measure: str, *, what: str) -> list[Figure]:
    """Return what the function `measure` ("bench.finding:measured") returns there.

    Without a PostgreSQL on this machine nothing is returned, and standard error names `what` was not measured.
    """
    from tests.phones import own_postgres

    try:
        with own_postgres() as settings:
            told = subprocess.run(
                [sys.executable, "-m", "bench.on_postgres", measure],
                cwd=ROOT,
                env={**os.environ, **settings},
                check=True,
                stdout=subprocess.PIPE,
                text=True,
            )
    except (FileNotFoundError, RuntimeError) as error:
        sys.stderr.write(f"{what} is not measured on PostgreSQL. {error}\n")
        return []
    return [Figure(**figure) for figure in json.loads(told.stdout)]


def main(measure: str) -> None:
    """In that process: migrate, measure, print the figures as JSON."""
    import django

    django.setup()
    from django.core.management import call_command

    module, _, function = measure.partition(":")
    with redirect_stdout(sys.stderr):  # standard output is for the figures alone
        call_command("migrate", verbosity=0)
        found = getattr(import_module(module), function)()
    json.dump([asdict(figure) for figure in found], sys.stdout)


if __name__ == "__main__":
    main(sys.argv[1])
