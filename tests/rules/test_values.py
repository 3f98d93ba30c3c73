"""Values that depend on the event: facts, parameters, per cents, dates, and what changed."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from rules.tables import key_of
from tests.rules.cases import event, says

FACTS: dict[str, Any] = {
    "invoice": {"total": {"minor": 10_001, "currency": "RON"}, "due_at": "2026-03-31", "count": 3, "empty": None},
    "plan": {"quota": 100, "used": 86, "limit": 3},
}


def holds(fact: str, op: str, value: Any, params: dict[str, Any] | None = None, **parts: Any) -> bool | None:
    return says({"fact": fact, "op": op, "value": value}, event(FACTS, **parts), params)


def test_a_fact_is_compared_with_another() -> None:
    assert holds("invoice.count", "eq", {"fact": "plan.limit"}) is True
    assert holds("invoice.count", "eq", {"fact": "plan.missing"}) is None
    assert holds("invoice.count", "eq", {"fact": "plan.missing", "default": 3}) is True
    assert holds("invoice.count", "eq", {"fact": "invoice.empty", "default": 3}) is True
    assert holds("invoice.count", "in", [1, {"fact": "plan.limit"}]) is True
    assert holds("invoice.count", "in", [1, {"fact": "plan.missing"}]) is None


def test_parameters_are_operands() -> None:
    assert holds("invoice.count", "gte", {"param": "n"}, {"n": 3}) is True
    assert holds("invoice.count", "gte", {"param": "n"}, {"n": 4}) is False
    assert holds("invoice.count", "gte", {"param": "n"}) is None
    assert holds("invoice.total", "gt", {"param": "m"}, {"m": {"money": "100.00 RON"}}) is True
    assert holds("invoice.count", "in", {"param": "l"}, {"l": [1, 3]}) is True
    assert says({"param": "give_up", "op": "eq", "value": "cancel"}, event(), {"give_up": "cancel"}) is True


def test_a_table_has_a_value_for_each_value_of_a_fact() -> None:
    table = {"t": {"3": 3, "paid": 5, "else": 7}}
    asked = {"param": "t", "at": {"fact": "invoice.count"}}
    assert holds("invoice.count", "eq", asked, table) is True
    assert holds("invoice.count", "eq", asked, {"t": {"4": 3, "else": 3}}) is True
    assert holds("invoice.count", "eq", asked, {"t": {"4": 3}}) is None
    assert holds("invoice.count", "eq", asked) is None
    assert holds("invoice.count", "eq", asked, {"t": 3}) is None
    assert says({"param": "t", "at": {"fact": "invoice.due_at"}, "op": "eq", "value": 7}, event(FACTS), table) is True
    missing = {"fact": "invoice.missing"}
    assert holds("invoice.count", "lt", {"param": "t", "at": missing}, table) is None
    assert holds("invoice.count", "lt", {"param": "t", "at": {**missing, "default": "paid"}}, table) is True
    money = {"t": {"3": {"money": "100.00 RON"}}}
    assert holds("invoice.total", "gt", asked, money) is True


@pytest.mark.parametrize(
    ("seen", "key"),
    [
        ("a", "a"),
        (3, "3"),
        (3.0, "3"),
        (0.5, "0.5"),
        (-1, "-1"),
        (True, "true"),
        (False, "false"),
        (Fraction(5, 2), "2.5"),
        (float("nan"), None),
        (float("inf"), None),
        pytest.param(10**6000, None, id="a huge number"),
        ([], None),
        (None, None),
    ],
)
def test_the_key_of_a_value(seen: Any, key: str | None) -> None:
    assert key_of(seen) == key


def test_per_cents_are_exact() -> None:
    assert holds("plan.used", "gt", {"percent": 85, "of": {"fact": "plan.quota"}}) is True
    assert holds("plan.used", "eq", {"percent": 0.86, "of": 10_000}) is True
    share = {"percent": 50, "of": {"fact": "invoice.total"}}
    half = {"invoice": {"half": {"minor": 5_000, "currency": "RON"}}}
    merged = {"invoice": FACTS["invoice"] | half["invoice"]}
    assert says({"fact": "invoice.half", "op": "lt", "value": share}, event(merged)) is True
    assert says({"fact": "invoice.half", "op": "eq", "value": share}, event(merged)) is False
    assert holds("plan.used", "gt", {"percent": 85, "of": {"fact": "invoice.due_at"}}) is None
    assert holds("plan.used", "gt", {"percent": {"param": "p"}, "of": {"fact": "plan.quota"}}, {"p": 85}) is True


@pytest.mark.parametrize(
    ("offset", "op", "value", "verdict"),
    [
        ("1mo", "before", "2026-04-02", True),
        ("30d", "before", "2026-04-02", True),
        ("-1d", "after", "2026-02-27", True),
        ("2w", "before", "2026-03-15", False),
        ("36h", "after", "2026-03-02T21:59:59+00:00", True),
        ("36h", "after", "2026-03-02T22:00:00+00:00", False),
        ("999999mo", "after", "2026-03-02", None),
    ],
)
def test_dates_hang_on_the_events_time(offset: str, op: str, value: str, verdict: bool | None) -> None:
    moved = {"date": "event.at", "offset": offset}
    opposite = {"before": "after", "after": "before"}[op]
    assert says({"fact": "x", "op": opposite, "value": moved}, event({"x": value})) is verdict


@pytest.mark.parametrize(
    ("due", "offset", "moved"),
    [
        ("2026-04-30T21:30:00Z", "1mo", "2026-05-31T21:30:00Z"),  # 1 May to 1 June in Bucharest
        ("2026-10-19T21:30:00Z", "14d", "2026-11-02T22:30:00Z"),  # 20 October to 3 November, past a change of the clock
        ("2026-10-19T21:30:00Z", "2w", "2026-11-02T22:30:00Z"),
        ("2026-10-19T21:30:00Z", "336h", "2026-11-02T21:30:00Z"),
        ("2026-03-28T01:30:00Z", "1d", "2026-03-29T01:30:00Z"),  # half past three, which that night skips
        ("2026-10-25T01:30:00Z", "0d", "2026-10-25T01:30:00Z"),  # half past three, for the second time
        ("2026-10-20T00:30:00", "14d", "2026-11-03T00:30:00"),
        ("9999-12-31T23:30:00Z", "0d", None),
    ],
)
def test_days_and_months_are_those_of_the_wall_clock(due: str, offset: str, moved: str | None) -> None:
    """As they are in moments: a rule that hangs on a date and one that asks about it mean the same day."""
    asked = {"fact": "moved", "op": "eq", "value": {"date": "due", "offset": offset}}
    verdict = says({**asked, "op": "after"}, event({"due": due, "moved": moved or due}))
    assert verdict is (None if moved is None else False)
    if moved is not None:
        assert says({**asked, "op": "before"}, event({"due": due, "moved": moved})) is False


def test_a_month_after_the_last_day_is_the_last_day() -> None:
    assert holds("invoice.due_at", "eq", {"date": "invoice.due_at"}) is True
    facts = {"invoice": {"due_at": "2026-01-31", "next": "2026-02-28"}}
    condition = {"fact": "invoice.next", "op": "eq", "value": {"date": "invoice.due_at", "offset": "1mo"}}
    assert says(condition, event(facts)) is True


def test_hours_cannot_be_added_to_a_plain_date() -> None:
    assert holds("invoice.due_at", "eq", {"date": "invoice.due_at", "offset": "24h"}) is None


def test_between_two_dates() -> None:
    span = [{"date": "event.at", "offset": "0d"}, {"date": "event.at", "offset": "1mo"}]
    assert holds("invoice.due_at", "between", span) is True
    assert holds("invoice.count", "between", span) is None


def test_what_changed_has_its_former_value() -> None:
    was = {"invoice.total": {"minor": 8_000, "currency": "RON"}, "invoice.count": 2, "plan.quota": None, "plan.used": 0}
    assert holds("invoice.count.was", "eq", 2, was=was) is True
    assert holds("invoice.count.change", "eq", 1, was=was) is True
    assert holds("invoice.count.change_percent", "eq", 50, was=was) is True
    assert holds("invoice.total.change", "eq", {"money": "20.01 RON"}, was=was) is True
    assert holds("invoice.total.change", "eq", {"money": "20.01 EUR"}, was=was) is None
    assert holds("plan.quota.was", "exists", False, was=was) is True
    assert holds("plan.quota.change", "gt", 0, was=was) is None
    assert holds("plan.used.change_percent", "gt", 0, was=was) is None
    assert holds("invoice.count.was", "eq", 2) is None


def test_the_envelope_of_the_event_is_read_by_name() -> None:
    assert holds("event.type", "eq", "invoice.issued") is True
    assert holds("event.subject", "starts_with", "invoice:") is True
    assert holds("event.customer", "exists", True) is False
    assert holds("event.customer", "eq", "customer:1", customer="customer:1") is True
    assert holds("event.facts", "exists", True) is False
    assert holds("event.__class__", "exists", True) is False


def test_hostile_events_are_only_unknown() -> None:
    condition = {"fact": "a.b", "op": "gt", "value": 1}
    for facts in (None, [], "x", {"a": [1]}, {"a": {"b": float("nan")}}, {"a": {"b": {"b": 1}}}, {"__class__": 1}):
        assert says(condition, event() | {"facts": facts}) is None
