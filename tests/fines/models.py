"""Traffic fines as a machine of the user's own: created, sent, notified, penalized, appealed, paid or collected."""

from __future__ import annotations

from django.db import models

from core.catalog import Fact, Kind
from core.declare import Declaration, StateField, guard, transition
from core.machine import Machine

APPEALS = ("appeal_opened", "appeal_sent", "appeal_decided", "appeal_notified", "judge_appeal")
OPEN = ("created", "sent", "notified", "penalized", "paid_part", *APPEALS)
MONEY = {"type": "integer", "minimum": 0, "maximum": 10**9}


@guard("fine.is_settled", "nothing is outstanding")
def is_settled(fine: Fine) -> str | None:
    if fine.outstanding_minor <= 0:
        return None
    return f"{fine.outstanding_minor / 100:.2f} {fine.currency} of {fine.ref} are still outstanding"


class Fine(Machine):
    """One fine; amounts in minor units. `outstanding_minor` is below zero after an overpayment."""

    state = StateField({name: name for name in (*OPEN, "settled", "in_collection")})
    case = models.CharField(max_length=40, unique=True)
    article = models.IntegerField()
    amount_minor = models.BigIntegerField()
    expense_minor = models.BigIntegerField(default=0)
    paid_minor = models.BigIntegerField(default=0)
    outstanding_minor = models.BigIntegerField(default=0)
    currency = models.CharField(max_length=3, default="EUR")

    machine = Declaration(
        noun="fine",
        title="fine",
        facts=(
            Fact("article", Kind.INTEGER),
            Fact("amount", Kind.MONEY),
            Fact("expense", Kind.MONEY),
            Fact("paid", Kind.MONEY),
            Fact("outstanding", Kind.MONEY),
        ),
        terminal=("settled", "in_collection"),
    )

    @transition(
        source=("created", "paid_part", "appeal_opened", "appeal_sent"),
        target="sent",
        event="fine.send_fine",
        title="send",
        arguments={"expense_minor": MONEY},
        required=("expense_minor",),
    )
    def send_fine(self, expense_minor: int) -> None:
        self.expense_minor = expense_minor
        self._settle_up()

    @transition(
        source=("sent", "paid_part", "appeal_opened"),
        target="notified",
        event="fine.insert_fine_notification",
        title="notify",
    )
    def insert_fine_notification(self) -> None:
        """The offender has it in hand."""

    @transition(
        source=("notified", "paid_part", *APPEALS),
        target="penalized",
        event="fine.add_penalty",
        title="penalize",
        arguments={"amount_minor": MONEY},
        required=("amount_minor",),
    )
    def add_penalty(self, amount_minor: int) -> None:
        self.amount_minor = amount_minor
        self._settle_up()

    @transition(
        source=OPEN,
        target="paid_part",
        event="fine.payment",
        title="take a payment",
        arguments={"paid_minor": MONEY},
        required=("paid_minor",),
        moves_money=True,
    )
    def payment(self, paid_minor: int) -> None:
        self.paid_minor += paid_minor
        self._settle_up()

    @transition(source="paid_part", target="settled", event="fine.settled", title="settle", guards=(is_settled,))
    def settle(self) -> None:
        """Nothing is left to pay."""

    @transition(
        source=("penalized", "paid_part", "appeal_notified", "judge_appeal", "appeal_sent"),
        target="in_collection",
        event="fine.send_for_credit_collection",
        title="collect",
    )
    def send_for_credit_collection(self) -> None:
        """A collector takes over."""

    @transition(
        source=("notified", "penalized", "sent", "created", "paid_part", "judge_appeal"),
        target="appeal_opened",
        event="fine.insert_date_appeal_to_prefecture",
        title="open an appeal",
    )
    def insert_date_appeal_to_prefecture(self) -> None:
        """The offender appeals to the prefecture."""

    @transition(
        source=("penalized", "appeal_opened", "notified"),
        target="appeal_sent",
        event="fine.send_appeal_to_prefecture",
        title="send the appeal",
    )
    def send_appeal_to_prefecture(self) -> None:
        """The appeal is on its way."""

    @transition(
        source=("appeal_sent", "penalized", "appeal_opened"),
        target="appeal_decided",
        event="fine.receive_result_appeal_from_prefecture",
        title="take the result",
    )
    def receive_result_appeal_from_prefecture(self) -> None:
        """The prefecture has decided."""

    @transition(
        source=("appeal_decided", "penalized"),
        target="appeal_notified",
        event="fine.notify_result_appeal_to_offender",
        title="tell the result",
    )
    def notify_result_appeal_to_offender(self) -> None:
        """The offender knows."""

    @transition(
        source=("notified", "penalized", "appeal_notified"),
        target="judge_appeal",
        event="fine.appeal_to_judge",
        title="appeal to the judge",
    )
    def appeal_to_judge(self) -> None:
        """The offender appeals to the judge."""

    def save(self, *args: object, **kwargs: object) -> None:
        self._settle_up()
        super().save(*args, **kwargs)

    def _settle_up(self) -> None:
        self.outstanding_minor = self.amount_minor + self.expense_minor - self.paid_minor


class Letter(models.Model):
    """A letter that a rule asked for; one per idempotency key."""

    case = models.CharField(max_length=40)
    kind = models.CharField(max_length=20)
    key = models.CharField(max_length=300, unique=True)
