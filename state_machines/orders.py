"""Orders: from a draft through payment and work to completion."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from core import clock, permission
from core.catalog import Fact, Kind, Relation
from core.customer_rights import PAYERS
from core.declare import Declaration, StateField, transition
from core.machine import Machine
from state_machines import columns, order_guards
from state_machines.customers import REASON, Customer

METHODS = {
    "card": _("card"),
    "bank_transfer": _("bank transfer"),
    "paypal": _("PayPal"),
    "cash": _("cash"),
    "other": _("other"),
}
STATES = {
    "draft": _("draft"),
    "pending": _("awaiting payment"),
    "in_review": _("in review"),
    "processing": _("in work"),
    "completed": _("completed"),
    "cancelled": _("cancelled"),
    "failed": _("failed"),
    "refunded": _("refunded"),
    "partially_refunded": _("partially refunded"),
}


class Order(Machine):
    """What a customer wants. `total_minor` and `item_count` follow the items and are never set by hand."""

    state = StateField(STATES, verbose_name=_("state"))
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="orders", verbose_name=_("customer"))
    proforma = models.ForeignKey(
        "state_machines.Proforma",
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="orders",
        verbose_name=_("proforma"),
    )
    currency = columns.currency()
    total_minor = columns.minor(_("total"), editable=False)
    refunded_minor = columns.minor(_("refunded"), editable=False)
    item_count = models.PositiveIntegerField(_("items"), default=0, editable=False)
    payment_method = models.CharField(_("payment method"), max_length=20, choices=list(METHODS.items()), default="card")
    payment_reference = models.CharField(_("payment reference"), max_length=100, blank=True, default="", editable=False)
    notes = models.TextField(_("notes"), max_length=2000, blank=True, default="")
    created_at = columns.born()
    submitted_at = columns.moment(_("submitted at"), editable=False)
    completed_at = columns.moment(_("completed at"), editable=False)

    machine = Declaration(
        noun="order",
        title=_("order"),
        facts=(
            Fact("number", Kind.TEXT, title=_("number"), read=lambda row: row.number, free_of_persons=True),
            Fact("total", Kind.MONEY, title=_("total")),
            Fact("refunded", Kind.MONEY, title=_("refunded")),
            columns.CURRENCY_FACT,
            Fact("item_count", Kind.INTEGER, title=_("items")),
            Fact("payment_method", Kind.TEXT, title=_("payment method"), choices=tuple(METHODS)),
            columns.moment_fact("created_at", _("created at")),
            columns.moment_fact("submitted_at", _("submitted at")),
            columns.moment_fact("completed_at", _("completed at")),
        ),
        related={"customer": "customer"},
        links={"customer": "orders", "proforma": "orders"},
        relations=(
            Relation("items", "order_item"),
            Relation("invoices", "invoice", tells=True),
            Relation("services", "service"),
            Relation("tickets", "ticket"),
        ),
        terminal=("cancelled", "refunded"),
        rank=40,
    )

    class Meta:
        verbose_name = _("order")
        verbose_name_plural = _("orders")

    @property
    def number(self) -> str:
        return f"ORD-{self.pk:06d}"

    @transition(
        source="draft",
        target="pending",
        event="order.submitted",
        title=_("submit"),
        guards=(order_guards.has_items, order_guards.adds_up, order_guards.total_is_positive),
        customer_roles=PAYERS,
    )
    def submit(self) -> None:
        self.submitted_at = clock.now()

    @transition(
        source="pending",
        target="processing",
        event="order.paid",
        title=_("take as paid"),
        guards=(order_guards.is_paid_for,),
        arguments={"reference": {"type": "string", "minLength": 1, "maxLength": 100}},
    )
    def pay(self, reference: str = "") -> None:
        """Work on it may begin. `reference` names the payment where no invoice of the order is paid."""
        self.payment_reference = reference

    @transition(source="processing", target="in_review", event="order.flagged_for_review", title=_("flag for review"))
    def flag_for_review(self) -> None:
        """Somebody looks at it before work goes on."""

    @transition(
        source="in_review",
        target="processing",
        event="order.approved",
        title=_("approve"),
        roles=(permission.APPROVER,),
    )
    def approve(self) -> None:
        """Work goes on."""

    @transition(
        source="in_review",
        target="cancelled",
        event="order.rejected",
        title=_("reject"),
        arguments=REASON,
        roles=(permission.APPROVER,),
    )
    def reject(self, reason: str = "") -> None:
        """The review found something."""

    @transition(
        source="processing",
        target="completed",
        event="order.completed",
        title=_("complete"),
        guards=(order_guards.items_are_completed,),
    )
    def complete(self) -> None:
        self.completed_at = clock.now()

    @transition(
        source=("draft", "pending", "in_review", "processing", "failed"),
        target="cancelled",
        event="order.cancelled",
        title=_("cancel"),
        arguments=REASON,
    )
    def cancel(self, reason: str = "") -> None:
        """Nobody wants it any more."""

    @transition(
        source=("pending", "processing"), target="failed", event="order.failed", title=_("fail"), arguments=REASON
    )
    def fail(self, reason: str = "") -> None:
        """It was not paid in time, or could not be carried out."""

    @transition(source="failed", target="pending", event="order.retried", title=_("try again"))
    def retry(self) -> None:
        """Payment is awaited anew."""

    @transition(
        source=("completed", "partially_refunded"),
        target="refunded",
        event="order.refunded",
        title=_("refund"),
        moves_money=True,
    )
    def refund(self) -> None:
        self.refunded_minor = self.total_minor

    @transition(
        source=("completed", "partially_refunded"),
        target="partially_refunded",
        event="order.partially_refunded",
        title=_("refund in part"),
        guards=(order_guards.refund_is_partial,),
        arguments={"amount_minor": columns.POSITIVE_MINOR},
        required=("amount_minor",),
        moves_money=True,
    )
    def partially_refund(self, amount_minor: int) -> None:
        self.refunded_minor += amount_minor
