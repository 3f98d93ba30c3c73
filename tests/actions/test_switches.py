"""Kill switches: at once, in every version, and nothing is lost."""

from __future__ import annotations

import pytest

from actions.dispatch import dispatch_all
from actions.runs import ActionRun
from core.acting import Actor, acting
from core.audit import AuditDetail, AuditRow
from core.errors import NotPermitted
from core.events import Event
from rules import switches
from rules.decisions import Decision
from rules.switches import EVERYTHING, NeedsReason
from tests.kit import a_fine, in_force, work

pytestmark = pytest.mark.django_db
NOTE = {"key": "note", "when": "fine.created", "then": [{"do": "test.note"}]}
OTHER = {"key": "other", "when": "fine.created", "then": [{"do": "test.note"}]}


def states() -> dict[str, str]:
    return dict(ActionRun.objects.values_list("rule", "state"))


def test_a_rule_that_is_off_does_not_act_and_the_decision_says_why() -> None:
    in_force(NOTE, OTHER)
    switches.switch_off("house/note", "sends to the wrong people")
    a_fine()
    work()
    assert states() == {"other": "done"}
    decision = Decision.objects.get(event_id=Event.objects.get(type="fine.created").pk)
    assert decision.held_back == {"note": "switched off: sends to the wrong people"}


def test_what_a_rule_asked_for_before_waits_until_it_is_on_again() -> None:
    in_force(NOTE, OTHER)
    a_fine()
    dispatch_all()
    switches.switch_off("house/note", "wait for the lawyer")
    work()
    assert states() == {"note": "ready", "other": "done"}
    assert switches.switch_on("house/note")
    work()
    assert states() == {"note": "done", "other": "done"}


def test_a_set_that_is_off_holds_all_its_rules() -> None:
    in_force(NOTE, OTHER)
    switches.switch_off("house", "audit today")
    a_fine()
    work()
    assert states() == {}


def test_everything_off_stops_every_action_and_loses_no_event() -> None:
    in_force(NOTE, OTHER)
    switches.switch_off(EVERYTHING, "the bank called")
    a_fine()
    work()
    assert states() == {"note": "ready", "other": "ready"}
    assert Decision.objects.filter(outcome="acted").count() == 1
    switches.switch_on(EVERYTHING)
    work()
    assert states() == {"note": "done", "other": "done"}


def test_a_switch_applies_to_every_version() -> None:
    in_force(NOTE)
    switches.switch_off("house/note", "never again")
    in_force(NOTE, OTHER)
    a_fine()
    work()
    assert states() == {"other": "done"}


def test_switching_needs_a_right_and_a_reason_and_is_audited() -> None:
    with acting(Actor("user:1", roles=frozenset({"viewer"}))), pytest.raises(NotPermitted):
        switches.switch_off("house", "because I can")
    with pytest.raises(NeedsReason):
        switches.switch_off("house", " no ")
    assert switches.off() == {}
    with acting(Actor("user:2", roles=frozenset({"operator"}))):
        switches.switch_off("house", "a good reason")
        switches.switch_off("house", "another reason")
        assert switches.switch_on("house")
        assert not switches.switch_on("house")
    assert list(AuditRow.objects.values_list("verb", "actor").order_by("id")) == [
        ("switch.off", "user:2"),
        ("switch.on", "user:2"),
    ]
    assert AuditDetail.objects.get().text == "a good reason"


def test_a_rule_that_is_off_holds_back_no_other_of_its_group() -> None:
    in_force(NOTE | {"group": "g"}, OTHER | {"group": "g"})
    switches.switch_off("house/note", "let the other one act")
    a_fine()
    work()
    assert states() == {"other": "done"}
