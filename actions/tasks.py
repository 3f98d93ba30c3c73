"""Celery's door: a message is a bell; the database says what is due."""

from __future__ import annotations

from typing import Any

from celery import shared_task
from celery.signals import worker_init

from actions import sweeper
from actions.dispatch import dispatch_at_bell
from actions.runner import run_due
from core import bells, wiring
from rules import moment_clock
from rules.simulation import launching
from state_machines.webhook_queue import apply_due

BATCH = 200  # runs that one message may carry out before it rings again


@worker_init.connect
def demand_wired(**_kwargs: Any) -> None:
    """A worker does not start with anything declared but unplugged."""
    wiring.demand_wired()


@worker_init.connect
def make_backtests_ready(sender: Any = None, **_kwargs: Any) -> None:
    """Before the worker forks its pool, so that all of it shares what stands by."""
    if "reports" in sender.app.amqp.queues.consume_from:
        launching.make_ready()


@shared_task(name="actions.dispatch")
def dispatch() -> None:
    """Decide the events that wait."""
    bells.taken(bells.DISPATCH)
    dispatch_at_bell()


@shared_task(name="actions.run")
def run(queue: str) -> None:
    """Carry out the due runs of one queue; rings again rather than holding the worker for long."""
    bells.taken(queue)
    if run_due(queue, limit=BATCH) == BATCH:
        bells.ring_queue(queue)


@shared_task(name="actions.webhooks")
def webhooks() -> None:
    """Process the webhooks that wait; rings again rather than holding the worker for long."""
    bells.taken(bells.WEBHOOKS)
    if apply_due(BATCH) == BATCH:
        bells.ring_webhooks()


@shared_task(name="actions.moments")
def moments() -> None:
    """Perform the moments that are due; rings again rather than holding the worker for long."""
    bells.taken(bells.MOMENTS)
    if moment_clock.work():
        bells.ring_moments()


@shared_task(name="actions.backtests")
def backtests() -> None:
    """Compute the backtests that wait, each in a process of its own."""
    bells.taken(bells.BACKTESTS)
    launching.run_waiting()


@shared_task(name="actions.sweep")
def sweep() -> None:
    """Find what no bell announced."""
    sweeper.sweep()
