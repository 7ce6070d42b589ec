"""Everything in flight at once, before, during and after the vendor's work; the kill; and what may come of it."""

from collections import Counter

from demo.client import wait_for
from tests.kill.works import PAYMENTS, Batch, Capture, Check, Release, Scan, Single, Work
from tests.kill.world import PATIENCE, World

Works = dict[str, Work]
Fault = tuple[str, str, str, dict[str, float]]  # vendor, route, what happens to its next call, options

# The calls that have not begun at the vendor, or are done there, when the kill comes. Of several batches on the same
# way the first are caught at create, the next at add, the last at start.
STILL: list[Fault] = [
    ("cardscan", "create", "black_hole_after", {}),
    ("cardscan", "direct_upload", "413", {}),
    ("cardscan", "upload_url", "black_hole_before", {}),
    ("cardscan", "direct_upload", "413", {}),
    ("cardscan", "upload", "black_hole_after", {}),
    ("cardscan", "direct_upload", "black_hole_after", {}),
    ("candid", "check", "black_hole_before", {}),
    ("candid", "check", "black_hole_after", {}),
    ("spry", "capture", "black_hole_before", {}),
    ("spry", "capture", "black_hole_after", {}),
    ("payments", "create", "black_hole_before", {}),
    ("payments", "create", "black_hole_after", {}),
    ("payments", "add", "black_hole_after", {}),
    ("payments", "start", "black_hole_before", {}),
    ("payments", "start", "black_hole_after", {}),
    ("payments", "release", "black_hole_before", {}),
    ("payments", "release", "black_hole_after", {}),
    ("payments", "single", "black_hole_before", {}),
    ("payments", "single", "black_hole_after", {}),
]
# The calls that the vendor is busy with: it reads the card, asks the payer, has sent half of its answer, or will work
# in a moment. They are begun last.
BUSY_SECONDS = 15
BUSY: list[Fault] = [
    ("cardscan", "process", "slow", {"seconds": BUSY_SECONDS}),
    ("cardscan", "get", "black_hole_before", {}),
    ("spry", "capture", "slow_drip", {"pause": 5}),
    ("payments", "add", "slow_before", {"seconds": BUSY_SECONDS}),
    ("payments", "release", "slow_before", {"seconds": BUSY_SECONDS}),
]
IN_FLIGHT = {
    "intake.card.read": 5,
    "eligibility.check": 3,
    "eligibility.capture.send": 3,
    "payments.create": 2,
    "payments.add": 2,
    "payments.start": 2,
    "payments.release": 3,
    "payments.single": 2,
}
BUSY_KINDS = ("intake.card.read", "eligibility.check", "eligibility.capture.send", "payments.add", "payments.release")
# Batches that the vendor has whole once its work is done, and payments whose money has left.
WHOLE, PAID = 7, 2 * PAYMENTS + 1


def prepare(world: World) -> tuple[Works, Works]:
    """Make everything up to the press of its button; return what is begun first, and what is begun last."""
    first: Works = {
        **{f"release {n}": Release(world) for n in ("not done", "done")},
        **{f"single {n}": Single(world) for n in range(2)},
        **{f"scan {n}": Scan(world, n) for n in range(4)},
        **{f"check {n}": Check(world) for n in range(2)},
        **{f"capture {n}": Capture(world) for n in range(2)},
        **{f"batch {n}": Batch(world) for n in range(5)},
    }
    last: Works = {
        "capture busy": Capture(world),
        "check busy": Check(world),
        "scan busy": Scan(world, 4),
        "batch busy": Batch(world),
        "release busy": Release(world),
    }
    for work in [*first.values(), *last.values()]:
        if isinstance(work, Release):
            work.wait_for_its_turn()
    return first, last


def launch(world: World, first: Works, last: Works) -> None:
    """Press every button, and wait until all is in flight at the same time."""
    _begin(world, STILL, first, dict(Counter(IN_FLIGHT) - Counter(BUSY_KINDS)))
    world.switch("candid", "latency_seconds", BUSY_SECONDS)
    _begin(world, BUSY, last, IN_FLIGHT)
    world.switch("candid", "latency_seconds", None)


def _begin(world: World, faults: list[Fault], works: Works, in_flight: dict[str, int]) -> None:
    for vendor, route, kind, options in faults:
        world.fault(vendor, route, kind, **options)
    for work in works.values():
        work.begin()
    wait_for(
        lambda: (world.in_flight(), world.waiting_faults()),
        lambda seen: seen == (in_flight, 0),
        what="The launch",
        seconds=PATIENCE,
    )


def wait_for_vendors(world: World) -> None:
    """Wait until the vendors, who were not killed, have done what they were busy with."""
    wait_for(lambda: len(world.ledger()), lambda paid: paid == PAID, what="The busy release", seconds=PATIENCE)
    wait_for(lambda: _whole(world), lambda whole: whole == WHOLE, what="The busy add", seconds=PATIENCE)


def _whole(world: World) -> int:
    return sum(batch["currentNumberOfPayments"] == PAYMENTS for batch in world.vendor_batches("ACCT1"))


def settle(world: World, works: Works) -> None:
    """Wait until everything is finished or waits with a reason, and nothing is left to be done soon."""
    for name, work in works.items():
        wait_for(work.is_settled, bool, what=name, seconds=PATIENCE)
    wait_for(world.open_commands, lambda left: not left, what="The last command", seconds=PATIENCE)
