"""Garbage collection that leaves the program itself alone.

A process loads some hundred thousand objects that stay until it ends. Each full collection looks through all of them
and stops every thread meanwhile: over a tenth of a second, for somebody who waits for a page or a card.
"""

import gc

# So many more objects made than freed, and what is new is looked through. Python's own 700 is for small programs.
ALLOCATIONS = 10_000


def leave_the_program_alone() -> None:
    """Collect once, then leave what is there out of every later collection. For a process that has loaded its code."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(ALLOCATIONS)
