"""Proofs of stored decisions are recomputed from the versions that decided, also when these are live no more."""

from __future__ import annotations

import pytest

from actions.dispatch import dispatch_all
from core.events import Event
from rules.decisions import Decision
from rules.proofs import prove
from rules.publish import publish_text
from tests.fines.models import Fine

pytestmark = pytest.mark.django_db
RULES = """set: house
rules:
- key: small
  when: fine.created
  if: {fact: fine.amount, op: lt, value: {money: "10.00 EUR"}}
  then: [{do: fine.send_fine, with: {expense_minor: 0}}]
"""


def _decided() -> tuple[Event, Decision]:
    event = Event.objects.get(subject=Fine.objects.create(case="A", article=1, amount_minor=999).ref)
    dispatch_all()
    return event, Decision.objects.get(event_id=event.pk)


def test_the_versions_that_decided_prove_it_still() -> None:
    publish_text("house", RULES, title="x")
    event, decision = _decided()
    publish_text("house", RULES.replace("10.00", "5.00"), title="y")
    proven = prove(event, decision)
    assert proven.agrees
    (rule,) = proven.tried.acted
    assert [seen.sentence for seen in rule.conditions] == ["fine.amount was 9.99 EUR, which is less than 10.00 EUR"]


def test_a_decision_that_says_otherwise_is_noticed() -> None:
    publish_text("house", RULES, title="x")
    event, decision = _decided()
    decision.rules = []
    assert not prove(event, decision).agrees


def test_without_versions_there_is_no_proof_but_a_reason() -> None:
    event, decision = _decided()
    assert prove(event, decision).problem == "no rules were live when this was decided"
    decision.house = "0" * 64
    assert prove(event, decision).problem == "a version that decided this is not on this server"
