"""The house rules that hang on time: reminders by policy, renewals, and what ends by itself."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from io import StringIO
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.core.management import call_command

from actions import questions
from actions.runs import ActionRun
from core import clock
from core.acting import Actor
from core.events import Event
from core.machine import change, perform
from rules.publish import publish_text
from rules.receivers import HOUSE_FILE, POLICIES_FOLDER
from state_machines.customers import Customer
from state_machines.invoices import Invoice
from state_machines.orders import Order
from state_machines.tickets import Ticket
from tests.kit import work
from tests.state_machines.made import an_active_service

pytestmark = pytest.mark.django_db
HERE = ZoneInfo("Europe/Bucharest")
START = datetime(2026, 1, 15, 12, tzinfo=HERE)
POLICIES = {
    "standard": [1, 3, 7, 14],
    "vip": [1, 3, 7, 14, 21, 30],
    "low-value": [1, 3, 7],
    "trial": [2, 5, 10],
    "domain-only": [1, 7, 14, 30],
    "high-risk": [1, 2, 5],
}


class Days:
    """A clock that is turned day by day, while everybody works."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack
        self.turn(START)

    def turn(self, moment: datetime) -> None:
        self._stack.enter_context(clock.turned_to(moment))

    def pass_to(self, day: int, hour: int = 12) -> None:
        """Let the days up to `day` after the start go by, each worked at an hour."""
        while (today := (clock.now().astimezone(HERE).date() - START.date()).days) < day:
            self.turn(datetime.combine(START.date() + timedelta(days=today + 1), START.time().replace(hour=hour), HERE))
            work(laps=50)


@pytest.fixture
def days() -> Iterator[Days]:
    with ExitStack() as stack:
        made = Days(stack)
        publish_text("house", HOUSE_FILE.read_text(encoding="utf-8"), title="house")
        yield made


def an_invoice(customer: Customer) -> Invoice:
    invoice = Invoice.objects.create(customer=customer, due_at=START)
    invoice.lines.create(description="hosting", unit_price_minor=1000)
    perform(invoice, "issue")
    return invoice


def test_one_rule_and_six_overlays_are_the_six_policies(days: Days) -> None:
    whose = {}
    call_command("import_rules", str(POLICIES_FOLDER), "--apply", stdout=StringIO())
    for name in POLICIES:
        tags = [name] if name != "standard" else []
        customer = Customer.objects.create(name=name, email=f"{name}@example.com", language="en", tags=tags)
        whose[an_invoice(customer).ref] = name
    days.pass_to(32)
    sent: dict[str, list[int]] = {name: [] for name in POLICIES}
    for run in ActionRun.objects.filter(rule="remind-unpaid", state="done").order_by("id"):
        sent[whose[run.subject]].append((run.created_at.astimezone(HERE).date() - START.date()).days)
    assert sent == POLICIES
    first = [one.to[0] for one in mail.outbox if "slip through" in one.subject]
    assert sorted(first) == sorted(f"{name}@example.com" for name in POLICIES)
    assert {invoice.state for invoice in Invoice.objects.all()} == {"overdue"}


def test_who_often_fails_to_pay_is_a_high_risk_without_any_tag(days: Days) -> None:
    call_command("import_rules", str(POLICIES_FOLDER), "--apply", stdout=StringIO())
    customer = Customer.objects.create(name="Ana", email="ana@example.com", credit_score=499)
    an_invoice(customer)
    days.pass_to(6)
    assert ActionRun.objects.filter(rule="remind-unpaid", state="done").count() == len(POLICIES["high-risk"])


def test_who_pays_hears_no_more(days: Days) -> None:
    invoice = an_invoice(Customer.objects.create(name="Ana", email="ana@example.com", language="en"))
    days.pass_to(4)
    perform(invoice, "void", arguments={"reason": "mistake"})
    days.pass_to(20)
    assert ActionRun.objects.filter(rule="remind-unpaid").count() == 2


def test_a_service_is_invoiced_a_fortnight_before_each_period(days: Days) -> None:
    service = an_active_service()
    change(service, next_due_at=START + timedelta(days=20))
    work()
    days.pass_to(5)
    assert not Invoice.objects.exists()
    days.pass_to(6)
    [invoice] = Invoice.objects.all()
    assert (invoice.state, invoice.origin, invoice.period_start) == ("issued", "renewal", START + timedelta(days=20))
    service.refresh_from_db()
    assert service.next_due_at == START + timedelta(days=48), "a month after the 4th of February"
    days.pass_to(33)
    assert not Invoice.objects.exclude(pk=invoice.pk).exists()
    days.pass_to(34)
    assert Invoice.objects.filter(state="issued").count() == 2


def test_an_order_that_nobody_pays_is_recalled_and_then_cancelled(days: Days) -> None:
    order = Order.objects.create(customer=Customer.objects.create(name="Ana", email="ana@example.com", language="en"))
    order.items.create(product="web", unit_price_minor=100)
    perform(order, "submit")
    work()
    days.pass_to(40)
    order.refresh_from_db()
    assert order.state == "cancelled"
    assert [event.type for event in Event.objects.filter(subject=order.ref, type="order.cancelled")] == [
        "order.cancelled"
    ]
    assert sum("waits for your payment" in one.subject for one in mail.outbox) == 2


def test_a_ticket_without_a_reply_is_escalated_once(days: Days) -> None:
    ticket = Ticket.objects.create(customer=Customer.objects.create(name="Ana"), subject="Help")
    change(ticket, response_due_at=START + timedelta(hours=4), resolution_due_at=START + timedelta(days=3))
    work()
    days.turn(START + timedelta(hours=5))
    work()
    ticket.refresh_from_db()
    assert ticket.escalated
    days.pass_to(5)
    assert Event.objects.filter(type="ticket.escalated").count() == 1


def test_nothing_of_time_is_left_when_all_is_over(days: Days) -> None:
    an_invoice(Customer.objects.create(name="Ana", email="ana@example.com", language="en"))
    days.pass_to(20)
    assert not ActionRun.objects.filter(state__in=["dead", "ready", "running"]).exists()
    assert clock.now() > START.astimezone(UTC)


def test_a_service_that_stays_suspended_is_terminated_after_a_yes_only(days: Days) -> None:
    unpaid, silent, restored, abuse = (an_active_service() for _each in range(4))
    for service in (unpaid, silent, restored):
        perform(service, "suspend", arguments={"reason": "overdue"})
    perform(abuse, "suspend", arguments={"reason": "other"})
    days.pass_to(29)
    assert not questions.open_questions().exists()
    days.pass_to(30)
    asked = {run.subject: run for run in questions.open_questions()}
    assert asked.keys() == {unpaid.ref, silent.ref, restored.ref}
    perform(restored, "activate")
    questions.answer(asked[unpaid.ref].pk, yes=True, actor=Actor("user:1", frozenset({"operator"})))
    days.pass_to(38)
    questions.lapse()
    for service in (unpaid, silent, restored, abuse):
        service.refresh_from_db()
    assert [one.state for one in (unpaid, silent, restored, abuse)] == [
        "terminated",
        "suspended",
        "active",
        "suspended",
    ]
    said = dict(ActionRun.objects.filter(rule="terminate-suspended").values_list("subject", "state"))
    assert said == {unpaid.ref: "done", silent.ref: "skipped", restored.ref: "skipped"}
