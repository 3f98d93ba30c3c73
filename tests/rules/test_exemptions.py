"""Exemptions: who is spared what until when, without publishing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from core import clock
from core.acting import Actor, acting
from core.audit import AuditRow
from core.errors import NotPermitted, ObjectMissing
from core.machine import record
from rules import exemptions
from rules.decisions import Decision
from rules.exemptions import BadExemption, Exemption
from state_machines.customers import Customer
from tests.kit import in_force, work
from tests.state_machines.made import a_customer

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
APPROVER = Actor("user:1", roles=frozenset({"approver"}))


def rule(key: str, **parts: Any) -> dict[str, Any]:
    return {"key": key, "when": "customer.updated", "then": [], **parts}


def give(scope: str, per: str, **parts: Any) -> Exemption:
    with acting(APPROVER):
        return exemptions.give(
            scope, per, **({"until": clock.now() + timedelta(days=5), "reason": "they asked"} | parts)
        )


def decided(customer: Customer) -> Decision:
    record(customer, "customer.updated")
    work()
    return Decision.objects.order_by("-id")[0]


def test_one_rule_does_not_act_for_one_customer_and_the_decision_says_why() -> None:
    in_force(rule("dunning"), rule("other"))
    mine, theirs = a_customer(), a_customer(email="b@example.ro")
    with clock.turned_to(NOON):
        give("dunning", mine.ref)
        held = decided(mine)
        assert (held.rules, held.held_back) == (["other"], {"dunning": "exempted until 2026-05-09: they asked"})
        assert decided(theirs).rules == ["dunning", "other"]


def test_a_whole_group_and_one_object_only() -> None:
    in_force(rule("soft", group="reminders"), rule("loud", group="shouts"))
    customer = a_customer()
    give("group:reminders", customer.ref)
    assert decided(customer).rules == ["loud"]


def test_it_counts_by_the_events_time_and_is_over_by_itself() -> None:
    in_force(rule("dunning"))
    customer = a_customer()
    with clock.turned_to(NOON):
        give("dunning", customer.ref, since=NOON + timedelta(days=1), until=NOON + timedelta(days=2))
    for days, acted in ((0, ["dunning"]), (1, []), (2, ["dunning"])):
        with clock.turned_to(NOON + timedelta(days=days)):
            assert decided(customer).rules == acted


def test_it_holds_back_no_other_rule_of_the_group() -> None:
    in_force(rule("first", group="g", priority=1), rule("second", group="g", priority=2))
    customer = a_customer()
    give("first", customer.ref)
    assert decided(customer).rules == ["second"]


def test_it_can_be_ended_before() -> None:
    in_force(rule("dunning"))
    customer = a_customer()
    row = give("dunning", customer.ref)
    with acting(APPROVER):
        exemptions.end(row.pk)
        with pytest.raises(ObjectMissing):
            exemptions.end(row.pk)
    assert decided(customer).rules == ["dunning"]
    assert list(AuditRow.objects.order_by("id").values_list("verb", flat=True))[-2:] == [
        "exemption.given",
        "exemption.ended",
    ]


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ({"reason": "  no "}, "a reason"),
        ({"scope": "group:"}, "the key of a rule"),
        ({"scope": ""}, "the key of a rule"),
        ({"until": NOON}, "over before it begins"),
        ({"until": NOON + timedelta(days=400)}, "366 days"),
    ],
)
def test_what_cannot_be_given_is_refused_with_a_sentence(parts: dict[str, Any], said: str) -> None:
    customer = a_customer()
    with clock.turned_to(NOON), pytest.raises(BadExemption, match=said):
        give(parts.pop("scope", "dunning"), customer.ref, **parts)
    assert not Exemption.objects.exists()


def test_for_nobody_and_by_nobody() -> None:
    with pytest.raises(ObjectMissing):
        give("dunning", "customer:999999")
    customer = a_customer()
    with acting(Actor("user:2", roles=frozenset({"viewer"}))), pytest.raises(NotPermitted):
        exemptions.give("dunning", customer.ref, clock.now() + timedelta(days=1), "they asked")
