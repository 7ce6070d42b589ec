"""SIGKILL of the worker, and of everything, in the middle of scans, checks, phone captures and batches.

Twenty-one pieces of work are in flight at the moment of the kill: of each kind some that the vendor has not begun, some
that it is busy with, some that it has done and not answered. Afterwards each is finished, or waits with a reason, and
nothing has happened twice: one coverage, one answer, one record at SPRY, money left once.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from demo.client import StepFailed
from tests.kill import scenario
from tests.kill.works import Release, Work
from tests.kill.world import World

pytestmark = [pytest.mark.real, pytest.mark.sqlite_only]
# A release that the vendor certainly did not carry out waits for a person, who may send it again.
NOT_DONE = {"worker": {"release not done"}, "everything": {"release not done", "release busy"}}
NAMES = [
    *("scan 0", "scan 1", "scan 2", "scan 3", "scan busy", "check 0", "check 1", "check busy"),
    *("capture 0", "capture 1", "capture busy", "batch 0", "batch 1", "batch 2", "batch 3", "batch 4", "batch busy"),
    *("release not done", "release done", "release busy", "single 0", "single 1"),
]


@dataclass
class Aftermath:
    """A world after the kill, everything settled."""

    world: World
    victim: str
    works: dict[str, Work]


def _in_flight(folders: pytest.TempPathFactory, worlds: int = 3) -> tuple[World, dict[str, Work], dict[str, Work]]:
    """Return a world with every piece of work in flight at the same moment. On a busy machine some may have ended
    before the last began; then nothing was rehearsed, and a fresh world is tried. Anything else that fails, fails."""
    world = World(folders.mktemp("kill") / "data")
    try:
        world.start()
        first, last = scenario.prepare(world)
        scenario.launch(world, first, last)
    except BaseException as error:
        world.stop()
        if worlds > 1 and isinstance(error, StepFailed) and str(error).startswith("The launch did not come"):
            return _in_flight(folders, worlds - 1)
        raise
    return world, first, last


@pytest.fixture(scope="module", params=["worker", "everything"])
def aftermath(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Aftermath]:
    """Put everything in flight, kill, and wait until it has settled."""
    world, first, last = _in_flight(tmp_path_factory)
    try:
        if request.param == "worker":
            world.kill_worker()
            scenario.wait_for_vendors(world)
        else:
            world.kill_everything()
            world.start()
        world.let_leases_run_out()
        scenario.settle(world, first | last)
        yield Aftermath(world, request.param, first | last)
    finally:
        world.stop()


def test_everything_was_in_the_middle(aftermath: Aftermath) -> None:
    assert aftermath.world.lost() == scenario.IN_FLIGHT
    assert set(aftermath.works) == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_it_is_finished_or_waits_with_a_reason_and_nothing_happened_twice(aftermath: Aftermath, name: str) -> None:
    work = aftermath.works[name]
    if isinstance(work, Release) and name in NOT_DONE[aftermath.victim]:
        assert work.waits_with_a_reason(), work.row()
        work.release_again()
    assert work.problems() == []


def test_an_orphan_at_the_vendor_is_an_empty_card(aftermath: Aftermath) -> None:
    """Opening a card is no effect: the one whose answer was lost stays there, without a photo."""
    cards = aftermath.world.cards()
    scans = sum(name.startswith("scan") for name in aftermath.works)
    assert [card["state"] for card in cards].count("pending") == len(cards) - scans <= 1
