"""ATH Móvil: it signs nothing, so that its notices move money only where the operator believes them."""

from __future__ import annotations

import hashlib

from django.utils.translation import gettext_lazy as _

from state_machines.sources.declare import Keys, Movement, Notice, Post, Source, Unreadable, money, source, text

CURRENCY = "USD"
ECOMMERCE = {
    "COMPLETED": ("ecommerce_completed", Movement.SUCCEED, ""),
    "CANCEL": ("ecommerce_cancelled", Movement.CANCEL, ""),
    "CANCELLED": ("ecommerce_cancelled", Movement.CANCEL, ""),
    "EXPIRED": ("ecommerce_expired", Movement.FAIL, "expired"),
}
OTHERS = {"PAYMENT": "payment", "DONATION": "donation", "SIMULATED": "simulated"}


def read(_keys: Keys, post: Post) -> Notice:
    """The id is made of what tells notices apart; the amount is part of it, or a second partial refund would be lost."""
    sort, status = text(post.data, "transactionType").upper(), text(post.data, "status").upper()
    payment, reference = text(post.data, "ecommerceId"), text(post.data, "referenceNumber")
    code = ""
    if sort == "REFUND":
        kind, movement, payment = "refund", Movement.REFUND, ""
    elif sort == "ECOMMERCE" and status in ECOMMERCE:
        kind, movement, code = ECOMMERCE[status]
    else:
        kind, movement = OTHERS.get(sort, "unknown"), Movement.NONE
    if not payment and not reference:
        raise Unreadable(reason="it has neither an ecommerceId nor a referenceNumber")
    parts = [kind, payment, reference, text(post.data, "total")]
    if movement is Movement.REFUND:
        parts.append(text(post.data, "dailyTransactionID") or text(post.data, "date"))
    return Notice(
        external_id=hashlib.sha256("\n".join(parts).encode()).hexdigest(),
        kind=kind,
        movement=movement,
        payment=payment,
        alias=reference,
        amount=money(text(post.data, "total") or "0", CURRENCY),
        code=code,
    )


ATHMOVIL = source(Source("athmovil", _("ATH Móvil"), read=read, verify=None))
