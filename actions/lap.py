"""One lap of all the work that is due, in the order in which it causes each other; for rehearsals and tests, which have no
worker beside them."""

from __future__ import annotations

from actions.dispatch import dispatch_all
from actions.runner import run_due
from core.bells import QUEUES
from rules import moment_clock

MOST = 1000  # runs of a queue, and moments, in one lap


def lap() -> tuple[int, int]:
    """Decide, carry out, and perform the moments that are due. How many events were decided, and how many runs worked on;
    (0, 0) where nothing was left to do."""
    decided = dispatch_all()
    worked = sum(run_due(queue, limit=MOST) for queue in QUEUES)
    for _round in range(MOST):  # a schedule that was missed for months is due again after each of its times
        if not moment_clock.work(MOST) and not moment_clock.is_due():
            break
    return decided + dispatch_all(), worked
