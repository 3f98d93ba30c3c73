"""A change that goes live at a time of its own."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core import catalog, clock
from core.errors import NotAllowed, NotPermitted
from core.events import Event
from rules.change_requests import ChangeRequest
from rules.editing import approve, check
from rules.publish import publish_text
from rules.rule_sets import HOUSE, RuleSet
from rules.scheduling import InThePast, publish_due, schedule
from tests.rules.made_requests import ANA, HOUSE_TEXT, ION, fresh, request

pytestmark = pytest.mark.django_db
NEXT_DAY = timedelta(days=1)


@pytest.fixture
def approved() -> ChangeRequest:
    publish_text(HOUSE, HOUSE_TEXT, title="first")
    made = request(HOUSE_TEXT.replace("Note it", "Note"))
    check(made, actor=ION)
    return approve(fresh(made), actor=ANA)


def live() -> int:
    found = RuleSet.objects.get(key=HOUSE).live
    return found.number if found else 0


def test_it_goes_live_at_its_time_and_not_before(approved: ChangeRequest) -> None:
    schedule(approved, clock.now() + NEXT_DAY, actor=ANA)
    assert (publish_due(), live()) == (0, 1)
    with clock.turned_to(clock.now() + NEXT_DAY):
        assert (publish_due(), live()) == (1, 2)
        assert publish_due() == 0
    assert Event.objects.get(type="change_request.published", subject=approved.ref).actor == ANA.ref


def test_what_lost_its_approval_meanwhile_says_why_it_did_not_go_live(approved: ChangeRequest) -> None:
    schedule(approved, clock.now() + NEXT_DAY, actor=ANA)
    publish_text(HOUSE, HOUSE_TEXT.replace("Note it", "Remember it"), title="meanwhile")
    with clock.turned_to(clock.now() + NEXT_DAY):
        assert (publish_due(), live()) == (0, 2)
    assert fresh(approved).scheduled_for is None


def test_a_refusal_is_kept_and_is_an_event(approved: ChangeRequest) -> None:
    schedule(approved, clock.now() + NEXT_DAY, actor=ANA)
    gone = catalog.actions.get("test.note")
    catalog.actions.remove("test.note")
    try:
        with clock.turned_to(clock.now() + NEXT_DAY):
            assert (publish_due(), live()) == (0, 1)
    finally:
        catalog.actions.add("test.note", gone)
    refused = fresh(approved)
    assert 'no action "test.note"' in refused.problem
    assert refused.scheduled_for is None
    assert Event.objects.filter(subject=approved.ref, type="change_request.not_published").count() == 1


def test_who_may_schedule_what(approved: ChangeRequest) -> None:
    with pytest.raises(NotPermitted):
        schedule(approved, clock.now() + NEXT_DAY, actor=ION)
    with pytest.raises(InThePast):
        schedule(approved, clock.now() - NEXT_DAY, actor=ANA)
    with pytest.raises(NotAllowed):
        schedule(request(HOUSE_TEXT), clock.now() + NEXT_DAY, actor=ANA)
    schedule(approved, clock.now() + NEXT_DAY, actor=ANA)
    schedule(approved, None, actor=ANA)
    with clock.turned_to(clock.now() + NEXT_DAY):
        assert (publish_due(), live()) == (0, 1)
