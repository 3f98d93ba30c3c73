"""Virtualmin: its command after changes posts what was done. It signs as the script in docs/webhooks.md does."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from state_machines.sources.declare import Keys, Notice, Post, Source, source, text
from state_machines.sources.hmac_signed import verify


def read(_keys: Keys, post: Post) -> Notice:
    """The kind is VIRTUALSERVER_ACTION (CREATE_DOMAIN, …), in small letters; the alias is the virtual server's id."""
    action, server = text(post.data, "action").lower(), text(post.data, "server")
    return Notice(external_id=text(post.data, "id"), kind=action, alias=server)


VIRTUALMIN = source(Source("virtualmin", _("Virtualmin"), read=read, verify=verify))
