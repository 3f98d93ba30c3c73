"""Wallets: money that a customer has with us. The balance is the sum of entries that are only ever added."""

from __future__ import annotations

from typing import Any

from django.db import models, transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.catalog import EventType, Fact, Kind, Relation
from core.declare import Declaration, StateField, guard
from core.declare import transition as move
from core.errors import BadReference, PravilaError
from core.machine import Machine, change, find, lock
from core.money import Money
from state_machines import columns
from state_machines.customers import Customer


class NotCovered(PravilaError):
    """{ref} holds {balance}, which does not cover {amount}. Nothing was taken; top it up first."""

    status = 409
    code = "not-covered"


class WalletClosed(PravilaError):
    """{ref} is closed and takes no entries. Reopen it first."""

    status = 409
    code = "wallet-closed"


class EntryDiffers(PravilaError):
    """The wallet entry with key {key} exists and says something else. Use a key of its own for another entry."""

    status = 422
    code = "entry-differs"


@guard("wallet.is_empty", _("nothing is in it"))
def is_empty(wallet: Wallet, **_given: Any) -> str | None:
    if wallet.balance_minor == 0:
        return None
    return gettext("wallet %(id)s still holds %(balance)s") % {"id": wallet.pk, "balance": wallet.balance}


_ENTRY = (Fact("amount", Kind.MONEY, title=_("amount")), columns.code_fact("cause", _("cause")))


class Wallet(Machine):
    """One per customer and currency. `balance_minor` is never below zero, and never set but with an entry."""

    state = StateField({"open": _("open"), "closed": _("closed")}, verbose_name=_("state"))
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="wallets", verbose_name=_("customer"))
    currency = columns.currency()
    balance_minor = columns.minor(_("balance"), editable=False)
    created_at = columns.born()

    machine = Declaration(
        noun="wallet",
        title=_("wallet"),
        facts=(
            Fact("balance", Kind.MONEY, title=_("balance")),
            columns.CURRENCY_FACT,
            columns.moment_fact("created_at", _("created at")),
        ),
        related={"customer": "customer"},
        links={"customer": "wallets"},
        relations=(Relation("topups", "topup"),),
        events=(
            EventType("wallet.credited", _("wallet credited"), facts=_ENTRY),
            EventType("wallet.debited", _("wallet debited"), facts=_ENTRY),
        ),
        recorded=("customer",),
        rank=25,
    )

    class Meta:
        verbose_name = _("wallet")
        verbose_name_plural = _("wallets")
        constraints = [
            models.CheckConstraint(condition=models.Q(balance_minor__gte=0), name="wallet_balance_not_negative"),
            models.UniqueConstraint(fields=["customer", "currency"], name="wallet_one_per_currency"),
        ]

    @property
    def balance(self) -> Money:
        return Money(self.balance_minor, self.currency)

    @move(source="open", target="closed", event="wallet.closed", title=_("close"), guards=(is_empty,))
    def close(self) -> None:
        """It takes no entries any more."""

    @move(source="closed", target="open", event="wallet.reopened", title=_("reopen"))
    def reopen(self) -> None:
        """It takes entries again."""


class WalletEntry(models.Model):
    """What was put in (above zero) or taken out (below zero). The database refuses to change or delete one."""

    wallet = models.ForeignKey(Wallet, models.PROTECT, related_name="entries", verbose_name=_("wallet"))
    amount_minor = columns.minor(_("amount"))
    balance_minor = columns.minor(_("balance afterwards"))
    cause = columns.code(_("cause"), blank=False)
    key = models.CharField(_("key"), max_length=200, unique=True)
    at = columns.born()

    class Meta:
        verbose_name = _("wallet entry")
        verbose_name_plural = _("wallet entries")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.amount_minor:+d} {self.cause}"


def credit(wallet: Wallet | str, minor: int, cause: str, *, key: str) -> WalletEntry:
    """Put `minor` units (above zero) in, with the event wallet.credited; `key` makes a second time the same entry.

    `cause` is a code such as topup. Raises BadReference, ObjectMissing, WalletClosed, EntryDiffers; ValidationError for an
    amount or a cause that is none.
    """
    return _enter(wallet, minor, cause, key, sign=1)


def debit(wallet: Wallet | str, minor: int, cause: str, *, key: str) -> WalletEntry:
    """Take `minor` units (above zero) out, with the event wallet.debited. Raises NotCovered, and what `credit` raises."""
    return _enter(wallet, minor, cause, key, sign=-1)


@transaction.atomic
def _enter(wallet: Wallet | str, minor: int, cause: str, key: str, *, sign: int) -> WalletEntry:
    model, pk = find(wallet)
    if model is not Wallet:
        raise BadReference(text=f"{wallet} (of a wallet)")
    row = lock(Wallet, pk)
    columns.positive(minor)
    known = WalletEntry.objects.filter(key=key).first()
    if known is not None:
        if (known.wallet_id, known.amount_minor, known.cause) != (pk, sign * minor, cause):
            raise EntryDiffers(key=key)
        return known
    if row.state != "open":
        raise WalletClosed(ref=row.ref)
    balance, amount = row.balance_minor + sign * minor, Money(minor, row.currency)
    if balance < 0:
        raise NotCovered(ref=row.ref, balance=row.balance, amount=amount)
    entry = WalletEntry(wallet=row, amount_minor=sign * minor, balance_minor=balance, cause=cause, key=key)
    entry.clean_fields()
    entry.save()
    event = "wallet.credited" if sign > 0 else "wallet.debited"
    change(wallet, event=event, facts={"amount": amount.as_fact(), "cause": cause}, balance_minor=balance)
    return entry
