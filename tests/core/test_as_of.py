"""The log as of an event: what was linked and what had happened, whatever came later."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st

from core import as_of, catalog, links
from core.events import Event
from core.lookups import Happened, Linked, Rows

pytestmark = pytest.mark.django_db
START = datetime(2026, 3, 1, 12, tzinfo=UTC)
MANY = 20


def an_event(subject: str, kind: str = "invoice.updated", *, hours: float = 0, **fields: Any) -> Event:
    noun = subject.partition(":")[0]
    sequence = Event.objects.filter(subject=subject).count()
    facts = {noun: {"ref": subject, "n": sequence}, **fields.pop("facts", {})}
    defaults = {"customer": "customer:1", "actor": "test", "correlation": "c", "shard": 0, "live": False}
    return Event.objects.create(
        type=kind, subject=subject, sequence=sequence, at=START + timedelta(hours=hours), facts=facts,
        **(defaults | fields),
    )  # fmt: skip


def invoices(position: int, parent: str = "customer:1") -> list[tuple[str, int]]:
    lookup = Linked(parent, "invoices", position)
    return [(row.ref, row.facts["n"]) for row in as_of.look_up([lookup])[lookup].rows]


def failed(position: int, *, of: str = "customer", ref: str = "customer:1", **parts: Any) -> Rows:
    parts = {"until": START, "customer": "customer:1"} | parts
    lookup = Happened("payment.failed", of, ref, position=position, **parts)
    return as_of.look_up([lookup])[lookup]


class TestRelations:
    def test_rows_are_the_newest_facts_up_to_the_position_in_the_order_of_the_links(self) -> None:
        one = an_event("invoice:9")
        links.begin("customer:1", "invoices", "invoice:9", since=one.pk)
        two = an_event("invoice:4")
        links.begin("customer:1", "invoices", "invoice:4", since=two.pk)
        three = an_event("invoice:9")
        links.end("customer:1", "invoices", "invoice:9", until=three.pk)
        assert invoices(one.pk - 1) == []
        assert invoices(one.pk) == [("invoice:9", 0)]
        assert invoices(two.pk) == [("invoice:9", 0), ("invoice:4", 0)]
        assert invoices(three.pk) == [("invoice:4", 0)]
        assert invoices(three.pk, "customer:2") == []

    def test_of_more_than_the_cap_the_oldest_are_looked_at_and_that_is_said(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        spec = catalog.machines.get("customer")
        monkeypatch.setitem(spec.relations, "invoices", catalog.Relation("invoices", "invoice", cap=2))  # type: ignore[arg-type]
        for number in range(3):
            event = an_event(f"invoice:{number + 1}")
            links.begin("customer:1", "invoices", f"invoice:{number + 1}", since=event.pk)
        lookups = [Linked("customer:1", "invoices", event.pk - back) for back in (0, 1)]
        found = as_of.look_up(lookups)
        assert [row.ref for row in found[lookups[0]].rows] == ["invoice:1", "invoice:2"]
        assert [found[lookup].more for lookup in lookups] == [True, False]

    def test_what_no_machine_declares_is_not_answered(self) -> None:
        assert as_of.look_up([Linked("customer:1", "horns", 1), Linked("unicorn:1", "invoices", 1)]) == {}


class TestTheLog:
    def test_a_stretch_ends_with_the_event_and_begins_after_its_start(self) -> None:
        for hours in (-25, -24, -23, 0, 1):
            last = an_event(f"payment:{hours + 30}", "payment.failed", hours=hours)
        found = failed(last.pk, after=START - timedelta(hours=24)).rows
        assert [row.ref for row in found] == ["payment:7", "payment:30"]
        assert [row.ref for row in failed(last.pk - 2).rows] == ["payment:5", "payment:6", "payment:7"]

    def test_since_counts_after_the_last_such_event_of_the_same(self) -> None:
        an_event("payment:1", "payment.failed")
        an_event("payment:2", "payment.succeeded")
        an_event("payment:3", "payment.failed")
        last = an_event("payment:4", "payment.succeeded", customer="customer:2")
        assert [row.ref for row in failed(last.pk, since="payment.succeeded").rows] == ["payment:3"]
        assert len(failed(last.pk, since="payment.refunded").rows) == 2

    def test_of_the_subject_the_customer_or_a_related_object(self) -> None:
        about = {"invoice": {"ref": "invoice:7"}}
        an_event("payment:1", "payment.failed", facts=about)
        an_event("payment:1", "payment.failed", facts=about)
        an_event("payment:2", "payment.failed", facts=about)
        last = an_event("payment:3", "payment.failed", customer="customer:2", facts=about)
        assert len(failed(last.pk, of="subject", ref="payment:1").rows) == 2
        assert len(failed(last.pk).rows) == 3
        assert len(failed(last.pk, of="invoice", ref="invoice:7").rows) == 3
        assert failed(last.pk, of="invoice", ref="invoice:8").rows == ()
        (row, _second) = failed(last.pk, of="subject", ref="payment:1").rows
        assert (row.facts["n"], row.facts["payment"]["n"], row.facts["invoice"]) == (0, 0, about["invoice"])
        assert len(failed(last.pk, of="payment", ref="payment:1").rows) == 2

    def test_where_only_the_number_counts_no_facts_are_read(self) -> None:
        event = an_event("payment:1", "payment.failed")
        assert failed(event.pk, bare=True) == Rows(bare=1)
        assert failed(event.pk, bare=True, since="payment.failed") == Rows()

    def test_of_too_many_the_newest_are_looked_at_and_that_is_said(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(as_of, "MAX_EVENTS", 2)
        last = [an_event("payment:1", "payment.failed") for _ in range(3)][-1]
        found = failed(last.pk)
        assert [row.facts["n"] for row in found.rows] == [1, 2]
        assert found.more


def test_a_hundred_questions_take_as_many_statements_as_one_of_each_sort() -> None:
    events = [an_event(f"payment:{number}", "payment.failed") for number in range(MANY)]

    def statements(count: int) -> int:
        asked: list[Any] = []
        for event in events[:count]:
            asked.append(Linked("customer:1", "invoices", event.pk))
            for of, ref in (("subject", event.subject), ("customer", "customer:1"), ("invoice", "invoice:1")):
                asked.append(Happened("payment.failed", of, ref, "customer:1", event.pk, START, since="a.b"))
        with CaptureQueriesContext(
            connection,
        ) as queries:
            as_of.look_up(asked)
        return len(queries)

    assert statements(MANY) == statements(1) <= 8
    with CaptureQueriesContext(connection) as queries:
        assert as_of.look_up([]) == {}
    assert len(queries) == 0


HAPPENED = st.tuples(
    st.sampled_from(["begin", "end", "payment.failed", "payment.succeeded", "invoice.updated"]),
    st.integers(1, 3),
    st.integers(-30, 30),
)


@settings(max_examples=25)
@given(st.lists(HAPPENED, min_size=1, max_size=10), st.lists(HAPPENED, min_size=1, max_size=10))
def test_whatever_comes_later_changes_no_earlier_answer(before: list[Any], after: list[Any]) -> None:
    def happen(what: str, number: int, hours: int) -> int:
        kind = what if "." in what else "invoice.updated"
        event = an_event(f"{kind.split('.')[0]}:{number}", kind, hours=hours)
        if what == "begin":
            links.begin("customer:1", "invoices", f"invoice:{number}", since=event.pk)
        elif what == "end":
            links.end("customer:1", "invoices", f"invoice:{number}", until=event.pk)
        return event.pk

    def answers(position: int) -> Any:
        return as_of.look_up([
            Linked("customer:1", "invoices", position),
            Happened("payment.failed", "customer", "customer:1", "customer:1", position, START, START - timedelta(hours=9)),
            Happened("payment.failed", "subject", "payment:1", "customer:1", position, START, since="payment.succeeded"),
        ])  # fmt: skip

    position = [happen(*what) for what in before][-1]
    seen = answers(position)
    for what in after:
        happen(*what)
    assert answers(position) == seen
