"""Taking a webhook in: verified, read, stored once. What it says is done later, by a worker."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from core import bells, clock
from core.acting import Actor, acting
from core.born_once import born_once
from core.errors import PravilaError
from state_machines.sources.declare import Notice, Post, Refused, Unreadable
from state_machines.webhook_sources import WebhookSource, source_named
from state_machines.webhooks import InvalidWebhook, Webhook, WebhookBody

KEPT_INVALID = 1000  # of each source
KEPT_BYTES = 16 * 1024  # of the body of an invalid one


@dataclass(frozen=True)
class Taken:
    """The webhook that a post became, or had become before; `fresh` where it is processed because of this post."""

    webhook: Webhook
    fresh: bool


class SourceChanged(PravilaError):
    """Webhook source {name} was changed just now. Send the webhook again."""

    status = 409
    code = "conflict"


def take(account: WebhookSource, post: Post) -> Taken:
    """Verify and store. Raises Refused, which is kept as an invalid webhook, or Unreadable.

    Where the source is no longer as `account` has it, the post is taken by what it is now.
    """
    try:
        return _taken(account, post)
    except (Refused, Unreadable, SourceChanged) as refusal:
        present = source_named(account.name)
        if present.seen != account.seen:
            return take(present, post)
        if isinstance(refusal, Refused):
            _keep_invalid(account.name, post, str(refusal))
        raise


def _taken(account: WebhookSource, post: Post) -> Taken:
    source = account.source
    if source.verify is not None:
        source.verify(account.keys, post)
    notice = source.read(account.keys, post)
    with acting(Actor(f"source:{account.name}", unlimited=True)):
        return keep(account, notice, post.body, verified=source.verify is not None)


def keep(account: WebhookSource, notice: Notice, body: bytes, *, verified: bool) -> Taken:
    """Store a notice once, to be applied later. `verified`: it is known to come from the service itself.

    Raises SourceChanged where the source is not as `account` has it; nothing was written then.
    """
    webhook = _made(account, notice, verified=verified)
    if born_once(webhook, "webhook_once", WebhookBody, account.unchanged, body=body):
        transaction.on_commit(bells.ring_webhooks)
        return Taken(webhook, fresh=True)
    if account.seen and source_named(account.name).seen != account.seen:
        raise SourceChanged(name=account.name)
    return _again(account.name, notice)


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
