#!/usr/bin/env python
"""Frontdesk's command line: `manage.py setup`, `manage.py serve`, `manage.py migrate` and the rest."""

import os
import sys


def main() -> None:
    """Run the command named on the command line."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "core.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
