"""Whatever is sent to create a row, the answer is a row born with its event, or a problem that left nothing."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core import refs
from core.events import Event
from state_machines import fields
from tests.state_machines.conftest import Caller
from tests.state_machines.made import an_active_service, an_issued, an_order

pytestmark = pytest.mark.django_db
MOMENTS = (
    "2026-03-01T09:00:00Z",
    "2026-03-01T09:00:00+14:00",
    "9999-12-31T23:59:59-12:00",
    "0001-01-01T00:00:00+12:00",
)
WILD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=300),
    st.lists(st.text(max_size=50), max_size=3),
    st.sampled_from([*MOMENTS, "RO", "RON", "a@b.ro", "customer:1", "customer:0", "order:999", "x-1"]),
)


GOOD: dict[str, dict[str, Any]] = {
    "customer": {"name": "Ana"},
    "order": {},
    "order_item": {"product": "web", "unit_price_minor": 5},
    "invoice": {},
    "payment": {"amount_minor": 1},
    "service": {"product": "web"},
    "ticket": {"subject": "Help"},
    "fine": {"article": 1, "amount_minor": 1},
}


def mutations(noun: str) -> st.SearchStrategy[dict[str, Any]]:
    """Up to two fields with any value."""
    names = st.sampled_from(sorted(fields.schema(refs.model_of(noun))["properties"]))
    return st.dictionaries(names, WILD, max_size=2)


@pytest.mark.parametrize("noun", GOOD)
def test_is_a_row_or_a_problem(noun: str, operator: Caller) -> None:
    invoice = an_issued()
    rows = (invoice.customer, invoice, an_order(invoice.customer), an_active_service(invoice.customer))
    schema = fields.schema(refs.model_of(noun))
    seen: list[str] = []
    made = 0
    known = {row.machine.noun: row.ref for row in rows}

    @settings(max_examples=60, database=None)
    @given(mutations(noun))
    def check(mutation: dict[str, Any]) -> None:
        seen.append(noun)
        good = {name: known[name] for name in schema["required"] if name in known}
        fresh = {"case": f"case-{len(seen)}"} if noun == "fine" else {}
        body = good | GOOD[noun] | fresh | mutation
        before = Event.objects.count()
        response = operator.post(noun, body)
        if response.status_code == 201:
            nonlocal made
            made += 1
            ref = response.json()["ref"]
            assert Event.objects.filter(subject=ref, sequence=0).exists()
            assert operator.get(f"{ref.replace(':', '/')}/transitions").status_code == 200
        else:
            assert response.status_code in (400, 404, 409, 422), response.content
            assert response["Content-Type"] == "application/problem+json"
            assert Event.objects.count() == before

    check()
    assert 0 < made < len(seen)
