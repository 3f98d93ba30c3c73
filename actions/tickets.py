"""Tickets that rules open."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from actions.declare import Call, action
from actions.outcome import Done, Outcome, Skipped
from core.refs import resolve
from state_machines.customers import Customer
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
