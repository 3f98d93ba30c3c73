"""Wallets, moved by rules: exactly once per run, since the run's key is the entry's."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from actions.declare import Call, action
from actions.money import POSITIVE
from actions.outcome import Done, Failed, Outcome, Skipped
from core.machine import lock, perform
from core.money import Money
from core.refs import resolve
from state_machines import wallets
from state_machines.customers import Customer
from state_machines.invoices import Invoice
from state_machines.payments import Payment
from state_machines.wallets import Wallet

_MOVED = {"amount": POSITIVE, "cause": {"type": "string", "minLength": 1, "maxLength": 60}}


@action(
    "wallet.credit",
    title=_("Put money into the wallet"),
    sentence=_("Put {amount} into the customer's wallet"),
    parameters=_MOVED,
    required=("amount",),
    moves_money=True,
    inverse="wallet.debit",
    emits=("wallet.credited",),
)
def put_in(call: Call, amount: dict[str, Any], cause: str = "rule") -> Outcome:
    """Into the customer's wallet of that currency, which is opened where there is none."""
    wallet = _wallet(call, amount["currency"], opened=True)
    if isinstance(wallet, Failed):
        return wallet
    entry = wallets.credit(wallet, amount["minor"], cause, key=call.key)
    return Done(f"{Money.from_fact(amount)} in, now {Money(entry.balance_minor, amount['currency'])}")


@action(
    "wallet.debit",
    title=_("Take money out of the wallet"),
    sentence=_("Take {amount} out of the customer's wallet"),
    parameters=_MOVED,
    required=("amount",),
    moves_money=True,
    inverse="wallet.credit",
    emits=("wallet.debited",),
)
def take_out(call: Call, amount: dict[str, Any], cause: str = "rule") -> Outcome:
    """Never more than is in it."""
    wallet = _wallet(call, amount["currency"], opened=False)
    if isinstance(wallet, Failed):
        return wallet
    entry = wallets.debit(wallet, amount["minor"], cause, key=call.key)
    return Done(f"{Money.from_fact(amount)} out, now {Money(entry.balance_minor, amount['currency'])}")


@action(
    "invoice.pay_from_wallet",
    title=_("Pay the invoice from the wallet"),
    sentence=_("Pay the invoice with what is in the customer's wallet"),
    targets=("invoice",),
    moves_money=True,
    emits=("payment.created", "payment.succeeded", "wallet.debited", "invoice.payment_applied", "invoice.paid"),
)
@transaction.atomic
def pay_invoice(call: Call) -> Outcome:
    """As much as is owed and as is there: a payment of its own, with its wallet entry. Skipped where either is nothing."""
    invoice = call.row()
    wallet = Wallet.objects.filter(customer=invoice.customer_id, currency=invoice.currency, state="open").first()  # type: ignore[attr-defined]
    if wallet is None:
        return Skipped("the customer has no open wallet in that currency")
    wallet = lock(Wallet, wallet.pk)
    owed = Invoice.objects.get(pk=invoice.pk)
    minor = min(owed.remaining_minor, wallet.balance_minor) if owed.state in ("issued", "overdue") else 0
    if minor <= 0:
        return Skipped("nothing is owed on it, or nothing is in the wallet")
    payment = Payment.objects.create(
        customer=owed.customer, invoice=owed, amount_minor=minor, currency=owed.currency, method="other"
    )
    wallets.debit(wallet, minor, "invoice", key=call.key)
    perform(payment, "succeed")
    return Done(f"{Money(minor, owed.currency)} of {owed.ref} is paid from {wallet.ref}")


def _wallet(call: Call, currency: str, *, opened: bool) -> Wallet | Failed:
    customer = resolve(call.customer) if call.customer else None
    if not isinstance(customer, Customer):
        return Failed(f"{call.target} belongs to no customer, so there is no wallet", retryable=False)
    found = Wallet.objects.filter(customer=customer, currency=currency).first()
    if found is None and opened:
        lock(Customer, customer.pk)
        found, _made = Wallet.objects.get_or_create(customer=customer, currency=currency)
    return found or Failed(f"{customer.ref} has no wallet in {currency}", retryable=False)
