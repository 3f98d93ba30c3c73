"""The same invoice three times: a machine of ours, plain django-fsm, and plain django-fsm with five receivers."""

from __future__ import annotations

import django_fsm
from django.db import models

from core.catalog import Fact, Kind
from core.declare import Declaration, StateField, transition
from core.machine import Machine

STATES = {"draft": "draft", "issued": "issued"}
CODE = {"kind": Kind.TEXT, "free_of_persons": True}


class Payer(Machine):
    """Whose invoices these are."""

    state = StateField({"active": "active"})
    country = models.CharField(max_length=2, default="RO")
    kind = models.CharField(max_length=10, default="company")
    score = models.IntegerField(default=750)
    tags = models.JSONField(default=list)

    machine = Declaration(
        noun="payer",
        title="payer",
        facts=(
            Fact("country", **CODE),
            Fact("kind", **CODE),
            Fact("score", Kind.INTEGER),
            Fact("tags", Kind.LIST, of=Kind.TEXT, optional=True),
        ),
    )


class InvoiceFields(models.Model):
    """What each of the three invoices has."""

    number = models.CharField(max_length=40, default="INV-000001")
    total_minor = models.BigIntegerField(default=119_00)
    paid_minor = models.BigIntegerField(default=0)
    currency = models.CharField(max_length=3, default="RON")
    due_at = models.DateTimeField(null=True)
    series = models.CharField(max_length=20, default="default")
    origin = models.CharField(max_length=20, default="order")
    lines = models.IntegerField(default=3)

    class Meta:
        abstract = True


class BenchInvoice(InvoiceFields, Machine):
    """The machine under test: facts of its own and of its joined customer are frozen, checked and stored."""

    state = StateField(STATES)
    payer = models.ForeignKey(Payer, models.PROTECT)

    machine = Declaration(
        noun="bench_invoice",
        title="invoice",
        facts=(
            Fact("number", **CODE),
            Fact("total", Kind.MONEY),
            Fact("paid", Kind.MONEY),
            Fact("due_at", Kind.MOMENT, optional=True),
            Fact("series", **CODE),
            Fact("origin", **CODE),
            Fact("lines", Kind.INTEGER),
        ),
        related={"customer": "payer"},
    )

    @transition(source="draft", target="issued", event="bench_invoice.issued", title="issue")
    def issue(self) -> None:
        """It is issued."""

    @transition(source="issued", target="draft", event="bench_invoice.reopened", title="reopen")
    def reopen(self) -> None:
        """It is a draft again, for the next round."""


class _Fsm(InvoiceFields):
    state = django_fsm.FSMField(default="draft")
    payer = models.ForeignKey(Payer, models.PROTECT)

    class Meta:
        abstract = True

    @django_fsm.transition(field=state, source="draft", target="issued")
    def issue(self) -> None:
        """It is issued."""

    @django_fsm.transition(field=state, source="issued", target="draft")
    def reopen(self) -> None:
        """It is a draft again, for the next round."""


class PlainInvoice(_Fsm):
    """What a careful developer writes without us."""


class ReceiverInvoice(_Fsm):
    """What five hard-coded receivers hang on."""


class Noted(models.Model):
    """What the one action of the pipeline writes."""

    key = models.CharField(max_length=300, unique=True)
