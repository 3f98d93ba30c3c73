"""Standard Webhooks: anybody who signs as standardwebhooks.com has it."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from state_machines.sources.declare import Keys, Notice, Post, Source, source, text
from state_machines.sources.signatures import demand_fresh, demand_same, standard


def verify(keys: Keys, post: Post) -> None:
    """`webhook-id`, `webhook-timestamp` and `webhook-signature`, which may hold several signatures."""
    stamp, message = post.headers.get("webhook-timestamp", ""), post.headers.get("webhook-id", "")
    demand_fresh(stamp, post.at)
    given = post.headers.get("webhook-signature", "").split(" ")[:20]
    demand_same([f"v1,{standard(secret, message, stamp, post.body)}" for secret in keys.demand()], given)


def read(_keys: Keys, post: Post) -> Notice:
    """The kind is the body's `type`."""
    return Notice(external_id=post.headers.get("webhook-id", ""), kind=text(post.data, "type") or "notice")


STANDARD = source(Source("standard", _("Standard Webhooks"), read=read, verify=verify))
