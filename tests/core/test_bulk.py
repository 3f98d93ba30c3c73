"""Many rows in one go: what comes back is what was given, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.runs import ActionRun
from core import bulk

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 29, 12, 0, 0, 123456, tzinfo=UTC)
texts = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=50)
nested = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)


def run(key: str, **fields: Any) -> ActionRun:
    given: dict[str, Any] = {"event_id": 1, "rule": "r", "queue": "default", "due_at": NOON, "created_at": NOON}
    return ActionRun(key=key, **(given | fields))


class TestInsert:
    @given(st.lists(st.tuples(texts, st.dictionaries(texts, nested, max_size=3), st.none() | nested), max_size=4))
    def test_what_is_stored_is_what_was_given(self, rows: list[tuple[str, dict[str, Any], Any]]) -> None:
        ActionRun.objects.all().delete()
        bulk.insert(
            [
                run(str(number), target=target, arguments=arguments, unless=unless)
                for number, (target, arguments, unless) in enumerate(rows)
            ]
        )
        stored = list(ActionRun.objects.order_by("id").values_list("target", "arguments", "unless"))
        assert stored == rows

    def test_a_moment_keeps_its_microseconds_and_nothing_stays_nothing(self) -> None:
        bulk.insert([run("a", due_at=NOON)])
        stored = ActionRun.objects.get()
        assert (stored.due_at, stored.lease_until, stored.unless) == (NOON, None, None)
        assert ActionRun.objects.filter(unless__isnull=True).exists()

    def test_more_rows_than_one_statement_takes(self) -> None:
        bulk.insert([run(str(number)) for number in range(bulk.ROWS * 2 + 1)])
        assert ActionRun.objects.count() == bulk.ROWS * 2 + 1

    def test_rows_that_exist_stay_as_they_are(self) -> None:
        bulk.insert([run("a", target="order:1")])
        bulk.insert([run("a", target="order:2"), run("b", target="order:3")], ignore_conflicts=True)
        assert list(ActionRun.objects.order_by("key").values_list("target", flat=True)) == ["order:1", "order:3"]


class TestUpdate:
    def test_each_row_gets_its_own_values_and_no_other_column_changes(self) -> None:
        bulk.insert([run("a", target="order:1"), run("b", target="order:2"), run("c", target="order:3")])
        first, second, third = ActionRun.objects.order_by("key")
        first.said, second.said, third.said = 'a "quoted" word', "ș\n", "not written"
        first.due_at, second.due_at = NOON + timedelta(days=1), NOON + timedelta(days=2)
        first.target = "order:9"
        bulk.update([first, second], ("said", "due_at"))
        stored = list(ActionRun.objects.order_by("key").values_list("said", "due_at", "target"))
        assert stored == [
            ('a "quoted" word', NOON + timedelta(days=1), "order:1"),
            ("ș\n", NOON + timedelta(days=2), "order:2"),
            ("", NOON, "order:3"),
        ]
