"""The kit with which users try their rules: it records, it sends nothing, it turns the clock, and it leaves nothing behind."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail

from actions.testing.rehearsal import Rehearsal, rehearsing
from core import clock
from core.machine import perform
from rules.document.problem import BadRules
from rules.rule_sets import RuleSet
from tests.state_machines.made import a_customer, a_payment, an_issued, an_order

LATER = "{key: later, when: customer.activated, then: [{do: credit.adjust, with: {delta: 1}, after: 2d}]}"
RULES = f"set: house\nrules:\n- {LATER}\n"


def test_without_rules_nothing_follows(without_rules: Rehearsal) -> None:
    perform(an_order(), "submit")
    assert without_rules.work() == []
    assert not RuleSet.objects.exists()


def test_with_the_house_it_records_and_sends_nothing(with_pack: Rehearsal) -> None:
    perform(a_payment(an_issued()), "fail_payment", arguments={"code": "card_expired"})
    taken = with_pack.work()
    assert ("failed-payment", "credit.adjust", "done") in [(one.rule, one.action, one.state) for one in taken]
    assert "Plata ta nu a reușit" in [one.subject for one in with_pack.doors["mail"].sent]
    assert mail.outbox == []
    assert {one.action for one in with_pack.taken("notify.email")} == {"notify.email"}


@pytest.mark.usefixtures("midsummer")
def test_the_clock_is_turned_by_hand(without_rules: Rehearsal) -> None:
    without_rules.publish(RULES)
    customer = a_customer()
    assert [one.state for one in without_rules.work()] == ["ready"]
    without_rules.turn(timedelta(days=1, hours=23))
    assert [one.state for one in without_rules.work()] == ["ready"]
    without_rules.turn(timedelta(hours=1, minutes=1))
    [done] = without_rules.work()
    assert (done.target, done.arguments, done.state) == (customer.ref, {"delta": 1}, "done")


def test_when_it_ends_the_clock_and_the_doors_are_the_real_ones() -> None:
    long_ago = datetime(2020, 1, 1, tzinfo=UTC)
    with rehearsing() as rehearsal:
        rehearsal.turn(long_ago)
        rehearsal.turn(timedelta(days=1))
        assert clock.now() == long_ago + timedelta(days=1)
    assert clock.now().year > 2020


def test_rules_that_are_none_are_refused(without_rules: Rehearsal) -> None:
    with pytest.raises(BadRules, match="no-such"):
        without_rules.publish(RULES.replace("credit.adjust", "no-such.action"))


def test_rules_that_cause_each_other_without_end_are_told(
    without_rules: Rehearsal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("actions.testing.rehearsal.MOST_LAPS", 2)
    without_rules.publish(RULES.replace(", after: 2d", "").replace("customer.activated", "customer.*"))
    a_customer()
    with pytest.raises(RuntimeError, match="cause each other"):
        without_rules.work()


@pytest.mark.pack(__file__.replace("test_rehearsal.py", "later.yaml"))
def test_a_pack_of_ones_own(with_pack: Rehearsal) -> None:
    a_customer()
    assert [one.rule for one in with_pack.work()] == ["later"]
