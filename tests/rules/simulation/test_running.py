"""A backtest finds what asking every event of every rule finds; it looks at nothing later, and writes its own row only."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from core import log_lines
from core.errors import BadArguments
from rules.simulation import backtests, batches, running
from rules.simulation.backtests import Backtest, NotRunning
from rules.simulation.batches import Rows
from rules.simulation.running import Running, again, compute
from tests.rules.made_requests import request
from tests.rules.simulation.made import BEGIN, END, backtest_of, counted, event, house, live, payments, store, told

pytestmark = pytest.mark.django_db
OVERLAYS: dict[str, dict[str, Any]] = {
    "customer:2": {"set": "customer:2", "params": {"times": 2}},
    "customer:3": {"set": "customer:3", "mute": {"other": "agreed"}, "rules": [
        {"key": "mine", "when": "payment.*", "group": "g", "priority": 1, "then": [{"do": "ticket.open"}],
         "if": {"fact": "payment.tries", "op": "eq", "value": 1}}]},
    "customer:4": {"set": "customer:4", "change": {"large": {"/if/all/payment.tries/value": 2}}},
    # the draft changes what this customer has otherwise: it stays on the former house
    "customer:1": {"set": "customer:1", "change": {"large": {"/if/all/payment.amount/value": {"money": "4.00 RON"}}}},
}  # fmt: skip
FEW_FAILED = {"count": "payment.failed", "of": "customer", "within": "3d", "op": "lt", "value": 3}
ONCE = {"per": "customer", "every": "4d"}


@pytest.mark.parametrize("few", [0, 10_000])
def test_it_finds_what_asking_every_event_finds(few: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "FEW", few)
    before, after = house(5, 3), house(3, 2)
    live(before)
    for overlay in OVERLAYS.values():
        live(overlay)
    store(payments(300, seed=few))
    found = backtest_of(after)
    assert found.state == "done"
    assert told(found.result) == counted(before, after, OVERLAYS)
    assert found.result["events"] == 300
    assert found.result["customers"] > 1
    assert found.result["alike"] == 1


@pytest.mark.parametrize("customer", ["", "customer:2"])
def test_where_all_have_the_same_rules_no_more_is_read_than_what_they_ask(
    customer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, after = house(5, 3), house(3, 2)
    for one in (before, after):  # no aggregate: who looks back needs whole events
        one["rules"][2]["if"] = {"fact": "payment.tries", "op": "gte", "value": {"param": "times"}}
    once = {
        "key": "again",
        "when": "payment.*",
        "once": {"per": "customer", "every": "2d"},
        "then": [{"do": "ticket.open"}],
    }
    after["rules"].append(once)
    live(before)
    store(payments(300, seed=7))
    if customer:
        after = {"set": customer, "params": {"times": 2}}
    as_lines = Rows.ask
    asked: list[int] = []
    monkeypatch.setattr(Rows, "ask", lambda self, matcher: (asked.append(1), as_lines(self, matcher))[1])
    found = backtest_of(after)
    assert found.state == "done", found.problem
    assert asked
    monkeypatch.setattr(log_lines, "tells_rows", lambda: False)
    del asked[:]
    assert again(found.pk)
    assert not asked


def test_money_is_summed_by_action_and_currency() -> None:
    live(house(500, 3))
    amounts = [400, 350, 700, 100]
    facts = [{"payment": {"amount": {"minor": n * 100, "currency": "RON"}, "tries": 0}} for n in amounts]
    store([event(n, "payment.succeeded", f"payment:{n}", n, facts=one) for n, one in enumerate(facts)])
    found = backtest_of(house(300, 3)).result
    assert found["actions"] == [
        {"action": "payment.refund", "more": 2, "fewer": 0, "unknown": 0,
         "money": [{"currency": "RON", "more": 75_000, "fewer": 0}]},
    ]  # fmt: skip
    (large,) = (rule for rule in found["rules"] if rule["rule"] == "large")
    assert (large["live"], large["draft"], large["newly"]) == (1, 3, 2)
    assert [one["id"] for one in large["listed"]["newly"]] == ["e0", "e1"]
    assert large["waterfall"] == {"live": [4, 1, 1], "draft": [4, 3, 3]}


def test_what_is_asked_for_differently_is_told() -> None:
    before, after = house(0, 9), house(0, 9)
    after["rules"][0] = after["rules"][0] | {"then": [{"do": "ticket.open"}]}
    live(before)
    store(payments(20, seed=1))
    assert told(backtest_of(after).result) == counted(before, after, {})


def test_once_is_used_up_in_event_time() -> None:
    rule = {
        "key": "r",
        "when": "payment.failed",
        "once": {"per": "customer", "every": "7d"},
        "then": [{"do": "ticket.open"}],
    }
    live({"set": "house", "rules": [rule]})
    store([event(n, "payment.failed", f"payment:{n}", n, customer="customer:1") for n in range(15)])
    (found,) = backtest_of({"set": "house", "rules": [rule | {"once": {"per": "customer", "every": "2d"}}]}).result[
        "rules"
    ]
    assert (found["live"], found["draft"]) == (3, 8)
    assert (found["newly"], found["no_longer"]) == (6, 1)  # days 0 7 14, and 0 2 4 … 14


def test_once_again_after_something_sees_nothing_later_than_the_event() -> None:
    rule = {"key": "r", "when": "payment.failed", "then": [{"do": "ticket.open"}]}
    once = {"per": "customer", "again_after": "payment.succeeded"}
    kinds = ["payment.failed", "payment.failed", "payment.succeeded", "payment.failed", "payment.failed"]
    live({"set": "house", "rules": [rule]})
    store([event(n, kind, f"payment:{n}", n, customer="customer:1") for n, kind in enumerate(kinds)])
    (found,) = backtest_of({"set": "house", "rules": [rule | {"once": once}]}).result["rules"]
    assert [one["id"] for one in found["listed"]["no_longer"]] == ["e1", "e4"]


def test_a_customers_own_draft_is_held_against_its_events_only() -> None:
    live(house(500, 3))
    store(payments(100, seed=5))
    draft = {"set": "customer:2", "params": {"times": 1}}
    found = backtest_of(draft)
    assert told(found.result) == counted(house(500, 3), house(500, 3), {}) | told(found.result)
    listed = [one for rule in found.result["rules"] for kind in rule["listed"].values() for one in kind]
    assert listed
    assert {one["customer"] for one in listed} == {"customer:2"}


@settings(max_examples=5)
@given(st.integers(0, 10**6), st.integers(1, 60), st.integers(0, 40))
def test_what_comes_later_changes_no_earlier_result(seed: int, stretch: int, later: int) -> None:
    Backtest.objects.all().delete()
    due = {"when": {"date": "payment.due_at", "offset": {"param": "days"}}, "if": FEW_FAILED, "once": ONCE}
    days = {"days": {"type": "duration", "default": "7d"}}
    before, after = house(5, 3), house(3, 2)
    for place, document in enumerate((before, after)):
        document["rules"].append({"key": "due", "then": [{"do": "ticket.open"}], **due})
        document["params"] |= days if place == 0 else {"days": {"type": "duration", "default": "5d"}}
    if not backtests.RuleSet.objects.exists():
        live(before)
    events = [one | {"id": f"{seed}-{one['id']}", "subject": f"payment:{seed}{n:03}", "customer": f"customer:{seed}"}
              for n, one in enumerate(payments(30, seed))]  # fmt: skip
    for one in events:
        one["facts"].setdefault("payment", {})["due_at"] = one["at"]
    until = BEGIN + timedelta(days=stretch)
    store([one for one in events if one["at"] < until.isoformat()])
    first = backtest_of(after, BEGIN, until)
    moved = [one | {"at": (until + timedelta(days=n % 7)).isoformat(), "id": f"l{one['id']}", "sequence": 10**6}
             for n, one in enumerate(events[:later])]  # fmt: skip
    store(moved + [one for one in events if one["at"] >= until.isoformat()])
    assert backtest_of(after, BEGIN, until).result == first.result
    assert first.state == "done"


def test_it_writes_its_own_row_and_computes_the_same_again() -> None:
    live(house(500, 3))
    store(payments(50, seed=2))
    draft = request_of(house(300, 2))
    before = _rows()
    made = backtests.start(draft, BEGIN, END)
    compute(made.pk)
    compute(made.pk)  # it is done, and is not done twice
    after = _rows()
    assert {name: after[name] - count for name, count in before.items() if after[name] != count} == {
        "rules.Backtest": 1
    }
    store([event(n, "payment.failed", f"payment:{n}", 1, customer="customer:1") for n in range(500, 540)])
    live(house(1, 1))
    assert again(made.pk)
    Backtest.objects.filter(pk=made.pk).update(digest="0" * 64)
    assert not again(made.pk)


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("overlays", [{}, OVERLAYS])
def test_what_is_read_ahead_is_what_is_read_in_turn(
    overlays: dict[str, dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "FIRST", 10)
    monkeypatch.setattr(running, "WINDOW", 20)
    live(house(5, 3))
    for overlay in overlays.values():
        live(overlay)
    store(payments(100, seed=4))
    made = backtest_of(house(3, 2))
    assert (made.state, made.result["events"]) == ("done", 100)
    with transaction.atomic():
        assert again(made.pk)


def test_one_that_is_cancelled_ends_and_keeps_what_it_found(monkeypatch: pytest.MonkeyPatch) -> None:
    live(house(500, 3))
    store(payments(30, seed=2))
    monkeypatch.setattr(running, "EVERY_SECONDS", 0)
    monkeypatch.setattr(running, "FIRST", 10)
    made = backtests.start(request_of(house(300, 2)), BEGIN, END)
    mine = backtests.claim(made.pk)
    assert mine is not None
    assert backtests.claim(made.pk) is None
    reported: list[bool] = []

    def report(*told: Any, **how: Any) -> bool:
        reported.append(backtests.report(*told, **how))
        if len(reported) == 1:
            backtests.cancel(made.pk)
        return reported[-1]

    monkeypatch.setattr(running, "report", report)
    with pytest.raises(running.Cancelled):
        Running(mine).run()
    assert reported == [True, False]
    found = backtests.find(made.pk)
    assert found.state == "cancelled"
    assert 0 < found.result["events"] <= 10
    with pytest.raises(NotRunning):
        backtests.cancel(made.pk)


def test_one_whose_process_fell_silent_has_failed() -> None:
    made = backtests.start(request_of(house(300, 2)), BEGIN, END)
    assert backtests.claim(made.pk)
    assert backtests.bury_silent() == 0
    Backtest.objects.update(heard_at=BEGIN)
    assert backtests.bury_silent() == 1
    assert "Start it again" in backtests.find(made.pk).problem


def test_a_stretch_must_be_one() -> None:
    draft = request_of(house(300, 2))
    for since, until in ((END, BEGIN), (BEGIN.replace(tzinfo=None), END)):
        with pytest.raises(BadArguments):
            backtests.start(draft, since, until)


def request_of(document: dict[str, Any]) -> Any:
    return request(json.dumps(document))


def _rows() -> dict[str, int]:
    return {model._meta.label: model._default_manager.count() for model in apps.get_models() if model._meta.managed}
