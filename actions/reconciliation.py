"""Reconciliation: what a provider knows of a payment is compared with ours, and what was missed is told."""

from __future__ import annotations

import json
from typing import cast

from django.utils.translation import gettext_lazy as _

from actions.declare import EXTERNAL, Call, action
from actions.gateways import breakers
from actions.gateways.payment_states import PAYMENT_STATES
from actions.outcome import Done, Failed, Outcome, Skipped
from core.errors import PravilaError
from state_machines.payments import Payment
from state_machines.sources.declare import Movement, Notice
from state_machines.webhook_intake import keep
from state_machines.webhook_sources import source_named

PAID = ("succeeded", "partially_refunded", "refunded", "disputed")


@action(
    "payment.reconcile",
    title=_("Compare with the provider"),
    sentence=_("Ask {source} what became of the payment, and take over what was missed"),
    parameters={"source": {"type": "string", "minLength": 1, "maxLength": 40}},
    required=("source",),
    kind=EXTERNAL,
    queue="low",
    targets=("payment",),
    emits=("payment.succeeded", "payment.failed", "payment.refunded"),
)
def reconcile(call: Call, source: str) -> Outcome:
    """`source` is the name of a webhook source. What was missed goes the way of a webhook that was posted and verified."""
    payment = cast(Payment, call.row())
    if not payment.gateway_id:
        return Skipped(f"{payment.ref} has no id at a provider, so nobody can be asked")
    try:
        account = source_named(source)
    except PravilaError as error:
        return Failed(str(error), retryable=False)
    door = PAYMENT_STATES.get(account.declared)
    if door is None:
        return Failed(f"a source of kind {account.declared} cannot be asked; name another", retryable=False)
    if shut := breakers.why_shut(door.name):
        return shut
    said = door.behind().ask(payment.gateway_id)
    breakers.note(door.name, said if isinstance(said, Failed) else Done())
    if isinstance(said, Failed):
        return said
    missed = [notice for notice in said if not _known(payment, notice)]
    for notice in missed:
        keep(account, notice, json.dumps({"found": notice.kind}).encode(), verified=True)
    return Done(f"missed: {', '.join(notice.kind for notice in missed)}" if missed else f"{source} says the same")


def _known(payment: Payment, notice: Notice) -> bool:
    """Whether our payment shows already what the notice says."""
    if notice.movement is Movement.SUCCEED:
        return payment.state in PAID
    if notice.movement is Movement.REFUNDED:
        return notice.amount is not None and notice.amount.minor <= payment.refunded_minor
    return payment.state != "pending"
