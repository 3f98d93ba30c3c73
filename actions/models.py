"""An index of the room's models."""

from actions.gateways.accounts import GatewayAccount
from actions.gateways.breakers import Breaker
from actions.runs import ActionRun, Attempt, AttemptDetail
from actions.webhook_deliveries import WebhookDelivery

__all__ = ["ActionRun", "Attempt", "AttemptDetail", "Breaker", "GatewayAccount", "WebhookDelivery"]
