"""A registrar's notice of a domain: transfer completed, domain expired, contact verified."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from state_machines.sources.declare import Keys, Notice, Post, Source, source, text
from state_machines.sources.hmac_signed import verify


def read(_keys: Keys, post: Post) -> Notice:
    """`id`, `type`, and as alias the registrar's own `reference` of the domain or operation."""
    return Notice(external_id=text(post.data, "id"), kind=text(post.data, "type"), alias=text(post.data, "reference"))


REGISTRAR = source(Source("registrar", _("Registrar"), read=read, verify=verify))
