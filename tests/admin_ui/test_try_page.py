"""Try: what rules would do with one event, without writing anything."""

from __future__ import annotations

import json

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.events import Event
from core.history import import_events
from rules.change_requests import ChangeRequest
from rules.editing import edit
from rules.publish import publish_text
from rules.rule_sets import RuleSet, RuleSetVersion
from state_machines.customers import Customer
from tests.admin_ui.conftest import RULES, SignIn
from tests.fines.models import Fine

pytestmark = pytest.mark.django_db
TRY = "/staff/try/"
PASTED = {
    "type": "fine.add_penalty",
    "at": "2026-01-01T00:00:00Z",
    "facts": {"fine": {"amount": {"minor": 9999, "currency": "EUR"}}},
}


def _rows() -> dict[str, int]:
    return {model._meta.label: model._base_manager.count() for model in apps.get_models()}


def test_every_rule_is_grouped_with_its_reason_and_nothing_is_written(sign_in: SignIn, house: RuleSetVersion) -> None:
    client = sign_in("viewer")
    before = _rows()
    with CaptureQueriesContext(connection) as seen:
        answer = client.post(TRY, {"pasted": json.dumps(PASTED)})
    assert [query["sql"] for query in seen if query["sql"].startswith(("INSERT", "UPDATE", "DELETE"))] == []
    assert _rows() == before
    tried = answer.context["tried"]
    assert tried.acted == []
    assert [rule.key for rule in tried.not_acted] == ["collect-large"]
    assert {rule.key for rule in tried.not_eligible} == {"settle-at-once", "old"}
    assert "fine.amount was 99.99 EUR, needs at least 100.00 EUR: 0.01 short" in answer.content.decode()


def test_an_event_is_named_by_position_name_or_imported_id(sign_in: SignIn, house: RuleSetVersion, fine: Fine) -> None:
    event = Event.objects.get(subject=fine.ref)
    import_events([{"id": "old-7", "type": "fine.created", "subject": "fine:900", "sequence": 0,
                    "at": "2020-01-01T00:00:00Z", "facts": {}}])  # fmt: skip
    client = sign_in("viewer")
    for name in (str(event.pk), f"#{event.pk}", f"{fine.ref}@0", "old-7"):
        assert [rule.key for rule in client.get(TRY, {"event": name}).context["tried"].acted] == ["settle-at-once"]
    answer = client.get(TRY, {"event": "<b>nothing</b>@1"})
    assert answer.context["tried"] is None
    assert "There is no event “&lt;b&gt;nothing" in answer.content.decode()


def test_a_change_request_is_tried_before_it_is_live(sign_in: SignIn, house: RuleSetVersion) -> None:
    rule_set = RuleSet.objects.get(key="house")
    draft = ChangeRequest.objects.create(rule_set=rule_set, base=house, text=RULES.replace("100.00", "50.00"))
    client = sign_in("viewer")
    answer = client.post(TRY, {"pasted": json.dumps(PASTED), "source": str(draft.pk)})
    (rule,) = answer.context["tried"].acted
    assert [action.do for action in rule.actions] == ["fine.send_for_credit_collection"]
    edit(draft, text="rules: [")
    answer = client.post(TRY, {"pasted": json.dumps(PASTED), "source": str(draft.pk)})
    assert "cannot be read" in answer.content.decode()


def test_the_rules_of_the_events_customer_take_part(sign_in: SignIn, house: RuleSetVersion) -> None:
    customer = Customer.objects.create(name="Ana")
    text = f'set: {customer.ref}\nparams: {{large: {{money: "10.00 EUR"}}}}\nmute: {{settle-at-once: agreed}}\n'
    publish_text(customer.ref, text, title="x")
    client = sign_in("viewer")
    mine = PASTED | {"customer": customer.ref}
    tried = client.post(TRY, {"pasted": json.dumps(mine)}).context["tried"]
    assert [rule.key for rule in tried.acted] == ["collect-large"]
    tried = client.post(TRY, {"pasted": json.dumps(mine | {"type": "fine.created"})}).context["tried"]
    assert "muted for this customer: agreed" in [rule.why for rule in tried.not_eligible]


@pytest.mark.parametrize("pasted", ["{", "[]", "{}", '{"type": 1}', '{"type": "x", "facts": NaN}', '{"type": "x"}'])
def test_whatever_is_pasted_gets_an_answer(sign_in: SignIn, house: RuleSetVersion, pasted: str) -> None:
    answer = sign_in("viewer").post(TRY, {"pasted": pasted})
    assert answer.status_code == 200
    assert bool(answer.context["problem"]) is (answer.context["tried"] is None)


COUNTING = """set: house
rules:
- key: again
  when: fine.add_penalty
  if: {count: fine.created, within: 30d, op: gte, value: 1}
  then: [{do: fine.settle}]
- key: odd
  when: fine.add_penalty
  if: {count: fine.created, of: customer, since: fine.add_penalty, op: lt, value: 1}
  then: [{do: fine.settle}]
"""


def test_aggregates_see_the_log_as_of_the_event_and_a_pasted_one_sees_all_of_it(sign_in: SignIn, fine: Fine) -> None:
    publish_text("house", COUNTING, title="x")
    client = sign_in("viewer")
    pasted = PASTED | {"subject": fine.ref, "at": "2100-01-01T00:00:00Z"}
    said = client.post(TRY, {"pasted": json.dumps(pasted)}).content.decode()
    assert "the count of fine.created was 0, needs at least 1: 1 short (0 events)" in said
    at = Event.objects.get(subject=fine.ref).at.isoformat()
    tried = client.post(TRY, {"pasted": json.dumps(pasted | {"at": at})}).context["tried"]
    assert [rule.key for rule in tried.acted] == ["again"]


@pytest.mark.parametrize("odd", [["fine:1"], "fine:\x00", "\ud800", {}, 5])
def test_odd_references_ask_nothing_of_the_log(sign_in: SignIn, odd: object, fine: Fine) -> None:
    publish_text("house", COUNTING, title="x")
    pasted = PASTED | {"subject": odd, "customer": odd}
    answer = sign_in("viewer").post(TRY, {"pasted": json.dumps(pasted)})
    assert answer.status_code == 200
    assert answer.context["tried"] is None or answer.context["tried"].acted == []
