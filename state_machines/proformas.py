"""Proformas: what orders would cost, offered before an invoice. Paid, they become one invoice, exactly once."""

from __future__ import annotations

from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core import clock
from core.catalog import EventType, Fact, Kind, Relation
from core.customer_rights import PAYERS
from core.declare import Declaration, StateField, transition
from core.machine import Machine
from state_machines import columns, proforma_guards
from state_machines.converting import to_invoice
from state_machines.customers import Customer
from state_machines.payments import METHODS


class Proforma(Machine):
    """Amounts follow its orders; `tax_percent` is fixed when it is drawn up. Valid until `valid_to`, 30 days unless given."""

    state = StateField(
        {
            "draft": _("draft"),
            "sent": _("sent"),
            "accepted": _("accepted"),
            "expired": pgettext_lazy("proforma", "expired"),
            "converted": _("converted"),
        },
        verbose_name=_("state"),
    )
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="proformas", verbose_name=_("customer"))
    currency = columns.currency()
    tax_percent = models.DecimalField(
        _("tax in per cent"),
        max_digits=5,
        decimal_places=2,
        default=Decimal(0),
        validators=[MinValueValidator(Decimal(0)), MaxValueValidator(Decimal(100))],
    )
    net_minor = columns.minor(_("net"), editable=False)
    tax_minor = columns.minor(_("tax"), editable=False)
    total_minor = columns.minor(_("total"), editable=False)
    order_count = models.PositiveIntegerField(_("orders"), default=0, editable=False)
    created_at = columns.born()
    valid_to = models.DateTimeField(_("valid until"), default=proforma_guards.in_thirty_days)
    converted_at = columns.moment(_("converted at"), editable=False)

    machine = Declaration(
        noun="proforma",
        title=_("proforma"),
        facts=(
            Fact("number", Kind.TEXT, title=_("number"), read=lambda row: row.number, free_of_persons=True),
            Fact("net", Kind.MONEY, title=_("net")),
            Fact("tax", Kind.MONEY, title=_("tax")),
            Fact("total", Kind.MONEY, title=_("total")),
            columns.CURRENCY_FACT,
            Fact("tax_percent", Kind.NUMBER, title=_("tax in per cent")),
            Fact("order_count", Kind.INTEGER, title=_("orders")),
            columns.moment_fact("created_at", _("created at")),
            columns.moment_fact("valid_to", _("valid until")),
            columns.moment_fact("converted_at", _("converted at")),
        ),
        related={"customer": "customer"},
        links={"customer": "proformas"},
        relations=(Relation("orders", "order"), Relation("invoices", "invoice")),
        events=(EventType("proforma.order_added", _("order added to the proforma")),),
        sealed=("customer", "currency", "tax_percent", "net_minor", "tax_minor", "total_minor", "order_count"),
        terminal=("expired", "converted"),
        rank=18,
    )

    class Meta:
        verbose_name = _("proforma")
        verbose_name_plural = _("proformas")

    @property
    def number(self) -> str:
        return f"PRO-{self.pk:06d}"

    @transition(
        source="draft",
        target="sent",
        event="proforma.sent",
        title=_("mark as sent"),
        guards=(proforma_guards.has_orders,),
    )
    def send_proforma(self) -> None:
        """The customer has it."""

    @transition(source="sent", target="accepted", event="proforma.accepted", title=_("accept"), customer_roles=PAYERS)
    def accept(self) -> None:
        """The customer wants it so."""

    @transition(
        source="sent",
        target="expired",
        event="proforma.expired",
        title=_("expire"),
        guards=(proforma_guards.is_out_of_date,),
    )
    def expire(self) -> None:
        """Nobody accepted or paid it in time."""

    @transition(
        source=("draft", "sent", "accepted"),
        target="converted",
        event="proforma.converted",
        title=_("convert to an invoice"),
        guards=(
            proforma_guards.has_orders,
            proforma_guards.adds_up,
            proforma_guards.orders_are_not_invoiced,
            proforma_guards.payment_fits,
        ),
        arguments={
            "payment": {"type": "string", "pattern": "^payment:[0-9]{1,18}$"},
            "paid_by": {"type": "string", "enum": list(METHODS)},
        },
        moves_money=True,
    )
    def convert(self, payment: str = "", paid_by: str = "") -> None:
        """Make the invoice, and pay it by `payment`, or by a new payment by the method `paid_by`, in the same transaction."""
        self.converted_at = clock.now()
        to_invoice(self, payment, paid_by)
