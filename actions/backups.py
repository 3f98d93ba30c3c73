"""Backups, as rules ask for them."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from actions.declare import EXTERNAL, Call, action
from actions.gateways.backups import BACKUPS, SECONDS
from actions.outcome import Outcome


@action(
    "backup.make",
    title=_("Make a backup"),
    sentence=_("Make a backup of the database, and keep the newest {keep}"),
    parameters={"keep": {"type": "integer", "minimum": 1, "maximum": 400}},
    kind=EXTERNAL,
    queue="reports",
    timeout_seconds=SECONDS + 60,
    max_attempts=3,
)
def back_up(call: Call, keep: int = 14) -> Outcome:
    """Of the whole database; made again, it is one backup more."""
    return BACKUPS.through(lambda gateway: gateway.make(keep))
