"""Top-level domains and the registrars that sell them."""

from __future__ import annotations

from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.catalog import EventType, Fact, Kind, Relation
from core.declare import Declaration, StateField, guard
from core.declare import transition as move
from core.encrypted import EncryptedField
from core.machine import Machine
from state_machines import columns

ENDING = RegexValidator(
    r"^[a-z0-9](?:[a-z0-9.-]{0,58}[a-z0-9])?\Z",
    _("Write it without the first dot and in lower case, as in ro or co.uk."),
)
SOLD = {"active": _("sold"), "disabled": _("not sold")}


@guard("tld.registrar_is_active", _("its registrar is in use"))
def registrar_is_active(tld: Tld, **_given: Any) -> str | None:
    if tld.registrar.state == "active":
        return None
    return gettext("registrar %(code)s is disabled") % {"code": tld.registrar.code}


class Registrar(Machine):
    """Who registers domains for us. The credentials are stored encrypted, and no event carries them."""

    state = StateField({"active": _("in use"), "disabled": _("disabled")}, verbose_name=_("state"))
    code = columns.code(_("code"), blank=False, unique=True)
    credentials = EncryptedField(_("credentials"), blank=True, default="", editable=False)

    machine = Declaration(
        noun="registrar",
        title=_("registrar"),
        facts=(columns.code_fact("code", _("code")),),
        relations=(Relation("tlds", "tld"), Relation("domains", "domain")),
        events=(EventType("registrar.credentials_changed", _("credentials of a registrar changed")),),
        changes={"credentials": "registrar.credentials_changed"},
        recorded=("credentials",),
        rank=15,
    )

    class Meta:
        verbose_name = _("registrar")
        verbose_name_plural = _("registrars")

    def __str__(self) -> str:
        return self.code

    @move(source="active", target="disabled", event="registrar.disabled", title=_("disable"))
    def disable(self) -> None:
        """Nothing new is registered there."""

    @move(source="disabled", target="active", event="registrar.enabled", title=_("enable"))
    def enable(self) -> None:
        """It takes registrations again."""


class Tld(Machine):
    """An ending such as ro, with its prices for one year in minor units."""

    state = StateField(SOLD, verbose_name=_("state"))
    ending = models.CharField(_("ending"), max_length=60, unique=True, validators=[ENDING])
    registrar = models.ForeignKey(Registrar, models.PROTECT, related_name="tlds", verbose_name=_("registrar"))
    currency = columns.currency()
    register_minor = columns.minor(
        _("price of registering"), validators=[MinValueValidator(0), MaxValueValidator(columns.MAX_MINOR)]
    )
    renew_minor = columns.minor(
        _("price of renewing"), validators=[MinValueValidator(0), MaxValueValidator(columns.MAX_MINOR)]
    )
    transfer_minor = columns.minor(
        _("price of transferring"), validators=[MinValueValidator(0), MaxValueValidator(columns.MAX_MINOR)]
    )

    machine = Declaration(
        noun="tld",
        title=_("top-level domain"),
        facts=(
            columns.code_fact("ending", _("ending")),
            columns.CURRENCY_FACT,
            Fact("register", Kind.MONEY, title=_("price of registering")),
            Fact("renew", Kind.MONEY, title=_("price of renewing")),
            Fact("transfer", Kind.MONEY, title=_("price of transferring")),
        ),
        related={"registrar": "registrar"},
        links={"registrar": "tlds"},
        relations=(Relation("domains", "domain"),),
        events=(EventType("tld.price_changed", _("price of a top-level domain changed")),),
        changes=dict.fromkeys(("register_minor", "renew_minor", "transfer_minor"), "tld.price_changed"),
        rank=16,
        edits=("registrar", "register_minor", "renew_minor", "transfer_minor"),
    )

    class Meta:
        verbose_name = _("top-level domain")
        verbose_name_plural = _("top-level domains")

    def __str__(self) -> str:
        return self.ending

    @move(source="active", target="disabled", event="tld.disabled", title=_("stop selling"))
    def disable(self) -> None:
        """No new domains of it are sold."""

    @move(source="disabled", target="active", event="tld.enabled", title=_("sell"), guards=(registrar_is_active,))
    def enable(self) -> None:
        """It is sold again."""
