"""The credit score's ledger: every change with the exact delta that was applied, so that it can be taken back."""

from __future__ import annotations

from typing import Any

from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from core.errors import BadReference, PravilaError
from core.machine import change, find, lock
from state_machines import columns
from state_machines.customers import MAX_SCORE, Customer


class AlreadyReversed(PravilaError):
    """Credit entry {entry} was reversed before or is a reversal itself. Make a new adjustment instead."""

    status = 409
    code = "already-reversed"


class EntryKept(PravilaError):
    """Credit entries are kept as they are. Reverse the entry instead of changing or deleting it."""

    status = 409
    code = "entry-kept"


class CreditEntry(models.Model):
    """One adjustment: what was asked (`delta`), what the bounds of the score let through (`applied`), and why."""

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="credit_entries", verbose_name=_("customer"))
    delta = models.SmallIntegerField(_("asked change"))
    applied = models.SmallIntegerField(_("applied change"))
    score = models.SmallIntegerField(_("score afterwards"))
    cause = columns.code(_("cause"), blank=False)
    at = columns.born()
    reverses = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="reversal", verbose_name=_("reverses")
    )

    class Meta:
        verbose_name = _("credit entry")
        verbose_name_plural = _("credit entries")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.applied:+d} {self.cause}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise EntryKept
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        raise EntryKept


@transaction.atomic
def adjust(customer: Customer | str, delta: int, cause: str, *, reverses: CreditEntry | None = None) -> CreditEntry:
    """Move the score by `delta` within 0 and 1000, and write down what was applied.

    `cause` is a code such as payment.failed or order:17. Emits customer.credit_adjusted unless the score stands at its
    bound already. Raises BadReference or ObjectMissing.
    """
    model, key = find(customer)
    if model is not Customer:
        raise BadReference(text=f"{customer} (of a customer)")
    locked = lock(Customer, key)
    score = min(MAX_SCORE, max(0, locked.credit_score + delta))
    applied = score - locked.credit_score
    entry = CreditEntry(customer=locked, delta=delta, applied=applied, score=score, cause=cause, reverses=reverses)
    entry.clean_fields()
    entry.save()
    change(
        customer,
        event="customer.credit_adjusted",
        facts={"delta": applied, "cause": cause},
        credit_score=score,
    )
    return entry


@transaction.atomic
def reverse(entry: CreditEntry) -> CreditEntry:
    """Take back exactly what `entry` applied. Raises AlreadyReversed."""
    lock(Customer, entry.customer_id)
    if entry.reverses_id is not None or CreditEntry.objects.filter(reverses=entry).exists():
        raise AlreadyReversed(entry=entry.pk)
    return adjust(entry.customer, -entry.applied, "reversal", reverses=entry)
