"""Tickets."""

from __future__ import annotations

import pytest

from core.events import Event
from core.machine import change, perform
from state_machines.models import Ticket
from tests.state_machines.made import a_service, a_ticket

pytestmark = pytest.mark.django_db


def test_goes_its_way() -> None:
    ticket = a_ticket()
    for name in ("start_work", "wait_on_customer", "back_to_queue"):
        perform(ticket, name)
    assert ticket.first_reply_at is not None
    event = perform(ticket, "close", arguments={"resolution": "by_design"})
    assert event.facts["ticket"]["resolution"] == "by_design"
    perform(ticket, "reopen")
    assert (ticket.state, ticket.resolution, ticket.closed_at) == ("open", "", None)


def test_first_reply_counts_once() -> None:
    ticket = a_ticket()
    perform(ticket, "wait_on_customer")
    first = ticket.first_reply_at
    perform(ticket, "back_to_queue")
    perform(ticket, "wait_on_customer")
    assert ticket.first_reply_at == first


def test_takes_the_customer_of_its_service() -> None:
    service = a_service()
    ticket = Ticket.objects.create(service=service, subject="Down", cause=service.ref)
    assert ticket.customer == service.customer
    assert Event.objects.get(type="ticket.created").customer == service.customer.ref


def test_escalation_is_an_event() -> None:
    ticket = a_ticket()
    change(ticket, event="ticket.escalated", escalated=True)
    assert Event.objects.get(type="ticket.escalated").was == {"ticket.escalated": False}
