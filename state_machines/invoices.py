"""Invoices: numbered when they are issued, and unchangeable from then on but for what happens to them."""

from __future__ import annotations

from typing import Any

from django.db import models, transaction
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from core import clock
from core.catalog import EventType, Relation
from core.declare import Declaration, StateField
from core.declare import transition as move
from core.errors import Blocked
from core.machine import Machine, lock
from state_machines import columns, invoice_guards, invoice_series
from state_machines.customers import REASON, Customer
from state_machines.invoice_facts import FACTS, ORIGINS, STATES
from state_machines.orders import Order
from state_machines.periods import days_later
from state_machines.profiles import terms_days


class Invoice(Machine):
    """What a customer owes. Amounts in minor units follow the lines and the payments; they are never set by hand."""

    state = StateField(STATES, verbose_name=_("state"))
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="invoices", verbose_name=_("customer"))
    order = models.ForeignKey(
        Order, models.PROTECT, null=True, blank=True, related_name="invoices", verbose_name=_("order")
    )
    proforma = models.OneToOneField(
        "state_machines.Proforma",
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="invoice",
        verbose_name=_("proforma"),
    )
    service = models.ForeignKey(
        "state_machines.Service",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="invoices",
        verbose_name=_("renewed service"),
    )
    series = columns.code(_("series"), blank=False, default=invoice_series.DEFAULT)
    number = models.CharField(_("number"), max_length=60, null=True, unique=True, editable=False)  # noqa: DJ001 - none yet
    currency = columns.currency()
    net_minor = columns.minor(_("net"), editable=False)
    tax_minor = columns.minor(_("tax"), editable=False)
    total_minor = columns.minor(_("total"), editable=False)
    paid_minor = columns.minor(_("paid"), editable=False)
    refunded_minor = columns.minor(_("refunded"), editable=False)
    line_count = models.PositiveIntegerField(_("lines"), default=0, editable=False)
    origin = models.CharField(_("origin"), max_length=20, choices=list(ORIGINS.items()), default="manual")
    period_start = columns.moment(_("period from"))
    period_end = columns.moment(_("period to"))
    created_at = columns.born()
    due_at = columns.moment(_("due at"))
    issued_at = columns.moment(_("issued at"), editable=False)
    paid_at = columns.moment(_("paid at"), editable=False)

    machine = Declaration(
        noun="invoice",
        title=_("invoice"),
        facts=FACTS,
        related={"customer": "customer", "order": "order"},
        links={"customer": "invoices", "order": "invoices", "proforma": "invoices", "service": "invoices"},
        relations=(
            Relation("payments", "payment"),
            Relation("services", "service"),
            Relation("efactura_documents", "efactura_document"),
        ),
        terminal=("void",),
        events=(
            EventType("invoice.line_added", _("invoice line added")),
            EventType("invoice.line_removed", _("invoice line removed")),
            EventType("invoice.payment_applied", _("payment applied to the invoice")),
            EventType("invoice.refund_applied", _("refund applied to the invoice")),
            EventType("invoice.refund_reversed", _("refund of the invoice reversed")),
        ),
        sealed=(
            "customer",
            "order",
            "proforma",
            "service",
            "series",
            "number",
            "currency",
            "net_minor",
            "tax_minor",
            "total_minor",
            "line_count",
            "origin",
            "period_start",
            "period_end",
            "issued_at",
        ),
        parts=("lines",),
        rank=30,
    )

    class Meta:
        verbose_name = _("invoice")
        verbose_name_plural = _("invoices")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(paid_minor__gte=0, refunded_minor__gte=0), name="invoice_payments_not_negative"
            ),
            models.CheckConstraint(
                condition=models.Q(refunded_minor__lte=models.F("paid_minor")), name="invoice_refunds_in_bounds"
            ),
        ]

    @property
    def display_number(self) -> str:
        """The number, or a makeshift one before it is issued."""
        return self.number or f"TMP-{self.pk}"

    @property
    def remaining_minor(self) -> int:
        """What of the total has not been paid; never below zero."""
        return max(0, self.total_minor - self.paid_minor)

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        """Delete a draft. Raises Blocked for what was issued: it is voided instead."""
        with transaction.atomic():
            if lock(Invoice, self.pk).number is not None:
                reason = gettext("it was issued as %(number)s; void it instead") % {"number": self.number}
                raise Blocked(transition="delete", ref=self.ref, reason=reason)
            self.lines.all()._raw_delete(using=self._state.db)
            return super().delete(*args, **kwargs)

    @move(
        source="draft",
        target="issued",
        event="invoice.issued",
        title=_("issue"),
        guards=(
            invoice_guards.has_lines,
            invoice_guards.total_is_not_negative,
            invoice_guards.customer_has_tax_id,
            invoice_guards.series_is_open,
        ),
    )
    def issue(self) -> None:
        """Number it, date it, and set when it is due unless that was agreed. Dated under the lock of its series, so that dates
        rise with numbers."""
        terms = terms_days(self.customer)
        self.number = invoice_series.take_number(self.series)
        self.issued_at = clock.now()
        self.due_at = self.due_at or days_later(self.issued_at, terms)

    @move(
        source=("issued", "overdue"),
        target="paid",
        event="invoice.paid",
        title=_("mark as paid"),
        guards=(invoice_guards.nothing_is_left,),
    )
    def mark_as_paid(self) -> None:
        self.paid_at = clock.now()

    @move(
        source="issued",
        target="overdue",
        event="invoice.overdue",
        title=_("mark as overdue"),
        guards=(invoice_guards.is_past_due,),
    )
    def mark_overdue(self) -> None:
        """Its due date has passed unpaid."""

    @move(
        source=("draft", "issued", "overdue"),
        target="void",
        event="invoice.voided",
        title=pgettext_lazy("verb", "void"),
        guards=(invoice_guards.nothing_is_kept,),
        arguments=REASON,
    )
    def void(self, reason: str = "") -> None:
        """It is owed no more; its number stays taken."""

    @move(
        source=("paid", "partially_refunded"),
        target="refunded",
        event="invoice.refunded",
        title=_("mark as refunded"),
        guards=(invoice_guards.is_refunded_in_full,),
    )
    def refund_invoice(self) -> None:
        """All of it went back."""

    @move(
        source=("paid", "partially_refunded"),
        target="partially_refunded",
        event="invoice.partially_refunded",
        title=_("mark as partially refunded"),
        guards=(invoice_guards.is_refunded_in_part,),
    )
    def mark_partially_refunded(self) -> None:
        """A part of it went back."""

    @move(
        source=("partially_refunded", "refunded"),
        target="paid",
        event="invoice.refund_undone",
        title=_("restore after a reversed refund"),
        guards=(invoice_guards.has_no_refund,),
    )
    def restore_after_refund_reversal(self) -> None:
        """The refund came back."""

    @move(
        source="refunded",
        target="partially_refunded",
        event="invoice.refund_partly_undone",
        title=_("restore in part after a reversed refund"),
        guards=(invoice_guards.is_refunded_in_part,),
    )
    def restore_partial_after_refund_reversal(self) -> None:
        """A part of the refund came back."""
