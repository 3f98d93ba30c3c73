"""Payment methods: how a customer pays by default. What can move money stays with the gateway; here is its name for it."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from core import clock
from core.catalog import Fact, Kind
from core.customer_rights import PAYERS, CustomerRights
from core.declare import Declaration, StateField, guard, transition
from core.machine import Machine
from state_machines import columns
from state_machines.customers import Customer
from state_machines.payments import METHODS


@guard("payment_method.has_run_out", _("its last day is over"))
def has_run_out(method: PaymentMethod, **_given: Any) -> str | None:
    if method.valid_to is not None and method.valid_to < clock.today():
        return None
    return gettext("payment method %(id)s has not run out") % {"id": method.pk}


class PaymentMethod(Machine):
    """A card or an account, by the gateway's own id for it."""

    state = StateField(
        {
            "active": pgettext_lazy("payment_method", "active"),
            "expired": pgettext_lazy("payment_method", "expired"),
            "removed": _("removed"),
        },
        verbose_name=_("state"),
    )
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="payment_methods", verbose_name=_("customer"))
    method = models.CharField(_("method"), max_length=20, choices=list(METHODS.items()), default="stripe")
    gateway_id = models.CharField(_("gateway's id"), max_length=200, null=True, blank=True, unique=True)
    is_default = models.BooleanField(_("default"), default=False)
    valid_to = models.DateField(_("valid to"), null=True, blank=True)
    created_at = columns.born()

    machine = Declaration(
        noun="payment_method",
        title=_("payment method"),
        facts=(
            Fact("method", Kind.TEXT, title=_("method"), choices=tuple(METHODS)),
            Fact("is_default", Kind.BOOLEAN, title=_("default")),
            Fact("valid_to", Kind.DATE, title=_("valid to"), optional=True),
        ),
        related={"customer": "customer"},
        links={"customer": "payment_methods"},
        recorded=("customer", "gateway_id"),
        terminal=("removed",),
        rank=14,
        edits=("is_default", "valid_to"),
        customers=CustomerRights(edit=PAYERS, fields=("is_default",)),
    )

    class Meta:
        verbose_name = _("payment method")
        verbose_name_plural = _("payment methods")
        constraints = [
            models.UniqueConstraint(
                fields=["customer"], condition=models.Q(is_default=True), name="payment_method_one_default"
            )
        ]

    @transition(
        source="active", target="expired", event="payment_method.expired", title=_("expire"), guards=(has_run_out,)
    )
    def expire(self) -> None:
        self.is_default = False

    @transition(
        source=("active", "expired"),
        target="removed",
        event="payment_method.removed",
        title=_("remove"),
        customer_roles=PAYERS,
    )
    def remove(self) -> None:
        """The gateway's id of it is forgotten."""
        self.is_default, self.gateway_id = False, None
