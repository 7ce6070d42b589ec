"""The supervisor: children's lines, a start that fails, a child that dies later, a clean stop."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from core import supervisor
from core.supervisor import Part, Stopped, Supervisor, port_is_free

ROOT = Path(__file__).resolve().parents[2]
SLEEPS = [sys.executable, "-c", "import time; print('up'); time.sleep(60)"]


@pytest.fixture
def said():
    return []


def wait_until(condition, seconds=20.0):
    ends = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < ends, "it did not happen"
        time.sleep(0.02)


@pytest.fixture
def run(said):
    running = []

    def run(*parts):
        one = Supervisor(parts, said.append)
        running.append(one)
        one.start()
        return one

    yield run
    for one in running:
        one.stop()


def test_it_prefixes_the_lines_of_its_children(run, said):
    run(Part("web", SLEEPS), Part("worker", SLEEPS))
    wait_until(lambda: sorted(said) == ["web        up", "worker     up"])


def test_a_part_that_does_not_start_ends_everything(run, said):
    one = run(Part("web", SLEEPS), Part("worker", [sys.executable, "-c", "raise SystemExit(3)"]))
    with pytest.raises(Stopped, match="worker ended with code 3"):
        one.watch()
    one.stop()
    assert all(child.poll() is not None for child in one.children.values())


def test_a_part_that_dies_later_is_started_again(run, said, monkeypatch):
    monkeypatch.setattr(supervisor, "STAYS_UP", 0.0)
    one = run(Part("worker", SLEEPS))
    wait_until(lambda: said)
    first = one.children["worker"].pid
    os.kill(first, signal.SIGKILL)
    threading.Thread(target=one.watch, daemon=True).start()
    wait_until(lambda: one.children["worker"].pid != first)
    wait_until(lambda: said.count("worker     up") == 2)
    assert "worker     ended with code -9 and is started again." in said


def test_a_part_that_keeps_dying_is_started_again_more_and_more_seldom(run, said, monkeypatch):
    monkeypatch.setattr(supervisor, "STAYS_UP", 0.0)
    monkeypatch.setattr(supervisor, "PAUSES", (0.0, 0.3, 60.0))
    one = run(Part("worker", [sys.executable, "-c", "print('up', flush=True)"]))
    monkeypatch.setattr(supervisor, "STAYS_UP", 5.0)
    one.deaths["worker"] = 0
    threading.Thread(target=one.watch, daemon=True).start()
    wait_until(lambda: said.count("worker     up") == 3)
    time.sleep(0.5)
    assert said.count("worker     up") == 3, "the third pause is a minute"
    assert not one.stopping.is_set()


def test_the_next_start_ends_what_a_killed_supervisor_left(tmp_path, said):
    spawn = "import subprocess, sys, time; p = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])"
    pids = tmp_path / "children"
    one = Supervisor(
        [Part("web", [sys.executable, "-c", f"{spawn}; print(p.pid, flush=True); time.sleep(60)"])],
        said.append,
        pids=pids,
    )
    one.start()
    wait_until(lambda: said)
    grandchild = int(said[0].split()[1])
    os.kill(one.children["web"].pid, signal.SIGKILL)
    one.children["web"].wait()
    assert _lives(grandchild), "its parent is gone, and it holds on"
    supervisor.end_leftovers(pids)
    wait_until(lambda: not _lives(grandchild))
    assert not pids.exists()
    supervisor.end_leftovers(pids)


def test_one_data_folder_serves_one_program(tmp_path):
    with (
        supervisor.hold_folder(tmp_path, "process 7 on port 8000"),
        pytest.raises(supervisor.FolderInUse, match="process 7 on port 8000"),
    ):
        supervisor.hold_folder(tmp_path, "process 8 on port 8001")
    supervisor.hold_folder(tmp_path, "process 9 on port 8002").close()


def test_the_second_program_on_a_folder_touches_nothing(tmp_path, settings):
    settings.DATA_DIR = tmp_path
    (tmp_path / "children").write_text("1")
    with (
        supervisor.hold_folder(tmp_path, "process 7 on port 8000"),
        pytest.raises(CommandError, match="process 7 on port 8000"),
    ):
        call_command("serve", port=8001)
    assert (tmp_path / "children").exists()


def test_a_killed_program_leaves_its_folder_free(tmp_path):
    hold = "import sys, time; from pathlib import Path; from core import supervisor; import subprocess"
    hold += "; kept = supervisor.hold_folder(Path(sys.argv[1]), 'x'); subprocess.Popen(['sleep', '60'])"
    hold += "; print('held', flush=True); time.sleep(60)"
    one = subprocess.Popen(
        [sys.executable, "-c", hold, str(tmp_path)], stdout=subprocess.PIPE, start_new_session=True, cwd=ROOT
    )
    assert one.stdout.readline() == b"held\n"
    one.kill()
    one.wait()
    try:
        supervisor.hold_folder(tmp_path, "the next").close()  # although what it started still runs
    finally:
        os.killpg(one.pid, signal.SIGKILL)


def test_a_number_that_is_somebody_elses_now_is_left_alone(tmp_path):
    stranger = subprocess.Popen(["sleep", "60"], start_new_session=True)
    try:
        (tmp_path / "children").write_text(str(stranger.pid))
        supervisor.end_leftovers(tmp_path / "children")
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def ends_when(*steps: str) -> list[str]:
    """Return a program that says when it is told to stop, and ends after some steps."""
    told = "; ".join([*steps, "print('ends', flush=True)", "sys.exit()"])
    program = f"import pathlib, signal, sys, time\ndef end(*_): {told}\nsignal.signal(signal.SIGTERM, end)"
    return [sys.executable, "-c", f"{program}\nprint('up', flush=True)\ntime.sleep(60)"]


def parts_that(said: list[str], word: str) -> list[str]:
    return sorted(line.split()[0] for line in said if line.endswith(word))


def test_what_the_others_call_is_told_to_stop_when_they_have_ended(run, said, tmp_path):
    order = tmp_path / "order"
    note = f"open({str(order)!r}, 'a').write({{!r}} + chr(10))"
    slow = ends_when("time.sleep(0.5)", note.format("worker ends"))
    one = run(Part("sandbox", ends_when(note.format("sandbox is told")), serves=True), Part("worker", slow))
    wait_until(lambda: len(parts_that(said, "up")) == 2)
    one.stop()
    assert order.read_text().splitlines() == ["worker ends", "sandbox is told"]


def test_parts_that_end_are_not_waited_for_one_after_another(run, said, tmp_path):
    """Each of two ends only when the other one was told too."""
    meet = "pathlib.Path({0!r}).touch(); [time.sleep(0.01) for _ in iter(lambda: pathlib.Path({1!r}).exists(), True)]"
    here, there = str(tmp_path / "here"), str(tmp_path / "there")
    one = run(Part("web", ends_when(meet.format(here, there))), Part("worker", ends_when(meet.format(there, here))))
    wait_until(lambda: len(parts_that(said, "up")) == 2)
    one.stop()
    wait_until(lambda: parts_that(said, "ends") == ["web", "worker"])


def test_one_that_does_not_end_in_time_leaves_the_one_it_calls_time_to_end(run, said, monkeypatch):
    monkeypatch.setattr(supervisor, "GRACE", 0.3)
    one = run(Part("sandbox", ends_when(), serves=True), Part("worker", ends_when("time.sleep(60)")))
    wait_until(lambda: len(parts_that(said, "up")) == 2)
    one.stop()
    wait_until(lambda: parts_that(said, "ends") == ["sandbox"])
    assert one.children["worker"].returncode == -signal.SIGKILL


def test_it_ends_what_a_child_left_behind(run, said):
    spawn = "import subprocess, sys, time; p = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])"
    one = run(Part("web", [sys.executable, "-c", f"{spawn}; print(p.pid, flush=True); time.sleep(60)"]))
    wait_until(lambda: said)
    grandchild = int(said[0].split()[1])
    one.stop()
    wait_until(lambda: not _lives(grandchild))


def _lives(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z"
    except FileNotFoundError:
        return False


def test_it_knows_a_port_in_use():
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert port_is_free(port) is False
    assert port_is_free(port) is True
