"""Invoice lines: what is billed. They come and go while the invoice is a draft, and never change after that."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models, transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core import links
from core.errors import Blocked, WriteRefused
from core.events import Event
from core.machine import change, lock
from core.money import Money, percent_of
from state_machines import columns
from state_machines.invoices import Invoice
from state_machines.services import Service


class LineQuerySet(models.QuerySet["InvoiceLine"]):
    """Lines change one by one, with the totals of their invoice; writes of many at once are refused."""

    def _refuse(self, *_args: Any, **_kwargs: Any) -> Any:
        raise WriteRefused(ref="A list of invoice lines")

    update = delete = bulk_create = bulk_update = _refuse


class InvoiceLine(models.Model):
    """`quantity` times `unit_price_minor` is the net amount; tax is rounded half-even per line. A discount is negative."""

    invoice = models.ForeignKey(Invoice, models.PROTECT, related_name="lines", verbose_name=_("invoice"))
    service = models.ForeignKey(
        Service, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("service")
    )
    description = models.CharField(_("description"), max_length=300)
    quantity = models.PositiveIntegerField(
        _("quantity"), default=1, validators=[MinValueValidator(1), MaxValueValidator(10_000)]
    )
    unit_price_minor = columns.minor(
        _("unit price"),
        validators=[MinValueValidator(-columns.MAX_MINOR // 10_000), MaxValueValidator(columns.MAX_MINOR // 10_000)],
    )
    tax_percent = models.DecimalField(
        _("tax in per cent"),
        max_digits=5,
        decimal_places=2,
        default=Decimal(0),
        validators=[MinValueValidator(Decimal(0)), MaxValueValidator(Decimal(100))],
    )
    net_minor = columns.minor(_("net"), editable=False)
    tax_minor = columns.minor(_("tax"), editable=False)

    objects = LineQuerySet.as_manager()

    class Meta:
        verbose_name = _("invoice line")
        verbose_name_plural = _("invoice lines")
        ordering = ["id"]

    def __str__(self) -> str:
        return self.description

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Add a line with its event, or change one. Raises Blocked unless the invoice is a draft."""
        with transaction.atomic():
            invoice = self._draft()
            former = None if self._state.adding else InvoiceLine.objects.get(pk=self.pk)
            if former is not None and former.invoice_id != self.invoice_id:
                raise WriteRefused(ref=f"Line {self.pk} of invoice:{former.invoice_id}")
            net = Money(self.quantity * self.unit_price_minor, invoice.currency)
            self.net_minor = net.minor
            self.tax_minor = percent_of(Fraction(self.tax_percent), net).minor
            super().save(*args, **kwargs)
            self._count(invoice, "invoice.updated" if former else "invoice.line_added")

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        """Take the line off. Raises Blocked unless the invoice is a draft."""
        with transaction.atomic():
            invoice = self._draft()
            done = super().delete(*args, **kwargs)
            self._count(invoice, "invoice.line_removed")
            return done

    def _draft(self) -> Invoice:
        invoice = lock(Invoice, self.invoice_id)
        if invoice.state != "draft":
            reason = gettext("its lines change only while it is a draft, and it is %(state)s") % {
                "state": invoice.state
            }
            raise Blocked(transition="update", ref=invoice.ref, reason=reason)
        return invoice

    def _count(self, invoice: Invoice, event: str) -> None:
        lines = list(InvoiceLine.objects.filter(invoice=invoice))
        net, tax = sum(line.net_minor for line in lines), sum(line.tax_minor for line in lines)
        changed = change(
            self.invoice,
            event=event,
            net_minor=net,
            tax_minor=tax,
            total_minor=net + tax,
            line_count=len(lines),
        )
        position = Event.objects.values_list("id", flat=True).get(subject=changed.ref, sequence=changed.sequence)
        billed = {f"service:{line.service_id}" for line in lines if line.service_id is not None}
        linked = set(links.children(changed.ref, "services"))
        for service in sorted(billed - linked):
            links.begin(changed.ref, "services", service, since=position)
        for service in sorted(linked - billed):
            links.end(changed.ref, "services", service, until=position)
