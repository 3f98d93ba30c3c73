"""What may forbid a transition of an order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Count, Sum
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.declare import guard
from core.money import Money

if TYPE_CHECKING:
    from state_machines.orders import Order


@guard("order.has_items", _("it has items"))
def has_items(order: Order, **_given: Any) -> str | None:
    if order.item_count:
        return None
    return gettext("order %(id)s has no items") % {"id": order.pk}


@guard("order.adds_up", _("its items add up to its total"))
def adds_up(order: Order, **_given: Any) -> str | None:
    found = order.items.aggregate(total=Sum("total_minor", default=0), count=Count("id"))
    if (found["total"], found["count"]) == (order.total_minor, order.item_count):
        return None
    return gettext("the items of order %(id)s add up to %(sum)s, not to %(total)s") % {
        "id": order.pk,
        "sum": Money(found["total"], order.currency),
        "total": Money(order.total_minor, order.currency),
    }


@guard("order.total_is_positive", _("its total is above zero"))
def total_is_positive(order: Order, **_given: Any) -> str | None:
    if order.total_minor > 0:
        return None
    return gettext("the total of order %(id)s is not above zero") % {"id": order.pk}


@guard("order.is_paid_for", _("an invoice of it is paid, or the payment is named"))
def is_paid_for(order: Order, reference: str = "") -> str | None:
    if reference or order.invoices.filter(state="paid").exists():
        return None
    if type(order).objects.filter(pk=order.pk, proforma__invoice__state="paid").exists():
        return None
    return gettext("order %(id)s has neither a paid invoice nor the reference of a payment") % {"id": order.pk}


@guard("order.items_are_completed", _("every item is completed"))
def items_are_completed(order: Order, **_given: Any) -> str | None:
    unfinished = order.items.exclude(state__in=("completed", "cancelled")).count()
    if not unfinished and order.items.filter(state="completed").exists():
        return None
    return gettext("%(open)s of %(all)s items of order %(id)s are not completed") % {
        "open": unfinished or order.item_count,
        "all": order.item_count,
        "id": order.pk,
    }


@guard("order.refund_is_partial", _("the refunds stay below the total"))
def refund_is_partial(order: Order, amount_minor: int = 0) -> str | None:
    if order.refunded_minor + amount_minor < order.total_minor:
        return None
    return gettext("with it order %(id)s would be refunded in full; use refund") % {"id": order.pk}
