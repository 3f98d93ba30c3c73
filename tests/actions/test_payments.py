"""Charging a card: one payment under way at a time, and none twice."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from actions.gateways.asking import AskingDouble
from actions.gateways.doors import replaced
from actions.outcome import Done, Failed
from actions.runs import ActionRun
from state_machines.models import Customer, Invoice, Payment, PaymentMethod
from tests.kit import in_force, work
from tests.state_machines.made import a_customer, a_payment, an_issued

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


def test_who_has_no_card_is_not_charged(charges: AskingDouble) -> None:
    an_issued()
    work()
    assert [state for state, _said in ends()] == ["skipped"]
    assert not Payment.objects.exists()
