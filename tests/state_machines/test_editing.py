"""Fields that are edited as they are, over REST."""

from __future__ import annotations

from typing import Any

import pytest

from core.events import Event
from core.machine import perform
from core.machines import all_machines
from state_machines import fields
from state_machines.models import Plan
from tests.state_machines.conftest import Caller, problem
from tests.state_machines.made import a_customer, a_group, a_plan, a_service, a_ticket, an_active_service, an_issued

pytestmark = pytest.mark.django_db


def edit(caller: Caller, ref: str, body: Any) -> Any:
    return caller.send("PATCH", ref.replace(":", "/"), body)


class TestEditing:
    def test_emits_an_event_with_old_and_new(self, operator: Caller) -> None:
        customer = a_customer()
        answer = edit(operator, customer.ref, {"terms_days": 30, "name": "Ana Popescu"})
        assert answer.status_code == 200, answer.content
        assert (answer.json()["facts"]["terms_days"], answer.json()["fields"]["name"]) == (30, "Ana Popescu")
        event = Event.objects.filter(subject=customer.ref).latest("id")
        assert (event.type, event.was, event.actor[:5]) == ("customer.updated", {"customer.terms_days": 14}, "user:")
        assert "Popescu" not in str(event.facts)

    def test_a_change_with_an_event_of_its_own(self, operator: Caller) -> None:
        plan = a_plan()
        edit(operator, plan.ref, {"price_minor": 50_00})
        event = Event.objects.filter(subject=plan.ref).latest("id")
        assert event.type == "plan.price_changed"
        assert event.was["plan.price"]["minor"] == 30_00
        assert Plan.objects.get().price_minor == 50_00

    def test_what_is_so_already_is_no_event(self, operator: Caller) -> None:
        customer = a_customer()
        before = Event.objects.count()
        assert edit(operator, customer.ref, {"terms_days": 14}).status_code == 200
        assert Event.objects.count() == before

    def test_references(self, operator: Caller) -> None:
        customer = a_customer()
        service, group = a_service(customer), a_group(a_service(customer))
        assert edit(operator, service.ref, {"group": group.ref}).json()["facts"]["group"] == group.ref
        problem(edit(operator, service.ref, {"group": a_group().ref}), 422, "bad-arguments")
        problem(edit(operator, service.ref, {"group": "service_group:999"}), 404, "not-found")
        assert edit(operator, service.ref, {"group": None}).json()["fields"]["group"] is None

    @pytest.mark.parametrize(
        "body",
        [
            {},
            [],
            {"state": "active"},
            {"sequence": 5},
            {"id": 5},
            {"credit_score": 1000},
            {"terms_days": -1},
            {"terms_days": 10**30},
            {"terms_days": "30"},
            {"tags": "vip"},
            {"tags": ["x" * 41]},
            {"email": "nobody"},
            {"country": "Romania"},
            {"created_at": "2020-01-01T00:00:00Z"},
            {"nothing": 1},
        ],
    )
    def test_what_does_not_fit(self, operator: Caller, body: Any) -> None:
        customer = a_customer()
        before = Event.objects.count()
        answer = edit(operator, customer.ref, body)
        assert answer.status_code == 422, answer.content
        assert Event.objects.count() == before

    def test_what_is_sealed_or_recorded_stays(self, operator: Caller) -> None:
        problem(edit(operator, an_issued().ref, {"currency": "EUR"}), 403, "not-permitted")
        problem(edit(operator, an_active_service().ref, {"price_minor": 1}), 422, "bad-arguments")

    def test_is_for_operators(self, viewer: Caller) -> None:
        ticket = a_ticket()
        problem(edit(viewer, ticket.ref, {"priority": "high"}), 403, "not-permitted")
        perform(ticket, "start_work")
        problem(edit(viewer, "ticket:999", {"priority": "high"}), 404, "not-found")

    def test_once_with_a_key(self, operator: Caller) -> None:
        customer = a_customer()
        for _time in range(2):
            headers = {"Idempotency-Key": "abc"}
            path = f"/api/v1/customer/{customer.pk}"
            answer = operator.client.patch(path, {"terms_days": 30}, "application/json", headers=headers)
            assert answer.json()["sequence"] == 2
        assert Event.objects.filter(subject=customer.ref, type="customer.updated").count() == 1


def test_no_door_edits_state_or_what_is_sealed() -> None:
    for model in all_machines():
        named = {field.name for field in fields.editable(model)}
        assert not named & {"id", "state", "sequence", *model.machine.sealed}, model


class TestTimeline:
    def test_tells_what_changed_newest_first(self, viewer: Caller) -> None:
        service = an_active_service()
        perform(service, "suspend", arguments={"reason": "overdue"})
        body = viewer.get(f"service/{service.pk}/timeline", limit=2).json()
        newest, second = body["items"]
        assert (newest["type"], newest["source"], newest["target"]) == ("service.suspended", "active", "suspended")
        assert {"fact": "service.suspend_reason", "was": None, "now": "overdue"} in newest["changed"]
        assert {"fact": "service.state", "was": "active", "now": "suspended"} in newest["changed"]
        assert (second["type"], newest["title"], body["next"]) == ("service.activated", "suspend", 1)
        older = viewer.get(f"service/{service.pk}/timeline", before=body["next"]).json()
        assert [one["type"] for one in older["items"]] == ["service.created"]
        assert older["next"] is None

    def test_wrong_questions(self, viewer: Caller) -> None:
        service = an_active_service()
        assert viewer.get(f"service/{service.pk}/timeline", after=1).status_code == 422
        assert viewer.get("service/999/timeline").status_code == 404
