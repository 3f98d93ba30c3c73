"""Processing stored webhooks: each once, with retries over hours. A killed worker leaves nothing half done."""

from __future__ import annotations

import logging
import random
from datetime import timedelta

from django.db import connection, transaction

from core import clock
from core.acting import Actor, acting
from core.errors import PravilaError
from core.events import Event
from core.machine import perform
from state_machines.webhook_standing import LATE, UNKNOWN, standing
from state_machines.webhooks import Webhook

log = logging.getLogger(__name__)
RETRY_SECONDS = (300, 900, 3600, 7200, 21_600)


def apply_due(limit: int = 200) -> int:
    """Process up to `limit` webhooks that are due, the oldest first. The number worked on."""
    worked = 0
    while worked < limit and _apply_next():
        worked += 1
    return worked


def is_due() -> bool:
    """Whether a webhook waits to be processed now."""
    return Webhook.objects.filter(due_at__lte=clock.now()).exists()


def _apply_next() -> bool:
    """One webhook, in one transaction whose row lock is the lease."""
    with transaction.atomic():
        due = Webhook.objects.filter(due_at__lte=clock.now()).order_by("due_at", "id")
        skip = connection.features.has_select_for_update_skip_locked
        webhook = due.select_for_update(skip_locked=skip, of=("self",) if skip else ()).first()
        if webhook is None:
            return False
        first = Event.objects.get(subject=webhook.ref, sequence=0)
        source = Actor(f"source:{webhook.source}", unlimited=True)
        with acting(source, correlation=first.correlation, cause=first.pk, depth=first.depth + 1):
            try:
                with transaction.atomic():
                    _settle(webhook)
            except PravilaError as refused:
                _postpone(webhook, refused.code.replace("-", "_"))
            except Exception:
                log.exception("a webhook could not be processed", extra={"webhook": webhook.ref})
                _postpone(webhook, "error")
    return True


def _settle(webhook: Webhook) -> None:
    found = standing(webhook)
    if found.code == LATE:
        perform(webhook, "ignore")
    elif found.code == UNKNOWN:
        _postpone(webhook, found.code)
    elif found.code:
        _give_up(webhook, found.code)
    else:
        perform(webhook, "apply")


def _postpone(webhook: Webhook, code: str) -> None:
    """Try again later; give up when all tries are used."""
    if webhook.attempts >= len(RETRY_SECONDS):
        _give_up(webhook, code)
        return
    wait = timedelta(seconds=RETRY_SECONDS[webhook.attempts] * random.uniform(0.8, 1.2))
    Webhook.objects.filter(pk=webhook.pk).update(attempts=webhook.attempts + 1, due_at=clock.now() + wait)


def _give_up(webhook: Webhook, code: str) -> None:
    if webhook.state == "failed":  # redelivered in vain
        Webhook.objects.filter(pk=webhook.pk).update(due_at=None)
    else:
        perform(webhook, "give_up", arguments={"code": code})
