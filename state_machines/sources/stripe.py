"""Stripe: events of payments. https://docs.stripe.com/webhooks/signature"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from core.money import Money
from state_machines.sources.declare import Keys, Movement, Notice, Post, Refused, Source, source, text
from state_machines.sources.signatures import demand_fresh, demand_same, of_body

MOVEMENTS = {
    "payment_intent.succeeded": (Movement.SUCCEED, "id", "amount_received"),
    "payment_intent.payment_failed": (Movement.FAIL, "id", "amount"),
    "payment_intent.canceled": (Movement.CANCEL, "id", "amount"),
    "charge.refunded": (Movement.REFUNDED, "payment_intent", "amount_refunded"),
    "charge.dispute.created": (Movement.DISPUTE, "payment_intent", "amount"),
}


def verify(keys: Keys, post: Post) -> None:
    """`Stripe-Signature: t=…,v1=…`, one v1 for each secret of the account."""
    parts = [part.partition("=") for part in post.headers.get("Stripe-Signature", "").split(",")[:20]]
    stamps = [value for name, _is, value in parts if name.strip() == "t"]
    given = [value for name, _is, value in parts if name.strip() == "v1"]
    if len(stamps) != 1:
        raise Refused(reason="it has no Stripe-Signature")
    demand_fresh(stamps[0], post.at)
    signed = f"{stamps[0]}.".encode() + post.body
    demand_same([of_body(secret, signed) for secret in keys.demand()], given)


def read(_keys: Keys, post: Post) -> Notice:
    """Amounts are in minor units already."""
    kind, object_ = text(post.data, "type"), "data.object."
    movement, payment, amount = MOVEMENTS.get(kind, (Movement.NONE, "", ""))
    minor, currency = text(post.data, object_ + amount), text(post.data, object_ + "currency").upper()
    return Notice(
        external_id=text(post.data, "id"),
        kind=kind,
        movement=movement,
        payment=text(post.data, object_ + payment) if payment else "",
        amount=Money(int(minor), currency) if minor.isdecimal() and len(minor) < 14 and len(currency) == 3 else None,
        code=text(post.data, object_ + "last_payment_error.code"),
    )


STRIPE = source(Source("stripe", _("Stripe"), read=read, verify=verify))
