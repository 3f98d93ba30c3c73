"""What is agreed with a customer about taxes and about paying. Numbers that identify somebody stay on the row."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from stdnum.ro import cui as romanian_cui

from core.catalog import EventType, Fact, Kind
from core.customer_rights import PAYERS, CustomerRights
from core.declare import Declaration
from core.machine import Machine
from state_machines import columns
from state_machines.customers import Customer

CUI = RegexValidator(r"^(RO)?[0-9]{2,10}$", _("Write two to ten digits, perhaps after RO."))
VAT_NUMBER = RegexValidator(
    r"^[A-Z]{2}[0-9A-Z+*.]{2,12}$", _("Write the country's two letters and the number, as in RO14399840.")
)
DELIVERIES = {"email": _("by e-mail"), "portal": _("in the portal"), "post": _("by post")}


class TaxProfile(Machine):
    """One per customer. A number whose check digit is wrong is kept and said to be so: `cui_is_valid`."""

    state = columns.plain()
    customer = models.OneToOneField(Customer, models.PROTECT, related_name="tax_profile", verbose_name=_("customer"))
    cui = models.CharField(_("CUI"), max_length=12, blank=True, default="", validators=[CUI])
    vat_number = models.CharField(_("VAT number"), max_length=14, blank=True, default="", validators=[VAT_NUMBER])
    is_vat_payer = models.BooleanField(_("pays VAT"), default=False)
    reverse_charge_eligible = models.BooleanField(_("reverse charge"), default=False)

    machine = Declaration(
        noun="tax_profile",
        title=_("tax profile"),
        facts=(
            Fact("has_cui", Kind.BOOLEAN, title=_("has a CUI"), read=lambda row: bool(row.cui)),
            Fact(
                "cui_is_valid",
                Kind.BOOLEAN,
                title=_("the CUI's check digit is right"),
                read=lambda row: row.cui_is_valid,
            ),
            Fact("has_vat_number", Kind.BOOLEAN, title=_("has a VAT number"), read=lambda row: bool(row.vat_number)),
            Fact("is_vat_payer", Kind.BOOLEAN, title=_("pays VAT")),
            Fact("reverse_charge_eligible", Kind.BOOLEAN, title=_("reverse charge")),
        ),
        related={"customer": "customer"},
        links={"customer": "tax_profiles"},
        recorded=("customer", "cui", "vat_number"),
        terminal=(columns.KEPT,),
        rank=11,
        edits=("cui", "vat_number", "is_vat_payer", "reverse_charge_eligible"),
    )

    class Meta:
        verbose_name = _("tax profile")
        verbose_name_plural = _("tax profiles")

    @property
    def cui_is_valid(self) -> bool:
        """Whether the check digit is right: the body under the weights 7 5 3 2 1 7 5 3 2, times 10, modulo 11 and 10."""
        return bool(romanian_cui.is_valid(self.cui))


class BillingProfile(Machine):
    """One per customer. `terms_days` stands in for the customer's own where it is given."""

    state = columns.plain()
    customer = models.OneToOneField(
        Customer, models.PROTECT, related_name="billing_profile", verbose_name=_("customer")
    )
    terms_days = models.PositiveSmallIntegerField(
        _("days to pay"), null=True, blank=True, validators=[MaxValueValidator(365)]
    )
    credit_limit_minor = columns.minor(
        _("credit limit"), validators=[MinValueValidator(0), MaxValueValidator(columns.MAX_MINOR)]
    )
    currency = columns.currency()
    delivery = models.CharField(
        _("invoices are sent"), max_length=10, choices=list(DELIVERIES.items()), default="email"
    )
    auto_payment = models.BooleanField(_("pays by itself"), default=False)

    machine = Declaration(
        noun="billing_profile",
        title=_("billing profile"),
        facts=(
            Fact("terms_days", Kind.INTEGER, title=_("days to pay"), optional=True),
            Fact("credit_limit", Kind.MONEY, title=_("credit limit")),
            columns.CURRENCY_FACT,
            Fact("delivery", Kind.TEXT, title=_("invoices are sent"), choices=tuple(DELIVERIES)),
            Fact("auto_payment", Kind.BOOLEAN, title=_("pays by itself")),
        ),
        related={"customer": "customer"},
        links={"customer": "billing_profiles"},
        recorded=("customer",),
        changes={
            "credit_limit_minor": "billing_profile.credit_limit_changed",
            "terms_days": "billing_profile.payment_terms_changed",
        },
        events=(
            EventType("billing_profile.credit_limit_changed", _("credit limit changed")),
            EventType("billing_profile.payment_terms_changed", _("days to pay changed")),
        ),
        terminal=(columns.KEPT,),
        rank=12,
        edits=("terms_days", "credit_limit_minor", "delivery", "auto_payment"),
        customers=CustomerRights(
            edit=PAYERS, fields=("delivery", "auto_payment"), hidden=("credit_limit_minor", "credit_limit")
        ),
    )

    class Meta:
        verbose_name = _("billing profile")
        verbose_name_plural = _("billing profiles")


def terms_days(customer: Customer) -> int:
    """Within how many days the customer pays."""
    agreed = BillingProfile.objects.filter(customer=customer).values_list("terms_days", flat=True).first()
    return customer.terms_days if agreed is None else agreed
