"""Lists that are asked for some rows only."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core import clock
from core.machines import all_machines
from state_machines import filters
from tests.state_machines.conftest import Caller, problem
from tests.state_machines.made import (
    a_customer,
    a_draft,
    a_ticket,
    a_wallet,
    an_active_service,
    an_issued,
    an_order,
)

pytestmark = pytest.mark.django_db


def listed(caller: Caller, noun: str, **query: Any) -> list[int]:
    answer = caller.get(noun, **query)
    assert answer.status_code == 200, answer.content
    return [row["id"] for row in answer.json()["items"]]


class TestFilters:
    def test_by_state_and_by_several(self, viewer: Caller) -> None:
        draft, issued = a_draft(), an_issued()
        assert listed(viewer, "invoice", state="draft") == [draft.pk]
        assert listed(viewer, "invoice", state="draft,issued") == [draft.pk, issued.pk]
        assert listed(viewer, "invoice", state=["draft", "issued"]) == [draft.pk, issued.pk]

    def test_by_customer_also_where_it_is_two_steps_away(self, viewer: Caller) -> None:
        order, other = an_order(), an_order()
        items = list(order.items.values_list("pk", flat=True))
        assert listed(viewer, "order", customer=order.customer.ref) == [order.pk]
        assert listed(viewer, "order_item", customer=order.customer.ref) == sorted(items)
        assert listed(viewer, "order_item", order=other.ref, customer=order.customer.ref) == []

    def test_by_ranges_of_amounts_and_moments(self, viewer: Caller) -> None:
        small, big = a_draft(lines=1), a_draft(lines=3)
        assert listed(viewer, "invoice", **{"total_minor.gt": small.total_minor}) == [big.pk]
        assert listed(viewer, "invoice", **{"total_minor.gte": 1, "total_minor.lt": big.total_minor}) == [small.pk]
        with clock.turned_to(clock.now() + timedelta(days=2)):
            later = a_draft()
            since = clock.iso(clock.now() - timedelta(hours=1))
        assert listed(viewer, "invoice", **{"created_at.gte": since}) == [later.pk]
        assert listed(viewer, "invoice", **{"created_at.lt": since}) == [small.pk, big.pk]

    def test_by_what_has_a_value(self, viewer: Caller) -> None:
        draft, issued = a_draft(), an_issued()
        assert listed(viewer, "invoice", **{"issued_at.exists": "false"}) == [draft.pk]
        assert listed(viewer, "invoice", **{"issued_at.exists": "true"}) == [issued.pk]

    def test_by_yes_or_no_codes_and_numbers(self, viewer: Caller) -> None:
        service = an_active_service(a_customer())
        ticket = a_ticket(escalated=True)
        a_ticket()
        assert listed(viewer, "ticket", escalated="true") == [ticket.pk]
        assert listed(viewer, "service", product="web-1") == [service.pk]
        assert listed(viewer, "customer", **{"credit_score.lte": 10}) == []

    def test_newest_first_page_by_page_while_rows_come(self, viewer: Caller) -> None:
        made = [a_wallet().pk for _ in range(5)]
        seen: list[int] = []
        after: int | None = None
        while True:
            query = {"sort": "newest", "limit": 2} | ({"after": after} if after else {})
            page = viewer.get("wallet", **query).json()
            seen += [row["id"] for row in page["items"]]
            a_wallet()  # what comes in the meantime neither shifts nor doubles a page
            after = page["next"]
            if after is None:
                break
        assert seen == made[::-1]

    @pytest.mark.parametrize(
        "query",
        [
            {"total_minor.gte": "much"},
            {"total_minor.gte": "9" * 30},
            {"total_minor": "5"},
            {"created_at.gte": "2026-01-01"},
            {"created_at.gte": "0001-01-01T00:00:00+18:00"},
            {"state": "drft"},
            {"state": ",".join(["draft"] * 51)},
            {"customer": "invoice:1"},
            {"customer": "customer:x"},
            {"customer": f"customer:{'9' * 30}"},
            {"issued_at.exists": "perhaps"},
            {"customer__email": "ana@example.ro"},
            {"email": "ana@example.ro"},
            {"id": "1"},
            {"order.gte": "1"},
            {"limit": "x"},
            {"sort": "sideways"},
        ],
    )
    def test_that_are_wrong_say_what_there_is(self, viewer: Caller, query: dict[str, str]) -> None:
        answer = viewer.get("invoice", **query)
        assert answer.status_code == 422, answer.content
        assert answer["Content-Type"] == "application/problem+json"

    def test_names_what_may_be_asked(self, viewer: Caller) -> None:
        problem(viewer.get("tax_profile", cui="14399840"), 422, "bad-arguments")
        answer = problem(viewer.get("customer", name="Ana"), 422, "bad-arguments")
        assert "is asked by" in answer["detail"]
        assert "credit_score.gte" in answer["detail"]

    @pytest.mark.parametrize("noun", ["invoice", "order_item", "ticket", "membership"])
    def test_in_as_many_queries_however_many_rows(self, viewer: Caller, noun: str) -> None:
        assert viewer.get(noun).status_code == 200
        counts = []
        for _round in range(2):
            an_order(items=2)
            an_issued()
            a_ticket()
            with CaptureQueriesContext(connection) as queries:
                assert viewer.get(noun).status_code == 200
            counts.append(len(queries))
        assert counts[0] == counts[1] <= 4


@pytest.mark.parametrize("noun", [model.machine.noun for model in all_machines()])
def test_every_filter_of_every_machine_works(viewer: Caller, noun: str) -> None:
    """With no rows; a filter that no database understands would fail."""
    schemas = viewer.get(f"machines/{noun}").json()["filters"]
    assert "state" in schemas
    for name, schema in schemas.items():
        value = schema.get("enum", schema.get("examples", ["1"]))[0]
        tried = [value, "2026-01-01T00:00:00Z", "2026-01-01", f"{name}:1", "true", "user:1"]
        answers = [viewer.get(noun, **{name: one}) for one in tried]
        assert {answer.status_code for answer in answers} <= {200, 422}
        if not any(answer.status_code == 200 for answer in answers):
            nouns = [*(model.machine.noun for model in all_machines())]
            assert any(viewer.get(noun, **{name: f"{other}:1"}).status_code == 200 for other in nouns), name


def test_what_people_typed_is_no_filter() -> None:
    for model in all_machines():
        named = {name.partition(".")[0] for name in filters.known(model, filters.permission.Actor("system"))}
        assert not named & {"name", "email", "body", "subject", "notes", "label", "street", "credentials", "secret"} - (
            {"name"} if model.machine.noun in {"domain", "server"} else set()
        ), model
