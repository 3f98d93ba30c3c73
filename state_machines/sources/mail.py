"""A mail service's notice of what became of a message: delivered, bounced, complained."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from state_machines.sources.declare import Keys, Notice, Post, Source, source, text
from state_machines.sources.hmac_signed import verify


def read(_keys: Keys, post: Post) -> Notice:
    """`id`, `type`, and as alias the first part of the `message_id` that the message went out with; no address."""
    token = text(post.data, "message_id").strip("<> ").partition("@")[0]
    return Notice(external_id=text(post.data, "id"), kind=text(post.data, "type"), alias=token)


MAIL = source(Source("mail", _("Mail service"), read=read, verify=verify))
