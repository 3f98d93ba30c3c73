"""Who the API speaks with, and what each of them sees."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from core import clock
from core.accounts import issue_token
from core.machine import perform
from state_machines.models import Customer, Membership
from tests.state_machines.conftest import Caller, a_user, problem
from tests.state_machines.made import a_customer, an_order

pytestmark = pytest.mark.django_db


class TestSignIn:
    @pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer prv_nonsense"}, {"Authorization": "Basic eDp5"}])
    @pytest.mark.parametrize("method", ["get", "post"])
    def test_without_it_nothing(self, method: str, headers: dict[str, str]) -> None:
        client = Client(enforce_csrf_checks=True, headers=headers)
        response = getattr(client, method)("/api/v1/customer", content_type="application/json")
        problem(response, 401, "not-signed-in")
        assert response["WWW-Authenticate"] == "Bearer"

    def test_expired_token(self) -> None:
        token = issue_token(a_user("olga", "operator"), "test", days=1)
        with clock.turned_to(clock.now() + timedelta(days=2)):
            problem(Caller(token).get("customer"), 401, "not-signed-in")

    def test_session_of_staff_needs_the_csrf_token_to_change_anything(self) -> None:
        client = Client(enforce_csrf_checks=True)
        client.force_login(a_user("olga", "operator", is_staff=True))
        order = an_order()
        url, body = f"/api/v1/order/{order.pk}/transitions", {"name": "submit"}
        assert client.get(url).status_code == 200
        problem(client.post(url, body, content_type="application/json"), 403, "not-permitted")
        client.cookies["csrftoken"] = "a" * 32
        done = client.post(url, body, content_type="application/json", headers={"X-CSRFToken": "a" * 32})
        assert done.json()["state"] == "pending"

    def test_session_of_somebody_who_is_not_staff(self) -> None:
        client = Client()
        client.force_login(a_user("olga", "operator"))
        problem(client.get("/api/v1/customer"), 401, "not-signed-in")

    def test_somebody_without_any_role_reads_nothing(self, nobody: Caller) -> None:
        customer = a_customer()
        for path in ("customer", f"customer/{customer.pk}", "events", f"customer/{customer.pk}/transitions"):
            problem(nobody.get(path), 403, "not-permitted")


class TestBoundToOneCustomer:
    @pytest.fixture
    def customer(self) -> Customer:
        return a_customer()

    @pytest.fixture
    def bound(self, customer: Customer) -> Caller:
        return Caller(issue_token(a_user("ana", "operator"), "test", customer=customer.ref))

    def test_sees_only_its_own(self, bound: Caller, customer: Customer) -> None:
        own, other = an_order(customer), an_order()
        assert [row["id"] for row in bound.get("order").json()["items"]] == [own.pk]
        assert [row["id"] for row in bound.get("customer").json()["items"]] == [customer.pk]
        assert len(bound.get("order_item").json()["items"]) == 2
        assert bound.get(f"order/{own.pk}").status_code == 200
        for path in (f"order/{other.pk}", f"order/{other.pk}/transitions", f"customer/{other.customer_id}"):
            problem(bound.get(path), 404, "not-found")
        problem(bound.perform(other.ref, "submit"), 404, "not-found")
        assert {event["customer"] for event in bound.get("events").json()["items"]} == {customer.ref}
        problem(bound.get(f"events/{other.ref}@0"), 404, "not-found")

    def test_creates_only_its_own(self, bound: Caller, customer: Customer) -> None:
        assert bound.post("order", {"customer": customer.ref}).status_code == 201
        problem(bound.post("order", {"customer": a_customer().ref}), 404, "not-found")
        problem(bound.post("customer", {"name": "Me again"}), 403, "not-permitted")
        problem(bound.post("ticket", {"subject": "Nobody's"}), 403, "not-permitted")

    def test_without_a_role_it_only_reads(self, customer: Customer) -> None:
        user = a_user("ana")
        membership = Membership.objects.create(customer=customer, user=user)
        reader = Caller(issue_token(user, "test", customer=customer.ref))
        order = an_order(customer)
        assert reader.get(f"order/{order.pk}").status_code == 200
        problem(reader.perform(order.ref, "submit"), 403, "not-permitted")
        perform(membership, "revoke")
        problem(reader.get(f"order/{order.pk}"), 403, "not-permitted")
