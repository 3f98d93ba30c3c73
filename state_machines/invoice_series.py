"""Invoice numbers: gapless within a series, because the number is taken under the series' row lock and a rollback
returns it."""

from __future__ import annotations

from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from core.errors import PravilaError
from state_machines import columns

DEFAULT = "default"


class SeriesClosed(PravilaError):
    """Invoices of series "{series}" cannot be issued: there is no such series, or it is archived. Choose another one."""

    status = 409
    code = "series-closed"


class InvoiceSeries(models.Model):
    """One row per series. An archived series never issues again; numbers read INV-000042."""

    code = columns.code(_("code"), blank=False, unique=True)
    prefix = columns.code(_("prefix"), blank=False, max_length=20, default="INV")
    next_number = models.PositiveBigIntegerField(
        _("next number"), default=1, editable=False, validators=[MinValueValidator(1)]
    )
    archived = models.BooleanField(_("archived"), default=False)

    class Meta:
        verbose_name = _("invoice series")
        verbose_name_plural = _("invoice series")

    def __str__(self) -> str:
        return f"{self.prefix} ({self.code})"


def is_open(code: str) -> bool:
    """Whether invoices of the series may be issued. The default series is there without anybody making it."""
    series = InvoiceSeries.objects.filter(code=code).first()
    return code == DEFAULT if series is None else not series.archived


def take_number(code: str) -> str:
    """The next number of the series, as in INV-000042. Its row stays locked until the open transaction ends.

    Take it last: whoever waits for the series holds nothing that an issuer still needs. Raises SeriesClosed.
    """
    if code == DEFAULT:
        InvoiceSeries.objects.get_or_create(code=DEFAULT)
    series = InvoiceSeries.objects.select_for_update().filter(code=code, archived=False).first()
    if series is None:
        raise SeriesClosed(series=code)
    number = series.next_number
    InvoiceSeries.objects.filter(pk=series.pk).update(next_number=number + 1)
    return f"{series.prefix}-{number:06d}"
