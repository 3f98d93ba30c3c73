"""Whatever is stored later, also with an earlier time, changes nothing of what any matcher said of an earlier event; and all
matchers say the same over relations and windows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core import links
from core.events import Event
from rules.as_of import AsOf
from rules.document.model import Document
from rules.matchers.columnar import ColumnarMatcher
from rules.matching import build_rules, compile_rules
from rules.observing import resolved
from rules.rule import Rule
from tests.rules.cases import MATCHERS, rule

pytestmark = pytest.mark.django_db
START = datetime(2026, 3, 1, tzinfo=UTC)
NAMES = count(1_000_000)
PARAMS = {"most": 2}

amounts = st.none() | st.integers(0, 9)
steps = st.tuples(
    st.sampled_from(["payment.failed", "payment.succeeded", "invoice.updated", "invoice.linked", "invoice.unlinked"]),
    st.integers(0, 2),  # which payment or invoice
    st.integers(0, 72),  # hours
    amounts,
)
asked = st.none() | st.builds(
    lambda op, value: {"fact": "item.amount", "op": op, "value": value},
    st.sampled_from(["gte", "lt", "eq"]),
    st.integers(0, 9),
)
sources = st.sampled_from(
    [
        {"name": "payment.failed", "of": "customer", "within": "1d"},
        {"name": "payment.failed", "of": "subject", "within": "12h"},
        {"name": "payment.failed", "of": "customer", "since": "payment.succeeded"},
        {"name": "customer.invoices"},
    ]
)


def _aggregate(kind: str, source: dict[str, Any], condition: Any) -> dict[str, Any]:
    parts = {key: value for key, value in source.items() if key != "name"}
    taken = {} if kind == "count" else {"take": "item.amount"}
    return {kind: source["name"]} | parts | taken | ({"if": condition} if condition else {})


leaves = st.builds(
    lambda one, op, value: one | {"op": op, "value": value},
    st.builds(_aggregate, st.sampled_from(["count", "sum", "min", "max"]), sources, asked),
    st.sampled_from(["gte", "lt", "eq", "ne"]),
    st.integers(0, 12) | st.just({"param": "most"}),
)
conditions = st.recursive(
    leaves | st.just({"fact": "payment.amount", "op": "gte", "value": 3}),
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(lambda items: {"all": items}),
        st.lists(inner, min_size=1, max_size=3).map(lambda items: {"any": items}),
        inner.map(lambda item: {"not": item}),
    ),
    max_leaves=5,
)


def _happen(customer: str, done: list[tuple[str, int, int, Any]]) -> None:
    """Store one event for each step, and link or unlink invoices of the customer."""
    for kind, number, hours, amount in done:
        noun = kind.partition(".")[0]
        subject = f"{noun}:{customer.partition(':')[2]}{number}"
        own = {"ref": subject} | ({} if amount is None else {"amount": amount})
        event = Event.objects.create(
            type="invoice.updated" if noun == "invoice" else kind, subject=subject, customer=customer, actor="test",
            sequence=Event.objects.filter(subject=subject).count(), at=START + timedelta(hours=hours), correlation="c",
            shard=0, live=False, facts={noun: own, "customer": {"ref": customer}},
        )  # fmt: skip
        if kind == "invoice.linked":
            links.begin(customer, "invoices", subject, since=event.pk)
        elif kind == "invoice.unlinked":
            links.end(customer, "invoices", subject, until=event.pk)


def _said(rules: list[Rule], customer: str) -> dict[str, list[list[str]]]:
    """By matcher what is true of each event of the customer, in their order."""
    rows = Event.objects.filter(customer=customer).order_by("pk")
    seen = [resolved(row.as_document(), rules, PARAMS, AsOf(row.pk)) for row in rows]
    found = {}
    for name in MATCHERS:
        matcher = compile_rules([one.document for one in rules], name)
        many = isinstance(matcher, ColumnarMatcher)
        found[name] = matcher.match_many(seen, PARAMS) if many else [matcher.match(one, PARAMS) for one in seen]
        matcher.close()
    return found


@settings(max_examples=25)
@given(
    st.lists(conditions, min_size=1, max_size=4),
    st.lists(steps, min_size=1, max_size=8),
    st.lists(steps, max_size=6),
)
def test_what_is_stored_later_changes_nothing_before(written: list[Any], before: list[Any], after: list[Any]) -> None:
    rules = build_rules(Document({"rules": [rule(f"r{n}", "*", if_=one) for n, one in enumerate(written)]}))
    customer = f"customer:{next(NAMES)}"
    _happen(customer, before)
    first = _said(rules, customer)
    assert all(said == first["reference"] for said in first.values())
    _happen(customer, after)
    second = _said(rules, customer)
    assert {name: said[: len(before)] for name, said in second.items()} == first
    assert all(said == second["reference"] for said in second.values())
