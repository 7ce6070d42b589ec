"""`make demo`: the main job over HTTP, against the instance on PORT or one that is started and stopped for it."""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from demo.client import StepFailed, direct
from demo.instance import ROOT, DidNotStart, Instance, is_ready
from demo.job import Job, last_line


def main() -> int:
    """Run the demo; return 0 only if every step worked."""
    options = _options()
    job: Job | None = None
    problem = ""
    try:
        with _instance() as (url, sandbox_url, data):
            _refuse_real_vendors(url)
            job = Job(url, sandbox_url, _logins(data), _say)
            job.run(*_photos(options))
    except (StepFailed, DidNotStart) as error:
        problem = str(error)
    except KeyboardInterrupt:
        problem = "It was interrupted."
    except Exception as error:  # an answer that nobody foresaw: whoever reads the last line is told too
        problem = f"Something is not as the demo expects it ({type(error).__name__}: {error})."
    if problem:
        _say(f"Stopped: {problem}")
    result, seconds = (job.result, job.seconds) if job else ({}, {})
    _say(last_line(result, ok=not problem, seconds=seconds, problem=problem))
    return 1 if problem else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="The main job without a browser.")
    parser.add_argument("--card", type=Path, help="a photo of the card's front (a drawn card otherwise)")
    parser.add_argument("--back", type=Path, help="a photo of its back")
    return parser.parse_args()


def _say(line: str) -> None:
    print(line, flush=True)


@contextmanager
def _instance() -> Iterator[tuple[str, str, Path]]:
    """Yield address, sandbox address and data folder of the running instance, or of a fresh one."""
    data = Path(os.environ.get("DATA_DIR", ROOT / "var"))
    port, sandbox_port = _port("PORT", 8000), _port("SANDBOX_PORT", 8900)
    url = f"http://127.0.0.1:{port}"
    if is_ready(url):
        _say(f"Frontdesk runs at {url}.")
        yield url, os.environ.get("SANDBOX_URL", f"http://127.0.0.1:{sandbox_port}"), data
        return
    with tempfile.TemporaryDirectory(prefix="frontdesk-demo-") as folder:
        instance = Instance(Path(folder))
        _say("Frontdesk does not run; a fresh one is started for this demo.")
        try:
            instance.start()
            yield instance.url, instance.sandbox_url, instance.data
        finally:
            instance.stop()


def _port(name: str, default: int) -> int:
    value = os.environ.get(name) or str(default)
    if not (value.isascii() and value.isdigit() and 0 < int(value) < 65536):
        raise StepFailed(f"{name} must be a port number, not {value!r}.")
    return int(value)


def _refuse_real_vendors(url: str) -> None:
    if direct().get(f"{url}/health/", timeout=10).json().get("world") != "sandbox":
        raise StepFailed("At least one vendor is not the sandbox. The demo makes up people and moves money: refused.")


def _logins(data: Path) -> dict[str, object]:
    try:
        return dict(json.loads((data / "demo.json").read_text(encoding="utf-8")))
    except OSError:
        raise StepFailed(f"{data / 'demo.json'} is missing: this instance was not set up as a demo (DEMO=1).") from None


def _photos(options: argparse.Namespace) -> tuple[Path, Path | None]:
    for path in (options.card, options.back):
        if path is not None and not path.is_file():
            raise StepFailed(f"There is no file {path}.")
    if options.card is not None:
        return options.card, options.back
    folder = Path(tempfile.mkdtemp(prefix="frontdesk-card-"))
    front, back = folder / "front.png", folder / "back.png"
    command = [sys.executable, "-m", "sandbox.cardscan.demo_card", str(front), str(back)]
    subprocess.run(command, cwd=ROOT, check=True)  # noqa: S603 (our own command)
    return front, back


if __name__ == "__main__":
    sys.exit(main())
