"""Domains: names that customers hold for some years."""

from __future__ import annotations

from typing import Any

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from core import clock
from core.catalog import EventType, Fact, Kind, Relation
from core.customer_rights import TECHS, CustomerRights
from core.declare import Declaration, StateField, guard, transition
from core.machine import Machine
from state_machines import columns
from state_machines.customers import REASON, Customer
from state_machines.services import Service
from state_machines.tlds import Registrar, Tld

NAME = RegexValidator(
    r"^(?=.{4,253}\Z)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}\Z",
    _("Write a domain name in lower case, as in example.ro; international names in their xn-- form."),
)
STATES = {
    "pending": _("pending"),
    "active": _("active"),
    "expired": _("expired"),
    "suspended": _("suspended"),
    "transfer_in": _("coming to us"),
    "transfer_out": _("leaving us"),
    "cancelled": pgettext_lazy("domain", "cancelled"),
}


@guard("domain.has_expired", _("its last day is over"))
def has_expired(domain: Domain, **_given: Any) -> str | None:
    if domain.expires_at is not None and domain.expires_at <= clock.now():
        return None
    return gettext("domain %(id)s has not reached its last day") % {"id": domain.pk}


@guard("domain.is_unlocked", _("it is not locked"))
def is_unlocked(domain: Domain, **_given: Any) -> str | None:
    return gettext("domain %(id)s is locked; unlock it first") % {"id": domain.pk} if domain.locked else None


class Domain(Machine):
    """The name may tell who holds it, so events carry its ending only."""

    state = StateField(STATES, verbose_name=_("state"))
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="domains", verbose_name=_("customer"))
    name = models.CharField(_("name"), max_length=253, unique=True, validators=[NAME])
    tld = models.ForeignKey(Tld, models.PROTECT, related_name="domains", verbose_name=_("top-level domain"))
    registrar = models.ForeignKey(Registrar, models.PROTECT, related_name="domains", verbose_name=_("registrar"))
    service = models.ForeignKey(
        Service, models.PROTECT, null=True, blank=True, related_name="domains", verbose_name=_("service")
    )
    locked = models.BooleanField(_("locked"), default=False)
    whois_privacy = models.BooleanField(_("hidden in WHOIS"), default=False)
    auto_renew = models.BooleanField(_("renews by itself"), default=True)
    created_at = columns.born()
    registered_at = columns.moment(_("registered at"), editable=False)
    expires_at = columns.moment(_("last day"))

    machine = Declaration(
        noun="domain",
        title=_("domain"),
        facts=(
            Fact("locked", Kind.BOOLEAN, title=_("locked")),
            Fact("whois_privacy", Kind.BOOLEAN, title=_("hidden in WHOIS")),
            Fact("auto_renew", Kind.BOOLEAN, title=_("renews by itself")),
            Fact("service", Kind.REF, title=_("service"), optional=True),
            columns.moment_fact("created_at", _("created at")),
            columns.moment_fact("registered_at", _("registered at")),
            columns.moment_fact("expires_at", _("last day")),
        ),
        related={"customer": "customer", "tld": "tld", "registrar": "registrar"},
        links={"customer": "domains", "tld": "domains", "registrar": "domains", "service": "domains"},
        relations=(Relation("operations", "domain_operation"),),
        terminal=("cancelled",),
        events=(
            EventType("domain.registered", _("domain registered")),
            EventType("domain.renewed", _("domain renewed")),
            EventType("domain.expiry_changed", _("last day of a domain changed")),
            EventType("domain.registrar_changed", _("registrar of a domain changed")),
            EventType("domain.lock_changed", _("lock of a domain changed")),
            EventType("domain.whois_privacy_changed", _("privacy of a domain changed")),
        ),
        changes={
            "expires_at": "domain.expiry_changed",
            "registrar": "domain.registrar_changed",
            "locked": "domain.lock_changed",
            "whois_privacy": "domain.whois_privacy_changed",
        },
        recorded=("customer", "name"),
        rank=64,
        edits=("registrar", "service", "locked", "whois_privacy", "auto_renew", "expires_at"),
        customers=CustomerRights(edit=TECHS, fields=("auto_renew",)),
    )

    class Meta:
        verbose_name = _("domain")
        verbose_name_plural = _("domains")

    def __str__(self) -> str:
        return self.name

    @transition(
        source=("pending", "transfer_in", "expired", "suspended"),
        target="active",
        event="domain.activated",
        title=_("activate"),
    )
    def activate(self) -> None:
        self.registered_at = self.registered_at or clock.now()

    @transition(source="active", target="expired", event="domain.expired", title=_("expire"), guards=(has_expired,))
    def expire(self) -> None:
        """Nobody renewed it in time."""

    @transition(source="active", target="suspended", event="domain.suspended", title=_("suspend"), arguments=REASON)
    def suspend(self, reason: str = "") -> None:
        """It leads nowhere for now."""

    @transition(
        source="pending", target="transfer_in", event="domain.transfer_in_started", title=_("start the transfer to us")
    )
    def start_transfer_in(self) -> None:
        """Another registrar gives it to us."""

    @transition(
        source="active",
        target="transfer_out",
        event="domain.transfer_out_started",
        title=_("start the transfer away"),
        guards=(is_unlocked,),
    )
    def start_transfer_out(self) -> None:
        """Its holder takes it to another registrar."""

    @transition(source="transfer_out", target="active", event="domain.transfer_out_refused", title=_("keep after all"))
    def refuse_transfer_out(self) -> None:
        """The transfer did not come about."""

    @transition(
        source="transfer_out", target="cancelled", event="domain.transferred_out", title=_("complete the transfer")
    )
    def complete_transfer_out(self) -> None:
        """It is with another registrar now."""

    @transition(
        source=("pending", "expired", "suspended", "transfer_in", "transfer_out"),
        target="cancelled",
        event="domain.cancelled",
        title=_("cancel"),
        arguments=REASON,
    )
    def cancel(self, reason: str = "") -> None:
        """It is not ours to keep any more."""
