"""The transition API: any machine's rows, what may be done with them, and doing it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core import clock
from core.accounts import issue_token
from core.acting import Actor
from core.errors import PravilaError
from core.events import Event
from core.idempotency import IdempotencyKey, forget_old, once
from core.machine import perform
from state_machines.models import Customer, Order, Payment
from tests.state_machines.conftest import Caller, a_user
from tests.state_machines.made import a_customer, a_ticket, an_active_service, an_issued, an_order

pytestmark = pytest.mark.django_db


def problem(response: Any, status: int, code: str) -> dict[str, Any]:
    assert response.status_code == status, response.content
    assert response["Content-Type"] == "application/problem+json"
    body: dict[str, Any] = response.json()
    assert (body["status"], body["type"]) == (status, f"urn:pravila:{code}")
    return body


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
        [{"limit": 201}, {"limit": 0}, {"after": -1}, {"after": 10**30}, {"state": "nowhere"}, {"stat": "draft"}],
    )
    def test_a_list_that_is_asked_wrongly(self, viewer: Caller, query: dict[str, Any]) -> None:
        assert viewer.get("order", **query).status_code == 422

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


class TestIdempotency:
    def test_the_same_request_has_one_effect_and_one_answer(self, operator: Caller) -> None:
        order = an_order()
        first, second = (operator.perform(order.ref, "submit", key="abc") for _ in range(2))
        assert first.json() == second.json()
        assert (first.status_code, second.status_code) == (200, 200)
        assert ("Idempotency-Replayed" in first, second["Idempotency-Replayed"]) == (False, "true")
        assert Event.objects.filter(type="order.submitted").count() == 1

    def test_creates_once(self, operator: Caller) -> None:
        answers = [operator.post("customer", {"name": "Ana"}, key="abc") for _ in range(2)]
        assert [answer.status_code for answer in answers] == [201, 201]
        assert Customer.objects.count() == 1

    def test_key_of_another_request(self, operator: Caller) -> None:
        order = an_order()
        operator.perform(order.ref, "submit", key="abc")
        problem(operator.perform(order.ref, "cancel", key="abc"), 422, "idempotency-key-reused")
        problem(operator.perform(an_order().ref, "submit", key="abc"), 422, "idempotency-key-reused")

    def test_keys_are_each_actors_own(self, operator: Caller) -> None:
        order = an_order()
        other = Caller(issue_token(a_user("oana", "operator"), "test"))
        operator.perform(order.ref, "submit", key="abc")
        problem(other.perform(order.ref, "submit", key="abc"), 409, "not-allowed")

    @pytest.mark.parametrize("key", ["", "x" * 201, "a\tb"])
    def test_bad_keys(self, operator: Caller, key: str) -> None:
        problem(operator.perform(an_order().ref, "submit", key=key), 422, "bad-idempotency-key")

    def test_refusal_is_judged_anew(self, operator: Caller) -> None:
        order = an_order()
        problem(operator.perform(order.ref, "pay", key="abc", arguments={"reference": "b"}), 409, "not-allowed")
        perform(order, "submit")
        assert (
            operator.perform(order.ref, "pay", key="abc", arguments={"reference": "b"}).json()["state"] == "processing"
        )

    def test_is_forgotten_after_a_day(self, operator: Caller) -> None:
        customer, actor, made = a_customer(), Actor("user:1"), []

        def act() -> int:
            made.append(1)
            return len(made)

        assert once(actor, "abc", "r", act).answer == 1
        assert once(actor, "abc", "r", act).answer == 1
        with clock.turned_to(clock.now() + timedelta(hours=25)):
            assert once(actor, "abc", "another request", act).answer == 2
            assert forget_old() == 0
        with clock.turned_to(clock.now() + timedelta(hours=50)):
            assert forget_old() == 1
        assert customer.pk

    def test_what_fails_keeps_neither_effect_nor_key(self) -> None:
        def act() -> None:
            Customer.objects.create(name="Ana")
            raise PravilaError

        with pytest.raises(PravilaError):
            once(Actor("user:1"), "abc", "r", act)
        assert not Customer.objects.exists()
        assert not IdempotencyKey.objects.exists()


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
        reader = Caller(issue_token(a_user("ana"), "test", customer=customer.ref))
        order = an_order(customer)
        assert reader.get(f"order/{order.pk}").status_code == 200
        problem(reader.perform(order.ref, "submit"), 403, "not-permitted")
