"""Deliveries of webhooks: one event told to one endpoint, with what came of it."""

from __future__ import annotations

import json
from datetime import timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _

from actions.gateways.http import Reply
from actions.gateways.webhooks import WEBHOOKS, Signed
from actions.outcome import Failed
from core import clock
from core.errors import NotAllowed
from core.events import Event
from core.machine import perform
from core.refs import resolve
from state_machines.sources.signatures import standard
from state_machines.webhook_endpoints import WebhookEndpoint

GIVE_UP = timedelta(days=3)  # an endpoint that took nothing for so long is disabled
GONE = 410  # "this webhook should be disabled": the specification of Standard Webhooks


class WebhookDelivery(models.Model):
    """`key` is the idempotency key of the run that delivers; `status` the last answer, none where none came."""

    STATES = (
        ("pending", _("pending")),
        ("delivered", _("delivered")),
        ("failed", _("failed")),
        ("refused", _("address refused")),
        ("disabled", _("disabled")),
    )
    key = models.CharField(_("idempotency key"), max_length=340)
    endpoint = models.CharField(_("endpoint"), max_length=100)
    event_id = models.BigIntegerField(_("event"))
    state = models.CharField(_("state"), max_length=10, choices=STATES, default="pending")
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    status = models.PositiveSmallIntegerField(_("answer"), null=True)
    said = models.CharField(_("outcome"), max_length=500, default="")
    at = models.DateTimeField(_("at"), default=clock.now)

    class Meta:
        verbose_name = _("webhook delivery")
        verbose_name_plural = _("webhook deliveries")
        constraints = [models.UniqueConstraint(fields=["key", "endpoint"], name="delivery_once")]
        indexes = [models.Index(fields=["endpoint", "-id"], name="delivery_endpoint")]

    def __str__(self) -> str:
        return f"{self.endpoint} {self.event_id}"


def deliver(delivery: WebhookDelivery, endpoint: WebhookEndpoint, event: Event) -> str:
    """Post the event once, and keep what came of it. The state of the delivery: only `failed` is worth another try."""
    reply = WEBHOOKS.behind().post(_signed(endpoint, event))
    if isinstance(reply, Reply) and 200 <= reply.status < 300:
        WebhookEndpoint.objects.filter(pk=endpoint.pk, failing_since__isnull=False).update(failing_since=None)
        return _settle(delivery, "delivered", reply)
    WebhookEndpoint.objects.filter(pk=endpoint.pk, failing_since=None).update(failing_since=clock.now())
    if reason := _reason_to_disable(endpoint, reply):
        _disable(endpoint, reason)
        return _settle(delivery, "disabled", reply)
    return _settle(delivery, "refused" if isinstance(reply, Failed) and not reply.retryable else "failed", reply)


def redeliver(delivery: WebhookDelivery) -> str:
    """Post a delivery again, whatever came of it before. Its state; raises ObjectMissing where its endpoint is gone."""
    endpoint = resolve(delivery.endpoint)
    assert isinstance(endpoint, WebhookEndpoint)
    return deliver(delivery, endpoint, Event.objects.get(pk=delivery.event_id))


def body_of(event: Event) -> bytes:
    """The event as Standard Webhooks has it: type, timestamp, data. Who acted stays inside."""
    document = event.as_document()
    data = {name: document[name] for name in ("id", "subject", "sequence", "facts", "was") if name in document}
    told = {"type": event.type, "timestamp": document["at"], "data": data}
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()


def _signed(endpoint: WebhookEndpoint, event: Event) -> Signed:
    message, stamp, body = f"msg_{event.pk}_{endpoint.pk}", str(int(clock.now().timestamp())), body_of(event)
    signatures = [f"v1,{standard(secret, message, stamp, body)}" for secret in endpoint.secrets]
    headers = {"webhook-id": message, "webhook-timestamp": stamp, "webhook-signature": " ".join(signatures)}
    return Signed(endpoint.address, headers, body)


def _reason_to_disable(endpoint: WebhookEndpoint, reply: Reply | Failed) -> str:
    if isinstance(reply, Reply) and reply.status == GONE:
        return "gone"
    since = endpoint.failing_since
    return "failing" if since is not None and since <= clock.now() - GIVE_UP else ""


def _disable(endpoint: WebhookEndpoint, reason: str) -> None:
    try:
        perform(endpoint.ref, "disable", arguments={"reason": reason})
    except NotAllowed:  # another delivery was faster
        return


def _settle(delivery: WebhookDelivery, state: str, reply: Reply | Failed) -> str:
    delivery.state, delivery.attempts, delivery.at = state, delivery.attempts + 1, clock.now()
    delivery.status = reply.status if isinstance(reply, Reply) else None
    delivery.said = f"answered {reply.status}" if isinstance(reply, Reply) else reply.reason[:500]
    delivery.save()
    return state
