"""The catalog and the log, as programs read them."""

from __future__ import annotations

import pytest
from django.test import Client

from core.machine import perform
from tests.state_machines.conftest import Caller
from tests.state_machines.made import a_customer, an_active_service, an_order

pytestmark = pytest.mark.django_db


class TestMachines:
    def test_are_listed_with_those_of_other_apps(self, viewer: Caller) -> None:
        nouns = {machine["noun"] for machine in viewer.get("machines").json()}
        assert {"customer", "order", "order_item", "invoice", "payment", "service", "ticket", "fine"} <= nouns

    def test_each_describes_itself(self, viewer: Caller) -> None:
        for short in viewer.get("machines").json():
            machine = viewer.get(f"machines/{short['noun']}").json()
            assert [state["name"] for state in machine["states"]] == short["states"]
            assert [one["name"] for one in machine["transitions"]] == short["transitions"]

    def test_with_arguments_guards_facts_and_fields(self, viewer: Caller) -> None:
        machine = viewer.get("machines/service").json()
        suspend = next(one for one in machine["transitions"] if one["name"] == "suspend")
        assert suspend["arguments"]["required"] == ["reason"]
        assert "overdue" in suspend["arguments"]["properties"]["reason"]["enum"]
        assert suspend["guards"] == [
            {"name": "service.nothing_depends_on_it", "title": "no active service depends on it"}
        ]
        paths = {fact["path"]: fact["kind"] for fact in machine["facts"]}
        assert (paths["service.price"], paths["customer.credit_score"]) == ("money", "integer")
        assert machine["fields"]["required"] == ["customer", "product"]
        assert "suspend_reason" not in machine["fields"]["properties"]
        assert "service.suspended" in machine["events"]

    def test_speak_the_readers_language_or_english(self, viewer: Caller) -> None:
        answer = viewer.client.get("/api/v1/machines/order", headers={"Accept-Language": "en"})
        assert answer.json()["title"] == "order"

    def test_that_is_not_there(self, viewer: Caller) -> None:
        response = viewer.get("machines/ordr")
        assert response.status_code == 404
        assert "order" in response.json()["detail"]


class TestEvents:
    def test_of_one_subject_in_order(self, viewer: Caller) -> None:
        service = an_active_service()
        perform(service, "suspend", arguments={"reason": "overdue"})
        items = viewer.get("events", subject=service.ref).json()["items"]
        assert [event["type"] for event in items] == ["service.created", "service.activated", "service.suspended"]
        assert items[2]["facts"]["transition"] == {"name": "suspend", "from": "active", "to": "suspended"}
        assert items[2]["was"]["service.state"] == "active"

    def test_page_by_page_and_by_type(self, viewer: Caller) -> None:
        an_order(a_customer())
        seen = []
        after: int | None = 0
        while after is not None:
            page = viewer.get("events", limit=2, after=after).json()
            seen += [event["position"] for event in page["items"]]
            after = page["next"]
        assert seen == sorted(set(seen))
        assert len(viewer.get("events", type="order_item.created").json()["items"]) == 2

    def test_by_name_and_by_position(self, viewer: Caller) -> None:
        event = perform(an_order(), "submit")
        by_name = viewer.get(f"events/{event.name}").json()
        assert by_name == viewer.get(f"events/{event.pk}").json()
        assert by_name["id"] == event.name

    @pytest.mark.parametrize("name", ["order:1@99", "order:1@x", "x", "99", "@", "9" * 30, "order:1@99999999999"])
    def test_that_is_not_there(self, viewer: Caller, name: str) -> None:
        assert viewer.get(f"events/{name}").status_code == 404


def test_openapi_names_every_address() -> None:
    document = Client().get("/api/v1/openapi.json").json()
    assert {"/api/v1/machines", "/api/v1/{noun}", "/api/v1/{noun}/{id}/transitions", "/api/v1/events/{id}"} <= set(
        document["paths"]
    )
    post = document["paths"]["/api/v1/{noun}/{id}/transitions"]["post"]
    assert {"200", "409", "422"} <= set(post["responses"])
    assert list(post["responses"]["409"]["content"]) == ["application/problem+json"]
    noun = next(parameter for parameter in post["parameters"] if parameter["name"] == "noun")
    assert {"order", "fine"} <= set(noun["schema"]["enum"])
    assert any(parameter["name"] == "Idempotency-Key" for parameter in post["parameters"])
