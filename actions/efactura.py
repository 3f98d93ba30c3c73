"""Reporting invoices to e-Factura: built and checked here, sent once, and asked about afterwards."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from actions.declare import EXTERNAL, Call, action
from actions.gateways import breakers
from actions.gateways.efactura import ACCEPTED, EFACTURA, WAITING, Upload
from actions.invoice_xml import parties, reading, schematron, ubl
from actions.invoice_xml.figures import problems
from actions.invoice_xml.parties import Incomplete
from actions.outcome import Done, Failed, Outcome, Skipped
from core import clock
from core.errors import Blocked
from core.machine import change, lock, perform
from rules.calendars import DEFAULT, find
from state_machines import invoice_series, sellers
from state_machines.efactura_documents import EfacturaDocument, EfacturaXml
from state_machines.invoices import Invoice
from state_machines.refunds import Refund, taken_back

WAITS = tuple(timedelta(minutes=minutes).total_seconds() for minutes in (5, 15, 60, 120, 360))
DEADLINE_WORKING_DAYS = 5  # since 2026-01-01
POLL_SECONDS, LOOK_SECONDS = 300.0, 600.0
CREDIT_SERIES, CREDIT_PREFIX = "credit", "CN"


@dataclass(frozen=True)
class Ready:
    """A document that this worker has claimed, and what is to be sent."""

    document: EfacturaDocument
    upload: Upload


@action(
    "efactura.submit",
    title=_("Report to e-Factura"),
    sentence=_("Report the invoice to e-Factura"),
    kind=EXTERNAL,
    queue="low",
    targets=("invoice",),
)
def submit(call: Call) -> Outcome:
    """Once per invoice. What may have arrived is not sent again: the office is asked."""
    return _send(call.row().pk, None)


@action(
    "efactura.credit",
    title=_("Report a credit note to e-Factura"),
    sentence=_("Report the credit note for the refund to e-Factura"),
    kind=EXTERNAL,
    queue="low",
    targets=("refund",),
)
def credit(call: Call) -> Outcome:
    """One per refund of an invoice that was reported; it has a number of its own and names the invoice."""
    refund = Refund.objects.select_related("payment").get(pk=call.row().pk)
    invoice = refund.payment.invoice_id
    reported = EfacturaDocument.objects.filter(invoice=invoice, refund=None).first() if invoice else None
    if reported is None or invoice is None:
        return Skipped(f"the invoice of {refund.ref} was not reported, so no credit note is")
    if reported.state in ("rejected", "error"):
        return Skipped(f"{reported.ref} is {reported.state}, so there is nothing to take back")
    if reported.state != "accepted":
        said = f"{reported.ref} is {reported.state} still"
        return Failed(said, retryable=True, retry_after=LOOK_SECONDS, counted=False)
    if taken_back(refund)[1] == 0:
        return Skipped(f"{refund.ref} gave back what was paid too much, which no invoice has")
    return _send(invoice, refund)


@action(
    "efactura.poll",
    title=_("Ask e-Factura what became of it"),
    sentence=_("Ask e-Factura what became of the document"),
    kind=EXTERNAL,
    queue="low",
    targets=("efactura_document",),
)
def poll(call: Call) -> Outcome:
    """Until the office says yes or no; asking costs no try."""
    document = EfacturaDocument.objects.get(pk=call.row().pk)
    if document.state not in ("submitted", "processing"):
        return Skipped(f"{document.ref} is {document.state}")
    index = document.upload_index
    answer = EFACTURA.through(lambda gateway: gateway.state_of(index))
    if not isinstance(answer, Done):
        return answer
    state = answer.answer["state"]
    if state == WAITING:
        if document.state == "submitted":
            perform(document, "mark_processing")
        said = f"{document.ref} is in processing"
        return Failed(said, retryable=True, retry_after=POLL_SECONDS, counted=False)
    if state == ACCEPTED:
        perform(document, "mark_accepted")
    else:
        perform(document, "mark_rejected", arguments={"code": "refused"})
    return Done(f"{document.ref} is {document.state}", answer=answer.answer)


@action(
    "efactura.look_for",
    title=_("Look for it at e-Factura"),
    sentence=_("Look at e-Factura whether the document arrived"),
    kind=EXTERNAL,
    queue="low",
    targets=("efactura_document",),
)
def look_for(call: Call) -> Outcome:
    """For what may have arrived. Found, it goes on as submitted; else a person says that it did not arrive."""
    document = EfacturaDocument.objects.select_related("invoice").get(pk=call.row().pk)
    if document.state != "outcome_unknown":
        return Skipped(f"{document.ref} is {document.state}")
    seller = sellers.seller()
    cif = seller.cui.removeprefix("RO") if seller else ""
    number = document.number or document.invoice.display_number
    answer = EFACTURA.through(lambda gateway: gateway.look_for(number, cif))
    if not isinstance(answer, Done):
        return answer
    if answer.answer["index"] is None:
        said = f"e-Factura does not have {number} yet; when that stays so, take {document.ref} as not arrived"
        return Failed(said, retryable=True, retry_after=LOOK_SECONDS, answer=answer.answer)
    perform(document, "mark_found", arguments={"index": answer.answer["index"]})
    return Done(f"{document.ref} had arrived", answer=answer.answer)


def _send(invoice_id: int, refund: Refund | None) -> Outcome:
    if shut := breakers.why_shut(EFACTURA.name):
        return shut
    ready = _claim(invoice_id, refund)
    if not isinstance(ready, Ready):
        return ready
    document = ready.document
    answer = EFACTURA.through(lambda gateway: gateway.upload(ready.upload))
    if isinstance(answer, Done):
        perform(document, "mark_submitted", arguments={"index": answer.answer["index"]})
        return Done(f"{document.ref} is submitted", answer=answer.answer)
    if not isinstance(answer, Failed):
        return answer
    if answer.maybe:
        perform(document, "mark_outcome_unknown")
        said = f"{answer.reason}; {document.ref} may have arrived, so it is not sent again and e-Factura is asked"
        return Failed(said, retryable=False, request=answer.request, answer=answer.answer)
    perform(document, "mark_error", arguments={"code": "unreachable" if answer.retryable else "refused"})
    wait = WAITS[min(document.retry_count, len(WAITS)) - 1]
    return Failed(answer.reason, answer.retryable, answer.request, answer.answer, retry_after=wait)


@transaction.atomic
def _claim(invoice_id: int, refund: Refund | None) -> Ready | Outcome:
    """The document of an invoice or a refund, built anew and claimed: committed before anything is sent."""
    invoice = lock(Invoice, invoice_id)
    document = EfacturaDocument.objects.filter(invoice=invoice, refund=refund).first()
    if document is not None and document.state not in ("draft", "queued", "error"):
        return _not_again(document)
    document = document or _begin(invoice, refund)
    try:
        upload = _built(invoice, refund, document)
        change(document, is_local=False, xml_sha256=hashlib.sha256(upload.xml).hexdigest())
        EfacturaXml.objects.update_or_create(document=document, defaults={"xml": upload.xml.decode("utf-8")})
        if document.state != "queued":
            perform(document, "mark_queued")
        perform(document, "mark_uploading")
    except Incomplete as missing:
        perform(document, "mark_local_error", arguments={"code": missing.code})
        return Failed(str(missing), retryable=False)
    except schematron.CannotCheck as problem:
        return Failed(str(problem), retryable=True)
    except Blocked as refused:
        return Failed(str(refused), retryable=False)
    return Ready(document, upload)


def _not_again(document: EfacturaDocument) -> Outcome:
    """What is under way or settled is not sent; a claim that ran out may have been used."""
    if document.state != "uploading":
        return Skipped(f"{document.ref} is {document.state} already; it is never sent a second time")
    left = (document.claimed_until - clock.now()).total_seconds() if document.claimed_until else 0.0
    if left > 0:
        return Failed(f"{document.ref} is being sent", retryable=True, retry_after=left, counted=False)
    perform(document, "mark_outcome_unknown")
    said = f"its worker went silent while {document.ref} was sent; it may have arrived, so e-Factura is asked"
    return Failed(said, retryable=False)


def _begin(invoice: Invoice, refund: Refund | None) -> EfacturaDocument:
    since = (refund.completed_at if refund else invoice.issued_at) or clock.now()
    office = find(DEFAULT)
    deadline = office.add_working_days(since, DEADLINE_WORKING_DAYS) if office else None
    number = ""
    if refund is not None:
        invoice_series.InvoiceSeries.objects.get_or_create(code=CREDIT_SERIES, defaults={"prefix": CREDIT_PREFIX})
        number = invoice_series.take_number(CREDIT_SERIES)
    return EfacturaDocument.objects.create(invoice=invoice, refund=refund, number=number, deadline_at=deadline)


def _built(invoice: Invoice, refund: Refund | None, document: EfacturaDocument) -> Upload:
    """The XML, checked. Raises Incomplete with what is to be mended, or CannotCheck."""
    seller = sellers.seller()
    if seller is None:
        raise Incomplete("no_seller", "nobody entered who sells; an administrator adds the seller, then retry")
    sold_by, bought_by = parties.of_seller(seller), parties.of_buyer(invoice.customer)
    figures = reading.of_invoice(invoice, sold_by, bought_by)
    if refund is not None:
        figures = reading.of_refund(refund, document.number, figures)
    if found := problems(figures):
        raise Incomplete("arithmetic", "; ".join(found))
    xml = ubl.document(figures, sold_by, bought_by, iban=seller.iban)
    if settings.CONFIG.efactura_rules and (broken := schematron.broken(xml, settings.CONFIG.efactura_rules)):
        raise Incomplete(
            "rules", f"{figures.number} breaks {len(broken)} rule(s) of e-Factura: {' | '.join(broken[:5])}"
        )
    return Upload(xml, seller.cui.removeprefix("RO"), credit=refund is not None)
