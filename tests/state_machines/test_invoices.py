"""Invoices: numbers, amounts, and what may forbid their transitions."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from core import clock, links
from core.errors import Blocked, WriteRefused
from core.events import Event
from core.machine import change, perform
from core.money import Money
from state_machines.invoice_series import InvoiceSeries, SeriesClosed, take_number
from state_machines.models import Invoice, InvoiceLine
from tests.state_machines.made import a_customer, a_draft, a_payment, a_service, an_issued, an_overdue

pytestmark = pytest.mark.django_db


class TestNumbers:
    def test_makeshift_until_it_is_issued(self) -> None:
        invoice = a_draft()
        assert invoice.number is None
        assert invoice.display_number == f"TMP-{invoice.pk}"
        event = perform(invoice, "issue")
        assert invoice.number == "INV-000001"
        assert event.facts["invoice"]["number"] == "INV-000001"
        assert event.was["invoice.number"] == f"TMP-{invoice.pk}"

    def test_follow_one_another_in_each_series(self) -> None:
        customer = a_customer()
        InvoiceSeries.objects.create(code="subscriptions", prefix="SUB")
        series = ["default", "subscriptions", "default", "subscriptions"]
        numbers = [an_issued(customer, series=name).number for name in series]
        assert numbers == ["INV-000001", "SUB-000001", "INV-000002", "SUB-000002"]

    def test_refused_issue_takes_no_number(self) -> None:
        empty = a_draft(lines=0)
        with pytest.raises(Blocked, match=f"invoice {empty.pk} has no lines"):
            perform(empty, "issue")
        assert an_issued().number == "INV-000001"

    @pytest.mark.parametrize("series", ["nowhere", "old"])
    def test_closed_series_issues_nothing(self, series: str) -> None:
        InvoiceSeries.objects.create(code="old", prefix="OLD", archived=True)
        with pytest.raises(Blocked, match="does not exist or is archived"):
            an_issued(series=series)
        with pytest.raises(SeriesClosed):
            take_number(series)


class TestLines:
    def test_add_up_with_tax_rounded_per_line(self) -> None:
        invoice = a_draft(lines=0)
        InvoiceLine.objects.create(invoice=invoice, description="a", quantity=3, unit_price_minor=333, tax_percent=21)
        line = InvoiceLine.objects.create(invoice=invoice, description="b", unit_price_minor=50, tax_percent=21)
        InvoiceLine.objects.create(invoice=invoice, description="discount", unit_price_minor=-50, tax_percent=21)
        # 999 * 21 % = 209.79; 50 * 21 % = 10.5, half to even: 10
        assert (invoice.net_minor, invoice.tax_minor, invoice.total_minor, invoice.line_count) == (999, 210, 1209, 3)
        line.quantity = 2
        line.save()
        line.refresh_from_db()
        assert (line.net_minor, line.tax_minor, line.invoice.net_minor) == (100, 21, 1049)
        line.delete()
        assert Invoice.objects.get().line_count == 2
        kinds = list(Event.objects.filter(subject=invoice.ref).order_by("id").values_list("type", flat=True))
        added = ["invoice.line_added"] * 3
        assert kinds == ["invoice.created", *added, "invoice.updated", "invoice.line_removed"]

    def test_are_sealed_once_issued(self) -> None:
        invoice = an_issued()
        line = invoice.lines.get()
        line.unit_price_minor = 1
        with pytest.raises(Blocked, match="only while it is a draft"):
            line.save()
        with pytest.raises(Blocked, match="only while it is a draft"):
            line.delete()
        with pytest.raises(Blocked, match="only while it is a draft"):
            InvoiceLine.objects.create(invoice=invoice, description="more", unit_price_minor=1)
        assert invoice.lines.get().unit_price_minor == 100_00

    def test_are_never_written_in_bulk(self) -> None:
        invoice = a_draft()
        for act in (
            lambda: invoice.lines.update(unit_price_minor=1),
            lambda: invoice.lines.all().delete(),
            lambda: InvoiceLine.objects.bulk_create([InvoiceLine(invoice=invoice, description="x")]),
        ):
            with pytest.raises(WriteRefused):
                act()
        assert invoice.lines.get().unit_price_minor == 100_00

    def test_do_not_move_to_another_invoice(self) -> None:
        customer = a_customer()
        line = a_draft(customer).lines.get()
        line.invoice = a_draft(customer)
        with pytest.raises(WriteRefused):
            line.save()

    def test_link_the_services_that_they_bill(self) -> None:
        invoice = a_draft(lines=0)
        service = a_service(invoice.customer)
        line = InvoiceLine.objects.create(invoice=invoice, service=service, description="a", unit_price_minor=1)
        assert links.children(invoice.ref, "services") == [service.ref]
        line.delete()
        assert links.children(invoice.ref, "services") == []


class TestTransitions:
    def test_negative_total_is_not_issued(self) -> None:
        invoice = a_draft(lines=0)
        InvoiceLine.objects.create(invoice=invoice, description="discount", unit_price_minor=-1)
        with pytest.raises(Blocked, match=r"below zero: -0.01 RON"):
            perform(invoice, "issue")

    def test_company_needs_its_tax_id(self) -> None:
        customer = a_customer(kind="company")
        invoice = a_draft(customer)
        with pytest.raises(Blocked, match=f"customer {customer.pk} .* has no tax id"):
            perform(invoice, "issue")

    def test_is_due_by_the_customers_terms_unless_agreed(self) -> None:
        customer = a_customer(terms_days=10)
        moment = datetime(2026, 3, 1, 10, tzinfo=clock.ZONE)
        with clock.turned_to(moment):
            assert an_issued(customer).due_at == moment + timedelta(days=10)
            assert an_issued(customer, due_at=moment).due_at == moment

    def test_days_to_pay_are_those_of_the_calendar(self) -> None:
        """Issued half past midnight before the clock goes back: 14 times 24 hours would end on the day before."""
        with clock.turned_to(datetime(2026, 10, 20, 0, 30, tzinfo=clock.ZONE)):
            issued = an_issued(a_customer(terms_days=14))
        assert (clock.day_of(issued.issued_at), clock.day_of(issued.due_at)) == (date(2026, 10, 20), date(2026, 11, 3))

    def test_overdue_only_after_it_was_due(self) -> None:
        with pytest.raises(Blocked, match="is not due before"):
            perform(an_issued(), "mark_overdue")
        assert an_overdue().state == "overdue"

    def test_paid_only_when_nothing_is_left(self) -> None:
        invoice = an_issued()
        perform(a_payment(invoice, 21_00), "succeed")
        with pytest.raises(Blocked, match=r"100.00 RON of invoice"):
            perform(invoice, "mark_as_paid")
        perform(a_payment(invoice, 100_00), "succeed")
        event = perform(invoice, "mark_as_paid")
        assert event.type == "invoice.paid"
        assert event.facts["invoice"]["remaining"] == Money(0, "RON").as_fact()

    def test_void_only_when_nothing_is_kept(self) -> None:
        invoice = an_issued()
        payment = a_payment(invoice, 21_00)
        perform(payment, "succeed")
        with pytest.raises(Blocked, match=r"21.00 RON were paid on invoice"):
            perform(invoice, "void")
        perform(payment, "refund_payment")
        perform(invoice, "void", arguments={"reason": "a mistake"})
        assert invoice.state == "void"

    def test_refund_in_part_and_in_full_and_back(self) -> None:
        invoice = an_issued()
        payment = a_payment(invoice)
        perform(payment, "succeed")
        perform(invoice, "mark_as_paid")
        with pytest.raises(Blocked, match=r"0.00 RON of 121.00 RON are refunded"):
            perform(invoice, "refund_invoice")
        perform(payment, "partially_refund", arguments={"amount_minor": 21_00})
        perform(invoice, "mark_partially_refunded")
        perform(payment, "complete_refund")
        perform(invoice, "refund_invoice")
        perform(payment, "restore_partial_after_refund_reversal", arguments={"amount_minor": 100_00})
        with pytest.raises(Blocked, match="still refunded"):
            perform(invoice, "restore_after_refund_reversal")
        perform(invoice, "restore_partial_after_refund_reversal")
        perform(payment, "restore_after_refund_reversal")
        perform(invoice, "restore_after_refund_reversal")
        assert (invoice.state, invoice.refunded_minor) == ("paid", 0)


class TestDelete:
    def test_draft_goes_with_its_lines(self) -> None:
        invoice = a_draft(lines=2)
        invoice.delete()
        assert not InvoiceLine.objects.exists()
        assert not Invoice.objects.exists()
        assert Event.objects.filter(type="invoice.deleted").exists()

    def test_issued_stays(self) -> None:
        invoice = an_issued()
        with pytest.raises(Blocked, match="void it instead"):
            invoice.delete()
        assert Invoice.objects.get().lines.count() == 1


def test_change_of_the_customer_is_recorded() -> None:
    invoice = a_draft()
    other = a_customer()
    change(invoice, customer=other)
    assert Event.objects.filter(type="invoice.updated").get().customer == other.ref
    assert links.children(other.ref, "invoices") == [invoice.ref]
