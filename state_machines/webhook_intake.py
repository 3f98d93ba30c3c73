"""Taking a webhook in: verified, read, stored once. What it says is done later, by a worker."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import IntegrityError, transaction

from core import bells, clock
from core.acting import Actor, acting
from state_machines.sources.declare import Notice, Post, Refused
from state_machines.webhook_sources import WebhookSource
from state_machines.webhooks import InvalidWebhook, Webhook, WebhookBody

KEPT_INVALID = 1000  # of each source
KEPT_BYTES = 16 * 1024  # of the body of an invalid one


@dataclass(frozen=True)
class Taken:
    """The webhook that a post became, or had become before; `fresh` where it is processed because of this post."""

    webhook: Webhook
    fresh: bool


def take(account: WebhookSource, post: Post) -> Taken:
    """Verify and store. Raises Refused, which is kept as an invalid webhook, or Unreadable."""
    source = account.source
    try:
        if source.verify is not None:
            source.verify(account.keys, post)
    except Refused as refused:
        _keep_invalid(account.name, post, str(refused))
        raise
    notice = source.read(account.keys, post)
    with acting(Actor(f"source:{account.name}", unlimited=True)):
        return keep(account, notice, post.body, verified=source.verify is not None)


def keep(account: WebhookSource, notice: Notice, body: bytes, *, verified: bool) -> Taken:
    """Store a notice once, to be applied later. `verified`: it is known to come from the service itself."""
    webhook = _made(account, notice, verified=verified)
    try:
        with transaction.atomic():
            webhook.save()
            WebhookBody(webhook_id=webhook.pk, body=body).save(force_insert=True)
            transaction.on_commit(bells.ring_webhooks)
    except IntegrityError:
        return _again(account.name, notice)
    return Taken(webhook, fresh=True)


def _made(account: WebhookSource, notice: Notice, *, verified: bool) -> Webhook:
    return Webhook(
        source=account.name,
        external_id=notice.external_id,
        kind=notice.kind,
        movement=notice.movement,
        gateway_id=notice.payment,
        alias=notice.alias,
        amount_minor=notice.amount.minor if notice.amount else None,
        currency=notice.amount.currency if notice.amount else "",
        code=notice.code[:60],
        verified=verified,
        believed=verified or account.believed,
    )


def _again(source: str, notice: Notice) -> Taken:
    """A redelivery: what failed is due again, and anything else is a duplicate."""
    webhook = Webhook.objects.get(source=source, external_id=notice.external_id)
    if webhook.state != "failed":
        return Taken(webhook, fresh=False)
    Webhook.objects.filter(pk=webhook.pk, state="failed").update(due_at=clock.now(), attempts=0)
    bells.ring_webhooks()
    return Taken(webhook, fresh=True)


def _keep_invalid(source: str, post: Post, reason: str) -> None:
    kept = InvalidWebhook.objects.create(source=source, reason=reason[:300], body=post.body[:KEPT_BYTES])
    if kept.pk % 50 == 0:
        newest = InvalidWebhook.objects.filter(source=source).order_by("-id")
        if (last := newest.values_list("id", flat=True)[KEPT_INVALID : KEPT_INVALID + 1]) and last[0]:
            InvalidWebhook.objects.filter(source=source, pk__lte=last[0]).delete()
