"""Taking money: the payment is written down before the gateway is asked, and one is under way at a time."""

from __future__ import annotations

import re
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from actions.declare import EXTERNAL, Call, action
from actions.gateways.asking import CHARGES, Question
from actions.outcome import Done, Failed, Outcome, Skipped
from core.errors import Blocked, NotAllowed
from core.machine import change, lock, perform
from state_machines.invoices import Invoice
from state_machines.payment_methods import PaymentMethod
from state_machines.payments import FAILURE, Payment

MARK = "run:"


@action(
    "payment.charge",
    title=_("Charge the card"),
    sentence=_("Take what is left to pay from the customer's payment method"),
    kind=EXTERNAL,
    queue="high",
    targets=("invoice",),
    moves_money=True,
    emits=("payment.created", "payment.succeeded", "payment.failed", "payment.updated"),
)
def charge(call: Call) -> Outcome:
    """All that is left to pay, from the default payment method. What the gateway leaves open stays pending until it says more."""
    begun = _begin(call, chargeable(call.row().customer_id))  # type: ignore[attr-defined]
    return take(*begun) if isinstance(begun, tuple) else begun


@action(
    "payment.charge_other",
    title=_("Charge another card"),
    sentence=_("Take what is left to pay from another payment method of the customer than the default one"),
    kind=EXTERNAL,
    queue="high",
    targets=("invoice",),
    moves_money=True,
)
def charge_other(call: Call) -> Outcome:
    """For when the default one was refused: the oldest of the others that can be charged."""
    others = PaymentMethod.objects.filter(
        customer=call.row().customer_id,  # type: ignore[attr-defined]
        state="active",
        is_default=False,
        gateway_id__isnull=False,
    )
    begun = _begin(call, others.order_by("id").first())
    return take(*begun) if isinstance(begun, tuple) else begun


def take(payment: Payment, method: PaymentMethod) -> Outcome:
    """Ask the gateway for a pending payment, which its mark is the key of, and book what it says."""
    body = {
        "amount_minor": payment.amount_minor,
        "currency": payment.currency,
        "method": method.gateway_id,
        "reference": payment.ref,
    }
    key = (payment.gateway_id or payment.ref).removeprefix(MARK)
    answer = CHARGES.through(lambda gateway: gateway.ask(Question("/charges", body, key)))
    if isinstance(answer, Failed) and not answer.retryable:
        perform(payment, "fail_payment", arguments={"code": "refused"})
    return _finish(payment, answer) if isinstance(answer, Done) else answer


def under_way(invoice: Invoice) -> QuerySet[Payment]:
    """The payments of a locked invoice of which nobody knows yet whether they come."""
    return Payment.objects.filter(invoice=invoice, state="pending")


def chargeable(customer_id: int) -> PaymentMethod | None:
    """The customer's default payment method, if it can be charged."""
    usable = PaymentMethod.objects.filter(customer=customer_id, state="active", is_default=True)
    return usable.filter(gateway_id__isnull=False).first()


@transaction.atomic
def _begin(call: Call, method: PaymentMethod | None) -> tuple[Payment, PaymentMethod] | Skipped:
    """The payment of this run, found again by its key, with its method. The invoice's lock makes it one at a time."""
    invoice = lock(Invoice, call.row().pk)
    if method is None:
        return Skipped("the customer has no such payment method that can be charged")
    if invoice.state not in ("issued", "overdue") or invoice.remaining_minor == 0:
        return Skipped(f"nothing is left to pay on {invoice.ref}")
    marked = mark(call)
    mine = under_way(invoice).filter(gateway_id=marked).first()
    if mine is None and under_way(invoice).exists():
        return Skipped(f"a payment of {invoice.ref} is under way already")
    payment = mine or Payment.objects.create(
        customer=invoice.customer,
        invoice=invoice,
        amount_minor=invoice.remaining_minor,
        currency=invoice.currency,
        method=method.method,
        attempt=1 + Payment.objects.filter(invoice=invoice, state="failed").count(),
        gateway_id=marked,
    )
    return payment, method


@transaction.atomic
def _finish(payment: Payment, answer: Done) -> Outcome:
    """Money that came is booked whatever was paid meanwhile; what cannot be keeps the gateway's name for it. The gateway's
    notice may have been faster than its answer: then there is nothing left to do."""
    told: dict[str, Any] = answer.answer
    status, named = told.get("status"), told.get("id")
    payment = lock(Payment, payment.pk)
    if isinstance(named, str) and 0 < len(named) <= 200:
        change(payment, gateway_id=named)
    if status == "succeeded" and payment.state != "succeeded":
        try:
            perform(payment, "succeed", arguments={"overpayment": True})
        except (Blocked, NotAllowed) as refused:
            said = f"{named or payment.ref} took the money, and it cannot be booked: {refused}"
            return Failed(said, retryable=False, request=answer.request, answer=told)
    elif status == "failed" and payment.state == "pending":
        code = str(told.get("code", ""))
        known = re.fullmatch(FAILURE["code"]["pattern"], code)
        perform(payment, "fail_payment", arguments={"code": code if known else "unknown"})
    said = f"{payment.ref} is {payment.state}"
    return Done(said, request=answer.request, answer=told)


def mark(call: Call) -> str:
    """What a payment of this run is found again by until the gateway names it. What was refused stays so: a run that is
    driven again asks anew."""
    made = f"{MARK}{call.key}"[-180:]
    refused = Payment.objects.filter(gateway_id__startswith=made, state="failed").count()
    return f"{made}:{refused}" if refused else made
