"""`make bench`: run every benchmark, or those named: `python -m bench images today`."""

import os
import sys
import tempfile

os.environ.setdefault("DATA_DIR", tempfile.mkdtemp(prefix="frontdesk-bench-"))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "core.settings")
os.environ.setdefault("LOG_LEVEL", "WARNING")

import django

django.setup()

from bench import corpus, finding, images, phones, reader, running, sandbox, today, waiting  # noqa: E402 (Django first)

BENCHES = {
    "images": images.run,
    "corpus": corpus.run,
    "today": today.run,
    "finding": finding.run,
    "running": running.run,
    "waiting": waiting.run,
    "phones": phones.run,
    "reader": reader.run,
    "sandbox": sandbox.run,
}


def main() -> int:
    """Print a line for each figure; return 1 when one is beyond its limit."""
    chosen = sys.argv[1:] or list(BENCHES)
    figures = [figure for name in chosen for figure in BENCHES[name]()]
    width = max(len(figure.what) for figure in figures)
    for figure in figures:
        print(f"{figure.verdict}  {figure.what:<{width}}  {figure.shown}")
    return 0 if all(figure.ok for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
