"""Webhooks: what an outside service told us, each once, and what became of it."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from core import clock, refs
from core.catalog import Fact, Kind
from core.customer_rights import STAFF_ONLY
from core.declare import Declaration, StateField, guard, transition
from core.erasing import erasable
from core.machine import Machine, perform
from core.money import Money
from state_machines import columns
from state_machines.customers import Customer
from state_machines.payments import Payment
from state_machines.sources.declare import Movement
from state_machines.webhook_standing import LATE, known_payments, standing

CODE = {"code": {"type": "string", "pattern": "^[a-z][a-z0-9_]{0,59}$"}}
ADMINISTRATORS = ("administrator",)  # and the server itself: the outcome is found, not chosen


@guard("webhook.stands", _("it says something that still counts"))
def stands(webhook: Webhook, **_given: Any) -> str | None:
    found = standing(webhook)
    if not found.code:
        return None
    if found.code == LATE and found.payment is not None:
        state = found.payment.get_state_display()
        return gettext("%(payment)s is %(state)s already, so %(kind)s changes nothing") % {
            "payment": found.payment.ref,
            "state": state,
            "kind": webhook.kind,
        }
    return gettext("it cannot be applied (%(code)s)") % {"code": found.code}


@guard("webhook.is_late", _("it has been overtaken"))
def is_late(webhook: Webhook, **_given: Any) -> str | None:
    return None if standing(webhook).code == LATE else gettext("webhook %(id)s is not late") % {"id": webhook.pk}


class Webhook(Machine):
    """A notice that was verified. Its raw body stands beside it; a failed one is processed again when it is redelivered.

    `believed` is whether it may move money; `due_at` when it is processed next, none once it is settled.
    """

    state = StateField(
        {
            "received": _("received"),
            "processed": _("processed"),
            "ignored": _("ignored"),
            "failed": pgettext_lazy("webhook", "failed"),
        },
        verbose_name=_("state"),
        db_index=False,
    )
    source = models.CharField(_("source"), max_length=40, editable=False)
    external_id = models.CharField(_("event id"), max_length=200, editable=False)
    kind = models.CharField(_("kind"), max_length=100, editable=False)
    movement = models.CharField(_("movement"), max_length=10, default=Movement.NONE, editable=False)
    gateway_id = models.CharField(_("gateway's id of the payment"), max_length=200, default="", editable=False)
    alias = models.CharField(_("reference"), max_length=200, default="", editable=False)
    amount_minor = models.BigIntegerField(_("amount"), null=True, editable=False)
    currency = models.CharField(_("currency"), max_length=3, default="", editable=False)
    code = columns.code(_("code"), max_length=100, editable=False)
    verified = models.BooleanField(_("signature verified"), default=False, editable=False)
    believed = models.BooleanField(_("believed"), default=False, editable=False)
    payment = models.ForeignKey(
        Payment, models.PROTECT, null=True, editable=False, related_name="webhooks", verbose_name=_("payment")
    )
    customer = models.ForeignKey(
        Customer, models.PROTECT, null=True, editable=False, related_name="webhooks", verbose_name=_("customer")
    )
    received_at = models.DateTimeField(_("received at"), default=clock.now, editable=False)
    due_at = columns.moment(_("processed next at"), editable=False, default=clock.now)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0, editable=False)

    machine = Declaration(
        noun="webhook",
        title=_("webhook"),
        facts=(
            columns.code_fact("source", _("source")),
            columns.code_fact("kind", _("kind")),
            columns.code_fact("reference", _("reference"), optional=True, column="gateway_id"),
            columns.code_fact("alias", _("second reference"), optional=True),
            columns.code_fact("code", _("code"), optional=True),
            Fact("verified", Kind.BOOLEAN, title=_("signature verified")),
            Fact("amount", Kind.MONEY, title=_("amount"), optional=True),
        ),
        related={
            "payment": "payment",
            "customer": "customer",
            "invoice": "payment.invoice",
            "order": "payment.invoice.order",
        },
        terminal=("processed", "ignored"),
        recorded=("source", "external_id", "payment", "customer"),
        rank=4,
        created_by_doors=False,
        customers=STAFF_ONLY,
    )

    class Meta:
        verbose_name = _("webhook")
        verbose_name_plural = _("webhooks")
        constraints = [models.UniqueConstraint(fields=["source", "external_id"], name="webhook_once")]
        indexes = [
            models.Index(fields=["due_at", "id"], name="webhook_due", condition=models.Q(due_at__isnull=False)),
            models.Index(fields=["source", "alias"], name="webhook_alias", condition=~models.Q(alias="")),
        ]

    @property
    def amount(self) -> Money | None:
        return None if self.amount_minor is None else Money(self.amount_minor, self.currency)

    @transition(
        source=("received", "failed"),
        target="processed",
        event="webhook.processed",
        title=_("apply"),
        guards=(stands,),
    )
    def apply(self) -> None:
        """What it says is done to its payment in the same transaction; rules see the rest."""
        found = standing(self)
        self.payment, self.due_at = found.payment, None
        self.customer = found.payment.customer if found.payment else None
        if found.payment is not None and found.transition:
            perform(found.payment, found.transition, arguments=found.arguments)
            self.payment = known_payments().get(pk=found.payment.pk)  # with what became of its invoice

    @transition(
        source=("received", "failed"),
        target="ignored",
        event="webhook.ignored",
        title=_("leave as late"),
        guards=(is_late,),
        roles=ADMINISTRATORS,
    )
    def ignore(self) -> None:
        """Something newer has been said already."""
        self.payment, self.code, self.due_at = standing(self).payment, LATE, None
        self.customer = self.payment.customer if self.payment else None

    @transition(
        source="received",
        target="failed",
        event="webhook.failed",
        title=_("give up"),
        arguments=CODE,
        required=("code",),
        roles=ADMINISTRATORS,
    )
    def give_up(self, code: str) -> None:
        """A person must look; a redelivery is processed again."""
        self.code, self.due_at = code, None


class WebhookBody(models.Model):
    """What was posted, as it came. It may identify a person, so it is erasable."""

    webhook_id = models.BigIntegerField(primary_key=True)
    body = models.BinaryField(_("body"))

    class Meta:
        verbose_name = _("webhook body")
        verbose_name_plural = _("webhook bodies")


def _bodies_of(customer: str) -> models.QuerySet[WebhookBody]:
    """Those of webhooks that were found to concern the customer, and of such as name one of their payments."""
    key = refs.parse_row(customer)[1]
    named = Payment.objects.filter(customer=key).exclude(gateway_id="").values("gateway_id")
    about = models.Q(customer=key) | models.Q(gateway_id__in=named) | models.Q(alias__in=named)
    return WebhookBody.objects.filter(webhook_id__in=Webhook.objects.filter(about).values("id"))


erasable("bodies of webhooks", _bodies_of)


class InvalidWebhook(models.Model):
    """A post that was refused. It is kept for staff to look at, in bounded number, and leaves no event."""

    source = models.CharField(_("source"), max_length=40)
    at = models.DateTimeField(_("at"), default=clock.now)
    reason = models.CharField(_("reason"), max_length=300)
    body = models.BinaryField(_("body"))

    class Meta:
        verbose_name = _("invalid webhook")
        verbose_name_plural = _("invalid webhooks")
        indexes = [models.Index(fields=["source", "-id"], name="webhook_invalid")]

    def __str__(self) -> str:
        return f"{self.source} {self.pk}"
