"""The same kill with and without the guard: the check of the scenario has to fail where the guard is missing.

A phone call is saved at SPRY and a release is carried out, but neither answer arrives; then everything is killed. The
vendor lets a second release through, and its reads are behind. With the guard there is one record and money has left
once. `without_guard/sitecustomize.py` takes the guard out of the same program, from outside, as an ordinary task queue
would have it, and there the same check finds two records, and money that has left twice.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from demo.client import wait_for
from tests.kill.works import PAYMENTS, Capture, Release
from tests.kill.world import PATIENCE, World

pytestmark = [pytest.mark.real, pytest.mark.sqlite_only]
WITHOUT_GUARD = str(Path(__file__).parent / "without_guard")


class Twice(AssertionError):
    """Something happened twice."""


class Scenario:
    """One call and one release, both done by their vendors and not answered, and the kill."""

    def __init__(self, world: World) -> None:
        world.start()
        self.world, self.capture, self.release = world, Capture(world), Release(world)
        self.release.wait_for_its_turn()
        world.switch("payments", "second_release", "pays")
        world.fault("spry", "capture", "black_hole_after")
        world.fault("payments", "release", "black_hole_after")
        self.capture.begin()
        self.release.begin()
        wait_for(world.spry_records, len, what="The call", seconds=PATIENCE)
        wait_for(lambda: len(world.ledger()), lambda paid: paid == PAYMENTS, what="The release", seconds=PATIENCE)
        # From here on the vendor still shows the batch as it was before its release.
        world.fault("payments", "batch", "stale_reads", times=None)
        world.kill_everything()
        world.start()
        world.let_leases_run_out()
        wait_for(self.capture.is_settled, bool, what="The call", seconds=PATIENCE)
        wait_for(self.release.is_settled, bool, what="The batch", seconds=PATIENCE)

    def check_spry(self) -> None:
        """Raise Twice unless SPRY has one record."""
        if (records := len(self.world.spry_records())) != 1:
            raise Twice(f"SPRY has {records} records of one call")

    def check_money(self) -> None:
        """Raise Twice unless money left once."""
        if set(times := self.release.times_money_left()) != {1}:
            raise Twice(f"money left {times} times")


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scenario]:
    """The program as it is."""
    yield from _play(World(tmp_path_factory.mktemp("guarded") / "data"))


@pytest.fixture(scope="module")
def unguarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scenario]:
    """The same program; each of its processes takes the guard out of itself."""
    yield from _play(World(tmp_path_factory.mktemp("unguarded") / "data", PYTHONPATH=WITHOUT_GUARD))


def _play(world: World) -> Iterator[Scenario]:
    try:
        yield Scenario(world)
    finally:
        world.stop()


def test_with_the_guard_nothing_happens_twice(guarded: Scenario) -> None:
    guarded.check_spry()
    guarded.check_money()
    assert guarded.world.lost() == {"eligibility.capture.send": 1, "payments.release": 1}
    # The reads are behind, so the machine believes that nothing was released; it asks a person and sends nothing.
    assert guarded.release.row()["status"] == "NEEDS_REVIEW"
    assert guarded.capture.problems() == []


def test_without_the_guard_the_same_check_fails(unguarded: Scenario) -> None:
    assert unguarded.world.lost() == {"eligibility.capture.send": 1, "payments.release": 1}
    with pytest.raises(Twice, match="SPRY has 2 records"):
        unguarded.check_spry()
    with pytest.raises(Twice, match=r"money left \[2, 2, 2\] times"):
        unguarded.check_money()
