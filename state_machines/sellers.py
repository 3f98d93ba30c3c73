"""Who sells: the company whose name and numbers stand on the invoices."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from stdnum import iban

from core.catalog import Fact, Kind
from core.declare import Declaration
from core.machine import Machine
from state_machines import columns
from state_machines.profiles import CUI


def valid_iban(value: str) -> None:
    """Raise ValidationError unless the account number's check digits are right (ISO 13616)."""
    if not iban.is_valid(value):
        raise ValidationError(_("This is no IBAN: its check digits are wrong."))


class Seller(Machine):
    """The first one is on every invoice. Changes are events, which carry none of what stands here but the country."""

    state = columns.plain()
    name = models.CharField(_("name"), max_length=200)
    cui = models.CharField(_("CUI"), max_length=12, validators=[CUI])
    is_vat_payer = models.BooleanField(_("pays VAT"), default=True)
    registration = models.CharField(
        _("number in the trade register"),
        max_length=30,
        blank=True,
        default="",
        validators=[RegexValidator(r"^[A-Z0-9/.]*$", _("Write it as in J12/345/2020."))],
    )
    country = models.CharField(_("country"), max_length=2, default="RO", validators=[columns.COUNTRY])
    county = models.CharField(_("county"), max_length=60)
    city = models.CharField(_("city"), max_length=100)
    street = models.CharField(_("street and number"), max_length=200)
    postcode = models.CharField(_("postcode"), max_length=12, blank=True, default="")
    iban = models.CharField(_("IBAN"), max_length=34, blank=True, default="", validators=[valid_iban])

    machine = Declaration(
        noun="seller",
        title=_("seller"),
        facts=(
            columns.code_fact("country", _("country")),
            Fact("is_vat_payer", Kind.BOOLEAN, title=_("pays VAT")),
        ),
        recorded=("name", "cui", "registration", "county", "city", "street", "postcode", "iban"),
        edits=(
            "name",
            "cui",
            "is_vat_payer",
            "registration",
            "country",
            "county",
            "city",
            "street",
            "postcode",
            "iban",
        ),
        terminal=(columns.KEPT,),
        rank=9,
    )

    class Meta:
        verbose_name = _("seller")
        verbose_name_plural = _("sellers")

    def __str__(self) -> str:
        return self.name


def seller() -> Seller | None:
    """Who sells, or None where nobody entered it yet."""
    return Seller.objects.order_by("id").first()
