"""Rules that look at related objects and at the past, live: what they see, what they ask for, and that it can be proved
again whatever came later."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from actions.dispatch import dispatch_all, dispatch_batch
from actions.runs import ActionRun
from core import as_of, catalog
from core.events import Event
from core.machine import perform
from rules.decisions import Decision
from rules.proofs import prove
from state_machines.models import Invoice, Order
from tests.kit import in_force, outcomes, work
from tests.state_machines.made import a_customer, a_payment, an_active_service, an_issued, an_order, an_overdue

pytestmark = pytest.mark.django_db

OPEN = {"fact": "item.state", "op": "in", "value": ["issued", "overdue"]}
TICKET = {"do": "ticket.open", "with": {"queue": "finance", "subject": "Look"}}
OWED = {"sum": "customer.invoices", "take": "item.remaining", "if": OPEN}


def rule(key: str, when: str, condition: dict[str, Any] | None = None, *then: dict[str, Any]) -> dict[str, Any]:
    return {"key": key, "when": when, "then": list(then or [TICKET])} | ({"if": condition} if condition else {})


def decision_on(kind: str) -> tuple[Event, Decision]:
    event = Event.objects.filter(type=kind).latest("id")
    return event, Decision.objects.get(event_id=event.pk)


def sentences(kind: str) -> list[str]:
    proven = prove(*decision_on(kind))
    assert proven.agrees
    return [seen.sentence for found in proven.tried.rules for seen in found.conditions]


def fail_payments(count: int, customer: Any = None) -> None:
    invoice = an_issued(customer)
    for _ in range(count):
        perform(a_payment(invoice), "fail_payment")


class TestAggregates:
    def test_what_is_owed_is_summed_as_it_was_at_the_event(self) -> None:
        in_force(rule("owes", "invoice.issued", OWED | {"op": "gte", "value": {"money": "200.00 RON"}}))
        customer = a_customer()
        an_issued(customer)
        second = an_issued(customer)
        perform(a_payment(second), "succeed")
        perform(second, "mark_as_paid")
        dispatch_all()
        issued = Event.objects.filter(type="invoice.issued").order_by("id")
        assert [Decision.objects.get(event_id=event.pk).rules for event in issued] == [[], ["owes"]]
        assert sentences("invoice.issued") == [
            "the sum of remaining of customer.invoices was 242.00 RON, which is at least 200.00 RON (2 of 2 rows)"
        ]

    def test_a_number_of_events_within_a_time_and_since_another(self) -> None:
        week = {"count": "payment.failed", "of": "customer", "within": "7d", "op": "eq", "value": 3}
        streak = {"count": "payment.failed", "of": "customer", "since": "payment.succeeded", "op": "gte", "value": 2}
        in_force(rule("third", "payment.failed", week), rule("streak", "payment.failed", streak))
        customer = a_customer()
        fail_payments(2, customer)
        perform(a_payment(an_issued(customer)), "succeed")
        fail_payments(2, customer)
        fail_payments(3)
        dispatch_all()
        mine = Event.objects.filter(type="payment.failed", customer=customer.ref).order_by("id")
        acted = [Decision.objects.get(event_id=event.pk).rules for event in mine]
        assert acted == [[], ["streak"], ["third"], ["streak"]]

    def test_an_aggregate_is_an_argument_too(self) -> None:
        subject = {"queue": "finance", "subject": "Owed", "priority": "high"}
        in_force(rule("note", "invoice.overdue", None, {"do": "ticket.open", "with": subject}))
        counted = {"count": "customer.invoices", "if": OPEN}
        in_force(
            rule("score", "invoice.overdue", None, {"do": "credit.adjust", "with": {"delta": counted, "cause": "x"}})
        )
        an_overdue()
        dispatch_all()
        assert ActionRun.objects.get(action="credit.adjust").arguments["delta"] == 1

    def test_a_step_asks_as_well(self) -> None:
        few = {"count": "customer.invoices", "op": "lt", "value": 2}
        in_force(
            rule("steps", "invoice.issued", None, TICKET | {"if": few}, TICKET | {"id": "many", "otherwise": True})
        )
        customer = a_customer()
        an_issued(customer)
        an_issued(customer)
        dispatch_all()
        assert list(ActionRun.objects.order_by("id").values_list("item", flat=True)) == ["ticket.open", "many"]

    def test_a_customer_with_rules_changed_and_added_sees_its_own(self) -> None:
        in_force(rule("owes", "invoice.issued", OWED | {"op": "gte", "value": {"money": "1000.00 RON"}}))
        customer = a_customer()
        own = rule("mine", "invoice.issued", {"count": "customer.invoices", "op": "eq", "value": 1})
        in_force(own, key=customer.ref, change={"owes": {"/if/value": {"money": "100.00 RON"}}})
        an_issued(customer)
        an_issued()
        dispatch_all()
        issued = Event.objects.filter(type="invoice.issued").order_by("id")
        assert [Decision.objects.get(event_id=event.pk).rules for event in issued] == [["owes", "mine"], []]

    def test_what_was_seen_is_stored_and_proves_the_decision_without_a_look_at_the_log(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        in_force(rule("owes", "invoice.issued", OWED | {"op": "lt", "value": {"money": "200.00 RON"}}))
        customer = a_customer()
        an_issued(customer)
        dispatch_all()
        event, decision = decision_on("invoice.issued")
        (seen,) = decision.observed["seen"].values()
        total = {"minor": 121_00, "currency": "RON"}
        assert seen == {"rows": 1, "true": 1, "unknown": 0, "low": total, "high": total}
        an_issued(customer)
        monkeypatch.setattr(as_of, "look_up", None)
        assert prove(event, decision).agrees
        decision.observed = {}
        assert not prove(event, decision).agrees

    def test_the_proof_says_between_what_an_unknown_row_leaves_it(self) -> None:
        unclear = {"fact": "item.number", "op": "eq", "value": 5}
        condition = {"count": "customer.invoices", "if": unclear, "op": "gte", "value": 1}
        in_force(rule("unclear", "invoice.issued", condition))
        an_issued()
        dispatch_all()
        said = "unknown: the count of customer.invoices is between 0 and 1 (0 of 1 rows, 1 unknown)"
        assert sentences("invoice.issued") == [said]


class TestEach:
    def test_one_run_for_each_row_of_which_the_condition_is_true(self) -> None:
        active = {"fact": "item.state", "op": "eq", "value": "active"}
        step = {"each": "customer.services", "if": active, "do": "service.suspend", "target": "item"}
        in_force(rule("suspend", "invoice.overdue", None, step | {"with": {"reason": "overdue"}}))
        customer = a_customer()
        services = [an_active_service(customer) for _ in range(3)]
        perform(services[1], "suspend", arguments={"reason": "overdue"})
        an_active_service()
        an_overdue(customer)
        work()
        wanted = [("service.suspend", service.ref, "done") for service in (services[0], services[2])]
        assert outcomes() == wanted
        event, decision = decision_on("invoice.overdue")
        keys = [f"{event.pk}/suspend/service.suspend/{services[place].ref}" for place in (0, 2)]
        assert list(ActionRun.objects.order_by("id").values_list("key", flat=True)) == keys
        assert [row["row"] for row in decision.plan] == [services[0].ref, services[2].ref]
        proven = prove(event, decision)
        assert [action.row for action in proven.tried.acted[0].actions] == [services[0].ref, services[2].ref]

    def test_a_block_keeps_needs_and_otherwise_within_its_row(self) -> None:
        big = {"fact": "item.total", "op": "gte", "value": {"money": "250.00 RON"}}
        block = {
            "each": "customer.orders",
            "if": {"fact": "item.state", "op": "eq", "value": "pending"},
            "then": [
                {"id": "pay", "do": "order.pay", "target": "item", "with": {"reference": "{{ item.number }}"}},
                {"needs": "pay", "if": big, "do": "order.flag_for_review", "target": "item"},
                {"needs": "pay", "otherwise": True, "do": "order.cancel", "target": "item"},
            ],
        }
        in_force(rule("confirm", "invoice.overdue", None, block))
        customer = a_customer()
        orders = [an_order(customer, items=items) for items in (1, 2, 1)]
        for order in orders[:2]:
            perform(order, "submit")
        an_overdue(customer)
        work()
        states = [Order.objects.get(pk=order.pk).state for order in orders]
        assert states == ["cancelled", "in_review", "draft"]
        runs = ActionRun.objects.filter(row=orders[0].ref).order_by("id")
        assert [(run.item, run.state) for run in runs] == [("pay", "done"), ("order.cancel", "done")]
        assert Order.objects.get(pk=orders[0].pk).payment_reference == orders[0].number

    def test_a_step_for_each_row_waits_for_one_beside_it(self) -> None:
        each = {"each": "customer.services", "needs": "ticket.open", "do": "service.suspend", "target": "item"}
        in_force(rule("first", "invoice.overdue", None, TICKET, each | {"with": {"reason": "overdue"}}))
        customer = a_customer()
        service = an_active_service(customer)
        an_overdue(customer)
        work()
        assert [(action, state) for action, _target, state in outcomes()] == [
            ("ticket.open", "done"),
            ("service.suspend", "done"),
        ]
        assert ActionRun.objects.get(row=service.ref).needs.endswith("/ticket.open/")

    def test_rows_beyond_the_cap_are_left_to_a_person(self, monkeypatch: pytest.MonkeyPatch) -> None:
        relations = catalog.machines.get("customer").relations
        monkeypatch.setitem(relations, "services", catalog.Relation("services", "service", cap=2))  # type: ignore[arg-type]
        step = {"each": "customer.services", "do": "service.suspend", "target": "item", "with": {"reason": "overdue"}}
        in_force(rule("suspend", "invoice.overdue", None, step))
        customer = a_customer()
        for _ in range(3):
            an_active_service(customer)
        an_overdue(customer)
        work()
        assert [state for _action, _target, state in outcomes()] == ["done", "done", "dead"]
        assert "those beyond were left out" in ActionRun.objects.get(state="dead").said

    def test_rows_are_those_of_the_event_and_not_of_now(self) -> None:
        step = {
            "each": "customer.invoices",
            "do": "credit.adjust",
            "target": "customer",
            "with": {"delta": 1, "cause": "x"},
        }
        in_force(rule("each", "invoice.issued", None, step))
        customer = a_customer()
        first = an_issued(customer)
        Invoice.objects.create(customer=customer)
        dispatch_all()
        assert list(ActionRun.objects.values_list("row", flat=True)) == [first.ref]


def test_statements_of_a_batch_do_not_grow_with_it_nor_without_such_rules() -> None:
    def statements(events: int) -> int:
        customer = a_customer()
        for _ in range(events):
            an_issued(customer)
        waiting = Event.objects.count()
        with CaptureQueriesContext(connection) as queries:
            assert 0 < dispatch_batch() <= waiting
        return len(queries)

    in_force(rule("plain", "invoice.voided"))
    statements(1)
    without, without_many = statements(1), statements(8)
    in_force(
        rule("owes", "invoice.issued", OWED | {"op": "lt", "value": {"money": "0.00 RON"}}),
        rule("week", "invoice.issued", {"count": "invoice.issued", "within": "7d", "op": "gt", "value": 999}),
    )
    statements(1)
    few, many = statements(1), statements(8)
    assert without == without_many
    assert few == many <= without + 4
