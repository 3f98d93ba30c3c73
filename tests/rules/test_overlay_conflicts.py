"""A customer in conflict with the newest house rules stays on the former ones, alone and visibly, until it is settled."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from actions.dispatch import dispatch_all
from core import clock
from core.events import Event
from core.machine import change
from rules import publish as publishing
from rules.change_requests import ChangeRequest
from rules.decisions import Decision
from rules.document.problem import BadRules
from rules.editing import begin
from rules.overlay_conflicts import OVERDUE, sound_alarms
from rules.publish import publish_text
from rules.reading import sets_of
from rules.rule_sets import HOUSE, RuleSet, RuleSetVersion
from state_machines.customers import Customer

HOUSE_TEXT = """set: house
params: {{score: {{type: integer, default: 5, max: {most}}}}}
rules:
- {{key: greet, title: "{title}", when: customer.updated, then: [{{do: test.note}}]}}
"""
pytestmark = pytest.mark.django_db


def publish_house(title: str = "One", most: int = 100) -> RuleSetVersion:
    return publish_text(HOUSE, HOUSE_TEXT.format(title=title, most=most), title="t")


def publish_mine(customer: Customer, score: int) -> RuleSetVersion:
    return publish_text(customer.ref, f"set: {customer.ref}\nparams: {{score: {score}}}\n", title="t")


def decided_by(customer: Customer) -> str:
    """The hash of the house rules by which the next event of this customer is decided."""
    change(customer, kind="company" if customer.kind != "company" else "individual")
    dispatch_all()
    event = Event.objects.filter(subject=customer.ref).order_by("-id").first()
    assert event is not None
    return Decision.objects.get(event_id=event.pk).house


def test_only_who_is_in_conflict_stays_on_the_former_version() -> None:
    first = publish_house()
    large, small = Customer.objects.create(name="Ana"), Customer.objects.create(name="Ion")
    publish_mine(large, 50)
    publish_mine(small, 5)
    second = publish_house(most=10)
    assert decided_by(large) == first.content_hash
    assert decided_by(small) == second.content_hash
    stuck = RuleSet.objects.get(key=large.ref)
    assert (stuck.stays_on, stuck.conflict_since is not None) == (first, True)
    assert "at most 10" in stuck.conflicts[0]
    assert RuleSet.objects.get(key=small.ref).conflicts == []
    assert [sets_of(one.ref).house.name for one in (large, small)] == ["house v1", "house v2"]


def test_a_further_house_version_keeps_it_where_it_is() -> None:
    first = publish_house()
    ana = Customer.objects.create(name="Ana")
    publish_mine(ana, 50)
    publish_house(most=10)
    since = RuleSet.objects.get(key=ana.ref).conflict_since
    publish_house(title="Two", most=10)
    stuck = RuleSet.objects.get(key=ana.ref)
    assert (stuck.stays_on, stuck.conflict_since) == (first, since)


@pytest.mark.parametrize("who", ["the house", "the customer"])
def test_it_is_settled_by_either_side(who: str) -> None:
    publish_house()
    ana = Customer.objects.create(name="Ana")
    publish_mine(ana, 50)
    newest = publish_house(most=10)
    if who == "the house":
        newest = publish_house(title="Two", most=60)
    else:
        publish_mine(ana, 9)
    free = RuleSet.objects.get(key=ana.ref)
    assert (free.stays_on, free.conflicts, free.conflict_since) == (None, [], None)
    assert decided_by(ana) == newest.content_hash


def test_after_a_week_it_is_an_alarm_once() -> None:
    publish_house()
    ana = Customer.objects.create(name="Ana")
    publish_mine(ana, 50)
    publish_house(most=10)
    assert sound_alarms() == 0
    with clock.turned_to(clock.now() + timedelta(days=7, minutes=1)):
        assert (sound_alarms(), sound_alarms()) == (1, 0)
    event = Event.objects.get(type=OVERDUE.name)
    assert event.facts == {"rule_set": {"key": ana.ref, "conflicts": 1}}
    assert event.customer == ana.ref


class TestBetweenLookingAndPublishing:
    """Somebody publishes after the other has looked, and before the locks are taken."""

    def once(self, monkeypatch: pytest.MonkeyPatch, name: str, key: str, meanwhile: Callable[[], object]) -> None:
        """After the first look at set `key`, `meanwhile` happens."""
        real: Any = getattr(publishing, name)
        happened: list[bool] = []

        def look(request: ChangeRequest, *more: Any) -> Any:
            found = real(request, *more)
            if request.rule_set.key == key and not happened:
                happened.append(True)
                meanwhile()
            return found

        monkeypatch.setattr(publishing, name, look)

    def test_an_overlay_is_held_against_the_house_that_came_between(self, monkeypatch: pytest.MonkeyPatch) -> None:
        publish_house()
        ana = Customer.objects.create(name="Ana")
        request = begin(ana.ref, title="t", text=f"set: {ana.ref}\nparams: {{score: 50}}\n")
        self.once(monkeypatch, "examine", ana.ref, lambda: publish_house(most=10))
        with pytest.raises(BadRules, match="at most 10"):
            publishing.publish(request)
        assert RuleSet.objects.get(key=ana.ref).live is None

    def test_the_house_sees_the_overlay_that_came_between(self, monkeypatch: pytest.MonkeyPatch) -> None:
        first = publish_house()
        ana = Customer.objects.create(name="Ana")
        self.once(monkeypatch, "_effects", HOUSE, lambda: publish_mine(ana, 50))
        publish_house(most=10)
        assert RuleSet.objects.get(key=ana.ref).stays_on == first
