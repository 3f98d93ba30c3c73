"""An index of the room's models."""

from core.accounts import ApiToken
from core.audit import AuditDetail, AuditRow
from core.bridge.seen import BridgeKey, BridgeProblem, BridgeValue
from core.events import Event, EventDetail
from core.holds import Hold
from core.idempotency import IdempotencyKey
from core.links import Link
from core.outbox import Outbox, Shard
from core.second_factor import SecondFactor
from core.tallies import Tally, TallyMark

__all__ = [
    "ApiToken",
    "AuditDetail",
    "AuditRow",
    "BridgeKey",
    "BridgeProblem",
    "BridgeValue",
    "Event",
    "EventDetail",
    "Hold",
    "IdempotencyKey",
    "Link",
    "Outbox",
    "SecondFactor",
    "Shard",
    "Tally",
    "TallyMark",
]
