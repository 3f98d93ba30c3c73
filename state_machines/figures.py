"""The figures of the business: what was invoiced and what was collected, as the log has it."""

from django.utils.translation import gettext_lazy as _

from core.tallies import Figure, figures

INVOICED = figures.add("invoiced", Figure("invoiced", "invoice.issued", "invoice.total", _("invoiced")))
COLLECTED = figures.add("collected", Figure("collected", "payment.succeeded", "payment.amount", _("collected")))
