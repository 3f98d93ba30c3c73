"""Moments of customers whose segment changes: they are derived anew, by what the customer is now."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from actions import upcoming
from actions.dispatch import dispatch_all
from core import clock
from core.acting import Actor, acting
from core.machine import change
from core.permission import APPROVER
from rules import moment_clock
from rules.assigning import assign
from rules.due_moments import DueMoment
from rules.editing import begin
from rules.moment_scans import MomentScan
from rules.prospects import prospect
from rules.publish import publish_text
from rules.rule_sets import HOUSE
from state_machines.customers import Customer
from tests.flows.test_moments import HERE, Clock, a_customer, acted, an_invoice, at, waiting
from tests.kit import work

__all__ = ["at"]
pytestmark = pytest.mark.django_db
HOUSE_TEXT = """set: house
segments:
- {key: vip, if: {fact: customer.credit_score, op: gte, value: 900}}
- {key: by-hand}
params: {days: {type: [duration], default: [1d, 3d]}}
rules:
- key: dunning
  when: {date: invoice.due_at, offset: {param: days}, at: "10:00"}
  then: [{do: notify.slack, with: {to: dunning, text: "number {{ moment.number }}"}}]
"""
VIP = "set: segment:vip\nparams: {days: [5d, 9d]}\n"
PERSON = Actor("user:1", frozenset({APPROVER}))
HOUSES, VIPS, BY_HAND = ["03-11 10:00", "03-13 10:00"], ["03-15 10:00", "03-19 10:00"], ["03-12 10:00"]


@pytest.fixture
def customer(at: Clock) -> Customer:
    publish_text(HOUSE, HOUSE_TEXT, title="t")
    publish_text("segment:vip", VIP, title="t")
    publish_text("segment:by-hand", "set: segment:by-hand\nparams: {days: [2d]}\n", title="t")
    work()
    made = a_customer(credit_score=700)
    an_invoice(datetime(2026, 3, 10, 15, tzinfo=HERE), made)
    return made


def put(customer: Customer, segment: str) -> None:
    with acting(PERSON):
        assign(customer.ref, segment, "a contract")


def test_whose_facts_change_has_the_moments_of_the_new_segment(customer: Customer) -> None:
    other = a_customer(email="b@example.ro", credit_score=700)
    an_invoice(datetime(2026, 3, 10, 15, tzinfo=HERE), other)
    change(customer, credit_score=900)
    work()
    assert waiting() == sorted([*HOUSES, *VIPS])
    assert [one.due_at.astimezone(HERE).day for one in upcoming.of(customer)] == [15, 19]
    change(customer, credit_score=899)
    work()
    assert waiting() == sorted([*HOUSES, *HOUSES])


def test_who_is_assigned_and_released_too(customer: Customer) -> None:
    put(customer, "by-hand")
    work()
    assert waiting() == BY_HAND
    put(customer, "")
    work()
    assert waiting() == HOUSES


def test_what_acted_never_acts_again_and_what_is_past_is_left(customer: Customer, at: Clock) -> None:
    at.to(2026, 3, 11, 10)
    at.only_to(2026, 3, 16, 10)
    change(customer, credit_score=900)
    work()
    assert waiting() == ["03-19 10:00"]
    at.to(2026, 3, 19, 10)
    assert acted() == [("03-11 10:00", "dunning", 1), ("03-19 10:00", "dunning", 2)]


@pytest.mark.parametrize("fields", [{"credit_score": 701}, {"language": "en"}])
def test_a_change_within_the_segment_derives_nothing(customer: Customer, fields: dict[str, Any]) -> None:
    change(customer, **fields)
    dispatch_all()
    assert not MomentScan.objects.exists()
    assert waiting() == HOUSES


def test_without_rules_on_time_nothing_is_derived(customer: Customer) -> None:
    publish_text(HOUSE, HOUSE_TEXT.partition("rules:")[0] + "rules: []\n", title="t")
    work()
    change(customer, credit_score=900)
    put(customer, "by-hand")
    dispatch_all()
    assert not MomentScan.objects.exists()


def test_a_moment_that_is_due_before_the_scan_is_held_to_the_new_segment(customer: Customer, at: Clock) -> None:
    change(customer, credit_score=900)
    at.only_to(2026, 3, 11, 10)
    [key] = DueMoment.objects.filter(due__lte=clock.now()).values_list("pk", flat=True)
    assert moment_clock.perform(key) is None


def test_publishing_a_segment_reaches_who_is_in_it_now(customer: Customer) -> None:
    """Their invoices were last told of when they were in no segment."""
    put(customer, "by-hand")
    change(a_vip := a_customer(email="c@example.ro", credit_score=700), email="d@example.ro")
    an_invoice(datetime(2026, 3, 10, 15, tzinfo=HERE), a_vip)
    change(a_vip, credit_score=950)
    work()
    publish_text("segment:by-hand", "set: segment:by-hand\nparams: {days: [4d]}\n", title="t")
    publish_text("segment:vip", "set: segment:vip\nparams: {days: [6d]}\n", title="t")
    work()
    assert waiting() == ["03-14 10:00", "03-16 10:00"]


def test_reach_counts_by_the_segment_of_now_in_as_many_questions_for_many(customer: Customer, at: Clock) -> None:
    def asked() -> tuple[int, int]:
        request = begin("segment:vip", title="t", text="set: segment:vip\nparams: {days: [1d, 2d]}\n")
        with CaptureQueriesContext(connection) as seen:
            [reach] = [one for one in prospect(request).reach if one.reach.name == "past_moments"]
        request.delete()
        return reach.count, len(seen)

    at.only_to(2026, 3, 25, 12)
    assert asked()[0] == 0
    change(customer, credit_score=900)
    work()
    few = asked()
    assert few[0] == 2
    for number in range(12):
        other = a_customer(email=f"{number}@example.ro", credit_score=700)
        an_invoice(datetime(2026, 3, 10, 15, tzinfo=HERE), other)
        change(other, credit_score=950)
    work()
    many = asked()
    assert many[0] == 26
    assert many[1] <= few[1] + 3


def test_a_schedule_about_no_object_acts_for_the_customer_whose_it_is(customer: Customer, at: Clock) -> None:
    rule = "- {key: mine, when: {schedule: '0 8 * * *'}, then: [{do: test.note}]}"
    publish_text(customer.ref, f"set: {customer.ref}\nrules:\n{rule}\n", title="t")
    at.to(2026, 3, 2, 8)
    assert acted() == [("03-02 08:00", "mine", 1)]
