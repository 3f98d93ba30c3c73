"""e-Factura documents: an invoice on its way to the Romanian tax office (ANAF)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import models
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from core import clock, permission
from core.catalog import Fact, Kind
from core.declare import Declaration, StateField, guard
from core.declare import transition as move
from core.machine import Machine
from state_machines import columns
from state_machines.invoices import Invoice
from state_machines.provisioning_tasks import CODE
from state_machines.refunds import Refund

MAX_TRIES = 5
CLAIM = timedelta(minutes=10)
INDEX: dict[str, Any] = {"index": {"type": "string", "pattern": "^[A-Za-z0-9-]{1,60}$"}}
STATES = {
    "draft": _("draft"),
    "queued": _("queued"),
    "uploading": _("uploading"),
    "submitted": _("submitted"),
    "processing": _("in processing"),
    "accepted": pgettext_lazy("efactura_document", "accepted"),
    "rejected": pgettext_lazy("efactura_document", "rejected"),
    "error": _("error"),
    "outcome_unknown": _("outcome unknown"),
}


@guard("efactura_document.invoice_is_issued", _("its invoice is issued"))
def invoice_is_issued(document: EfacturaDocument, **_given: Any) -> str | None:
    if document.invoice.state != "draft":
        return None
    return gettext("invoice %(id)s is not issued yet") % {"id": document.invoice_id}


@guard("efactura_document.has_tries_left", _("it has tries left"))
def has_tries_left(document: EfacturaDocument, **_given: Any) -> str | None:
    if document.state != "error" or (document.retry_count < MAX_TRIES and not document.is_local):
        return None
    if document.is_local:
        return gettext("its document cannot be built; mend the invoice's data first")
    return gettext("it was tried %(count)s times; look at the failure first") % {"count": document.retry_count}


class EfacturaDocument(Machine):
    """One per invoice, and one per refund of it: a credit note, with a number of its own. What may have arrived is never
    sent again by itself. The XML stands in a side row; this one keeps its SHA-256."""

    state = StateField(STATES, verbose_name=_("state"))
    invoice = models.ForeignKey(Invoice, models.PROTECT, related_name="efactura", verbose_name=_("invoice"))
    refund = models.OneToOneField(
        Refund,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="credit_note",
        verbose_name=pgettext_lazy("noun", "refund"),
    )
    number = models.CharField(_("number of the credit note"), max_length=60, blank=True, default="", editable=False)
    xml_sha256 = models.CharField(_("SHA-256 of the XML"), max_length=64, blank=True, default="", editable=False)
    upload_index = columns.code(_("upload index"), editable=False)
    failure_code = columns.code(_("failure code"), editable=False)
    is_local = models.BooleanField(_("failed here"), default=False, editable=False)
    retry_count = models.PositiveSmallIntegerField(_("retries"), default=0, editable=False)
    created_at = columns.born()
    deadline_at = columns.moment(_("deadline"))
    claimed_until = columns.moment(_("claimed until"), editable=False)
    submitted_at = columns.moment(_("submitted at"), editable=False)
    finished_at = columns.moment(_("finished at"), editable=False)

    machine = Declaration(
        noun="efactura_document",
        title=_("e-Factura document"),
        facts=(
            Fact(
                "is_credit_note", Kind.BOOLEAN, title=_("is a credit note"), read=lambda row: row.refund_id is not None
            ),
            columns.code_fact("number", _("number of the credit note"), optional=True),
            columns.code_fact("upload_index", _("upload index"), optional=True),
            columns.code_fact("failure_code", _("failure code"), optional=True),
            Fact("is_local", Kind.BOOLEAN, title=_("failed here")),
            Fact("retry_count", Kind.INTEGER, title=_("retries")),
            columns.moment_fact("created_at", _("created at")),
            columns.moment_fact("deadline_at", _("deadline")),
            columns.moment_fact("submitted_at", _("submitted at")),
            columns.moment_fact("finished_at", _("finished at")),
        ),
        related={"customer": "invoice.customer", "invoice": "invoice"},
        links={"invoice": "efactura_documents"},
        terminal=("accepted", "rejected"),
        recorded=("invoice", "refund", "xml_sha256", "claimed_until"),
        rank=45,
        edits=("deadline_at",),
    )

    class Meta:
        verbose_name = _("e-Factura document")
        verbose_name_plural = _("e-Factura documents")
        constraints = [
            models.UniqueConstraint(
                fields=["invoice"], condition=models.Q(refund=None), name="efactura_one_per_invoice"
            )
        ]

    @move(
        source=("draft", "error"),
        target="queued",
        event="efactura_document.queued",
        title=pgettext_lazy("verb", "queue"),
        guards=(invoice_is_issued, has_tries_left),
    )
    def mark_queued(self) -> None:
        self.failure_code = ""

    @move(source="queued", target="uploading", event="efactura_document.uploading", title=_("claim for upload"))
    def mark_uploading(self) -> None:
        """One worker has it until the claim runs out; committed before anything is sent."""
        self.claimed_until = clock.now() + CLAIM

    @move(
        source="uploading",
        target="submitted",
        event="efactura_document.submitted",
        title=_("take as submitted"),
        arguments=INDEX,
        required=("index",),
    )
    def mark_submitted(self, index: str) -> None:
        self.upload_index, self.submitted_at, self.claimed_until = index, clock.now(), None

    @move(
        source="submitted", target="processing", event="efactura_document.processing", title=_("take as in processing")
    )
    def mark_processing(self) -> None:
        """The office looks at it."""

    @move(
        source=("submitted", "processing"),
        target="accepted",
        event="efactura_document.accepted",
        title=_("take as accepted"),
    )
    def mark_accepted(self) -> None:
        self.finished_at = clock.now()

    @move(
        source=("submitted", "processing"),
        target="rejected",
        event="efactura_document.rejected",
        title=_("take as rejected"),
        arguments=CODE,
    )
    def mark_rejected(self, code: str = "unknown") -> None:
        self.finished_at, self.failure_code = clock.now(), code

    @move(
        source=("draft", "queued", "uploading", "submitted", "processing"),
        target="error",
        event="efactura_document.failed",
        title=_("take as failed"),
        arguments=CODE,
    )
    def mark_error(self, code: str = "unknown") -> None:
        self.failure_code, self.is_local, self.claimed_until = code, False, None
        self.retry_count += 1

    @move(
        source=("draft", "queued", "error"),
        target="error",
        event="efactura_document.failed_here",
        title=_("take as failed here"),
        arguments=CODE,
    )
    def mark_local_error(self, code: str = "unknown") -> None:
        """The document could not be built; trying again changes nothing."""
        self.failure_code, self.is_local = code, True

    @move(
        source="uploading",
        target="outcome_unknown",
        event="efactura_document.outcome_unknown",
        title=_("take the outcome as unknown"),
    )
    def mark_outcome_unknown(self) -> None:
        """It may have arrived, so the office is asked; nothing sends it again by itself."""
        self.claimed_until = None

    @move(
        source="outcome_unknown",
        target="submitted",
        event="efactura_document.found",
        title=_("take as found at the office"),
        arguments=INDEX,
        required=("index",),
    )
    def mark_found(self, index: str) -> None:
        self.upload_index, self.submitted_at = index, clock.now()

    @move(
        source="outcome_unknown",
        target="error",
        event="efactura_document.not_arrived",
        title=_("take as not arrived"),
        roles=(permission.APPROVER,),
    )
    def mark_not_arrived(self) -> None:
        """A person is sure that the office does not have it, so it may be sent again."""
        self.failure_code, self.is_local = "not_arrived", False


class EfacturaXml(models.Model):
    """What was built for a document, as it was or would be sent. It names the buyer, and is kept as long as the invoice, as the
    law wants it."""

    document = models.OneToOneField(EfacturaDocument, models.CASCADE, primary_key=True, related_name="file")
    xml = models.TextField(_("XML"))

    class Meta:
        verbose_name = _("XML of an e-Factura document")
        verbose_name_plural = _("XML of e-Factura documents")

    def __str__(self) -> str:
        return str(self.document_id)
