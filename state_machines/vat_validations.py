"""VAT validations: what a register said about a customer's VAT number, and until when that is believed."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from core import clock
from core.catalog import Fact, Kind
from core.declare import Declaration, StateField, guard, transition
from core.machine import Machine
from state_machines import columns
from state_machines.customers import Customer
from state_machines.profiles import VAT_NUMBER

SOURCES = {"vies": "VIES", "anaf": "ANAF", "manual": _("by hand")}


@guard("vat_validation.is_out_of_date", _("its time is over"))
def is_out_of_date(validation: VatValidation, **_given: Any) -> str | None:
    if validation.expires_at is not None and validation.expires_at <= clock.now():
        return None
    return gettext("VAT validation %(id)s still counts") % {"id": validation.pk}


class VatValidation(Machine):
    """One question to a register, with its answer. The number stays on the row; events carry the country only."""

    state = StateField(
        {
            "pending": _("asked"),
            "valid": pgettext_lazy("vat_validation", "valid"),
            "invalid": pgettext_lazy("vat_validation", "invalid"),
            "expired": _("out of date"),
        },
        verbose_name=_("state"),
    )
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="vat_validations", verbose_name=_("customer"))
    number = models.CharField(_("VAT number"), max_length=14, validators=[VAT_NUMBER])
    source = models.CharField(_("register"), max_length=10, choices=list(SOURCES.items()), default="vies")
    created_at = columns.born()
    answered_at = columns.moment(_("answered at"), editable=False)
    expires_at = columns.moment(_("counts until"))

    machine = Declaration(
        noun="vat_validation",
        title=_("VAT validation"),
        facts=(
            Fact("country", Kind.TEXT, title=_("country"), read=lambda row: row.number[:2], free_of_persons=True),
            Fact("source", Kind.TEXT, title=_("register"), choices=tuple(SOURCES)),
            columns.moment_fact("created_at", _("created at")),
            columns.moment_fact("answered_at", _("answered at")),
            columns.moment_fact("expires_at", _("counts until")),
        ),
        related={"customer": "customer"},
        links={"customer": "vat_validations"},
        recorded=("customer", "number"),
        terminal=("invalid", "expired"),
        rank=16,
    )

    class Meta:
        verbose_name = _("VAT validation")
        verbose_name_plural = _("VAT validations")

    @transition(source="pending", target="valid", event="vat_validation.confirmed", title=_("confirm"))
    def confirm(self) -> None:
        self.answered_at = clock.now()

    @transition(source="pending", target="invalid", event="vat_validation.refuted", title=_("refute"))
    def refute(self) -> None:
        self.answered_at = clock.now()

    @transition(
        source="valid",
        target="expired",
        event="vat_validation.expired",
        title=_("take as out of date"),
        guards=(is_out_of_date,),
    )
    def expire(self) -> None:
        """It has to be asked again."""


def is_confirmed(customer: Customer) -> bool:
    """Whether a register confirms the customer's VAT number now."""
    now = clock.now()
    counting = models.Q(expires_at=None) | models.Q(expires_at__gt=now)
    return VatValidation.objects.filter(counting, customer=customer, state="valid").exists()
