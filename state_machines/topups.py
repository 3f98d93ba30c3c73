"""Top-ups: money on its way into a wallet. It arrives once, and what has arrived is never undone by a late message."""

from __future__ import annotations

from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from core import clock
from core.catalog import Fact, Kind
from core.customer_rights import PAYERS, CustomerRights
from core.declare import Declaration, StateField, guard, transition
from core.machine import Machine
from state_machines import columns
from state_machines.payments import FAILURE
from state_machines.wallets import Wallet, credit


@guard("topup.wallet_is_open", _("its wallet is open"))
def wallet_is_open(topup: TopUp, **_given: Any) -> str | None:
    if topup.wallet.state == "open":
        return None
    return gettext("wallet %(id)s is closed") % {"id": topup.wallet_id}


class TopUp(Machine):
    """`amount_minor` in the wallet's currency. Success is final: money that arrived is debited, not un-arrived."""

    state = StateField(
        {
            "pending": _("pending"),
            "success": _("arrived"),
            "failed": _("failed"),
            "expired": pgettext_lazy("topup", "expired"),
        },
        verbose_name=_("state"),
    )
    wallet = models.ForeignKey(Wallet, models.PROTECT, related_name="topups", verbose_name=_("wallet"))
    amount_minor = models.BigIntegerField(
        _("amount"), validators=[MinValueValidator(1), MaxValueValidator(columns.MAX_MINOR)]
    )
    currency = models.CharField(_("currency"), max_length=3, editable=False)
    gateway_id = models.CharField(_("gateway's id"), max_length=200, null=True, blank=True, unique=True)
    failure_code = columns.code(_("failure code"), editable=False)
    created_at = columns.born()
    succeeded_at = columns.moment(_("arrived at"), editable=False)

    machine = Declaration(
        noun="topup",
        title=_("top-up"),
        facts=(
            Fact("amount", Kind.MONEY, title=_("amount")),
            columns.CURRENCY_FACT,
            columns.code_fact("failure_code", _("failure code"), optional=True),
            columns.moment_fact("created_at", _("created at")),
            columns.moment_fact("succeeded_at", _("arrived at")),
        ),
        related={"customer": "wallet.customer", "wallet": "wallet"},
        links={"wallet": "topups"},
        terminal=("success", "failed", "expired"),
        recorded=("wallet",),
        rank=24,
        customers=CustomerRights(create=PAYERS, fields=("wallet", "amount_minor")),
    )

    class Meta:
        verbose_name = _("top-up")
        verbose_name_plural = _("top-ups")
        constraints = [models.CheckConstraint(condition=models.Q(amount_minor__gt=0), name="topup_amount_positive")]

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save; a new top-up is in the currency of its wallet."""
        if self._state.adding:
            self.currency = self.wallet.currency
        super().save(*args, **kwargs)

    @transition(
        source="pending",
        target="success",
        event="topup.completed",
        title=_("take as arrived"),
        guards=(wallet_is_open,),
        moves_money=True,
    )
    def succeed(self) -> None:
        self.succeeded_at = clock.now()
        credit(self.wallet, self.amount_minor, "topup", key=self.ref)

    @transition(source="pending", target="failed", event="topup.failed", title=_("fail"), arguments=FAILURE)
    def fail(self, code: str = "unknown") -> None:
        self.failure_code = code

    @transition(source="pending", target="expired", event="topup.expired", title=_("expire"))
    def expire(self) -> None:
        """Nobody paid in time."""
