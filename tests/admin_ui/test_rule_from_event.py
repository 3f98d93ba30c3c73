"""A rule from a past event: who may begin one, and what stands in it."""

from __future__ import annotations

import pytest

from core.machine import perform
from rules.change_requests import ChangeRequest
from rules.rule_sets import RuleSetVersion
from tests.admin_ui.conftest import SignIn
from tests.fines.models import Fine

pytestmark = pytest.mark.django_db


def test_a_change_begins_with_the_event_and_the_chosen_facts(
    sign_in: SignIn, fine: Fine, house: RuleSetVersion
) -> None:
    event = perform(fine, "send_fine", arguments={"expense_minor": 0})
    client = sign_in("author")
    page = client.get(f"/staff/core/event/{event.pk}/change/").content.decode()
    assert "Make a rule of this event" in page
    assert 'value="fine.amount"' in page
    assert 'value="fine.ref"' not in page
    answer = client.post(
        f"/staff/core/event/{event.pk}/rule/", {"fact": ["fine.amount", "fine.article", "fine.nothing"]}, follow=True
    )
    shown = answer.context["state"]["rule"]
    assert shown["when"] == event.type
    assert shown["if"]["all"] == [
        {"fact": "fine.amount", "op": "eq", "value": {"money": "50.00 EUR"}},
        {"fact": "fine.article", "op": "eq", "value": 157},
    ]
    (draft,) = ChangeRequest.objects.filter(state="draft")
    again = client.post(f"/staff/core/event/{event.pk}/rule/", {"change": str(draft.pk)})
    assert f"/changerequest/{draft.pk}/" in again["Location"]
    assert ChangeRequest.objects.filter(state="draft").count() == 1


def test_who_only_looks_begins_nothing(sign_in: SignIn, fine: Fine) -> None:
    event = perform(fine, "send_fine", arguments={"expense_minor": 0})
    client = sign_in("viewer")
    assert b"Make a rule of this event" not in client.get(f"/staff/core/event/{event.pk}/change/").content
    assert client.post(f"/staff/core/event/{event.pk}/rule/").status_code == 403
    assert sign_in("author").post("/staff/core/event/999999/rule/").status_code == 404
