"""Proformas: their orders make the amounts, and they become one invoice, whoever converts them."""

from __future__ import annotations

from functools import partial
from threading import Thread

import pytest
from django.db import connection, transaction

from core import clock, links
from core.errors import Blocked, NotAllowed
from core.events import Event
from core.machine import lock, perform
from state_machines.converting import invoice_of
from state_machines.models import Invoice, Order, OrderItem, Payment, Proforma
from state_machines.proforma_orders import add_order
from tests.parallel import at_once, ended_or_waiting
from tests.state_machines.made import a_customer, a_paid, a_proforma, an_order


@pytest.mark.django_db
class TestOrders:
    def test_make_the_amounts(self) -> None:
        customer = a_customer()
        proforma = a_proforma(an_order(customer), an_order(customer, items=1))
        assert (proforma.net_minor, proforma.tax_minor, proforma.total_minor) == (400_00, 84_00, 484_00)
        assert Event.objects.filter(type="proforma.order_added").count() == 2
        assert len(links.children(proforma.ref, "orders")) == 2

    def test_of_others_do_not_belong(self) -> None:
        proforma = a_proforma()
        with pytest.raises(Blocked, match="is of another customer or in another currency"):
            add_order(proforma, an_order())
        with pytest.raises(Blocked, match=r"is on proforma \d+ already"):
            add_order(a_proforma(an_order(proforma.customer)), proforma.orders.get())
        perform(proforma, "send_proforma")
        with pytest.raises(Blocked, match="its orders change only while it is a draft"):
            add_order(proforma, an_order(proforma.customer))

    def test_none_is_nothing_to_send(self) -> None:
        with pytest.raises(Blocked, match=r"proforma \d+ has no orders"):
            perform(Proforma.objects.create(customer=a_customer()), "send_proforma")

    def test_that_grew_since_are_seen(self) -> None:
        proforma = a_proforma()
        OrderItem.objects.create(order=proforma.orders.get(), product="more", unit_price_minor=1_00)
        with pytest.raises(Blocked, match=r"add up to 364.21 RON, not to 363.00 RON"):
            perform(proforma, "convert")


@pytest.mark.django_db
class TestConverting:
    def test_makes_an_issued_invoice_of_the_same_total(self) -> None:
        proforma = a_proforma()
        perform(proforma, "convert")
        invoice = Invoice.objects.get()
        assert (invoice.proforma_id, invoice.state, invoice.total_minor) == (
            proforma.pk,
            "issued",
            proforma.total_minor,
        )
        assert links.children(proforma.ref, "invoices") == [invoice.ref]

    def test_by_a_payment_that_came(self) -> None:
        proforma = a_proforma()
        payment = a_paid(proforma.total_minor, proforma.customer)
        perform(proforma, "convert", arguments={"payment": payment.ref})
        invoice, payment = Invoice.objects.get(), Payment.objects.get()
        assert (invoice.state, invoice.paid_minor, payment.invoice_id) == ("paid", 363_00, invoice.pk)

    def test_by_a_new_payment(self) -> None:
        perform(a_proforma(), "convert", arguments={"paid_by": "bank"})
        payment = Payment.objects.get()
        assert (payment.state, payment.amount_minor, payment.invoice.state) == ("succeeded", 363_00, "paid")

    def test_pays_each_of_its_orders(self) -> None:
        customer = a_customer()
        orders = [an_order(customer), an_order(customer)]
        proforma = a_proforma(*orders)
        for order in orders:
            perform(order, "submit")
        with pytest.raises(Blocked, match="neither a paid invoice nor the reference of a payment"):
            perform(orders[1], "pay")
        perform(proforma, "convert", arguments={"paid_by": "bank"})
        for order in orders:
            perform(order, "pay")

    def test_refuses_a_payment_that_does_not_fit(self) -> None:
        proforma = a_proforma()
        for payment, said in (
            (a_paid(1_00, proforma.customer), r"is of 1.00 RON, proforma \d+ of 363.00 RON"),
            (a_paid(363_00), "is no payment of the customer"),
        ):
            with pytest.raises(Blocked, match=said):
                perform(proforma, "convert", arguments={"payment": payment.ref})
        assert not Invoice.objects.exists()

    def test_second_caller_gets_the_same_invoice(self) -> None:
        proforma = a_proforma()
        assert invoice_of(proforma) == invoice_of(proforma) == Invoice.objects.get()

    def test_expired_makes_none(self) -> None:
        proforma = a_proforma(valid_to=clock.now())
        perform(proforma, "send_proforma")
        perform(proforma, "expire")
        with pytest.raises(NotAllowed):
            invoice_of(proforma)


@pytest.mark.django_db(transaction=True)
@pytest.mark.postgresql
def test_however_many_convert_there_is_one_invoice() -> None:
    proforma = a_proforma()
    payment = a_paid(proforma.total_minor, proforma.customer)
    results = at_once(*(partial(invoice_of, Proforma(pk=proforma.pk), payment=payment.ref) for _ in range(5)))
    assert results == [Invoice.objects.get()] * 5
    assert Invoice.objects.get().paid_minor == proforma.total_minor


def invoiced(order: Order) -> Invoice:
    """The draft that somebody drew up for the order itself, holding it as everybody does."""
    with transaction.atomic():
        held = lock(Order, order.pk)
        return Invoice.objects.create(customer=held.customer, order=held, origin="order")


@pytest.mark.django_db
def test_an_order_that_was_invoiced_is_not_invoiced_again() -> None:
    """A literal port converts: the order is billed twice, and both invoices are mailed."""
    order = an_order()
    proforma = a_proforma(order, an_order(order.customer))
    invoice = invoiced(order)
    with pytest.raises(Blocked, match=f"order {order.pk} has invoice TMP-{invoice.pk} already"):
        perform(proforma, "convert")
    assert Invoice.objects.get() == invoice
    perform(invoice, "void")
    assert perform(proforma, "convert").target == "converted"


@pytest.mark.django_db(transaction=True)
@pytest.mark.postgresql
def test_nor_by_who_invoices_it_at_the_same_moment() -> None:
    order = an_order()
    proforma, outcome = a_proforma(order), list[object]()

    def convert() -> None:
        try:
            outcome.append(perform(proforma.ref, "convert"))
        except Blocked as refused:
            outcome.append(refused)
        finally:
            connection.close()

    converting = Thread(target=convert)
    with transaction.atomic():
        invoice = invoiced(order)
        converting.start()
        ended_or_waiting(converting)
    converting.join(20)
    assert [type(one) for one in outcome] == [Blocked]
    assert Invoice.objects.get() == invoice
