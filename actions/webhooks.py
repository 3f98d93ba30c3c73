"""Telling customers' endpoints of an event."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from actions.declare import EXTERNAL, Call, action
from actions.outcome import Done, Failed, Outcome, Skipped
from actions.webhook_deliveries import WebhookDelivery, deliver
from core.events import Event
from rules.patterns import fits
from state_machines.webhook_endpoints import WebhookEndpoint, endpoints_of

ATTEMPTS = 24  # with the waits of all runs: about four days


@action(
    "notify.webhook",
    title=_("Tell webhook endpoints"),
    sentence=_("Tell the customer's webhook endpoints of it"),
    kind=EXTERNAL,
    queue="low",
    timeout_seconds=180,
    max_attempts=ATTEMPTS,
)
def webhook(call: Call) -> Outcome:
    """Post the event to each endpoint of its customer, and of the house, whose types it fits; retried where not taken."""
    event = Event.objects.get(pk=call.event_id)
    listening = [
        one for one in endpoints_of(call.customer) if any(fits(pattern, event.type) for pattern in one.event_types)
    ]
    if not listening:
        return Skipped(f"no active endpoint listens to {event.type}")
    states = {endpoint.ref: _told(call, endpoint, event) for endpoint in listening}
    missed = [ref for ref, state in states.items() if state != "delivered"]
    if not missed:
        return Done(f"told {len(states)} endpoint(s)")
    return Failed(f"not taken by {', '.join(missed)}", retryable="failed" in states.values())


def _told(call: Call, endpoint: WebhookEndpoint, event: Event) -> str:
    """Post it unless an earlier attempt of the run did. The state of the delivery."""
    delivery, _made = WebhookDelivery.objects.get_or_create(
        key=call.key, endpoint=endpoint.ref, defaults={"event_id": event.pk}
    )
    return delivery.state if delivery.state == "delivered" else deliver(delivery, endpoint, event)
