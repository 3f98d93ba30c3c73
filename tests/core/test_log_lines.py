"""The log as lines says of every event what the event says of itself, on both databases."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.events import Event
from core.history import import_events
from core.log_lines import Stretch, at, begun, count, lines, of_subjects, rows
from core.machine import perform
from tests.kit import a_fine

pytestmark = pytest.mark.django_db
EVER = Stretch(datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC))
TEXTS = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=12)
VALUES = st.one_of(st.none(), st.booleans(), st.integers(-(2**53), 2**53), st.floats(-1e6, 1e6), TEXTS)
FACTS = st.dictionaries(TEXTS, st.one_of(VALUES, st.dictionaries(TEXTS, VALUES, max_size=3)), max_size=4)


@settings(max_examples=60)
@given(FACTS, FACTS, TEXTS, st.integers(10**9, 4 * 10**9), st.booleans())
def test_a_line_is_the_document_of_its_event(
    facts: dict[str, Any], was: dict[str, Any], name: str, seconds: int, moved: bool
) -> None:
    transition = {"transition": {"name": "go", "to": "there"}} if moved else {}
    number = Event.objects.count()
    event = {
        "id": f"{name}|{number}", "type": f"t.{name}", "subject": f"thing:{number}", "sequence": 3,
        "at": datetime.fromtimestamp(seconds + seconds % 7 / 8, UTC).isoformat(), "facts": facts | transition, "was": was, "customer": name,
    }  # fmt: skip
    import_events([event])
    row = Event.objects.latest("pk")
    ((position, kind, customer, line),) = lines(EVER, row.pk - 1, row.pk)
    assert (position, kind, customer) == (row.pk, row.type, row.customer)
    assert json.loads(line) == row.as_document()


def test_stretches_leave_out_other_times_customers_and_types() -> None:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    import_events(
        {"id": str(place), "type": f"t.{place % 2}", "subject": "thing:1", "sequence": place, "facts": {},
         "at": (at + timedelta(days=place)).isoformat(), "customer": f"customer:{place % 3}"}
        for place in range(6)
    )  # fmt: skip
    first = Event.objects.order_by("pk").values_list("pk", flat=True)[0] - 1

    def found(**parts: Any) -> list[int]:
        stretch = Stretch(at + timedelta(days=1), at + timedelta(days=5), **parts)
        return [position - first for position, *_rest in lines(stretch, first, first + 6)]

    assert found() == [2, 3, 4, 5]
    assert found(types=("t.1",)) == [2, 4]
    assert found(customer="customer:1") == [2, 5]
    assert count(Stretch(at, at + timedelta(days=9), types=("t.1",)), first, first + 4) == 4


def test_objects_begin_once_and_their_events_come_in_order() -> None:
    fine = a_fine()
    a_fine(case="B")
    perform(fine.ref, "send_fine", arguments={"expense_minor": 0})
    newest = Event.objects.latest("pk").pk
    assert begun("fine", 0, newest)[0] == fine.ref
    assert begun("fine", newest - 1, newest) == []
    told = of_subjects([fine.ref], newest)[fine.ref]
    assert [json.loads(line)["sequence"] for _position, line in told] == [0, 1]


@settings(max_examples=60)
@given(FACTS, TEXTS, st.booleans(), st.sampled_from(["", "customer:1"]))
def test_rows_have_what_the_documents_have_at_their_paths(
    facts: dict[str, Any], name: str, moved: bool, customer: str
) -> None:
    transition = {"transition": {"name": "go", "to": "there"}} if moved else {}
    known = {"a": {"b": facts.get(name)}, "l": [5, {"b": 6}], "transition": {"to": "kept"}}
    number = Event.objects.count()
    import_events(
        [
            {
                "id": str(number), "type": f"t.{name}", "subject": f"thing:{number}", "sequence": 3, "customer": customer,
                "at": "2026-01-02T03:04:05Z", "facts": known | transition,
            }
        ]
    )  # fmt: skip
    row = Event.objects.latest("pk")
    paths = [("facts", "a", "b"), ("facts", "a"), ("facts", "l", "0"), ("facts", "l", "b"), ("facts", "transition", "to"),
             *(("event", one) for one in ("type", "subject", "customer", "actor", "at"))]  # fmt: skip
    text = rows(EVER, row.pk - 1, row.pk, paths)
    position, kind, *seen = text.split("\x1f")
    document = row.as_document()
    assert (int(position), json.loads(kind)) == (row.pk, row.type)
    assert [json.loads(one) if one else None for one in seen] == [_at(document, path) for path in paths]
    assert rows(EVER, row.pk - 1, row.pk, paths, without=row.type) == ""
    assert at([row.pk, row.pk]) == [document, document]


def _at(document: dict[str, Any], path: tuple[str, ...]) -> Any:
    found: Any = document["facts"] if path[0] == "facts" else document
    for part in path[1:]:
        found = found.get(part) if isinstance(found, dict) else None
    return found
