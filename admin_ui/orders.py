"""Orders with their items. Items come while the order is a draft."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from admin_ui.machine_inline import MachineInline
from admin_ui.machine_pages import MachineAdmin
from state_machines.order_items import OrderItem
from state_machines.orders import Order


class ItemInline(MachineInline):
    """The items of one order; their states change on their own pages."""

    model = OrderItem
    shown = ("product", "product_type", "domain_name", "quantity", "unit_price_minor", "total_minor")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return obj is not None and obj.state == "draft" and super().has_add_permission(request, obj)


@admin.register(Order)
class OrderAdmin(MachineAdmin):
    """Totals follow the items."""

    shown = ("customer", "total_minor", "item_count", "payment_method", "created_at")
    list_filter = ("state", "payment_method")
    inlines = (ItemInline,)
