"""Tickets that rules open."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from actions.declare import Call, action
from actions.outcome import Done, Failed, Outcome, Skipped
from core import clock
from core.machine import change, lock
from core.refs import resolve
from state_machines.customers import Customer
from state_machines.ticket_categories import due
from state_machines.tickets import PRIORITIES, QUEUES, Ticket

LINKED = ("order", "order_item", "service")


@action(
    "ticket.open",
    title=_("Open a ticket"),
    sentence=_("Open a {priority} ticket for {queue}: {subject}"),
    parameters={
        "subject": {"type": "string", "minLength": 1, "maxLength": 200},
        "queue": {"type": "string", "enum": list(QUEUES)},
        "priority": {"type": "string", "enum": list(PRIORITIES)},
        "cause": {"type": "string", "minLength": 1, "maxLength": 100},
    },
    required=("subject",),
    emits=("ticket.created",),
)
def open_ticket(call: Call, subject: str, queue: str = "general", priority: str = "normal", cause: str = "") -> Outcome:
    """One open ticket per cause; the cause is the rule and its target unless the rule names another."""
    cause = cause or f"{call.rule}:{call.target}"[:100]
    known = Ticket.objects.filter(cause=cause).exclude(state="closed").first()
    if known is not None:
        return Skipped(f"ticket {known.number} is open for {cause} already")
    customer = resolve(call.customer) if call.customer else None
    noun, _colon, _key = call.target.partition(":")
    linked = {noun: call.row()} if noun in LINKED else {}
    ticket = Ticket.objects.create(
        customer=customer if isinstance(customer, Customer) else None,
        subject=" ".join(subject.split()),
        queue=queue,
        priority=priority,
        cause=cause,
        **linked,
    )
    return Done(f"{ticket.number} is open")


@action(
    "ticket.escalate",
    title=_("Escalate the ticket"),
    sentence=_("Escalate the ticket, with priority {priority}"),
    parameters={"priority": {"type": "string", "enum": list(PRIORITIES)}},
    targets=("ticket",),
    emits=("ticket.escalated",),
)
def escalate(call: Call, priority: str = "") -> Outcome:
    """Once; its priority never falls by it."""
    ticket = lock(Ticket, call.row().pk)
    if ticket.state == "closed" or ticket.escalated:
        return Skipped(f"{ticket.number} is {'escalated already' if ticket.escalated else 'closed'}")
    order = list(PRIORITIES)
    highest = max(priority or ticket.priority, ticket.priority, key=order.index)
    change(ticket, event="ticket.escalated", escalated=True, priority=highest)
    return Done(f"{ticket.number} is escalated, with priority {highest}")


_HOURS = {"type": "integer", "minimum": 1, "maximum": 2000}


@action(
    "ticket.set_deadline",
    title=_("Set the deadlines of the ticket"),
    sentence=_("Set the ticket's deadlines: reply within {response} h, resolution within {resolution} h"),
    parameters={"response": _HOURS, "resolution": _HOURS},
    targets=("ticket",),
    emits=("ticket.updated",),
)
def set_deadline(call: Call, response: int = 0, resolution: int = 0) -> Outcome:
    """Hours from when it came in, half as long again outside of office hours, as for the hours of its category."""
    if not response and not resolution:
        return Failed("a deadline needs response or resolution hours; correct the rule", retryable=False)
    ticket = lock(Ticket, call.row().pk)
    came = ticket.created_at or clock.now()
    if response:
        change(ticket, response_due_at=due(came, response))
    if resolution:
        change(ticket, resolution_due_at=due(came, resolution))
    return Done(f"the deadlines of {ticket.number} are set")
