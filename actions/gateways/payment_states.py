"""The doors that tell what a provider knows of a payment. What they say is put into notices, as if it had been posted."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Protocol
from urllib.parse import quote

from django.utils.translation import gettext_lazy as _

from actions.gateways import http
from actions.gateways.accounts import GatewayAccount, account_of
from actions.gateways.doors import Door
from actions.outcome import Failed
from core.api import strict_json
from core.errors import PravilaError
from core.money import Money
from state_machines.sources.declare import Movement, Notice, money, text

Notices = tuple[Notice, ...]
Data = Mapping[str, Any]


class PaymentStateGateway(Protocol):
    def ask(self, payment: str) -> Notices | Failed:
        """What the provider says of the payment of this id, the oldest first; none where nothing is settled yet."""


@dataclass(frozen=True)
class Question:
    """How a provider is asked."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    json: Data | None = None


class HttpPaymentStates:
    """Asks the account that the operator entered for the door."""

    def __init__(
        self, door: str, ask: Callable[[GatewayAccount, str], Question], read: Callable[[str, Data], Notices]
    ) -> None:
        self._door, self._ask, self._read = door, ask, read

    def ask(self, payment: str) -> Notices | Failed:
        account = account_of(self._door)
        if isinstance(account, Failed):
            return account
        question = self._ask(account, quote(payment, safe=""))
        reply = http.send(
            question.method, question.url, service=self._door, headers=question.headers, json=question.json
        )
        if isinstance(reply, Failed):
            return reply
        if refused := http.refusal(reply, self._door):
            return refused
        try:
            data = strict_json(reply.body, parse_float=Decimal)
            if not isinstance(data, dict):
                raise ValueError("it is no JSON object")
            return self._read(payment, data)
        except (ValueError, PravilaError) as error:
            return Failed(f"{self._door} answered what cannot be read: {error}", retryable=False)


@dataclass
class PaymentStatesDouble:
    """Knows what it is told: notices by payment id."""

    known: dict[str, Notices | Failed] = field(default_factory=dict)

    def ask(self, payment: str) -> Notices | Failed:
        return self.known.get(payment, ())


def told(payment: str, status: str, movement: Movement, amount: Money | None, code: str = "") -> Notice:
    """A notice that nobody posted; its id tells apart what was found of one payment at different times."""
    told_of = f"{amount.minor}" if amount else ""
    return Notice(f"found:{payment}:{status}:{told_of}".rstrip(":")[:200], status, movement, payment, "", amount, code)


def _ask_stripe(account: GatewayAccount, payment: str) -> Question:
    """https://docs.stripe.com/api/payment_intents/retrieve"""
    url = f"{account.address or 'https://api.stripe.com'}/v1/payment_intents/{payment}?expand[]=latest_charge"
    return Question("GET", url, {"Authorization": f"Bearer {account.secret}"})


def _read_stripe(payment: str, data: Data) -> Notices:
    status, currency = text(data, "status"), text(data, "currency").upper()
    if status == "canceled":
        return (told(payment, status, Movement.CANCEL, None),)
    if status != "succeeded":
        return ()
    found = [told(payment, status, Movement.SUCCEED, Money(int(text(data, "amount_received")), currency))]
    if refunded := int(text(data, "latest_charge.amount_refunded") or 0):
        found.append(told(payment, "refunded", Movement.REFUNDED, Money(refunded, currency)))
    return tuple(found)


def _ask_midtrans(account: GatewayAccount, payment: str) -> Question:
    """https://docs.midtrans.com/reference/get-transaction-status"""
    basic = base64.b64encode(f"{account.secret}:".encode()).decode()
    url = f"{account.address or 'https://api.midtrans.com'}/v2/{payment}/status"
    return Question("GET", url, {"Authorization": f"Basic {basic}"})


def _read_midtrans(payment: str, data: Data) -> Notices:
    status, currency = text(data, "transaction_status"), text(data, "currency") or "IDR"
    if status == "cancel":
        return (told(payment, status, Movement.CANCEL, None),)
    if status in ("deny", "failure", "expire"):
        return (told(payment, status, Movement.FAIL, None, status),)
    accepted = status == "capture" and text(data, "fraud_status") == "accept"
    if not accepted and status not in ("settlement", "refund", "partial_refund"):
        return ()
    found = [told(payment, "settlement", Movement.SUCCEED, money(text(data, "gross_amount"), currency))]
    if "refund" in status:
        found.append(told(payment, status, Movement.REFUNDED, money(text(data, "refund_amount"), currency)))
    return tuple(found)


def _ask_athmovil(account: GatewayAccount, payment: str) -> Question:
    """The findPayment of ATH Móvil's payment button."""
    url = (
        f"{account.address or 'https://payments.athmovil.com'}/api/business-transaction/ecommerce/business/findPayment"
    )
    return Question("POST", url, json={"ecommerceId": payment, "publicToken": account.secret})


def _read_athmovil(payment: str, data: Data) -> Notices:
    status = text(data, "data.ecommerceStatus")
    if status == "CANCEL":
        return (told(payment, "ecommerce_cancelled", Movement.CANCEL, None),)
    if status == "EXPIRED":
        return (told(payment, "ecommerce_expired", Movement.FAIL, None, "expired"),)
    if status != "COMPLETED":
        return ()
    found = [told(payment, "ecommerce_completed", Movement.SUCCEED, money(text(data, "data.total"), "USD"))]
    refunded = money(text(data, "data.totalRefundedAmount") or "0", "USD")
    if refunded.minor:
        found.append(told(payment, "refund", Movement.REFUNDED, refunded))
    return tuple(found)


def _door(
    name: str, title: Any, ask: Callable[[GatewayAccount, str], Question], read: Callable[[str, Data], Notices]
) -> Door[PaymentStateGateway]:
    return Door(name, title, real=lambda: HttpPaymentStates(name, ask, read), double=PaymentStatesDouble)


PAYMENT_STATES = {
    door.name: door
    for door in (
        _door("stripe", _("Stripe"), _ask_stripe, _read_stripe),
        _door("midtrans", _("Midtrans"), _ask_midtrans, _read_midtrans),
        _door("athmovil", _("ATH Móvil"), _ask_athmovil, _read_athmovil),
    )
}
