"""Addresses of customers. Events say that there is one and in which country, never where."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.catalog import Fact, Kind
from core.customer_rights import PAYERS, CustomerRights
from core.declare import Declaration, StateField, transition
from core.machine import Machine
from state_machines import columns
from state_machines.customers import Customer

USES = {"billing": _("billing"), "delivery": _("delivery"), "legal": _("legal seat")}


class Address(Machine):
    """Where a customer is; a former address stays for what was sent there."""

    state = StateField({"current": _("current"), "former": _("former")}, verbose_name=_("state"))
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="addresses", verbose_name=_("customer"))
    use = models.CharField(_("use"), max_length=10, choices=list(USES.items()), default="billing")
    country = models.CharField(_("country"), max_length=2, default="RO", validators=[columns.COUNTRY])
    county = models.CharField(_("county"), max_length=60, blank=True, default="")
    city = models.CharField(_("city"), max_length=100)
    street = models.CharField(_("street and number"), max_length=200)
    postcode = models.CharField(_("postcode"), max_length=12, blank=True, default="")

    machine = Declaration(
        noun="address",
        title=_("address"),
        facts=(
            Fact("use", Kind.TEXT, title=_("use"), choices=tuple(USES)),
            columns.code_fact("country", _("country")),
        ),
        related={"customer": "customer"},
        links={"customer": "addresses"},
        recorded=("customer", "county", "city", "street", "postcode"),
        rank=13,
        edits=("use", "country", "county", "city", "street", "postcode"),
        customers=CustomerRights(
            create=PAYERS, edit=PAYERS, fields=("customer", "use", "country", "county", "city", "street", "postcode")
        ),
    )

    class Meta:
        verbose_name = _("address")
        verbose_name_plural = _("addresses")

    @transition(
        source="current", target="former", event="address.retired", title=_("take as former"), customer_roles=PAYERS
    )
    def retire(self) -> None:
        """They are there no more."""

    @transition(
        source="former", target="current", event="address.restored", title=_("take as current"), customer_roles=PAYERS
    )
    def restore(self) -> None:
        """They are there again."""
