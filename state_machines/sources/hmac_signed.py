"""Anybody who signs the body with a shared secret: which header, digest and fields is configuration."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from core.schemas import Check, of_arguments
from state_machines.sources.declare import Keys, Notice, Post, Source, source, text
from state_machines.sources.signatures import ALGORITHMS, demand_fresh, demand_same, of_body

_NAME = {"type": "string", "pattern": "^[A-Za-z0-9_.-]{1,100}$"}
OPTIONS = Check(
    of_arguments(
        {
            "header": _NAME,
            "prefix": {"type": "string", "maxLength": 20},
            "algorithm": {"enum": list(ALGORITHMS)},
            "encoding": {"enum": ["hex", "base64"]},
            "timestamp_header": _NAME,
            "id": _NAME,
            "kind": _NAME,
        }
    )
)


def verify(keys: Keys, post: Post) -> None:
    """With a `timestamp_header`, the timestamp and a full stop are signed before the body, and old posts are refused."""
    options, signed = keys.options, post.body
    if stamp_header := options.get("timestamp_header"):
        stamp = post.headers.get(stamp_header, "")
        demand_fresh(stamp, post.at)
        signed = f"{stamp}.".encode() + signed
    algorithm, encoding = options.get("algorithm", "sha256"), options.get("encoding", "hex")
    prefix = options.get("prefix", "")
    made = [prefix + of_body(one, signed, algorithm=algorithm, encoding=encoding) for one in keys.demand()]
    demand_same(made, [post.headers.get(options.get("header", "X-Signature"), "")])


def read(keys: Keys, post: Post) -> Notice:
    """The id and the kind stand at the paths `id` and `kind` of the options; at `id` and `type` where none are given."""
    return Notice(
        external_id=text(post.data, keys.options.get("id", "id")),
        kind=text(post.data, keys.options.get("kind", "type")),
    )


HMAC = source(Source("hmac", _("Signed with a shared secret"), read=read, verify=verify))
