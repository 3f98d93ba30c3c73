"""Celery's door: a message is a bell; the database says what is due."""

from __future__ import annotations

from typing import Any

from celery import shared_task
from celery.signals import worker_init

from actions import sweeper
from actions.dispatch import dispatch_at_bell
from actions.runner import run_due
from core import wiring
from core.bells import ring_queue, ring_webhooks
from state_machines.webhook_queue import apply_due

BATCH = 200  # runs that one message may carry out before it rings again


@worker_init.connect
def demand_wired(**_kwargs: Any) -> None:
    """A worker does not start with anything declared but unplugged."""
    wiring.demand_wired()


@shared_task(name="actions.dispatch")
def dispatch() -> None:
    """Decide the events that wait."""
    dispatch_at_bell()


@shared_task(name="actions.run")
def run(queue: str) -> None:
    """Carry out the due runs of one queue; rings again rather than holding the worker for long."""
    if run_due(queue, limit=BATCH) == BATCH:
        ring_queue(queue)


@shared_task(name="actions.webhooks")
def webhooks() -> None:
    """Process the webhooks that wait; rings again rather than holding the worker for long."""
    if apply_due(BATCH) == BATCH:
        ring_webhooks()


@shared_task(name="actions.sweep")
def sweep() -> None:
    """Find what no bell announced."""
    sweeper.sweep()
