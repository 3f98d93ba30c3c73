"""Order items: what an order consists of, each with its own progress."""

from __future__ import annotations

from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models, transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core import clock
from core.catalog import Fact, Kind, Relation
from core.declare import Declaration, StateField
from core.declare import transition as move
from core.errors import Blocked
from core.machine import Machine, change, lock
from state_machines import columns
from state_machines.customers import REASON
from state_machines.orders import Order

PRODUCT_TYPES = {
    "hosting": _("hosting"),
    "vps": _("virtual server"),
    "domain": _("domain"),
    "ssl": _("certificate"),
    "email": _("mail"),
    "subscription": _("subscription"),
    "other": _("other"),
}
STATES = {
    "pending": _("pending"),
    "in_progress": _("in progress"),
    "completed": _("completed"),
    "failed": _("failed"),
    "cancelled": _("cancelled"),
}


class OrderItem(Machine):
    """One position of an order. Its price is fixed when it is added; items come and go while the order is a draft."""

    state = StateField(STATES, verbose_name=_("state"))
    order = models.ForeignKey(Order, models.PROTECT, related_name="items", verbose_name=_("order"))
    product = columns.code(_("product"), blank=False)
    product_type = models.CharField(
        _("product type"), max_length=20, choices=list(PRODUCT_TYPES.items()), default="other"
    )
    domain_name = models.CharField(_("domain name"), max_length=253, blank=True, default="")
    registrar = columns.code(_("registrar"))
    bundle_group = columns.code(_("bundle"))
    quantity = models.PositiveIntegerField(
        _("quantity"), default=1, validators=[MinValueValidator(1), MaxValueValidator(10_000)]
    )
    unit_price_minor = columns.minor(
        _("unit price"), validators=[MinValueValidator(0), MaxValueValidator(columns.MAX_MINOR // 10_000)]
    )
    total_minor = columns.minor(_("total"), editable=False)
    currency = models.CharField(_("currency"), max_length=3, editable=False)
    completed_at = columns.moment(_("completed at"), editable=False)

    machine = Declaration(
        noun="order_item",
        title=_("order item"),
        facts=(
            columns.code_fact("product", _("product")),
            Fact("product_type", Kind.TEXT, title=_("product type"), choices=tuple(PRODUCT_TYPES)),
            Fact("has_domain", Kind.BOOLEAN, title=_("has a domain name"), read=lambda row: bool(row.domain_name)),
            columns.code_fact("registrar", _("registrar"), optional=True),
            columns.code_fact("bundle_group", _("bundle"), optional=True),
            Fact("quantity", Kind.INTEGER, title=_("quantity")),
            Fact("unit_price", Kind.MONEY, title=_("unit price")),
            Fact("total", Kind.MONEY, title=_("total")),
            columns.moment_fact("completed_at", _("completed at")),
        ),
        related={"customer": "order.customer", "order": "order"},
        links={"order": "items"},
        relations=(Relation("services", "service"), Relation("tickets", "ticket")),
        terminal=("completed", "cancelled"),
        recorded=("domain_name",),
        rank=50,
    )

    class Meta:
        verbose_name = _("order item")
        verbose_name_plural = _("order items")

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save; a new item also raises the total of its order. Raises Blocked where the order is no draft."""
        if not self._state.adding:
            super().save(*args, **kwargs)
            return
        with transaction.atomic():
            self.total_minor = self.quantity * self.unit_price_minor
            self.currency = self._count(+1)
            super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        """Delete, and lower the total of the order. Raises Blocked where the order is no draft."""
        with transaction.atomic():
            self._count(-1)
            return super().delete(*args, **kwargs)

    def _count(self, sign: int) -> str:
        order = lock(Order, self.order_id)
        if order.state != "draft":
            reason = gettext("its items change only while it is a draft, and it is %(state)s") % {"state": order.state}
            raise Blocked(transition="update", ref=order.ref, reason=reason)
        total = order.total_minor + sign * self.total_minor
        change(self.order, total_minor=total, item_count=order.item_count + sign)
        return order.currency

    @move(source="pending", target="in_progress", event="order_item.started", title=_("start"))
    def start_provisioning(self) -> None:
        """Somebody or something works on it."""

    @move(source="in_progress", target="completed", event="order_item.completed", title=_("complete"))
    def complete_provisioning(self) -> None:
        self.completed_at = clock.now()

    @move(source="in_progress", target="failed", event="order_item.failed", title=_("fail"), arguments=REASON)
    def fail_provisioning(self, reason: str = "") -> None:
        """It could not be done."""

    @move(
        source=("pending", "in_progress"),
        target="cancelled",
        event="order_item.cancelled",
        title=_("cancel"),
        arguments=REASON,
    )
    def cancel_provisioning(self, reason: str = "") -> None:
        """It is not wanted any more."""

    @move(source="failed", target="pending", event="order_item.retried", title=_("try again"))
    def retry_provisioning(self) -> None:
        """It waits for its turn again."""
