"""One transition of many objects, and posted events."""

from __future__ import annotations

import pytest

from core.accounts import issue_token
from core.events import Event
from core.idempotency import IdempotencyKey
from state_machines.models import Order
from tests.state_machines.conftest import Caller, a_user, problem
from tests.state_machines.made import a_customer, a_server, an_order

pytestmark = pytest.mark.django_db


class TestMany:
    def test_each_succeeds_or_is_refused_for_itself(self, operator: Caller) -> None:
        customer = a_customer()
        good, empty, last = an_order(customer), an_order(customer, items=0), an_order(customer)
        ids = [last.pk, 999_999, empty.pk, good.pk]
        answer = operator.post("order/transitions", {"name": "submit", "items": [{"id": one} for one in ids]})
        assert answer.status_code == 200, answer.content
        body = answer.json()
        assert (body["done"], body["refused"]) == (2, 2)
        assert [item["ref"] for item in body["items"]] == [f"order:{one}" for one in ids]
        assert [item.get("code") for item in body["items"]] == [None, "not-found", "blocked", None]
        assert "no items" in body["items"][2]["reason"]
        assert set(Order.objects.filter(state="pending").values_list("pk", flat=True)) == {good.pk, last.pk}
        assert Event.objects.filter(type="order.submitted").count() == 2

    def test_the_same_key_does_it_once(self, operator: Caller) -> None:
        order = an_order()
        body = {"name": "submit", "items": [{"id": order.pk, "expected": "draft"}]}
        first, second = (operator.post("order/transitions", body, key="k") for _ in range(2))
        assert first.json() == second.json()
        assert Event.objects.filter(type="order.submitted").count() == 1

    def test_another_customers_is_not_there(self) -> None:
        mine, other = an_order(), an_order()
        caller = Caller(issue_token(a_user("oana", "operator"), "test", customer=mine.customer.ref))
        items = [{"id": other.pk}, {"id": other.pk + 1000}]
        answer = caller.post("order/transitions", {"name": "submit", "items": items}).json()
        said = [(item["status"], item["code"], item["reason"].replace(item["ref"], "")) for item in answer["items"]]
        assert said[0] == said[1]
        assert said[0][0] == 404

    @pytest.mark.parametrize(
        "body",
        [
            {"name": "submit", "items": []},
            {"name": "submit", "items": [{"id": 1}] * 2},
            {"name": "submit", "items": [{"id": one} for one in range(1, 1002)]},
            {"name": "submit", "items": [{"id": 0}]},
            {"name": "submit", "items": [{"id": 2**63}]},
            {"name": "submit", "items": [{"id": 1, "force": True}]},
            {"name": "submit"},
        ],
    )
    def test_malformed(self, operator: Caller, body: object) -> None:
        assert operator.post("order/transitions", body).status_code == 422
        assert not Event.objects.exists()

    def test_a_thousand_is_the_most(self, operator: Caller) -> None:
        server = a_server()
        ids = [server.pk, *range(10**15, 10**15 + 999)]
        body = {"name": "start_maintenance", "items": [{"id": one, "arguments": {}} for one in ids]}
        answer = operator.post("server/transitions", body)
        assert answer.status_code == 200, answer.content
        assert (answer.json()["done"], answer.json()["refused"]) == (1, 999)
        body["items"] += [{"id": 1}]  # type: ignore[operator]
        events = Event.objects.count()
        said = problem(operator.post("server/transitions", body), 422, "bad-request")
        assert "items: List should have at most 1000 items" in said["detail"]
        assert Event.objects.count() == events

    def test_a_body_of_more_than_four_mebibytes_is_refused(self, operator: Caller) -> None:
        order = an_order()
        body = {"name": "submit", "items": [{"id": order.pk, "arguments": {"x": "y" * 5 * 1024 * 1024}}]}
        said = problem(operator.post("order/transitions", body), 413, "too-large")
        assert "4194304" in said["detail"]
        assert not Event.objects.filter(type="order.submitted").exists()

    def test_unknown_transition(self, operator: Caller) -> None:
        body = {"name": "submitt", "items": [{"id": 1}]}
        problem(operator.post("order/transitions", body), 404, "not-declared")


class TestPosting:
    LOAD = {"type": "server.overload", "facts": {"resource": "cpu", "percent": 97}}

    def test_tells_what_a_monitor_saw(self, operator: Caller) -> None:
        server = a_server()
        answer = operator.post(f"server/{server.pk}/events", self.LOAD)
        assert answer.status_code == 200, answer.content
        assert answer.json()["event"]["type"] == "server.overload"
        assert Event.objects.get(type="server.overload").facts["percent"] == 97

    def test_needs_an_operator_and_good_facts(self, operator: Caller, viewer: Caller) -> None:
        path = f"server/{a_server().pk}/events"
        problem(viewer.post(path, self.LOAD), 403, "not-permitted")
        assert operator.post(path, {"type": "server.overload", "facts": {"percent": "all"}}).status_code == 422
        assert not Event.objects.filter(type="server.overload").exists()

    @pytest.mark.parametrize("name", ["customer.activated", "customer.credit_adjusted", "server.overload", "x"])
    def test_nothing_that_we_do_can_be_claimed(self, operator: Caller, name: str) -> None:
        customer = a_customer()
        before = Event.objects.count()
        problem(operator.post(f"customer/{customer.pk}/events", {"type": name, "facts": {}}), 422, "bad-arguments")
        assert Event.objects.count() == before
        assert not IdempotencyKey.objects.exists()
