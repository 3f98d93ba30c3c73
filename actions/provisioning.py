"""Setting up what was ordered."""

from __future__ import annotations

from functools import partial

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from actions.declare import EXTERNAL, Call, action
from actions.gateways.panel import PANEL, PanelGateway
from actions.outcome import Done, Failed, Outcome, Skipped
from actions.services import service_for
from core.machine import lock, perform
from state_machines.order_items import OrderItem
from state_machines.orders import Order
from state_machines.services import Service


@action(
    "service.provision",
    title=_("Set up what was ordered"),
    sentence=_("Set up a service for every item of the order that is pending"),
    kind=EXTERNAL,
    queue="high",
    targets=("order",),
    timeout_seconds=120,
    emits=(
        "order_item.started",
        "order_item.completed",
        "order_item.failed",
        "service.created",
        "service.provisioning_started",
        "service.activated",
        "service.failed",
    ),
)
def provision(call: Call) -> Outcome:
    """Per item: a service, its account on the panel, then both finished. Each step is safe to repeat."""
    order = resolve_order(call)
    if order.customer.state == "prospect":
        return Failed(f"{order.customer.ref} is a prospect still; services run for active customers", retryable=True)
    items = OrderItem.objects.filter(order_id=order.pk, state__in=["pending", "in_progress"]).order_by("id")
    keys = list(items.values_list("id", flat=True))
    if not keys:
        return Skipped(f"no item of {order.ref} waits to be set up")
    for key in keys:
        service = _begin(key)
        if service is None:
            continue
        answer = PANEL.through(partial(_account, service, f"{call.key}{key}"))
        if isinstance(answer, Failed):
            if not answer.retryable:
                _give_up(key, service, answer.reason)
            return answer
        _complete(key, service)
    return Done(f"{len(keys)} item(s) of {order.ref} are set up")


def _account(service: Service, key: str, panel: PanelGateway) -> Outcome:
    return panel.create_account(service.ref, service.product, key)


def resolve_order(call: Call) -> Order:
    """The order that the action stands on, with its customer. Raises ObjectMissing."""
    return Order.objects.select_related("customer").get(pk=call.row().pk)


@transaction.atomic
def _begin(key: int) -> Service | None:
    item = lock(OrderItem, key)
    order = lock(Order, item.order_id)
    service = service_for(item, order)
    if item.state == "pending":
        perform(item, "start_provisioning")
    if service.state == "pending":
        perform(service, "start_provisioning")
    return service if service.state == "provisioning" else None


@transaction.atomic
def _complete(key: int, service: Service) -> None:
    perform(service, "complete_provisioning")
    perform(f"order_item:{key}", "complete_provisioning")


@transaction.atomic
def _give_up(key: int, service: Service, reason: str) -> None:
    perform(service, "fail_provisioning", arguments={"reason": reason[:500]})
    perform(f"order_item:{key}", "fail_provisioning", arguments={"reason": reason[:500]})
