"""Relations that tell: a link that begins or ends is an event of both objects."""

from __future__ import annotations

import pytest

from core import catalog, links
from core.events import Event
from core.machine import change
from core.testing.rebuilding import as_stored, rebuilt
from tests.state_machines.made import a_customer, a_draft, an_order

pytestmark = pytest.mark.django_db


def told() -> list[tuple[str, str, str]]:
    """(type, subject, what it was linked to) of every such event, in order."""
    events = Event.objects.filter(type__endswith="linked").order_by("id")
    return [(event.type, event.subject, event.facts["linked"]) for event in events]


def test_at_birth_at_a_change_and_at_the_end() -> None:
    customer = a_customer()
    first, second = an_order(customer), an_order(customer)
    invoice = a_draft(customer, order=first)
    begun = [("invoice.order_linked", invoice.ref, first.ref), ("order.invoice_linked", first.ref, invoice.ref)]
    assert told() == begun
    change(invoice, order=second)
    moved = [
        ("invoice.order_unlinked", invoice.ref, first.ref),
        ("order.invoice_unlinked", first.ref, invoice.ref),
        ("invoice.order_linked", invoice.ref, second.ref),
        ("order.invoice_linked", second.ref, invoice.ref),
    ]
    assert told() == begun + moved
    assert (links.children(first.ref, "invoices"), links.children(second.ref, "invoices")) == ([], [invoice.ref])
    assert rebuilt(invoice) == as_stored(invoice)
    invoice.delete()
    assert told() == [*begun, *moved, ("order.invoice_unlinked", second.ref, invoice.ref)]


def test_their_types_are_declared() -> None:
    for noun, other in (("invoice", "order"), ("order", "invoice")):
        for what in ("linked", "unlinked"):
            declared = catalog.event_types.get(f"{noun}.{other}_{what}")
            assert (declared.noun, [fact.name for fact in declared.facts]) == (noun, ["linked"])


def test_other_relations_say_nothing() -> None:
    an_order()
    assert told() == []
