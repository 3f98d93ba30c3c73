"""An index of the room's models."""

from actions.gateways.accounts import GatewayAccount
from actions.gateways.breakers import Breaker
from actions.message_log import SentMessage
from actions.reports import Report
from actions.runs import ActionRun, Attempt, AttemptDetail
from actions.suppressions import Suppression
from actions.webhook_deliveries import WebhookDelivery

__all__ = [
    "ActionRun",
    "Attempt",
    "AttemptDetail",
    "Breaker",
    "GatewayAccount",
    "Report",
    "SentMessage",
    "Suppression",
    "WebhookDelivery",
]
