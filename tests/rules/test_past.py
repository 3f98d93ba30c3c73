"""Aggregates over the events of a history file: held against counting by hand, and by every matcher alike."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.backtest_file import backtest
from rules.document.model import Document
from rules.document.problem import BadRules
from rules.matching import matching_rules
from tests.rules.cases import MATCHERS, rule

START = datetime(2026, 3, 1, tzinfo=UTC)
LARGE = {"fact": "item.amount", "op": "gte", "value": 5}


def history(*happened: tuple[str, int, int, Any]) -> list[dict[str, Any]]:
    """Events from (type, number of the subject, hours, amount); two subjects share a customer."""
    return [
        {
            "id": str(place),
            "type": kind,
            "subject": f"payment:{number}",
            "customer": f"customer:{number // 2}",
            "sequence": place,
            "at": (START + timedelta(hours=hours)).isoformat(),
            "facts": {"payment": {"amount": amount}, "invoice": {"ref": f"invoice:{number % 2}"}},
        }
        for place, (kind, number, hours, amount) in enumerate(happened)
    ]


def matched(condition: dict[str, Any], events: list[dict[str, Any]], matcher: str = "reference") -> list[int]:
    documents = [Document({"rules": [rule("it", if_=condition)]})]
    return [int(found) for found in backtest(documents, events, matcher).matched["it"]]


HAPPENED = st.lists(
    st.tuples(
        st.sampled_from(["payment.failed", "payment.succeeded"]),
        st.integers(0, 3),
        st.integers(0, 60),
        st.none() | st.integers(0, 9),
    ),
    max_size=12,
)


def by_hand(events: list[dict[str, Any]], place: int, same: Any, within: int | None, since: bool) -> tuple[int, int]:
    """How many failed payments count for certain, and how many more may, at event `place`."""
    now = events[place]
    before = [event for event in events[: place + 1] if same(event) == same(now)]
    if since:
        ends = [number for number, event in enumerate(before) if event["type"] == "payment.succeeded"]
        before = before[ends[-1] + 1 :] if ends else before
    at = datetime.fromisoformat(now["at"])
    times = [(event, datetime.fromisoformat(event["at"])) for event in before if event["type"] == "payment.failed"]
    low = at - timedelta(hours=within) if within else datetime.min.replace(tzinfo=UTC)
    amounts = [event["facts"]["payment"]["amount"] for event, when in times if low < when <= at]
    return sum(one is not None and one >= 5 for one in amounts), sum(one is None for one in amounts)


SAME = {
    "subject": lambda event: event["subject"],
    "customer": lambda event: event["customer"],
    "invoice": lambda event: (event["facts"]["invoice"]["ref"], event["customer"]),
}


@given(HAPPENED, st.sampled_from(sorted(SAME)), st.sampled_from([None, 24]), st.integers(0, 3))
def test_windows_are_what_one_would_count_by_hand(found: list[Any], of: str, within: int | None, wanted: int) -> None:
    events = history(*found)
    stretch = {"within": f"{within}h"} if within else {"since": "payment.succeeded"}
    condition = {"count": "payment.failed", "of": of, "if": LARGE, **stretch, "op": "gte", "value": wanted}
    by_matcher = [matched(condition, events, matcher) for matcher in MATCHERS]
    counts = [by_hand(events, place, SAME[of], within, within is None) for place in range(len(events))]
    assert by_matcher == [[place for place, (low, _open) in enumerate(counts) if low >= wanted]] * len(MATCHERS)
    negated = matched({"not": condition}, events)
    assert negated == [place for place, (low, more) in enumerate(counts) if low + more < wanted]


@given(HAPPENED, HAPPENED, st.sampled_from(sorted(SAME)))
def test_what_comes_later_in_the_file_changes_nothing_before(before: list[Any], after: list[Any], of: str) -> None:
    condition = {"count": "payment.failed", "of": of, "within": "12h", "op": "gte", "value": 2}
    whole = matched(condition, history(*before, *after))
    assert [place for place in whole if place < len(before)] == matched(condition, history(*before))


def test_an_event_as_a_row_has_all_its_facts_and_its_own_without_the_noun() -> None:
    events = history(("payment.failed", 1, 0, 5), ("payment.failed", 1, 1, 7))
    events[0]["facts"]["flat"] = "x"
    for path, wanted in (("item.amount", 7), ("item.payment.amount", 7), ("item.invoice.ref", "invoice:1")):
        row = {"fact": path, "op": "eq", "value": wanted}
        counted = {"count": "payment.failed", "within": "7d", "if": row, "op": "gte", "value": 1}
        assert matched(counted, events) == ([0, 1] if "invoice" in path else [1])
    flat = {"fact": "item.flat", "op": "eq", "value": "x"}
    assert matched({"count": "payment.failed", "within": "7d", "if": flat, "op": "eq", "value": 1}, events[:1]) == [0]


def test_rules_that_look_at_relations_are_refused_in_a_sentence() -> None:
    with pytest.raises(BadRules, match=r"rule it .*customer.invoices, and a history file has no links"):
        matched({"count": "customer.invoices", "op": "gte", "value": 1}, [])


def test_a_matcher_alone_knows_no_past() -> None:
    event = history(("payment.failed", 1, 0, 5))[0]
    written = rule("it", if_={"count": "payment.failed", "within": "7d", "op": "gte", "value": 0})
    assert matching_rules([written], event) == []
