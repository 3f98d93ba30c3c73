"""Services and their groups, as rules make them. Every transition of theirs is an action already."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from actions.declare import Call, action
from actions.outcome import Done, Outcome, Skipped
from core.machine import change, lock, perform
from state_machines.order_items import OrderItem
from state_machines.orders import Order
from state_machines.service_groups import ServiceGroup
from state_machines.services import Service


def service_for(item: OrderItem, order: Order) -> Service:
    """The service of a locked item, made where it has none that still counts."""
    found = Service.objects.filter(order_item=item).exclude(state="terminated").first()
    return found or Service.objects.create(
        customer=order.customer,
        order=order,
        order_item=item,
        product=item.product,
        product_type=item.product_type,
        label=item.domain_name,
        price_minor=item.total_minor,
        currency=item.currency,
    )


@action(
    "service.create",
    title=_("Prepare a service"),
    sentence=_("Prepare the service of the order item"),
    targets=("order_item",),
    inverse="service.discard",
    emits=("service.created",),
)
def create(call: Call) -> Outcome:
    """One pending service per item, which is set up later."""
    item = lock(OrderItem, call.row().pk)
    if item.state == "cancelled":
        return Skipped(f"{item.ref} is cancelled")
    service = service_for(item, lock(Order, item.order_id))
    return Done(f"{service.ref} stands for {item.ref}")


@action(
    "service_group.join",
    title=_("Put a service into its bundle"),
    sentence=_("Put the service into the group of its order and bundle"),
    targets=("service",),
    emits=("service_group.created", "service_group.activated", "service.updated"),
)
def join(call: Call) -> Outcome:
    """The group of all services that the same order has in the same bundle; made by the first, active from the start."""
    service = lock(Service, call.row().pk)
    item = service.order_item
    if item is None or not item.bundle_group:
        return Skipped(f"{service.ref} was ordered in no bundle")
    if service.group_id is not None:
        return Skipped(f"{service.ref} is in service_group:{service.group_id} already")
    order = lock(Order, item.order_id)
    label = f"{order.number} - {item.bundle_group}"
    group = ServiceGroup.objects.filter(customer=service.customer, label=label).exclude(state="cancelled").first()
    group = group or ServiceGroup.objects.create(customer=service.customer, label=label, kind="bundle")
    change(service, group=group)
    if group.state == "pending":
        perform(group, "activate")
    return Done(f"{service.ref} is in {group.ref}")
