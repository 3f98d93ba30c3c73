"""Whatever keeps a rule from acting is told in one line, the first of the printed order: by decisions, by trying, by explanations
and over REST alike."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from actions.dispatch import dispatch_all
from core import clock
from core.acting import Actor, acting
from core.events import Event
from core.machine import record
from rules import exemptions, switches
from rules.decisions import Decision
from rules.eligibility import ORDER, Cause, first
from rules.explaining import explain
from rules.once import Use
from rules.try_asked import TryAsked, try_asked
from state_machines.customers import Customer
from tests.kit import in_force
from tests.state_machines.conftest import Caller, viewer
from tests.state_machines.made import a_customer

__all__ = ["viewer"]
pytestmark = pytest.mark.django_db
OPERATOR = Actor("user:1", roles=frozenset({"operator"}))
KEPT = {
    "key": "kept", "when": "customer.updated", "then": [{"do": "test.note"}], "group": "g",
    "limit": {"actions": 1, "within": "1h"}, "once": {"per": "customer"},
}  # fmt: skip
GONE = {"fact": "customer.state", "op": "eq", "value": "gone"}
BEFORE = {"key": "before", "when": "customer.updated", "then": [{"do": "test.note"}], "group": "g", "priority": 1}


class Situation:
    """A customer for whom the rule `kept` is kept from acting by everything at once; each cause can be taken away."""

    def __init__(self) -> None:
        self.customer: Customer = a_customer()
        self.parts: dict[str, Any] = {"until": "2020-01-01", "when": "customer.activated"}
        self.mute: dict[str, str] = {"kept": "by contract"}
        self.house: list[dict[str, Any]] = [BEFORE]
        with acting(OPERATOR):
            switches.switch_off("house", "a quiet day")
            self.exempt = exemptions.give("kept", self.customer.ref, clock.now() + timedelta(days=5), "they asked")
        switches.switch_off("house/kept", "it stopped itself: more than 1 actions within 1h")
        Use.objects.create(rule_set="house", rule="kept", per=self.customer.ref, at=clock.now(), event_id=0)
        in_force({**KEPT, "limit": {"actions": 9, "within": "1h"}, "once": {"per": "subject", "every": "1m"}})

    def decided(self) -> Event:
        in_force(*self.house, {**KEPT, **self.parts})
        in_force(key=self.customer.ref, mute=self.mute)
        event = record(self.customer, "customer.updated")
        dispatch_all()
        return event


def exempt_no_more(found: Situation) -> None:
    with acting(OPERATOR):
        exemptions.end(found.exempt.pk)


def unmute(found: Situation) -> None:
    found.mute.clear()
    found.parts["if"] = GONE


def use_up_the_limit(found: Situation) -> None:
    found.house = []
    found.parts["limit"] = {"actions": 1, "within": "1h"}
    found.parts["then"] = [{"do": "test.note"}, {"do": "test.note", "id": "more"}]


def give_it_room(found: Situation) -> None:
    found.parts["then"] = KEPT["then"]
    switches.switch_on("house/kept")


# what takes the cause before away, and what is told then
WALK: list[tuple[str, Callable[[Situation], Any], str]] = [
    ("event", lambda found: None, "it is for customer.activated"),
    ("dates", lambda found: found.parts.pop("when"), "it is in force until 2020-01-01"),
    ("mute", lambda found: found.parts.pop("until"), "muted for this customer: by contract"),
    ("conditions", unmute, "customer.state was"),
    ("switch", lambda found: found.parts.pop("if"), "switched off: a quiet day"),
    ("breaker", lambda found: switches.switch_on("house"), "switched off: it stopped itself"),
    ("exemption", lambda found: switches.switch_on("house/kept"), "exempted until"),
    ("group", exempt_no_more, 'of the group "g" only the first true rule acts'),
    ("limit", use_up_the_limit, "switched off: it stopped itself: more than 1 actions within 1h"),
    ("once", give_it_room, "may act once only"),
]


def test_the_walk_goes_through_the_whole_order() -> None:
    assert [name for name, *_rest in WALK] == [name for name in ORDER if name != "fit"]


def test_each_cause_is_told_when_those_before_it_are_gone(viewer: Caller) -> None:
    found = Situation()
    for name, take_away, told in WALK:
        take_away(found)
        event = found.decided()
        held = Decision.objects.get(event_id=event.pk).held_back
        live = held.get("kept")
        explained = next(one for one in explain(event).proven.tried.rules if one.key == "kept")
        rest = viewer.get(f"events/{event.pk}/explanation").json()["rules"]
        said = [explained.why, next(one["why"] for one in rest if one["key"] == "kept")]
        if name not in ("event", "dates", "conditions"):
            assert live, name
            said.append(live)
        if name == "limit":  # deciding stopped it; what trying says must not hang on that
            switches.switch_on("house/kept")
        tried = next(one for one in try_asked(TryAsked(event.name)).tried.rules if one.key == "kept")
        over_rest = viewer.post("tries", {"event": event.name}).json()["rules"]
        said += [tried.why, next(one["why"] for one in over_rest if one["key"] == "kept")]
        assert all(told in one for one in said), (name, said)
        assert len(set(said)) == 1, (name, said)
        assert {explained.outcome, tried.outcome} == {"not_acted" if name == "conditions" else "not_eligible"}


def test_of_several_causes_the_first_is_told_whatever_order_they_come_in() -> None:
    causes = [Cause(name, name) for name in ORDER]
    assert first(reversed(causes)) == first(causes) == next(iter(ORDER))
    assert first([]) is None
