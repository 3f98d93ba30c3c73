"""Events become decisions and runs: one transaction per batch, nothing lost, nothing twice, nothing silent."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from actions import dispatch
from actions.runs import ActionRun
from core import clock
from core.events import Event
from core.machine import perform, record
from core.outbox import Outbox
from rules.decisions import Decision
from tests.kit import a_fine, in_force, outcomes, work

PAY = {"key": "pay-it", "when": "fine.created", "then": [{"do": "fine.payment", "with": {"paid_minor": 3600}}]}
SETTLE = {
    "key": "settle",
    "when": "fine.payment",
    "if": {"fact": "fine.outstanding", "op": "lte", "value": {"money": "0.00 EUR"}},
    "then": [{"do": "fine.settle"}],
}
pytestmark = pytest.mark.django_db


def test_a_chain_of_several_laps_runs_to_its_end() -> None:
    in_force(PAY, SETTLE)
    fine = a_fine()
    assert work() == 2
    fine = type(fine).objects.get(pk=fine.pk)
    assert fine.state == "settled"
    events = list(Event.objects.filter(subject=fine.ref).order_by("sequence"))
    assert [(event.type, event.depth, event.actor) for event in events] == [
        ("fine.created", 0, "system"),
        ("fine.payment", 1, "rule:pay-it"),
        ("fine.settled", 2, "rule:settle"),
    ]
    assert len({event.correlation for event in events}) == 1
    assert [event.cause for event in events] == [None, events[0].pk, events[1].pk]


def test_every_event_has_a_decision_also_when_nothing_matched() -> None:
    in_force(SETTLE)
    fine = a_fine()
    work()
    decision = Decision.objects.get(event_id=Event.objects.get(subject=fine.ref).pk)
    assert (decision.outcome, decision.rules, len(decision.house)) == ("nothing", [], 64)
    assert not Outbox.objects.exists()


def test_without_any_rules_events_are_decided_too() -> None:
    a_fine()
    work()
    assert Decision.objects.get().outcome == "nothing"


def test_the_same_event_decided_again_has_no_second_effect() -> None:
    in_force(PAY)
    fine = a_fine()
    work()
    event = Event.objects.get(type="fine.created")
    Outbox.objects.create(event_id=event.pk, shard=event.shard)
    work()
    assert outcomes() == [("fine.payment", fine.ref, "done")]
    assert Event.objects.filter(type="fine.payment").count() == 1
    assert Decision.objects.filter(event_id=event.pk).count() == 2


def test_an_event_that_cannot_be_decided_is_a_failed_decision_and_the_subject_goes_on(monkeypatch) -> None:
    in_force(PAY)
    real = dispatch.decide

    def poisoned(event, *others):
        if event["type"] == "fine.send_fine":
            raise ZeroDivisionError("boom")
        return real(event, *others)

    fine = a_fine()
    perform(fine, "send_fine", arguments={"expense_minor": 0})
    perform(fine, "insert_fine_notification")
    monkeypatch.setattr(dispatch, "decide", poisoned)
    dispatch.dispatch_all()
    about = Decision.objects.filter(event_id__in=Event.objects.filter(subject=fine.ref).values("id"))
    found = list(about.order_by("event_id").values_list("outcome", "problem"))
    assert found == [("acted", ""), ("failed", "ZeroDivisionError: boom"), ("nothing", "")]

    monkeypatch.setattr(dispatch, "decide", real)
    failed = Decision.objects.get(outcome="failed")
    assert dispatch.redecide(failed.event_id)
    dispatch.dispatch_all()
    newest = Decision.objects.filter(event_id=failed.event_id).latest("attempt")
    assert (newest.outcome, newest.attempt) == ("nothing", 1)


def test_a_chain_without_end_is_stopped_and_says_so() -> None:
    ping = {"key": "ping", "when": "fine.updated", "then": [{"do": "test.poke"}]}
    in_force(ping)
    fine = a_fine()
    record(fine, "fine.updated")
    work(laps=60)
    last = Decision.objects.latest("event_id")
    assert last.outcome == "too_deep"
    assert "rules that cause each other" in last.problem
    assert Event.objects.filter(type="fine.updated").count() == settings.CONFIG.max_depth + 1


def test_a_lost_outbox_row_costs_latency_only() -> None:
    in_force(PAY)
    work()
    fine = a_fine()
    Outbox.objects.all().delete()
    assert work() == 0
    assert dispatch.find_lost() == 1
    work()
    assert outcomes() == [("fine.payment", fine.ref, "done")]


def test_after_waits_and_unless_stops_what_waits() -> None:
    remind = {
        "key": "remind",
        "when": "fine.send_fine",
        "then": [
            {"do": "fine.add_penalty", "with": {"amount_minor": 7200}, "after": "60d",
             "unless": {"fact": "fine.outstanding", "op": "lte", "value": {"money": "0.00 EUR"}}},
        ],
    }  # fmt: skip
    in_force(remind)
    paid, unpaid = a_fine(case="A"), a_fine(case="B")
    for fine in (paid, unpaid):
        perform(fine, "send_fine", arguments={"expense_minor": 0})
        perform(fine, "insert_fine_notification")
    assert work() == 0
    perform(paid, "payment", arguments={"paid_minor": 3600})
    work()
    assert ActionRun.objects.get(subject=paid.ref).state == "skipped"
    with clock.turned_to(clock.now() + timedelta(days=61)):
        work()
    assert ActionRun.objects.get(subject=unpaid.ref).state == "done"
    assert Event.objects.filter(type="fine.add_penalty").count() == 1


def test_once_holds_a_rule_back_and_the_decision_says_why() -> None:
    rule = {
        "key": "poke",
        "when": "fine.updated",
        "then": [{"do": "test.note"}],
        "once": {"per": "subject", "every": "7d"},
    }
    in_force(rule)
    fine = a_fine()
    start = clock.now()
    for day in (0, 1, 8):
        with clock.turned_to(start + timedelta(days=day)):
            record(fine, "fine.updated")
            work()
    decisions = Decision.objects.filter(event_id__in=Event.objects.filter(type="fine.updated").values("id"))
    assert [found.outcome for found in decisions.order_by("event_id")] == ["acted", "nothing", "acted"]
    assert "may act once in 7d" in decisions.order_by("event_id")[1].held_back["poke"]


def test_a_published_rule_is_in_force_on_the_next_event() -> None:
    in_force(SETTLE)
    a_fine(case="A")
    work()
    in_force(SETTLE, PAY)
    second = a_fine(case="B")
    work()
    assert outcomes() == [("fine.payment", second.ref, "done"), ("fine.settle", second.ref, "done")]


@pytest.mark.parametrize("count", [1, 100])
def test_a_batch_costs_at_most_fifteen_statements_whatever_its_size(count: int) -> None:
    in_force(PAY)
    work()
    for number in range(count):
        a_fine(case=f"case {number}")
    with CaptureQueriesContext(connection) as found:
        batches = 0
        while dispatch.dispatch_batch():
            batches += 1
    looking_in_vain = 3
    assert Decision.objects.filter(outcome="acted").count() == count
    assert batches <= -(-64 // settings.CONFIG.lanes_per_batch)
    assert len(found) <= 15 * batches + looking_in_vain
