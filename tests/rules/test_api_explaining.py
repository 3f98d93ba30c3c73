"""Why something happened over REST and as text; trying an event writes nothing."""

from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext

from actions.dispatch import dispatch_all
from core.events import Event
from core.machine import perform
from rules.change_requests import ChangeRequest
from rules.publish import publish_text
from rules.rule_sets import RuleSet
from tests.fines.models import Fine
from tests.state_machines.conftest import Caller, nobody, problem, viewer

__all__ = ["nobody", "viewer"]

pytestmark = pytest.mark.django_db
RULES = """set: house
rules:
- key: small
  title: Small fines
  when: fine.created
  if: {fact: fine.amount, op: lt, value: {money: "10.00 EUR"}}
  then: [{do: fine.send_fine, with: {expense_minor: 0}}]
- key: large
  when: fine.created
  if: {all: [{fact: fine.amount, op: gte, value: {money: "500.00 EUR"}}, {fact: fine.article, op: gt, value: 0}]}
  then: [{do: fine.send_fine, with: {expense_minor: 0}}]
- {key: other, when: fine.settled, then: [{do: fine.send_fine, with: {expense_minor: 0}}]}
"""


@pytest.fixture
def event() -> Event:
    publish_text("house", RULES, title="x")
    found = Event.objects.get(subject=Fine.objects.create(case="A", article=1, amount_minor=48_000).ref)
    dispatch_all()
    return found


def test_every_rule_of_a_past_event_is_explained(event: Event, viewer: Caller) -> None:
    told = viewer.get(f"events/{event.pk}/explanation").json()
    assert told["agrees"]
    assert told["outcome"] == "nothing"
    rules = {rule["key"]: rule for rule in told["rules"]}
    assert rules["large"]["why"] == "fine.amount was 480.00 EUR, needs at least 500.00 EUR: 20.00 short"
    assert rules["large"]["missed"] == ["/if/all/0"]
    assert [seen["verdict"] for seen in rules["large"]["conditions"]] == ["false", "true"]
    assert rules["other"]["outcome"] == "not_eligible"
    assert rules["other"]["conditions"] == []
    assert [link["event"] for link in told["chain"]] == [event.name]


def test_the_text_for_a_ticket_speaks_the_readers_language(event: Event, viewer: Caller) -> None:
    path = f"events/{event.pk}/explanation/text"
    english = viewer.get(f"{path}?language=en")
    assert english["Content-Type"].startswith("text/plain")
    assert "- large: fine.amount was 480.00 EUR, needs at least 500.00 EUR: 20.00 short" in english.content.decode()
    only = viewer.get(f"{path}?rule=large").content.decode()
    assert "large" in only
    assert "small" not in only


def test_since_when_names_the_version_at_which_a_rule_changed(event: Event, viewer: Caller) -> None:
    publish_text("house", RULES.replace("500.00", "400.00"), title="y")
    publish_text("house", RULES.replace("500.00", "300.00"), title="z")
    path = f"events/{event.pk}/explanation/since"
    told = viewer.get(f"{path}?rule=large").json()
    assert [(one["first"], one["last"], one["outcome"]) for one in told] == [(2, 3, "acted"), (1, 1, "not_acted")]


def test_what_was_true_and_held_back_says_why(viewer: Caller) -> None:
    text = RULES.replace(
        "  title: Small fines\n  when: fine.created", "  once: {per: subject}\n  when: [fine.created, fine.send_fine]"
    )
    publish_text(
        "house",
        text.replace("fine.send_fine, with: {expense_minor: 0}", "fine.payment, with: {paid_minor: 1}"),
        title="y",
    )
    fine = Fine.objects.create(case="B", article=1, amount_minor=100)
    dispatch_all()
    perform(fine.ref, "send_fine", arguments={"expense_minor": 0})
    dispatch_all()
    told = viewer.get(f"events/{fine.ref}@1/explanation").json()
    small = next(rule for rule in told["rules"] if rule["key"] == "small")
    assert told["agrees"]
    assert small["outcome"] == "not_eligible"
    assert "already" in small["why"]


def test_trying_an_event_shows_planned_actions_and_writes_nothing(event: Event, viewer: Caller) -> None:
    draft = ChangeRequest.objects.create(
        rule_set=RuleSet.objects.get(key="house"), text=RULES.replace("500.00", "100.00"), title="d", author="user:1"
    )
    before = _rows()
    with CaptureQueriesContext(connection) as queries:
        told = _post(viewer, {"event": event.name, "source": str(draft.pk)})
    rules = {rule["key"]: rule for rule in told["rules"]}
    assert rules["large"]["actions"][0]["do"] == "fine.send_fine"
    made_up = {"type": "fine.created", "facts": {"fine": {"amount": {"minor": 1, "currency": "EUR"}}}}
    told = _post(viewer, {"event": made_up})
    assert {rule["key"]: rule["outcome"] for rule in told["rules"]}["small"] == "acted"
    assert _rows() == before
    assert not [one for one in queries if one["sql"].split()[0] in ("INSERT", "UPDATE", "DELETE")]


def test_only_staff_may_ask(event: Event, nobody: Caller) -> None:
    for path in ("explanation", "explanation/text", "explanation/since?rule=x"):
        problem(nobody.get(f"events/{event.pk}/{path}"), 403, "not-permitted")
    problem(nobody.post("tries", {"event": "x"}), 403, "not-permitted")


def test_what_cannot_be_tried_says_why(viewer: Caller) -> None:
    said = problem(viewer.post("tries", {"event": "nothing@1"}), 404, "not-found")
    assert "nothing@1" in str(said)
    problem(viewer.post("tries", {"event": "1", "source": "7"}), 404, "not-found")
    problem(viewer.post("tries", {"event": {"facts": {}}}), 422, "cannot-try")


def _post(api: Caller, data: dict[str, Any]) -> Any:
    answer = api.post("tries", data)
    assert answer.status_code == 200, answer.content
    return answer.json()


def _rows() -> dict[str, int]:
    return {model._meta.label: model._default_manager.count() for model in apps.get_models() if model._meta.managed}
