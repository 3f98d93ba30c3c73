"""The rules shipped for providers are sound, and a payment told by a provider pays what it is for."""

from __future__ import annotations

from typing import Any

import pytest

from actions.gateways.doors import doubles
from actions.gateways.payment_states import told
from actions.runs import ActionRun
from core.machine import perform
from core.money import Money
from rules.checks import check
from rules.document.files import load_file
from rules.receivers import HOUSE_FILE
from state_machines.models import Invoice, InvoiceLine, Order, Payment, Service, Webhook
from state_machines.sources.declare import Movement
from state_machines.webhook_queue import apply_due
from tests.kit import in_force, work
from tests.state_machines.made import a_customer, an_order
from tests.state_machines.posting import a_source, midtrans, post

PACKS = sorted(HOUSE_FILE.parent.glob("*.yaml"))
COMPLETED = {"transactionType": "ECOMMERCE", "status": "COMPLETED", "ecommerceId": "e-1", "referenceNumber": "r-1"}
REFUND = {"transactionType": "REFUND", "status": "COMPLETED", "referenceNumber": "r-1", "total": "200.00"}


def rules_of(name: str) -> Any:
    loaded = load_file(HOUSE_FILE.parent / f"{name}.yaml")
    assert loaded.ok
    return loaded.documents[0].data


def with_house(*names: str) -> None:
    house = dict(rules_of("house"))
    rules = [*house.pop("rules"), *(rule for name in names for rule in rules_of(name)["rules"])]
    house.pop("set")
    in_force(*rules, **house)


def settle() -> None:
    for _lap in range(4):
        work()
        apply_due()
    work()


@pytest.mark.parametrize("path", PACKS, ids=lambda path: path.stem)
def test_each_pack_is_sound_but_for_events_that_the_bridge_declares(path: Any) -> None:
    loaded = load_file(path)
    problems = [*loaded.problems, *check(loaded.documents)]
    bridged = (f'no event is declared as "{path.stem}.', f'no declared event carries "{path.stem}.')
    left = [one for one in problems if one.severity != "warning" or not any(said in str(one) for said in bridged)]
    assert [str(one) for one in left] == []


def a_bought(currency: str = "USD") -> tuple[Order, Invoice, Payment]:
    """An order with its invoice issued, and a payment that waits for the provider."""
    customer = a_customer(language="en")
    order = an_order(customer, items=1, currency=currency)
    perform(order, "submit")
    invoice = Invoice.objects.create(customer=customer, order=order, currency=currency)
    InvoiceLine.objects.create(invoice=invoice, description="Hosting", unit_price_minor=200_00, tax_percent=0)
    perform(invoice, "issue")
    payment = Payment.objects.create(
        customer=customer, invoice=invoice, amount_minor=200_00, currency=currency, method="other", gateway_id="e-1"
    )
    settle()
    return order, invoice, payment


@pytest.mark.django_db
def test_an_unsigned_notice_is_asked_after_and_then_pays_the_order() -> None:
    with_house("athmovil")
    a_source("athmovil", secret="")
    with doubles() as made:
        order, invoice, payment = a_bought()
        post("athmovil", COMPLETED | {"total": 200.0})
        settle()
        payment.refresh_from_db()
        assert (payment.state, ActionRun.objects.get(action="payment.reconcile").said) == (
            "pending", "athmovil says the same",
        )  # fmt: skip
        made["athmovil"].known["e-1"] = (told("e-1", "ecommerce_completed", Movement.SUCCEED, Money(200_00, "USD")),)
        post("athmovil", COMPLETED | {"total": 200.00, "status": "EXPIRED"})
        settle()
        for row in (payment, invoice, order):
            row.refresh_from_db()
        assert (payment.state, invoice.state) == ("succeeded", "paid")
        assert order.state == "completed"
        assert [service.state for service in Service.objects.all()] == ["active"]
        sent = [one.subject for one in made["mail"].sent]
        assert sent.count("Your payment has arrived") == 1


@pytest.mark.django_db
def test_a_refund_that_the_provider_confirms_refunds_once() -> None:
    with_house("athmovil")
    a_source("athmovil", secret="")
    with doubles() as made:
        order, _invoice, payment = a_bought()
        paid = told("e-1", "ecommerce_completed", Movement.SUCCEED, Money(200_00, "USD"))
        made["athmovil"].known["e-1"] = (paid,)
        post("athmovil", COMPLETED | {"total": 200.0})
        settle()
        made["athmovil"].known["e-1"] = (paid, told("e-1", "refund", Movement.REFUNDED, Money(200_00, "USD")))
        for _time in range(2):
            post("athmovil", REFUND)
            settle()
        payment.refresh_from_db()
        order.refresh_from_db()
        assert (payment.state, payment.refunded_minor, order.state) == ("refunded", 200_00, "refunded")
        assert [one.subject for one in made["mail"].sent].count("Your refund") == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("status", "movement", "payment_state", "order_state", "subject"),
    [
        ("CANCEL", Movement.CANCEL, "cancelled", "cancelled", "Your payment was cancelled"),
        ("EXPIRED", Movement.FAIL, "failed", "", "Your payment ran out of time"),
    ],
)
def test_what_was_not_paid_is_told_once_and_gives_up_the_order_only_where_it_was_cancelled(
    status: str, movement: Movement, payment_state: str, order_state: str, subject: str
) -> None:
    with_house("athmovil")
    a_source("athmovil", secret="")
    with doubles() as made:
        order, _invoice, payment = a_bought()
        before = order.state
        kind = "ecommerce_cancelled" if movement is Movement.CANCEL else "ecommerce_expired"
        made["athmovil"].known["e-1"] = (told("e-1", kind, movement, Money(200_00, "USD")),)
        for _time in range(2):
            post("athmovil", COMPLETED | {"total": 200.0, "status": status})
            settle()
        payment.refresh_from_db()
        order.refresh_from_db()
        assert (payment.state, order.state) == (payment_state, order_state or before)
        assert [one.subject for one in made["mail"].sent].count(subject) == 1


@pytest.mark.django_db
def test_a_signed_settlement_pays_and_a_late_expiry_changes_nothing() -> None:
    with_house("midtrans", "reconciliation")
    a_source("midtrans")
    with doubles() as made:
        order, invoice, payment = a_bought("IDR")
        assert post("midtrans", midtrans("e-1", "settlement", "200", "200.00")).status_code == 200
        settle()
        assert post("midtrans", midtrans("e-1", "expire", "202", "200.00")).status_code == 200
        settle()
        for row in (payment, invoice, order):
            row.refresh_from_db()
        assert (payment.state, invoice.state, order.state) == ("succeeded", "paid", "completed")
        assert [service.state for service in Service.objects.all()] == ["active"]
        assert list(Webhook.objects.order_by("id").values_list("state", flat=True)) == ["processed", "ignored"]
        assert not made["slack"].sent
