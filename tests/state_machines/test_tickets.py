"""Tickets."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from core import clock
from core.events import Event
from core.machine import change, perform
from state_machines.models import Ticket
from state_machines.ticket_categories import due
from tests.state_machines.made import a_category, a_comment, a_service, a_ticket

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


@pytest.mark.parametrize(
    ("opened", "hours"),
    [
        (datetime(2026, 11, 20, 7, 0, tzinfo=UTC), 24),  # Friday, 9:00 in Bucharest
        (datetime(2026, 11, 20, 14, 59, tzinfo=UTC), 24),
        (datetime(2026, 11, 20, 15, 0, tzinfo=UTC), 36),
        (datetime(2026, 11, 21, 10, 0, tzinfo=UTC), 36),  # Saturday
        (datetime(2026, 7, 20, 6, 0, tzinfo=UTC), 24),  # Monday, 9:00 in summer
    ],
)
def test_is_due_sooner_when_it_comes_in_office_hours(opened: datetime, hours: int) -> None:
    assert due(opened, 24) == opened + timedelta(hours=hours)


def test_due_times_are_those_of_its_category_unless_given() -> None:
    opened = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
    with clock.turned_to(opened):
        urgent = a_ticket(category=a_category(response_hours=1, resolution_hours=4))
        plain = a_ticket(resolution_due_at=opened + timedelta(hours=2))
    assert (urgent.response_due_at, urgent.resolution_due_at) == (
        opened + timedelta(hours=1),
        opened + timedelta(hours=4),
    )
    assert (plain.response_due_at, plain.resolution_due_at) == (
        opened + timedelta(hours=24),
        opened + timedelta(hours=2),
    )


def test_a_comment_is_an_event_without_its_text() -> None:
    comment = a_comment(body="My password is hunter2", author="customer")
    perform(comment, "redact")
    events = Event.objects.filter(subject=comment.ref).order_by("sequence")
    assert [event.type for event in events] == ["ticket_comment.created", "ticket_comment.redacted"]
    assert events[0].facts["ticket"]["ref"] == comment.ticket.ref
    assert "hunter2" not in str([event.as_document() for event in events])
    comment.refresh_from_db()
    assert comment.body == ""
