"""The orders of a proforma: added while it is a draft, with its amounts."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext

from core.errors import Blocked
from core.machine import change, lock
from core.money import Money, percent_of
from state_machines.order_items import OrderItem
from state_machines.orders import Order

if TYPE_CHECKING:
    from state_machines.proformas import Proforma


def items(proforma: Proforma) -> Iterator[OrderItem]:
    """What is to be billed, in the order in which it was ordered."""
    yield from OrderItem.objects.filter(order__proforma=proforma.pk).exclude(state="cancelled").order_by("id")


def amounts(proforma: Proforma) -> tuple[int, int]:
    """Net and tax in minor units; tax is rounded half-even per item, as it is per line of an invoice."""
    nets = [Money(item.total_minor, item.currency) for item in items(proforma)]
    percent = Fraction(proforma.tax_percent)
    return sum(net.minor for net in nets), sum(percent_of(percent, net).minor for net in nets)


@transaction.atomic
def add_order(proforma: Proforma, order: Order) -> None:
    """Put a draft or pending order of the same customer and currency on a draft proforma. Raises Blocked."""
    held, added = lock(type(proforma), proforma.pk), lock(Order, order.pk)
    if reason := _why_not(held, added):
        raise Blocked(transition="add_order", ref=held.ref, reason=reason)
    change(order, proforma=held)
    net, tax = amounts(held)
    change(
        proforma,
        event="proforma.order_added",
        net_minor=net,
        tax_minor=tax,
        total_minor=net + tax,
        order_count=held.order_count + 1,
    )


def _why_not(proforma: Proforma, order: Order) -> str | None:
    if proforma.state != "draft":
        return gettext("its orders change only while it is a draft, and it is %(state)s") % {"state": proforma.state}
    if order.proforma_id is not None:
        return gettext("%(ref)s is on proforma %(id)s already") % {"ref": order.ref, "id": order.proforma_id}
    if order.state not in ("draft", "pending"):
        return gettext("%(ref)s is %(state)s; a proforma comes before the payment") % {
            "ref": order.ref,
            "state": order.state,
        }
    if (order.customer_id, order.currency) != (proforma.customer_id, proforma.currency):
        return gettext("%(ref)s is of another customer or in another currency") % {"ref": order.ref}
    return None
