"""The transition API: reading rows, what may be done with them, and doing it."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.events import Event
from core.idempotency import IdempotencyKey
from core.machine import perform
from state_machines.models import Order
from tests.state_machines.conftest import Caller, problem
from tests.state_machines.made import a_customer, a_ticket, an_active_service, an_issued, an_order

pytestmark = pytest.mark.django_db


class TestReading:
    def test_an_object(self, viewer: Caller) -> None:
        customer = a_customer(tags=["vip"])
        body = viewer.get(f"customer/{customer.pk}").json()
        assert (body["ref"], body["state"], body["sequence"]) == (customer.ref, "active", 1)
        assert body["facts"]["tags"] == ["vip"]
        assert "name" not in body["facts"]
        assert body["fields"]["name"] == "Ana Pop"

    @pytest.mark.parametrize(
        "path", ["customer/99", "customer/x", "customer/9999999999999999999999", "thing", "thing/1"]
    )
    def test_what_is_not_there(self, viewer: Caller, path: str) -> None:
        assert viewer.get(path).status_code == 404
        assert viewer.get(path)["Content-Type"] == "application/problem+json"

    @pytest.mark.parametrize("path", ["a/b/c/d", "machines/order/x/y"])
    def test_an_address_that_the_api_does_not_have(self, viewer: Caller, path: str) -> None:
        problem(viewer.get(path), 404, "not-found")

    def test_a_list_page_by_page(self, viewer: Caller) -> None:
        made = [a_customer().pk for _ in range(5)]
        seen: list[int] = []
        after: int | None = 0
        while after is not None:
            page = viewer.get("customer", limit=2, after=after).json()
            seen += [row["id"] for row in page["items"]]
            after = page["next"]
        assert seen == made

    def test_a_list_by_state_in_one_query(self, viewer: Caller) -> None:
        customer = a_customer()
        for _ in range(3):
            perform(an_order(customer), "submit")
        draft = an_order(customer)
        assert [row["id"] for row in viewer.get("order", state="draft").json()["items"]] == [draft.pk]
        with CaptureQueriesContext(connection) as few:
            viewer.get("order", state="pending", limit=1)
        with CaptureQueriesContext(connection) as more:
            assert len(viewer.get("order", state="pending").json()["items"]) == 3
        assert len(few) == len(more)

    @pytest.mark.parametrize(
        "query",
        [
            {"limit": 201},
            {"limit": 0},
            {"after": -1},
            {"after": 10**30},
            {"state": "nowhere"},
            {"stat": "draft"},
            {"limit": [1, 2]},
        ],
    )
    def test_a_list_that_is_asked_wrongly(self, viewer: Caller, query: dict[str, Any]) -> None:
        assert viewer.get("order", **query).status_code == 422

    def test_a_list_of_events_that_is_asked_twice(self, viewer: Caller) -> None:
        problem(viewer.get("events", subject=["order:1", "order:2"]), 422, "bad-arguments")

    def test_texts_that_no_database_keeps(self, viewer: Caller) -> None:
        assert viewer.get("events", subject="a\x00b").status_code == 400
        assert viewer.get("events/order:1%00@1").status_code == 404


class TestOffers:
    def test_allowed_and_blocked_with_the_reason(self, operator: Caller) -> None:
        order = an_order(items=0)
        body = operator.get(f"order/{order.pk}/transitions").json()
        assert [one["name"] for one in body["allowed"]] == ["cancel"]
        assert body["allowed"][0]["arguments"]["properties"]["reason"]["type"] == "string"
        reasons = {one["name"]: (one["code"], one["reason"]) for one in body["blocked"]}
        assert reasons["submit"] == (
            "blocked",
            f"submit of order:{order.pk} is refused: order {order.pk} has no items.",
        )
        assert reasons["complete"][0] == "not-allowed"
        assert "possible only from processing" in reasons["complete"][1]

    def test_to_somebody_who_only_looks(self, viewer: Caller) -> None:
        body = viewer.get(f"order/{an_order().pk}/transitions").json()
        assert body["allowed"] == []
        assert {one["code"] for one in body["blocked"]} == {"not-permitted", "not-allowed"}

    def test_of_every_machine_in_every_state_it_is_born_in(self, operator: Caller) -> None:
        invoice = an_issued()
        rows = [invoice.customer, invoice, an_order(), an_active_service(), a_ticket()]
        for row in rows:
            body = operator.get(f"{row.ref.replace(':', '/')}/transitions").json()
            assert len(body["allowed"]) + len(body["blocked"]) == len(row.spec.transitions)


class TestPerforming:
    def test_a_transition(self, operator: Caller) -> None:
        order = an_order()
        response = operator.perform(order.ref, "submit")
        assert response.status_code == 200
        event = Event.objects.get(type="order.submitted")
        assert response.json() == {
            "ref": order.ref,
            "state": "pending",
            "sequence": event.sequence,
            "event": {"id": f"{order.ref}@{event.sequence}", "type": "order.submitted", "position": event.pk},
        }
        assert event.actor.startswith("user:")
        assert event.request_id == response["X-Request-ID"]

    @pytest.mark.parametrize(
        ("name", "body", "status", "code"),
        [
            ("submit", {}, 409, "blocked"),
            ("complete", {}, 409, "not-allowed"),
            ("cancel", {"expected": "pending"}, 409, "moved"),
            ("cancel", {"arguments": {"why": "x"}}, 422, "bad-arguments"),
            ("cancel", {"arguments": {"reason": 5}}, 422, "bad-arguments"),
            ("cancel", {"arguments": []}, 422, "bad-request"),
            ("cancel", {"argument": {}}, 422, "bad-request"),
            ("cancel", {"arguments": {"reason": "a\x00b"}}, 400, "bad-request"),
            ("cancel", {"arguments": {"reason": "\ud800"}}, 400, "bad-request"),
            ("delete", {}, 404, "not-declared"),
        ],
    )
    def test_refusals_leave_nothing(self, operator: Caller, name: str, body: Any, status: int, code: str) -> None:
        order = an_order(items=0)
        before, rows = Event.objects.count(), list(Order.objects.values())
        problem(operator.perform(order.ref, name, key="k", **body), status, code)
        assert (Event.objects.count(), list(Order.objects.values())) == (before, rows)
        assert not IdempotencyKey.objects.exists()

    @pytest.mark.parametrize(
        "body",
        [b"", b"{", b"""{"name": NaN}""", b"[" * 100_000, b"\xff", b"null", b"[]"],
        ids=["empty", "cut off", "NaN", "deep", "no UTF-8", "null", "list"],
    )
    def test_bodies_that_are_no_request(self, operator: Caller, body: bytes) -> None:
        url = f"/api/v1/order/{an_order().pk}/transitions"
        response = operator.client.post(url, body, content_type="application/json")
        assert response.status_code in (400, 422)
        assert response["Content-Type"] == "application/problem+json"

    def test_without_the_right(self, viewer: Caller) -> None:
        problem(viewer.perform(an_order().ref, "submit"), 403, "not-permitted")

    def test_of_what_is_not_there(self, operator: Caller) -> None:
        problem(operator.perform("order:99", "submit"), 404, "not-found")
