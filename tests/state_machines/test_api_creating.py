"""Creating rows through the API."""

from __future__ import annotations

from typing import Any

import pytest

from core.events import Event
from core.machine import perform
from state_machines.models import Payment
from tests.state_machines.conftest import Caller, problem
from tests.state_machines.made import a_customer, an_issued, an_order

pytestmark = pytest.mark.django_db


class TestCreating:
    def test_with_references(self, operator: Caller) -> None:
        invoice = an_issued()
        body = {"customer": invoice.customer.ref, "invoice": invoice.ref, "amount_minor": 100, "method": "bank"}
        response = operator.post("payment", body)
        assert response.status_code == 201
        payment = Payment.objects.get()
        assert response.json() == {"ref": payment.ref, "id": payment.pk, "state": "pending", "sequence": 0}
        assert Event.objects.get(type="payment.created").actor.startswith("user:")

    @pytest.mark.parametrize(
        ("noun", "body"),
        [
            ("customer", {}),
            ("customer", {"name": ""}),
            ("customer", {"name": "Ana", "state": "active"}),
            ("customer", {"name": "Ana", "sequence": 5}),
            ("customer", {"name": "Ana", "credit_score": 1000}),
            ("customer", {"name": "Ana", "colour": "red"}),
            ("customer", {"name": "Ana", "country": "Romania"}),
            ("customer", {"name": "Ana", "country": "ro"}),
            ("customer", {"name": "Ana", "kind": "robot"}),
            ("customer", {"name": "Ana", "tags": "vip"}),
            ("customer", {"name": "Ana", "tags": ["a b"]}),
            ("customer", {"name": "Ana", "terms_days": 10**30}),
            ("customer", {"name": "Ana", "email": "nowhere"}),
            ("order", {"customer": "invoice:1"}),
            ("order", {"customer": "customer:x"}),
            ("order", {"customer": 1}),
            ("invoice", {"customer": "customer:1", "total_minor": 5}),
            ("invoice", {"customer": "customer:1", "due_at": "2026-01-01T00:00:00"}),
            ("invoice", {"customer": "customer:1", "due_at": "soon"}),
            ("invoice", {"customer": "customer:1", "due_at": "0001-01-01T00:00:00+12:00"}),
            ("invoice", {"customer": "customer:1", "due_at": "9999-12-31T23:59:59-12:00"}),
            ("payment", {"customer": "customer:1", "amount_minor": 0}),
            ("payment", {"customer": "customer:1", "amount_minor": 1.5}),
        ],
    )
    def test_refuses_what_does_not_fit(self, operator: Caller, noun: str, body: dict[str, Any]) -> None:
        customer = a_customer()
        if body.get("customer") == "customer:1":
            body = body | {"customer": customer.ref}
        before = Event.objects.count()
        problem(operator.post(noun, body), 422, "bad-arguments")
        assert Event.objects.count() == before

    def test_moment_with_its_zone(self, operator: Caller) -> None:
        customer = a_customer()
        made = operator.post("invoice", {"customer": customer.ref, "due_at": "2026-01-01T02:00:00+02:00"}).json()
        fields = operator.get(f"invoice/{made['id']}").json()["fields"]
        assert (fields["due_at"], fields["customer"]) == ("2026-01-01T00:00:00Z", customer.ref)

    def test_reference_to_nothing(self, operator: Caller) -> None:
        problem(operator.post("order", {"customer": "customer:99"}), 404, "not-found")

    def test_references_of_several_customers(self, operator: Caller) -> None:
        body = {"customer": a_customer().ref, "invoice": an_issued().ref, "amount_minor": 100}
        assert "several customers" in problem(operator.post("payment", body), 422, "bad-arguments")["detail"]

    def test_item_for_an_order_that_is_no_draft(self, operator: Caller) -> None:
        order = an_order()
        perform(order, "submit")
        body = {"order": order.ref, "product": "late", "unit_price_minor": 1}
        problem(operator.post("order_item", body), 409, "blocked")

    def test_without_the_right(self, viewer: Caller) -> None:
        problem(viewer.post("customer", {"name": "Ana"}), 403, "not-permitted")
