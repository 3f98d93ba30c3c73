"""Segments on a running server: who is decided by what, proofs that stay, conflicts between three layers."""

from __future__ import annotations

from typing import Any

import pytest

from actions.dispatch import dispatch_all
from core.acting import Actor, acting
from core.audit import AuditDetail, AuditRow
from core.errors import NotPermitted, ObjectMissing
from core.events import Event
from core.machine import change
from rules.assigning import BadAssignment, assign
from rules.decisions import Decision
from rules.document.model import Document
from rules.document.problem import BadRules
from rules.editing import begin
from rules.in_force import live_versions
from rules.parity import evaluate
from rules.proofs import prove
from rules.prospects import prospect
from rules.publish import publish_text
from rules.rule_sets import HOUSE, RuleSet, RuleSetVersion
from rules.scenarios import failures, from_event
from state_machines.customers import Customer

pytestmark = pytest.mark.django_db
BIG = "{fact: customer.credit_score, op: gte, value: 100}"
HOUSE_TEXT = """set: house
segments:
- {{key: vip, if: {vip}}}
- {{key: by-hand}}
params: {{score: {{type: integer, default: 5, max: {most}}}}}
rules:
- {{key: greet, title: "{title}", when: customer.updated, then: [{{do: test.note}}]}}
- {{key: spare, when: customer.updated, then: [{{do: test.note}}]}}
"""
SEGMENT_TEXT = """set: segment:vip
params: {score: 7}
mute: {spare: they asked}
rules:
- {key: extra, when: customer.updated, then: [{do: test.note}]}
"""


def publish_house(vip: str = BIG, title: str = "One", most: int = 100) -> RuleSetVersion:
    return publish_text(HOUSE, HOUSE_TEXT.format(vip=vip, title=title, most=most), title="t")


def publish_segment(text: str = SEGMENT_TEXT) -> RuleSetVersion:
    return publish_text("segment:vip", text, title="t")


def a_customer(score: int = 200) -> Customer:
    return Customer.objects.create(name="Ana", credit_score=score)


def decided(customer: Customer) -> tuple[Event, Decision]:
    """The next event of this customer, and what was decided."""
    row = Customer.objects.get(pk=customer.pk)
    change(row, kind="company" if row.kind != "company" else "individual")
    dispatch_all()
    event = Event.objects.filter(subject=customer.ref).order_by("-id")[0]
    return event, Decision.objects.get(event_id=event.pk)


def test_a_segment_decides_from_the_next_event_on() -> None:
    house = publish_house()
    vip, other = a_customer(), a_customer(score=1)
    assert decided(vip)[1].segment == {"key": "vip", "by": "condition", "list": house.content_hash, "rules": ""}
    segment = publish_segment()
    _event, found = decided(vip)
    assert (found.rules, found.held_back) == (["greet", "extra"], {"spare": "muted for this customer: they asked"})
    assert found.segment == {
        "key": "vip", "by": "condition", "list": house.content_hash, "rules": segment.content_hash,
    }  # fmt: skip
    assert decided(other)[1].segment == {}
    assert decided(other)[1].rules == ["greet", "spare"]


def test_who_is_in_it_is_as_of_the_event() -> None:
    publish_house()
    publish_segment()
    customer = a_customer()
    dispatch_all()
    change(Customer.objects.get(pk=customer.pk), kind="company")
    change(Customer.objects.get(pk=customer.pk), credit_score=1)
    dispatch_all()
    rows = Event.objects.filter(subject=customer.ref, type="customer.updated").order_by("id")
    segments = [Decision.objects.get(event_id=row.pk).segment.get("key") for row in rows]
    assert segments == ["vip", None]


def test_a_proof_is_recomputed_after_the_list_and_the_segment_changed() -> None:
    publish_house()
    publish_segment()
    customer = a_customer()
    event, decision = decided(customer)
    publish_text(customer.ref, f"set: {customer.ref}\nchange: {{extra: {{/title: mine}}}}\n", title="t")
    with_mine, mine = decided(customer)
    publish_text(customer.ref, f"set: {customer.ref}\nparams: {{score: 6}}\n", title="t")
    publish_house(vip="{fact: customer.credit_score, op: gte, value: 900}", title="Two")
    publish_segment("set: segment:vip\nmute: {greet: they asked}\n")
    for one, stored in ((event, decision), (with_mine, mine)):
        proven = prove(one, stored)
        assert (proven.problem, proven.agrees) == ("", True)
        assert [rule.key for rule in proven.tried.acted] == ["greet", "extra"]
        assert [(rule.key, rule.set) for rule in proven.tried.not_eligible] == [("spare", "house")]
    assert proven.tried.acted[1].set.startswith("segment:vip, changed by customer:")
    assert decided(customer)[1].rules == ["greet", "spare"]
    assert evaluate().share == 1.0


def test_an_assignment_is_logged_and_counts_from_the_next_event_on() -> None:
    publish_house()
    publish_text("segment:by-hand", "set: segment:by-hand\nparams: {score: 9}\nmute: {greet: by hand}\n", title="t")
    customer = a_customer()
    with acting(Actor("user:3", frozenset({"author"}))):
        assign(customer.ref, "by-hand", "they signed today")
    _event, found = decided(customer)
    assert (found.segment["key"], found.segment["by"], found.rules) == ("by-hand", "assignment", ["spare"])
    row = AuditRow.objects.get(verb="segment.assigned")
    assert (row.actor, row.object) == ("user:3", customer.ref)
    assert AuditDetail.objects.get(row_id=row.pk).text == "by-hand: they signed today"
    assign(customer.ref, "", "the contract ended")
    assert decided(customer)[1].segment["key"] == "vip"


@pytest.mark.parametrize(
    ("segment", "reason", "refused"),
    [("vpi", "because I say so", BadAssignment), ("vip", "so", BadAssignment)],
)
def test_a_bad_assignment_is_refused(segment: str, reason: str, refused: type[Exception]) -> None:
    publish_house()
    with pytest.raises(refused):
        assign(a_customer().ref, segment, reason)


def test_nobody_assigns_who_may_not_or_what_is_not_there() -> None:
    publish_house()
    with pytest.raises(NotPermitted), acting(Actor("user:3", frozenset({"operator"}))):
        assign(a_customer().ref, "vip", "because I say so")
    with pytest.raises(ObjectMissing):
        assign("customer:999999", "vip", "because I say so")


def test_a_segment_that_is_not_in_the_list_is_refused() -> None:
    publish_house()
    with pytest.raises(BadRules, match='no segment "vpi"'):
        publish_text("segment:vpi", "set: segment:vpi\nparams: {score: 7}\n", title="t")


def test_a_customer_in_conflict_with_a_segment_stays_on_its_former_version() -> None:
    publish_house()
    first = publish_segment()
    vip, other = a_customer(), a_customer(score=1)
    for one in (vip, other):
        publish_text(one.ref, f"set: {one.ref}\nchange: {{greet: {{/title: mine}}}}\n", title="t")
    text = "set: segment:vip\nchange: {greet: {/title: theirs}}\n"
    [effect] = prospect(begin("segment:vip", title="t", text=text)).effects
    assert effect.key == vip.ref
    second = publish_segment(text)
    stuck = RuleSet.objects.get(key=vip.ref)
    assert (stuck.stays_in, stuck.stays_on_segment, stuck.stays_on) == ("segment:vip", first, None)
    assert "theirs" in stuck.conflicts[0]
    assert RuleSet.objects.get(key=other.ref).conflicts == []
    assert decided(vip)[1].segment["rules"] == first.content_hash
    assert decided(a_customer())[1].segment["rules"] == second.content_hash
    publish_text(vip.ref, f"set: {vip.ref}\nchange: {{greet: {{/title: settled}}}}\n", title="t")
    settled = RuleSet.objects.get(key=vip.ref)
    assert (settled.stays_in, settled.conflicts, settled.conflict_since) == ("", [], None)
    assert decided(vip)[1].segment["rules"] == second.content_hash


def test_a_customer_in_conflict_with_the_first_version_of_a_segment_stays_outside() -> None:
    publish_house()
    vip = a_customer()
    publish_text(
        vip.ref,
        f"set: {vip.ref}\nrules: [{{key: extra, when: customer.updated, then: [{{do: test.note}}]}}]\n",
        title="t",
    )
    publish_segment()
    assert decided(vip)[1].segment["rules"] == ""
    assert decided(vip)[1].rules == ["greet", "spare", "extra"]
    publish_segment("set: segment:vip\nmute: {spare: they asked}\n")
    assert RuleSet.objects.get(key=vip.ref).conflicts == []
    assert decided(vip)[1].rules == ["greet", "extra"]


def test_a_house_that_a_segment_does_not_fit_leaves_its_customers_on_the_former_one() -> None:
    first = publish_house()
    publish_text("segment:vip", "set: segment:vip\nparams: {score: 50}\n", title="t")
    vip, other = a_customer(), a_customer(score=1)
    second = publish_house(most=10)
    assert "at most 10" in RuleSet.objects.get(key="segment:vip").conflicts[0]
    assert decided(vip)[1].house == first.content_hash
    assert decided(vip)[1].segment["list"] == second.content_hash
    assert decided(other)[1].house == second.content_hash


def test_scenarios_are_held_against_the_segment_of_their_customer() -> None:
    publish_house()
    segment = publish_segment()
    event, _decision = decided(a_customer())
    from_event(event, name="greeted")
    [found] = failures(Document({**segment.document, "mute": {"greet": "no", "spare": "no"}}))
    assert 'rule "greet" is expected' in found.message
    assert failures(Document(segment.document)) == []


def test_what_customers_were_assigned_to_is_read_only_where_there_are_segments(django_assert_num_queries: Any) -> None:
    publish_text(HOUSE, "set: house\nrules: []\n", title="t")
    live_versions([])
    with django_assert_num_queries(1):
        live_versions(["customer:1"])
    publish_house()
    live_versions([])
    with django_assert_num_queries(2):
        live_versions(["customer:1"])
