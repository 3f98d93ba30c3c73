"""The only way to change what is recorded: one event per change, or nothing at all."""

from __future__ import annotations

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from core import links
from core.acting import Actor, acting
from core.errors import (
    BadArguments,
    BadFacts,
    BadReference,
    Blocked,
    Moved,
    NotAllowed,
    NotDeclared,
    NotPermitted,
    ObjectMissing,
    PravilaError,
)
from core.events import Event, EventDetail
from core.machine import Machine, change, perform, record
from core.outbox import Outbox
from state_machines.models import Customer, Order
from tests.state_machines.made import a_customer, a_service, a_ticket, an_active_service, an_order

pytestmark = pytest.mark.django_db
OPERATOR = Actor("user:1", frozenset({"operator"}))
READER = Actor("user:2", frozenset({"viewer"}))


def types_of(row: Machine) -> list[str]:
    return list(Event.objects.filter(subject=row.ref).order_by("sequence").values_list("type", flat=True))


class TestPerform:
    def test_changes_the_row_and_writes_one_event(self) -> None:
        order = an_order()
        before = Event.objects.count()
        event = perform(order, "submit", actor=OPERATOR)
        assert Event.objects.count() == before + 1
        stored = Event.objects.get(pk=event.pk)
        assert (stored.type, stored.subject, stored.transition) == ("order.submitted", order.ref, "submit")
        assert (stored.source, stored.target, stored.actor) == ("draft", "pending", "user:1")
        assert (stored.customer, stored.sequence) == (order.customer.ref, order.sequence)
        assert Outbox.objects.filter(event_id=event.pk).exists()
        row = Order.objects.get()
        assert (row.state, row.sequence, row.submitted_at) == ("pending", event.sequence, order.submitted_at)

    def test_freezes_the_facts_of_the_subject_and_of_what_it_names(self) -> None:
        order = an_order(a_customer(tags=["vip"], country="DE"))
        event = Event.objects.get(pk=perform(order, "submit").pk)
        change(order.customer, country="FR")
        facts = Event.objects.get(pk=event.pk).facts
        assert facts["order"]["total"] == {"minor": 300_00, "currency": "RON"}
        assert facts["order"]["state"] == "pending"
        assert (facts["customer"]["country"], facts["customer"]["tags"]) == ("DE", ["vip"])
        assert set(facts) == {"order", "customer"}

    def test_carries_no_persons_data(self) -> None:
        customer = a_customer(name="Ion Ionescu", email="ion@example.ro", tax_id="1800101123456")
        ticket = a_ticket(customer, body="My phone is 0722 000 000")
        perform(ticket, "close", arguments={"resolution": "fixed"})
        text = str(list(Event.objects.values()))
        for secret in ("Ionescu", "ion@example.ro", "1800101123456", "0722 000", "does not work"):
            assert secret not in text

    def test_says_what_was(self) -> None:
        service = an_active_service()
        event = perform(service, "suspend", arguments={"reason": "overdue"})
        assert event.was == {
            "service.state": "active",
            "service.suspend_reason": None,
            "service.suspended_at": None,
        }

    def test_keeps_arguments_beside_the_log(self) -> None:
        order = an_order()
        event = perform(order, "cancel", arguments={"reason": "Ana changed her mind"})
        assert EventDetail.objects.get(pk=event.pk).arguments == {"reason": "Ana changed her mind"}
        assert "Ana" not in str(list(Event.objects.values()))

    def test_continues_the_chain_of_the_present_act(self) -> None:
        order = an_order()
        with acting(correlation="chain", cause=7, depth=3, request_id="request-1"):
            event = perform(order, "submit")
        assert (event.correlation, event.cause, event.depth, event.request_id) == ("chain", 7, 3, "request-1")

    def test_takes_a_reference(self) -> None:
        order = an_order()
        assert perform(order.ref, "submit").target == "pending"

    def test_needs_few_statements(self) -> None:
        order = an_order()
        perform(order, "cancel")
        order = an_order(order.customer)
        with CaptureQueriesContext(
            connection,
        ) as seen:
            perform(order.ref, "cancel")
        statements = [query["sql"].split()[0] for query in seen.captured_queries]
        assert [word for word in statements if word in ("SELECT", "INSERT", "UPDATE")] == [
            "SELECT",
            "INSERT",
            "UPDATE",
        ]


class TestRefusals:
    def refused(
        self, error: type[PravilaError], row: Machine, name: str, match: str | None = None, **given: object
    ) -> None:
        before, rows = Event.objects.count(), list(type(row).objects.values())
        with pytest.raises(error, match=match):
            perform(row, name, **given)
        assert Event.objects.count() == before
        assert list(type(row).objects.values()) == rows
        assert EventDetail.objects.count() == 0

    def test_by_a_guard_with_its_reason(self) -> None:
        order = an_order(items=0)
        self.refused(Blocked, order, "submit", match=f"order {order.pk} has no items")
        assert order.state == "draft"

    def test_by_the_state(self) -> None:
        self.refused(NotAllowed, an_order(), "complete", match="possible only from processing")

    def test_by_what_the_caller_expected(self) -> None:
        self.refused(Moved, an_order(), "submit", match="is draft, not failed", expected="failed")

    def test_by_the_right_to_it(self) -> None:
        self.refused(NotPermitted, an_order(), "submit", actor=READER)

    def test_by_the_role_that_a_transition_names(self) -> None:
        order = an_order()
        perform(order, "submit")
        perform(order, "pay", arguments={"reference": "bank-1"})
        perform(order, "flag_for_review")
        before = Event.objects.count()
        with pytest.raises(NotPermitted):
            perform(order, "approve", actor=OPERATOR)
        assert Event.objects.count() == before
        assert perform(order, "approve", actor=Actor("user:3", frozenset({"approver"}))).target == "processing"

    def test_of_another_customers_object_as_if_it_did_not_exist(self) -> None:
        other = Actor("user:4", frozenset({"operator"}), customers={a_customer().ref: ""})
        self.refused(ObjectMissing, an_order(), "submit", actor=other)

    @pytest.mark.parametrize(
        "arguments", [{}, {"reason": "because"}, {"reason": "overdue", "by": "me"}, {"reason": None}]
    )
    def test_by_the_schema_of_the_arguments(self, arguments: dict[str, object]) -> None:
        self.refused(BadArguments, an_active_service(), "suspend", arguments=arguments)

    def test_of_a_transition_that_nobody_declared(self) -> None:
        self.refused(NotDeclared, an_order(), "submitt", match="Did you mean submit")

    def test_of_methods_that_are_no_transitions(self) -> None:
        self.refused(NotDeclared, an_order(), "delete")

    @pytest.mark.parametrize(
        ("subject", "error"),
        [("order:999", ObjectMissing), ("order", BadReference), ("order:x", BadReference), ("thing:1", NotDeclared)],
    )
    def test_of_a_reference_that_names_nothing(self, subject: str, error: type[PravilaError]) -> None:
        with pytest.raises(error):
            perform(subject, "submit")

    def test_of_all_of_it_when_the_transaction_around_it_fails(self) -> None:
        order = an_order()
        with pytest.raises(RuntimeError), transaction.atomic():
            perform(order, "submit")
            raise RuntimeError
        assert Order.objects.get().state == "draft"
        assert types_of(order)[-1] != "order.submitted"


class TestChangeAndRecord:
    def test_change_writes_an_event_with_what_was(self) -> None:
        customer = a_customer()
        changed = change(customer, country="DE", tags=["vip"])
        event = Event.objects.get(subject=customer.ref, sequence=changed.sequence)
        assert (event.type, event.was) == ("customer.updated", {"customer.country": "RO", "customer.tags": []})
        assert (customer.country, customer.tags) == ("DE", ["vip"])
        assert Customer.objects.get().tags == ["vip"]

    def test_change_to_the_same_is_no_event(self) -> None:
        customer = a_customer()
        before = types_of(customer)
        change(customer, country="RO")
        assert types_of(customer) == before

    @pytest.mark.parametrize("fields", [{"state": "active"}, {"sequence": 9}, {"id": 9}, {"colour": "red"}])
    def test_change_is_not_for_states_and_unknown_fields(self, fields: dict[str, object]) -> None:
        with pytest.raises(BadArguments):
            change(a_customer(), **fields)

    def test_record_writes_an_event_that_is_no_transition(self) -> None:
        ticket = a_ticket()
        event = record(ticket, "ticket.sla_warning")
        assert (event.type, event.transition, event.target) == ("ticket.sla_warning", "", "open")
        assert event.sequence == 1

    @pytest.mark.parametrize("facts", [{"surprise": 1}, {"customer": {"name": "Ana"}}])
    def test_record_refuses_undeclared_facts(self, facts: dict[str, object]) -> None:
        ticket = a_ticket()
        with pytest.raises(BadFacts):
            record(ticket, "ticket.sla_warning", facts)
        assert types_of(ticket) == ["ticket.created"]


class TestBirthAndEnd:
    def test_a_row_is_born_with_its_event(self) -> None:
        customer = Customer.objects.create(name="Ana")
        event = Event.objects.get()
        assert (event.type, event.sequence, event.subject) == ("customer.created", 0, customer.ref)
        assert event.customer == customer.ref

    def test_a_row_goes_with_its_event_and_its_links(self) -> None:
        order = an_order(items=1)
        item = order.items.get()
        ref = item.ref
        assert links.children(order.ref, "items") == [ref]
        item.delete()
        assert links.children(order.ref, "items") == []
        kinds = list(Event.objects.filter(subject=ref).order_by("sequence").values_list("type", flat=True))
        assert kinds == ["order_item.created", "order_item.deleted"]

    def test_links_follow_the_foreign_keys(self) -> None:
        service = a_service()
        order = an_order(service.customer, items=0)
        assert links.children(service.customer.ref, "services") == [service.ref]
        change(service, order=order)
        assert links.children(order.ref, "services") == [service.ref]
        change(service, order=None)
        assert links.children(order.ref, "services") == []
