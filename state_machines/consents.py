"""Consents: the proof of what a customer agreed to, when and how. The customer's own two flags follow it."""

from __future__ import annotations

from typing import Any

from django.db import models, transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core import clock
from core.catalog import Fact, Kind
from core.customer_rights import OWNER, CustomerRights
from core.declare import Declaration, StateField
from core.declare import transition as move
from core.machine import Machine, change, lock
from state_machines import columns
from state_machines.customers import Customer

PURPOSES = {
    "data_processing": _("processing of data"),
    "marketing": _("marketing"),
    "profiling": _("profiling"),
    "third_parties": _("passing on to third parties"),
    "cookies": _("cookies"),
}
CHANNELS = {"web": _("on the web"), "phone": _("by telephone"), "email": _("by e-mail"), "paper": _("on paper")}
FLAGS = {"data_processing": "gdpr_consent", "marketing": "marketing_consent"}


class Consent(Machine):
    """One agreement to one purpose, under the text that `wording` names. Who agrees again does so by a new row."""

    state = StateField(
        {"given": _("given"), "withdrawn": pgettext_lazy("consent", "withdrawn")}, verbose_name=_("state")
    )
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="consents", verbose_name=_("customer"))
    purpose = models.CharField(_("purpose"), max_length=20, choices=list(PURPOSES.items()))
    channel = models.CharField(_("how"), max_length=10, choices=list(CHANNELS.items()), default="web")
    wording = columns.code(_("version of the wording"))
    given_at = models.DateTimeField(_("given at"), default=clock.now, editable=False)
    withdrawn_at = columns.moment(_("withdrawn at"), editable=False)

    machine = Declaration(
        noun="consent",
        title=_("consent"),
        facts=(
            Fact("purpose", Kind.TEXT, title=_("purpose"), choices=tuple(PURPOSES)),
            Fact("channel", Kind.TEXT, title=_("how"), choices=tuple(CHANNELS)),
            columns.code_fact("wording", _("version of the wording"), optional=True),
            columns.moment_fact("given_at", _("given at")),
            columns.moment_fact("withdrawn_at", _("withdrawn at")),
        ),
        related={"customer": "customer"},
        links={"customer": "consents"},
        terminal=("withdrawn",),
        rank=9,  # before the customer, whose flags follow
        edits=(),
        customers=CustomerRights(create=(OWNER,), fields=("customer", "purpose", "wording"), given={"channel": "web"}),
    )

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "purpose"], condition=models.Q(state="given"), name="consent_once"
            )
        ]

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            super().save(*args, **kwargs)
            return
        with transaction.atomic():
            lock(Customer, self.customer_id)
            super().save(*args, **kwargs)
            self._flag(agreed=True)

    @move(
        source="given",
        target="withdrawn",
        event="consent.withdrawn",
        title=_("withdraw"),
        customer_roles=(OWNER,),
    )
    def withdraw(self) -> None:
        self.withdrawn_at = clock.now()
        self._flag(agreed=False)

    def _flag(self, *, agreed: bool) -> None:
        if name := FLAGS.get(self.purpose):
            flag: dict[str, Any] = {name: agreed}
            change(self.customer, **flag)
