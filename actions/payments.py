"""Taking money: the payment is written down before the gateway is asked, and one is under way at a time."""

from __future__ import annotations

import re
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from actions.declare import EXTERNAL, Call, action
from actions.gateways.asking import CHARGES, Question
from actions.outcome import Done, Failed, Outcome, Skipped
from core.machine import change, lock, perform
from state_machines.invoices import Invoice
from state_machines.payment_methods import PaymentMethod
from state_machines.payments import FAILURE, Payment


@action(
    "payment.charge",
    title=_("Charge the card"),
    sentence=_("Take what is left to pay from the customer's payment method"),
    kind=EXTERNAL,
    queue="high",
    targets=("invoice",),
    moves_money=True,
)
def charge(call: Call) -> Outcome:
    """All that is left to pay, from the default payment method. What the gateway leaves open stays pending until it says more."""
    begun = _begin(call)
    if not isinstance(begun, tuple):
        return begun
    payment, method = begun
    body = {
        "amount_minor": payment.amount_minor,
        "currency": payment.currency,
        "method": method.gateway_id,
        "reference": payment.ref,
    }
    answer = CHARGES.through(lambda gateway: gateway.ask(Question("/charges", body, call.key)))
    if isinstance(answer, Failed) and not answer.retryable:
        perform(payment, "fail_payment", arguments={"code": "refused"})
    return _finish(payment, answer) if isinstance(answer, Done) else answer


@transaction.atomic
def _begin(call: Call) -> tuple[Payment, PaymentMethod] | Skipped:
    """The payment of this run, found again by its key, with its method. The invoice's lock makes it one at a time."""
    invoice = lock(Invoice, call.row().pk)
    method = PaymentMethod.objects.filter(
        customer=invoice.customer_id, state="active", is_default=True, gateway_id__isnull=False
    ).first()
    if method is None:
        return Skipped("the customer has no default payment method that can be charged")
    if invoice.state not in ("issued", "overdue") or invoice.remaining_minor == 0:
        return Skipped(f"nothing is left to pay on {invoice.ref}")
    under_way = Payment.objects.filter(invoice=invoice, state="pending")
    mine = under_way.filter(gateway_id=_mark(call)).first()
    if mine is None and under_way.exists():
        return Skipped(f"a payment of {invoice.ref} is under way already")
    payment = mine or Payment.objects.create(
        customer=invoice.customer,
        invoice=invoice,
        amount_minor=invoice.remaining_minor,
        currency=invoice.currency,
        method=method.method,
        attempt=1 + Payment.objects.filter(invoice=invoice, state="failed").count(),
        gateway_id=_mark(call),
    )
    return payment, method


@transaction.atomic
def _finish(payment: Payment, answer: Done) -> Outcome:
    told: dict[str, Any] = answer.answer
    status, named = told.get("status"), told.get("id")
    if isinstance(named, str) and 0 < len(named) <= 200:
        change(payment, gateway_id=named)
    if status == "succeeded":
        perform(payment, "succeed")
    elif status == "failed":
        code = str(told.get("code", ""))
        known = re.fullmatch(FAILURE["code"]["pattern"], code)
        perform(payment, "fail_payment", arguments={"code": code if known else "unknown"})
    said = f"{payment.ref} is {payment.state}"
    return Done(said, request=answer.request, answer=told)


def _mark(call: Call) -> str:
    return f"run:{call.key}"[-200:]
