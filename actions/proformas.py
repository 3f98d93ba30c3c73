"""Proformas that rules draw up. Converting one, exactly once, is its transition: `proforma.convert`."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from actions.declare import Call, action
from actions.outcome import Done, Outcome, Skipped
from core import clock
from core.machine import lock
from state_machines.orders import Order
from state_machines.proforma_orders import add_order
from state_machines.proformas import Proforma
from state_machines.tax_rates import rate_for


@action(
    "proforma.create",
    title=_("Draw up a proforma"),
    sentence=_("Draw up a proforma for the order"),
    targets=("order",),
    emits=("proforma.created",),
)
def create(call: Call) -> Outcome:
    """A draft at the customer's tax rate of the day. Skipped where the order is on one, or has an invoice."""
    order = lock(Order, call.row().pk)
    if order.proforma_id is not None:
        return Skipped(f"{order.ref} is on proforma:{order.proforma_id} already")
    invoice = order.invoices.exclude(state="void").first()
    if invoice is not None:
        return Skipped(f"{order.ref} has {invoice.ref} already")
    percent = rate_for(order.customer, clock.today())
    proforma = Proforma.objects.create(customer=order.customer, currency=order.currency, tax_percent=percent)
    add_order(proforma, order)
    return Done(f"{proforma.ref} is drawn up for {order.ref}")
