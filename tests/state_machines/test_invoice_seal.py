"""An issued invoice and its lines stay as they are."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from core import clock
from core.errors import Sealed
from core.events import Event
from core.machine import change, record
from state_machines.models import Invoice, InvoiceLine
from tests.state_machines.made import a_draft, an_issued

REFUSED = (IntegrityError, DatabaseError)
pytestmark = pytest.mark.django_db


class TestSealed:
    """What no code of ours allows, said again by the database to whoever else writes."""

    LINE = "state_machines_invoiceline"
    COLUMNS = "description, quantity, unit_price_minor, tax_percent, net_minor, tax_minor"

    @pytest.mark.parametrize("fields", [{"total_minor": 1}, {"currency": "EUR"}, {"number": "INV-9"}, {"series": "x"}])
    def test_amounts_and_number_of_an_issued_invoice(self, fields: dict[str, object]) -> None:
        invoice = an_issued()
        before = Event.objects.count()
        with pytest.raises(Sealed, match=r"is issued: its .* cannot change any more"):
            change(invoice, **fields)
        assert Event.objects.count() == before

    def test_due_date_may_be_extended(self) -> None:
        later = clock.now() + timedelta(days=90)
        assert change(an_issued(), due_at=later).due_at == later

    @pytest.mark.parametrize(
        "statement",
        [
            f"UPDATE {LINE} SET unit_price_minor = 1",
            f"DELETE FROM {LINE}",
            f"INSERT INTO {LINE} (invoice_id, {COLUMNS}) SELECT invoice_id, {COLUMNS} FROM {LINE}",
            "UPDATE state_machines_invoice SET total_minor = 1",
            "DELETE FROM state_machines_invoice",
        ],
    )
    def test_raw_statements(self, statement: str) -> None:
        an_issued()
        with pytest.raises(REFUSED, match="pravila"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
        line = InvoiceLine.objects.get()
        assert (line.unit_price_minor, line.invoice.total_minor) == (100_00, 121_00)

    def test_total_even_with_an_event(self) -> None:
        invoice = an_issued()
        record(invoice, "invoice.updated")
        event = Event.objects.order_by("-id")[0]
        Event.objects.create(
            **{
                name: getattr(event, name)
                for name in ("type", "subject", "at", "facts", "actor", "correlation", "shard")
            },
            target="issued",
            sequence=event.sequence + 1,
        )
        with pytest.raises(REFUSED, match="does not change once"), transaction.atomic():
            Invoice.objects.filter(pk=invoice.pk).update(total_minor=1, sequence=event.sequence + 1)

    def test_line_moved_from_a_draft_to_an_issued_invoice(self) -> None:
        issued, draft = an_issued(), a_draft()
        with pytest.raises(REFUSED), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                f"UPDATE {self.LINE} SET invoice_id = %s WHERE invoice_id = %s",
                [issued.pk, draft.pk],
            )

    def test_drafts_may_still_change(self) -> None:
        line = a_draft().lines.get()
        line.unit_price_minor = 5
        line.save()
        assert Invoice.objects.get().total_minor == 6
