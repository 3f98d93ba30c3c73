"""Midtrans: notifications of transactions. https://docs.midtrans.com/docs/https-notification-webhooks"""

from __future__ import annotations

import hashlib

from django.utils.translation import gettext_lazy as _

from state_machines.sources.declare import Keys, Movement, Notice, Post, Refused, Source, money, source, text
from state_machines.sources.signatures import demand_same

MOVEMENTS = {
    "settlement": Movement.SUCCEED,
    "capture": Movement.SUCCEED,
    "deny": Movement.FAIL,
    "failure": Movement.FAIL,
    "expire": Movement.FAIL,
    "cancel": Movement.CANCEL,
    "refund": Movement.REFUNDED,
    "partial_refund": Movement.REFUNDED,
}
PAID = "200"  # the status code, which is signed, of what has been paid; the status itself is not signed


def verify(keys: Keys, post: Post) -> None:
    """SHA-512 over order, status code, amount and server key."""
    signed = "".join(text(post.data, name) for name in ("order_id", "status_code", "gross_amount"))
    expected = [hashlib.sha512(f"{signed}{secret}".encode()).hexdigest() for secret in keys.demand()]
    demand_same(expected, [text(post.data, "signature_key")])
    paid = MOVEMENTS.get(text(post.data, "transaction_status")) is Movement.SUCCEED
    if paid and text(post.data, "status_code") != PAID:
        raise Refused(reason="its status says that it is paid, and its signed status code says that it is not")


def read(_keys: Keys, post: Post) -> Notice:
    """A capture counts when fraud control has accepted it. What is refunded in all is an id of its own."""
    status, order = text(post.data, "transaction_status"), text(post.data, "order_id")
    movement = MOVEMENTS.get(status, Movement.NONE)
    if status == "capture" and text(post.data, "fraud_status") != "accept":
        movement, status = Movement.NONE, "capture_challenged"
    refunded = movement is Movement.REFUNDED
    amount = text(post.data, "refund_amount" if refunded else "gross_amount")
    return Notice(
        external_id=":".join(filter(None, (order, status, amount if refunded else ""))),
        kind=status,
        movement=movement,
        payment=order,
        alias=text(post.data, "transaction_id"),
        amount=money(amount, text(post.data, "currency") or "IDR"),
        code=status if movement is Movement.FAIL else "",
    )


MIDTRANS = source(Source("midtrans", _("Midtrans"), read=read, verify=verify))
