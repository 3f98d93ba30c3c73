"""People and change requests for the tests of what happens before a version is live."""

from __future__ import annotations

from core.acting import Actor
from rules.change_requests import ChangeRequest
from rules.editing import begin
from rules.rule_sets import HOUSE

ANA = Actor("user:1", frozenset({"approver"}))
ION = Actor("user:2", frozenset({"author"}))
EVA = Actor("user:3", frozenset({"approver"}))
DAN = Actor("user:4", frozenset({"approver"}))
VIEWER = Actor("user:5", frozenset({"viewer"}))
HOUSE_TEXT = """set: house
params:
  days: {type: integer, default: 7, min: 1, max: 30}
rules:
- {key: note, title: Note it, when: fine.created, if: {fact: fine.article, op: gte, value: {param: days}}, then: [{do: test.note}]}
- {key: other, title: Other, when: fine.payment, then: [{do: test.note}]}
"""
MONEY = "- {key: pay-back, when: fine.appeal_to_judge, then: [{do: fine.payment, with: {paid_minor: 1}}]}\n"


def request(text: str, key: str = HOUSE, actor: Actor = ION) -> ChangeRequest:
    return begin(key, title="A change", text=text, actor=actor)


def fresh(row: ChangeRequest) -> ChangeRequest:
    """The same request as it is now."""
    return ChangeRequest.objects.select_related("rule_set").get(pk=row.pk)
