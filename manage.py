#!/usr/bin/env python
"""Frontdesk's command line: `manage.py setup`, `manage.py serve`, `manage.py migrate` and the rest."""

import os
import sys


def main() -> None:
    """Run the command named on the command line; a refused setting and Ctrl-C end it with one sentence."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "core.settings")
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        sys.exit("Frontdesk has stopped.")


if __name__ == "__main__":
    main()
