"""Whatever is sent to create a row, the answer is a row born with its event, or a problem that left nothing."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core import refs
from core.events import Event
from state_machines import fields
from tests.state_machines.conftest import Caller
from tests.state_machines.made import an_active_service, an_issued, an_order

pytestmark = pytest.mark.django_db
NOUNS = ("customer", "order", "order_item", "invoice", "payment", "service", "ticket", "fine")
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


def bodies(noun: str, known: dict[str, str]) -> st.SearchStrategy[dict[str, Any]]:
    """Bodies of which each field is mostly what it should be, and sometimes anything."""
    properties = fields.schema(refs.model_of(noun))["properties"]
    plain = {
        "integer": st.integers(0, 500),
        "boolean": st.booleans(),
        "string": st.sampled_from(["x-1", "RO", "RON", ""]),
    }
    given_fields: dict[str, st.SearchStrategy[Any]] = {}
    for name, one in properties.items():
        kind = one.get("type", "string")
        fit = st.sampled_from(one["enum"]) if "enum" in one else plain[kind if isinstance(kind, str) else kind[0]]
        if name in known:
            fit = st.just(known[name])
        elif one.get("format") == "date-time":
            fit = st.sampled_from(MOMENTS)
        given_fields[name] = st.one_of(fit, fit, fit, fit, WILD)
    return st.fixed_dictionaries({}, optional=given_fields)


@pytest.mark.parametrize("noun", NOUNS)
def test_is_a_row_or_a_problem(noun: str, operator: Caller) -> None:
    invoice = an_issued()
    rows = (invoice.customer, invoice, an_order(invoice.customer), an_active_service(invoice.customer))
    known = {row.machine.noun: row.ref for row in rows}

    @settings(max_examples=60, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(bodies(noun, known))
    def check(body: dict[str, Any]) -> None:
        before = Event.objects.count()
        response = operator.post(noun, body)
        if response.status_code == 201:
            ref = response.json()["ref"]
            assert Event.objects.filter(subject=ref, sequence=0).exists()
            assert operator.get(f"{ref.replace(':', '/')}/transitions").status_code == 200
        else:
            assert response.status_code in (400, 404, 409, 422), response.content
            assert response["Content-Type"] == "application/problem+json"
            assert Event.objects.count() == before

    check()
