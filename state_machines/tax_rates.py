"""Tax rates by date: the rate of an invoice is that of its day, never a constant."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from core.catalog import Fact, Kind
from core.declare import Declaration
from core.errors import PravilaError
from core.machine import Machine
from state_machines import columns
from state_machines.customers import Customer
from state_machines.vat_validations import is_confirmed

HOME = "RO"
EU = frozenset(
    [
        "AT",
        "BE",
        "BG",
        "CY",
        "CZ",
        "DE",
        "DK",
        "EE",
        "ES",
        "FI",
        "FR",
        "GR",
        "HR",
        "HU",
        "IE",
        "IT",
        "LT",
        "LU",
        "LV",
        "MT",
        "NL",
        "PL",
        "PT",
        "RO",
        "SE",
        "SI",
        "SK",
    ]
)
KINDS = {"standard": _("standard"), "reduced": _("reduced"), "zero": _("zero")}
# The Romanian standard rate: Codul fiscal art. 291, as changed by Legea 141/2025 from 1 August 2025 on.
STATUTORY = {("RO", "standard"): ((date(2025, 8, 1), Decimal(21)), (date(2017, 1, 1), Decimal(19)))}


class NoRate(PravilaError):
    """There is no {kind} tax rate of {country} on {day}. Add a tax rate that is valid then."""

    status = 409
    code = "no-tax-rate"


class TaxRate(Machine):
    """A rate from `valid_from` to `valid_to`, both included. A newer one outdoes an older one that is still valid."""

    state = columns.plain()
    country = models.CharField(_("country"), max_length=2, default=HOME, validators=[columns.COUNTRY])
    kind = models.CharField(_("kind"), max_length=10, choices=list(KINDS.items()), default="standard")
    percent = models.DecimalField(
        _("per cent"),
        max_digits=5,
        decimal_places=2,
        validators=[MinValueValidator(Decimal(0)), MaxValueValidator(Decimal(100))],
    )
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid to"), null=True, blank=True)

    machine = Declaration(
        noun="tax_rate",
        title=_("tax rate"),
        facts=(
            columns.code_fact("country", _("country")),
            Fact("kind", Kind.TEXT, title=_("kind"), choices=tuple(KINDS)),
            Fact("percent", Kind.NUMBER, title=_("per cent")),
            Fact("valid_from", Kind.DATE, title=_("valid from")),
            Fact("valid_to", Kind.DATE, title=_("valid to"), optional=True),
        ),
        terminal=(columns.KEPT,),
        rank=4,
        edits=("percent", "valid_to"),
    )

    class Meta:
        verbose_name = _("tax rate")
        verbose_name_plural = _("tax rates")
        constraints = [
            models.UniqueConstraint(fields=["country", "kind", "valid_from"], name="tax_rate_once_a_day"),
            models.CheckConstraint(
                condition=models.Q(valid_to=None) | models.Q(valid_to__gte=models.F("valid_from")),
                name="tax_rate_ends_after_it_begins",
            ),
        ]


def rate_on(day: date, country: str = HOME, kind: str = "standard") -> Decimal:
    """The rate in per cent on `day`: the row valid then that began last, else the statutory one. Raises NoRate."""
    open_then = models.Q(valid_to=None) | models.Q(valid_to__gte=day)
    rows = TaxRate.objects.filter(open_then, country=country, kind=kind, valid_from__lte=day).order_by("-valid_from")
    if (row := rows.first()) is not None:
        return row.percent
    for since, percent in STATUTORY.get((country, kind), ()):
        if since <= day:
            return percent
    raise NoRate(kind=kind, country=country, day=day)


def rate_for(customer: Customer, day: date) -> Decimal:
    """What a customer pays on `day`: nothing under the reverse charge (a business of another EU country whose VAT number a
    register confirms; Directive 2006/112/EC, art. 196), else the standard rate at home."""
    abroad = customer.country in EU - {HOME}
    if abroad and customer.kind != "individual" and is_confirmed(customer):
        return Decimal(0)
    return rate_on(day)
