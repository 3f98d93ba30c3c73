"""Posting webhooks as providers do."""

from __future__ import annotations

import hashlib
import json
import time
from typing import Any

from django.test import Client

from state_machines.models import WebhookSource
from state_machines.sources.signatures import of_body

SECRET = "whsec_c2VjcmV0IG9mIHRoZSB0ZXN0cyE="


def a_source(name: str, declared: str = "", **fields: Any) -> WebhookSource:
    account = WebhookSource(**({"name": name, "declared": declared or name, "secret": SECRET} | fields))
    account.full_clean()
    account.save()
    return account


def post(name: str, body: Any, **headers: str) -> Any:
    """The answer to a body, which is made JSON unless it is bytes; header names with underscores for hyphens."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    sent = {key.replace("_", "-"): value for key, value in headers.items()}
    return Client(SERVER_NAME="localhost").post(
        f"/api/v1/webhooks/{name}", raw, content_type="application/json", headers=sent
    )


def stripe_signature(raw: bytes, *, secret: str = SECRET, age: int = 0) -> str:
    stamp = int(time.time()) - age
    return f"t={stamp},v1={of_body(secret, f'{stamp}.'.encode() + raw)}"


def post_stripe(body: Any, **how: Any) -> Any:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return post("stripe", raw, Stripe_Signature=stripe_signature(raw, **how))


def intent(event: str, kind: str, payment: str, minor: int, currency: str = "ron") -> dict[str, Any]:
    """A Stripe event of a payment intent; of its charge where the kind is of a charge."""
    object_: dict[str, Any] = {"id": payment, "amount": minor, "amount_received": minor, "currency": currency}
    if kind.startswith("charge."):
        object_ |= {"id": "ch_1", "payment_intent": payment, "amount_refunded": minor}
    return {"id": event, "type": kind, "data": {"object": object_}}


def midtrans(order: str, status: str, code: str, amount: str, **more: Any) -> dict[str, Any]:
    signature = hashlib.sha512(f"{order}{code}{amount}{SECRET}".encode()).hexdigest()
    body = {"order_id": order, "transaction_status": status, "status_code": code, "gross_amount": amount}
    return {**body, "signature_key": signature, "currency": "IDR", **more}
