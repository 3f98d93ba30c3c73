"""Charging a card: one payment under way at a time, and none twice."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from actions.gateways.asking import AskingDouble, Question
from actions.gateways.doors import replaced
from actions.outcome import Done, Failed, Outcome
from actions.runs import ActionRun
from core import clock
from core.machine import perform
from state_machines.models import Customer, Invoice, Payment, PaymentMethod
from tests.kit import in_force, work
from tests.state_machines.made import a_customer, a_payment, a_retry, an_issued

pytestmark = pytest.mark.django_db


@pytest.fixture
def charges() -> Iterator[AskingDouble]:
    in_force(
        {"key": "charge", "when": "invoice.issued", "then": [{"do": "payment.charge"}]},
        {
            "key": "settle",
            "when": "payment.succeeded",
            "then": [{"do": "invoice.mark_as_paid", "target": "invoice"}],
        },
    )
    double = AskingDouble()
    with replaced(charges=double):
        yield double


def with_card() -> Customer:
    customer = a_customer()
    PaymentMethod.objects.create(customer=customer, gateway_id="pm_1", is_default=True)
    return customer


def ends() -> list[tuple[str, str]]:
    return list(ActionRun.objects.filter(action="payment.charge").order_by("id").values_list("state", "said"))


def test_what_is_left_is_taken_and_settles_the_invoice(charges: AskingDouble) -> None:
    invoice = an_issued(with_card())
    work()
    payment = Payment.objects.get()
    assert (payment.state, payment.amount_minor, payment.gateway_id) == ("succeeded", 121_00, "double")
    assert charges.asked[0].body == {
        "amount_minor": 121_00,
        "currency": "RON",
        "method": "pm_1",
        "reference": payment.ref,
    }
    assert Invoice.objects.get(pk=invoice.pk).state == "paid"


def test_a_declined_card_is_a_failed_payment_with_its_code(charges: AskingDouble) -> None:
    charges.answers = [Done(answer={"id": "ch_1", "status": "failed", "code": "card_expired"})]
    an_issued(with_card())
    work()
    assert (Payment.objects.get().state, Payment.objects.get().failure_code) == ("failed", "card_expired")
    assert [state for state, _said in ends()] == ["done"], "the action did what was asked"


def test_after_silence_the_same_payment_is_charged_with_the_same_key(charges: AskingDouble) -> None:
    charges.answers = [Failed("no answer", retryable=True)]
    an_issued(with_card())
    work()
    assert Payment.objects.get().state == "pending"
    ActionRun.objects.update(due_at="2020-01-01T00:00:00Z")
    work()
    assert Payment.objects.get().state == "succeeded"
    assert len(charges.asked) == 2
    assert len({question.key for question in charges.asked}) == 1


def test_what_is_open_stays_pending(charges: AskingDouble) -> None:
    charges.answers = [Done(answer={"id": "ch_1", "status": "processing"})]
    an_issued(with_card())
    work()
    assert (Payment.objects.get().state, Payment.objects.get().gateway_id) == ("pending", "ch_1")


def test_nothing_is_charged_twice(charges: AskingDouble) -> None:
    """A port charges from the signal and from dunning."""
    customer = with_card()
    invoice = an_issued(customer)
    a_payment(invoice)
    work()
    assert ends() == [("skipped", f"a payment of {invoice.ref} is under way already")]
    assert charges.asked == []


def test_money_that_came_is_booked_whatever_was_paid_meanwhile(charges: AskingDouble) -> None:
    """The customer pays from the wallet while the gateway is being asked: what the card gave is too much, and known."""
    customer = with_card()
    invoice = an_issued(customer)
    ask = charges.ask

    def pay_meanwhile(question: Question) -> Outcome:
        perform(a_payment(invoice, method="bank"), "succeed")
        return ask(question)

    charges.ask = pay_meanwhile  # type: ignore[method-assign]
    work()
    card = Payment.objects.get(gateway_id="double")
    assert (card.state, card.overpaid_minor) == ("succeeded", 121_00)
    assert [state for state, _said in ends()] == ["done"]


@pytest.mark.parametrize(
    ("meanwhile", "answered", "state", "end"),
    [
        ("succeed", "succeeded", "succeeded", "done"),
        ("cancel", "succeeded", "cancelled", "dead"),
        ("fail_payment", "failed", "failed", "done"),
        ("cancel", "failed", "cancelled", "done"),
    ],
)
def test_what_became_of_the_payment_while_the_gateway_was_asked(
    charges: AskingDouble, meanwhile: str, answered: str, state: str, end: str
) -> None:
    """A notice of the gateway is faster than its answer, or a person cancels: the gateway's name for it is kept."""
    an_issued(with_card())

    def moves_on(question: Question) -> Outcome:
        perform(Payment.objects.get(), meanwhile)
        return Done("asked", answer={"id": "gateway-1", "status": answered})

    charges.ask = moves_on  # type: ignore[method-assign]
    work()
    payment = Payment.objects.get()
    assert (payment.state, payment.gateway_id) == (state, "gateway-1")
    [(ended, said)] = ends()
    assert ended == end
    assert end == "done" or "gateway-1 took the money, and it cannot be booked" in said


def test_a_planned_attempt_waits_for_a_payment_under_way(charges: AskingDouble) -> None:
    in_force({"key": "retry", "when": "payment_retry.created", "then": [{"do": "payment_retry.charge"}]})
    invoice = an_issued(with_card())
    retry = a_retry(a_payment(invoice))
    other = a_payment(invoice)
    with clock.turned_to(retry.due_at):
        work()
    retry.refresh_from_db()
    assert (retry.state, charges.asked) == ("pending", [])
    perform(other, "fail_payment")
    with clock.turned_to(retry.due_at + timedelta(days=1)):
        work()
    retry.refresh_from_db()
    assert retry.attempt is not None
    assert (retry.attempt.state, len(charges.asked)) == ("succeeded", 1)


def test_who_has_no_card_is_not_charged(charges: AskingDouble) -> None:
    an_issued()
    work()
    assert [state for state, _said in ends()] == ["skipped"]
    assert not Payment.objects.exists()


def test_another_card_is_charged_where_the_default_one_was_refused(charges: AskingDouble) -> None:
    in_force(
        {"key": "charge", "when": "invoice.issued", "then": [{"do": "payment.charge"}]},
        {"key": "other", "when": "payment.failed", "then": [{"do": "payment.charge_other", "target": "invoice"}]},
    )
    customer = with_card()
    PaymentMethod.objects.create(customer=customer, gateway_id="pm_2")
    charges.answers = [Failed("refused", retryable=False)]
    an_issued(customer)
    work()
    assert [asked.body["method"] for asked in charges.asked] == ["pm_1", "pm_2"]
    assert set(Payment.objects.values_list("state", flat=True)) == {"failed", "succeeded"}
